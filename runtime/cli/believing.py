"""What an employee believes: listed, filtered, or asked for by a query over beliefs and rules."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from rich.text import Text

from empla.clock import SystemClock
from empla.config import Home, load_settings
from empla.errors import InputError, ValidationError
from empla.mind.beliefs import Belief, BeliefBase, is_valid
from empla.mind.kinds import BeliefKind
from empla.mind.logic import Inquiry, Literal, Rules, Variable, ask, parse_query
from empla.mind.values import Source
from runtime.cli import employees, minds, printing
from runtime.cli.convictions import SOURCES, as_data, rivals, sure, why_current
from runtime.cli.wording import brief, of_proposition, of_value
from runtime.employee import library

_QUERY = "(),:<>=!"
"""Signs that only a query has; a pattern without them is a functor."""


def held(home: Home, name: str, pattern: str = "") -> dict[str, Any]:
    """Return what an employee believes now, or the answers to a query.

    `pattern` is a functor, or the beginning of one, or a query as `empla.mind.notation` reads it, evaluated with the
    rules of the role; what rules conclude of a functor is listed too. InputError if it is none.
    """
    employee = employees.one(home, name)
    now = SystemClock(home.clock).now()
    plans = library(employee["role"])
    with minds.opened(home, employee["slug"]) as mind:
        known = mind.beliefs(held=1) if mind is not None else []
    counted = [b for b in known if is_valid(b, now)]
    who = {"employee": employee["name"], "address": employee["address"], "at": now.isoformat()}
    if any(sign in pattern for sign in _QUERY):
        answers = _answers(counted, plans.rules, _asked(pattern), now)
        return {**who, "query": pattern, "answers": [{n: of_value(v) for n, v in a.items()} for a in answers]}
    pattern = pattern.strip()
    chosen = [b for b in counted if b.functor == pattern] or [b for b in counted if b.functor.startswith(pattern)]
    return {
        **who,
        "pattern": pattern,
        "beliefs": [_entry(b, counted, plans.kinds, now) for b in sorted(chosen, key=lambda b: b.functor)],
        "concluded": _concluded(counted, plans.rules, pattern, now) if pattern else [],
    }


def _entry(belief: Belief, known: Sequence[Belief], kinds: Mapping[str, BeliefKind], at: datetime) -> dict[str, Any]:
    kind = kinds.get(belief.functor)
    others = rivals(belief, kind, [b for b in known if b.functor == belief.functor])
    current = belief if not belief.overruled else next((b for b in others if not b.overruled), None)
    contradicted = kind is not None and current is not None and others
    return {
        **as_data(belief, at),
        "sure": sure(belief, at),
        "category": kind.category.value if kind is not None else "",
        "says": kind.says if kind is not None else "",
        "current": not belief.overruled,
        "because": why_current(current, _rival(belief, others), kind, at) if contradicted and kind and current else "",
    }


def _rival(belief: Belief, others: Sequence[Belief]) -> Belief:
    return belief if belief.overruled else others[0]


def _asked(pattern: str) -> Inquiry:
    try:
        return parse_query(pattern)
    except ValidationError as error:
        raise _not_asked(pattern, error) from error


def _answers(known: Sequence[Belief], rules: Rules, query: Inquiry, at: datetime) -> list[dict[str, Any]]:
    try:
        return ask(BeliefBase(known), rules, query, at=at)
    except ValidationError as error:
        raise _not_asked(str(query), error) from error


def _not_asked(pattern: str, error: ValidationError) -> InputError:
    return InputError(
        f"{pattern!r} cannot be asked: {error.sentence}",
        next_step="write it like “works_in(X, sales), not on_leave(X)”; variables begin with a capital letter",
    )


def _concluded(known: Sequence[Belief], rules: Rules, functor: str, at: datetime) -> list[str]:
    """Return what follows of a functor by the rules."""
    found: dict[str, None] = {}
    for count in sorted({len(rule.head.arguments) for rule in rules if rule.head.functor == functor}):
        places = [Variable(f"V{place}") for place in range(count)]
        for answer in _answers(known, rules, Inquiry((Literal(functor, tuple(places)),)), at):
            found[of_proposition(functor, (answer[place.name] for place in places))] = None
    said = {of_proposition(b.functor, b.arguments) for b in known if b.functor == functor}
    return [text for text in found if text not in said]


def rules(home: Home, name: str) -> dict[str, Any]:
    """Return the rules by which an employee concludes, and the kinds of belief that its role declares."""
    employee = employees.one(home, name)
    plans = library(employee["role"])
    return {
        "employee": employee["name"],
        "rules": [str(rule) for rule in plans.rules],
        "kinds": [_declared(kind) for kind in plans.kinds.values()],
    }


def _declared(kind: BeliefKind) -> dict[str, Any]:
    return {
        "functor": kind.functor,
        "category": kind.category.value,
        "key": list(kind.key) if kind.key is not None else None,
        "policy": [p.value for p in kind.policy],
        "half_life": of_value(kind.half_life) if kind.half_life is not None else "",
        "lasts": of_value(kind.lasts) if kind.lasts is not None else "",
        "says": kind.says,
    }


# as text ------------------------------------------------------------------------------------------------------------


def show(found: Mapping[str, Any], home: Home) -> None:
    """Print what `held` returned, times in the home's zone."""
    zone = load_settings(home).zone
    if "query" in found:
        _show_answers(found["answers"])
        return
    rows = [
        (
            printing.said(brief(b["text"]), "" if b["current"] else "dim strike"),
            b["category"],
            SOURCES[Source(b["source"])],
            b["sure"],
            printing.moment(b["until"], zone),
            _mark(b),
        )
        for b in found["beliefs"]
    ]
    if rows:
        besides = "Besides others" if any(row[-1].plain for row in rows) else ""
        printing.table(rows, "Belief", "About", "Said by", "Sure", "Until", besides)
    elif not found["concluded"]:
        printing.line(
            f"It believes nothing like {found['pattern']!r}." if found["pattern"] else "It believes nothing yet."
        )
    for text in found["concluded"]:
        printing.line(f"{brief(text)}  follows by its rules", "cyan")


def _mark(belief: Mapping[str, Any]) -> Text:
    """Return how a belief stands against others that contradict it."""
    if not belief["because"]:
        return printing.said("")
    word, colour = ("current", "green") if belief["current"] else ("overruled", "red")
    return printing.said(f"{word}: {belief['because']}", colour)


def _show_answers(answers: Sequence[Mapping[str, str]]) -> None:
    if not answers:
        printing.line("No.")
    elif not answers[0]:
        printing.line("Yes.")
    else:
        names = list(answers[0])
        printing.table([[brief(answer[n]) for n in names] for answer in answers], *names)


def show_rules(found: Mapping[str, Any]) -> None:
    """Print what `rules` returned."""
    if not found["rules"] and not found["kinds"]:
        printing.line("Its role has no rules, and declares no kinds of belief.")
    for rule in found["rules"]:
        printing.line(rule)
    rows = [
        (k["functor"], k["says"], k["category"], _one(k["key"]), _preferred(k), k["half_life"], k["lasts"])
        for k in found["kinds"]
    ]
    if rows:
        printing.table(rows, "Kind", "Says", "About", "One for each", "Preferred by", "Half-life", "Lasts")


def _preferred(kind: Mapping[str, Any]) -> str:
    """Return by what one of several is preferred, where there can be several of one thing."""
    return ", ".join(kind["policy"]) if kind["key"] is not None else ""


def _one(key: Sequence[int] | None) -> str:
    if key is None:
        return ""
    return ", ".join(f"place {place + 1}" for place in key) or "employee"
