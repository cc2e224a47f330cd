"""Recipes and plans as plain data: what a model writes, and what stands in a JSON or TOML file.

    [
      {"do": "calendar.find_slot", "with": {"people": [{"ref": "mail.sender"}], "minutes": 30}, "as": "slots"},
      {"if": {"is": [{"ref": "$slots"}, "==", []]}, "then": [{"fail": "nothing is free"}]},
      {"do": "email.send", "with": {"to": [{"ref": "mail.sender"}], "text": {"text": "On {$slots.0.start:%A}?"}}}
    ]

Every instruction is an object with one verb. A value that is not known yet is an object too: {"ref": "mail.sender"},
{"text": "Dear {mail.sender}"}, {"later": {"ref": "$now"}, "by": "PT2H"}, {"first": [...]}; {"any": true} leaves a place
of a pattern open; times are {"instant": "2026-11-23T08:00:00Z"}, {"day": "2026-11-23"} and {"span": "P2D"} (ISO 8601);
an object that only looks like one of these is {"just": {...}}. Queries are written as in `empla.mind.notation`. Nothing
here can state where a value came from (law 5).
"""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import MISSING, dataclass, fields
from datetime import date, datetime, timedelta
from typing import Any

from empla.errors import ValidationError
from empla.mind.beliefs import ANY
from empla.mind.checking import check_against
from empla.mind.conditions import AllOf, AnyOf, Comparison, Condition, Holds, IsKnown, IsNot
from empla.mind.instructions import Attempt, Fail, ForEach, If, Instruction, Learn, Return, Steps
from empla.mind.notation import parse_query
from empla.mind.recipes import Recipe
from empla.mind.references import Expression, FirstKnown, Later, Ref, Template
from empla.mind.steps import (
    Achieve,
    Again,
    Ask,
    Atomic,
    Believe,
    Do,
    Either,
    Forget,
    Handle,
    Hold,
    Now,
    Query,
    Raise,
    Reason,
    Scope,
    Settle,
    Step,
    Together,
    Unless,
    Wait,
    query,
)
from empla.mind.terms import Inquiry

OPEN = query("", ANY).pattern[0]
"""How a step keeps an open place of a pattern."""
_SPAN = re.compile(r"(-)?P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d{1,6})?)S)?)?")


@dataclass(frozen=True, slots=True)
class _Verb:
    """How one record is written: the class, and the field behind each key, the verb's own first."""

    cls: type
    keys: Mapping[str, str]


_STEPS: Mapping[str, _Verb] = {
    "do": _Verb(Do, {"do": "operation", "with": "arguments"}),
    "unless": _Verb(Unless, {"unless": "kind", "fields": "fields", "by": "by"}),
    "look": _Verb(Query, {"look": "functor", "pattern": "pattern"}),
    "reason": _Verb(Reason, {"reason": "query", "with": "bindings"}),
    "now": _Verb(Now, {"now": ""}),
    "believe": _Verb(
        Believe,
        {
            "believe": "functor",
            "arguments": "arguments",
            "confidence": "confidence",
            "until": "until",
            "lasts": "lasts",
        },
    ),
    "forget": _Verb(Forget, {"forget": "functor", "pattern": "pattern"}),
    "wait": _Verb(Wait, {"wait": "kind", "fields": "fields", "until": "until", "that": "condition"}),
    "ask": _Verb(Ask, {"ask": "who", "by": "by", "patience": "patience", "allowed": "allowed"}),
    "achieve": _Verb(Achieve, {"achieve": "goal", "with": "bindings"}),
    "together": _Verb(Together, {"together": "steps"}),
    "either": _Verb(Either, {"either": "steps"}),
    "atomic": _Verb(Atomic, {"atomic": "steps"}),
    "scope": _Verb(Scope, {"scope": "people", "start": "start", "end": "end"}),
    "hold": _Verb(Hold, {"hold": "spans", "until": "until"}),
    "handle": _Verb(Handle, {"handle": "kind", "fields": "fields"}),
    "settle": _Verb(Settle, {"settle": "goal", "state": "state", "reason": "reason"}),
    "raise": _Verb(Raise, {"raise": "kind", "fields": "fields"}),
    "again": _Verb(Again, {"again": "bindings"}),
}
_OTHERS: Mapping[str, _Verb] = {
    "if": _Verb(If, {"if": "condition", "then": "then", "otherwise": "otherwise"}),
    "for_each": _Verb(ForEach, {"for_each": "of", "as": "name", "at_most": "at_most", "steps": "steps"}),
    "try": _Verb(Attempt, {"try": "steps", "on_failure": "on_failure"}),
    "return": _Verb(Return, {"return": "value"}),
    "fail": _Verb(Fail, {"fail": "sentence", "code": "code"}),
}
VERBS = {**_STEPS, **_OTHERS}

EXPRESSIONS = (
    frozenset({"ref"}),
    frozenset({"text"}),
    frozenset({"later", "by"}),
    frozenset({"first"}),
    frozenset({"any"}),
    frozenset({"instant"}),
    frozenset({"day"}),
    frozenset({"span"}),
    frozenset({"just"}),
)


