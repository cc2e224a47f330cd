"""Canonical JSON for everything the mind keeps.

The same value always gives the same bytes (sorted keys, no spaces), so digests and fingerprints can be taken of it. A
dataclass is written as `{"$": name, ...fields}` and read back only if its type is registered: what comes out of the
store is one of our own types or a plain value, never anything else.
"""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import date, datetime, time, timedelta, timezone, tzinfo
from enum import Enum
from functools import cache, lru_cache
from math import isfinite
from operator import attrgetter, itemgetter
from typing import Any, TypeVar

from empla.errors import ValidationError
from empla.mind import values

T = TypeVar("T")
_TYPES: dict[str, type] = {}
_FIELDS: dict[type, tuple[str, tuple[str, ...]]] = {}
_ENUMS: dict[type, dict[str, type[Enum]]] = {}
_LATER: dict[type, dict[str, object]] = {}


LATER = {"later": True}
"""Metadata of a field that a later release added to a kept dataclass: it is left out where it has its default, so that
what was kept before has the same bytes, and a belief the same id."""


def registered(cls: type[T]) -> type[T]:
    """Class decorator: let values of this dataclass be kept. Its name is its name in the store: do not reuse one."""
    return _register(cls, cls.__name__)


def registered_as(name: str) -> Callable[[type[T]], type[T]]:
    """Class decorator: let values of this dataclass be kept under a name that is not the class's own."""
    return lambda cls: _register(cls, name)


def _register(cls: type[T], name: str) -> type[T]:
    known = _TYPES.get(name, cls)
    if (known.__module__, known.__qualname__) != (cls.__module__, cls.__qualname__):
        raise ValidationError(f"two kept types are called {name!r}")
    _TYPES[name] = cls
    kept: Any = cls
    known_fields = fields(kept)
    _FIELDS[cls] = (name, tuple(f.name for f in known_fields))
    _ENUMS[cls] = {f.name: f.type for f in known_fields if isinstance(f.type, type) and issubclass(f.type, Enum)}
    if added := {f.name: f.default for f in known_fields if f.metadata.get("later")}:
        _LATER[cls] = added
    _WRITERS[cls] = _writer_of(name, _FIELDS[cls][1], added)
    return cls


def choices(name: str) -> frozenset[str]:
    """Return the fields of a kept type that hold one of a few words: not every text can stand there."""
    return frozenset(_ENUMS[_TYPES[name]]) if name in _TYPES else frozenset()


def encode(value: object) -> Any:
    """Return `value` as plain JSON data. Tuples, sets and lists become lists; sets are sorted."""
    if value is None or isinstance(value, bool | int | float) or type(value) is str:
        return value
    known = _FIELDS.get(type(value))
    if known is not None:
        name, names = known
        if (added := _LATER.get(type(value))) is not None:
            names = tuple(n for n in names if n not in added or getattr(value, n) != added[n])
        return {"$": name, **{n: encode(getattr(value, n)) for n in names}}
    return _encode_other(value)


def _encode_other(value: object) -> Any:
    match value:
        case Enum():
            return value.value
        case str():
            return str(value)
        case datetime():
            return {"$": "datetime", "v": value.isoformat()}
        case date():
            return {"$": "date", "v": value.isoformat()}
        case time():
            return {"$": "time", "v": value.isoformat()}
        case timedelta():
            return {"$": "timedelta", "v": value.total_seconds()}
        case Mapping():
            return {_escaped(str(k)): encode(v) for k, v in value.items()}
        case frozenset() | set():
            return sorted((encode(v) for v in value), key=lambda v: json.dumps(v, sort_keys=True))
        case list() | tuple():
            return [encode(v) for v in value]
    hint = " (register the dataclass)" if is_dataclass(value) else ""
    raise ValidationError(f"a {type(value).__name__} cannot be kept{hint}")


def _escaped(key: str) -> str:
    """Return a mapping's key so that "$" marks a type only where `encode` says so, whatever comes from outside."""
    return f"${key}" if key.startswith("$") else key


_SCALARS: dict[str, Callable[[Any], object]] = {
    "datetime": datetime.fromisoformat,
    "date": date.fromisoformat,
    "time": time.fromisoformat,
    "timedelta": lambda seconds: timedelta(seconds=seconds),
}


def decode(data: Any) -> Any:
    """Return the value that `encode` made `data` of. Lists come back as tuples, enums of dataclass fields as such."""
    if isinstance(data, list):
        return tuple([v if type(v) in _SAME else decode(v) for v in data])
    if not isinstance(data, dict):
        return data
    name = data.get("$")
    if name is None:
        return {k[1:] if k[:1] == "$" else k: v if type(v) in _SAME else decode(v) for k, v in data.items()}
    if name in _SCALARS:
        return _SCALARS[name](data["v"])
    if (cls := _TYPES.get(name)) is None:
        raise ValidationError(f"unknown kept type {name!r}")
    return _build(cls, data)


def _build(cls: Any, data: dict[str, Any]) -> Any:
    # A field that is not there was added since: its default holds.
    arguments = {n: v if type(v := data[n]) in _SAME else decode(v) for n in _FIELDS[cls][1] if n in data}
    for name, enum in _ENUMS[cls].items():
        if arguments.get(name) is not None:
            arguments[name] = enum(arguments[name])
    return cls(**arguments)


