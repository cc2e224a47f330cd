"""Canonical JSON for everything the mind keeps.

The same value always gives the same bytes (sorted keys, no spaces), so digests and fingerprints can be taken of it. A
dataclass is written as `{"$": name, ...fields}` and read back only if its type is registered: what comes out of the
store is one of our own types or a plain value, never anything else.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime, time, timedelta
from enum import Enum
from typing import Any, TypeVar

from empla.errors import ValidationError
from empla.mind import values

T = TypeVar("T")
_TYPES: dict[str, type] = {}
_FIELDS: dict[type, tuple[str, tuple[str, ...]]] = {}


def registered(cls: type[T]) -> type[T]:
    """Class decorator: let values of this dataclass be kept. Its name is its name in the store: do not reuse one."""
    name = cls.__name__
    known = _TYPES.get(name, cls)
    if (known.__module__, known.__qualname__) != (cls.__module__, cls.__qualname__):
        raise ValidationError(f"two kept types are called {name!r}")
    _TYPES[name] = cls
    _FIELDS[cls] = (name, tuple(f.name for f in fields(cls)))  # type: ignore[arg-type]
    return cls


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


def encode(value: object) -> Any:
    """Return `value` as plain JSON data. Tuples, sets and lists become lists; sets are sorted."""
    if value is None or isinstance(value, bool | int | float) or type(value) is str:
        return value
    known = _FIELDS.get(type(value))
    if known is not None:
        name, names = known
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
    arguments = {}
    for f in fields(cls):
        if f.name not in data:
            continue  # a field added since: its default holds
        value = decode(data[f.name])
        if isinstance(f.type, type) and issubclass(f.type, Enum) and value is not None:
            value = f.type(value)
        arguments[f.name] = value
    return cls(**arguments)


def dumps(value: object) -> str:
    """Return the canonical JSON text of `value`."""
    return json.dumps(encode(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def loads(text: str) -> Any:
    """Return the value whose canonical JSON is `text`."""
    return decode(json.loads(text))


def digest(value: object) -> str:
    """Return the sha256 of the canonical JSON of `value`, in hex."""
    return hashlib.sha256(dumps(value).encode()).hexdigest()
