"""Vectors are made beside the cycles, and later where nobody makes any now."""

import asyncio

import pytest

from empla.clock import SystemClock
from empla.engine import memory as own
from empla.engine.memory import OwnMemory, Recalls


class Meaning:
    def __init__(self, away: int) -> None:
        self.away = away  # how often nobody answers
        self.is_behind = False


class Remembers:
    """A memory with so many episodes of which there are no vectors yet."""

    def __init__(self, left: int, away: int = 0) -> None:
        self.left = left
        self.meaning = Meaning(away)
        self.opened = self.closed = 0

    def catch_up(self, limit: int = 0, *, soon: bool = False) -> int:
        self.meaning.is_behind = self.meaning.away > 0
        if self.meaning.is_behind:
            self.meaning.away -= 1
            return 0
        taken = min(self.left, limit)
        self.left -= taken
        return taken

    def open(self) -> "Remembers":
        self.opened += 1
        return self

    def close(self) -> None:
        self.closed += 1


def memory(remembers: Remembers, stir=lambda: None) -> OwnMemory:
    return OwnMemory(None, SystemClock(), Recalls(opens=remembers.open, eager=True), stir)


async def aside(made: OwnMemory) -> None:
    assert not made.catch_up_if_due(), "the loop has nothing to do meanwhile"
    if made._aside is not None:
        await asyncio.wait({made._aside})
        await asyncio.sleep(0)


@pytest.mark.parametrize("away", [0, 3])
def test_what_was_left_before_is_made_up_for_once_somebody_makes_vectors(monkeypatch, away):
    monkeypatch.setattr(own, "_FIRST_PAUSE_S", 0.001)
    remembers = Remembers(100, away)

    async def story() -> None:
        made = memory(remembers)
        await aside(made)
        assert remembers.left == 0
        assert not made.catch_up_if_due()
        assert made._aside is None, "and then it costs nothing"
        made.close()

    asyncio.run(story())


def test_what_comes_meanwhile_is_not_forgotten(monkeypatch):
    stirred = []
    remembers = Remembers(10)

    async def story() -> None:
        made = memory(remembers, lambda: stirred.append(1))
        made.catch_up_if_due()
        made.came(1)
        await asyncio.wait({made._aside})
        await asyncio.sleep(0)
        assert stirred, "the loop takes a turn for it"
        remembers.left = 1
        await aside(made)
        assert remembers.left == 0
        made.close()

    asyncio.run(story())


def test_who_ends_does_not_wait_for_vectors():
    remembers = Remembers(10, away=1_000_000)

    async def story() -> None:
        made = memory(remembers)
        made.catch_up_if_due()
        working = made._aside
        made.close()
        await asyncio.wait({working})

    asyncio.run(story())
    assert remembers.opened == remembers.closed
