"""What the assistant's plans know of their employer, and the conditions under which they apply."""

from collections.abc import Generator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from empla.capabilities.email.reading.intents import THRESHOLD
from empla.mind.beliefs import BeliefBase
from empla.mind.plans import Trigger
from empla.mind.readings import Mail
from empla.mind.steps import Ask, Do, Step, query
from empla.mind.values import Address

Steps = Generator[Step, Any, Any]

PATIENCE = timedelta(days=3)
"""How long a question to the manager stays open."""


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
    return from_manager(beliefs, event) and event.mail.reading.confidence >= THRESHOLD


def ask(who: Address, question: Do, patience: timedelta = PATIENCE) -> Ask:
    """Put a question by mail and wait for the answer."""
    return Ask(who=who, by=question, patience=patience)


def intent(mail: Mail) -> str:
    """Return what a mail is about."""
    return mail.reading.intent if mail.reading is not None else "unknown"
