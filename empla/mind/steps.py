"""What a plan body may yield. A step is data: it is recorded, and its outcome is what the body learns."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from empla.mind.beliefs import ANY, Support
from empla.mind.codec import LATER, registered
from empla.mind.goals import Aim
from empla.mind.percepts import Outcome
from empla.mind.terms import Inquiry
from empla.mind.values import Address


class Step:
    """Base of everything a body may yield."""

    __slots__ = ()


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class Do(Step):
    """Ask for one operation of a capability. The outcome's value is what the operation returned."""

    operation: str
    arguments: Mapping[str, Any]


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class Unless(Step):
    """Ask for one operation, and call it off if an event comes before it is begun: of this kind, with these fields.

    Called off it ends with the code `recalled`. What has begun is finished, and its outcome is the step's.
    """

    by: Do
    kind: str
    fields: Mapping[str, Any] = field(default_factory=dict)


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class Query(Step):
    """Look at beliefs. The value is a tuple of the arguments of each that fits, oldest first."""

    functor: str
    pattern: tuple[Any, ...] = ()


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class Now(Step):
    """Learn the time of this cycle."""


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class Believe(Step):
    """Hold a belief: until `until`, or for as long as `lasts`, if given; else for as long as its kind says.

    It rests on the percept behind this intention, or on what `because` names: percept keys and propositions, each of
    which is enough by itself; several in a tuple of their own must all hold.
    """

    functor: str
    arguments: tuple[Any, ...]
    confidence: float = 1.0
    until: datetime | None = None
    lasts: timedelta | None = field(default=None, metadata=LATER)
    because: tuple[Support | tuple[Support, ...], ...] = field(default=(), metadata=LATER)


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class Forget(Step):
    """Withdraw the beliefs that fit, or, with `of`, everything that rests on one percept or belief alone.

    What rested on a withdrawn belief, and on nothing else, goes with it.
    """

    functor: str = ""
    pattern: tuple[Any, ...] = ()
    of: str = field(default="", metadata=LATER)


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class Reason(Step):
    """Ask a query of the beliefs, by the rules of the role. The value is a tuple of answers: mappings by variable."""

    query: Inquiry
    bindings: Mapping[str, Any] = field(default_factory=dict)


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class Wait(Step):
    """Wait for a percept of kind `kind` whose fields have these values, for `until`, or for whichever comes first.

    With `condition` it waits until that query holds: asked at once, and again when a functor that it reads changes; the
    value is then its first answer, a mapping by variable. Otherwise the value is the percept, or None if the time came
    first. Waiting takes a row, not a process.
    """

    until: datetime | None = None
    kind: str = ""
    fields: Mapping[str, Any] = field(default_factory=dict)
    condition: Inquiry | None = field(default=None, metadata=LATER)


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class Ask(Step):
    """Put one question to one person by the operation in `by`, and wait for that person's answer in its thread.

    The value is the answering mail, or None if nobody answered in `patience`. It is answered once.

    `grants` are addresses from outside that the manager's answer opens for this intention: a `Scope` may name them from
    then on. Each must stand in the text of the question, which goes to the manager alone; only an answer in that very
    thread opens them, and a no does not. With `declines` the question says that they are told so after a no; then a no
    opens them for mail and nothing else.
    """

    who: Address
    by: Do
    patience: timedelta
    allowed: tuple[str, ...] = ()
    grants: tuple[Address, ...] = ()
    declines: bool = False


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class Achieve(Step):
    """Have a sub-goal reached by whichever plan is applicable. The value is what that plan returned."""

    goal: str
    bindings: Mapping[str, Any] = field(default_factory=dict)


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class Handle(Step):
    """Have an event handled, as a part of this intention, by whichever plan for it is applicable. The value is what
    that plan returned.

    Unlike `Raise` it waits for that plan, which acts on this intention's authority and reaches nobody who waits for
    such an event.
    """

    kind: str
    fields: Mapping[str, Any] = field(default_factory=dict)


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class Together(Step):
    """Have several steps done at once. The value is the tuple of their values; the first failure is thrown."""

    steps: tuple[Step, ...]


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class Either(Step):
    """Try these steps in order until one is done; the value is that one's. If none is, the last failure is thrown."""

    steps: tuple[Step, ...]


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class Atomic(Step):
    """Have several steps of the mind's own done all or none: if one fails, those before it are undone.

    Only steps whose outcome is known at once may stand in it. The value is the tuple of their values.
    """

    steps: tuple[Step, ...]


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class Pursue(Step):
    """Take up a goal of its own, beside this intention. The value is its id; it goes on when this intention is over."""

    aim: Aim


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class Settle(Step):
    """Say what becomes of a goal: `state` is "suspended", "active" again, "achieved" or "dropped"; and why."""

    goal: str
    state: str
    reason: str


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class Hold(Step):
    """Keep these spans of time free of other offers and bookings until `until`; the value is None.

    What the same intention kept before is free again; without spans it keeps nothing. Ends with the intention.
    """

    spans: tuple[tuple[datetime, datetime], ...]
    until: datetime


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class Scope(Step):
    """State what the request behind this intention covers: the people it may reach, and between which times.

    The gate holds every outward act to it. Each address must carry the origin manager or directory, or have been
    granted by the manager's answer to an `Ask`; a later `Scope` replaces the earlier one.
    """

    people: tuple[Address, ...]
    start: datetime | None = None
    end: datetime | None = None


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class Raise(Step):
    """Raise an event, for other plans to react to in this same cycle."""

    kind: str
    fields: Mapping[str, Any] = field(default_factory=dict)


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class SetAside(Step):
    """Quarantine the percept with this key: kept with its evidence, not handled further."""

    percept: str
    reason: str


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class Decide(Step):
    """Say the manager's word on an action that awaits approval.

    Approve may only the intention that the request for approval set off, after a vouched yes of the manager to the
    question that it put last.
    """

    action: str
    approved: bool
    by: Address


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class Again(Step):
    """End here and start afresh with these bindings, so that a body that runs for ever keeps a short history."""

    bindings: Mapping[str, Any] = field(default_factory=dict)


class ActionFailed(Exception):
    """Thrown into a body when a step was not done; it may be caught."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome.sentence or outcome.code)
        self.outcome = outcome

    @property
    def code(self) -> str:
        """Return the stable code of what went wrong."""
        return self.outcome.code


def query(functor: str, *pattern: Any) -> Query:
    """Return a `Query`; `ANY` leaves a place open."""
    return Query(functor=functor, pattern=tuple(_Open() if p is ANY else p for p in pattern))


@registered
@dataclass(frozen=True, slots=True)
class _Open:
    """How `ANY` is kept."""


def opened(pattern: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return a kept pattern with its open places as `ANY` again."""
    for part in pattern:
        if type(part) is _Open:
            return tuple(ANY if isinstance(p, _Open) else p for p in pattern)
    return pattern


def label(step: Step) -> str:
    """Return a step's kind as people read it: "email.reply", "wait", ..."""
    return step.operation if isinstance(step, Do) else type(step).__name__.lower()


_SIMPLE: dict[type, str] = {}
"""The labels of steps whose kind is all there is to say."""


def fingerprint(step: Step, index: str) -> str:
    """Return what must be the same when a body is replayed: kind, operation and place (contract 15)."""
    known = _SIMPLE.get(type(step))
    if known is not None:
        return f"{index}:{known}"
    if isinstance(step, Together | Either | Atomic):
        return f"{index}:{label(step)}({','.join(label(s) for s in step.steps)})"
    if not isinstance(step, Do):
        _SIMPLE[type(step)] = label(step)
    return f"{index}:{label(step)}"
