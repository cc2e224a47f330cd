"""Steps and values of a mind in words, short enough for a line."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime, time, timedelta
from enum import Enum
from typing import Any, Final

from empla.mind.beliefs import ANY, Belief
from empla.mind.commitments import Close, Expect, Promise, Release
from empla.mind.goals import Goal
from empla.mind.intentions import HeldSpan, Intention, Question, StepRecord
from empla.mind.persona import NAMES, Persona
from empla.mind.readings import Mail
from empla.mind.state import (
    Asked,
    Believed,
    Change,
    Continued,
    Decided,
    Due,
    Forgotten,
    Noted,
    Quarantined,
    Recalled,
    Withdrawn,
)
from empla.mind.steps import (
    Achieve,
    Ask,
    Atomic,
    Believe,
    Decide,
    Do,
    Either,
    Forget,
    Handle,
    Hold,
    Pursue,
    Query,
    Raise,
    Reason,
    Scope,
    Settle,
    Step,
    Together,
    Unless,
    Wait,
    label,
    opened,
)
from empla.mind.values import Address, Amount, Instant, Origin

_LONGEST: Final = 80
_DIGEST: Final = re.compile(r"\b[0-9a-f]{20,}\b|\b\d{6,}\.\d{4,}\.\d{8,}\b")


def of_step(step: Step) -> str:
    """Return one step in words."""
    match step:
        case Do():
            return of_operation(step.operation, step.arguments)
        case Unless():
            return f"{of_step(step.by)}, unless {step.kind.replace('-', ' ')} comes first"
        case Believe():
            sure = "" if step.confidence == 1.0 else f", confidence {step.confidence:.2f}"
            return f"{of_proposition(step.functor, step.arguments)}{sure}"
        case Ask():
            return f"ask {step.who.value}"
        case Achieve():
            return f"achieve {step.goal}"
        case Handle():
            return f"have a {step.kind} handled"
        case Wait():
            return f"wait for {_awaited(step)}"
        case Together() | Either() | Atomic():
            return f"{label(step)}: {'; '.join(of_step(inner) for inner in step.steps)}"
    return _of_thought(step)


def _of_thought(step: Step) -> str:
    """Return in words a step that stays in the mind."""
    match step:
        case Query():
            return f"look for {of_proposition(step.functor, opened(step.pattern))}"
        case Reason():
            return f"ask itself {step.query}"
        case Forget():
            return f"forget {of_proposition(step.functor, opened(step.pattern)) if step.functor else step.of}"
        case Scope():
            return f"the request covers {', '.join(a.value for a in step.people)}"
        case Raise():
            return f"raise {step.kind}"
        case Pursue():
            return f"pursue {getattr(step.aim, 'name', step.aim)}"
        case Settle():
            return f"goal {step.goal} is {step.state}: {step.reason}"
        case Hold():
            return f"keep {len(step.spans)} span{'' if len(step.spans) == 1 else 's'} of time free"
        case Decide():
            return f"{step.action} is {'approved' if step.approved else 'refused'} by {step.by.value}"
    return _of_promise(step)


def _of_promise(step: Step) -> str:
    """Return in words a step that makes or ends a promise."""
    match step:
        case Promise():
            return f"promise {step.made.creditor}: {of_value(step.made.content)}"
        case Expect():
            return f"expect of {step.made.debtor}: {of_value(step.made.content)}"
        case Close():
            return f"{step.of} {step.id} is {step.standing.value}: {step.sentence}"
        case Release():
            return f"{step.of} {step.id} is released: {step.sentence}"
    return label(step)


def _awaited(step: Wait) -> str:
    return step.kind.replace("-", " ") or (str(step.condition) if step.condition is not None else "the time")


def of_operation(operation: str, arguments: Mapping[str, Any]) -> str:
    """Return what is asked of the world in words."""
    return f"{operation}({_arguments(arguments)})"


def of_proposition(functor: str, arguments: Iterable[Any]) -> str:
    """Return what is believed in words: "works-in(bob, sales)"; an open place is "_"."""
    said = ", ".join("_" if a is ANY else of_value(a) for a in arguments)
    return f"{functor}({said})" if said else functor


def of_belief(belief: Belief) -> str:
    """Return a belief in words, with its confidence where it is not sure, and whether a better word overrules it."""
    sure = "" if belief.confidence == 1.0 else f", confidence {belief.confidence:.2f}"
    overruled = ", overruled" if belief.overruled else ""
    return f"{of_proposition(belief.functor, belief.arguments)}{sure}{overruled}"


def of_change(change: Change) -> str:
    """Return one change of a cycle in words."""
    match change:
        case Believed():
            return f"believes {of_belief(change.belief)}"
        case Forgotten():
            return f"believes no longer {_of_forgotten(change)}: {change.reason}"
        case Goal():
            return f"goal {change.id} {change.name}: {change.state}"
        case Intention():
            return f"intention {change.id} {change.plan}: {change.stage.value}"
        case StepRecord():
            came = "" if change.outcome is None else f": {change.outcome.status.value}"
            return f"step {change.id} {of_step(change.step)}{came}"
        case Question():
            return f"question {change.id} to {change.who.value}: {change.state}"
        case Asked():
            return f"asks for {change.action} {of_operation(change.operation, change.arguments)}"
    return _of_small_change(change)


def _of_small_change(change: Change) -> str:
    match change:
        case HeldSpan():
            return f"keeps {of_value(change.start)} to {of_value(change.end)} free until {of_value(change.until)}"
        case Withdrawn():
            return f"calls off what {change.intention} had asked for"
        case Recalled():
            return f"calls off {change.action}"
        case Decided():
            return f"{change.action} is {'approved' if change.approved else 'refused'} by {change.by}"
        case Due():
            return f"wakes {change.step} at {of_value(change.at)}"
        case Quarantined():
            return f"sets {change.percept} aside: {change.reason}"
        case Noted():
            return f"notes: {change.text}"
        case Continued():
            return "goes on in a cycle of its own"
    return type(change).__name__.lower()


def _of_forgotten(change: Forgotten) -> str:
    return of_proposition(change.functor, change.arguments) if change.functor else change.belief


def of_value(value: Any) -> str:
    """Return a value in words: what a person would say, without the origins."""
    text = _plain(value)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def brief(text: str) -> str:
    """Return a text with its long digests and ids cut short, for a line of a terminal."""
    return _DIGEST.sub(lambda found: f"{found[0][:8]}…", text)


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
            whole_days = value.days > 1 and value == timedelta(days=value.days)
            return f"{value.days} days" if whole_days else f"{value.total_seconds() / 60:g} minutes"
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
    if isinstance(value, Persona):
        return ", ".join(f"{name} {value.trait(name):g}" for name in NAMES)
    for name in ("said", "words", "name", "uid"):
        if isinstance(text := getattr(value, name, None), str) and text:
            return text
    parts = [getattr(value, f.name) for f in fields(value)]
    return " to ".join(_plain(p) for p in parts if p not in ("", None, ()) and not isinstance(p, Origin | bool))
