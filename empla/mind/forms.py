"""Whether a step has the form it must have: checked before it is begun, so that a wrong one fails its plan alone.

What a body yields may be of any type, whatever the annotations say. Here they are held to it: fields of the right
type, times with a zone and within reach, texts that can be encoded, and all of it small enough to keep.
"""

from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime, timedelta
from types import NoneType, UnionType
from typing import Any, ForwardRef, Literal, Union, get_args, get_origin

from empla.mind.steps import Step

LARGEST_STEP = 1024 * 1024
"""Characters that the texts of one step may have, each other value counted as eight."""
DEEPEST_VALUE = 60
"""How deep values may be nested."""
MOST_PARTS = 1000
"""How many steps may stand in one."""
LONGEST_SPAN = timedelta(days=36_525)
_FIRST_YEAR, _LAST_YEAR = 2, 9998

Fits = Callable[[Any], bool]
Form = tuple[tuple[str, Any, Fits | None, str], ...]
_FORMS: dict[type, Form] = {}
_LIGHT = 64
_SCALARS = frozenset({int, float, bool, NoneType})
_WEIGHTLESS = _SCALARS | {datetime, timedelta}


class _Unkept(Exception):
    pass


def is_flat(step: Step) -> bool:
    """Return whether a step has its form and holds plain small values only, which come back as they are: most do."""
    for name, default, exact, fits in _QUICK.get(type(step)) or _quick(type(step)):
        value = getattr(step, name)
        if value is default:
            continue
        kind = type(value)
        if kind is str:
            if len(value) > _LIGHT or not value.isascii() or "\0" in value:
                return False
        elif kind not in _SCALARS and not _is_light(value):
            return False
        if kind is not exact and fits is not None and not fits(value):
            return False
    return True


_QUICK: dict[type, tuple[tuple[str, Any, type | None, Fits | None], ...]] = {}


def _quick(kind: type) -> tuple[tuple[str, Any, type | None, Fits | None], ...]:
    """Return name, default, a type that always fits, and the test of each field of a kind of step; remember it."""
    hints = {f.name: f.type for f in fields(kind)}
    _QUICK[kind] = tuple(
        (name, default, _EXACT.get(hints[name]), fits) for name, default, fits, _ in _FORMS.get(kind) or _form(kind)
    )
    return _QUICK[kind]


_EXACT: Mapping[Any, type] = {str: str, tuple[Any, ...]: tuple, bool: bool, int: int, float: float}
"""Annotations that every value of a type fits, whatever is in it."""


def wrong(step: Any) -> str:
    """Return what is wrong with the form of a step, or a record in one; empty if nothing is."""
    heavy = False
    for name, default, fits, wanted in _FORMS.get(type(step)) or _form(type(step)):
        value = getattr(step, name)
        if value is default:
            continue
        if fits is not None and not fits(value):
            inner = wrong(value) if is_dataclass(value) else ""
            return inner or f"`{name}` of a {type(step).__name__} must be {wanted}, not {_sort(value)}"
        heavy = heavy or not _is_light(value)
    return unkept(step) if heavy else ""


def _is_light(value: Any) -> bool:
    """Return whether a value is a small and flat one, as most are: a quick look that saves the long one."""
    kind = type(value)
    if kind is tuple and len(value) <= _LIGHT:
        for part in value:
            kind = type(part)
            if kind not in _SCALARS and not (kind is str and len(part) <= _LIGHT and part.isascii()):
                return False
        return True
    return kind in _SCALARS or (kind is str and len(value) <= _LIGHT and value.isascii())


def unkept(value: Any) -> str:
    """Return why a value cannot be kept, empty if it can: too large, too deep, or with half a character in it."""
    try:
        _weigh(value, LARGEST_STEP, DEEPEST_VALUE)
    except _Unkept as why:
        return str(why)
    return ""


