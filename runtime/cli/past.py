"""What an employee did, from its outbox and its ledger."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from empla.config import Home, load_settings
from empla.mind import codec
from runtime.cli import employees, learnings, minds, printing
from runtime.tenure import LEASE_LOST

_COLOURS = {
    **{"done": "green", "reconciled": "green"},
    **{"unknown": "red", "failed": "red", "lost": "red", "refused": "yellow"},
}
_MINDED = ("own", "act", "tell")
"""Effects that change something outside the mind."""


def deeds(home: Home, name: str, *, last: int, everything: bool = False) -> list[dict[str, Any]]:
    """Return the last actions of an employee, oldest first; with `everything` also those that changed nothing."""
    slug = employees.one(home, name)["slug"]
    with minds.opened(home, slug) as mind:
        if mind is None:
            return []
        rows = [row for row in mind.actions() if everything or row.effect in _MINDED]
        done = [deed(mind, row) for row in rows[-last:]]
        return sorted([*done, *_losses(mind)], key=lambda d: str(d["at"]))[-last:]


def _losses(mind: minds.Mind) -> list[dict[str, Any]]:
    """Return how often a process of its lost its lease to another host, and what was refused to it then."""
    return [_loss(row.at, mind.decoded(row).fields) for row in mind.percepts(LEASE_LOST)]


def _loss(at: str, told: Mapping[str, Any]) -> dict[str, Any]:
    under_way = f"; under way: {', '.join(told['under_way'])}" if told["under_way"] else ""
    return {
        "action": f"lease {told['epoch']}",
        "at": at,
        "operation": "lease",
        "effect": "",
        "to": told["successor"],
        "about": f"{told['holder']} tried: {told['tried']}{under_way}",
        "message_id": None,
        "state": "lost",
        "decision": "refuse",
        "rule": "lease",
        "why": f"{told['successor']} has become this employee",
        "attempts": 1,
        "ended_at": at,
        "outcome": None,
        "ledger": [],
    }


def goals_since(home: Home, name: str, found: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the states that goals of an employee went into since the first of these actions, oldest first."""
    slug = employees.one(home, name)["slug"]
    since = datetime.fromisoformat(found[0]["at"]) if found else None
    with minds.opened(home, slug) as mind:
        return learnings.transitions(mind, since) if mind is not None else []


def deed(mind: minds.Mind, row: Any) -> dict[str, Any]:
    """Return one action as plain data, with what the ledger says of it."""
    target = json.loads(row.target)
    outcome = codec.loads(row.outcome) if row.outcome else None
    return {
        "action": row.id,
        "at": row.asked_at,
        "operation": row.operation,
        "effect": row.effect,
        "to": minds.recipients(target),
        "about": minds.about(target),
        "message_id": target.get("message_id"),
        "state": row.state,
        "decision": row.decision,
        "rule": row.rule,
        "why": row.why,
        "attempts": row.attempt,
        "ended_at": row.ended_at or None,
        "outcome": {"status": outcome.status.value, "code": outcome.code, "sentence": outcome.sentence}
        if outcome is not None
        else None,
        "ledger": [{k: r.get(k) for k in ("event", "at", "how", "by") if r.get(k)} for r in mind.ledger_of(row.id)],
    }


def show(found: Sequence[Mapping[str, Any]], home: Home, goals: Sequence[Mapping[str, Any]] = ()) -> None:
    """Print actions, one a line, and what became of goals meanwhile."""
    _show_deeds(found, home)
    if goals:
        zone = ZoneInfo(load_settings(home).zone)
        newest = goals[-1]["at"]
        printing.line()
        rows = [(_when(g["at"], newest, zone), g["name"], g["state"], g["goal"], g["reason"]) for g in goals]
        printing.table(rows, "When", "Goal", "Became", "Id", "Because")


def _show_deeds(found: Sequence[Mapping[str, Any]], home: Home) -> None:
    if not found:
        printing.line("It has done nothing yet.")
        return
    settings = load_settings(home)
    rows = [
        (
            _when(d["at"], found[-1]["at"], ZoneInfo(settings.zone)),
            d["operation"],
            d["to"].replace(f"@{settings.domain}", ""),
            printing.said(d["state"], _COLOURS.get(d["state"], "")),
            d["rule"],
            d["about"],
        )
        for d in found
    ]
    printing.line(f"Times in {settings.zone}", "dim")
    printing.table(rows, "When", "Operation", "To", "State", "Allowed by", "About", cut=True)


def _when(at: str, newest: str, zone: ZoneInfo) -> str:
    """Return an instant; with its year only if that is not the newest one's."""
    here, last = (datetime.fromisoformat(text).astimezone(zone) for text in (at, newest))
    return f"{here:%d %b %H:%M}" if here.year == last.year else f"{here:%d %b %Y %H:%M}"
