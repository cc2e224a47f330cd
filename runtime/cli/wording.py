"""Steps and values of a mind in words, short enough for a line."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime, time, timedelta
from enum import Enum
from typing import Any, Final

from empla.mind.readings import Mail
from empla.mind.steps import Achieve, Ask, Believe, Do, Step, Wait, label
from empla.mind.values import Address, Amount, Instant, Origin

_LONGEST: Final = 80


def of_step(step: Step) -> str:
    """Return one step in words."""
    match step:
        case Do():
            return f"{step.operation}({_arguments(step.arguments)})"
        case Believe():
            sure = "" if step.confidence == 1.0 else f", confidence {step.confidence:.2f}"
            return f"{step.functor}({', '.join(of_value(a) for a in step.arguments)}){sure}"
        case Ask():
            return f"ask {step.who.value}"
        case Achieve():
            return f"achieve {step.goal}"
        case Wait():
            return f"wait for {step.kind.replace('-', ' ') or 'the time'}"
    return label(step)


def of_value(value: Any) -> str:
    """Return a value in words: what a person would say, without the origins."""
    text = _plain(value)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _arguments(arguments: Mapping[str, Any]) -> str:
    shown = (f"{name}={of_value(value)}" for name, value in arguments.items() if value not in ("", (), None))
    text = ", ".join(shown)
    return text if len(text) <= 2 * _LONGEST else f"{text[: 2 * _LONGEST - 1]}…"


def _plain(value: Any) -> str:
    match value:
        case Address():
            return value.value
        case Instant():
            return _plain(value.value)
        case Amount():
            return f"{value.minor / 100:.2f} {value.currency}"
        case Mail():
            return f"“{value.subject}”"
        case datetime():
            return f"{value:%Y-%m-%d %H:%M %Z}".strip()
        case date() | time():
            return value.isoformat()
        case timedelta():
            return f"{value.total_seconds() / 60:g} minutes"
        case Enum():
            return str(value.value)
        case Mapping():
            return ", ".join(f"{name} {_plain(part)}" for name, part in value.items())
        case tuple() | list():
            return ", ".join(_plain(part) for part in value)
    if is_dataclass(value) and not isinstance(value, type):
        return _of_record(value)
    return str(value)


def _of_record(value: Any) -> str:
    """Return a record by the words it came from, if it keeps them, else by its fields."""
    for name in ("said", "words", "name", "uid"):
        if isinstance(text := getattr(value, name, None), str) and text:
            return text
    parts = [getattr(value, f.name) for f in fields(value)]
    return " to ".join(_plain(p) for p in parts if p not in ("", None, ()) and not isinstance(p, Origin | bool))
