"""Plan bodies as data: written by a model, learned, or read from a file, and walked by one generic body.

A recipe is a tuple of instructions. An instruction is a step as any body yields it, with references (`ref`, `text`)
where a value is not known yet; or it learns, branches, goes through a collection, tries, or ends. A recipe is itself a
body: give it to a `Plan` as one. It is replayed like every other, and what it may do is decided where it always is.

    Recipe(steps=(
        Learn("slots", Do(operation="calendar.find_slot", arguments={"minutes": 30, ...})),
        If(Comparison(ref("$slots"), "==", ()), then=(Fail("nothing is free"),)),
        Do(operation="email.send", arguments={"to": (ref("mail.sender"),), "text": text("{$slots.0.start:%A}?"), ...}),
    ))
"""

from collections.abc import Generator, Mapping
from dataclasses import dataclass
from typing import Any

from empla.errors import ValidationError
from empla.mind.authority import GUARDED
from empla.mind.checking import check_whole, inside
from empla.mind.codec import registered
from empla.mind.conditions import Condition, holds
from empla.mind.instructions import Attempt, Fail, ForEach, If, Instruction, Learn, Return, Steps
from empla.mind.percepts import Outcome, Status
from empla.mind.references import Values
from empla.mind.steps import (
    Achieve,
    ActionFailed,
    Again,
    Ask,
    Atomic,
    Believe,
    Do,
    Either,
    Forget,
    Now,
    Query,
    Reason,
    Step,
    Together,
    Unless,
    Wait,
)

WRITTEN = frozenset({"model", "learned"})
"""Authors whose plans are data, and may do less than those of people."""
_MODELS_STEPS = (Achieve, Again, Ask, Atomic, Believe, Do, Either, Forget, Now, Query, Reason, Together, Unless, Wait)


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """A plan body as data. ValidationError when it is made if it is not whole; the error names the place."""

    steps: Steps

    def __post_init__(self) -> None:
        check_whole(self.steps)

    def __call__(self, trigger: Mapping[str, Any]) -> Generator[Step, Any, Any]:
        """Walk the recipe for what set it off: a body as `Plan` wants it."""
        values = Values(trigger)
        try:
            yield from _walk(self.steps, values, "steps")
        except _Ended as end:
            return end.value


class _Ended(Exception):
    """Raised by `Return`, past everything that is still open."""

    def __init__(self, value: Any) -> None:
        super().__init__()
        self.value = value


def _walk(steps: Steps, values: Values, place: str) -> Generator[Step, Any, None]:
    for number, one in enumerate(steps):
        yield from _go(one, values, f"{place}[{number}]")


def _go(one: Step | Instruction, values: Values, place: str) -> Generator[Step, Any, None]:
    match one:
        case Step():
            yield _at(place, values, one)
        case Learn(name, step):
            values.learned[name] = yield _at(place, values, step)
        case If(condition, then, otherwise):
            if (yield from _checked(condition, values, place)):
                yield from _walk(then, values, f"{place}.then")
            else:
                yield from _walk(otherwise, values, f"{place}.otherwise")
        case ForEach():
            for item in _items(one, values, place):
                values.learned[one.name] = item
                yield from _walk(one.steps, values, f"{place}.steps")
        case Attempt():
            try:
                yield from _walk(one.steps, values, f"{place}.steps")
            except ActionFailed as failure:
                values.learned["failure"] = {"code": failure.code, "sentence": str(failure)}
                yield from _walk(one.on_failure, values, f"{place}.on_failure")
        case Return(value):
            raise _Ended(_at(place, values, value))
        case Fail(sentence, code):
            said = str(_at(place, values, sentence))
            raise ActionFailed(Outcome(status=Status.FAILED, code=code, sentence=said))


def _items(loop: ForEach, values: Values, place: str) -> tuple[Any, ...]:
    items = _at(place, values, loop.of)
    if not isinstance(items, tuple | list):
        raise ValidationError(f"{place}: a {type(items).__name__} cannot be gone through")
    if len(items) > loop.at_most:
        raise ValidationError(f"{place}: there are {len(items)}, and it goes through {loop.at_most} at most")
    return tuple(items)


def _checked(condition: Condition, values: Values, place: str) -> Generator[Step, Any, bool]:
    try:
        return (yield from holds(condition, values))
    except ValidationError as error:
        raise ValidationError(f"{place}: {error.sentence}") from None


def _at(place: str, values: Values, value: Any) -> Any:
    """Fill in what an instruction speaks of; an error names its place."""
    try:
        return values.filled(value)
    except ValidationError as error:
        raise ValidationError(f"{place}: {error.sentence}") from None


def check_author(author: str, body: object) -> None:
    """Check that a plan that no person wrote is a recipe, and does nothing that changes who may do what.

    So its acts stay within what the request behind it covers, as that was said by a plan that a person wrote.
    """
    if author not in WRITTEN:
        return
    if not isinstance(body, Recipe):
        raise ValidationError(f"a plan by {author!r} must be a recipe, not code")
    for place, part in inside(body.steps, "steps"):
        if isinstance(part, Step) and not isinstance(part, _MODELS_STEPS):
            raise ValidationError(f"{place}: a plan by {author!r} may not take the step {type(part).__name__}")
        if isinstance(part, Ask) and (part.grants or part.declines):
            raise ValidationError(f"{place}: a plan by {author!r} may not have addresses opened")
        if isinstance(part, Forget) and part.of:
            raise ValidationError(f"{place}: a plan by {author!r} may not withdraw what rests on something")
        if isinstance(part, Believe | Forget) and part.functor in GUARDED:
            raise ValidationError(f"{place}: a plan by {author!r} may not change what is held as {part.functor!r}")
