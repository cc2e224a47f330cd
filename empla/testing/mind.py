"""A mind by itself: given these beliefs and this mail, when the cycle runs, then these actions.

    mind = Mind(library, profile=PROFILE).given("works_in", BOB, "sales")
    mind.when(mail(MARIA, "Please book half an hour with Bob on Friday."))
    mind.then.asked("calendar.find_slot", minutes=30)
    mind.done("calendar.find_slot", Slots(options=(slot,)))
    mind.then.asked("email.send", text=containing("Friday"))
    mind.let_pass(timedelta(days=2))
    mind.then.asked_nothing()

There is no store, no gate and no server: what an action comes to is told by the test. After every cycle the mind is
what a new process would read back: its generators are dropped, and all that it holds went through the codec.
`empla.testing.employee` is a whole employee, with all of them.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, TypeVar

from empla.capabilities.email.reading import read
from empla.engine.timers import timer
from empla.mind import codec
from empla.mind.beliefs import Belief
from empla.mind.bodies import Guard
from empla.mind.cycle import cycle
from empla.mind.intentions import OVER, Intention, Stage, StepRecord
from empla.mind.percepts import OUTCOME, TIMER, Outcome, Percept, Status
from empla.mind.plans import PlanLibrary
from empla.mind.readings import Mail, Reading, Slot
from empla.mind.state import Asked, Believed, Continued, Delta, Due, Forgotten, MindState, Noted
from empla.mind.values import OUTSIDE, OWN, Address, Origin, Source
from empla.store.store import instant
from empla.testing.clock import MONDAY
from empla.testing.employee import MARIA

T = TypeVar("T")
_TICK = timedelta(seconds=1)
_LONGEST = 20
"""How many cycles one percept may take here; each handles a thousand events."""
_MOST_LINES = 20
_MOST_NAMED = 4
"""How many of the plans that were not chosen are named."""
_STEP_ID = re.compile(r"i\d+(?:\.\d+)+")


@dataclass
class Mind:
    """One mind with its plans. `at` is its time: a second later at each thing it is told, and what a test makes it."""

    library: PlanLibrary = field(default_factory=PlanLibrary)
    profile: Mapping[str, Any] | None = None
    state: MindState = field(default_factory=MindState)
    at: datetime = MONDAY
    guard: Guard | None = None
    deltas: list[Delta] = field(default_factory=list)
    _since: int = 0
    _fired: set[tuple[str, datetime]] = field(default_factory=set)

    def __post_init__(self) -> None:
        if self.profile is not None:
            self.tell("profile", origin=Origin(Source.POLICY), **self.profile)

    # given ----------------------------------------------------------------------------------------------------

    def given(
        self,
        functor: str,
        *arguments: Any,
        confidence: float = 1.0,
        until: datetime | None = None,
        origin: Origin = OWN,
    ) -> "Mind":
        """Have it hold a belief from the beginning; no event is raised."""
        belief = Belief(
            functor=functor,
            arguments=arguments,
            confidence=confidence,
            observed_at=self.at,
            valid_until=until,
            origin=origin,
        )
        self.state.apply(_kept([Believed(belief=belief)]))
        return self

    # when -----------------------------------------------------------------------------------------------------

    def when(self, event: Mail | str, *, key: str = "", origin: Origin = OWN, **fields: Any) -> "Mind":
        """Let a mail come, or an event of this kind with these fields, and let it think until it waits.

        A mail comes from outside, whoever wrote it. An event is the company's own unless `origin` says otherwise.
        """
        self._since = len(self.deltas)
        if isinstance(event, Mail):
            self.hear(Percept(key=key or event.key, kind="mail", fields={"mail": event}, origin=OUTSIDE))
        else:
            self.tell(event, key, origin, **fields)
        self._go_on()
        return self

    def done(self, action: str, value: Any = None) -> Delta:
        """Tell it that an action was done. `action` is its id, or its operation: then the eldest that waits."""
        return self._outcome(action, Outcome(status=Status.DONE, value=value))

    def failed(self, action: str, code: str = "broken", sentence: str = "no") -> Delta:
        """Tell it that an action was tried and failed."""
        return self._outcome(action, Outcome(status=Status.FAILED, code=code, sentence=sentence))

    def refused(self, action: str, code: str = "refused", sentence: str = "no") -> Delta:
        """Tell it that the gate, or a person, said no to an action."""
        return self._outcome(action, Outcome(status=Status.REFUSED, code=code, sentence=sentence))

    def let_pass(self, span: timedelta) -> "Mind":
        """Let time pass; each wait that is over wakes at its own instant."""
        self._since = len(self.deltas)
        end = self.at + span
        while (due := self._next_due(end)) is not None:
            self._fired.add((due.step, due.at))
            self.at = max(self.at, due.at)
            self._think(timer(due.step, instant(due.at)))
            self._go_on()
        self.at = max(self.at, end)
        return self

    def tell(self, kind: str, key: str = "", origin: Origin = OWN, **fields: Any) -> Delta:
        """Tell it one percept, in one cycle; return what that changed."""
        return self.hear(Percept(key=key or f"{kind}:{len(self.deltas)}", kind=kind, fields=fields, origin=origin))

    def hear(self, percept: Percept) -> Delta:
        """Tell it a percept as it comes out of the inbox, in one cycle."""
        self.at += _TICK
        return self._think(percept)

    def time_for(self, step: str) -> Delta:
        """Tell it that the wait of one step is over, whatever time it is."""
        return self.tell(TIMER, step=step)

    def _outcome(self, action: str, outcome: Outcome) -> Delta:
        self._since = len(self.deltas)
        delta = self.tell(OUTCOME, action=self._action(action), outcome=outcome)
        self._go_on()
        return delta

    def _action(self, named: str) -> str:
        if _STEP_ID.fullmatch(named):
            return named
        waiting = [a for a in self.changes(Asked) if self._waits(a.action)]
        for action in waiting:
            if action.operation == named:
                return action.action
        raise AssertionError(f"no {named} waits for an outcome; {_listed('there waits', map(_worded, waiting))}")

    def _waits(self, action: str) -> bool:
        intention, _, index = action.partition(".")
        record = self.state.histories.get(intention, {}).get(index)
        return record is not None and record.outcome is None

    def _next_due(self, end: datetime) -> Due | None:
        coming = [d for d in self.changes(Due) if d.at <= end and (d.step, d.at) not in self._fired]
        return min(coming, key=lambda d: d.at, default=None)

    def _go_on(self) -> None:
        """Run the cycles in which a long one goes on."""
        for _ in range(_LONGEST):
            rest = [c.percept for c in self.deltas[-1].changes if isinstance(c, Continued)]
            if not rest:
                return
            self._think(rest[0])
        raise AssertionError(
            f"it does not come to rest: {_LONGEST} cycles, and it still goes on\n{self.then.what_came()}"
        )

    def _think(self, percept: Percept) -> Delta:
        more = {"guard": self.guard} if self.guard else {}
        delta = cycle(self.state, _kept(percept), self.at, self.library, **more)
        self.state.apply(_kept(delta.changes))
        self.state.live.clear()
        self.deltas.append(delta)
        return delta

    # then -----------------------------------------------------------------------------------------------------

    @property
    def then(self) -> "Then":
        """Return what came of the last that it was told: the last `when`, outcome, or time that passed."""
        return Then(self, tuple(self.deltas[self._since :]))

    def changes(self, kind: type[T]) -> list[T]:
        """Return every change of one kind so far."""
        return [c for delta in self.deltas for c in delta.changes if isinstance(c, kind)]

    @property
    def asked(self) -> list[str]:
        """Return the ids of the actions asked for so far."""
        return [a.action for a in self.changes(Asked)]

    def believes(self, functor: str) -> list[tuple[Any, ...]]:
        """Return the arguments of the beliefs held."""
        return [b.arguments for b in self.state.beliefs.matching(functor)]

    def ends(self) -> list[tuple[str, str, str]]:
        """Return plan, stage and code of every intention that is over, in order."""
        over = [i for i in self.changes(Intention) if i.stage in OVER]
        return [(i.plan, i.stage.value, i.result.code if i.result else "") for i in over]

    def steps(self, intention: str) -> list[StepRecord]:
        """Return the steps of an intention that is not over."""
        return list(self.state.histories[intention].values())


@dataclass(frozen=True, slots=True)
class Then:
    """What came of something; each method asserts one thing, and says what was there instead if it fails."""

    mind: Mind
    deltas: tuple[Delta, ...]

    def asked(self, operation: str, **arguments: Any) -> Asked:
        """Assert that an action was asked for, with at least these arguments, and return it."""
        found = self._changes(Asked)
        for action in found:
            if action.operation == operation and all(action.arguments.get(n) == v for n, v in arguments.items()):
                return action
        wanted = f"{operation}({_arguments(arguments)})"
        raise AssertionError(f"{wanted} was not asked for\n{self.what_came()}")

    def asked_nothing(self) -> None:
        """Assert that no action was asked for."""
        if self._changes(Asked):
            raise AssertionError(f"nothing should have been asked for\n{self.what_came()}")

    def adopted(self, plan: str) -> Intention:
        """Assert that a plan was adopted, and return the intention."""
        for intention in self._changes(Intention):
            if intention.plan == plan:
                return intention
        raise AssertionError(f"the plan {plan} was not adopted\n{self.what_came()}")

    def done(self, plan: str) -> Outcome:
        """Assert that a plan has come to its end, and return what it returned."""
        return self._ended(plan, Stage.DONE, "")

    def failed(self, plan: str, code: str = "") -> Outcome:
        """Assert that a plan has failed, with this code if one is given, and return how."""
        return self._ended(plan, Stage.FAILED, code)

    def believes(self, functor: str, *pattern: Any) -> tuple[Any, ...]:
        """Assert that a belief that fits is held now, and return its arguments."""
        found = self.mind.state.beliefs.matching(functor, *pattern, at=self.mind.at)
        if not found:
            held = [f"{functor}{arguments!r}" for arguments in self.mind.believes(functor)]
            wanted = f"{functor}({', '.join(map(repr, pattern))})"
            raise AssertionError(f"{wanted} is not believed\n{_listed('believed', held)}\n{self.what_came()}")
        return found[0].arguments

    def believes_no(self, functor: str, *pattern: Any) -> None:
        """Assert that no belief that fits is held now."""
        found = self.mind.state.beliefs.matching(functor, *pattern, at=self.mind.at)
        if found:
            raise AssertionError(f"{functor}{found[0].arguments!r} is believed\n{self.what_came()}")

    def _ended(self, plan: str, stage: Stage, code: str) -> Outcome:
        for intention in self._changes(Intention):
            result = intention.result
            if (intention.plan, intention.stage) != (plan, stage) or result is None:
                continue
            if code in ("", result.code):
                return result
        wanted = f"{stage.value}{f' with {code}' if code else ''}"
        raise AssertionError(f"the plan {plan} is not {wanted}\n{self.what_came()}")

    def _changes(self, kind: type[T]) -> list[T]:
        return [c for delta in self.deltas for c in delta.changes if isinstance(c, kind)]

    def what_came(self) -> str:
        """Describe all that came of it, for a person whose test has failed."""
        intentions = {i.id: i for i in self._changes(Intention)}
        lines = [
            _listed("asked for", map(_worded, self._changes(Asked))),
            _listed("plans", map(_stood, intentions.values())),
            _listed("believed", (f"{b.belief.functor}{b.belief.arguments!r}" for b in self._changes(Believed))),
            _listed("forgotten", (f.reason for f in self._changes(Forgotten))),
            _listed("noted", (n.text for n in self._changes(Noted))),
        ]
        return "\n".join(lines)


# mails ---------------------------------------------------------------------------------------------------------------


def mail(
    sender: str | Address,
    text: str = "",
    *,
    vouched: bool = True,
    key: str = "mail:1",
    subject: str = "A mail",
    intent: str = "",
    slots: Mapping[str, Any] | None = None,
    replying: str = "",
    thread: str = "",
    at: datetime = MONDAY,
    zone: str = "UTC",
    manager: str = MARIA,
    **more: Any,
) -> Mail:
    """Return a mail as `email.read` gives it; `more` are other fields of `Mail`.

    `vouched` says that the receiving server saw its sender signed in. It is read by the real reader, as at `at` in
    `zone` and for whoever works for `manager`, unless `intent` and `slots` say what was understood. `replying` is the
    Message-ID that it answers.
    """
    address = Address(str(sender), Origin(Source.PERCEPT, key, "from"))
    made = Mail(
        key=key,
        message_id=f"<{key}@test.example>",
        blob="",
        subject=subject,
        sender=address,
        authenticated=address if vouched else None,
        text=text,
        in_reply_to=(replying,) if replying else (),
        thread=thread or replying or f"<{key}@test.example>",
        sent=at,
        **more,
    )
    if intent:
        understood = {name: Slot(value=value, words="") for name, value in (slots or {}).items()}
        return replace(made, reading=Reading(reader="test", version=1, intent=intent, confidence=1.0, slots=understood))
    return replace(made, reading=read(made, at, zone, manager))


class Containing:
    """Equal to every text in which these words stand, however its lines are broken."""

    def __init__(self, *words: str) -> None:
        self.words = words

    def __eq__(self, other: object) -> bool:
        return isinstance(other, str) and all(" ".join(w.split()) in " ".join(other.split()) for w in self.words)

    def __hash__(self) -> int:
        return hash(self.words)

    def __repr__(self) -> str:
        return f"containing({', '.join(map(repr, self.words))})"


def containing(*words: str) -> Any:
    """Return what is equal to every text with these words in it, to be written where a text is expected."""
    return Containing(*words)


# words for what came -------------------------------------------------------------------------------------------------


def _kept(value: Any) -> Any:
    """Return a value as it is read back from a store: nothing but its bytes survives."""
    return codec.loads(codec.dumps(value))


def _listed(title: str, lines: Iterable[str]) -> str:
    found = [f"\n    {line}" for line in lines]
    more = [f"\n    and {len(found) - _MOST_LINES} more"] if len(found) > _MOST_LINES else []
    return f"{title}:{''.join([*found[:_MOST_LINES], *more]) or ' nothing'}"


def _worded(action: Asked) -> str:
    return f"{action.action} {action.operation}({_arguments(action.arguments)})"


def _arguments(arguments: Mapping[str, Any]) -> str:
    return ", ".join(f"{name}={_short(value)}" for name, value in arguments.items())


def _short(value: Any) -> str:
    match value:
        case Address():
            return value.value
        case Mail():
            return f"<mail {value.key}>"
        case tuple() | list():
            return f"({', '.join(map(_short, value))})"
    said = repr(value)
    return said if len(said) <= 200 else f"{said[:200]}…"


def _stood(intention: Intention) -> str:
    how = intention.stage.value
    if intention.result is not None and intention.result.code:
        how = f"{how}: {intention.result.code}: {intention.result.sentence}"
    others = "; ".join(intention.passed_over[:_MOST_NAMED])
    more = len(intention.passed_over) - _MOST_NAMED
    over = f"; not {others}{f' and {more} more' if more > 0 else ''}" if others else ""
    return f"{intention.id} {intention.plan} for {intention.kind}: {how}{over}"
