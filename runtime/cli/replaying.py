"""Replay for a person: is what was recorded what the same code does again, and what would be without a percept?"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import fields
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from empla.capabilities import registry
from empla.config import Home, load_settings
from empla.engine import guard
from empla.engine.imagining import IMAGINED, ActThen, Imagined, Then, imagine
from empla.engine.replay import Difference, Replayed, Until, replay, snapshots
from empla.errors import InputError
from empla.mind import codec
from empla.mind.beliefs import Belief
from empla.mind.goals import Goal
from empla.mind.intentions import Intention, StepRecord
from empla.mind.state import Change, number
from runtime.cli import employees, mails, minds, printing
from runtime.cli.wording import of_belief, of_change, of_operation
from runtime.employee import library

SNAPSHOT = "snapshot"
"""`--from snapshot`: the newest one."""


def replayed(
    home: Home, name: str, *, until: str = "", since: str = "", without: Sequence[str] = (), quiet: bool = False
) -> dict[str, Any]:
    """Return what comes of running the recorded percepts of an employee again; its own store is only read.

    InputError for a time, a cycle or a percept that cannot be.
    """
    employee = employees.one(home, name)
    stop = _until(until, ZoneInfo(load_settings(home).zone))
    guard.install()
    with minds.copied(home, employee["slug"]) as mind:
        if mind is None:
            raise InputError(f"{employee['name']} has not begun yet", next_step="start it with `empla up`")
        who = {"employee": employee["name"], "address": employee["address"]}
        plans = library(employee["role"])
        begin = _since(since, snapshots(mind.store))
        with _progress(mind, quiet=quiet) as told:
            if not without:
                kept = replay(mind.store, plans, guard.cpu_limit, since=begin or 0, until=stop, told=told)
                return who | _verified(kept)
            keys = [key for text in without for key in _keys(mind, text)]
            found = imagine(mind.store, plans, keys, guard.cpu_limit, since=begin, until=stop, told=told)
            return who | _imagined(mind, found)


def _until(text: str, zone: ZoneInfo) -> Until:
    if not text:
        return None
    if text.isdigit() and len(text) < len("20260907"):
        return int(text)
    try:
        if len(text) <= len("2026-09-07"):
            return datetime.combine(date.fromisoformat(text) + timedelta(days=1), time(), zone) - timedelta.resolution
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise InputError(
            f"{text!r} is neither a time nor a cycle", next_step="say 2026-09-07, 2026-09-07T14:30 or a number"
        ) from error
    return at if at.tzinfo is not None else at.replace(tzinfo=zone)


def _since(text: str, known: Sequence[int]) -> int | None:
    if not text:
        return None
    if text == SNAPSHOT:
        return max(known, default=0)
    if not text.isdigit():
        raise InputError(f"{text!r} is no cycle", next_step=f"say a number, or `--from {SNAPSHOT}` for the newest")
    return max((cycle for cycle in known if cycle <= int(text)), default=0)


def _keys(mind: minds.Mind, text: str) -> list[str]:
    """Return the keys of the percepts that are meant by a key, or by the Message-ID of a mail that came."""
    if mind.percept_row(text) is not None:
        return [text]
    if keys := mails.received(mind, mails.message_id(text)):
        return keys
    raise InputError(
        f"nothing that it perceived is {text!r}",
        next_step="give the Message-ID of a mail that it received, or a percept's key as `empla why` prints it",
    )


@contextmanager
def _progress(mind: minds.Mind, *, quiet: bool) -> Iterator[Callable[[int], None]]:
    """Show how far it has come, where there is a terminal to show it on."""
    if quiet or not printing.console().is_terminal:
        yield lambda _cycle: None
        return
    columns = (TextColumn("cycle"), MofNCompleteColumn(), BarColumn(), TimeRemainingColumn())
    with Progress(*columns, console=printing.console(), transient=True) as bar:
        task = bar.add_task("", total=mind.last_cycle())
        yield lambda cycle: bar.update(task, completed=cycle)


# as data ------------------------------------------------------------------------------------------------------------


def _verified(kept: Replayed) -> dict[str, Any]:
    return {
        "since": kept.since,
        "last": kept.last,
        "until": kept.until,
        "cycles": kept.cycles,
        "same": kept.own.cycles - kept.own.otherwise,
        "otherwise": kept.own.otherwise,
        "erased": kept.erased,
        "versions": [{"version": v, "cycles": c.cycles, "otherwise": c.otherwise} for v, c in kept.versions.items()],
        "first": _difference(kept.first),
    }


def _difference(first: Difference | None) -> dict[str, Any] | None:
    if first is None:
        return None
    row = first.recorded
    was, now = _unlike(row.changes(), first.now) if not first.why else ([], [])
    return {
        "cycle": row.cycle,
        "at": row.at,
        "percept": row.key,
        "kind": row.percept.kind if row.percept is not None else "",
        "why": first.why,
        "was": [of_change(c) for c in was],
        "now": [of_change(c) for c in now],
        "details": _details(row.body, first.now)
        if first.now and [*map(of_change, was)] == [*map(of_change, now)]
        else [],
    }


def _unlike(was: Sequence[Change], now: Sequence[Change]) -> tuple[list[Change], list[Change]]:
    """Return what only the one changes and what only the other; steps only if nothing else tells them apart."""
    missing, new = _without(was, now), _without(now, was)
    told: list[list[Change]] = [[c for c in these if not isinstance(c, StepRecord)] for these in (missing, new)]
    return (told[0], told[1]) if any(told) else (missing, new)


def _without(these: Sequence[Change], those: Sequence[Change]) -> list[Change]:
    known = {codec.dumps(c) for c in those}
    return [c for c in these if codec.dumps(c) not in known]


def _details(body: bytes, now: Sequence[Change]) -> list[str]:
    """Return where what is kept differs, though it reads the same."""
    return [*_apart("", _json(body), codec.encode(now))][:5]


def _json(body: bytes) -> Any:
    return json.loads(body)


def _apart(path: str, was: Any, now: Any) -> Iterator[str]:
    if isinstance(was, dict) and isinstance(now, dict):
        for name in sorted({*was, *now}):
            yield from _apart(f"{path}.{name}", was.get(name, "(nothing)"), now.get(name, "(nothing)"))
    elif isinstance(was, list) and isinstance(now, list) and len(was) == len(now):
        for place, (one, other) in enumerate(zip(was, now, strict=True)):
            yield from _apart(f"{path}[{place}]", one, other)
    elif was != now:
        yield f"{path.lstrip('.')}: {was} became {now}"


def _imagined(mind: minds.Mind, found: Imagined) -> dict[str, Any]:
    effects = {name: op.effect.value for name, op in registry.operations(registry.installed()).items()}
    return {
        "without": [_percept(mind, key) for key in found.without],
        "since": found.since,
        "begins": found.begins,
        "last": found.last,
        "until": found.until,
        "cycles": found.cycles,
        "otherwise": found.otherwise,
        "versions": [{"version": v, "cycles": c} for v, c in found.versions.items()],
        "unheard": [_percept(mind, key) for key in found.unheard],
        "timers": found.timers,
        "first": _difference(found.first),
        "acts": [_act(mind, act, effects) for act in found.acts()],
        "beliefs": [_then(t) for t in found.beliefs()],
        "goals": [_then(t) for t in found.goals()],
        "intentions": [_then(t) for t in found.intentions()],
    }


def _percept(mind: minds.Mind, key: str) -> dict[str, Any]:
    row = mind.percept_row(key)
    mail = mails.of_percept(mind, key)
    return {
        "percept": key,
        "kind": row.kind,
        "at": row.at,
        "cycle": row.cycle,
        "subject": mail.subject if mail is not None else "",
    }


def _act(mind: minds.Mind, act: ActThen, effects: Mapping[str, str]) -> dict[str, Any]:
    asked = act.was or act.now
    assert asked is not None
    target = mind.target(act.action) if act.was is not None else {}
    return {
        "action": act.action if act.was is not None else "",
        "operation": asked.operation,
        "effect": effects.get(asked.operation, ""),
        "what": act.what,
        "to": minds.recipients(target) or minds.meant_for(asked.arguments),
        "about": minds.about(target) or minds.about(asked.arguments),
        "was": of_operation(act.was.operation, act.was.arguments) if act.was is not None else "",
        "now": of_operation(act.now.operation, act.now.arguments) if act.now is not None else "",
    }


def _then(then: Then) -> dict[str, Any]:
    kept = then.was or then.now
    assert kept is not None
    was, now = _stands(then.was), _stands(then.now)
    if was == now and then.was is not None and then.now is not None:
        now = f"{now}, with other {' and '.join(_fields_apart(then.was, then.now))}"
    imagined = isinstance(kept, Goal | Intention) and number(then.id) > IMAGINED
    return {
        "id": "" if imagined else then.id,
        "name": kept.plan if isinstance(kept, Intention) else kept.functor if isinstance(kept, Belief) else kept.name,
        "goal": kept.goal if isinstance(kept, Intention) else "",
        "was": was,
        "now": now,
    }


def _fields_apart(was: Any, now: Any) -> list[str]:
    return [f.name.replace("_", " ") for f in fields(was) if getattr(was, f.name) != getattr(now, f.name)]


def _stands(kept: Belief | Goal | Intention | None) -> str:
    match kept:
        case None:
            return ""
        case Belief():
            return of_belief(kept)
        case Goal():
            return f"{kept.state}: {kept.reason}" if kept.reason else kept.state
    result = kept.result.sentence if kept.result is not None else ""
    return f"{kept.stage.value}: {result}" if result else kept.stage.value
