"""What makes an employee's work due: shown with what became of it, and paused on a person's word."""

from typing import Any

from empla.clock import SystemClock
from empla.config import Home, load_settings
from empla.engine.schedule_policy import length
from empla.errors import InputError
from empla.hr.names import nearest
from empla.hr.profiles import found
from empla.mind import codec
from empla.mind.percepts import TRIGGER_WORD
from empla.mind.triggers import PAUSED, Declared, Missed, Policy, Timed
from empla.store.minds import known_mind
from empla.store.store import Store
from runtime.employee import library
from runtime.hiring import staff
from runtime.inboxes import sender

MOST_SHOWN = 5
"""How many of the latest instants that did not fire are shown of each trigger."""
_LOOKED_THROUGH = 200
_COLUMNS = ("instant", "zone", "state", "count", "last", "why")


def shown(home: Home, name: str) -> dict[str, Any]:
    """Return an employee's triggers: `name`, `triggers`; of each when it is due, when it fired last, what was missed.

    Instants are ISO 8601 in UTC, None where there is none.
    """
    with staff(home) as staffing, staffing.store.reading() as company:
        row = found(company, name)
        slug, full, role = row.slug, row.name, row.role
    declared = library(role).triggers
    with known_mind(home, slug) as store:
        return {"name": full, "triggers": [_described(store, declared[one]) for one in sorted(declared)]}


def pause(home: Home, name: str, trigger: str, *, paused: bool) -> dict[str, Any]:
    """Let a trigger rest until it is resumed, or resume it; InputError if the employee has none of that name."""
    with staff(home) as staffing, staffing.store.reading() as company:
        row = found(company, name)
        slug, full, role = row.slug, row.name, row.role
    known = sorted(n for n, one in library(role).triggers.items() if isinstance(one, Timed))
    if trigger not in known:
        near = nearest(trigger, known)
        raise InputError(
            f"{full} has no trigger {trigger!r} that the clock makes due",
            next_step=f"did you mean {near}?" if near else f'see `empla triggers "{full}"`',
        )
    by = load_settings(home).owner
    key = f"{TRIGGER_WORD}:{trigger}:{SystemClock(home.clock).now().isoformat()}"
    sender(home)(slug, key, TRIGGER_WORD, {"trigger": trigger, "paused": paused, "by": by})
    return {"name": full, "trigger": trigger, "paused": paused, "by": by}


def _described(store: Store | None, trigger: Declared) -> dict[str, Any]:
    timed = trigger if isinstance(trigger, Timed) else None
    told: dict[str, Any] = {
        "trigger": trigger.name,
        "says": trigger.says,
        "rule": timed.rule if timed is not None else type(trigger).__name__.lower(),
        "when_missed": _policy(timed.policy) if timed is not None else None,
        "paused": False,
        "next": None,
        "zone": timed.zone if timed is not None else "",
        "last_fired": None,
        "missed": [],
    }
    if store is None:
        return told
    return {**told, **(_came_of_it(store, trigger.name) if timed is not None else _was_seen(store, trigger.name))}


def _came_of_it(store: Store, trigger: str) -> dict[str, Any]:
    """Return what the rows of a trigger say: what waits, when it fired, what did not."""
    rows = store.find("occurrence", {"trigger": trigger}, _COLUMNS, newest=True, limit=_LOOKED_THROUGH)
    waiting = min((row for row in rows if row.state == "due"), key=lambda row: row.instant, default=None)
    left_out = [row for row in rows if row.state in ("skipped", "coalesced")][:MOST_SHOWN]
    paused = [codec.loads(row.body) for row in store.find("belief", {"functor": PAUSED, "held": 1}, ("body",))]
    found: dict[str, Any] = {
        "paused": any(belief.arguments == (trigger,) for belief in paused),
        "next": waiting.instant if waiting is not None else None,
        "last_fired": max((row.instant for row in rows if row.state == "fired"), default=None),
        "missed": [
            {"from": r.instant, "to": r.last or r.instant, "count": r.count, "state": r.state, "why": r.why}
            for r in left_out
        ],
    }
    return found if waiting is None else {**found, "zone": waiting.zone}


def _was_seen(store: Store, trigger: str) -> dict[str, Any]:
    """Return when the mind last saw by itself what a trigger is about; its rows name the subject besides."""
    fired = store.find("occurrence", {"state": "fired"}, ("trigger", "instant"), newest=True, limit=_LOOKED_THROUGH)
    of_it = [row.instant for row in fired if row.trigger.partition(":")[0] == trigger]
    return {"last_fired": max(of_it, default=None)}


def _policy(policy: Policy) -> str:
    within = f" within {length(policy.within)}" if policy.within is not None else ""
    return f"{_THEN[policy.missed]}{within}"


_THEN = {Missed.SKIP: "left out", Missed.LATE: "made up for each time", Missed.COALESCE: "made up for once"}
