"""How an employee has sorted the mails that it has seen: what each wants, how soon, and why."""

from collections.abc import Mapping, Sequence
from typing import Any

from empla.config import Home, load_settings
from runtime.cli import employees, minds, printing

_COLOURS = {"suspicious": "red", "needs-the-manager": "green", "needs-an-answer": "green"}


def mails(home: Home, name: str, *, last: int) -> list[dict[str, Any]]:
    """Return the last mails that an employee has sorted, oldest first; InputError if there is no such employee."""
    slug = employees.one(home, name)["slug"]
    with minds.opened(home, slug) as mind:
        return [_as_data(arguments) for arguments in mind.triaged()[-last:]] if mind is not None else []


def _as_data(arguments: Sequence[Any]) -> dict[str, Any]:
    key, triage, sender, subject, received, inbox_of, *_ = arguments
    return {
        "key": key,
        "received": received.isoformat(),
        "from": sender.value if sender is not None else None,
        "subject": subject,
        "inbox_of": inbox_of.value if inbox_of is not None else None,
        "kind": triage.kind.value,
        "priority": triage.priority,
        "reason": triage.reason,
        "signs": list(triage.signs),
    }


def show(found: Sequence[Mapping[str, Any]], home: Home) -> None:
    """Print mails, one a line, times in the home's zone."""
    if not found:
        printing.line("It has sorted no mail yet.")
        return
    zone = load_settings(home).zone
    rows = [
        (
            printing.moment(mail["received"], zone),
            mail["from"] or "",
            mail["subject"],
            printing.said(mail["kind"], _COLOURS.get(mail["kind"], "dim")),
            mail["priority"],
            mail["reason"],
        )
        for mail in found
    ]
    printing.table(rows, "Received", "From", "Subject", "Kind", "", "Why")
