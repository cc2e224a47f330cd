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
    """Whether the server vouches that the mail is the manager's."""
    vouched = event.mail.authenticated
    managers = beliefs.matching("profile", "manager")
    return vouched is not None and any(b.arguments[1].value == vouched.value for b in managers)


def clear(beliefs: BeliefBase, event: Trigger) -> bool:
    """Whether the mail is the manager's and was understood well enough to act upon."""
    return from_manager(beliefs, event) and sure(event.mail)


def sure(mail: Mail) -> bool:
    """Return whether a mail was understood well enough to act upon."""
    return mail.reading is not None and mail.reading.confidence >= THRESHOLD


def intent(mail: Mail) -> str:
    """Return what a mail is about."""
    return mail.reading.intent if mail.reading is not None else "unknown"


def told(mail: Mail, slot: str) -> Any:
    """Return what a mail says of one thing, None if nothing."""
    return mail.reading.value(slot) if mail.reading is not None else None
