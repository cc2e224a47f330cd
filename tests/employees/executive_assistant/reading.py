"""Mails of the manager as the real reader understands them."""

from dataclasses import replace
from datetime import UTC, datetime

from empla.capabilities.email.reading import read
from empla.mind.readings import Mail
from empla.mind.values import OUTSIDE, Address

MARIA = "maria@office.example"
ZONE = "UTC"
MONDAY = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


def understood(text: str, *, replying: bool = False) -> Mail:
    """Return a mail of the manager's with its reading."""
    address = Address(MARIA, OUTSIDE)
    mail = Mail(
        key="mail:1",
        message_id="<1@office.example>",
        blob="",
        subject="",
        sender=address,
        authenticated=address,
        in_reply_to=("<0@office.example>",) if replying else (),
        thread="<0@office.example>",
        text=text,
    )
    return replace(mail, reading=read(mail, MONDAY, ZONE, MARIA))
