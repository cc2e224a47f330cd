"""Rules and queries as text, as they are usually written.

    boss(X, Y) :- works_in(X, D), head(D, Y)
    works_in(X, sales), hours(X, H), H > 8, not away(X)
    load(P, N) :- person(P), N is count(T : task(P, T))

Variables begin with a capital letter, `_` is any value and `Now` the time at which is asked. A bare word in small
letters is a text, other texts are "quoted"; `@2026-11-23T08:00:00+00:00` is an instant, `2h` a span of time (w d h m
s), `[a, b]` a tuple, and any other value stands in backquotes as it is kept.
"""

import json
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from empla.errors import ValidationError
from empla.mind import codec
from empla.mind.terms import (
    AGGREGATES,
    COMPARISONS,
    FUNCTIONS,
    INFIX,
    Aggregate,
    Arithmetic,
    Compared,
    Inquiry,
    Is,
    Literal,
    Not,
    Part,
    Rule,
    Variable,
)

LONGEST = 10_000
"""Characters that a rule or query may have."""
_DEEPEST = 40
"""How far brackets may be nested."""
_MOST_OPERATORS = 100
"""Operators that one text may have: what is computed is as deep."""
_TOKEN = re.compile(
    r"""\s+|(?P<instant>@[-+:.\dTZ]+)|(?P<span>\d+(?:\.\d+)?(?:e[+-]?\d+)?[wdhms]\b)
    |(?P<number>\d+(?:\.\d+)?(?:e[+-]?\d+)?\b)|(?P<text>"(?:[^"\\]|\\.)*")|(?P<kept>`[^`]*`)
    |(?P<word>[a-z]\w*(?:-[a-z]\w*)*)|(?P<variable>_(?!\w)|[A-Z]\w*)|(?P<sign>:-|<=|>=|==|!=|//|[-+*/%<>()\[\],:.])""",
    re.VERBOSE,
)
_UNITS = {"w": "weeks", "d": "days", "h": "hours", "m": "minutes", "s": "seconds"}
_NAMED: dict[str, object] = {"true": True, "false": False, "none": None}


def parse_rule(text: str) -> Rule:
    """Return the rule that a text states; ValidationError, with the place, if it states none."""
    parser = _Parser(text)
    rule = Rule(parser.literal(), parser.parts() if parser.takes(":-") else ())
    parser.finish()
    return rule


def parse_query(text: str) -> Inquiry:
    """Return the query that a text states; ValidationError, with the place, if it states none."""
    parser = _Parser(text)
    query = Inquiry(parser.parts())
    parser.finish()
    return query


