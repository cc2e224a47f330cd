"""Who the employee is, as these plans need it, and how they word things."""

from collections.abc import Generator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from empla.capabilities.email.results import Sent
from empla.mind.commitments import Commitment
from empla.mind.steps import Step, query
from empla.mind.values import Address

Steps = Generator[Step, Any, Any]
LONGEST = 300
"""Characters of somebody's words that are quoted in one line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Me:
    """Who the employee is and works for."""

    address: Address
    manager: Address
    manager_name: str
    zone: str


def myself() -> Generator[Step, Any, Me]:
    """Look up who I am."""
    known = dict((yield query("profile")))
    return Me(**{name: known[name] for name in ("address", "manager", "manager_name", "zone")})


def moment(instant: datetime, zone: str) -> str:
    """Return "Tuesday, 1 December 2026, 14:00 (Europe/Berlin)"."""
    local = instant.astimezone(ZoneInfo(zone))
    return f"{local:%A}, {local.day} {local:%B %Y, %H:%M} ({zone})"


def short(text: str, longest: int = LONGEST) -> str:
    """Return words in one line, cut where they are long."""
    plain = " ".join(text.split())
    return plain if len(plain) <= longest else f"{plain[: longest - 1]}…"


def paragraphs(*parts: str) -> str:
    """Return the parts that are not empty, with an empty line between."""
    return "\n\n".join(part for part in parts if part)


def command_of(who: str, me: Me) -> str:
    """Return "a command of Olga", or "a command of yours" to the manager whose own it is."""
    return f"a command of {'yours' if who == me.manager.value else who}"


def thread_of(made: Commitment) -> Sent | None:
    """Return the mail in whose thread is written about a promise, None if it was made in none."""
    return Sent(message_id=made.mail, thread=made.thread) if made.mail and made.thread else None
