"""Values that a recipe speaks of before they are there: of what set its plan off, and of outcomes of earlier steps.

A reference gives the very value it leads to, so an address from a mail keeps its origin (law 5). A text made of
several values is a plain text: whoever reads an address out of it has no authority for it.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from empla.errors import ValidationError
from empla.mind.codec import registered
from empla.mind.values import Address, Instant, Url

LONGEST_TEXT = 20_000
"""Characters of a text with references, before and after they are filled in."""
NAME = re.compile(r"[a-z][a-z0-9_]*")
_PATH = re.compile(r"\$?[a-z][a-z0-9_]*(?:\.(?:[A-Za-z][A-Za-z0-9_]*|\d{1,3}))*")
_PLACE = re.compile(r"\{\{|\}\}|\{([^{}:]*)(?::([^{}]*))?\}|[{}]")
_TIME_FORMAT = re.compile(r"(?:%[aAbBdHIjmMpUyYZz%]|[^%]){1,60}")
_PARTS_OF_TIME = frozenset({"year", "month", "day", "hour", "minute", "second"})


class Expression:
    """Base of what stands for a value."""

    __slots__ = ()


@registered
@dataclass(frozen=True, slots=True)
class Ref(Expression):
    """The value that a path leads to.

    "mail.sender" begins at a field of what set the plan off, "$slot.start" at the outcome kept as `slot`. Each further
    name is a key of a mapping or a field of a record, a number is a place in a list.
    """

    path: str

    def __post_init__(self) -> None:
        if not isinstance(self.path, str) or not _PATH.fullmatch(self.path):
            raise ValidationError(f"{self.path!r} is no reference: write mail.sender or $slot.start")


@registered
@dataclass(frozen=True, slots=True)
class Template(Expression):
    """A text with references in braces: "Dear {mail.sender}, see you on {$slot.start:%A at %H:%M}."

    Only a time may have a format, of the directives that `strftime` has for parts of a date. Two braces are one.
    """

    text: str

    def __post_init__(self) -> None:
        if not isinstance(self.text, str) or len(self.text) > LONGEST_TEXT:
            raise ValidationError(f"a text with references has at most {LONGEST_TEXT} characters")
        for found in _PLACE.finditer(self.text):
            if found.group(1) is not None:
                Ref(found.group(1))
            elif found.group() in "{}":
                raise ValidationError(f"a brace stands alone in {self.text[:40]!r}: write two for one")
            if found.group(2) is not None and not _TIME_FORMAT.fullmatch(found.group(2)):
                raise ValidationError(f"{found.group(2)!r} is no format of a time")

    @property
    def paths(self) -> tuple[str, ...]:
        """Return the references in it."""
        return tuple(f.group(1) for f in _PLACE.finditer(self.text) if f.group(1) is not None)


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class Later(Expression):
    """The instant that comes `by` after another; `by` may be negative."""

    than: Any
    by: timedelta


@registered
@dataclass(frozen=True, slots=True)
class FirstKnown(Expression):
    """The first of these that leads to anything but None."""

    of: tuple[Any, ...]

    def __post_init__(self) -> None:
        if not self.of:
            raise ValidationError("of nothing there is no first")


def ref(path: str) -> Any:
    """Return a `Ref`, to be written where a step wants a value."""
    return Ref(path)


def text(template: str) -> Any:
    """Return a `Template`, to be written where a step wants a text."""
    return Template(template)


def later(than: Any, by: timedelta) -> Any:
    """Return a `Later`, to be written where a step wants an instant."""
    return Later(than=than, by=by)


def first(*of: Any) -> Any:
    """Return a `FirstKnown`, to be written where a step wants a value."""
    return FirstKnown(of)


@dataclass(slots=True)
class Values:
    """What references lead to: the fields of what set the plan off, and what was learned by name."""

    given: Mapping[str, Any]
    learned: dict[str, Any] = field(default_factory=dict)

    def at(self, path: str) -> Any:
        """Return the value that a path leads to; ValidationError if there is none."""
        first, *rest = path.split(".")
        begin = self.learned if first.startswith("$") else self.given
        value = _part(begin, first.removeprefix("$"), path)
        for name in rest:
            value = _part(value, name, path)
        return value

    def filled(self, value: Any) -> Any:
        """Return `value` with every expression in it, at any depth, replaced by what it stands for."""
        match value:
            case Ref():
                return self.at(value.path)
            case Template():
                return self._written(value)
            case Later():
                return self._later(value)
            case FirstKnown():
                return next((found for one in value.of if (found := self.known(one)) is not None), None)
            case Mapping():
                return {name: self.filled(one) for name, one in value.items()}
            case tuple() | list():
                return tuple(self.filled(one) for one in value)
        if is_dataclass(value) and not isinstance(value, type) and any(True for _ in expressions(value)):
            return type(value)(**{f.name: self.filled(getattr(value, f.name)) for f in fields(value)})
        return value

    def known(self, value: Any) -> Any:
        """Return what `value` stands for, None if it leads nowhere."""
        try:
            return self.filled(value)
        except ValidationError:
            return None

    def _written(self, template: Template) -> str:
        def one(found: re.Match[str]) -> str:
            if found.group(1) is None:
                return found.group()[0]
            return worded(self.at(found.group(1)), found.group(2) or "", found.group(1))

        written = _PLACE.sub(one, template.text)
        if len(written) > LONGEST_TEXT:
            raise ValidationError(f"the text that begins with {template.text[:40]!r} became too long")
        return written

    def _later(self, later: Later) -> datetime:
        instant = plain(self.filled(later.than))
        if not isinstance(instant, datetime):
            raise ValidationError(f"only an instant has a later one, not {type(instant).__name__}")
        try:
            return instant + later.by
        except OverflowError:
            raise ValidationError(f"there is no instant {later.by} after {instant}") from None


def _part(value: Any, name: str, path: str) -> Any:
    """Return one part of a value: of records the fields alone, so that no path leads into the program."""
    match value:
        case Mapping() if name in value:
            return value[name]
        case tuple() | list() if name.isdigit() and int(name) < len(value):
            return value[int(name)]
        case date() | time() if name in _PARTS_OF_TIME and hasattr(value, name):
            return getattr(value, name)
    if is_dataclass(value) and not isinstance(value, type) and name in {f.name for f in fields(value)}:
        return getattr(value, name)
    raise ValidationError(f"{path!r} leads nowhere: there is no {name!r} in {_sort_of(value)}")


def _sort_of(value: Any) -> str:
    if isinstance(value, Mapping):
        return f"what has {', '.join(sorted(map(str, value))[:12]) or 'nothing in it'}"
    return "nothing" if value is None else f"a {type(value).__name__}"


def worded(value: Any, style: str, path: str) -> str:
    """Return a value as it is written into a text; ValidationError for what has no words."""
    value = plain(value)
    if style:
        if not isinstance(value, date | time):
            raise ValidationError(f"{path!r} is no time and cannot be written as {style!r}")
        return value.strftime(style)
    match value:
        case bool() | None:
            pass
        case str() | int() | float():
            return str(value)
        case date() | time():
            return value.isoformat()
        case tuple() | list():
            return ", ".join(worded(one, "", path) for one in value)
    raise ValidationError(f"{path!r} is {_sort_of(value)} and cannot be written into a text")


def plain(value: Any) -> Any:
    """Return the bare value of one that carries its origin, for comparing and writing."""
    return value.value if isinstance(value, Address | Url | Instant) else value


def expressions(value: Any) -> Iterator[Expression]:
    """Iterate over the expressions in a value, at any depth."""
    if isinstance(value, Expression):
        yield value
    if isinstance(value, Mapping):
        for one in value.values():
            yield from expressions(one)
    elif isinstance(value, tuple | list | frozenset | set):
        for one in value:
            yield from expressions(one)
    elif is_dataclass(value) and not isinstance(value, type):
        for f in fields(value):
            yield from expressions(getattr(value, f.name))


def paths(value: Any) -> Iterator[str]:
    """Iterate over the paths that a value needs to lead somewhere, at any depth."""
    for one in expressions(value):
        if isinstance(one, Ref):
            yield one.path
        elif isinstance(one, Template):
            yield from one.paths
