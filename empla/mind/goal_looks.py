"""What beliefs say of an aim: whether it holds, its number, and which changes of beliefs can change either.

In its queries a field `customer` of an aim's bindings is the value of the variable `Customer`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from empla.errors import ValidationError
from empla.mind.beliefs import BeliefBase
from empla.mind.goals import Aim, Metric
from empla.mind.logic import Inquiry, Rules, ask, functors_read, holds


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What beliefs say of an aim now; `unclear` is why they cannot say it, if they cannot."""

    holds: bool = False
    answer: Mapping[str, Any] | None = None
    number: float | None = None
    unwanted: bool = False
    unclear: str = ""


def check(aim: Aim) -> None:
    """Refuse an aim whose queries could never be asked: a variable has no value where it needs one."""
    queries = (aim.holds, aim.drop_when, aim.metric.of if aim.metric is not None else None)
    for query in queries:
        if isinstance(query, Inquiry):
            holds(BeliefBase(), Rules(), query, _bound(aim))


def watched(aim: Aim, rules: Rules) -> tuple[str, ...]:
    """Return the functors whose change can change what is seen of an aim, each once."""
    read: dict[str, None] = {}
    for query in (aim.holds, aim.drop_when, aim.metric.of if aim.metric is not None else None):
        if isinstance(query, str):
            read[query] = None
        elif query is not None:
            read.update(dict.fromkeys(sorted(functors_read(query, rules))))
    return tuple(read)


def look(aim: Aim, beliefs: BeliefBase, rules: Rules, at: datetime) -> Seen:
    """Return what beliefs say of an aim at `at`; a query that cannot be asked makes it unclear, and raises nothing."""
    bound = _bound(aim)
    try:
        answers: list[dict[str, Any]] = []
        is_so = False
        if aim.holds is not None and aim.kind == "query":
            answers = ask(beliefs, rules, aim.holds, bound, at)
        elif aim.holds is not None:
            is_so = holds(beliefs, rules, aim.holds, bound, at)
        return Seen(
            holds=is_so or bool(answers),
            answer=answers[0] if answers else None,
            number=_number(aim.metric, beliefs, rules, bound, at) if aim.metric is not None else None,
            unwanted=aim.drop_when is not None and holds(beliefs, rules, aim.drop_when, bound, at),
        )
    except ValidationError as error:
        return Seen(unclear=error.sentence)


def _bound(aim: Aim) -> dict[str, Any]:
    return {name[:1].upper() + name[1:]: value for name, value in aim.bindings.items()}


def _number(metric: Metric, beliefs: BeliefBase, rules: Rules, bound: Mapping[str, Any], at: datetime) -> float | None:
    """Return the number of a metric, None while nothing is known that is one."""
    value: Any = None
    if isinstance(metric.of, str):
        held = beliefs.matching(metric.of, at=at)
        value = held[-1].arguments[-1] if held and held[-1].arguments else None
    else:
        found = ask(beliefs, rules, metric.of, bound, at)
        value = found[0].get(metric.variable) if found else None
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
