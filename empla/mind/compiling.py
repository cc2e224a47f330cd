"""Rules and queries made into functions, once for each set of places that are bound when they are called.

The functions of a body call each other: each gives the variables of one part their values, whichever fit, and calls the
next. They share a list in which every variable and constant has its place. What is compiled knows nothing of any
beliefs; see `empla.mind.evaluation` for how it runs.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

from empla.errors import ValidationError
from empla.mind.beliefs import Belief
from empla.mind.computing import NOTHING, aggregated, compares, computed
from empla.mind.evaluation import Answers, Entry, Env, Evaluation, Op
from empla.mind.indexing import has
from empla.mind.propositions import key
from empla.mind.soundness import Placed, Predicate, bound_after, ordered
from empla.mind.terms import (
    NOW,
    WILDCARD,
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
    variables_in,
)

Maker = Callable[[Op], Op]
Places = list[tuple[int, int]]
"""Pairs of the number of an argument and a place in the list."""
Value = Callable[[Env], Any]
_EVALUATION, _SINK, _TIME = 0, 1, 2


class Compiled:
    """Rules, and what they were compiled to for each set of bound places that they have been called with."""

    def __init__(self, rules: Mapping[Predicate, Sequence[Rule]]) -> None:
        self.rules = rules
        self._entries: dict[tuple[Predicate, tuple[int, ...]], list[Entry]] = {}

    def entries(self, predicate: Predicate, bound: tuple[int, ...]) -> list[Entry]:
        """Return what to call for all that is believed of a predicate, and for each rule that concludes it."""
        known = self._entries.get((predicate, bound))
        if known is None:
            functor, count = predicate
            stored = Literal(functor, tuple(Variable(f"A{place}") for place in range(count)))
            known = [_entry(self, stored, None, bound)]
            known += [_entry(self, rule.head, rule.body, bound) for rule in self.rules[predicate]]
            self._entries[predicate, bound] = known
        return known


@dataclass(frozen=True, slots=True)
class CompiledQuery:
    """A query, compiled for some variables that are bound when it is asked; `names` are those that get values."""

    op: Op
    body: "_Body"
    names: tuple[str, ...]
    places: tuple[int, ...]
    bound: tuple[tuple[str, int], ...]

    def run(self, evaluation: Evaluation, bindings: Mapping[str, Any], found: list[tuple[Any, ...]] | None) -> bool:
        """Evaluate it into `found`, or, where that is None, until something is; return whether something was."""
        env = self.body.begun(evaluation, found)
        for name, place in self.bound:
            env[place] = bindings[name]
        return evaluation.run(self.op, env)


def compiled_query(compiled: Compiled, query: Inquiry, bound: Collection[str]) -> CompiledQuery:
    """Compile a query; ValidationError if a variable has no value where it needs one."""
    standing = sorted({*variables_in(*query.parts)} - {NOW.name})
    given = [name for name in standing if name in bound]
    placed = ordered(query.parts, given, ())
    names = tuple(name for name in standing if name in bound_after(placed, given))
    body = _Body(compiled)
    places = tuple(map(body.place, names))
    pick = itemgetter(*places, _SINK)  # two at least, so that it gives a tuple

    def solved(env: Env) -> bool:
        found = env[_SINK]
        if found is None:
            return True
        found.append(pick(env)[:-1])
        return False

    op = body.op(placed, set(given), solved)
    return CompiledQuery(op, body, names, places, tuple((name, body.place(name)) for name in given))


def _entry(compiled: Compiled, head: Literal, parts: Sequence[Part] | None, bound: tuple[int, ...]) -> Entry:
    """Compile one rule for these bound places of its head; without parts, what is believed of the head itself."""
    body = _Body(compiled)
    known: set[str] = set()
    given: list[tuple[int, int]] = []
    checks: list[tuple[int, int]] = []
    for index, place in enumerate(bound):
        argument = head.arguments[place]
        is_new = isinstance(argument, Variable) and argument.name not in known
        (given if is_new else checks).append((index, body.slot(argument)))
        known.update(variables_in(argument))
    told = [body.slot(a) for place, a in enumerate(head.arguments) if place not in bound]

    def conclude(env: Env) -> bool:
        env[_EVALUATION].answer(env[_SINK], tuple([env[slot] for slot in told]))
        return False

    if parts is None:
        op = body.believed(head, known)(conclude)
    else:
        op = body.op(ordered(parts, known, variables_in(head)), known, conclude)

    def enter(evaluation: Evaluation, values: tuple[Any, ...], answers: Answers) -> None:
        env = body.begun(evaluation, answers)
        for index, slot in given:
            env[slot] = values[index]
        if all(key(env[slot]) == key(values[index]) for index, slot in checks):
            op(env)

    return enter


class _Body:
    """The places of the variables and constants of one body, and the functions that its parts become."""

    def __init__(self, compiled: Compiled) -> None:
        self._compiled = compiled
        self._places: dict[str, int] = {}
        self._template: Env = [None, None, None]

    def begun(self, evaluation: Evaluation, sink: Any) -> Env:
        """Return the list with which an evaluation of the body begins."""
        env = self._template.copy()
        env[_EVALUATION], env[_SINK], env[_TIME] = evaluation, sink, evaluation.at
        if evaluation.at is None and NOW.name in self._places:
            raise ValidationError("the query looks at the time: say at which time it is asked")
        return env

    def place(self, name: str) -> int:
        """Return the place of a variable."""
        known = self._places.get(name)
        if known is None:
            known = self._places[name] = _TIME if name == NOW.name else self._constant(None)
        return known

    def _constant(self, value: Any) -> int:
        self._template.append(value)
        return len(self._template) - 1

    def slot(self, term: Any) -> int:
        """Return the place of a variable or constant."""
        return self.place(term.name) if isinstance(term, Variable) else self._constant(term)

    def op(self, parts: Iterable[Placed], known: set[str], end: Op) -> Op:
        """Return the function that evaluates parts in this order, and calls `end` for every solution."""
        makers = []
        for placed in parts:
            makers.append(self._maker(placed, known))
            known = bound_after((placed,), known)
        for make in reversed(makers):
            end = make(end)
        return end

    def _maker(self, placed: Placed, known: set[str]) -> Maker:
        match placed.part:
            case Literal() as literal:
                is_concluded = (literal.functor, len(literal.arguments)) in self._compiled.rules
                return self._called(literal, known) if is_concluded else self.believed(literal, known)
            case Not():
                return self._absent(placed, known)
            case Compared() as compared:
                return _compared(compared.operator, self._value(compared.left), self._value(compared.right))
            case Is(variable, Aggregate() as aggregate):
                return self._aggregate(
                    placed, aggregate, _target(self.place(variable.name), variable.name in known), known
                )
            case Is(variable, value):
                return _given(self._value(value), _target(self.place(variable.name), variable.name in known))

    def _calls(self, parts: Iterable[Placed]) -> bool:
        """Whether any of these parts has something concluded by rules."""
        rules = self._compiled.rules
        return any(isinstance(p.part, Literal) and (p.part.functor, len(p.part.arguments)) in rules for p in parts)

    def _arguments(self, literal: Literal, known: set[str]) -> tuple[Places, Places, Places]:
        """Return which arguments are given, which give a variable its value, and which stand for that one again."""
        given, new, again = [], [], []
        here: set[str] = set()
        for number, term in enumerate(literal.arguments):
            if not isinstance(term, Variable) or term.name in known or term == NOW:
                given.append((number, self.slot(term)))
            elif term.name in here:
                again.append((number, self.slot(term)))
            elif term != WILDCARD:
                here.add(term.name)
                new.append((number, self.slot(term)))
        return given, new, again

    def believed(self, literal: Literal, known: set[str]) -> Maker:
        """Return what looks a literal up among the beliefs alone."""
        given, new, again = self._arguments(literal, known)
        if len(given) == len(literal.arguments):
            return _held(literal.functor, [slot for _, slot in given])
        return _scanned(literal.functor, len(literal.arguments), given, new, again)

    def _called(self, literal: Literal, known: set[str]) -> Maker:
        """Return what has a literal concluded."""
        given, new, again = self._arguments(literal, known)
        bound = tuple(number for number, _ in given)
        free = [number for number in range(len(literal.arguments)) if number not in bound]
        predicate = (literal.functor, len(literal.arguments))
        slots = [slot for _, slot in given]
        gives = [(free.index(number), slot) for number, slot in new]
        repeats = [(free.index(number), slot) for number, slot in again]

        def make(go_on: Op) -> Op:
            def call(env: Env) -> bool:
                kept = env.copy()

                def answered(values: tuple[Any, ...]) -> bool:
                    for index, slot in gives:
                        kept[slot] = values[index]
                    if repeats and not _fits(values, repeats, kept):
                        return False
                    return go_on(kept)

                env[_EVALUATION].call(predicate, bound, tuple([env[slot] for slot in slots]), answered)
                return False

            return call

        return make

    def _absent(self, placed: Placed, known: set[str]) -> Maker:
        inner = self.op(placed.inside, known, _stop)
        calls = self._calls(placed.inside)

        def make(go_on: Op) -> Op:
            def absent(env: Env) -> bool:
                return not env[_EVALUATION].quietly(inner, env, calls=calls) and go_on(env)

            return absent

        return make

    def _aggregate(self, placed: Placed, aggregate: Aggregate, target: "Target", known: set[str]) -> Maker:
        every = aggregate.of == WILDCARD
        value = (lambda _env: None) if every else self._value(aggregate.of)
        gathered = self._constant(None)
        function = aggregate.function

        def gather(env: Env) -> bool:
            one = value(env)
            if one is not NOTHING:
                env[gathered].append(one)
            return False

        inner = self.op(placed.inside, known, gather)
        calls = self._calls(placed.inside)

        def make(go_on: Op) -> Op:
            def gives(env: Env) -> bool:
                found: list[Any] = []
                env[gathered] = found
                env[_EVALUATION].aside(inner, env, calls=calls)
                return target(env, aggregated(function, found, every=every)) and go_on(env)

            return gives

        return make

    def _value(self, term: Any) -> Value:
        if not isinstance(term, Arithmetic):
            return itemgetter(self.slot(term))
        operands = [self._value(operand) for operand in term.operands]
        return lambda env: computed(term.operator, [operand(env) for operand in operands])


Target = Callable[[Env, Any], bool]


def _target(place: int, is_known: bool) -> Target:
    """Return what gives a variable a value, or compares it where it has one; it returns whether that holds."""

    def given(env: Env, value: Any) -> bool:
        if is_known:
            return compares("==", env[place], value)
        env[place] = value
        return value is not NOTHING

    return given


def _given(value: Value, target: Target) -> Maker:
    def make(go_on: Op) -> Op:
        return lambda env: target(env, value(env)) and go_on(env)

    return make


def _compared(how: str, left: Value, right: Value) -> Maker:
    def make(go_on: Op) -> Op:
        return lambda env: compares(how, left(env), right(env)) and go_on(env)

    return make


def _held(functor: str, slots: list[int]) -> Maker:
    """Look up one proposition."""

    def make(go_on: Op) -> Op:
        def held(env: Env) -> bool:
            evaluation = env[_EVALUATION]
            evaluation.look(1)
            belief = evaluation.beliefs.get(functor, tuple([env[slot] for slot in slots]))
            return belief is not None and _counts(belief, evaluation) and go_on(env)

        return held

    return make


def _scanned(functor: str, count: int, given: Places, new: Places, again: Places) -> Maker:
    """Look at the beliefs that have what is given, by an index."""
    numbers = tuple(number for number, _ in given)
    slots = [slot for _, slot in given]
    several = len(numbers) > 1

    def make(go_on: Op) -> Op:
        def scan(env: Env) -> bool:
            evaluation = env[_EVALUATION]
            keys = [key(env[slot]) for slot in slots]
            found = evaluation.beliefs.candidates(functor, numbers, keys)
            evaluation.look(1 + len(found))
            for belief in found:
                arguments = belief.arguments
                if len(arguments) != count or (several and not has(arguments, numbers, keys)):
                    continue
                for number, slot in new:
                    env[slot] = arguments[number]
                if again and not _fits(arguments, again, env):
                    continue
                if _counts(belief, evaluation) and go_on(env):
                    return True
            return False

        return scan

    return make


def _counts(belief: Belief, evaluation: Evaluation) -> bool:
    """Whether a belief that fits is held at this time; if so, note where it came from."""
    if belief.overruled:
        return False
    at, until = evaluation.at, belief.valid_until
    if until is not None and at is not None and until <= at:
        return False
    if evaluation.origins is not None:
        evaluation.origins[id(belief.origin)] = belief.origin
    return True


def _fits(values: Sequence[Any], places: Places, env: Env) -> bool:
    return all(key(values[number]) == key(env[slot]) for number, slot in places)


def _stop(_env: Env) -> bool:
    return True
