"""The same days on SQLite and on a real PostgreSQL server: the same Deltas, the same acts."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from empla.engine.replay import replay
from empla.mind import codec
from empla.mind.plans import PlanLibrary, Trigger, on
from empla.mind.steps import ActionFailed, Ask, Believe, Do, Forget, Hold, Now, Together, Wait
from empla.mind.values import Address, Origin, Source
from empla.testing.employee import MARIA, Employee, employee
from empla.testing.mailbox import Server
from tests.engine.conftest import Bench
from tests.store.conftest import server, stores_url  # noqa: F401

from empla.capabilities.email.operations import capability  # isort: skip

MANAGER = Address(MARIA, Origin(Source.POLICY))


@pytest.fixture
def plans() -> PlanLibrary:
    library = PlanLibrary()

    @library.plan(on("go"))
    def go(event: Trigger) -> Any:
        now = yield Now()
        yield Believe(functor="going", arguments=(event.number, "Zoë \u2713 'quoted'"))
        yield Hold(spans=((now, now + timedelta(hours=1)),), until=now + timedelta(days=1))
        mail = Do(operation="email.send", arguments={"to": (MANAGER,), "subject": "News", "text": "Grüße"})
        yield Together(steps=(Do(operation="test.look", arguments={"value": event.number}), mail))
        yield Forget(functor="going", pattern=(event.number,))
        try:
            yield Do(operation="test.nothing", arguments={})
        except ActionFailed as failure:
            yield Believe(functor="failed", arguments=(failure.code,))
        yield Ask(who=MANAGER, by=mail, patience=timedelta(hours=event.number + 1))
        yield Wait(until=now + timedelta(hours=9))

    return library


@pytest.fixture(params=["sqlite", "postgresql"])
def ada(request: pytest.FixtureRequest, tmp_path: Path, plans: PlanLibrary, bench: Bench) -> Iterator[Employee]:
    where = request.getfixturevalue("stores_url") if request.param == "postgresql" else tmp_path / "mind.db"
    with employee(where, plans, [*capability.operations, *bench.operations()]) as made:
        yield made


def test_days_on_both(ada: Employee, plans: PlanLibrary, request: pytest.FixtureRequest) -> None:
    ada.mailbox.script = [Server.TAKES_UNSEEN, Server.DELAYS, Server.LOSES]
    for number in range(3):
        ada.tell("go", key=f"go{number}", number=number)
        ada.let_pass(timedelta(hours=1))
        ada.restart()
    ada.let_pass(timedelta(days=1))
    assert ada.engine.state.intentions == {} and len(ada.mailbox.taken) == 6
    assert set(ada.rows("action", "state", operation="email.send")) == {"done"}
    assert replay(ada.store, plans).differs_at == 0
    digests = request.config.stash.setdefault(DIGESTS, {})
    digests[request.node.name] = ada.rows("journal", "percept", "digest")
    assert len({codec.dumps(found) for found in digests.values()}) == 1, "the same on both"


DIGESTS = pytest.StashKey[dict[str, Any]]()
