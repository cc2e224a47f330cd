"""What the embedder has to do: questions in turn, those that somebody waits for first.

One model runs on one thread, a text at a time, so who recalls waits at most for the text in hand. What is to be kept is
taken in turns, a text of each question, so nobody's thousand letters keep the others from their one. A model that is
asked over a network takes all texts of a question at once, and has a second lane for what is urgent.
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Final

from empla.errors import Delayed
from empla.memory.embedding.embedder import Embedder, Encoded, Text

MOST_WAITING: Final = 4
"""Questions of those that can wait which are taken at once: whoever asks one more is told to come later."""
MOST_URGENT: Final = 64


@dataclass(slots=True, kw_only=True, eq=False)
class Question:
    """Texts to encode, with what has been made of them so far. `gone` says whether nobody waits for it any more."""

    texts: Sequence[Text]
    urgent: bool
    gone: Callable[[], bool]
    answer: "asyncio.Future[list[Encoded]]"
    made: list[Encoded] = field(default_factory=list)


class Work:
    """The questions that wait, and the lanes that answer them. Made in a running event loop.

    `at_once` is how many texts of a question a model takes at once; `lanes` how many threads it runs on: all but the
    first take only what is urgent.
    """

    def __init__(self, model: Embedder, *, at_once: int, lanes: int) -> None:
        self._model = model
        self._at_once = at_once
        self._urgent: deque[Question] = deque()
        self._others: deque[Question] = deque()
        self._threads = ThreadPoolExecutor(lanes, thread_name_prefix="model")
        self._bell = asyncio.Condition()
        self._since: dict[int, float] = {}
        self._lanes = [asyncio.create_task(self._lane(number)) for number in range(lanes)]

    async def encode(self, texts: Sequence[Text], *, urgent: bool, gone: Callable[[], bool]) -> list[Encoded]:
        """Return the vectors of these texts; Delayed if too many wait already, or what the model raises."""
        waiting, most = (self._urgent, MOST_URGENT) if urgent else (self._others, MOST_WAITING)
        if len(waiting) >= most:
            raise Delayed("the embedder has much to do", next_step="ask again in a moment")
        if not texts:
            return []
        answer: asyncio.Future[list[Encoded]] = asyncio.get_running_loop().create_future()
        waiting.append(Question(texts=texts, urgent=urgent, gone=gone, answer=answer))
        async with self._bell:
            self._bell.notify_all()
        return await answer

    def busy_s(self) -> float:
        """Return for how many seconds the model has had one and the same thing in hand; 0 if it has nothing."""
        return max((time.monotonic() - since for since in self._since.values()), default=0.0)

    async def stop(self) -> None:
        """Answer no more; the text in hand is finished."""
        for lane in self._lanes:
            lane.cancel()
        await asyncio.gather(*self._lanes, return_exceptions=True)
        for question in (*self._urgent, *self._others):
            question.answer.cancel()
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _lane(self, number: int) -> None:
        while True:
            async with self._bell:
                await self._bell.wait_for(lambda: self._urgent or (number == 0 and self._others))
            question = self._urgent.popleft() if self._urgent else self._others.popleft()
            if question.gone() or question.answer.done():
                question.answer.cancel()
                continue
            await self._advance(number, question)
            if not question.answer.done():
                # Whatever is urgent is finished before the next of its kind; others take turns.
                self._urgent.appendleft(question) if question.urgent else self._others.append(question)

    async def _advance(self, number: int, question: Question) -> None:
        """Encode the next texts of a question, and answer it when those were the last."""
        some = question.texts[len(question.made) : len(question.made) + self._at_once]
        self._since[number] = time.monotonic()
        try:
            loop = asyncio.get_running_loop()
            question.made += await loop.run_in_executor(self._threads, self._encode, some, question.urgent)
        except Exception as error:
            if not question.answer.done():
                question.answer.set_exception(error)
            return
        finally:
            del self._since[number]
        if len(question.made) == len(question.texts) and not question.answer.done():
            question.answer.set_result(question.made)

    def _encode(self, texts: Sequence[Text], urgent: bool) -> list[Encoded]:
        return self._model.encode(texts, urgent=urgent)
