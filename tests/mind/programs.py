"""Random programs of plans, and a world that answers them in random order.

A program is data: a tuple of instructions that one generic body walks. So programs can be drawn at random (by
hypothesis, or from a seed), while each body is an ordinary replayable generator. `World` stands in for the shell: it
keeps what was asked for, and tells outcomes, times, mails and events in whatever order it is told to.

Run as a script it prints the digest of all Deltas of many programs: the same in every process, on every hash seed.
"""

import hashlib
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import patch

from empla.mind import codec
from empla.mind import cycle as cycle_module
from empla.mind.commitments import (
    COMMITMENT,
    EXPECTATION,
    BeliefHeld,
    Close,
    Commitment,
    Expect,
    MailSent,
    Promise,
    Release,
    Standing,
)
from empla.mind.cycle import cycle
from empla.mind.goals import Aim
from empla.mind.intentions import OVER, Intention
from empla.mind.logic import lit
from empla.mind.logic import query as asked
from empla.mind.percepts import OUTCOME, TIMER, Outcome, Percept, Status
from empla.mind.plans import Body, Plan, PlanLibrary, always, believed, goal, on
from empla.mind.readings import Mail
from empla.mind.state import Asked, Continued, Delta, Due, MindState
from empla.mind.steps import (
    Achieve,
    ActionFailed,
    Again,
    Ask,
    Atomic,
    Believe,
    Do,
    Either,
    Forget,
    Handle,
    Hold,
    Now,
    Pursue,
    Raise,
    Reason,
    Scope,
    Settle,
    Step,
    Together,
    Wait,
    query,
)
from empla.mind.terms import Inquiry, Variable
from empla.mind.values import OWN, Address, Origin, Source

START = datetime(2026, 11, 23, 8, tzinfo=UTC)
MARIA = Address("maria@office.example", Origin(Source.POLICY))
ADA = Address("ada@office.example", OWN)
STRANGER = Address("eve@evil.example", Origin(Source.PERCEPT))
KINDS = ("ping", "pong")
GOALS = ("one", "two", "three")
PROMISED = ("commitment-closed", "commitment-orphaned", "commitment-lost", "expectation-late")
GROUPS = (
    ("do", "do", "ask", "achieve", "either", "handle"),
    ("believe", "believe", "forget", "query", "now", "reason", "atomic"),
    ("wait", "wait-that", "hold", "scope", "stranger-scope", "raise", "pursue", "settle"),
    ("promise", "promise", "expect", "keep", "break", "release", "believe-promise", "forget-promise"),
)
SIMPLE = tuple(dict.fromkeys(name for group in GROUPS for name in group))
OTHERS = ("catch", "together", "again", "boom", "junk", "not-kept", "return")

Program = tuple[Any, ...]
Choose = Callable[[int], int]
"""Gives a number from 0 to below its argument: drawn by hypothesis, or by a seeded generator."""


def random_program(choose: Choose, depth: int = 2) -> Program:
    """Draw a program of up to five instructions."""
    return tuple(_instruction(choose, depth) for _ in range(choose(6)))


def _instruction(choose: Choose, depth: int) -> Any:
    groups = (*GROUPS, OTHERS) if depth else GROUPS
    names = groups[choose(len(groups))]
    name = names[choose(len(names))]
    if name == "together":
        return (name, tuple(_instruction(choose, 0) for _ in range(choose(4))))
    if name == "catch":
        return (name, _instruction(choose, 0))
    return (name, choose(3))


def _at(minutes: int) -> datetime:
    return START + timedelta(minutes=minutes)


def _made(n: int, standing: Standing = Standing.OPEN) -> Commitment:
    return Commitment(
        debtor=ADA,
        creditor=MARIA,
        content=f"promise {n}",
        made_at=START,
        due=_at(8 * n + 8) if n else None,
        standing=standing,
        wants=(None, BeliefHeld(functor="held", arguments=(0,)), MailSent(to=MARIA))[n],
        drop=asked(lit("held", 2, "_")) if n == 2 else None,
    )


_HELD = asked(lit("held", Variable("N"), "_"))


def _held(n: int) -> Inquiry:
    return asked(lit("held", n, "_"))


