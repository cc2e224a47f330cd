"""A transaction that gathers leaves what one leaves that writes at once, whatever is read, undone or refused in it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from empla.errors import ValidationError
from empla.store.store import GroupRefused, Store

numbers = count()


def put(store: Store, name: str, value: str = "v") -> None:
    store.put("secret", ("name",), ("value",), {"name": name, "value": value})


def amend(store: Store, name: str, value: str) -> None:
    store.amend("secret", ("name",), ("value",), {"name": name, "value": value})


def held(store: Store) -> list[tuple[int, str, str]]:
    return [tuple(row) for row in store.find("secret", (), ("seq", "name", "value"))]


@contextmanager
def statements(store: Store) -> Iterator[list[str]]:
    """Give the first word of each statement that the store runs, many rows by one counted once."""
    seen: list[str] = []
    driver = store._driver
    one, many = driver.execute, driver.execute_many
    driver.execute = lambda text, *rest: (seen.append(text.split()[0]), one(text, *rest))[1]
    driver.execute_many = lambda text, rows: (seen.append(text.split()[0]), many(text, rows))[1]
    try:
        yield seen
    finally:
        del driver.execute, driver.execute_many


def test_many_rows_take_few_statements(ground):
    store = ground.hold()
    with store.transaction():
        put(store, "n3", "old")
    with statements(store) as seen, store.transaction(gathers=True):
        for number in range(10):
            with store.part():
                put(store, f"n{number}", "begun")
                put(store, f"n{number}", "over")
                store.add("conduct", {"kind": "k", "subject": "", "at": "", "action": f"a{number}"})
    assert seen.count("INSERT") == 2 and seen.count("UPDATE") == 1 and "SAVEPOINT" not in seen
    found = [(1, "n3", "over"), *((2 + i, f"n{n}", "over") for i, n in enumerate((0, 1, 2, 4, 5, 6, 7, 8, 9)))]
    assert held(store) == found
    assert [row.seq for row in store.find("conduct", (), ("seq",))] == list(range(1, 11))


def test_a_read_inside_sees_what_was_written(ground):
    store = ground.hold()
    with store.transaction(gathers=True):
        put(store, "a", "one")
        assert held(store) == [(1, "a", "one")]
        with store.part():
            amend(store, "a", "two")
            put(store, "b")
            assert store.find("secret", {"name": "a"}, ("value",))[0].value == "two"
            assert store.change("secret", {"value": "two"}, {"value": "three"}) == 1
            assert not store.add_new("secret", ("name",), {"name": "b", "value": ""})
            assert store.add("secret", {"name": "c", "value": "v"}) == 3
    assert held(store) == [(1, "a", "three"), (2, "b", "v"), (3, "c", "v")]


def test_what_is_undone_was_never_written_and_takes_no_number(ground):
    store = ground.hold()
    with statements(store) as seen, store.transaction(gathers=True):
        put(store, "a")
        with pytest.raises(ZeroDivisionError), store.part():
            put(store, "b")
            put(store, "a", "lost")
            raise ZeroDivisionError
        put(store, "c")
    assert "SAVEPOINT" not in seen
    assert held(store) == [(1, "a", "v"), (2, "c", "v")]


def test_what_a_part_has_read_back_is_undone_and_what_came_before_stays(ground):
    store = ground.hold()
    with store.transaction(gathers=True):
        with store.part():
            put(store, "a")
        with pytest.raises(ZeroDivisionError), store.part():
            put(store, "b")
            assert len(held(store)) == 2
            raise ZeroDivisionError
        with store.part():
            put(store, "c")
    assert held(store) == [(1, "a", "v"), (2, "c", "v")]


@pytest.mark.parametrize("value", ["twice", "surrogate"])
def test_a_row_that_is_refused_late_undoes_the_group_and_its_part_when_it_is_done_again(ground, value):
    store = ground.hold()
    with store.transaction():
        put(store, "known")

    def work(*, gathers: bool) -> list[int]:
        refused = []
        with store.transaction(gathers=gathers):
            for number in range(5):
                try:
                    with store.part():
                        put(store, f"n{number}")
                        if number == 2 and value == "twice":
                            store.add("secret", {"name": "known", "value": ""})
                        if number == 2 and value == "surrogate":
                            put(store, "torn", "\ud800")
                except ValidationError:
                    refused.append(number)
        return refused

    with pytest.raises(GroupRefused):
        work(gathers=True)
    assert held(store) == [(1, "known", "v")]
    assert work(gathers=False) == [2]
    assert [row[:2] for row in held(store)] == [(1, "known"), (2, "n0"), (3, "n1"), (4, "n3"), (5, "n4")]


def test_a_group_that_was_refused_cannot_be_committed(ground):
    store = ground.hold()
    with store.transaction():
        put(store, "a")
    with pytest.raises(GroupRefused), store.transaction(gathers=True):
        store.add("secret", {"name": "a", "value": ""})
        with suppress(GroupRefused):
            held(store)
        with suppress(GroupRefused), store.part():
            put(store, "b")
    assert held(store) == [(1, "a", "v")]


# programs ---------------------------------------------------------------------------------------------------------


class Failed(Exception):
    """A part or a transaction that the program itself gives up."""


@dataclass(frozen=True)
class Block:
    """Steps that are undone together, if `fails` or if a row is refused."""

    steps: tuple["tuple[str, str, str] | Block", ...]
    fails: bool


NAMES = st.sampled_from("abcd")
STEPS = st.tuples(st.sampled_from(["add", "put", "put", "amend", "add_new", "change", "remove", "read"]), NAMES, NAMES)
BLOCKS = st.recursive(
    st.builds(Block, st.lists(STEPS, max_size=5).map(tuple), st.booleans()),
    lambda inner: st.builds(Block, st.lists(STEPS | inner, max_size=5).map(tuple), st.booleans()),
    max_leaves=6,
)
DOES: dict[str, Callable[[Store, str, str], object]] = {
    "add": lambda store, name, value: store.add("secret", {"name": name, "value": value}),
    "put": put,
    "amend": amend,
    "add_new": lambda store, name, value: store.add_new("secret", ("name",), {"name": name, "value": value}),
    "change": lambda store, name, value: store.change("secret", {"value": name}, {"value": value}),
    "remove": lambda store, name, _: store.remove("secret", {"name": name}),
    "read": lambda store, _name, _value: held(store),
}


def play(store: Store, block: Block) -> None:
    for step in block.steps:
        if isinstance(step, Block):
            with suppress(Failed, ValidationError), store.part():
                play(store, step)
        else:
            kind, name, value = step
            DOES[kind](store, name, value)
    if block.fails:
        raise Failed


def run(store: Store, block: Block, *, gathers: bool) -> None:
    with suppress(Failed, ValidationError):
        try:
            with store.transaction(gathers=gathers):
                play(store, block)
        except GroupRefused:
            run(store, block, gathers=False)


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(program=st.lists(BLOCKS, min_size=1, max_size=4))
def test_every_program_leaves_what_it_leaves_when_all_is_written_at_once(ground, program):
    if ground.engine == "sqlite":
        ground.where = ground.where.with_name(f"{next(numbers)}.db")
    number = next(numbers)
    stores = [ground.hold(employee=f"{ground.employee} {number} {gathers}") for gathers in (False, True)]
    for block in program:
        for gathers, store in enumerate(stores):
            run(store, block, gathers=bool(gathers))
        assert [row[1:] for row in held(stores[1])] == [row[1:] for row in held(stores[0])]
        seqs = [row[0] for row in held(stores[1])]
        assert seqs == [row[0] for row in held(stores[0])]
    ground.close()
