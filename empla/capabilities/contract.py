"""The plug-in contract, on one page.

A capability is an object with a name, operations and sensors, found by the entry point group `empla.capabilities`.

*Operations* are what an employee can do. Each has an effect class, an argument schema and an idempotency rule; without
these it does not load. An operation works in three steps, and only the last one touches the world:

1. `prepare(arguments, facts)`, pure, inside the cycle's transaction: renders the exact bytes that will go out.
2. The gate decides about operation, payload and facts; payload, decision and ledger entry are committed together.
3. `perform(permit, place, on_wire)`, outside every transaction: hands those very bytes to an adapter. It returns what
   came of it (plain or registered data) or raises an `EmplaError`, whose class decides what happens next.

After a crash, or when `perform` raises `OutcomeUnknown`, `settle` looks for evidence at the other side before anything
is tried again.

*Sensors* notice things. Each has a name and a `watch`, which turns what it notices into percepts; its cursor is
committed together with the percepts.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from pydantic import BaseModel, ConfigDict

from empla.capabilities.calendar.calendars import Calendars
from empla.capabilities.directory import Directory
from empla.capabilities.email.mailbox import Mailbox, OnWire
from empla.clock import Clock
from empla.errors import ExternalError, ResourceError
from empla.governance.permit import Payload, Permit
from empla.mind.beliefs import BeliefBase
from empla.mind.preferences import Wishes


class Effect(StrEnum):
    """What an operation does to the world; the gate's rules speak of these."""

    THINK = "think"  # computes from what is kept here
    READ = "read"  # reads from an account or the directory
    OWN = "own"  # changes only what is the employee's own (its calendar)
    ACT = "act"  # changes what is another's (the manager's calendar)
    TELL = "tell"  # reaches people (mail)


class Risk(StrEnum):
    """How much harm a wrong call can do."""

    NONE = "none"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class Idempotency(StrEnum):
    """What makes a second attempt harmless or detectable."""

    PURE = "pure"  # nothing changes: try again freely
    MESSAGE_ID = "message-id"  # evidence by Message-ID
    CONDITIONAL = "conditional"  # the write is conditional; evidence by UID and content


class Arguments(BaseModel):
    """Base of all argument schemas: strict, closed, and value types must carry their origin."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, arbitrary_types_allowed=True)


class OutcomeUnknown(ExternalError):
    """It cannot be told whether the other side did it."""

    code = "unknown"


class Settled(StrEnum):
    """What the evidence at the other side says of an attempt."""

    DONE = "done"
    NOT_DONE = "not-done"  # proven: it may be tried again
    UNCLEAR = "unclear"  # nothing found, and that proves nothing


class Blobs(Protocol):
    """Kept bytes, by sha256."""

    def read(self, sha256: str) -> bytes:
        """Return the bytes; ResourceError if they are gone."""
        ...

    def keep(self, content: bytes) -> str:
        """Write and fsync the bytes, return their sha256."""
        ...

    def erase(self, sha256: str) -> None:
        """Let the bytes go for good; nothing if they are not there."""
        ...


class MemoryAccess(Protocol):
    """What the employee remembers. In which words is declared in `empla.memory.model`, which stands above this page."""

    @property
    def is_there(self) -> bool:
        """Whether there is a memory to ask at all; where there is none, `recall` and `opened` never answer."""
        ...

    def recall(self, cue: Any, budget: int = 4_000) -> Any:
        """Return what belongs to a `Cue` as `Recalled`, of at most so many tokens; ResourceError if it cannot be."""
        ...

    def opened(self) -> Any:
        """Return the memory to read (`empla.memory.memory.Memory`), brought up to date: for its facts, for instance."""
        ...

    def tell(self, key: str, fields: Mapping[str, Any]) -> None:
        """Have memory changed as `empla.memory.commands` says, once for each key, soon after this returns."""
        ...


class NothingRemembered:
    """Implements `MemoryAccess` where nothing is remembered: each method raises ResourceError."""

    @property
    def is_there(self) -> bool:
        """False."""
        return False

    def recall(self, cue: Any, budget: int = 4_000) -> Any:
        """Raise ResourceError."""
        raise ResourceError("nothing is remembered here")

    def opened(self) -> Any:
        """Raise ResourceError."""
        raise ResourceError("nothing is remembered here")

    def tell(self, key: str, fields: Mapping[str, Any]) -> None:
        """Raise ResourceError."""
        raise ResourceError("nothing is remembered here")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """The workplace as one employee sees it; `memory` is put there by its engine."""

    mailbox: Mailbox
    calendars: Calendars
    directory: Directory
    blobs: Blobs
    clock: Clock
    memory: MemoryAccess = field(default_factory=NothingRemembered)


def _nothing_kept(sha256: str) -> bytes:
    raise ResourceError(f"the kept bytes {sha256} cannot be read here")


@dataclass(frozen=True, slots=True, kw_only=True)
class PrepareFacts:
    """What `prepare` may know besides its arguments. Everything in it is recorded or derived from what is."""

    at: datetime
    employee: str
    address: str
    manager: str
    zone: str
    unique: str  # an HMAC of (employee, intention, step) under the employee's secret, hex: for Message-ID and UID
    domain: str
    disclosure: str  # how mails end: who wrote them
    copy_to: str = ""  # the own address, where a copy that comes back is the only evidence of a sent mail
    holds: Sequence[Mapping[str, Any]] = ()
    kept: Callable[[str], bytes] = _nothing_kept
    """The kept bytes with this sha256, always the same ones; ResourceError if they are gone."""
    history: Callable[[datetime], Mapping[str, Any]] = field(default=lambda _since: {"acts": [], "undertakings": []})
    """What the employee has done and undertaken since then, as its tables tell it now (plain data)."""
    wishes: Wishes = field(default_factory=lambda: Wishes(BeliefBase()))
    """How people want things worded and done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One thing that can be done."""

    name: str
    summary: str
    arguments: type[Arguments]
    effect: Effect
    risk: Risk
    idempotency: Idempotency
    prepare: Callable[[Any, PrepareFacts], Payload]
    perform: Callable[[Permit, Place, OnWire], Awaitable[Any]]
    settle: Callable[[Permit, Place], Awaitable[tuple[Settled, Any]]] | None = None
    lane: Callable[[Any], str] = lambda _: ""
    reversible: bool = False
    inverse: str = ""
    timeout_s: float = 60.0
    """How long an attempt may take; one that submits a mail besides as long as the server may take over that."""
    integration: str | None = None
    """By what it reaches the world: what shares this name fails together, is left alone together when it does, and is
    told to the employee as one ("submission"). None: by the capability's own, or, to think only, by nothing; "": by
    nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Noticed:
    """Something a sensor noticed: a percept to be, with a key that is the same if it is noticed again."""

    key: str
    kind: str
    fields: Mapping[str, Any]
    cursor: Mapping[str, Any]


class Sensor(Protocol):
    """Notices things in the workplace.

    It may have an `integration` besides, as an operation has; without one that is the capability's name.
    """

    name: str

    async def watch(
        self,
        place: Place,
        cursor: Mapping[str, Any] | None,
        deliver: Callable[[Sequence[Noticed]], Awaitable[None]],
    ) -> None:
        """Run until cancelled; `deliver` returns once percepts and cursor are committed.

        `deliver(())` after a look that found nothing says that the other side works. What goes wrong is raised: the
        sensor is started again after a while, by the same rules as an operation (`empla.engine.failing`).
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Capability:
    """A plug-in: operations and sensors under one name."""

    name: str
    operations: tuple[Operation, ...]
    sensors: tuple[Sensor, ...] = ()
