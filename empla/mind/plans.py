"""Plans: recipes for an event or a goal, and how they are found.

A body is a generator function with one argument: the event's fields (for a goal its bindings) as a `Trigger`. It is
replayed after a restart, so all that it learns must come from a `yield`.
"""

import ast
import inspect
import textwrap
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Any

from empla.errors import ValidationError
from empla.mind.beliefs import ANY, BeliefBase
from empla.mind.goal_graph import check_aims
from empla.mind.goals import Aim
from empla.mind.kinds import BeliefKind
from empla.mind.logic import Inquiry, Rules
from empla.mind.noticing_detectors import Detector
from empla.mind.noticing_index import Noticing, noticing_of
from empla.mind.percepts import OCCURRENCE
from empla.mind.recipes import Recipe, check_author
from empla.mind.steps import Step
from empla.mind.triggers import Declared

Body = Callable[["Trigger"], Generator[Step, Any, Any]]
INITIATIVES_AT_ONCE = 5


class Trigger(Mapping[str, Any]):
    """What set a plan off: the fields of the event, also as attributes."""

    def __init__(self, fields: Mapping[str, Any]) -> None:
        self._fields = dict(fields)

    def __getitem__(self, name: str) -> Any:
        return self._fields[name]

    def __iter__(self) -> Any:
        return iter(self._fields)

    def __len__(self) -> int:
        return len(self._fields)

    def __getattr__(self, name: str) -> Any:
        try:
            return self._fields[name]
        except KeyError:
            raise AttributeError(f"the event has no field {name!r}; it has {sorted(self._fields)}") from None


@dataclass(frozen=True, slots=True)
class On:
    """When a plan is relevant: an event (or goal) of this kind, whose fields have these values.

    A value may be a set of values; a dotted name looks into a field ("mail.reading.intent"). `pattern` is what the
    arguments of an event about a belief must be, where it is one; `ANY` leaves a place open.
    """

    kind: str
    fields: tuple[tuple[str, Any], ...] = ()
    pattern: tuple[Any, ...] = ()

    def matches(self, kind: str, fields: Mapping[str, Any]) -> bool:
        """Return whether an event of this kind with these fields fits."""
        return kind == self.kind and self.fits(fields)

    def fits(self, fields: Mapping[str, Any]) -> bool:
        """Return whether an event of the right kind has the right fields."""
        if self.pattern and not _begins(fields["arguments"], self.pattern):
            return False
        return not self.fields or all(_equal(want, _look(fields, name)) for name, want in self.fields)


def on(kind: str, **fields: Any) -> On:
    """Return an `On`; write `mail__reading__intent=...` for the dotted name "mail.reading.intent"."""
    return On(kind, tuple((name.replace("__", "."), want) for name, want in sorted(fields.items())))


def goal(name: str) -> On:
    """Return the trigger of a sub-goal asked for with `Achieve(goal=name)`."""
    return On(f"goal:{name}")


def occurred(name: str) -> On:
    """Return the trigger "what is declared under this name is due"; `empla.mind.triggers` has the event's fields."""
    return On(OCCURRENCE, (("trigger", name),))


def believed(functor: str, *pattern: Any) -> On:
    """Return the trigger "a belief of this functor came to be held"; its event has the field `arguments`."""
    return On(f"belief-added:{functor}", pattern=pattern)


def forgotten(functor: str, *pattern: Any) -> On:
    """Return the trigger "such a belief is held no longer"; its event has the fields `arguments` and `reason`."""
    return On(f"belief-removed:{functor}", pattern=pattern)


def changed(functor: str, *pattern: Any) -> On:
    """Return the trigger "another belief took its place"; its event has the fields `arguments` and `before`."""
    return On(f"belief-changed:{functor}", pattern=pattern)


def _begins(arguments: tuple[Any, ...], pattern: tuple[Any, ...]) -> bool:
    """Return whether the arguments have what the pattern gives."""
    if len(arguments) < len(pattern):
        return False
    return all(want is ANY or want == have for want, have in zip(pattern, arguments, strict=False))


def _equal(want: Any, have: Any) -> bool:
    return have in want if isinstance(want, set | frozenset) else bool(have == want)


def _look(fields: Mapping[str, Any], dotted: str) -> Any:
    value: Any = fields
    for name in dotted.split("."):
        value = value.get(name) if isinstance(value, Mapping) else getattr(value, name, None)
        if value is None:
            return None
    return value


