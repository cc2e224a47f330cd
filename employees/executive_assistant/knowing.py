"""What the assistant's plans know of their employer, and the conditions under which they apply."""

from collections.abc import Generator
from dataclasses import dataclass
from typing import Any

from empla.capabilities.email.reading.intents import THRESHOLD
from empla.mind.beliefs import BeliefBase
from empla.mind.plans import Trigger
from empla.mind.readings import Mail
from empla.mind.steps import Step, query
from empla.mind.values import Address

Steps = Generator[Step, Any, Any]
CLAUSE_WORDS = 4
"""From how many words on what was left over is a sentence of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """Who the employee is and works for."""

    name: str
    address: Address
    manager: Address
    manager_name: str
    zone: str
    company: str


def profile() -> Steps:
    """Look up who I am."""
    known = dict((yield query("profile")))
    names = ("name", "address", "manager", "manager_name", "zone", "company")
    return Profile(**{name: known[name] for name in names})


def from_manager(beliefs: BeliefBase, event: Trigger) -> bool:
    """Whether the server vouches that the mail is the manager's, and it was written to the employee.

    The words of a task count like the manager's own: what they may do is decided by the authority of the task.
    """
    if event.mail.task:
        return True
    vouched = event.mail.authenticated if event.mail.inbox_of is None else None
    managers = beliefs.matching("profile", "manager")
    return vouched is not None and any(b.arguments[1].value == vouched.value for b in managers)


def asks(beliefs: BeliefBase, event: Trigger) -> bool:
    """Whether the mail asks something that was understood; besides, it may say more, which is then named as left."""
    mail: Mail = event.mail
    return from_manager(beliefs, event) and (sure(mail) or bool(clauses(mail)))


def clauses(mail: Mail) -> tuple[str, ...]:
    """Return what was left over in a mail and is a sentence of its own rather than stray words."""
    unread = mail.reading.unread if mail.reading is not None else ()
    return tuple(piece for piece in unread if len(piece.split()) >= CLAUSE_WORDS)


def sure(mail: Mail) -> bool:
    """Return whether a mail was understood well enough to act upon."""
    return mail.reading is not None and mail.reading.confidence >= THRESHOLD


def intent(mail: Mail) -> str:
    """Return what a mail is about."""
    return mail.reading.intent if mail.reading is not None else "unknown"


def told(mail: Mail, slot: str) -> Any:
    """Return what a mail says of one thing, None if nothing."""
    return mail.reading.value(slot) if mail.reading is not None else None
