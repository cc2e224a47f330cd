"""Driving a plan's body by hand, without a mind."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from empla.mind import codec
from empla.mind.bodies import Ended, Turn, Yielded, replay, unguarded
from empla.mind.percepts import Outcome, Status
from empla.mind.plans import Body, Trigger
from empla.mind.steps import ActionFailed, Step, fingerprint


class ByHand:
    """One body, driven step by step. At every step it is begun anew and replayed, as after a restart.

    body = ByHand(book_meeting, mail=mail(MARIA, "..."))
    assert body.step == Do(operation="calendar.find_slot", arguments={...})
    body.done(Slots(options=()))
    assert body.outcome.code == "nothing-free"
    """

    def __init__(self, body: Body, **fields: Any) -> None:
        self._body = body
        self._fields = fields
        self._history: list[tuple[str, Outcome | None]] = []
        self._turn = self._replayed()

    @property
    def over(self) -> bool:
        """Whether the body has come to its end."""
        return isinstance(self._turn, Ended)

    @property
    def step(self) -> Step:
        """Return the step that it waits for; AssertionError if it is over."""
        if isinstance(self._turn, Ended):
            raise AssertionError(f"the body is over: {self._turn.outcome}")
        return self._turn.step

    @property
    def outcome(self) -> Outcome:
        """Return what the body came to; AssertionError if it waits for a step."""
        if isinstance(self._turn, Yielded):
            raise AssertionError(f"the body is not over, it waits for {self._turn.step}")
        return self._turn.outcome

    @property
    def value(self) -> Any:
        """Return what the body returned; AssertionError if it waits for a step, or has failed."""
        if self.outcome.status is not Status.DONE:
            raise AssertionError(f"the body has failed: {self.outcome}")
        return self.outcome.value

    def done(self, value: Any = None) -> "ByHand":
        """Give it the value of the step that it waits for."""
        return self._give(Outcome(status=Status.DONE, value=value))

    def failed(self, code: str = "broken", sentence: str = "no") -> "ByHand":
        """Tell it that the step that it waits for was not done."""
        return self._give(Outcome(status=Status.FAILED, code=code, sentence=sentence))

    def _give(self, outcome: Outcome) -> "ByHand":
        kept = codec.decode(codec.encode(self.step))
        self._history.append((fingerprint(kept, str(len(self._history))), outcome))
        self._turn = self._replayed()
        return self

    def _replayed(self) -> Turn:
        _, turn = replay(self._body, self._fields, self._history, unguarded)
        assert turn is not None, "a history without an open step ends in a turn"
        return turn


@dataclass(frozen=True, slots=True)
class Ran:
    """What a body asked for, in order, and what it returned."""

    steps: tuple[Step, ...]
    value: Any


def run_body(body: Body, fields: Mapping[str, Any], answer: Callable[[Step], Any]) -> Ran:
    """Run a body to its end. `answer` gives the value of each step, or raises `ActionFailed` to have it thrown in."""
    live = body(Trigger(fields))
    steps: list[Step] = []
    give: Callable[[], Step] = lambda: next(live)  # noqa: E731
    while True:
        try:
            step = give()
        except StopIteration as end:
            return Ran(tuple(steps), end.value)
        steps.append(step)
        give = _answered(live, answer, step)


def _answered(live: Any, answer: Callable[[Step], Any], step: Step) -> Callable[[], Step]:
    try:
        value = answer(step)
    except ActionFailed as failure:
        thrown = failure
        return lambda: live.throw(thrown)
    return lambda: live.send(value)
