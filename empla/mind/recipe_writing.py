"""Recipes written as the plain data that `recipe_data` reads: for a file, and for a model to see how it is done."""

from collections.abc import Mapping
from dataclasses import MISSING, fields
from datetime import date, datetime, timedelta
from typing import Any

from empla.errors import ValidationError
from empla.mind.conditions import AllOf, AnyOf, Comparison, Condition, Holds, IsKnown, IsNot
from empla.mind.instructions import Instruction, Learn
from empla.mind.recipe_data import EXPRESSIONS, OPEN, VERBS
from empla.mind.recipes import Recipe
from empla.mind.references import FirstKnown, Later, Ref, Template
from empla.mind.steps import Step
from empla.mind.terms import Inquiry

_VERB_OF = {verb.cls: name for name, verb in VERBS.items()}


def data_of(recipe: Recipe) -> list[Any]:
    """Return a recipe as the plain data that `recipe_from` reads; ValidationError if it has what no data can say."""
    return [_written(one) for one in recipe.steps]


def _written(value: Any) -> Any:
    match value:
        case None | bool() | int() | float() | str():
            return value
        case tuple() | list():
            return [_written(one) for one in value]
        case Mapping():
            said = {name: _written(one) for name, one in value.items()}
            return {"just": said} if frozenset(said) in EXPRESSIONS else said
        case Inquiry():
            return str(value)
        case Learn(name, step):
            return {**_written(step), "as": name}
        case Step() | Instruction():
            return _record_written(value)
        case Condition():
            return _condition_written(value)
    return _expression_written(value)


def _record_written(value: Step | Instruction) -> dict[str, Any]:
    verb = _VERB_OF.get(type(value))
    if verb is None:
        raise ValidationError(f"a {type(value).__name__} cannot be written as data")
    said: dict[str, Any] = {}
    for key, name in VERBS[verb].keys.items():
        given = getattr(value, name) if name else True
        if key == verb or given != _default(type(value), name):
            said[key] = _written(given)
            if name in ("arguments", "bindings", "fields") and isinstance(given, Mapping):
                said[key] = {n: _written(v) for n, v in given.items()}  # known to be an object by its place
    record: Any = value
    unsaid = [f.name for f in fields(record) if f.name not in VERBS[verb].keys.values()]
    for name in unsaid:
        if getattr(value, name) != _default(type(value), name):
            raise ValidationError(f"`{name}` of a {type(value).__name__} cannot be written as data")
    return said


def _default(cls: Any, name: str) -> Any:
    found = next((f for f in fields(cls) if f.name == name), None)
    if found is None:
        return MISSING
    return found.default_factory() if found.default_factory is not MISSING else found.default


def _condition_written(condition: Condition) -> dict[str, Any]:
    match condition:
        case Comparison(left, how, right):
            return {"is": [_written(left), how, _written(right)]}
        case IsKnown(value):
            return {"known": _written(value)}
        case AllOf(conditions):
            return {"all": _written(conditions)}
        case AnyOf(conditions):
            return {"any": _written(conditions)}
        case IsNot(inner):
            return {"not": _written(inner)}
        case Holds(look):
            return {"holds": _written(look)}
    raise ValidationError(f"a {type(condition).__name__} cannot be written as data")


def _expression_written(value: Any) -> dict[str, Any]:
    match value:
        case Ref(path):
            return {"ref": path}
        case Template(template):
            return {"text": template}
        case Later():
            return {"later": _written(value.than), "by": _span_written(value.by)}
        case FirstKnown(of):
            return {"first": _written(of)}
        case datetime():
            return {"instant": value.isoformat()}
        case date():
            return {"day": value.isoformat()}
        case timedelta():
            return {"span": _span_written(value)}
    if value == OPEN:
        return {"any": True}
    raise ValidationError(f"a {type(value).__name__} cannot be written as data: it would lose where it came from")


def _span_written(span: timedelta) -> str:
    size = abs(span)
    return f"{'-' if span < timedelta() else ''}P{size.days}DT{size.seconds}.{size.microseconds:06d}S"