class _Parser:
    """Reads one text from left to right, each rule of the grammar a method."""

    def __init__(self, text: str) -> None:
        if len(text) > LONGEST:
            raise ValidationError(f"a rule or query may have {LONGEST} characters")
        self._tokens: list[tuple[str, str]] = []
        self._places: list[int] = []
        self._next = 0
        self._depth = 0
        self._operators = 0
        place = 0
        while place < len(text):
            found = _TOKEN.match(text, place)
            if found is None:
                raise ValidationError(f"character {place + 1}: {text[place]!r} means nothing here")
            if found.lastgroup is not None:
                self._tokens.append((found.lastgroup, found[0]))
                self._places.append(place)
            place = found.end()
        self._places.append(len(text))

    # tokens ---------------------------------------------------------------------------------------------------

    def _peek(self, ahead: int = 0) -> tuple[str, str]:
        place = self._next + ahead
        return self._tokens[place] if place < len(self._tokens) else ("end", "the end")

    def _take(self) -> tuple[str, str]:
        token = self._peek()
        self._next += 1
        return token

    def takes(self, sign: str) -> bool:
        """Go on if this sign comes next, and return whether it did."""
        if self._peek()[1] != sign or self._peek()[0] not in ("sign", "word"):
            return False
        self._next += 1
        return True

    def _must(self, sign: str) -> None:
        if not self.takes(sign):
            raise self._wrong(repr(sign))

    def _wrong(self, wanted: str) -> ValidationError:
        place = self._places[min(self._next, len(self._tokens))]
        return ValidationError(f"character {place + 1}: {wanted} should stand where {self._peek()[1]!r} does")

    def finish(self) -> None:
        """Refuse what stands after the end; a full stop may."""
        self.takes(".")
        if self._peek()[0] != "end":
            raise self._wrong("the end")

    def _deeper(self) -> None:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise ValidationError(f"brackets may be nested {_DEEPEST} deep")

    # parts ----------------------------------------------------------------------------------------------------

    def parts(self) -> tuple[Part, ...]:
        """Read parts with commas between them."""
        found = [self._part()]
        while self.takes(","):
            found.append(self._part())
        return tuple(found)

    def _part(self) -> Part:
        kind, text = self._peek()
        if self.takes("not"):
            return self._negated()
        if kind == "variable" and self._peek(1) == ("word", "is"):
            self._next += 2
            return Is(Variable(text), self._value())
        is_name = kind == "text" or (kind == "word" and text not in FUNCTIONS)
        if is_name and self._peek(1)[1] not in (*COMPARISONS, *INFIX):
            return self.literal()
        left = self._expression()
        operator = self._peek()[1]
        if operator not in COMPARISONS:
            raise self._wrong("a comparison")
        self._next += 1
        return Compared(operator, left, self._expression())

    def _negated(self) -> Not:
        if not self.takes("("):
            return Not((self.literal(),))
        self._deeper()
        inner = self.parts()
        self._must(")")
        self._depth -= 1
        return Not(inner)

    def literal(self) -> Literal:
        """Read a literal."""
        kind, text = self._peek()
        if kind not in ("word", "text") or text in ("not", "is"):
            raise self._wrong("a functor")
        self._next += 1
        functor = json.loads(text) if kind == "text" else text
        return Literal(functor, self._listed(")") if self.takes("(") else ())

    def _listed(self, end: str) -> tuple[Any, ...]:
        """Read what stands in brackets, up to their end."""
        self._deeper()
        found: list[Any] = []
        while not self.takes(end):
            if found and not self.takes(","):
                raise self._wrong(f"',' or {end!r}")
            found.append(self._expression())
        self._depth -= 1
        return tuple(found)

    # values ---------------------------------------------------------------------------------------------------

    def _value(self) -> Any:
        """Read what may stand after `is`: an aggregate or an expression."""
        kind, function = self._peek()
        if kind == "word" and function in AGGREGATES and self._peek(1)[1] == "(":
            before = self._next
            self._next += 2
            of = self._expression()
            if self.takes(":"):
                parts = self.parts()
                self._must(")")
                return Aggregate(function, of, parts)
            self._next = before  # min and max are functions, too
        return self._expression()

    def _expression(self, least: int = 1) -> Any:
        left = self._operand()
        while self._peek()[0] == "sign" and INFIX.get(self._peek()[1], 0) >= least:
            operator = self._take()[1]
            self._operators += 1
            if self._operators > _MOST_OPERATORS:
                raise ValidationError(f"a rule or query may have {_MOST_OPERATORS} operators")
            left = Arithmetic(operator, (left, self._expression(INFIX[operator] + 1)))
        return left

    def _operand(self) -> Any:
        kind, text = self._peek()
        if kind == "word" and text in FUNCTIONS and self._peek(1)[1] == "(":
            self._next += 2
            return Arithmetic(text, self._listed(")"))
        if kind == "sign":
            return self._bracketed()
        read = _READ.get(kind)
        if read is None or text in ("not", "is"):
            raise self._wrong("a value")
        try:
            value = read(text)
        except (ValueError, OverflowError, ValidationError):
            raise self._wrong("a value that can be read") from None
        self._next += 1
        return value

    def _bracketed(self) -> Any:
        if self.takes("-"):
            if self._peek()[0] not in ("number", "span"):
                raise self._wrong("a number")
            return -self._operand()
        if self.takes("["):
            return self._listed("]")
        if not self.takes("("):
            raise self._wrong("a value")
        self._deeper()
        inner = self._expression()
        self._must(")")
        self._depth -= 1
        return inner


def _number(text: str) -> int | float:
    return int(text) if text.isdecimal() else float(text)


def _span(text: str) -> timedelta:
    return timedelta(**{_UNITS[text[-1]]: _number(text[:-1])})


_READ: dict[str, Callable[[str], Any]] = {
    "number": _number,
    "span": _span,
    "instant": lambda text: datetime.fromisoformat(text[1:]),
    "text": json.loads,
    "kept": lambda text: codec.loads(text[1:-1]),
    "word": lambda text: _NAMED.get(text, text),
    "variable": Variable,
}
