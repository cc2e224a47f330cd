"""A transaction is whole or nothing, a part undoes only itself, and numbers have no gaps; on both engines."""

import pytest

from empla.errors import InternalError, PermissionDenied, ValidationError


def belief(name: str, body: str = "") -> dict[str, object]:
    return {"id": name, "functor": "f", "origin": "{}", "held": 1, "body": body}


def known(store) -> list[tuple[int, str]]:
    return [tuple(row) for row in store.find("belief", (), ("seq", "id"))]


def test_what_a_transaction_wrote_is_there_for_the_next_process(ground):
    store = ground.hold()
    with store.transaction():
        assert store.add("belief", belief("b1")) == 1
        assert store.add("belief", belief("b2")) == 2
    store.close()
    assert known(ground.open()) == [(1, "b1"), (2, "b2")]


def test_a_transaction_that_fails_leaves_nothing_and_gives_its_numbers_back(ground):
    store = ground.hold()
    with store.transaction():
        store.add("belief", belief("b1"))
    with pytest.raises(ZeroDivisionError), store.transaction():
        store.add("belief", belief("b2"))
        store.change("belief", {"id": "b1"}, {"held": 0})
        raise ZeroDivisionError
    assert known(store) == [(1, "b1")]
    assert store.find("belief", {"held": 1}, ("id",))[0].id == "b1"
    with store.transaction():
        assert store.add("belief", belief("b3")) == 2


def test_a_transaction_sees_its_own_rows(ground):
    store = ground.hold()
    with store.transaction():
        store.add("belief", belief("b1"))
        assert known(store) == [(1, "b1")]


def test_a_part_that_fails_undoes_itself_and_gives_its_numbers_back(ground):
    store = ground.hold()
    with store.transaction():
        store.add("belief", belief("b1"))
        with pytest.raises(ZeroDivisionError), store.part():
            store.add("belief", belief("b2"))
            raise ZeroDivisionError
        with store.part():
            assert store.add("belief", belief("b3")) == 2
    assert known(store) == [(1, "b1"), (2, "b3")]


def test_parts_nest(ground):
    store = ground.hold()
    with store.transaction(), store.part():
        store.add("belief", belief("b1"))
        with pytest.raises(ZeroDivisionError), store.part():
            store.add("belief", belief("b2"))
            with store.part():
                store.add("belief", belief("b3"))
            raise ZeroDivisionError
        store.add("belief", belief("b4"))
    assert known(store) == [(1, "b1"), (2, "b4")]


def test_a_refused_row_undoes_its_part_only(ground):
    store = ground.hold()
    with store.transaction():
        store.add("belief", belief("b1"))
        with pytest.raises(ValidationError), store.part():
            store.add("belief", belief("b2"))
            store.add("belief", belief("b1"))
        store.add("belief", belief("b3"))
    assert known(store) == [(1, "b1"), (2, "b3")]


def test_a_refused_row_cannot_be_swallowed(ground):
    """PostgreSQL would answer the COMMIT with a silent ROLLBACK; so here the transaction fails on both."""
    store = ground.hold()
    with store.transaction():
        store.add("belief", belief("b1"))
    with pytest.raises(ValidationError), store.transaction():
        store.add("belief", belief("b2"))
        with pytest.raises(ValidationError):
            store.add("belief", belief("b1"))
    with pytest.raises(ValidationError), store.transaction():
        with pytest.raises(ValidationError):
            store.add("belief", belief("b1"))
        store.add("belief", belief("b2"))
    assert known(store) == [(1, "b1")]
    with store.transaction():
        assert store.add("belief", belief("b2")) == 2


def test_a_refused_row_swallowed_in_a_part_undoes_the_part(ground):
    store = ground.hold()
    with store.transaction():
        store.add("belief", belief("b1"))
        with pytest.raises(ValidationError), store.part():
            store.add("belief", belief("b2"))
            with pytest.raises(ValidationError):
                store.add("belief", belief("b1"))
        store.add("belief", belief("b3"))
    assert known(store) == [(1, "b1"), (2, "b3")]


def test_nothing_is_written_outside_a_transaction(ground):
    store = ground.hold()
    for write in (
        lambda: store.add("belief", belief("b1")),
        lambda: store.add_new("belief", ("id",), belief("b1")),
        lambda: store.put("belief", ("id",), ("body",), belief("b1")),
        lambda: store.change("belief", {}, {"held": 0}),
    ):
        with pytest.raises(InternalError):
            write()
        with store.reading(), pytest.raises(InternalError):
            write()
    with pytest.raises(InternalError), store.part():
        pass
    with store.transaction(), pytest.raises(InternalError), store.transaction():
        pass
    assert known(store) == []


def test_without_the_lease_only_percepts_may_be_inserted(ground):
    ground.hold()
    inbox = ground.inbox()
    percept = {"key": "k", "kind": "mail", "at": "", "body": "{}", "correlation": "c"}
    with inbox.transaction():
        assert inbox.add_new("percept", ("key",), percept)
        for write in (
            lambda: inbox.add("belief", belief("b1")),
            lambda: inbox.add_new("belief", ("id",), belief("b1")),
            lambda: inbox.put("percept", ("key",), ("kind",), percept),
            lambda: inbox.change("percept", {"key": "k"}, {"state": "handled"}),
        ):
            with pytest.raises(PermissionDenied):
                write()
    assert [row.state for row in inbox.find("percept", (), ("state",))] == ["new"]


def test_reading_gives_one_view_while_somebody_writes(ground):
    store = ground.hold()
    reader = ground.inbox()
    with store.transaction():
        store.add("belief", belief("b1"))
    with reader.reading():
        assert known(reader) == [(1, "b1")]
        with store.transaction():
            store.add("belief", belief("b2"))
        assert known(reader) == [(1, "b1")]
    assert known(reader) == [(1, "b1"), (2, "b2")]
    with store.transaction():
        store.add("belief", belief("b3"))
        assert known(reader) == [(1, "b1"), (2, "b2")], "a reader waits for no writer and sees nothing half done"


def test_a_reader_writes_again_afterwards(ground):
    store = ground.hold()
    with store.reading():
        assert known(store) == []
    with store.transaction():
        store.add("belief", belief("b1"))
    assert known(store) == [(1, "b1")]


def test_a_row_that_is_put_again_takes_no_number(ground):
    store = ground.hold()
    with store.transaction():
        for name in ("b1", "b2", "b1", "b1", "b3"):
            store.put("belief", ("id",), ("body",), belief(name))
        with pytest.raises(ZeroDivisionError), store.part():
            store.put("belief", ("id",), ("body",), belief("b4"))
            raise ZeroDivisionError
        store.put("belief", ("id",), ("body",), belief("b5"))
    assert known(store) == [(1, "b1"), (2, "b2"), (3, "b3"), (4, "b5")]


def test_what_is_removed_leaves_the_newest_row_from_which_the_next_number_follows(ground):
    store = ground.hold()
    with store.transaction():
        for name in ("b1", "b2", "b3"):
            store.add("belief", belief(name))
    with store.transaction():
        assert store.remove("belief", {"functor": "f"}) == 2
        assert store.remove("belief", {"id": "b3"}) == 0
    assert known(store) == [(3, "b3")]
    assert known(ground.open(epoch=1)) == [(3, "b3")]
    with store.transaction():
        assert store.add("belief", belief("b4")) == 4
    with pytest.raises(InternalError):
        store.remove("belief", {"id": "b3"})
