"""Memory in the engine: commands are carried out once or set aside whole, the house is kept while nothing is due."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from importlib import import_module
from typing import Any

import pytest

from empla import faults
from empla.capabilities.contract import Arguments, Effect, Idempotency, Operation, Risk
from empla.engine.memory import MANY
from empla.errors import InputError
from empla.governance.permit import Payload
from empla.memory import commands
from empla.memory.commands import MEMORY
from empla.memory.episodes.writing import write
from empla.memory.model import Cue, Episode, EpisodeKind
from empla.mind import codec
from empla.mind.plans import PlanLibrary, Trigger, on
from empla.mind.steps import Believe, Do
from empla.testing.employee import Employee
from tests.engine.conftest import Bench


class Anything(Arguments):
    """Whatever a test asks."""

    words: str


def memory_operations() -> list[Operation]:
    """Operations that ask memory, and have it changed, as those of a capability do."""

    async def recall(permit: Any, place: Any, _on_wire: Any) -> Any:
        cue = Cue(words=permit.payload.target["words"], at=place.clock.now())
        return place.memory.opened().recall(cue)

    async def use(permit: Any, place: Any, _on_wire: Any) -> Any:
        place.memory.tell(f"memory:used:{permit.action}", {"do": "used", "memories": [permit.payload.target["words"]]})
        return "told"

    def made(name: str, perform: Any) -> Operation:
        return Operation(
            name=name,
            summary=name,
            arguments=Anything,
            effect=Effect.THINK,
            risk=Risk.NONE,
            idempotency=Idempotency.PURE,
            prepare=lambda arguments, _facts: Payload({"words": arguments.words}),
            perform=perform,
        )

    return [made("memory.look", recall), made("memory.use", use)]


@pytest.fixture
def plans() -> PlanLibrary:
    library = PlanLibrary()

    @library.plan(on("ask"))
    def ask(event: Trigger) -> Any:
        found = yield Do(operation="memory.look", arguments={"words": event.words})
        yield Believe(functor="recalled", arguments=(found.hits[0].text,))
        yield Do(operation="memory.use", arguments={"words": found.hits[0].id})

    return library


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch) -> Bench:
    made = Bench()
    own = made.operations()
    monkeypatch.setattr(Bench, "operations", lambda _self: [*own, *memory_operations()])
    return made


def episode(ada: Employee, number: int, text: str) -> Episode:
    return Episode(key=f"told:{number}", kind=EpisodeKind.TOLD, at=ada.clock.now(), text=text, author="bob@x.example")


def know(ada: Employee, *texts: str) -> None:
    with ada.store.transaction("test"):
        write(ada.store, [episode(ada, n, text) for n, text in enumerate(texts)], ada.clock.now())


def command(ada: Employee, key: str, **fields: Any) -> tuple[str, str, str]:
    """Have a command handled; return what became of its percept: state, reason and body."""
    ada.tell(MEMORY, key=key, **fields)
    ada.work()
    row = ada.store.find("percept", {"key": key}, ("state", "reason", "body"))[0]
    return row.state, row.reason, row.body


def test_a_command_is_carried_out_once_and_its_words_are_let_go(ada: Employee) -> None:
    know(ada, "The zebra needs hay.")
    state, _, body = command(ada, "use:1", do="used", memories=["e1", "e99"], by="Maria")
    assert state == "handled"
    assert codec.loads(body)["fields"] == {"do": "used", "by": "Maria"}
    ada.tell(MEMORY, key="use:1", do="used", memories=["e1"])
    ada.work()
    assert ada.rows("use", "memory", "count") == [("e1", 1)]
    command(ada, "use:2", do="used", memories=["e1"])
    assert ada.rows("use", "memory", "count") == [("e1", 2)]


@pytest.mark.parametrize("fields", [{"do": "dance"}, {}, {"do": "used", "memories": "e1"}, {"do": "used"}])
def test_a_faulty_command_is_set_aside_with_its_reason(ada: Employee, fields: dict[str, Any]) -> None:
    state, reason, body = command(ada, "faulty", **fields)
    assert state == "quarantined"
    assert reason
    assert codec.loads(body)["fields"] == fields, "what cannot be done stays to be looked at"
    assert ada.rows("use", "memory") == []


def test_a_mistake_in_our_code_ends_the_command_and_not_the_employee(
    ada: Employee, monkeypatch: pytest.MonkeyPatch
) -> None:
    def mistaken(store: Any, _fields: Any, at: Any) -> None:
        write(store, [episode(ada, 9, "half done")], at)
        raise KeyError("nobody thought of it")

    know(ada, "The zebra needs hay.")
    with monkeypatch.context() as patch:
        patch.setattr("empla.memory.episodes.used.strengthen", mistaken)
        state, reason, _ = command(ada, "mistaken", do="used", memories=["e1"])
    assert (state, reason) == ("quarantined", "memory failed at 'used': KeyError")
    assert ada.rows("episode", "text") == ["The zebra needs hay."], "what it wrote is undone"
    assert command(ada, "after", do="used", memories=["e1"])[0] == "handled"


def test_what_a_command_has_half_done_is_undone(ada: Employee, monkeypatch: pytest.MonkeyPatch) -> None:
    know(ada, "The zebra needs hay.")

    def half(store: Any, fields: Any, at: Any) -> None:
        write(store, [episode(ada, 7, "half")], at)
        raise InputError("it does not go on")

    monkeypatch.setattr("empla.memory.episodes.used.strengthen", half)
    assert command(ada, "half", do="used", memories=["e1"])[:2] == ("quarantined", "it does not go on")
    assert ada.rows("episode", "key") == ["told:0"]


def test_every_change_that_can_be_asked_for_is_there() -> None:
    for module, name in commands._CHANGES.values():
        assert callable(getattr(import_module(f"empla.memory.{module}"), name))


def test_commands_are_no_cycles(ada: Employee) -> None:
    ada.work()
    before = ada.rows("journal", "digest")
    command(ada, "use:1", do="used", memories=[])
    assert ada.rows("journal", "digest") == before


def test_an_operation_recalls_and_tells_by_its_place(ada: Employee) -> None:
    know(ada, "The zebra needs a firmer handshake.", "Bob likes tea.")
    ada.tell("ask", words="What does the zebra need?")
    ada.work()
    assert [b.arguments for b in ada.engine.state.beliefs.matching("recalled")] == [
        ("The zebra needs a firmer handshake.",)
    ]
    assert ada.rows("use", "memory", "count") == [("e1", 1)]


def test_what_was_recalled_is_what_a_replay_is_given(ada: Employee) -> None:
    know(ada, "The zebra needs a firmer handshake.")
    ada.tell("ask", words="What does the zebra need?")
    ada.work()
    ada.store._driver.begin()
    ada.store._driver.execute("DELETE FROM episode")
    ada.store._driver.commit()
    ada.restart()
    ada.work()
    assert [b.arguments[0] for b in ada.engine.state.beliefs.matching("recalled")] == [
        "The zebra needs a firmer handshake."
    ]


def run_for_a_moment(ada: Employee, commits: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the engine's own loop run until it waits, and note what it commits."""

    async def play() -> None:
        stopping, rests = asyncio.Event(), asyncio.Event()
        wait = ada.engine._wait_for_news

        async def noted(due: Any) -> None:
            rests.set()
            await wait(due)

        monkeypatch.setattr(ada.engine, "_wait_for_news", noted)
        running = asyncio.create_task(ada.engine.run(stopping))
        await rests.wait()
        stopping.set()
        await running

    faults.tell(lambda name: commits.append(name.split(":")[1]) if name.endswith(":after") else None)
    try:
        asyncio.run(play())
    finally:
        faults.tell(None)


