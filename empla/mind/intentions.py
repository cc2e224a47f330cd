"""Intentions: plans the employee has committed to, with the history of their steps."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from empla.mind.codec import registered
from empla.mind.percepts import Outcome
from empla.mind.steps import Step
from empla.mind.values import Address


class Stage(StrEnum):
    """Where an intention stands."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    QUARANTINED = "quarantined"
    DONE = "done"
    FAILED = "failed"
    DROPPED = "dropped"


OVER = frozenset({Stage.DONE, Stage.FAILED, Stage.DROPPED})


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class Authority:
    """On whose word an intention acts, and what that word covers (contract 7).

    `principal` is "manager" if it began with an authenticated request of the manager, "company" if the company itself
    asked (hiring), else empty. `people` and `start`..`end` are what `Scope` said of the request. `granted` are
    addresses from outside that the manager opened by answering a question in which they stood; `mail_only`: nothing but
    mail may go out on that answer, for it was a no.
    """

    principal: str = ""
    percept: str = ""
    people: tuple[Address, ...] = ()
    start: datetime | None = None
    end: datetime | None = None
    granted: tuple[Address, ...] = ()
    mail_only: bool = False


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class Intention:
    """One commitment. `reads` are the kinds of source it has read: the label of free text it writes."""

    id: str
    plan: str
    version: int
    kind: str
    bindings: Mapping[str, Any]
    goal: str
    percept: str
    adopted_at: datetime
    stage: Stage = Stage.ACTIVE
    priority: int = 0
    parent: str = ""
    recovering: bool = False
    tried: tuple[str, ...] = ()
    passed_over: tuple[str, ...] = ()
    authority: Authority = Authority()
    reads: tuple[str, ...] = ()
    ended_at: datetime | None = None
    result: Outcome | None = None


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class StepRecord:
    """One step of an intention and, once it is there, its outcome. `index` is "3", or "3.1" inside `Together`."""

    intention: str
    index: str
    fingerprint: str
    step: Step
    outcome: Outcome | None = None

    @property
    def id(self) -> str:
        """Return the step's id; the action that carries it out has the same."""
        return f"{self.intention}.{self.index}"


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A question that awaits one person's answer; used up by the first.

    `message_id` and `thread` are those of the mail that asked, known once it is sent. `grants` and `declines` are those
    of its `Ask`.
    """

    id: str
    who: Address
    expires_at: datetime
    allowed: tuple[str, ...] = ()
    message_id: str = ""
    thread: str = ""
    state: str = "open"
    grants: tuple[Address, ...] = ()
    declines: bool = False


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class HeldSpan:
    """A span of time that was offered or chosen: kept free until `until`, or until the intention ends."""

    id: str
    intention: str
    start: datetime
    end: datetime
    until: datetime
