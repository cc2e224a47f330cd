"""What there is to know of employees, as plain data and as text: for `list` and `show`."""

import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from typing import Any

from rich.text import Text

from empla.config import Home, load_settings
from empla.errors import NotRunning
from empla.hr import profiles, roles
from empla.hr.mailboxes import EXTERNAL
from empla.mind.commitments import COMMITMENT, EXPECTATION, Standing
from empla.store.company import CompanyStore, Status, row_as_data
from runtime.cli import learnings, minds, printing
from runtime.supervisor import up

_COLOURS = {"working": "green", "starting": "yellow", "quarantined": "red", "stopped": "red", "half hired": "yellow"}
_SHORT = 60


def listed(home: Home, *, everybody: bool = False) -> list[dict[str, Any]]:
    """Return the employees, by name: who they are and what each is doing."""
    live = _live(home)
    with CompanyStore(home.company_db) as store, store.reading() as company:
        rows = [e for e in company.employees() if everybody or e.status != Status.OFFBOARDED]
        return [
            {
                "name": e.name,
                "address": e.address,
                "role": e.role,
                "title": roles.role(e.role).title,
                "manager": e.manager,
                "status": e.status,
                "state": _state(e.status, live.get(e.address)),
                "hired_at": e.hired_at.isoformat(),
            }
            for e in rows
        ]


def state_text(employee: Mapping[str, Any]) -> Text:
    """Return an employee's state in its colour."""
    return printing.said(employee["state"], _COLOURS.get(employee["state"], "dim"))


def shown(home: Home, name: str) -> dict[str, Any]:
    """Return all there is to know of one employee; InputError with the nearest name if there is none."""
    with CompanyStore(home.company_db) as store:
        found = profiles.show(store, name)
    live = _live(home).get(found["address"])
    found["state"] = _state(found["status"], live)
    found["reason"] = (live or {}).get("reason", "")
    with minds.opened(home, found["slug"]) as mind:
        found |= _mind(mind, load_settings(home).zone) if mind is not None else {part: [] for part in _MIND}
        found["learned"] = learnings.learned(mind) if mind is not None else {}
    return found


def one(home: Home, name: str) -> dict[str, Any]:
    """Return who is meant by a name, first name or address; InputError with the nearest if nobody is."""
    with CompanyStore(home.company_db) as store, store.reading() as company:
        return dict(row_as_data(profiles.found(company, name)))


def state(home: Home, employee: Mapping[str, Any]) -> str:
    """Return what an employee is doing now."""
    return _state(employee["status"], _live(home).get(employee["address"]))


_MIND = (
    *("intentions", "goals", "commitments", "expectations", "questions"),
    *("unknown_actions", "awaiting_approval", "set_aside", "integrations"),
)


def _mind(mind: minds.Mind, zone: str) -> dict[str, Any]:
    return {
        "intentions": [
            {
                "id": i.id,
                "goal": getattr(mind.goal(i.goal), "name", "") or i.plan,
                "plan": i.plan,
                "stage": i.stage.value,
                "since": i.adopted_at.isoformat(),
                "asked_by": i.authority.principal,
                "waits_for": minds.waits_for(mind.steps(i.id), zone),
            }
            for i in mind.open_intentions()
        ],
        "goals": learnings.pursued(mind),
        "commitments": _promises(mind, COMMITMENT),
        "expectations": _promises(mind, EXPECTATION),
        "questions": [
            {
                "id": q.id,
                "asked": q.who.value,
                "subject": mind.asked_in(q.id),
                "message_id": q.message_id,
                "expires_at": q.expires_at.isoformat(),
            }
            for q in mind.questions()
        ],
        "unknown_actions": [_action(row) for row in mind.actions(state="unknown")],
        "awaiting_approval": [_action(row) for row in mind.actions(state="awaiting_approval")],
        "set_aside": _set_aside(mind),
        "integrations": [
            {"name": name, "state": state, "since": since.isoformat(), "why": why}
            for name, state, since, why in mind.out_of_order()
        ],
    }


def _set_aside(mind: minds.Mind) -> list[dict[str, Any]]:
    """Return the percepts that were set aside, and the intentions; both are `empla quarantine`'s."""
    percepts = [{"percept": r.key, "kind": r.kind, "at": r.at, "why": r.reason} for r in mind.set_aside()]
    intentions = [
        {"intention": i.id, "kind": i.plan, "at": i.adopted_at.isoformat(), "why": i.set_aside}
        for i in mind.open_intentions()
        if i.set_aside
    ]
    return [*percepts, *intentions]


def _promises(mind: minds.Mind, functor: str) -> list[dict[str, Any]]:
    """Return promises as plain data; those that are over keep how they ended, for as long as they are remembered."""
    return [
        {
            "id": promise,
            "debtor": made.debtor.value,
            "creditor": made.creditor.value,
            "content": made.content,
            "made_at": made.made_at.isoformat(),
            "due": made.due.isoformat() if made.due is not None else None,
            "standing": made.standing.value,
            "late_at": made.late_at.isoformat() if made.late_at is not None else None,
            "ended": made.ended,
            "evidence": made.evidence,
        }
        for promise, made in mind.promises(functor)
    ]


