"""Running a plan body as a replayed generator.

A live generator is only a cache. `resume` either feeds a live one the outcome it waits for, or runs a fresh one through
the recorded outcomes up to where the intention stands. A step whose fingerprint is not the recorded one means that the
body changed underneath: the intention fails loudly rather than doing something else.
"""

import re
from collections.abc import Callable, Generator, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any

from empla.mind import codec
from empla.mind.forms import unkept
from empla.mind.percepts import Outcome, Status
from empla.mind.plans import Body, Trigger
from empla.mind.steps import ActionFailed, Step, fingerprint

Live = Generator[Step, Any, Any]
Guard = Callable[[str], AbstractContextManager[None]]
"""Entered around every run of a plan body, with the id of its intention; around a condition, with an empty one."""
LONGEST_SENTENCE = 2000
"""Characters that are kept of what an exception says."""


def unguarded(_intention: str) -> AbstractContextManager[None]:
    """Guard nothing."""
    return _NOTHING


_NOTHING = nullcontext()


class OutOfTime(BaseException):
    """Raised inside a body that used up its CPU time; not an Exception, so that no body swallows it."""


@dataclass(slots=True)
class Yielded:
    """The body asks for a step."""

    step: Step


@dataclass(slots=True)
class Ended:
    """The body is over; `outcome` says how."""

    outcome: Outcome


Turn = Yielded | Ended


class RunningBody:
    """One running body: its generator, whose it is, and how to give it outcomes."""

    __slots__ = ("_guard", "intention", "live")

    def __init__(self, live: Live, guard: Guard, intention: str) -> None:
        self.live = live
        self.intention = intention
        self._guard = guard

    @classmethod
    def of_nothing(cls, guard: Guard, intention: str) -> "RunningBody":
        """Return a body that takes no step, for a plan that is not there any more."""
        nothing: tuple[Step, ...] = ()
        return cls((step for step in nothing), guard, intention)

    def turn(self, move: Callable[[Any], Any], given: Any) -> Turn:
        """Run the body to its next `yield` by `move(given)`, and say what it asks for or how it ended."""
        try:
            if self._guard is unguarded:
                step = move(given)
            else:
                with self._guard(self.intention):
                    step = move(given)
        except StopIteration as end:
            return _ended(end.value)
        except ActionFailed as failure:
            return _failed_with(failure.outcome)
        except OutOfTime:
            return Ended(_failure("out-of-time", "the plan used more processor time than a body may"))
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # SystemExit and GeneratorExit too: no plan ends the process
            return Ended(_failure("body-raised", f"the plan raised {type(error).__name__}: {said(error)}"))
        if not isinstance(step, Step):
            return Ended(_failure("not-a-step", f"the plan yielded a {type(step).__name__}, which is not a step"))
        return Yielded(step)

    def begin(self) -> Turn:
        """Run to the first step."""
        return self.turn(next, self.live)

    def feed(self, outcome: Outcome) -> Turn:
        """Give the outcome of the step it waits for: a value if done, else thrown as `ActionFailed`."""
        if outcome.status is Status.DONE:
            value = codec.as_kept(outcome.value)
            return self.turn(self.live.send, value)
        return self.turn(self.live.throw, ActionFailed(outcome))


_DONE = Ended(Outcome(status=Status.DONE))


def _ended(value: Any) -> Ended:
    if value is None:
        return _DONE
    why = _cannot_be_kept(value)
    if why:
        return Ended(_failure("result-not-kept", f"the plan returned what cannot be kept: {why}"))
    return Ended(Outcome(status=Status.DONE, value=value))


def _failed_with(outcome: Any) -> Ended:
    """Return the end of a body that let a failure pass, or raised one of its own."""
    if not isinstance(outcome, Outcome) or outcome.status is Status.DONE:
        return Ended(_failure("body-raised", "the plan raised ActionFailed without a failure"))
    why = _cannot_be_kept(outcome)
    return Ended(_failure("result-not-kept", f"the plan failed with what cannot be kept: {why}") if why else outcome)


def _cannot_be_kept(value: Any) -> str:
    try:
        codec.encode(value)
    except Exception as error:
        return said(error)
    return unkept(value)


def said(error: BaseException) -> str:
    """Return what an exception says, the same in every process: where an object lies in memory is left out."""
    try:
        words = str(error)[:LONGEST_SENTENCE]
    except Exception:
        return "and cannot say why"
    return re.sub(r" at 0x[0-9a-f]+", "", words.encode(errors="replace").decode())


def _failure(code: str, sentence: str) -> Outcome:
    return Outcome(status=Status.FAILED, code=code, sentence=sentence)


def replay(
    body: Body,
    bindings: Mapping[str, Any],
    history: list[tuple[str, Outcome | None]],
    guard: Guard,
    intention: str = "",
) -> tuple[RunningBody, Turn | None]:
    """Run a fresh generator of an intention through `history`, pairs of fingerprint and outcome of its steps in order.

    Returns it and what it asks for next, or None where its last step still waits for its outcome.
    """
    trigger = Trigger({name: codec.as_kept(value) for name, value in bindings.items()})
    running = RunningBody(body(trigger), guard, intention)
    turn = running.begin()
    for index, (recorded, outcome) in enumerate(history):
        found = fingerprint(turn.step, str(index)) if isinstance(turn, Yielded) else "the end"
        if found != recorded:
            running.live.close()
            sentence = f"the plan changed under a running intention: step {recorded} became {found}"
            return running, Ended(_failure("body-changed", sentence))
        if outcome is None:
            return running, None
        turn = running.feed(outcome)
    return running, turn
