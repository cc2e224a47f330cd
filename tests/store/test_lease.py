"""Only the holder of the lease writes: the epoch is read in every transaction (contract 11); on both engines."""

import multiprocessing

import psycopg
import pytest

from empla.store.store import LeaseLost

SECRET = {"name": "n", "value": "v"}


def names(store) -> list[str]:
    return [row.name for row in store.find("secret", (), ("name",))]


def test_the_second_holder_fences_the_first(ground):
    first = ground.hold(1)
    with first.transaction():
        first.add("secret", SECRET)
    second = ground.hold(2)
    with pytest.raises(LeaseLost, match=r"epoch 1.*has 2"), first.transaction():
        first.add("secret", {**SECRET, "name": "late"})
    with second.transaction():
        second.add("secret", {**SECRET, "name": "m"})
    assert names(second) == ["n", "m"]
    assert [r.seq for r in second.find("secret", (), ("seq",))] == [1, 2]


def test_nothing_inside_the_transaction_runs_when_the_lease_is_lost(ground):
    first = ground.hold(1)
    ground.hold(2)
    reached = False
    with pytest.raises(LeaseLost), first.transaction():
        reached = True
    assert not reached


def test_an_epoch_is_never_given_twice(ground):
    ground.hold(5)
    other = ground.open()
    for epoch in (4, 5):
        with pytest.raises(LeaseLost):
            other.take_lease(epoch, "a latecomer")
    other.take_lease(6, "the next")
    assert [tuple(r) for r in other.find("lease", (), ("seq", "epoch", "holder"))] == [(1, 6, "the next")]


def test_who_never_held_the_lease_cannot_write(ground):
    stranger = ground.open(epoch=1)
    with pytest.raises(LeaseLost, match="has none"), stranger.transaction():
        pass


def test_a_process_may_open_the_store_with_the_epoch_that_its_supervisor_raised(ground):
    supervisor = ground.hold(3)
    child = ground.open(epoch=3)
    with child.transaction():
        child.add("secret", SECRET)
    assert names(supervisor) == ["n"]


def test_the_lease_stands_still_while_its_holder_writes(postgresql, stores_url):
    """Also for somebody at the server's console."""
    store = postgresql.hold(1)
    with psycopg.connect(stores_url) as console:
        console.execute("SELECT set_config('empla.tenant', 'main', false)")
        console.execute("SELECT set_config('empla.employee', %s, false)", (postgresql.employee,))
        console.execute("SET lock_timeout = '20ms'")
        console.commit()
        with store.transaction(), pytest.raises(psycopg.errors.LockNotAvailable), console.transaction():
            console.execute("UPDATE lease SET epoch = 2")
        assert console.execute("UPDATE lease SET epoch = 2").rowcount == 1
        console.commit()
    with pytest.raises(LeaseLost), store.transaction():
        pass


def test_processes_that_take_the_lease_at_once_get_one_holder_each_epoch(ground):
    """Four processes race for the same epochs: every epoch is won exactly once."""
    ground.hold()
    ground.close()
    processes = multiprocessing.get_context("fork")
    won = processes.SimpleQueue()
    start = processes.Barrier(4)

    def race() -> None:
        store = ground.open()
        start.wait(30)
        for epoch in range(2, 12):
            try:
                store.take_lease(epoch, "racer")
            except LeaseLost:
                continue
            won.put(epoch)
        store.close()

    racers = [processes.Process(target=race) for _ in range(4)]
    for racer in racers:
        racer.start()
    for racer in racers:
        racer.join(60)
    assert [racer.exitcode for racer in racers] == [0] * 4
    got = []
    while not won.empty():
        got.append(won.get())
    assert len(got) == len(set(got)) and max(got) == 11
    assert ground.open().find("lease", (), ("epoch",))[0].epoch == 11
