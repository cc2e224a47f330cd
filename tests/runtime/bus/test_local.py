"""What every bus promises, by the one inside a process: queues, presence, groups."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from empla.errors import InputError
from runtime.bus.groups import AT_ONCE, Groups
from runtime.bus.local import Exchange
from runtime.bus.messages import TELEMETRY_KEPT, Kind, pattern, topic
from runtime.bus.subscription import Subscription

CLARA = {kind: topic("main", "clara", kind) for kind in Kind}
BEN = {kind: topic("main", "ben", kind) for kind in Kind}


def waiting(subscription: Subscription) -> list[dict]:
    """Everything that waits, without waiting for more."""

    async def all_of_it() -> list[dict]:
        return [(await anext(subscription)).body for _ in range(len(subscription))]

    return asyncio.run(all_of_it())


def test_a_wake_up_says_only_the_newest_number_however_many_were_sent() -> None:
    exchange = Exchange()
    with exchange.subscribe(CLARA[Kind.WAKE]) as clara:
        for number in range(1000):
            exchange.publish(CLARA[Kind.WAKE], {"up_to": number})
            exchange.publish(BEN[Kind.WAKE], {"up_to": number})
        assert waiting(clara) == [{"up_to": 999}]


def test_of_telemetry_the_oldest_goes_and_is_counted() -> None:
    exchange = Exchange()
    with exchange.subscribe(pattern("main", kind=Kind.TELEMETRY)) as slow:
        for number in range(TELEMETRY_KEPT + 10):
            exchange.publish(CLARA[Kind.TELEMETRY], {"n": number})
        assert slow.dropped == 10
        assert [body["n"] for body in waiting(slow)] == list(range(10, TELEMETRY_KEPT + 10))


@given(st.lists(st.tuples(st.sampled_from("abcdefgh"), st.integers(1, 9)), max_size=200))
def test_presence_is_never_dropped_and_never_longer_than_there_are_employees(said: list[tuple[str, int]]) -> None:
    exchange = Exchange()
    with exchange.subscribe(pattern("main", kind=Kind.PRESENCE)) as watcher:
        newest: dict[str, int] = {}
        for who, epoch in said:
            exchange.publish(topic("main", who, Kind.PRESENCE), {"who": who, "epoch": epoch})
            newest[who] = max(newest.get(who, 0), epoch)
        assert watcher.dropped == 0
        assert {body["who"]: body["epoch"] for body in waiting(watcher)} == newest


def test_who_comes_later_hears_at_once_who_is_here() -> None:
    exchange = Exchange()
    exchange.publish(CLARA[Kind.PRESENCE], {"is": "here", "epoch": 1})
    with exchange.subscribe(pattern("main", kind=Kind.PRESENCE)) as late:
        assert waiting(late) == [{"is": "here", "epoch": 1}]


def test_a_last_will_is_heard_unless_one_took_leave() -> None:
    exchange = Exchange(now=lambda: "nine")
    with exchange.subscribe(pattern("main", kind=Kind.PRESENCE)) as colleague:
        for end in ("lose", "leave"):
            clara = exchange.connect()
            clara.appear(CLARA[Kind.PRESENCE], {"is": "here", "epoch": 1}, {"is": "gone", "epoch": 1})
            assert waiting(colleague) == [{"is": "here", "epoch": 1}]
            if end == "lose":
                clara.lose()
                assert waiting(colleague) == [{"is": "gone", "epoch": 1, "at": "nine"}]
            else:
                asyncio.run(clara.close())
                assert waiting(colleague) == []


def test_the_last_will_of_one_who_died_late_does_not_hide_its_successor() -> None:
    exchange = Exchange()
    old, new = exchange.connect(), exchange.connect()
    old.appear(CLARA[Kind.PRESENCE], {"is": "here", "epoch": 7}, {"is": "gone", "epoch": 7})
    new.appear(CLARA[Kind.PRESENCE], {"is": "here", "epoch": 8}, {"is": "gone", "epoch": 8})
    old.lose()
    assert exchange.kept(CLARA[Kind.PRESENCE])[0].body == {"is": "here", "epoch": 8}


def test_what_is_no_topic_is_refused() -> None:
    exchange = Exchange()
    for wrong in ("empla/main/clara/mail", "empla/main/+/wake", "other/main/clara/wake", "empla/main//wake", ""):
        with pytest.raises(InputError):
            exchange.publish(wrong, {})
    with pytest.raises(InputError):
        exchange.subscribe("empla/#")
    with pytest.raises(InputError):
        topic("main", "clara/wake", Kind.WAKE)


class Kept:
    """Where groups are kept, for the tests."""

    def __init__(self) -> None:
        self.come: dict[str, dict[tuple[str, str], int]] = {}

    def load(self, group: str) -> dict[tuple[str, str], int]:
        return self.come.get(group, {})

    def keep(self, group: str, come: dict[tuple[str, str], int]) -> None:
        self.come[group] = dict(come)


def offsets(subscription: Subscription) -> list[int]:
    return [body["offset"] for body in waiting(subscription)]


async def take(subscription: Subscription, count: int) -> list[int]:
    """Take and finish so many."""
    taken = []
    for _ in range(count):
        message = await anext(subscription)
        taken.append(message.body["offset"])
        subscription.done(message.receipt)
    return taken


def test_each_event_goes_to_one_member_of_a_group_and_to_every_group() -> None:
    async def play() -> None:
        exchange = Exchange(Groups(Kept().load, Kept().keep))
        everything = pattern("main", kind=Kind.EVENTS)
        one, two = (exchange.subscribe(everything, group="audit") for _ in range(2))
        other = exchange.subscribe(everything, group="billing")
        exchange.publish(CLARA[Kind.EVENTS], {"journal": 6})
        assert await take(other, 6) == [1, 2, 3, 4, 5, 6]
        assert sorted(await take(one, 3) + await take(two, 3)) == [1, 2, 3, 4, 5, 6]

    asyncio.run(play())


def test_what_a_member_had_in_hand_when_it_died_goes_to_another() -> None:
    async def play() -> None:
        exchange = Exchange(Groups(Kept().load, Kept().keep))
        dying, living = (exchange.subscribe(CLARA[Kind.EVENTS], group="audit") for _ in range(2))
        exchange.publish(CLARA[Kind.EVENTS], {"journal": 4})
        assert await take(dying, 1) == [1]
        dying.close()
        assert sorted(await take(living, 3)) == [2, 3, 4]
        assert len(living) == 0

    asyncio.run(play())


def test_who_finishes_nothing_gets_no_more_and_the_others_go_on() -> None:
    async def play() -> None:
        exchange = Exchange(Groups(Kept().load, Kept().keep))
        stuck, works = (exchange.subscribe(CLARA[Kind.EVENTS], group="audit") for _ in range(2))
        exchange.publish(CLARA[Kind.EVENTS], {"journal": 1000})
        taken = await take(works, 1000 - AT_ONCE)
        assert len(stuck) == AT_ONCE
        assert len(set(taken)) == 1000 - AT_ONCE

    asyncio.run(play())


def test_a_group_goes_on_where_it_stopped_also_in_another_process() -> None:
    async def play(kept: Kept, upto: int, take_so_many: int) -> list[int]:
        groups = Groups(kept.load, kept.keep)
        exchange = Exchange(groups)
        exchange.publish(CLARA[Kind.EVENTS], {"ledger": upto})
        member = exchange.subscribe(CLARA[Kind.EVENTS], group="audit")
        taken = await take(member, take_so_many)
        await groups.close()
        return taken

    kept = Kept()
    assert asyncio.run(play(kept, 10, 4)) == [1, 2, 3, 4]
    assert asyncio.run(play(kept, 12, 8)) == list(range(5, 13))


@given(st.data())
def test_whatever_dies_when_every_event_is_done_at_last(data: st.DataObject) -> None:
    """Members come, finish some, and die at any moment; the process that keeps the group too."""
    kept = Kept()
    total = data.draw(st.integers(1, 60))
    finished: set[int] = set()

    async def life() -> None:
        groups = Groups(kept.load, kept.keep)
        exchange = Exchange(groups)
        members = [exchange.subscribe(CLARA[Kind.EVENTS], group="audit") for _ in range(data.draw(st.integers(1, 3)))]
        exchange.publish(CLARA[Kind.EVENTS], {"journal": total})
        for _ in range(data.draw(st.integers(0, 40))):
            member = data.draw(st.sampled_from(members))
            if len(member):
                finished.update(await take(member, 1))
            elif data.draw(st.booleans()):
                member.close()
                members[members.index(member)] = exchange.subscribe(CLARA[Kind.EVENTS], group="audit")
        if data.draw(st.booleans()):
            await groups.close()

    async def last() -> None:
        exchange = Exchange(Groups(kept.load, kept.keep))
        member = exchange.subscribe(CLARA[Kind.EVENTS], group="audit")
        exchange.publish(CLARA[Kind.EVENTS], {"journal": total})
        while len(member):
            finished.update(await take(member, 1))

    for _ in range(data.draw(st.integers(0, 3))):
        asyncio.run(life())
    asyncio.run(last())
    assert finished == set(range(1, total + 1))
