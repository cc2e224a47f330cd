"""The holder of the lease and somebody who inserts percepts, in two processes at once; on both engines."""

import multiprocessing
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from empla.engine import inbox
from empla.mind.percepts import Percept
from empla.mind.values import OUTSIDE, OWN

TURNS = 40
AT = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


def percept(key: str, origin=OWN) -> Percept:
    return Percept(key=key, kind="mail", fields={"n": 1}, origin=origin)


def at_once(*works: Callable[[], None]) -> None:
    """Run each in a process of its own, all started at the same moment."""
    processes = multiprocessing.get_context("fork")
    start = processes.Barrier(len(works))

    def begin(work: Callable[[], None]) -> None:
        start.wait(30)
        work()

    started = [processes.Process(target=begin, args=(work,)) for work in works]
    for process in started:
        process.start()
    for process in started:
        process.join(60)
    assert [process.exitcode for process in started] == [0] * len(works)


def test_no_number_is_lost_or_doubled_and_a_key_goes_in_once(ground):
    ground.hold()
    ground.close()

    def hold() -> None:
        store = ground.open(epoch=1)
        for turn in range(TURNS):
            try:
                with store.transaction():
                    store.add("secret", {"name": f"s{turn}", "value": ""})
                    inbox.insert(store, percept(f"mine:{turn}"), AT)
                    inbox.insert(store, percept(f"both:{turn}"), AT)
                    if turn % 5 == 4:
                        raise ZeroDivisionError  # numbers are given back while the other writes
            except ZeroDivisionError:
                pass
        store.close()

    def insert() -> None:
        store = ground.inbox()
        for turn in range(TURNS):
            inbox.send(store, percept(f"both:{turn}", OUTSIDE), AT)
            with pytest.raises(ZeroDivisionError), store.transaction():
                inbox.insert(store, percept(f"dropped:{turn}"), AT)
                raise ZeroDivisionError
            inbox.send(store, percept(f"theirs:{turn}", OUTSIDE), AT)
        store.close()

    at_once(hold, insert)

    found = ground.open().find("percept", (), ("seq", "key"))
    assert [row.seq for row in found] == list(range(1, len(found) + 1))
    kept = [turn for turn in range(TURNS) if turn % 5 != 4]
    expected = [f"both:{t}" for t in range(TURNS)] + [f"theirs:{t}" for t in range(TURNS)] + [f"mine:{t}" for t in kept]
    assert sorted(row.key for row in found) == sorted(expected)
    secrets = ground.open().find("secret", (), ("seq", "name"))
    assert [tuple(row) for row in secrets] == [(n + 1, f"s{turn}") for n, turn in enumerate(kept)]


def test_several_may_insert_the_same_percepts_at_once(ground):
    ground.open().close()
    ground.close()

    def insert() -> None:
        store = ground.inbox()
        for turn in range(TURNS):
            inbox.send(store, percept(f"k{turn}"), AT)
        store.close()

    at_once(insert, insert, insert)
    found = ground.open().find("percept", (), ("seq", "key"))
    assert [tuple(row) for row in found] == [(turn + 1, f"k{turn}") for turn in range(TURNS)]


def test_processes_that_make_a_store_at_once_make_one(empty_database, tmp_path):
    from empla.store.opening import open_store

    for where in (tmp_path / "mind.db", empty_database):

        def make(where=where) -> None:
            open_store(where, "ada").close()

        at_once(make, make, make, make)
        store = open_store(where, "ada")
        assert store.find("percept", (), ("seq",)) == []
        store.close()
