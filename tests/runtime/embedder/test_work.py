"""In which order the embedder answers, with a model that the test holds back."""

import asyncio
import threading

import numpy as np
import pytest

from empla.errors import Delayed, ExternalError
from empla.memory.embedding.embedder import Encoded, Text
from runtime.embedder.work import MOST_WAITING, Work


class Held:
    """A model that encodes a text when it is let."""

    model, dims = "held/1", 4

    def __init__(self) -> None:
        self.lets = threading.Semaphore(0)
        self.kept_back: set[str] = set()  # texts that wait until the end
        self.end = threading.Event()
        self.order: list[str] = []

    def encode(self, texts, *, urgent=False):
        if self.kept_back.isdisjoint(text.words for text in texts):
            self.lets.acquire()
        else:
            self.end.wait()
        self.order += [text.words for text in texts]
        if "bad" in self.order[-1]:
            raise ExternalError("not this one")
        return [Encoded(mean=np.ones(4, np.float32) / 2, tokens=np.zeros((1, 4), np.int8)) for _ in texts]

    def let(self, count: int) -> None:
        for _ in range(count):
            self.lets.release()

    def close(self) -> None: ...


def texts(*words: str) -> list[Text]:
    return [Text(words=one) for one in words]


def played(story, *, at_once: int = 1, lanes: int = 1) -> Held:
    async def play() -> None:
        work = Work(model, at_once=at_once, lanes=lanes)
        try:
            await story(model, work)
        finally:
            model.let(1000)
            model.end.set()
            await work.stop()

    model = Held()
    asyncio.run(play())
    return model


async def settled() -> None:
    """Let everything that can go on go on."""
    for _ in range(20):
        await asyncio.sleep(0)


def there() -> bool:
    return False


def test_texts_are_taken_in_turns_and_what_is_urgent_comes_first():
    async def story(model, work):
        ada = asyncio.create_task(work.encode(texts("a1", "a2", "a3"), urgent=False, gone=there))
        await settled()  # a1 is in hand
        bob = asyncio.create_task(work.encode(texts("b1", "b2"), urgent=False, gone=there))
        await settled()
        cue = asyncio.create_task(work.encode(texts("cue"), urgent=True, gone=there))
        await settled()
        model.let(6)
        await asyncio.gather(ada, bob, cue)

    assert played(story).order == ["a1", "cue", "b1", "a2", "b2", "a3"]


def test_nobody_is_served_who_has_gone():
    async def story(model, work):
        left = False
        held = asyncio.create_task(work.encode(texts("first"), urgent=False, gone=there))
        await settled()
        gone = asyncio.create_task(work.encode(texts("never"), urgent=False, gone=lambda: left))
        await settled()
        left = True
        model.let(1)
        await held
        with pytest.raises(asyncio.CancelledError):
            await gone

    assert played(story).order == ["first"]


def test_who_can_wait_is_told_to_when_many_do():
    async def story(model, work):
        asked = []
        for number in range(MOST_WAITING + 1):  # the first is in hand
            asked.append(asyncio.create_task(work.encode(texts(f"{number}"), urgent=False, gone=there)))
            await settled()
        with pytest.raises(Delayed):
            await work.encode(texts("more"), urgent=False, gone=there)
        cue = asyncio.create_task(work.encode(texts("cue"), urgent=True, gone=there))
        await settled()
        assert work.busy_s() > 0
        model.let(MOST_WAITING + 2)
        await asyncio.gather(cue, *asked)
        assert work.busy_s() == 0

    assert "more" not in played(story).order


def test_a_text_that_fails_fails_alone():
    async def story(model, work):
        model.let(9)
        bad = asyncio.create_task(work.encode(texts("good", "bad", "never"), urgent=False, gone=there))
        good = asyncio.create_task(work.encode(texts("other"), urgent=False, gone=there))
        with pytest.raises(ExternalError):
            await bad
        assert len(await good) == 1

    assert "never" not in played(story).order


def test_a_second_lane_is_for_what_is_urgent():
    async def story(model, work):
        model.kept_back = {"d"}  # the lane of the batch may come to it before the cue has its turn
        batch = asyncio.create_task(work.encode(texts("a", "b", "c"), urgent=False, gone=there))
        other = asyncio.create_task(work.encode(texts("d"), urgent=False, gone=there))
        await settled()
        cue = asyncio.create_task(work.encode(texts("cue"), urgent=True, gone=there))
        await settled()
        model.let(2)  # one for the batch, one for the cue: nobody waits for "d"
        await asyncio.gather(batch, cue)
        assert not other.done()

    assert set(played(story, at_once=64, lanes=2).order[:4]) == {"a", "b", "c", "cue"}
