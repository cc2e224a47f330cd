"""What employees have set aside, as plain data with its evidence: percepts, intentions, acts that failed for good."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from empla.engine.crashes import Crashes
from empla.mind import codec
from empla.mind.intentions import Stage
from runtime.cli import minds

if TYPE_CHECKING:
    from empla.config import Home
    from runtime.cli.minds import Mind

SHORT: Final = 12
"""Characters of a percept's id that are shown; any beginning that only one entry has is enough."""
EFFECTS: Final = ("own", "act", "tell")
_ACTION: Final = ("id", "intention", "operation", "effect", "attempt", "asked_at", "ended_at", "outcome")


def entries(home: "Home", employees: list[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield what was set aside, of these employees, with what an entry needs to be shown and settled."""
    for employee in employees:
        with minds.opened(home, employee["slug"]) as mind:
            if mind is None:
                continue
            for entry in (*_percepts(mind), *_intentions(mind), *_letters(mind)):
                yield {"name": employee["name"], "slug": employee["slug"], "folder": mind.folder, **entry}


def _percepts(mind: "Mind") -> Iterator[dict[str, Any]]:
    for row in mind.set_aside():
        percept = mind.decoded(mind.percept_row(row.key))
        yield {
            "id": row.key.rpartition(":")[2][:SHORT],
            "what": "percept",
            "key": row.key,
            "kind": row.kind,
            "at": row.at,
            "reason": row.reason,
            "about": "",
            "size": percept.get("size") or 0,
            "blob": percept.get("blob") or "",
            "fields": percept.fields,
            "crashes": _crashes(mind, percept=row.key),
        }


def _intentions(mind: "Mind") -> Iterator[dict[str, Any]]:
    for row in mind.store.find("intention", {"stage": Stage.QUARANTINED.value}, ("body",)):
        intention = codec.loads(row.body)
        mail = intention.bindings.get("mail")
        yield {
            "id": intention.id,
            "what": "intention",
            "key": intention.id,
            "kind": intention.plan,
            "at": intention.adopted_at.isoformat(),
            "reason": intention.set_aside,
            "about": getattr(mind.goal(intention.goal), "name", "") or getattr(mail, "subject", ""),
            "size": 0,
            "blob": "",
            "fields": {
                "kind": intention.kind,
                "percept": intention.percept,
                "waits_for": minds.waits_for(mind.steps(intention.id), "UTC"),
                "set_aside_with": intention.set_aside_with,
            },
            "crashes": _crashes(mind, intention=intention.id),
        }


def _letters(mind: "Mind") -> Iterator[dict[str, Any]]:
    """Yield the acts that have an effect on the world and failed for good."""
    for row in mind.store.find("action", {"state": "failed"}, _ACTION):
        if row.effect not in EFFECTS:
            continue
        outcome = codec.loads(row.outcome) if row.outcome else None
        target = mind.target(row.id)
        yield {
            "id": row.id,
            "what": "action",
            "key": row.id,
            "kind": row.operation,
            "at": row.ended_at or row.asked_at,
            "reason": getattr(outcome, "sentence", "") or getattr(outcome, "code", ""),
            "about": f"{minds.recipients(target)}: {minds.about(target)}".strip(": "),
            "size": 0,
            "blob": "",
            "fields": {"to": minds.recipients(target), "about": minds.about(target), "attempts": row.attempt},
            "crashes": [],
        }


def _crashes(mind: "Mind", **of: str) -> list[dict[str, Any]]:
    """Return the deaths over something: when, how, in which phase, what else was in hand, and whether they count."""
    found = Crashes(mind.store).over(**of)
    return [
        {
            "at": row.at,
            "how": row.how,
            "phase": row.phase,
            "cycle": row.cycle,
            "percept": row.percept,
            "intention": row.intention,
            "action": row.action,
            "counts": bool(row.counts),
        }
        for row in found
    ]