class CommitmentStrategy(StrEnum):
    """How long an intention is kept to (Rao and Georgeff, 1991)."""

    BLIND = "blind"  # until it is done or has failed
    SINGLE_MINDED = "single-minded"  # besides, until its goal holds anyhow, or cannot be reached any more
    OPEN_MINDED = "open-minded"  # besides, until what it was adopted on holds no longer


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one intention may use up; None where there is no limit but the house's own.

    `money` is in minor units of the company's currency: the sum of what its outcomes say they cost.
    """

    steps: int | None = None
    actions: int | None = None
    money: int | None = None
    time: timedelta | None = None


NO_LIMITS = Limits()


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What a plan is expected to bring about, and with which probability (0..1)."""

    probability: float
    what: str = ""


def always(_beliefs: BeliefBase, _trigger: Trigger) -> bool:
    """Return True: a plan without a context condition."""
    return True


def anywhere(_beliefs: BeliefBase, _trigger: Trigger) -> str:
    """Return the one context of a plan whose success does not depend on any."""
    return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One recipe: what sets it off, when it applies, what it does, and what it does if that fails.

    `when` is a function, or a query that is asked with the fields of the event as bindings; what its first answer gives
    besides are fields for the body. Among applicable plans the higher `rank` goes first; `empla.mind.choosing` orders
    the rest. `cost` is in units of the author's choice, `risk` from 0 (none) to 1. `like` names the context in which
    its success is remembered. `ways` are the ways of doing that people may prefer or not want ("just-book"), and which
    then order plans of one rank (`empla.mind.preferences`). `achieved` and `impossible` are looked at by plans that are
    not kept to blindly; they are asked with the fields of the event as bindings. `initiative` says that nobody asks for
    what it does: no more of such intentions are at work at once than `PlanLibrary.initiatives_at_once`.
    """

    name: str
    trigger: On
    body: Body
    when: Callable[[BeliefBase, Trigger], bool] | Inquiry = always
    version: int = 1
    goal: str = ""
    rank: int = 0
    cost: float = 1.0
    risk: float = 0.0
    priority: int = 0
    author: str = "built-in"
    recovery: Body | None = None
    quiet: bool = False
    expects: Expected | None = None
    like: Callable[[BeliefBase, Trigger], str] = anywhere
    commitment: CommitmentStrategy = CommitmentStrategy.BLIND
    limits: Limits = NO_LIMITS
    achieved: Inquiry | None = None
    impossible: Inquiry | None = None
    initiative: bool = False
    ways: tuple[str, ...] = ()


@dataclass
class PlanLibrary:
    """What a role brings: plans, by name and version, kinds of belief, the goals it wants, what makes something due,
    and what it looks for of its own accord.

    A version of a plan runs until it has drained (contract 15).
    """

    plans: dict[tuple[str, int], Plan] = field(default_factory=dict)
    kinds: dict[str, BeliefKind] = field(default_factory=dict)
    rules: Rules = field(default_factory=Rules)
    aims: dict[str, Aim] = field(default_factory=dict)
    triggers: dict[str, Declared] = field(default_factory=dict)
    detectors: dict[str, Detector] = field(default_factory=dict)
    initiatives_at_once: int = INITIATIVES_AT_ONCE
    """How many intentions that nobody has asked for are at work at once; what others ask for is not counted."""
    by_kind: dict[str, tuple[Plan, ...]] = field(default_factory=dict, repr=False, compare=False)
    """The plans by the kind of event that sets them off, best first: looked up for each event, so kept."""
    _noticing: Noticing | None = field(default=None, repr=False, compare=False)

    def plan(self, trigger: On, **options: Any) -> Callable[[Body], Body]:
        """Register the decorated body as a plan for `trigger`; options are the fields of `Plan`."""

        def register(body: Body) -> Body:
            name = options.pop("name", body.__name__.replace("_", "-"))
            self.add(Plan(name=name, trigger=trigger, body=body, **options))
            return body

        return register

    def add(self, plan: Plan) -> None:
        """Add a plan; ValidationError if its body could not be replayed safely."""
        for body in (plan.body, plan.recovery):
            if body is not None:
                check_author(plan.author, body)
                check_body(plan.name, body)
        self.plans[plan.name, plan.version] = plan
        self._sort()

    def declare(self, *kinds: BeliefKind) -> None:
        """Declare kinds of belief; ValidationError if a functor is declared otherwise already."""
        for kind in kinds:
            _put_once(self.kinds, kind.functor, kind, "kinds of belief")

    def want(self, *aims: Aim) -> None:
        """Add goals of the role's own; ValidationError for two of one name, and for goals that need each other."""
        for aim in aims:
            _put_once(self.aims, aim.name, aim, "aims")
        check_aims(self.aims)

    def trigger(self, *declared: Declared) -> None:
        """Declare what makes something due; ValidationError for two of one name."""
        for one in declared:
            _put_once(self.triggers, one.name, one, "triggers")
        self._noticing = None

    def detect(self, *detectors: Detector) -> None:
        """Add what to look for; ValidationError for two of one name."""
        for one in detectors:
            _put_once(self.detectors, one.name, one, "detectors")
        self._noticing = None

    @property
    def noticing(self) -> Noticing:
        """Return which triggers and detectors a change concerns."""
        known = self._noticing
        if known is None or known.edition is not self.rules.edition:
            known = self._noticing = noticing_of(self.triggers.values(), self.detectors.values(), self.rules)
        return known

    def include(self, other: "PlanLibrary") -> None:
        """Add all that another library has; ValidationError where both have something else of the same name."""
        for key, plan in other.plans.items():
            _put_once(self.plans, key, plan, "plans")
        self.declare(*other.kinds.values())
        self.rules.add(*other.rules)
        self.want(*other.aims.values())
        self.trigger(*other.triggers.values())
        self.detect(*other.detectors.values())
        if other.initiatives_at_once != INITIATIVES_AT_ONCE:
            self.initiatives_at_once = other.initiatives_at_once
        self._sort()

    def get(self, name: str, version: int) -> Plan | None:
        """Return the plan of this name and version."""
        return self.plans.get((name, version))

    def newest(self, name: str) -> Plan | None:
        """Return the newest version of the plan of this name."""
        versions = [p for (n, _), p in self.plans.items() if n == name]
        return max(versions, key=lambda p: p.version, default=None)

    def listens(self, kind: str) -> bool:
        """Return whether any plan could be set off by an event of this kind."""
        return kind in self.by_kind

    def relevant(self, kind: str, fields: Mapping[str, Any]) -> list[Plan]:
        """Return the newest version of each plan whose trigger fits, best first."""
        fitting = [plan for plan in self.by_kind.get(kind, ()) if plan.trigger.fits(fields)]
        if len(fitting) < 2:
            return fitting
        newest: dict[str, Plan] = {}
        for plan in fitting:
            known = newest.get(plan.name)
            if known is None or known.version < plan.version:
                newest[plan.name] = plan
        return [plan for plan in fitting if newest[plan.name] is plan]

    def _sort(self) -> None:
        found: dict[str, list[Plan]] = {}
        for plan in sorted(self.plans.values(), key=lambda p: (-p.rank, p.cost, p.name)):
            found.setdefault(plan.trigger.kind, []).append(plan)
        self.by_kind = {kind: tuple(plans) for kind, plans in found.items()}


