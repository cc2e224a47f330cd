"""Which rules may be asked: every variable finds its value, and nothing depends on its own absence.

The parts of a body are put into the order in which they are evaluated, once, when they are compiled: a test as soon as
all its variables have values, and of the literals always the one with the most places bound. What cannot be ordered is
refused by the name of the variable. Rules that negate or count what they follow from are refused (stratification, after
Apt, Blair and Walker, 1988).
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from empla.errors import ValidationError
from empla.mind.terms import (
    NOW,
    WILDCARD,
    Aggregate,
    Arithmetic,
    Compared,
    Is,
    Literal,
    Not,
    Part,
    Rule,
    Variable,
    variables_in,
)

MOST_PARTS = 32
"""Parts that one body may have, with those inside `not` and aggregates."""
MOST_STRATA = 12
"""How often on one way down through the rules something may be negated or counted."""

Predicate = tuple[str, int]
"""A functor and the number of its arguments."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A part in its place, with those inside of it (of a negation, an aggregate) in theirs."""

    part: Part
    inside: tuple["Placed", ...] = ()


def check_rule(rule: Rule) -> None:
    """Refuse a rule that cannot be asked, whatever is bound; ValidationError, with the variable's name."""
    if WILDCARD in rule.head.arguments:
        raise ValidationError(f"{rule}: the head says nothing where it has `_`")
    bound = bound_after(ordered(rule.body, (), variables_in(rule.head)), ())
    for variable in variables_in(rule.head):
        if variable not in bound or variable == NOW.name:
            raise ValidationError(f"{rule}: nothing in the body says what {variable} is")


def ordered(parts: Sequence[Part], bound: Iterable[str], elsewhere: Iterable[str]) -> tuple[Placed, ...]:
    """Return parts in the order in which they are evaluated.

    `bound` are variables with values from the start; `elsewhere` those that stand outside of the parts, too. What
    stands only inside of a negation or an aggregate is its own, and means something else in the next.
    ValidationError, with its name, if a variable has no value where it needs one, or if there are too many parts.
    """
    for part in parts:
        if not isinstance(part, Part):
            raise ValidationError(f"a {type(part).__name__} is no part of a rule or query")
    if _size(parts) > MOST_PARTS:
        raise ValidationError(f"a rule or query may have {MOST_PARTS} parts")
    known = {*bound, NOW.name}
    shared = {*elsewhere, *known}.union(*(_outside(part) for part in parts))
    waiting = list(parts)
    found: list[Placed] = []
    while waiting:
        place = _next(waiting, known, shared)
        part = waiting.pop(place)
        found.append(_placed(part, known, shared))
        known |= _binds(part)
    return tuple(found)


def bound_after(parts: Iterable[Placed], bound: Iterable[str]) -> set[str]:
    """Return the variables that have values after these parts."""
    return {*bound, NOW.name}.union(*(_binds(placed.part) for placed in parts))


def inside(part: Part) -> tuple[Part, ...]:
    """Return the parts inside a negation or an aggregate."""
    if isinstance(part, Not):
        return part.parts
    if isinstance(part, Is) and isinstance(part.value, Aggregate):
        return part.value.parts
    return ()


def literals(parts: Iterable[Part]) -> Iterator[tuple[Literal, int]]:
    """Iterate over all literals in a body, each with how deep it stands in negations and aggregates."""
    for part in parts:
        if isinstance(part, Literal):
            yield part, 0
        for literal, depth in literals(inside(part)):
            yield literal, depth + 1


def _size(parts: Sequence[Part]) -> int:
    return sum(1 + _size(inside(part)) for part in parts)


def _next(waiting: list[Part], known: set[str], shared: set[str]) -> int:
    """Return the place of the part that comes next."""
    missing = [[] if isinstance(p, Literal) else _missing(p, known, shared) for p in waiting]
    for place, part in enumerate(waiting):
        if not isinstance(part, Literal) and not missing[place]:
            return place
    places = [place for place, part in enumerate(waiting) if isinstance(part, Literal)]
    if not places:
        raise ValidationError(f"{waiting[0]}: {missing[0][0]} has no value there")
    return max(places, key=lambda place: (*_boundness(waiting[place], known), -place))


def _outside(part: Part) -> set[str]:
    """Return the variables of a part that stand outside of a negation or an aggregate."""
    if isinstance(part, Not):
        return set()
    return _binds(part) if inside(part) else set(variables_in(part))


def _placed(part: Part, known: set[str], shared: set[str]) -> Placed:
    within = inside(part)
    if not within:
        return Placed(part)
    of = list(variables_in(part.value.of)) if isinstance(part, Is) and isinstance(part.value, Aggregate) else []
    placed = ordered(within, known, {*shared, *of})
    for variable in of:
        if variable not in bound_after(placed, known):
            raise ValidationError(f"{part}: nothing says what {variable} is")
    return Placed(part, placed)


def _binds(part: Part) -> set[str]:
    if isinstance(part, Literal):
        return set(variables_in(part))
    return set(variables_in(part.variable)) if isinstance(part, Is) else set()


def _boundness(part: Part, known: Collection[str]) -> tuple[bool, bool, int]:
    arguments = part.arguments if isinstance(part, Literal) else ()
    bound = [not isinstance(a, Variable) or a.name in known for a in arguments]
    return all(bound), bool(bound) and bound[0], sum(bound)


def _missing(part: Part, known: set[str], shared: set[str]) -> list[str]:
    """Return the variables that need a value before a test and have none, in order."""
    if isinstance(part, Compared):
        needed = _named(part, part.left, part.right)
    elif isinstance(part, Is) and not isinstance(part.value, Aggregate):
        needed = _named(part, part.variable, part.value)[1:]
    else:
        here = Counter(variables_in(part.value if isinstance(part, Is) else part))
        is_absence = isinstance(part, Not)  # there a name that stands once says no more than `_`, or is a slip
        needed = [name for name, times in here.items() if name in shared or (is_absence and times == 1)]
    return [name for name in needed if name not in known]


def _named(part: Part, *terms: Any) -> list[str]:
    """Return the variables of what is computed or compared, where `_` means nothing."""
    if any(_has_wildcard(term) for term in terms):
        raise ValidationError(f"{part}: _ has no value there")
    return list(variables_in(*terms))


def _has_wildcard(term: Any) -> bool:
    if isinstance(term, Arithmetic):
        return any(_has_wildcard(operand) for operand in term.operands)
    return isinstance(term, Variable) and term == WILDCARD


# strata --------------------------------------------------------------------------------------------------------------


def check_strata(rules: Mapping[Predicate, Sequence[Rule]]) -> None:
    """Refuse rules in which something follows from its own absence or number; ValidationError, with its functor."""
    stratum = dict.fromkeys(rules, 0)
    changed = True
    while changed:
        changed = False
        for predicate, clauses in rules.items():
            below = [_above(literal, depth, stratum) for c in clauses for literal, depth in literals(c.body)]
            least = max(below, default=0)
            if least > MOST_STRATA:
                how = f"from its own absence or number, or through more than {MOST_STRATA} negations and aggregates"
                raise ValidationError(f"{predicate[0]} would follow {how}")
            if least > stratum[predicate]:
                stratum[predicate] = least
                changed = True


def _above(literal: Literal, depth: int, stratum: Mapping[Predicate, int]) -> int:
    below = stratum.get((literal.functor, len(literal.arguments)))
    return 0 if below is None else below + depth