_STEPS: dict[str, Callable[[Any], Step]] = {
    "do": lambda n: Do(operation="test.do", arguments={"number": n, "words": ["a", "list", {"of": n}]}),
    "believe": lambda n: Believe(functor="held", arguments=(n, frozenset({"b", "a"})), until=_at(n + 60)),
    "forget": lambda n: Forget(functor="held", pattern=(n,)),
    "query": lambda n: query("held"),
    "now": lambda n: Now(),
    "hold": lambda n: Hold(spans=((_at(n), _at(n + 30)),), until=_at(n + 120)),
    "scope": lambda n: Scope(people=(MARIA,), start=_at(n)),
    "stranger-scope": lambda n: Scope(people=(STRANGER,)),
    "raise": lambda n: Raise(kind=KINDS[n % 2], fields={"number": n, "tags": {"x", "y"}}),
    "wait": lambda n: Wait(kind=KINDS[n % 2], until=_at(n) if n else None),
    "ask": lambda n: Ask(who=MARIA, by=Do(operation="test.ask", arguments={}), patience=timedelta(hours=1)),
    "achieve": lambda n: Achieve(goal=GOALS[n], bindings={"depth": n}),
    "promise": lambda n: Promise(id=f"p{n}", made=_made(n)),
    "expect": lambda n: Expect(id=f"p{n}", made=_made(n)),
    "keep": lambda n: Close(id=f"p{n}", standing=Standing.KEPT, sentence="it is done", evidence="done"),
    "break": lambda n: Close(id=f"p{n}", standing=Standing.BROKEN, sentence="it cannot be kept"),
    "release": lambda n: Release(id=f"p{n}", sentence="nobody wants it"),
    "believe-promise": lambda n: Believe(functor=COMMITMENT, arguments=("p0", _made(0, list(Standing)[n]))),
    "forget-promise": lambda n: Forget(functor=(COMMITMENT, EXPECTATION, COMMITMENT)[n]),
    "reason": lambda n: Reason(query=_HELD, bindings={"N": n} if n else {}),
    "wait-that": lambda n: Wait(condition=_held(n), until=_at(20 + n)),
    "either": lambda n: Either(steps=(step_of(("do", n)), step_of(("achieve", n)), Now())),
    "atomic": lambda n: Atomic(steps=(step_of(("believe", n)), step_of(("keep", n)))),
    "handle": lambda n: Handle(kind=KINDS[n % 2], fields={"number": n}),
    "pursue": lambda n: Pursue(aim=Aim(name=GOALS[n], holds=_held(n) if n else None, deadline=_at(15), hard=n == 2)),
    "settle": lambda n: Settle(goal=f"g{n + 1}", state=("suspended", "active", "dropped")[n], reason="so"),
    "again": lambda n: Again(bindings={"round": n}),
    "together": lambda inner: Together(steps=tuple(step_of(i) for i in inner)),
}


def step_of(instruction: Any) -> Step:
    """Return the step that an instruction asks for."""
    name, number = instruction
    return _STEPS[name](number)


def body_of(program: Program) -> Body:
    """Return a body that walks a program."""

    def walk(trigger: Any) -> Any:
        learned: list[Any] = []
        for instruction in program:
            name, number = instruction
            if name == "boom":
                raise ValueError(f"the plan is broken: {object()!r}")
            if name == "return":
                return learned[-3:]
            if name == "junk":
                yield object()
            elif name == "not-kept":
                yield Do(operation="test.do", arguments={"x": object()})
            elif name == "again":
                if trigger.get("round", 2) > 0:
                    yield Again(bindings={"round": trigger.get("round", 2) - 1})
            elif name == "catch":
                try:
                    if number[0] in SIMPLE:
                        learned.append((yield step_of(number)))
                except ActionFailed as failure:
                    learned.append(failure.code)
            else:
                learned.append((yield step_of(instruction)))
        return learned[-3:]

    return walk


def random_library(choose: Choose) -> PlanLibrary:
    """Draw plans for every event and goal: several, some with a recovery, of different ranks."""
    library = PlanLibrary()
    triggers = [
        *(on(kind) for kind in KINDS),
        *(goal(name) for name in GOALS),
        on("mail"),
        *map(on, PROMISED),
        believed("held"),
    ]
    for number, trigger in enumerate(triggers):
        for variant in range(1 + choose(2)):
            recovery = body_of(random_program(choose, 1)) if choose(3) == 0 else None
            plan = Plan(
                name=f"plan-{number}-{variant}",
                trigger=trigger,
                body=body_of(random_program(choose)),
                when=always if choose(4) else _never,
                rank=choose(2),
                priority=choose(3),
                recovery=recovery,
            )
            library.add(plan)
    return library


def _never(_beliefs: Any, _trigger: Any) -> bool:
    return False


