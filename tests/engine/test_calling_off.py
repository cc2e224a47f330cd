"""An operation that is called off by an event that comes before it is begun."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from empla.errors import ExternalError
from empla.mind.plans import PlanLibrary, Trigger, on
from empla.mind.steps import ActionFailed, Believe, Do, Unless
from empla.testing.employee import Employee
from tests.engine.conftest import Bench


def chasing(plans: PlanLibrary) -> None:
    @plans.plan(on("begin"))
    def chase(event: Trigger) -> Any:
        by = Do(operation="test.write", arguments={"value": "again"})
        try:
            value = yield Unless(by=by, kind="answered", fields={"who": "ben"})
        except ActionFailed as failure:
            value = failure.code
        yield Believe(functor="ended", arguments=(value,))


def ended(ada: Employee) -> list[Any]:
    return [b.arguments[0] for b in ada.engine.state.beliefs.matching("ended")]


def test_without_the_event_it_is_done(ada: Employee, plans: PlanLibrary, bench: Bench) -> None:
    chasing(plans)
    ada.tell("begin")
    ada.work()
    assert ended(ada) == ["again"]


def test_the_event_calls_off_what_waits_to_be_tried_again(
    ada: Employee,
    plans: PlanLibrary,
    bench: Bench,
) -> None:
    chasing(plans)
    bench.script = [ExternalError("the server is down")] * 3
    ada.tell("begin")
    ada.work()
    ada.tell("answered", key="other", who="carla")
    ada.work()
    assert ended(ada) == []
    ada.tell("answered", key="hers", who="ben")
    ada.let_pass(timedelta(hours=5))
    assert ended(ada) == ["recalled"]
    assert ada.rows("action", "state") == ["cancelled"]
    assert bench.standing == {}


def test_what_is_done_already_stays_done(
    hire: Callable[..., Employee],
    plans: PlanLibrary,
    bench: Bench,
) -> None:
    chasing(plans)
    replayed = hire(always_replay=True)
    replayed.tell("begin")
    replayed.work()
    replayed.tell("answered", who="ben")
    replayed.work()
    assert ended(replayed) == ["again"]
    assert replayed.rows("action", "state") == ["done"]