def recipe_from(
    data: object,
    *,
    operations: Collection[str] | None = None,
    goals: Collection[str] | None = None,
    given: Collection[str] | None = None,
) -> Recipe:
    """Return the recipe that a list of instructions says; ValidationError that names the place of what is wrong.

    `operations`, `goals` and `given` are the names that it may use: operations, goals that some plan reaches, and
    fields of what sets it off; None of something leaves it unchecked.
    """
    try:
        recipe = Recipe(steps=_instructions(data, "steps"))
        check_against(recipe.steps, operations=operations, goals=goals, given=given)
    except RecursionError:
        raise ValidationError("steps: it is nested too deep") from None
    return recipe


def _instructions(data: object, place: str) -> Steps:
    if not isinstance(data, list | tuple):
        raise ValidationError(f"{place}: it must be a list of instructions, not {_kind(data)}")
    return tuple(_instruction(one, f"{place}[{number}]") for number, one in enumerate(data))


def _instruction(data: object, place: str) -> Step | Instruction:
    verb, said = _verb(data, place, VERBS)
    if verb in _STEPS and "as" in said:
        step = _record(verb, {k: v for k, v in said.items() if k != "as"}, place)
        learned: Learn = _made(Learn, {"name": said["as"], "step": step}, place)
        return learned
    made: Step | Instruction = _record(verb, said, place)
    return made


def _step(data: object, place: str) -> Step:
    verb, said = _verb(data, place, _STEPS)
    step: Step = _record(verb, said, place)
    return step


def _verb(data: object, place: str, verbs: Collection[str]) -> tuple[str, Mapping[str, Any]]:
    if not isinstance(data, Mapping):
        raise ValidationError(f"{place}: it must be an object, not {_kind(data)}")
    found = [name for name in data if name in verbs]
    if len(found) != 1:
        said = "none" if not found else " and ".join(sorted(found))
        raise ValidationError(f"{place}: it must have one verb of {', '.join(sorted(verbs))}; it has {said}")
    return found[0], data


def _record(verb: str, said: Mapping[str, Any], place: str) -> Any:
    keys = VERBS[verb].keys
    unknown = sorted(set(said) - set(keys))
    if unknown:
        more = [*keys, "as"] if verb in _STEPS else list(keys)
        raise ValidationError(f"{place}: `{verb}` has no {unknown[0]!r}; it has {', '.join(more)}")
    cls = VERBS[verb].cls
    needed = {f.name for f in fields(cls) if f.default is MISSING and f.default_factory is MISSING}
    missing = [key for key, name in keys.items() if key not in said and name in needed]
    if missing:
        raise ValidationError(f"{place}: `{verb}` needs {missing[0]!r}")
    return _made(cls, {keys[k]: _field(k, keys[k], v, f"{place}.{k}") for k, v in said.items() if keys[k]}, place)


def _made(cls: Callable[..., Any], said: Mapping[str, Any], place: str) -> Any:
    try:
        return cls(**said)
    except ValidationError as error:
        raise ValidationError(f"{place}: {error.sentence}") from None


def _field(key: str, name: str, data: object, place: str) -> Any:
    """Read the value of one field of a record: a key, or else the field's name, means the same in every record."""
    if key in ("reason", "that"):
        query: Inquiry = _made(parse_query, {"text": data if isinstance(data, str) else ""}, place)
        return query
    match name:
        case "steps" if key in ("together", "either", "atomic"):
            return _steps(data, place)
        case "then" | "otherwise" | "on_failure" | "steps":
            return _instructions(data, place)
        case "by":
            return _step(data, place)
        case "condition":
            return condition_from(data, place)
        case "arguments" | "bindings" | "fields" if isinstance(data, Mapping):
            return {str(key): value_from(one, f"{place}.{key}") for key, one in data.items()}
        case "patience" | "lasts" if isinstance(data, str):
            return _span(data, place)
        case "until" | "start" | "end" if isinstance(data, str):
            return _instant(data, place)
        case "confidence" if isinstance(data, bool) or not isinstance(data, int | float) or not 0 <= data <= 1:
            raise ValidationError(f"{place}: it must be a number from 0 to 1")
    value = value_from(data, place)
    wanted, said = _SHAPES.get(key) or _SHAPES.get(name) or (object, "")
    if not isinstance(value, wanted) or (wanted is int and isinstance(value, bool)):
        raise ValidationError(f"{place}: it must be {said}, not {_kind(value)}")
    return value


def _steps(data: object, place: str) -> tuple[Step, ...]:
    if not isinstance(data, list | tuple):
        raise ValidationError(f"{place}: it must be a list of steps, not {_kind(data)}")
    return tuple(_step(one, f"{place}[{number}]") for number, one in enumerate(data))


