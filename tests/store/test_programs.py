"""Random programs of writes, parts, failures and commits, compared with a dictionary; on both engines."""

from contextlib import suppress
from copy import deepcopy
from dataclasses import dataclass
from itertools import count

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from empla.errors import ValidationError


class Failed(Exception):
    """A part or a transaction that the program itself gives up."""


@dataclass(frozen=True)
class Write:
    kind: str
    name: str
    other: str


@dataclass(frozen=True)
class Block:
    """Steps that are undone together, if `fails` or if a row is refused."""

    steps: tuple["Write | Block", ...]
    fails: bool


NAMES = st.sampled_from(["a", "b", "c", "d"])
WRITES = st.builds(Write, st.sampled_from(["add", "add_new", "put", "change", "rename"]), NAMES, NAMES)
BLOCKS = st.recursive(
    st.builds(Block, st.lists(WRITES, max_size=4).map(tuple), st.booleans()),
    lambda inner: st.builds(Block, st.lists(WRITES | inner, max_size=4).map(tuple), st.booleans()),
    max_leaves=6,
)
PROGRAMS = st.lists(BLOCKS, min_size=1, max_size=4)
numbers = count()

Rows = dict[str, list[object]]
"""What the model holds: name -> [seq, value]."""


def model(rows: Rows, write: Write) -> int | bool | None:
    """Do to the dictionary what the store should do; ValidationError for a name that is taken."""
    match write.kind:
        case "add":
            if write.name in rows:
                raise ValidationError
            rows[write.name] = [len(rows) + 1, write.other]
            return len(rows)
        case "add_new":
            fresh = write.name not in rows
            rows.setdefault(write.name, [len(rows) + 1, write.other])
            return fresh
        case "put":
            rows.setdefault(write.name, [len(rows) + 1, ""])[1] = write.other
            return None
        case "change":
            changed = [row for row in rows.values() if row[1] == write.name]
            for row in changed:
                row[1] = write.other
            return len(changed)
        case _:
            if write.name not in rows:
                return 0
            if write.other in rows and write.other != write.name:
                raise ValidationError
            rows[write.other] = rows.pop(write.name)
            return 1


def real(store, write: Write) -> int | bool | None:
    row = {"name": write.name, "value": write.other}
    match write.kind:
        case "add":
            return store.add("secret", row)
        case "add_new":
            return store.add_new("secret", ("name",), row)
        case "put":
            return store.put("secret", ("name",), ("value",), row)
        case "change":
            return store.change("secret", {"value": write.name}, {"value": write.other})
        case _:
            return store.change("secret", {"name": write.name}, {"name": write.other})


def play(store, block: Block, rows: Rows) -> None:
    """Run a block's steps on both; what a block inside undoes is undone in the dictionary too."""
    for step in block.steps:
        if isinstance(step, Write):
            try:
                expected = model(rows, step)
            except ValidationError:
                expected = ValidationError
            try:
                found = real(store, step)
            except ValidationError:
                assert expected is ValidationError, step
                raise
            assert found == expected, step
        else:
            before = deepcopy(rows)
            try:
                with store.part():
                    play(store, step, rows)
            except (Failed, ValidationError):
                rows.clear()
                rows.update(before)
        assert held(store) == rows
    if block.fails:
        raise Failed


def held(store) -> Rows:
    return {row.name: [row.seq, row.value] for row in store.find("secret", (), ("seq", "name", "value"))}


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(program=PROGRAMS)
def test_every_program_leaves_what_the_dictionary_holds(ground, program):
    employee = f"{ground.employee} {next(numbers)}"
    store = ground.hold(employee=employee)
    rows: Rows = {}
    for transaction in program:
        draft = deepcopy(rows)
        with suppress(Failed, ValidationError):
            with store.transaction():
                play(store, transaction, draft)
            rows = draft
        assert held(store) == rows
    ground.close()
    assert held(ground.open(employee=employee)) == rows
    ground.close()
