"""Families of requests that are told by cues of their own, each in a module of its own.

A family is a function of one sentence. It says what the sentence asks for, or None if it is none of its business; it
never raises, and what it cannot place inside a sentence of its own goes into `unread`. Families are tried in the order
of `families()` before the general cues, so a family must be sure that the sentence is its own.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from empla.capabilities.email.reading.intents import Doubt, Intent
from empla.capabilities.email.reading.slots import Setting
from empla.mind.readings import Mail, Slot


@dataclass(frozen=True, slots=True, kw_only=True)
class Understood:
    """What one sentence asks for. Positions in slots count from the beginning of the sentence."""

    intent: Intent
    slots: Mapping[str, Slot] = field(default_factory=dict)
    doubts: tuple[Doubt, ...] = ()
    unread: tuple[str, ...] = ()
    confidence: float = 0.95


Family = Callable[[str, Setting, Mail], Understood | None]
"""Reads one sentence (without its closing mark), as written by somebody in a setting, in a mail."""


def families() -> tuple[Family, ...]:
    """Return the families in the order in which they are tried."""
    return ()