# the world -----------------------------------------------------------------------------------------------------------


@dataclass
class World:
    """What is outside a mind: actions under way, times to come, percepts not told yet."""

    waiting: list[Percept] = field(default_factory=list)
    told: int = 0

    def take(self, delta: Delta) -> None:
        """Note what a cycle asked for."""
        for change in delta.changes:
            match change:
                case Asked():
                    self.waiting.append(Percept(key=change.action, kind="asked", fields={}))
                case Due():
                    fields = {"step": change.step}
                    self.waiting.append(Percept(key=f"timer:{change.step}", kind=TIMER, fields=fields, origin=OWN))
                case Continued():
                    self.waiting.insert(0, change.percept)

    def next(self, choose: Choose) -> Percept:
        """Return what is told next: something that is waited for, or something out of the blue."""
        self.told += 1
        if self.waiting and choose(4):
            percept = self.waiting[choose(len(self.waiting))]
            if choose(8):  # now and then something is told twice
                self.waiting.remove(percept)
            return self._outcome(percept.key, choose) if percept.kind == "asked" else percept
        if choose(3) == 0:
            return self._mail(choose)
        return Percept(key=f"p{self.told}", kind=KINDS[choose(2)], fields={"number": choose(3)}, origin=OWN)

    def _outcome(self, action: str, choose: Choose) -> Percept:
        outcome = (
            Outcome(status=Status.DONE, value=("done", action, {"n": 1})),
            Outcome(status=Status.DONE, value=None),
            Outcome(status=Status.FAILED, code="broken", sentence="it did not work"),
            Outcome(status=Status.REFUSED, code="refused", sentence="the gate said no"),
        )[choose(4)]
        fields = {"action": action, "outcome": outcome}
        return Percept(key=f"outcome:{action}", kind=OUTCOME, fields=fields, origin=OWN)

    def _mail(self, choose: Choose) -> Percept:
        key = f"mail{self.told}"
        sender = Address((MARIA, STRANGER)[choose(2)].value, Origin(Source.PERCEPT, key))
        vouched = sender if choose(2) else None
        mail = Mail(
            key=key, message_id=f"<{key}>", blob="", subject="Re", sender=sender, authenticated=vouched, thread="t"
        )
        return Percept(key=key, kind="mail", fields={"mail": mail})


def after(state: MindState, delta: Delta) -> None:
    """Apply a Delta as it is read back from a store: nothing but its bytes survives."""
    state.apply(codec.loads(codec.dumps(delta.changes)))
    state.live.clear()


@patch.object(cycle_module, "EVENTS_PER_CYCLE", 25)  # many cycles end in a `Continue`, and none takes long
def play(choose: Choose, cycles: int, check: Callable[[MindState, MindState, Delta], None] | None = None) -> str:
    """Play a random program in a random world; return the digest of all Deltas.

    `check` is told each Delta with two minds: one that keeps its live generators, and one that forgets them, and
    everything else but bytes, after every cycle. Both must come to the same Deltas.
    """
    library = random_library(choose)
    keeping, forgetting, world = MindState(), MindState(), World()
    told = hashlib.sha256()
    percept = Percept(key="profile", kind="profile", fields={"manager": MARIA}, origin=MARIA.origin)
    for number in range(cycles):
        at = START + timedelta(minutes=number)
        recorded: Percept = codec.loads(codec.dumps(percept))
        delta = cycle(keeping, recorded, at, library)
        body = codec.dumps(delta.changes)
        again = cycle(forgetting, recorded, at, library)
        assert codec.dumps(again.changes) == body, "dropping every live generator changed something"
        if check is not None:
            check(keeping, forgetting, delta)
        keeping.apply(delta.changes)
        after(forgetting, delta)
        told.update(body.encode())
        world.take(delta)
        percept = world.next(choose)
    return told.hexdigest()


def ended(delta: Delta) -> list[str]:
    """Return the intentions that a Delta ends."""
    return [c.id for c in delta.changes if isinstance(c, Intention) and c.stage in OVER]


def seeded(seed: int) -> Choose:
    """Return choices that a seed makes, the same in every process."""
    source = random.Random(seed)
    return source.randrange


def digests(seeds: Sequence[int]) -> str:
    """Return one digest for the play of many seeds."""
    return hashlib.sha256("".join(play(seeded(seed), 40) for seed in seeds).encode()).hexdigest()


if __name__ == "__main__":
    print(digests(range(5)))
