"""How the employee's connections to the world stand, as beliefs that its plans can reason about.

An *integration* is what operations and sensors reach by one way: reading the mailbox, submitting mail, the calendar
server, the directory, a plug-in's own service. The shell tells each change once (`INTEGRATION`), never each failure;
what was told last is held as `health(integration, state, since, why)`.
"""

from enum import StrEnum

from empla.mind.beliefs import Belief
from empla.mind.immediate import hold_belief
from empla.mind.percepts import Percept
from empla.mind.revising import forget
from empla.mind.thinking import Thinking

HEALTH = "health"
"""Functor of how an integration stands: (integration, state, since, why)."""


class Health(StrEnum):
    """How an integration stands."""

    WORKING = "working"
    TROUBLED = "troubled"  # it fails again and again, or asks for a pause, and is tried on
    DOWN = "down"  # it has failed so often that it is left alone for a while, and tried now and then
    SIGNED_OUT = "signed-out"  # it does not let the account in: a person has to see to that


def note(t: Thinking, event: Percept) -> None:
    """Believe how an integration stands from now on."""
    name, state = str(event.get("name")), str(event.get("state"))
    for old in t.draft.beliefs.matching(HEALTH, name):
        t.raise_all(forget(t.draft, old, "it has changed", t.library.kinds, t.listens, event.origin))
    arguments = (name, state, event.get("since") or t.draft.at, str(event.get("why")))
    hold_belief(t, Belief(functor=HEALTH, arguments=arguments, origin=event.origin), event.origin)
