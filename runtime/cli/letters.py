"""Mails as plain data and as text."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from empla.errors import ValidationError
from runtime.cli import printing
from runtime.client import Letter

_GIST = 70


def as_data(letter: Letter) -> dict[str, Any]:
    """Return a mail as `--json` prints it; `text` is what is new in it, without quotes and signature."""
    date = _date(letter)
    return {
        "message_id": letter.message_id,
        "from": letter.sender,
        "to": str(letter.message["To"] or ""),
        "date": date.isoformat() if date is not None else None,
        "subject": letter.subject,
        "in_reply_to": str(letter.message["In-Reply-To"] or "").strip() or None,
        "text": letter.new,
        "invitation": _method(letter),
    }


def show(letter: Letter, zone: str) -> None:
    """Print one mail: head, then what is new in it."""
    data = as_data(letter)
    printing.line()
    printing.facts(
        {
            "from": data["from"],
            "to": data["to"],
            "date": printing.moment(data["date"], zone),
            "subject": data["subject"],
            "id": data["message_id"],
            "invitation": data["invitation"],
        }
    )
    printing.line()
    printing.line(data["text"])


def show_all(letters: Sequence[tuple[int, Letter]], zone: str) -> None:
    """Print mails one a line, with the numbers by which they can be read."""
    rows = []
    for number, letter in letters:
        data = as_data(letter)
        gist = " ".join(data["text"].split())[:_GIST]
        rows.append((number, printing.moment(data["date"], zone), data["from"], data["subject"], gist))
    printing.table(rows, "", "Date", "From", "Subject", "", cut=True)


def _date(letter: Letter) -> datetime | None:
    header = letter.message["Date"]
    found = getattr(header, "datetime", None)
    return found if isinstance(found, datetime) and found.tzinfo is not None else None


def _method(letter: Letter) -> str | None:
    try:
        found = letter.invitation
    except (ValueError, ValidationError):
        return None
    return str(found.get("METHOD", "")) or None if found is not None else None
