"""What the writing and finding functions mean, the same on both engines."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from empla.errors import ValidationError
from empla.store import statements
from empla.store.opening import open_store
from empla.store.store import instant

ALL_BYTES = bytes(range(256)) * 3


def occurrence(trigger: str, at: datetime) -> dict[str, object]:
    return {"trigger": trigger, "instant": instant(at), "zone": "UTC"}


def ledger(text: bytes, name: str) -> dict[str, object]:
    return {"prev": "", "hash": name, "record": text, "action": "a1", "event": "decided", "at": ""}


def test_add_new_inserts_once_for_each_key(ground):
    store = ground.hold()
    row = {"key": "mail:1", "kind": "mail", "at": "", "body": "first", "correlation": "c"}
    with store.transaction():
        assert store.add_new("percept", ("key",), row)
        assert not store.add_new("percept", ("key",), {**row, "body": "second"})
    with store.transaction():
        assert not store.add_new("percept", ("key",), {**row, "body": "third"})
        assert store.add_new("percept", ("key",), {**row, "key": "mail:2"})
    assert [tuple(r) for r in store.find("percept", (), ("seq", "key", "body"))] == [
        (1, "mail:1", "first"),
        (2, "mail:2", "first"),
    ]


def test_put_inserts_and_then_updates_only_the_columns_named(ground):
    store = ground.hold()
    goal = {"id": "g1", "name": "n", "state": "active", "percept": "p", "body": "one"}
    with store.transaction():
        store.put("goal", ("id",), ("state", "body"), goal)
        store.put("goal", ("id",), ("state", "body"), {**goal, "name": "other", "state": "met", "body": "two"})
    assert [tuple(r) for r in store.find("goal", (), ("seq", "name", "state", "body"))] == [(1, "n", "met", "two")]


def test_rows_with_one_of_several_values_come_in_order_of_seq(ground):
    store = ground.hold()
    states = ("met", "active", "dropped", "active", "met", "given up")

    def found(*values: str, **by: str) -> list[int]:
        return [row.seq for row in store.find("goal", by, ("seq",), one_of=("state", values))]

    with store.transaction():
        for number, state in enumerate(states):
            store.add(
                "goal", {"id": f"g{number}", "name": f"n{number % 2}", "state": state, "percept": "p", "body": ""}
            )
        assert found("dropped", "active") == [2, 3, 4], "also what this transaction has not written down yet"
    assert found("dropped", "active") == found("active", "dropped") == [2, 3, 4]
    assert found("active", "met", name="n0") == [1, 5]
    assert found("met") == [1, 5]
    assert found("nobody's") == []


def test_change_says_how_many_rows_it_changed(ground):
    store = ground.hold()
    with store.transaction():
        for number in range(3):
            state = "active" if number else "met"
            store.add("goal", {"id": f"g{number}", "name": "n", "state": state, "percept": "p", "body": ""})
        assert store.change("goal", {"state": "active"}, {"state": "dropped", "body": "why"}) == 2
        assert store.change("goal", {"state": "active"}, {"state": "dropped"}) == 0
        assert store.change("goal", {}, {"percept": "q"}) == 3
    assert [tuple(r) for r in store.find("goal", {"state": "dropped"}, ("id", "body"))] == [
        ("g1", "why"),
        ("g2", "why"),
    ]


def test_find_bounds_orders_and_limits(ground):
    store = ground.hold()
    with store.transaction():
        for number, state in enumerate(["new", "handled", "new", "new"]):
            row = {
                "key": f"k{number}",
                "kind": "mail",
                "at": f"{number}",
                "body": "",
                "correlation": "",
                "state": state,
            }
            store.add("percept", row)
    find = store.find
    assert [r.key for r in find("percept", {"state": "new"}, ("key",))] == ["k0", "k2", "k3"]
    assert [r.key for r in find("percept", {"state": "new"}, ("key",), newest=True)] == ["k3", "k2", "k0"]
    assert [r.key for r in find("percept", {"state": "new"}, ("key",), limit=2)] == ["k0", "k2"]
    assert [r.key for r in find("percept", (), ("key",), at_least={"at": "1"}, at_most={"at": "2"})] == ["k1", "k2"]
    assert find("percept", {"state": "lost"}, ("key",)) == []


def test_a_column_left_out_has_its_default(ground):
    store = ground.hold()
    with store.transaction():
        store.add("percept", {"key": "k", "kind": "mail", "at": "", "body": "", "correlation": ""})
    row = store.find("percept", (), ("state", "reason", "cycle", "crashes"))[0]
    assert tuple(row) == ("new", "", 0, 0)


def test_instants_sort_as_text_in_the_order_of_time(ground):
    store = ground.hold()
    start = datetime(2026, 3, 29, 0, 59, 59, 999_999, tzinfo=UTC)
    offset = timezone(timedelta(hours=-11, minutes=-30))
    times = [start, start + timedelta(microseconds=1), start.astimezone(offset) + timedelta(hours=1)]
    times += [start + timedelta(days=d) for d in (1, 3, 30, 300, 3000)] + [datetime(1999, 12, 31, tzinfo=UTC)]
    with store.transaction():
        for number, at in enumerate(times):
            store.add("occurrence", occurrence(f"t{number}", at))
    for at in times:
        due = {r.instant for r in store.find("occurrence", (), ("instant",), at_most={"instant": instant(at)})}
        assert due == {instant(t) for t in times if t <= at}
        later = {r.instant for r in store.find("occurrence", (), ("instant",), at_least={"instant": instant(at)})}
        assert later == {instant(t) for t in times if t >= at}


def test_bytes_and_texts_come_back_as_they_were(ground):
    store = ground.hold()
    text = "naïve – 日本 😀 '\"%s %(x)s ? :name \\ \r\n\t\x7f\u200b"
    with store.transaction():
        store.add("ledger", ledger(ALL_BYTES, "h1"))
        store.add("ledger", ledger(b"", "h2"))
        store.add("secret", {"name": text, "value": text})
    assert [r.record for r in store.find("ledger", (), ("record",))] == [ALL_BYTES, b""]
    assert store.find("secret", {"name": text}, ("value",))[0].value == text


def test_large_numbers_and_bodies_fit(ground):
    store = ground.hold()
    with store.transaction():
        store.add("blob", {"sha256": "a", "size": 2**40, "kept_at": ""})
        store.add("snapshot", {"cycle": 2**40, "body": b"x" * 5_000_000})
    assert store.find("blob", (), ("size",))[0].size == 2**40
    assert len(store.find("snapshot", {"cycle": 2**40}, ("body",))[0].body) == 5_000_000


@pytest.mark.parametrize(
    "value",
    [
        pytest.param(None, id="nothing"),
        pytest.param("a\0b", id="the character NUL"),
        pytest.param("\ud83d", id="half a character"),
        pytest.param({"a": 1}, id="a structure"),
    ],
)
def test_a_value_that_cannot_be_kept_is_refused(ground, value):
    store = ground.hold()
    with pytest.raises(ValidationError), store.transaction():
        store.add("secret", {"name": "n", "value": value})
    with store.transaction():
        store.add("secret", {"name": "n", "value": "fits"})
        with pytest.raises(ValidationError), store.part():
            store.change("secret", {"name": "n"}, {"value": value})
    assert [tuple(r) for r in store.find("secret", (), ("seq", "value"))] == [(1, "fits")]


def test_a_refused_row_is_not_quoted(ground):
    """What people wrote has no place in errors and logs."""
    store = ground.hold()
    secret = {"name": "confidential-name", "value": "confidential-value"}
    with store.transaction():
        store.add("secret", secret)
    with pytest.raises(ValidationError) as caught, store.transaction():
        store.add("secret", secret)
    error: BaseException | None = caught.value
    assert "confidential" not in str(error)
    assert error is not None and "confidential-value" not in repr(error.__cause__)


@pytest.mark.parametrize(
    ("table", "by", "more", "index"),
    [
        ("action", ("state",), {}, "ix_action_state"),
        ("action", (), {"one_of": ("state", 4)}, "ix_action_state"),
        ("action", ("intention", "state"), {}, "ix_action_intention"),
        ("action", ("percept",), {}, "ix_action_percept"),
        ("percept", ("state",), {"limit": 32}, "ix_percept_state"),
        ("intention", ("stage",), {}, "ix_intention_stage"),
        ("question", ("state",), {}, "ix_question_state"),
        ("hold", ("intention",), {}, "ix_hold_intention"),
        ("occurrence", ("state",), {"at_most": ("instant",)}, "ix_occurrence_state_instant"),
        ("conduct", ("kind", "subject"), {"at_least": ("at",)}, "ix_conduct_kind_subject_at"),
    ],
)
def test_what_is_asked_all_day_long_is_found_by_its_index_and_not_among_all_rows(
    table: str, by: tuple[str, ...], more: dict[str, Any], index: str, tmp_path: Path
) -> None:
    open_store(tmp_path / "mind.db", "ada").close()
    asked = statements.find("sqlite", table, by, ("seq",), **more)
    values = ("x",) * asked.text.count("?")
    with closing(sqlite3.connect(tmp_path / "mind.db")) as db:
        plan = db.execute(f"EXPLAIN QUERY PLAN {asked.text}", values).fetchall()
    assert index in plan[0][3]