_SAME = frozenset({type(None), bool, int, float, str})
"""Types whose values come back from the store as they went in."""


def as_kept(value: Any) -> Any:
    """Return `value` as it comes back from the store: the value itself where nothing would change, else a copy."""
    return value if type(value) in _SAME or _comes_back(value) else decode(encode(value))


def _comes_back(value: Any) -> bool:
    kind = type(value)
    if kind in _SAME:
        return True
    if kind is tuple:
        for part in value:  # noqa: SIM110 (a generator costs more than what it would look at)
            if type(part) not in _SAME and not _comes_back(part):
                return False
        return True
    known = _FIELDS.get(kind)
    if known is not None:
        enums = _ENUMS[kind]
        for name in known[1]:
            part = getattr(value, name)
            if type(part) not in _SAME and type(part) is not enums.get(name) and not _comes_back(part):
                return False
        return True
    return kind is datetime and (value.tzinfo is None or type(value.tzinfo) is timezone) and not value.fold


def dumps(value: object) -> str:
    """Return the canonical JSON text of `value`: that of `encode`, written without making `encode`'s data first."""
    return _WRITERS[type(value)](value)


Writer = Callable[[Any], str]
_string: Callable[[str], str] = json.encoder.encode_basestring
_FIRST = itemgetter(0)
_PLAIN = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False)


class _Writers(dict[type, Writer]):
    """How values are written, by their exact type; others than these are added as they come."""

    def __missing__(self, kind: type) -> Writer:
        order = ((int, int.__repr__), (Enum, _enum), (str, _text), (datetime, _datetime), (Mapping, _mapping))
        of_kind: Writer = next((write for base, write in order if issubclass(kind, base)), _plain)
        self[kind] = of_kind
        return of_kind


def _plain(value: object) -> str:
    return _PLAIN.encode(encode(value))


def _text(value: object) -> str:
    return _string(str(value))


@lru_cache(maxsize=1024)
def _enum(value: Enum) -> str:
    return dumps(value.value)


def _float(value: float) -> str:
    return float.__repr__(value) if isfinite(value) else _plain(value)


def _datetime(value: datetime) -> str:
    return _instant(value, value.tzinfo, value.fold)


@lru_cache(maxsize=64)
def _instant(value: datetime, _zone: tzinfo | None, _fold: int) -> str:
    """Return the text of an instant, which a cycle writes many times; of two that are equal the zones may differ."""
    return f'{{"$":"datetime","v":"{value.isoformat()}"}}'


def _list(value: Sequence[object]) -> str:
    return f"[{','.join([_WRITERS[type(v)](v) for v in value])}]" if value else "[]"


def _mapping(value: Mapping[Any, object]) -> str:
    if not value:
        return "{}"
    kept = {_escaped(str(k)): v for k, v in value.items()}
    return f"{{{','.join([f'{_string(k)}:{_WRITERS[type(v)](v)}' for k, v in sorted(kept.items(), key=_FIRST)])}}}"


_WRITERS = _Writers(
    {
        type(None): {None: "null"}.__getitem__,
        bool: {True: "true", False: "false"}.__getitem__,
        int: int.__repr__,
        float: _float,
        str: _string,
        dict: _mapping,
        list: _list,
        tuple: _list,
        datetime: _datetime,
    }
)


def _writer_of(name: str, names: tuple[str, ...], added: Mapping[str, object]) -> Writer:
    """Return how a registered dataclass is written: what fields of later releases hold by default is left out."""
    whole = _form(name, names)
    if not added:
        return whole
    short = _form(name, tuple(n for n in names if n not in added))
    read_later, defaults = _reader(tuple(added)), tuple(added.values())

    def write(value: Any) -> str:
        later = read_later(value)
        if later == defaults:
            return short(value)
        left_out = {n for n, have, default in zip(added, later, defaults, strict=True) if have == default}
        return _form(name, tuple(n for n in names if n not in left_out))(value) if left_out else whole(value)

    return write


@cache
def _form(name: str, names: tuple[str, ...]) -> Writer:
    """Return what writes a dataclass with these fields, in their order by name ("$" comes before every letter).

    It is compiled, as the methods of a dataclass are: a form that is filled in at run time takes a third longer.
    """
    places = "".join(f",{_string(n)}:{{w[type(v.{n})](v.{n})}}" for n in sorted(names))
    written: Writer = eval(f"lambda v: f'{{{{\"$\":{_string(name)}{places}}}}}'", {"w": _WRITERS})  # noqa: S307
    return written


def _reader(names: tuple[str, ...]) -> Callable[[Any], tuple[Any, ...]]:
    if len(names) > 1:
        return attrgetter(*names)
    return lambda value: tuple([getattr(value, n) for n in names])


def loads(text: str) -> Any:
    """Return the value whose canonical JSON is `text`."""
    return decode(json.loads(text))


for _type in (
    values.Origin,
    values.Address,
    values.Instant,
    values.Amount,
    values.Url,
    values.FileRef,
    values.EventRef,
):
    registered(_type)


def digest(value: object) -> str:
    """Return the sha256 of the canonical JSON of `value`, in hex."""
    return hashlib.sha256(dumps(value).encode()).hexdigest()
