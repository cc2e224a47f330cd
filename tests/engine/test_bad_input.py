"""Plans that are wrong in every way there is: each fails its own intention, says why, and stops nothing else."""

import asyncio
import signal
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from empla.engine import guard
from empla.engine.journal import snapshot
from empla.engine.loading import load
from empla.mind import codec
from empla.mind.goals import Aim
from empla.mind.instructions import Learn, Return
from empla.mind.percepts import INTENTION_FAILED
from empla.mind.plans import Plan, PlanLibrary, Trigger, goal, on
from empla.mind.recipes import Recipe
from empla.mind.references import ref
from empla.mind.steps import (
    Achieve,
    Again,
    Ask,
    Atomic,
    Believe,
    Decide,
    Do,
    Either,
    Forget,
    Handle,
    Hold,
    Now,
    Pursue,
    Query,
    Raise,
    Reason,
    Scope,
    SetAside,
    Settle,
    Together,
    Unless,
    Wait,
)
from empla.mind.terms import Inquiry
from empla.testing.employee import Employee
from tests.engine.conftest import Bench
from tests.mind.minds import MARIA

NEVER = datetime(2027, 1, 1)


@pytest.fixture
def short_guard(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The guard of every employee, with a twentieth of a second for its two."""
    monkeypatch.setattr(guard, "BODY_CPU_S", 0.05)
    before = signal.getsignal(signal.SIGVTALRM)
    guard.install()
    yield
    signal.signal(signal.SIGVTALRM, before)


@pytest.fixture
def ada(hire: Callable[..., Employee], plans: PlanLibrary, short_guard: None) -> Employee:
    """An employee that works at something, and will be told to do something wrong beside it."""

    @plans.plan(on("work"))
    def work(event: Trigger) -> Any:
        for number in range(2):
            yield Wait(kind="bell")
            yield Do(operation="test.write", arguments={"value": number})

    @plans.plan(on(INTENTION_FAILED))
    def told(event: Trigger) -> Any:
        yield Believe(functor="told", arguments=(event.plan, event.outcome.code, event.outcome.sentence))

    made = hire(guard=guard.cpu_limit)
    made.tell("work")
    made.work()
    return made


def goes_wrong(ada: Employee, bench: Bench) -> tuple[str, str]:
    """Have the wrong thing done while the other works; return the code and the sentence with which it failed."""
    for number in range(2):
        if number == 0:
            ada.tell("go")
        ada.tell("bell", key=f"bell{number}")
        ada.work()
    assert [value for _, value in bench.done] == [0, 1], "what worked beside it goes on"
    assert ada.rows("percept", "key", state="quarantined") == [], "no percept is lost for it"
    assert ada.rows("percept", "key", state="new") == []
    assert codec.dumps(snapshot(ada.engine.state)) == codec.dumps(snapshot(load(ada.store)))
    ada.restart()
    ada.tell("bell", key="bell-last")
    ada.work()
    ((plan, code, sentence),) = [b.arguments for b in ada.engine.state.beliefs.matching("told")]
    assert plan == "wrong"
    assert "0x" not in sentence, "it is the same in every process"
    return code, sentence


# a body that goes wrong ----------------------------------------------------------------------------------------------


def _raises(event: Trigger) -> Any:
    yield Now()
    raise ValueError(f"at {object()}")


def _raises_at_once(event: Trigger) -> Any:
    raise KeyError("gone")
    yield Now()


def _exits(event: Trigger) -> Any:
    yield Now()
    raise SystemExit(3)


def _is_interrupted(event: Trigger) -> Any:
    yield Now()
    raise GeneratorExit


def _recurs(event: Trigger) -> Any:
    yield Now()
    _recurs_deeply()


def _recurs_deeply() -> None:
    _recurs_deeply()


def _loops(event: Trigger) -> Any:
    yield Now()
    while True:
        pass


def _loops_and_does_not_let_go(event: Trigger) -> Any:
    yield Now()
    while True:
        try:
            while True:
                pass
        except Exception:
            continue


def _steps_for_ever(event: Trigger) -> Any:
    while True:
        yield Now()


def _junk(event: Trigger) -> Any:
    yield "email.send"


def _class(event: Trigger) -> Any:
    yield Now


def _returns_junk(event: Trigger) -> Any:
    yield Now()
    return object()


def _returns_much(event: Trigger) -> Any:
    yield Now()
    return "x" * 70_000


def _returns_itself(event: Trigger) -> Any:
    yield Now()
    found: list[Any] = []
    found.append(found)
    return found


def _returns_half_a_character(event: Trigger) -> Any:
    yield Now()
    return "\ud800"


@pytest.mark.parametrize(
    ("body", "code", "said"),
    [
        (_raises, "body-raised", "the plan raised ValueError: at <object object>"),
        (_raises_at_once, "body-raised", "KeyError"),
        (_exits, "body-raised", "SystemExit"),
        (_is_interrupted, "body-raised", "GeneratorExit"),
        (_recurs, "body-raised", "RecursionError"),
        (_loops, "out-of-time", "processor time"),
        (_loops_and_does_not_let_go, "out-of-time", "processor time"),
        (_steps_for_ever, "too-many-steps", "1000"),
        (_junk, "not-a-step", "yielded a str"),
        (_class, "not-a-step", "yielded a type"),
        (_returns_junk, "result-not-kept", "a object cannot be kept"),
        (_returns_much, "outcome-too-large", "65536"),
        (_returns_itself, "result-not-kept", "cannot be kept"),
        (_returns_half_a_character, "result-not-kept", "cannot be kept"),
    ],
)
def test_a_body_that_goes_wrong(
    ada: Employee, plans: PlanLibrary, bench: Bench, body: Any, code: str, said: str
) -> None:
    plans.add(Plan(name="wrong", trigger=on("go"), body=body))
    found, sentence = goes_wrong(ada, bench)
    assert found == code
    assert said in sentence


# a step that is wrong ------------------------------------------------------------------------------------------------


def _endless() -> list[Any]:
    found: list[Any] = []
    found.append(found)
    return found


def _deep() -> Any:
    value: Any = 1
    for _ in range(100_000):
        value = (value,)
    return value


TEXT: Any = "soon"
NUMBER: Any = 5
NOTHING: Any = None
WAIT: Any = Wait()
do = Do(operation="test.look", arguments={})
WRONG_STEPS: dict[str, tuple[Any, str]] = {
    "an unknown operation": (Do(operation="test.nothing", arguments={}), "operation:unknown"),
    "no operation": (Do(operation=NOTHING, arguments={}), "step-not-kept"),
    "arguments that are none": (Do(operation="test.look", arguments=NUMBER), "step-not-kept"),
    "arguments of another operation": (Do(operation="test.look", arguments={"colour": 1}), "operation:schema"),
    "an address without origin": (Do(operation="email.send", arguments={"to": ("a@b.example",)}), "operation:schema"),
    "an unknown goal": (Achieve(goal="nobody-knows"), "no-plan"),
    "a goal that is no name": (Achieve(goal=NUMBER), "step-not-kept"),
    "bindings that are none": (Achieve(goal="x", bindings=NUMBER), "step-not-kept"),
    "what cannot be kept": (Do(operation="test.look", arguments={"value": object()}), "step-not-kept"),
    "what holds itself": (Do(operation="test.look", arguments={"value": _endless()}), "step-not-kept"),
    "what is nested for ever": (Do(operation="test.look", arguments={"value": _deep()}), "step-not-kept"),
    "a huge step": (Do(operation="test.look", arguments={"value": "x" * 2_000_000}), "step-not-kept"),
    "half a character": (Believe(functor="x", arguments=("\ud800",)), "step-not-kept"),
    "half a character asked for": (Do(operation="test.look", arguments={"value": "\udc00"}), "step-not-kept"),
    "a name that no database keeps": (Believe(functor="a\0b", arguments=()), "step-not-kept"),
    "no functor": (Believe(functor=NOTHING, arguments=()), "step-not-kept"),
    "arguments of a belief that are none": (Believe(functor="x", arguments=NUMBER), "step-not-kept"),
    "a time without zone": (Believe(functor="x", arguments=(), until=NEVER), "step-not-kept"),
    "a confidence that is none": (
        Believe(functor="x", arguments=(), confidence=TEXT),
        "step-not-kept",
    ),
    "a wait without zone": (Wait(until=NEVER), "step-not-kept"),
    "a wait for soon": (Wait(until=TEXT), "step-not-kept"),
    "a wait for no kind": (Wait(kind=NUMBER), "step-not-kept"),
    "fields that are none": (Wait(kind="x", fields=NUMBER), "step-not-kept"),
    "a question to a text": (
        Ask(who=TEXT, by=do, patience=timedelta(1)),
        "step-not-kept",
    ),
    "a question for no time": (Ask(who=MARIA, by=do, patience=NOTHING), "step-not-kept"),
    "a question for ever": (Ask(who=MARIA, by=do, patience=timedelta.max), "step-not-kept"),
    "a question by a wait": (Ask(who=MARIA, by=WAIT, patience=timedelta(1)), "step-not-kept"),
    "a question with no answers": (
        Ask(who=MARIA, by=do, patience=timedelta(1), allowed=NUMBER),
        "step-not-kept",
    ),
    "a belief that lasts for ever": (Believe(functor="x", arguments=(), lasts=timedelta.max), "step-not-kept"),
    "people that are texts": (Scope(people=(TEXT,)), "step-not-kept"),
    "spans that are none": (Hold(spans=NUMBER, until=NEVER), "step-not-kept"),
    "spans of nothing": (Hold(spans=((NUMBER, NUMBER),), until=NEVER), "step-not-kept"),
    "together nothing": (Together(steps=NOTHING), "step-not-kept"),
    "together with what is no step": (Together(steps=(do, TEXT)), "step-not-kept"),
    "together too much": (Together(steps=(Now(),) * 5000), "step-not-kept"),
    "either nothing": (Either(steps=()), "nothing-to-try"),
    "again together": (Together(steps=(Again(),)), "not-a-step"),
    "atomically what has to be waited for": (Atomic(steps=(do,)), "not-atomic"),
    "unless by nothing": (Unless(by=NOTHING, kind="x"), "step-not-kept"),
    "again with nothing": (Again(bindings=NOTHING), "step-not-kept"),
    "an event that is none": (Raise(kind=NOTHING), "step-not-kept"),
    "an event that only the mind raises": (Raise(kind="outcome", fields={}), "reserved"),
    "a pattern that is none": (Query(functor="x", pattern=NUMBER), "step-not-kept"),
    "a pattern to forget that is none": (Forget(functor="x", pattern=NUMBER), "step-not-kept"),
    "an aim that is none": (Pursue(aim=TEXT), "step-not-kept"),
    "an aim with a deadline that is none": (Pursue(aim=Aim(name="x", deadline=TEXT)), "step-not-kept"),
    "an aim with bindings that are none": (Pursue(aim=Aim(name="x", bindings=NUMBER)), "step-not-kept"),
    "a query of numbers": (Reason(query=Inquiry((NUMBER,))), "step-not-kept"),
    "an event to handle that is none": (Handle(kind=NOTHING), "step-not-kept"),
    "an event that nobody handles": (Handle(kind="nobody-knows"), "no-plan"),
    "a query that is none": (Reason(query=NUMBER), "step-not-kept"),
    "a condition that is none": (Wait(condition=TEXT), "step-not-kept"),
    "a goal that is not there": (Settle(goal="g99", state="dropped", reason="x"), "goal"),
    "a state that is none": (Settle(goal="g99", state="happy", reason="x"), "goal"),
    "a word that nobody gave": (Decide(action="i1.0", approved=True, by=MARIA), "decide"),
    "a word of a text": (Decide(action="i1.0", approved=True, by=TEXT), "step-not-kept"),
    "a percept that is none": (SetAside(percept=NOTHING, reason="x"), "step-not-kept"),
}


@pytest.mark.parametrize("name", WRONG_STEPS)
def test_a_step_that_is_wrong(ada: Employee, plans: PlanLibrary, bench: Bench, name: str) -> None:
    step, code = WRONG_STEPS[name]

    @plans.plan(on("go"))
    def wrong(event: Trigger) -> Any:
        yield Now()
        yield step

    found, sentence = goes_wrong(ada, bench)
    assert found == code
    assert sentence


# a recipe or a condition that is wrong, what has no end --------------------------------------------------------------


def test_a_recipe_whose_reference_leads_nowhere(ada: Employee, plans: PlanLibrary, bench: Bench) -> None:
    body = Recipe(steps=(Learn("now", Now()), Return(ref("mail.sender"))))
    plans.add(Plan(name="wrong", trigger=on("go"), body=body, author="model"))
    code, sentence = goes_wrong(ada, bench)
    assert code == "body-raised"
    assert "steps[1]: 'mail.sender' leads nowhere" in sentence


def _raises_when(beliefs: Any, event: Trigger) -> bool:
    raise ValueError("no")


def _loops_when(beliefs: Any, event: Trigger) -> bool:
    while True:
        pass


def _recurs_when(beliefs: Any, event: Trigger) -> bool:
    return _recurs_when(beliefs, event)


@pytest.mark.parametrize("when", [_raises_when, _loops_when, _recurs_when])
def test_a_condition_that_is_wrong_does_not_hold(ada: Employee, plans: PlanLibrary, bench: Bench, when: Any) -> None:
    plans.add(Plan(name="never", trigger=on("go"), body=_junk, when=when, rank=9))
    plans.add(Plan(name="wrong", trigger=on("go"), body=_junk))
    assert goes_wrong(ada, bench)[0] == "not-a-step", "the next plan is taken"


def test_a_goal_that_is_its_own_sub_goal(ada: Employee, plans: PlanLibrary, bench: Bench) -> None:
    @plans.plan(on("go"))
    def wrong(event: Trigger) -> Any:
        yield Achieve(goal="deeper")

    @plans.plan(goal("deeper"))
    def deeper(event: Trigger) -> Any:
        yield Achieve(goal="deeper")

    code, sentence = goes_wrong(ada, bench)
    assert code == "too-deep"
    assert "deeper" in sentence


def test_plans_that_set_each_other_off_for_ever_stop_nobody(ada: Employee, plans: PlanLibrary, bench: Bench) -> None:
    """It costs processor time, as it must; but every percept, action and timer in between has its turn."""

    @plans.plan(on("go"))
    def wrong(event: Trigger) -> Any:
        yield Raise(kind="go", fields={})

    async def main() -> None:
        stopping = asyncio.Event()
        running = asyncio.create_task(ada.engine.run(stopping))
        for number in range(2):
            ada.tell("bell", key=f"bell{number}")
            async with asyncio.timeout(20):
                while len(bench.done) <= number:  # noqa: ASYNC110 - nothing tells of it
                    await asyncio.sleep(0)
        stopping.set()
        await running

    ada.tell("go")
    asyncio.run(main())
    assert [value for _, value in bench.done] == [0, 1]
    assert ada.rows("percept", "kind", state="new") == ["continue"], "it would go on and on"