def _action(row: Any) -> dict[str, Any]:
    target = json.loads(row.target)
    return {
        "action": row.id,
        "operation": row.operation,
        "to": minds.recipients(target),
        "about": minds.about(target),
        "why": row.why,
    }


def print_shown(found: Mapping[str, Any], home: Home) -> None:
    """Print what `shown` returned, for a person, times in the home's zone."""
    at = partial(printing.moment, zone=load_settings(home).zone)
    printing.console().print(printing.said(found["name"], "bold"))
    state = state_text(found)
    printing.facts(
        {
            "address": found["address"],
            "role": f"{found['title']} ({roles.shown(found['role'])}, version {found['role_version']})",
            "manager": found["manager"],
            "mailbox": _mailbox(found["accounts"]),
            "state": Text.assemble(state, f" ({found['reason']})" if found["reason"] else ""),
            "autonomy": found["phase"],
            "zone, hours": f"{found['zone']}, {found['hours']}",
            "hired": at(found["hired_at"]),
            "left": at(found["left_at"]),
            "granted": _granted(found["grants"]),
            "operations": ", ".join(found["permissions"]["operations"]),
            "limits": ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in found["limits"].items()),
        },
        indent=2,
    )
    _part(
        "Open intentions",
        [(i["goal"], f"since {at(i['since'])}{_going(i)}") for i in found["intentions"]],
        "nothing in hand",
    )
    zone = load_settings(home).zone
    _part("Pursues", [(g["name"], learnings.stands(g, zone)) for g in found["goals"]])
    for title, part, who in (
        ("Has promised", "commitments", "creditor"),
        ("Expects", "expectations", "debtor"),
    ):
        _part(title, [(p[who], p["content"], _stands(p, at)) for p in found[part]])
    _part("Open questions", [(q["asked"], q["subject"], f"until {at(q['expires_at'])}") for q in found["questions"]])
    _part("Waiting for a yes", [(a["action"], _deed(a), a["why"]) for a in found["awaiting_approval"]])
    _part("Set aside", [(s["kind"], at(s["at"]), s["why"]) for s in found["set_aside"]])
    _part("Not in order", [(i["name"], i["state"], f"since {at(i['since'])}", i["why"]) for i in found["integrations"]])
    _part("Has learned", learnings.said(found["learned"]) if found["learned"] else [])
    _part("Outcome unknown", [(a["action"], _deed(a)) for a in found["unknown_actions"]])
    for action in found["unknown_actions"]:
        printing.line(f'  settle it: empla settle "{found["name"]}" {action["action"]} --happened | --not-happened')


def _mailbox(accounts: Sequence[Mapping[str, Any]]) -> str:
    """Return where an employee works that has its account elsewhere, empty for one of the office."""
    for account in accounts:
        if account["kind"] == EXTERNAL and not account["closed_at"]:
            settings = account["settings"]
            ends = (f"{settings[name]['host']}:{settings[name]['port']}" for name in ("imap", "smtp"))
            how = (
                "by copies to itself"
                if settings["copy_to_self"]
                else f"by the server's copies ({settings['evidence']})"
            )
            return f"elsewhere: {', '.join(ends)}; what was sent is shown {how}"
    return ""


def _granted(grants: Sequence[Mapping[str, Any]]) -> str:
    """Return what is open to an employee, by owner: "calendar and invitations of anna@office.example"."""
    kinds: dict[str, list[str]] = {}
    for grant in grants:
        kinds.setdefault(grant["owner"], []).append(grant["kind"])
    return "; ".join(f"{', '.join(found)} of {owner}" for owner, found in kinds.items()) or "nothing of others"


def _part(title: str, rows: Sequence[tuple[Any, ...]], nothing: str = "") -> None:
    if rows or nothing:
        printing.line()
        printing.line(title, "dim")
        if rows:
            printing.table(rows, *[""] * len(rows[0]), indent=2)
        else:
            printing.line(f"  {nothing}")


def _going(intention: Mapping[str, Any]) -> str:
    waits = f", waits for {intention['waits_for']}" if intention["waits_for"] else ""
    return ("" if intention["stage"] == "active" else f" ({intention['stage']})") + waits


def _stands(promise: Mapping[str, Any], at: Callable[[str], str]) -> str:
    """Return when a promise is to be kept, or how it ended."""
    if promise["standing"] == Standing.OPEN:
        late = ", late" if promise["late_at"] else ""
        return f"due {at(promise['due'])}{late}" if promise["due"] else "open"
    return f"{promise['standing']}: {promise['ended']}" if promise["ended"] else str(promise["standing"])


def _deed(action: Mapping[str, Any]) -> str:
    return f"{action['operation']} to {action['to']}" + (f": {action['about'][:_SHORT]}" if action["about"] else "")


def _live(home: Home) -> dict[str, Mapping[str, Any]]:
    """Return what the supervisor says of each employee, by address; nothing if it does not run."""
    with suppress(NotRunning):
        return {e["address"]: e for e in up.status(home)["employees"]}
    return {}


def _state(status: str, live: Mapping[str, Any] | None) -> str:
    if live is not None:
        return str(live["state"])
    known = {Status.PAUSED: "paused", Status.OFFBOARDED: "left", Status.ONBOARDING: "half hired"}
    return known.get(Status(status), "not running")