def _put_once(held: dict[Any, Any], name: Any, one: Any, what: str) -> None:
    if held.setdefault(name, one) is not one and held[name] != one:
        called = f"{name[0]!r}, version {name[1]}" if isinstance(name, tuple) else repr(name)
        raise ValidationError(f"there are two {what} of the name {called}")


def check_body(name: str, body: Body) -> None:
    """Refuse a body that swallows everything or yields while it is being closed (contract 15)."""
    if isinstance(body, Recipe):
        return  # was checked when it was made
    if not inspect.isgeneratorfunction(body):
        raise ValidationError(f"the body of plan {name!r} yields nothing: write `yield` in it")
    if len(inspect.signature(body).parameters) != 1:
        raise ValidationError(f"the body of plan {name!r} must take one argument: what set it off")
    tree = ast.parse(textwrap.dedent(inspect.getsource(body)))
    for node in ast.walk(tree):
        if isinstance(node, ast.ExceptHandler) and _catches_all(node):
            raise ValidationError(f"the body of plan {name!r} has a bare `except:`; name what it catches")
        if isinstance(node, ast.Try):
            inside = (n for part in node.finalbody for n in ast.walk(part))
            if any(isinstance(n, ast.Yield | ast.YieldFrom) for n in inside):
                raise ValidationError(f"the body of plan {name!r} yields in `finally`; it could not be closed")


def _catches_all(handler: ast.ExceptHandler) -> bool:
    caught = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(c is None or (isinstance(c, ast.Name) and c.id == "BaseException") for c in caught)
