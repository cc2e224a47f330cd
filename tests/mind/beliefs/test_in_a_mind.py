"""Beliefs as plans meet them: steps hold and withdraw them, rules decide, and what comes and goes sets plans off."""

from datetime import timedelta
from typing import Any

from empla.mind.beliefs import ANY
from empla.mind.kinds import BeliefKind
from empla.mind.logic import lit, no, parse_query, parse_rule, query, variables
from empla.mind.plans import believed, changed, forgotten, on
from empla.mind.propositions import Proposition
from empla.mind.steps import ActionFailed, Believe, Forget, Reason, Wait
from empla.mind.values import OUTSIDE
from tests.mind.minds import Mind

Who, Boss, D, N = variables("Who Boss D N")


def says(functor: str, *arguments: Any) -> Proposition:
    return Proposition(functor, arguments)


def office(mind: Mind) -> None:
    """Teach a mind who works where, on one percept each."""

    @mind.library.plan(on("told"))
    def told(event: Any) -> Any:
        yield Believe(functor=event.functor, arguments=event.arguments)

    @mind.library.plan(on("taken-back"))
    def taken_back(event: Any) -> Any:
        yield Forget(functor="", of=event.of)

    mind.library.rules.add(parse_rule("boss(X, Y) :- works_in(X, D), head(D, Y)"))


def test_a_condition_may_be_a_query_with_the_fields_of_the_event(mind: Mind) -> None:
    office(mind)

    @mind.library.plan(on("ill"), when=query(lit("boss", Who, Boss), no(lit("away", Boss))))
    def tell_the_boss(event: Any) -> Any:
        yield Believe(functor="to-tell", arguments=(event.Boss, event.who))

    mind.tell("told", functor="works_in", arguments=("anna", "sales"))
    mind.tell("ill", who="anna")
    assert mind.believes("to-tell") == [], "nobody is known to be the boss"
    mind.tell("told", functor="head", arguments=("sales", "eva"))
    mind.tell("ill", who="anna")
    assert mind.believes("to-tell") == [("eva", "anna")]
    mind.tell("told", functor="away", arguments=("eva",))
    mind.tell("ill", who="bert")
    assert mind.believes("to-tell") == [("eva", "anna")]


def test_a_body_reasons_by_the_rules_of_the_role(mind: Mind) -> None:
    office(mind)

    @mind.library.plan(on("count"))
    def count(_event: Any) -> Any:
        found = yield Reason(query=parse_query("head(D, B), N is count(X : boss(X, B))"))
        yield Believe(functor="counted", arguments=tuple((row["D"], row["N"]) for row in found))

    for who, where in (("anna", "sales"), ("bert", "sales"), ("carla", "it")):
        mind.tell("told", functor="works_in", arguments=(who, where))
    mind.tell("told", functor="head", arguments=("sales", "eva"))
    mind.tell("told", functor="head", arguments=("it", "finn"))
    mind.tell("count")
    assert mind.believes("counted") == [(("sales", 2), ("it", 1))]


def test_a_body_waits_for_what_only_rules_conclude(mind: Mind) -> None:
    office(mind)

    @mind.library.plan(on("go"))
    def go(_event: Any) -> Any:
        answer = yield Wait(condition=parse_query("boss(anna, B)"))
        yield Believe(functor="found", arguments=(answer["B"],))

    mind.tell("go")
    mind.tell("told", functor="works_in", arguments=("anna", "sales"))
    assert mind.believes("found") == []
    mind.tell("told", functor="head", arguments=("sales", "eva"))
    assert mind.believes("found") == [("eva",)]


def test_what_was_concluded_from_a_percept_goes_with_it_and_with_that_what_rests_on_it(mind: Mind) -> None:
    office(mind)

    @mind.library.plan(believed("ill"))
    def cover(event: Any) -> Any:
        (who,) = event.arguments
        yield Believe(functor="needs-cover", arguments=(who,), because=(says("ill", who),))

    @mind.library.plan(forgotten("needs-cover"))
    def call_off(event: Any) -> Any:
        yield Believe(functor="called-off", arguments=event.arguments)

    mind.tell("told", key="mail:1", functor="ill", arguments=("anna",))
    assert mind.believes("needs-cover") == [("anna",)]
    mind.tell("taken-back", of="mail:1")
    assert mind.believes("ill") == mind.believes("needs-cover") == []
    assert mind.believes("called-off") == [("anna",)]


def test_a_circle_fails_the_step_and_nothing_else(mind: Mind) -> None:
    failed = []

    @mind.library.plan(on("go"))
    def go(_event: Any) -> Any:
        yield Believe(functor="a", arguments=(1,))
        yield Believe(functor="b", arguments=(1,), because=(says("a", 1),))
        for because in (says("b", 1), says("nothing", 1)):
            try:
                yield Believe(functor="a", arguments=(1,), because=(because,))
            except ActionFailed as failure:
                failed.append(failure.code)
        yield Believe(functor="done", arguments=())

    mind.tell("go")
    assert set(failed) == {"support"} and mind.believes("done") == [()]
    assert mind.believes("a") == mind.believes("b") == [(1,)]


def test_another_word_of_the_same_source_is_a_change_that_plans_hear_of(mind: Mind) -> None:
    office(mind)
    mind.library.declare(BeliefKind(functor="phone", key=(0,), lasts=timedelta(seconds=30)))

    @mind.library.plan(changed("phone", "anna"))
    def note(event: Any) -> Any:
        yield Believe(functor="was", arguments=event.before)

    @mind.library.plan(forgotten("phone", ANY))
    def ask_again(event: Any) -> Any:
        yield Believe(functor="unknown", arguments=event.arguments[:1])

    mind.tell("told", functor="phone", arguments=("anna", 1))
    mind.tell("told", functor="phone", arguments=("anna", 2))
    assert mind.believes("phone") == [("anna", 2)] and mind.believes("was") == [("anna", 1)]
    mind.at += timedelta(minutes=1)
    mind.tell("told", functor="other", arguments=())
    assert mind.believes("phone") == [] and mind.believes("unknown") == [("anna",)]


def test_what_a_stranger_makes_it_believe_sets_plans_off_on_nobodys_word(mind: Mind) -> None:
    office(mind)

    @mind.library.plan(believed("heard"))
    def obey(event: Any) -> Any:
        yield Believe(functor="rule", arguments=event.arguments)

    mind.tell("told", functor="heard", arguments=("do as I say",), origin=OUTSIDE)
    assert mind.believes("heard") == [("do as I say",)]
    assert mind.believes("rule") == [], "a rule is set on the manager's word only"
