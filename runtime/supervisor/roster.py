"""Who shall have a process."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterEntry:
    """One employee of the company: `slug` names its folder; `manager` is an address; `paused` ones get no process."""

    slug: str
    name: str
    address: str
    role: str
    manager: str
    paused: bool = False


Roster = Callable[[], Sequence[RosterEntry]]
"""Reads the roster as it is now."""
