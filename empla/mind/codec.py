"""Canonical JSON for everything the mind keeps.

The same value always gives the same bytes (sorted keys, no spaces), so digests and fingerprints can be taken of it. A
dataclass is written as `{"$": name, ...fields}` and read back only if its type is registered: what comes out of the
store is one of our own types or a plain value, never anything else.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime, time, timedelta, timezone
from enum import Enum
from operator import attrgetter
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
    name = cls.__name__
    known = _TYPES.get(name, cls)
    if (known.__module__, known.__qualname__) != (cls.__module__, cls.__qualname__):
        raise ValidationError(f"two kept types are called {name!r}")
    _TYPES[name] = cls
    known_fields = fields(cls)  # type: ignore[arg-type]
    _FIELDS[cls] = (name, tuple(f.name for f in known_fields))
    _ENUMS[cls] = {f.name: f.type for f in known_fields if isinstance(f.type, type) and issubclass(f.type, Enum)}
    if added := {f.name: f.default for f in known_fields if f.metadata.get("later")}:
        _LATER[cls] = added
    _WRITERS[cls] = _writer_of(name, _FIELDS[cls][1], added)
    return cls


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
        return tuple(decode(v) for v in data)
    if not isinstance(data, dict):
        return data
    name = data.get("$")
    if name is None:
        return {k[1:] if k.startswith("$") else k: decode(v) for k, v in data.items()}
    if name in _SCALARS:
        return _SCALARS[name](data["v"])
    if (cls := _TYPES.get(name)) is None:
        raise ValidationError(f"unknown kept type {name!r}")
    return _build(cls, data)


def _build(cls: Any, data: dict[str, Any]) -> Any:
    # A field that is not there was added since: its default holds.
    arguments = {name: decode(data[name]) for name in _FIELDS[cls][1] if name in data}
    for name, enum in _ENUMS[cls].items():
        if arguments.get(name) is not None:
            arguments[name] = enum(arguments[name])
    return cls(**arguments)


_SAME = frozenset({type(None), bool, int, float, str})
"""Types whose values come back from the store as they went in."""


def as_kept(value: Any) -> Any:
    """Return `value` as it comes back from the store: the value itself where nothing would change, else a copy."""
    return value if _comes_back(value) else decode(encode(value))


def _comes_back(value: Any) -> bool:
    kind = type(value)
    if kind in _SAME:
        return True
    if kind is tuple:
        return all(_comes_back(part) for part in value)
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
    write = _WRITERS.get(type(value))
    return write(value) if write is not None else _writer_for(value)(value)


def _writer_for(value: object) -> Callable[[Any], str]:
    """Find how values of this type are written, and remember it."""
    write: Callable[[Any], str]
    match value:
        case int():
            write = int.__repr__
        case float():
            write = _plain
        case Enum():
            write = _enum
        case str():
            write = _text
        case datetime():
            write = _datetime
        case Mapping():
            write = _mapping
        case list() | tuple():
            write = _list
        case _:
            write = _plain
    _WRITERS[type(value)] = write
    return write


_string: Callable[[str], str] = json.encoder.encode_basestring
_PLAIN = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def _plain(value: object) -> str:
    return _PLAIN.encode(encode(value))


def _text(value: object) -> str:
    return _string(str(value))


def _enum(value: Enum) -> str:
    return dumps(value.value)


def _datetime(value: datetime) -> str:
    return f'{{"$":"datetime","v":"{value.isoformat()}"}}'


def _list(value: Iterable[object]) -> str:
    return f"[{','.join(map(dumps, value))}]"


def _mapping(value: Mapping[Any, object]) -> str:
    kept = {_escaped(str(k)): v for k, v in value.items()}
    return f"{{{','.join([f'{_string(k)}:{dumps(kept[k])}' for k in sorted(kept)])}}}"


_WRITERS: dict[type, Callable[[Any], str]] = {
    type(None): lambda _: "null",
    bool: lambda value: "true" if value else "false",
    int: int.__repr__,
    str: _string,
    dict: _mapping,
    list: _list,
    tuple: _list,
    datetime: _datetime,
}
"""How values are written, by their exact type; others are added as they come."""


def _writer_of(name: str, names: tuple[str, ...], added: Mapping[str, object]) -> Callable[[Any], str]:
    """Return how a registered dataclass is written: as a form with its fields' names, to be filled in."""
    form, read = _form(name, names)
    if not added:
        return lambda value: form % tuple(map(dumps, read(value)))
    short_form, read_short = _form(name, tuple(n for n in names if n not in added))
    later = tuple(added.items())

    def write(value: Any) -> str:
        present = [n for n, default in later if getattr(value, n) != default]
        if not present:
            return short_form % tuple(map(dumps, read_short(value)))
        if len(present) == len(later):
            return form % tuple(map(dumps, read(value)))
        kept = {n: dumps(getattr(value, n)) for n in names if n not in added or n in present}
        return f'{{"$":"{name}",{",".join(f"{_string(n)}:{kept[n]}" for n in sorted(kept))}}}'

    return write


def _form(name: str, names: tuple[str, ...]) -> tuple[str, Callable[[Any], tuple[Any, ...]]]:
    ordered = sorted(names)  # "$" comes before every letter
    form = "".join(["{", f'"$":{_string(name)}', *(f",{_string(n)}:%s" for n in ordered), "}"])
    if len(ordered) > 1:
        return form, attrgetter(*ordered)
    return form, lambda value: tuple(getattr(value, n) for n in ordered)


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