_SHAPES: Mapping[str, tuple[type | tuple[type, ...], str]] = {
    "operation": (str, "the name of an operation"),
    "functor": (str, "the functor of a belief"),
    "kind": (str, "a kind of event"),
    "goal": (str, "the name of a goal"),
    "name": (str, "a name"),
    "code": (str, "a code"),
    "at_most": (int, "a whole number"),
    "arguments": ((dict, tuple), "an object, or a list of arguments"),
    "with": (dict, "an object"),
    "bindings": (dict, "an object"),
    "fields": (dict, "an object"),
    "pattern": (tuple, "a list"),
    "allowed": (tuple, "a list"),
    "spans": (tuple, "a list of pairs of instants"),
    "people": (tuple, "a list"),
    "who": (Expression, "a reference: an address cannot be written down"),
    "patience": ((timedelta, Expression), 'a span, as "PT48H"'),
    "lasts": ((timedelta, Expression), 'a span, as "P7D"'),
    "until": ((datetime, Expression), "an instant"),
    "start": ((datetime, Expression), "an instant"),
    "end": ((datetime, Expression), "an instant"),
}


def value_from(data: object, place: str) -> Any:
    """Return the value, or the expression of one, that data says."""
    match data:
        case None | bool() | int() | float() | str():
            return data
        case datetime():
            return _aware(data, place)
        case date():
            return data
        case list() | tuple():
            return tuple(value_from(one, f"{place}[{number}]") for number, one in enumerate(data))
        case Mapping() if frozenset(data) in EXPRESSIONS:
            return _expression(data, place)
        case Mapping():
            return {str(key): value_from(one, f"{place}.{key}") for key, one in data.items()}
    raise ValidationError(f"{place}: {_kind(data)} cannot stand in a recipe")


def _expression(data: Mapping[str, Any], place: str) -> Any:
    match dict(data):
        case {"ref": path}:
            return _made(Ref, {"path": path}, place)
        case {"text": template}:
            return _made(Template, {"text": template}, place)
        case {"later": than, "by": by}:
            return Later(than=value_from(than, place), by=_span(by, place))
        case {"first": [*of]}:
            return _made(FirstKnown, {"of": value_from(of, place)}, place)
        case {"any": True}:
            return OPEN
        case {"instant": instant}:
            return _instant(instant, place)
        case {"day": day}:
            return _day(day, place)
        case {"span": span}:
            return _span(span, place)
        case {"just": Mapping() as just}:
            return {str(key): value_from(one, f"{place}.{key}") for key, one in just.items()}
    raise ValidationError(f"{place}: `{next(iter(data))}` does not go with that")


def _instant(said: object, place: str) -> datetime:
    try:
        return _aware(datetime.fromisoformat(str(said)), place)
    except ValueError:
        raise ValidationError(f"{place}: {said!r} is no instant, as 2026-11-23T08:00:00Z") from None


def _day(said: object, place: str) -> date:
    try:
        return date.fromisoformat(str(said))
    except ValueError:
        raise ValidationError(f"{place}: {said!r} is no day, as 2026-11-23") from None


def _aware(instant: datetime, place: str) -> datetime:
    if instant.tzinfo is None:
        raise ValidationError(f"{place}: {instant.isoformat()} does not say its offset from UTC")
    return instant


def _span(said: object, place: str) -> timedelta:
    found = _SPAN.fullmatch(said) if isinstance(said, str) and len(said) < 40 else None
    if found is None or not any(found.groups()[1:]):
        raise ValidationError(f"{place}: {said!r} is no span of fixed length, as PT2H or P3D")
    weeks, days, hours, minutes = (int(part or 0) for part in found.groups()[1:5])
    try:
        span = timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=float(found.group(6) or 0))
    except OverflowError:
        raise ValidationError(f"{place}: {said!r} is too long") from None
    return -span if found.group(1) else span


def condition_from(data: object, place: str) -> Condition:
    """Return the condition that data says."""
    if isinstance(data, Mapping) and len(data) == 1:
        match dict(data):
            case {"is": [left, how, right]}:
                said = {"left": value_from(left, place), "how": how, "right": value_from(right, place)}
                condition: Condition = _made(Comparison, said, place)
                return condition
            case {"known": value}:
                return IsKnown(value_from(value, place))
            case {"all": [*of]}:
                return AllOf(tuple(condition_from(one, f"{place}.all[{n}]") for n, one in enumerate(of)))
            case {"any": [*of]}:
                return AnyOf(tuple(condition_from(one, f"{place}.any[{n}]") for n, one in enumerate(of)))
            case {"not": inner}:
                return IsNot(condition_from(inner, f"{place}.not"))
            case {"holds": look}:
                step = _step(look, f"{place}.holds")
                if isinstance(step, Query | Reason):
                    return Holds(step)
    raise ValidationError(f"{place}: it must be one condition of is, known, holds, all, any, not")


def _kind(value: object) -> str:
    match value:
        case None:
            return "nothing"
        case Mapping():
            return "an object"
        case list() | tuple():
            return "a list"
    return f"{value!r:.40}"
