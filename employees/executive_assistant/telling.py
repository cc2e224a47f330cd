"""Wording what others wrote, for the manager: who, whether that is certain, the words, and which files. Pure."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from empla.capabilities.email.reading.newtext import new_text
from empla.mind.readings import Mail
from employees.executive_assistant import words
from employees.executive_assistant.guests import Guest

LONGEST = 4_000
"""Characters of a mail that are quoted; the rest is in the mail itself."""


def hello(name: str) -> str:
    """Return the salutation for somebody of whom a name, or only an address, is known."""
    return f"Hello {name.split()[0]}," if "@" not in name else "Hello,"


def quoted(mail: Mail) -> str:
    """Return what a mail newly says, as a quote."""
    said = (new_text(mail.text) or mail.text).strip()
    cut = said if len(said) <= LONGEST else f"{said[:LONGEST]}…\n(cut here; the whole mail is in my mailbox)"
    return "\n".join(f"> {line}".rstrip() for line in cut.splitlines()) if cut else "> (no text)"


def who_answered(mail: Mail, asked: Guest, about: str = "") -> str:
    """Return who has answered: the one who was asked or another, and whether the mail server vouches for that."""
    sender = mail.authenticated or mail.sender
    own = sender is not None and sender.value == asked.address.value
    who = asked.name if own else f"{sender}, whom I did not write to,"
    vouched = "" if mail.authenticated is not None else " The mail server does not vouch that it is from there."
    return f"{who} has answered{about}.{vouched}"


def until_day(back: datetime | None, zone: str) -> str:
    """Return " until Monday, ...": the last day that somebody is away who is back at an instant; empty if unknown."""
    if back is None:
        return ""
    return f" until {words.day((back - timedelta(microseconds=1)).astimezone(ZoneInfo(zone)))}"


def attached(mail: Mail) -> str:
    """Return which files come with a mail, empty if none do."""
    files = words.listed(f"“{file.name or 'a file'}”" for file in mail.attachments)
    return f"Attached: {files}." if files else ""