def test_who_has_nothing_to_do_commits_nothing_for_memory(ada: Employee, monkeypatch: pytest.MonkeyPatch) -> None:
    know(ada, "The zebra needs hay.")
    ada.work()
    first: list[str] = []
    run_for_a_moment(ada, first, monkeypatch)
    assert "consolidate" in first, "what has come is gone through"
    again: list[str] = []
    ada.restart()
    run_for_a_moment(ada, again, monkeypatch)
    assert not {"consolidate", "retell", "compact"} & set(again)


def test_indexes_are_brought_up_to_date_when_much_has_come(ada: Employee, monkeypatch: pytest.MonkeyPatch) -> None:
    ada.work()
    know(ada, *(f"Thing number {n}." for n in range(MANY)))
    command(ada, "use:1", do="used", memories=[])
    run_for_a_moment(ada, [], monkeypatch)
    reader = ada.remembers()
    assert reader.catch_up() == 0, "nothing is left to be taken in"
    reader.close()


def test_without_a_memory_to_read_nothing_is_recalled_and_nobody_stops(hire: Callable[..., Employee]) -> None:
    ada = hire()
    ada.engine._memory._recalls = None
    ada.tell("ask", words="What does the zebra need?")
    ada.let_pass(timedelta(hours=1))
    (state,) = ada.rows("action", "state")
    assert state in ("failed", "ready", "deferred")
