"""Intentions: plans the employee has committed to, with the history of their steps."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from empla.mind.codec import LATER, registered
from empla.mind.percepts import Outcome
from empla.mind.steps import Step
from empla.mind.values import Address


class Stage(StrEnum):
    """Where an intention stands."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    QUARANTINED = "quarantined"  # set aside, for it stopped the process; until a person says what becomes of it
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
    """One plan committed to. `reads` are the kinds of source it has read: the label of free text it writes.

    `like` is the context in which its success will be remembered, if it will be, `reasons` what made up
    its score where there was a choice; `because` are the ids of beliefs that
    its condition found, `watches` the functors whose change makes it be reconsidered; `carries` are the open promises
    that are its to see to, each as "commitment:ID" or "expectation:ID"; `set_aside` is why it was set aside, while it
    is, and `set_aside_with` the key of a percept that was set aside with it. `initiative`: nobody has asked for it, and
    it may be `held_back` until others of that sort are over (`empla.mind.limits`).
    """

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
    like: str | None = field(default=None, metadata=LATER)
    reasons: tuple[str, ...] = field(default=(), metadata=LATER)
    because: tuple[str, ...] = field(default=(), metadata=LATER)
    watches: tuple[str, ...] = field(default=(), metadata=LATER)
    carries: tuple[str, ...] = ()
    set_aside: str = field(default="", metadata=LATER)
    set_aside_with: str = field(default="", metadata=LATER)
    initiative: bool = field(default=False, metadata=LATER)
    held_back: bool = field(default=False, metadata=LATER)

    def ended(self, stage: Stage, result: Outcome, at: datetime) -> "Intention":
        """Return it as it is when it is over. Written out: it is done for every event that a plan handles."""
        return Intention(
            id=self.id,
            plan=self.plan,
            version=self.version,
            kind=self.kind,
            bindings=self.bindings,
            goal=self.goal,
            percept=self.percept,
            adopted_at=self.adopted_at,
            stage=stage,
            priority=self.priority,
            parent=self.parent,
            recovering=self.recovering,
            tried=self.tried,
            passed_over=self.passed_over,
            authority=self.authority,
            reads=self.reads,
            ended_at=at,
            result=result,
            like=self.like,
            reasons=self.reasons,
            because=self.because,
            watches=self.watches,
            carries=self.carries,
            initiative=self.initiative,
        )


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class StepRecord:
    """One step of an intention and, once it is there, its outcome. `index` is "3", or "3.1" inside `Together`.

    `reads` are the functors that the condition of a `Wait` reads.
    """

    intention: str
    index: str
    fingerprint: str
    step: Step
    outcome: Outcome | None = None
    reads: tuple[str, ...] = field(default=(), metadata=LATER)

    @property
    def id(self) -> str:
        """Return the step's id; the action that carries it out has the same."""
        return f"{self.intention}.{self.index}"

    def ended(self, outcome: Outcome) -> "StepRecord":
        """Return it with its outcome."""
        return StepRecord(
            intention=self.intention,
            index=self.index,
            fingerprint=self.fingerprint,
            step=self.step,
            outcome=outcome,
            reads=self.reads,
        )

    @property
    def place(self) -> tuple[int, ...]:
        """Return where it stands among all steps: by intention, then by place in it."""
        return (int(self.intention[1:]), *(int(part) for part in self.index.split(".")))


def top_level(index: str) -> bool:
    """Return whether a step of this index was yielded by the body itself, not as a part of another step."""
    return "." not in index


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
