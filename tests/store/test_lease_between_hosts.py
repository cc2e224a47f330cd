"""Between hosts a lease ends by itself: renewed by who holds it, watched by who would succeed, never by two clocks."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from empla.errors import InputError
from empla.store import leasing
from empla.store.leasing import LEFT, NOBODY, Holder, LeaseLost, Seen, Watch, spread

A, B = Holder(host="a", pid=1, lock="aa"), Holder(host="b", pid=2, lock="bb")


def seen(holder: str = str(A), *, epoch: int = 1, renewed: int = 0) -> Seen:
    return Seen(epoch=epoch, holder=holder, renewed=renewed, for_s=30)


# watching -----------------------------------------------------------------------------------------------------------


def test_a_lease_that_stands_still_for_its_whole_length_is_free_and_not_before():
    watch = Watch("bb", 30)
    assert not watch.is_free(seen(), 1000.0)
    assert not watch.is_free(seen(), 1029.9)
    assert watch.is_free(seen(), 1030.7)


def test_every_renewal_begins_the_watch_anew():
    watch = Watch("bb", 30)
    for turn in range(10):
        assert not watch.is_free(seen(renewed=turn), 1000.0 + 29 * turn)
    assert not watch.is_free(seen(epoch=2, renewed=9), 1000.0 + 29 * 9 + 29.9)


@pytest.mark.parametrize("holder", [NOBODY, "b:77@bb"])
def test_one_that_was_handed_back_or_whose_lock_we_have_is_free_at_once(holder):
    assert Watch("bb", 30).is_free(seen(holder), 0.0)


def test_another_lock_of_the_same_machine_proves_nothing():
    assert not Watch("bb", 30).is_free(seen("b:77@cc"), 0.0)
    assert not Watch("", 30).is_free(seen("b:77"), 0.0)


def test_nobody_takes_over_who_has_left():
    with pytest.raises(InputError, match="has left"):
        Watch("bb", 30).is_free(seen(LEFT), 0.0)


@given(
    renewals=st.lists(st.floats(0.1, 20.0), min_size=1, max_size=20),
    looks=st.lists(st.floats(0.05, 5.0), min_size=1, max_size=300),
    drift=st.floats(-0.0005, 0.0005),
)
def test_no_two_ever_hold_it_whatever_their_clocks_say(renewals, looks, drift):
    """The holder counts from before it sent a renewal on its clock; the successor from after it saw it on its own."""
    sent, at = [], 0.0
    for pause in renewals:
        sent.append(at)
        at += pause
    valid_until = sent[-1] + 30.0  # by the holder's clock, on which `sent` is; it dies right after its last renewal
    watch, now = Watch("bb", 30), 0.0
    for pause in looks:
        now += pause
        renewed = sum(1 for s in sent if s <= now)
        if watch.is_free(seen(renewed=renewed), 5_000.0 + now * (1 + drift)):
            assert now >= valid_until
            return


def test_those_who_wait_are_spread_and_always_alike():
    found = {spread("clara", attempt) for attempt in range(50)}
    assert len(found) == 50 and all(0 <= f < 1 for f in found)
    assert spread("clara", 3) == spread("clara", 3) != spread("ben", 3)


# holding ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds since boot, for the test to move."""
    at = [100.0]
    monkeypatch.setattr(leasing, "boot_s", lambda: at[0])
    return at


def test_what_is_left_is_counted_from_before_the_renewal_was_sent(ground, clock, monkeypatch):
    store = ground.open()
    store.take_over(None, A, 30)
    assert store.lease_left_s() == 30
    clock[0] += 20
    begin = store._driver.begin

    def slowly(**kwargs):
        clock[0] += 4  # the server took its time
        begin(**kwargs)

    monkeypatch.setattr(store._driver, "begin", slowly)
    store.renew_lease()
    assert store.lease_left_s() == 26
    assert store.seen_lease() == seen(renewed=1)


def test_it_is_renewed_before_something_begins_that_needs_time(ground, clock):
    store = ground.open()
    store.take_over(None, A, 30)
    store.assure_lease()
    assert store.seen_lease().renewed == 0
    clock[0] += 16
    store.assure_lease()
    assert store.seen_lease().renewed == 1 and store.lease_left_s() == 30


def test_on_one_host_it_never_ends_and_nothing_is_renewed(ground):
    store = ground.hold(1)
    store.renew_lease()
    store.assure_lease()
    assert store.lease_left_s() == math.inf
    assert store.seen_lease() == Seen(epoch=1, holder="a test", renewed=0, for_s=0)


def test_who_was_succeeded_is_told_so_by_its_next_renewal_and_what_it_tried_is_known(ground, clock):
    first, second = ground.open(), ground.open()
    first.take_over(None, A, 30)
    second.take_over(first.seen_lease(), B, 30)
    with pytest.raises(LeaseLost) as caught:
        first.renew_lease()
    assert caught.value.tried == "renew"
    with pytest.raises(LeaseLost) as caught, first.transaction("on-wire"):
        pass
    assert caught.value.tried == "on-wire"
    assert second.seen_lease() == seen(str(B), epoch=2, renewed=1)


def test_of_two_successors_that_saw_the_same_one_is_first(ground, clock):
    holder, first, second = ground.open(), ground.open(), ground.open()
    holder.take_over(None, A, 30)
    both_saw = first.seen_lease()
    first.take_over(both_saw, B, 30)
    with pytest.raises(LeaseLost, match="faster"):
        second.take_over(both_saw, B, 30)


def test_a_renewal_in_the_last_moment_keeps_a_successor_out(ground, clock):
    holder, successor = ground.open(), ground.open()
    holder.take_over(None, A, 30)
    saw = successor.seen_lease()
    holder.renew_lease()
    with pytest.raises(LeaseLost):
        successor.take_over(saw, B, 30)
    holder.renew_lease()


def test_one_that_was_handed_back_is_anybodys_and_who_gave_it_writes_no_more(ground, clock):
    store = ground.open()
    store.take_over(None, A, 30)
    store.hand_back_lease()
    assert Watch("bb", 30).is_free(store.seen_lease(), 0.0)
    with pytest.raises(Exception, match="only percepts"), store.transaction():
        store.add("secret", {"name": "n", "value": "v"})
