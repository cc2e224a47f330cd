"""How rules and queries are evaluated: backward, over the indexes of the beliefs, and nothing of it is stored.

A literal that rules conclude is called through a table of its answers: the call registers the rest of its body, with a
copy of the list, and every answer goes on with each that is registered, from an agenda. So recursion needs no stack and
ends, whichever way it goes, and nothing is concluded twice (tabling: OLDT resolution, Tamaki and Sato, 1986). What
stands inside a negation or an aggregate is evaluated to its end first, with an agenda of its own; strata see to it that
it rests on nothing that is still under way.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from empla.errors import ValidationError
from empla.mind.beliefs import BeliefBase
from empla.mind.propositions import Key, key
from empla.mind.soundness import Predicate
from empla.mind.values import Origin

MOST_STEPS = 1_000_000
"""Beliefs and answers that one evaluation may look at: about a second."""

Env = list[Any]
"""The values of the variables and constants of a body, each in its place."""
Op = Callable[[Env], bool]
"""Evaluates a body from some part on; returns True to stop everything."""
GoOn = Callable[[tuple[Any, ...]], bool]
"""Goes on with an answer of a call."""


@dataclass(slots=True)
class Answers:
    """What is known so far of one call: its answers, and what goes on with each."""

    found: list[tuple[Any, ...]] = field(default_factory=list)
    seen: set[Key] = field(default_factory=set)
    waiting: list[GoOn] = field(default_factory=list)


class Evaluation:
    """One evaluation: the beliefs it looks at, how much more it may look at, and the calls under way.

    `origins` are those of all beliefs that fitted, where somebody wants to know.
    """

    __slots__ = ("_agenda", "_calls", "_complete", "_entries", "at", "beliefs", "left", "origins")

    def __init__(self, beliefs: BeliefBase, entries: "Entries", at: datetime | None) -> None:
        self.beliefs = beliefs
        self.at = at
        self.left = MOST_STEPS
        self.origins: dict[int, Origin] | None = None
        self._entries = entries
        self._complete: dict[Key, Answers] = {}
        self._calls: dict[Key, Answers] = {}
        self._agenda: list[tuple[Callable[[Any], bool], Any]] = []

    def look(self, many: int) -> None:
        """Count what is looked at; ValidationError when it is too much."""
        self.left -= many
        if self.left < 0:
            raise ValidationError(f"the query looked at more than {MOST_STEPS} beliefs and answers")

    def run(self, op: Op, env: Env) -> bool:
        """Evaluate a body, and all that it calls, to the end; return whether it was stopped."""
        if op(env):
            return True
        agenda = self._agenda
        while agenda:
            go_on, value = agenda.pop()
            if go_on(value):
                return True
        return False

    def aside(self, op: Op, env: Env, *, calls: bool) -> bool:
        """Evaluate a body by itself while another is under way; return whether it was stopped.

        One that `calls` nothing that rules conclude needs no agenda.
        """
        if not calls:
            return op(env)
        under_way, agenda = self._calls, self._agenda
        self._calls, self._agenda = {}, []
        try:
            stopped = self.run(op, env)
            if not stopped:
                self._complete.update(self._calls)
        finally:
            self._calls, self._agenda = under_way, agenda
        return stopped

    def quietly(self, op: Op, env: Env, *, calls: bool) -> bool:
        """Evaluate a body aside, whose beliefs do not count as read: it is asked whether there are none."""
        origins, complete = self.origins, self._complete
        if origins is not None:
            self.origins, self._complete = None, {}
        try:
            return self.aside(op, env, calls=calls)
        finally:
            self.origins, self._complete = origins, complete

    def call(self, predicate: Predicate, bound: tuple[int, ...], values: tuple[Any, ...], go_on: GoOn) -> None:
        """Have every answer of a call gone on with; `values` are those of the bound places."""
        name = (predicate, bound, *map(key, values))
        answers = self._complete.get(name)
        if answers is None:
            answers = self._calls.get(name)
            if answers is None:
                answers = self._calls[name] = Answers()
                self._agenda.append((self._start, (predicate, bound, values, answers)))
            answers.waiting.append(go_on)
        self.look(1 + len(answers.found))
        self._agenda.extend((go_on, answer) for answer in answers.found)

    def _start(self, call: tuple[Predicate, tuple[int, ...], tuple[Any, ...], Answers]) -> bool:
        predicate, bound, values, answers = call
        for enter in self._entries(predicate, bound):
            enter(self, values, answers)
        return False

    def answer(self, answers: Answers, values: tuple[Any, ...]) -> None:
        """Note an answer of a call, and have it gone on with if it is a new one."""
        name = tuple(map(key, values))
        if name in answers.seen:
            return
        answers.seen.add(name)
        answers.found.append(values)
        self.look(1 + len(answers.waiting))
        self._agenda.extend((go_on, values) for go_on in answers.waiting)


Entry = Callable[[Evaluation, tuple[Any, ...], Answers], None]
"""Evaluates one rule for the values of the bound places of its head."""
Entries = Callable[[Predicate, tuple[int, ...]], list[Entry]]
"""Gives what to call for a predicate of which these places are bound."""