def _weigh(value: Any, room: int, depth: int) -> int:
    """Return how much room is left after a value; `_Unkept` if there is none."""
    kind = type(value)
    if kind in _WEIGHTLESS:
        return room - 8
    if kind is str:
        room -= len(value)
        if not value.isascii():
            _check_encodes(value)
    elif depth == 0:
        raise _Unkept(f"it is nested deeper than {DEEPEST_VALUE}")
    elif isinstance(value, tuple | list | set | frozenset):
        room -= 8
        for part in value:
            room = _weigh(part, room, depth - 1)
    elif isinstance(value, Mapping):
        for name, part in value.items():
            room = _weigh(part, _weigh(str(name), room, depth), depth - 1)
    elif is_dataclass(value):
        for f in fields(value):
            room = _weigh(getattr(value, f.name), room, depth - 1)
    if room < 0:
        raise _Unkept(f"it is larger than {LARGEST_STEP} characters")
    return room


def _check_encodes(text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError:
        raise _Unkept("there is half a character in a text") from None


def _form(kind: Any) -> Form:
    """Return name, default, test and description of each field of a kind of step, and remember it."""
    found = []
    for f in fields(kind):
        found.append((f.name, f.default, _fits(f.type), _said(f.type)))
    _FORMS[kind] = tuple(found)
    return _FORMS[kind]


def _fits(hint: Any) -> Fits | None:
    """Return the test that an annotation stands for, None if it allows anything."""
    origin, inner = get_origin(hint), get_args(hint)
    if hint is Any or isinstance(hint, str | ForwardRef):
        return None
    if origin is Literal:
        return lambda value: isinstance(value, str) and value in inner
    if origin in (Union, UnionType):
        choices = [_fits(one) or _anything for one in inner]
        return lambda value: any(fits(value) for fits in choices)
    if origin is tuple:
        return _tuple(inner)
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return lambda value: isinstance(value, Mapping)
    return _PLAIN.get(hint) or _instance(hint)


def _tuple(inner: tuple[Any, ...]) -> Fits:
    if len(inner) == 2 and inner[1] is Ellipsis:
        fits = _fits(inner[0])
        if fits is None:
            return lambda value: isinstance(value, tuple)
        each = fits
        most = MOST_PARTS
        return lambda value: isinstance(value, tuple) and len(value) <= most and all(map(each, value))
    places = [_fits(one) or _anything for one in inner]
    return lambda value: (
        isinstance(value, tuple)
        and len(value) == len(places)
        and all(fits(part) for fits, part in zip(places, value, strict=True))
    )


def _instance(kind: Any) -> Fits:
    is_record = kind is Step or is_dataclass(kind)
    if is_record:
        return lambda value: isinstance(value, kind) and not wrong(value)
    return lambda value: isinstance(value, kind)


def _anything(_value: Any) -> bool:
    return True


def _instant(value: Any) -> bool:
    return isinstance(value, datetime) and value.tzinfo is not None and _FIRST_YEAR <= value.year <= _LAST_YEAR


def _span(value: Any) -> bool:
    return isinstance(value, timedelta) and -LONGEST_SPAN <= value <= LONGEST_SPAN


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


_PLAIN: Mapping[Any, Fits] = {
    datetime: _instant,
    timedelta: _span,
    float: _number,
    str: lambda value: isinstance(value, str) and "\0" not in value,
    int: lambda value: isinstance(value, int) and not isinstance(value, bool),
}
_WORDS: Mapping[Any, str] = {
    datetime: "an instant with its zone",
    timedelta: "a span of at most a hundred years",
    float: "a number",
    NoneType: "nothing",
    str: "a text",
}


def _said(hint: Any) -> str:
    """Return an annotation in words."""
    origin, inner = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        return " or ".join(_said(one) for one in inner)
    if origin is tuple:
        return f"a tuple of {_said(inner[0])}" if inner[0] is not Any else "a tuple"
    if origin is Literal:
        return f"one of {', '.join(map(str, inner))}"
    if origin is not None:
        return "a mapping"
    return _WORDS.get(hint) or f"a {getattr(hint, '__name__', hint)}"


def _sort(value: Any) -> str:
    if isinstance(value, str):
        return "a text with the character NUL" if "\0" in value else "a text"
    return "nothing" if value is None else f"a {type(value).__name__}"
