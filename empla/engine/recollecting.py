"""What an employee has done and undertaken, taken from its own tables for the operation `self.history`.

It is read inside the cycle's transaction, while the action that asks for it is prepared, and stands in that action's
payload from then on: replay gives the same answer, and no adapter touches the store (contract 3).
"""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from empla.mind import codec
from empla.mind.health import HEALTH
from empla.mind.intentions import OVER, Intention, Stage
from empla.mind.percepts import Outcome
from empla.mind.steps import Ask
from empla.store.store import Store, instant

MOST_ACTS = 100
MOST_UNDERTAKINGS = 80
LONGEST = 160
"""Characters of one text: what came of a step has a bound of its own."""
_EFFECTS = frozenset({"own", "act", "tell"})
_ACT = ("intention", "operation", "effect", "state", "target", "why", "asked_at", "ended_at", "outcome")


def history(store: Store, since: datetime, *, without: str) -> Mapping[str, Any]:
    """Return acts with an effect, undertakings and what was set aside since `since`, oldest first; and what it reaches.

    All undertakings that are open are among them, and all intentions that are set aside.

    `without` is the intention that asks, which is no part of the answer. Where there are many, only the newest.
    """
    return {
        "acts": list(_acts(store, since, without)),
        "undertakings": list(_undertakings(store, since, without)),
        "set_aside": list(_set_aside(store, since)),
        "integrations": list(_integrations(store)),
    }


def _integrations(store: Store) -> Iterator[dict[str, Any]]:
    """Yield how its connections stand, as it was told last."""
    for row in store.find("belief", {"functor": HEALTH, "held": 1}, ("body",)):
        name, state, since, why = codec.loads(row.body).arguments
        yield {"name": name, "state": state, "since": since.isoformat(), "why": str(why)[:LONGEST]}


def _set_aside(store: Store, since: datetime) -> Iterator[dict[str, Any]]:
    rows = store.find("percept", {"state": "quarantined"}, ("at", "kind", "reason"), at_least={"at": instant(since)})
    for row in rows[-MOST_UNDERTAKINGS:]:
        yield {"at": row.at, "kind": row.kind, "reason": row.reason[:LONGEST]}
    for row in store.find("intention", {"stage": Stage.QUARANTINED.value}, ("body",))[-MOST_UNDERTAKINGS:]:
        intention = codec.loads(row.body)
        why = f"{intention.plan}: {intention.set_aside}"[:LONGEST]
        yield {"at": instant(intention.adopted_at), "kind": "intention", "reason": why}


def _acts(store: Store, since: datetime, without: str) -> Iterator[dict[str, Any]]:
    rows = store.find("action", {}, _ACT, at_least={"asked_at": instant(since)})
    told = [row for row in rows if row.effect in _EFFECTS and row.intention != without]
    for row in told[-MOST_ACTS:]:
        target = json.loads(row.target)
        outcome = codec.loads(row.outcome) if row.outcome else None
        yield {
            "intention": row.intention,
            "operation": row.operation,
            "state": row.state,
            "to": list(target.get("recipients", ()))[:10] or [target.get("owner", "")],
            "about": str(target.get("subject") or target.get("title") or "")[:LONGEST],
            "thread": str(target.get("thread", "")),
            "asked_at": row.asked_at,
            "ended_at": row.ended_at,
            "why": (outcome.sentence if isinstance(outcome, Outcome) and outcome.sentence else row.why)[:LONGEST],
        }


def _undertakings(store: Store, since: datetime, without: str) -> Iterator[dict[str, Any]]:
    found: dict[str, Intention] = {}
    for stage in Stage:
        rows = store.find("intention", {"stage": stage.value}, ("body",), limit=MOST_UNDERTAKINGS, newest=True)
        found |= {kept.id: kept for kept in (codec.loads(row.body) for row in rows)}
    recent = [i for i in found.values() if i.id != without and (i.stage not in OVER or i.adopted_at >= since)]
    for intention in sorted(recent, key=lambda i: i.adopted_at)[-MOST_UNDERTAKINGS:]:
        goal = store.find("goal", {"id": intention.goal}, ("name",))
        yield {
            "id": intention.id,
            "goal": goal[0].name if goal else "",
            "plan": intention.plan,
            "stage": intention.stage.value,
            "parent": intention.parent,
            "since": intention.adopted_at.isoformat(),
            "asked_by": intention.authority.principal,
            **_waits_for(store, intention),
        }


def _waits_for(store: Store, intention: Intention) -> dict[str, str]:
    """Return whose answer an open intention waits for, and the subject of the mail that asked; nothing if nobody's."""
    if intention.stage in OVER:
        return {}
    rows = store.find("step", {"intention": intention.id, "resolved": 0}, ("body",))
    asking = next((s for s in (codec.loads(row.body).step for row in rows) if isinstance(s, Ask)), None)
    if asking is None:
        return {}
    return {"waits_for": asking.who.value, "asked": str(asking.by.arguments.get("subject", ""))[:LONGEST]}
