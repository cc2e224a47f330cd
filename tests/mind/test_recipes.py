"""Bodies as data: what they do, what is refused when they are made, and that they come back from JSON as they were."""

import json
from datetime import UTC, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from empla.errors import ValidationError
from empla.mind import codec
from empla.mind.beliefs import ANY
from empla.mind.checking import most_steps
from empla.mind.conditions import AllOf, AnyOf, Comparison, Holds, IsKnown, IsNot
from empla.mind.instructions import Attempt, Fail, ForEach, If, Instruction, Learn, Return
from empla.mind.notation import parse_query
from empla.mind.plans import Plan, PlanLibrary, Trigger, goal, on
from empla.mind.recipe_data import recipe_from
from empla.mind.recipe_writing import data_of
from empla.mind.recipes import Recipe
from empla.mind.references import FirstKnown, Later, Ref, Template, first, later, ref, text
from empla.mind.rules import RULE
from empla.mind.steps import (
    Achieve,
    Again,
    Ask,
    Atomic,
    Believe,
    Decide,
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
    SetAside,
    Step,
    Together,
    Unless,
    Wait,
    query,
)
from empla.mind.values import Source
from empla.testing.mind import Mind, mail
from tests.mind.minds import BOB, MARIA

MAILS = frozenset({"email.send", "calendar.find_slot"})


def minded(*steps: Step | Instruction, **options: Any) -> Mind:
    """Return a mind whose one plan does this when it is told to go."""
    library = PlanLibrary()
    library.add(Plan(name="go", trigger=on("go"), body=Recipe(steps=steps), **options))
    return Mind(library)


def believed(mind: Mind, **fields: Any) -> list[tuple[Any, ...]]:
    mind.when("go", **fields)
    mind.then.done("go")
    return mind.believes("seen")


def see(*values: Any) -> Believe:
    return Believe(functor="seen", arguments=values)


# what it does --------------------------------------------------------------------------------------------------------


def test_it_answers_a_mail_with_what_came_of_an_earlier_step() -> None:
    recipe = recipe_from(
        json.loads("""[
          {"do": "calendar.find_slot", "with": {"people": [{"ref": "mail.sender"}], "minutes": 30}, "as": "slots"},
          {"if": {"is": [{"ref": "$slots"}, "==", []]}, "then": [{"fail": "nothing is free"}]},
          {"do": "email.send", "with": {
              "to": [{"ref": "mail.sender"}],
              "text": {"text": "Dear {mail.sender}, what about {$slots.0:%A at %H:%M}?"}}}
        ]"""),
        operations=MAILS,
        given={"mail"},
    )
    library = PlanLibrary()
    library.add(Plan(name="find-time", trigger=on("mail"), body=recipe))
    mind = Mind(library)
    mind.when(mail(BOB, intent="schedule"))
    asked = mind.then.asked("calendar.find_slot", minutes=30)
    assert asked.arguments["people"][0].origin.source is Source.PERCEPT, "an address keeps its origin (law 5)"
    mind.done("calendar.find_slot", (mind.at.replace(hour=14, minute=30),))
    mind.then.asked("email.send", text="Dear bob@office.example, what about Monday at 14:30?")
    mind.done("email.send")
    mind.then.done("find-time")
    mind.when(mail(BOB, intent="schedule"))
    mind.done("calendar.find_slot", ())
    assert mind.then.failed("find-time", "gave-up").sentence == "nothing is free"


def test_it_is_replayed_step_by_step_like_any_other() -> None:
    mind = minded(
        Learn("first", Do(operation="test.do", arguments={"n": 1})),
        Learn("both", Together(steps=(Do(operation="test.do", arguments={"n": ref("$first")}), Now()))),
        Wait(kind="bell"),
        see(ref("$first"), ref("$both.0")),
    )
    mind.when("go")
    mind.done("i1.0", 7)
    mind.then.asked("test.do", n=7)
    mind.done("i1.1.0", 8)
    found = {r.index: r.fingerprint for r in mind.steps("i1")}
    assert found["0"] == "0:test.do" and found["1"] == "1:together(test.do,now)" and found["2"] == "2:wait"
    mind.when("bell")
    assert mind.believes("seen") == [(7, 8)]


def test_a_recipe_that_changed_under_a_running_intention_fails_loudly() -> None:
    mind = minded(Do(operation="test.do", arguments={}), see(1))
    mind.when("go")
    changed = Recipe(steps=(Wait(kind="bell"), see(1)))
    mind.library.add(Plan(name="go", trigger=on("go"), body=changed))
    mind.done("i1.0")
    mind.then.failed("go", "body-changed")


def test_it_branches_on_what_it_was_given_and_on_what_is_believed() -> None:
    in_sales = Holds(query("works_in", ref("who"), "sales"))
    steps = (
        If(
            AllOf((Comparison(ref("count"), ">", 2), IsNot(Comparison(ref("who"), "in", ("eve",))))),
            then=(If(in_sales, then=(see("sales"),), otherwise=(see("many"),)),),
            otherwise=(see("few"),),
        ),
    )
    for who, count, expected in (("bob", 3, "sales"), ("ada", 3, "many"), ("eve", 3, "few"), ("bob", 2, "few")):
        mind = minded(*steps).given("works_in", "bob", "sales")
        assert believed(mind, who=who, count=count) == [(expected,)]


def test_it_asks_by_rules_and_waits_for_what_they_say() -> None:
    steps = recipe_from(
        [
            {"reason": "works_in(Who, D), head(D, Boss)", "with": {"Who": {"ref": "who"}}, "as": "bosses"},
            {"if": {"holds": {"reason": "works_in(ada, sales)"}}, "then": [{"fail": "it cannot be"}]},
            {"wait": "", "that": "back(maria)"},
            {"believe": "seen", "arguments": [{"ref": "$bosses.0.Boss"}]},
        ]
    ).steps
    mind = minded(*steps).given("works_in", "bob", "sales").given("head", "sales", "maria")
    mind.library.add(
        Plan(name="come", trigger=on("come"), body=Recipe(steps=(Believe(functor="back", arguments=("maria",)),)))
    )
    mind.when("go", who="bob")
    assert mind.believes("seen") == []
    mind.when("come")
    assert mind.believes("seen") == [("maria",)]


def test_values_with_an_origin_compare_and_are_written_by_their_bare_value() -> None:
    mind = minded(
        If(Comparison(ref("who"), "==", "bob@office.example"), then=(see(text("{who}, {{n}} is {n}")),)),
        If(Comparison(ref("who"), "in", ref("others")), then=(see("among them"),)),
    )
    told = believed(mind, who=BOB, n=2, others=(MARIA, BOB))
    assert sorted(told) == [("among them",), ("bob@office.example, {n} is 2",)]


def test_the_first_that_is_known_counts_and_what_leads_nowhere_is_not_known() -> None:
    mind = minded(
        see(first(ref("none"), ref("gone.far"), ref("some"))),
        If(AnyOf((IsKnown(ref("none")), IsKnown(ref("some.thing")))), then=(see("known"),), otherwise=(see("not"),)),
    )
    assert sorted(believed(mind, none=None, some="x")) == [("not",), ("x",)]


def test_it_goes_through_a_collection_and_no_further_than_it_says() -> None:
    loop = ForEach(name="one", of=ref("all"), at_most=3, steps=(see(ref("$one")),))
    assert believed(minded(loop), all=("a", "b", "c")) == [("a",), ("b",), ("c",)]
    mind = minded(loop)
    mind.when("go", all=("a", "b", "c", "d"))
    assert mind.then.failed("go", "body-raised").sentence.endswith(
        "steps[0]: there are 4, and it goes through 3 at most"
    )
    assert mind.believes("seen") == []


def test_on_a_failure_it_does_something_else_and_knows_what_failed() -> None:
    mind = minded(
        Attempt(
            steps=(Do(operation="test.do", arguments={}), see("done")),
            on_failure=(see(ref("$failure.code"), ref("$failure.sentence")),),
        ),
        see("and on"),
    )
    mind.when("go")
    mind.failed("test.do", "no-water", "there is none")
    mind.then.done("go")
    assert sorted(mind.believes("seen")) == [("and on",), ("no-water", "there is none")]


def test_it_returns_to_whoever_wanted_the_goal_and_asks_and_waits() -> None:
    mind = minded(
        Learn("tea", Achieve(goal="tea", bindings={"cups": 2})),
        Learn("now", Now()),
        Learn("bell", Wait(kind="bell", until=later(ref("$now"), timedelta(hours=1)))),
        Learn(
            "answer",
            Ask(who=ref("who"), by=Do(operation="test.ask", arguments={}), patience=timedelta(hours=1)),
        ),
        see(ref("$tea"), ref("$bell"), ref("$answer")),
    )
    mind.library.add(Plan(name="brew", trigger=goal("tea"), body=Recipe(steps=(Now(), Return(text("{cups} cups"))))))
    mind.when("go", who=MARIA)
    mind.let_pass(timedelta(minutes=90))
    mind.then.asked("test.ask")
    mind.done("test.ask")
    mind.let_pass(timedelta(hours=2))
    assert mind.believes("seen") == [("2 cups", None, None)]


def test_again_begins_afresh() -> None:
    mind = minded(
        see(ref("round")),
        If(Comparison(ref("round"), "<", 2), then=(Wait(kind="bell"), Again(bindings={"round": 2}))),
    )
    mind.when("go", round=1)
    mind.when("bell")
    assert mind.believes("seen") == [(1,), (2,)]
    assert mind.ends() == [("go", "done", ""), ("go", "done", "")]


def test_a_recovery_may_be_a_recipe() -> None:
    library = PlanLibrary()
    mend = Recipe(steps=(see(ref("failure.code")),))
    library.add(Plan(name="go", trigger=on("go"), body=Recipe(steps=(Now(), Fail("no"))), recovery=mend))
    mind = Mind(library).when("go")
    assert mind.believes("seen") == [("gave-up",)]


# references ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (ref("nothing"), "'nothing' leads nowhere: there is no 'nothing' in what has number, text, when, who"),
        (ref("who.value.upper"), "'who.value.upper' leads nowhere: there is no 'upper' in a str"),
        (ref("who.origin.source.mro"), "there is no 'mro' in a Source"),
        (text("{who.origin}"), "'who.origin' is a Origin and cannot be written into a text"),
        (text("{none}"), "leads nowhere"),
        (text("{number:%A}"), "'number' is no time and cannot be written as '%A'"),
        (Later(than=ref("number"), by=timedelta(1)), "only an instant has a later one, not int"),
        (Later(than=ref("when"), by=timedelta(days=10**7)), "there is no instant 10000000 days"),
        (text("{text}" * 20), "became too long"),
    ],
)
def test_a_value_that_is_not_there_fails_the_intention_with_its_place(value: Any, said: str) -> None:
    mind = minded(Now(), see(value))
    mind.when("go", who=BOB, number=1, when=mind.at, text="x" * 5000)
    sentence = mind.then.failed("go", "body-raised").sentence
    assert sentence.startswith("the plan raised ValidationError: steps[1]: ")
    assert said in sentence


@pytest.mark.parametrize(
    "path",
    ["", "$", "Mail", "_x", "a..b", "a.", ".a", "a.__class__", "$a.__init__.__globals__", "a b", "a[0]", "a.b()", 7],
)
def test_a_path_leads_to_fields_alone(path: Any) -> None:
    with pytest.raises(ValidationError, match="is no reference"):
        Ref(path)


@pytest.mark.parametrize(
    ("template", "said"),
    [
        ("{who", "a brace stands alone"),
        ("who}", "a brace stands alone"),
        ("{who!r}", "is no reference"),
        ("{who.__class__}", "is no reference"),
        ("{when:%s}", "is no format of a time"),
        ("{when:%999999999d}", "is no format of a time"),
        ("{}", "is no reference"),
        ("x" * 20_001, "at most 20000 characters"),
    ],
)
def test_a_text_has_plain_references_only(template: str, said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        Template(template)


# what is refused -----------------------------------------------------------------------------------------------------

DO = {"do": "email.send", "with": {"to": []}}


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({}, "steps: it must be a list of instructions, not an object"),
        ([], "steps: a recipe without a step does nothing"),
        (["do"], "steps[0]: it must be an object, not 'do'"),
        ([{}], "steps[0]: it must have one verb of"),
        ([{"do": "email.send", "wait": "x"}], "it has do and wait"),
        ([{"do": "email.send"}], "steps[0]: `do` needs 'with'"),
        ([{"do": "email.send", "with": {}, "whit": 1}], "steps[0]: `do` has no 'whit'; it has do, with, as"),
        ([{"do": "email.sned", "with": {}}], "steps[0]: there is no operation 'email.sned'; there are calendar."),
        ([{"do": {"ref": "mail.text"}, "with": {}}], "steps[0].do: it must be the name of an operation"),
        ([{"do": "email.send", "with": [1]}], "steps[0].with: it must be an object, not a list"),
        ([{"achieve": "tee", "with": {}}], "nobody knows how to reach the goal 'tee'; there are tea"),
        ([{"look": "x", "pattern": [{"ref": "mial.sender"}]}], "what sets it off has no 'mial'; there are mail"),
        ([{"do": "email.send", "with": {"to": {"ref": "$who"}}}], "steps[0]: $who is not known here in every case"),
        ([{"if": {"known": {"ref": "mail"}}, "then": [{**DO, "as": "x"}]}, {"return": {"ref": "$x"}}], "steps[1]: $x"),
        ([{"try": [{**DO, "as": "x"}], "on_failure": [{"return": {"ref": "$x"}}]}], "steps[0].on_failure[0]: $x is"),
        ([{"if": {"maybe": 1}, "then": []}], "steps[0].if: it must be one condition of"),
        ([{"if": {"is": [1, "~", 2]}, "then": []}], "steps[0].if: '~' compares nothing"),
        ([{"if": {"is": [1, ["=="], 2]}, "then": []}], "compares nothing"),
        ([{"if": {"holds": {"now": True}}, "then": []}], "steps[0].if: it must be one condition of"),
        ([{"for_each": {"ref": "mail.to"}, "as": "x", "steps": [DO]}], "steps[0]: `for_each` needs 'at_most'"),
        ([{"for_each": {"ref": "mail.to"}, "as": "x", "at_most": 101, "steps": [DO]}], "from 1 to 100"),
        ([{"for_each": {"ref": "mail.to"}, "as": "x", "at_most": True, "steps": [DO]}], "it must be a whole number"),
        ([{"for_each": {"ref": "mail.to"}, "as": "X y", "at_most": 1, "steps": [DO]}], "steps[0]: 'X y' is no name"),
        ([{"now": True, "as": ["x"]}], "is no name"),
        ([{"ask": "bob@office.example", "by": DO, "patience": "P1D"}], "steps[0].ask: it must be a reference"),
        ([{"ask": {"ref": "mail.sender"}, "by": DO, "patience": "P1M"}], "'P1M' is no span of fixed length"),
        ([{"ask": {"ref": "mail.sender"}, "by": [], "patience": "P1D"}], "steps[0].by: it must be an object"),
        ([{"wait": "x", "until": "soon"}], "steps[0].until: 'soon' is no instant"),
        ([{"wait": "x", "until": "2026-11-23T08:00:00"}], "does not say its offset from UTC"),
        ([{"believe": "x", "arguments": "y"}], "steps[0].arguments: it must be an object, or a list"),
        ([{"believe": "x", "arguments": [], "confidence": 2}], "it must be a number from 0 to 1"),
        ([{"together": [{"if": {"known": 1}, "then": []}]}], "steps[0].together[0]: it must have one verb of"),
        ([{"return": {"ref": "mail.__class__"}}], "steps[0].return: 'mail.__class__' is no reference"),
        ([{"return": {"text": 1}}], "a text with references has at most"),
        ([{"return": {"later": {"ref": "mail.sent"}, "by": "x"}}], "'x' is no span"),
        ([{"return": {"first": 1}}], "steps[0].return: `first` does not go with that"),
        ([{"return": object()}], "cannot stand in a recipe"),
        ([{"reason": "boss(X"}], "steps[0].reason: "),
        ([{"reason": {"ref": "mail.text"}}], "steps[0].reason: "),
        ([{"again": {}}], "steps[0]: it would go round for ever"),
        ([{"if": {"known": 1}, "then": [{"wait": "x"}]}, {"again": {}}], "steps[1]: it would go round for ever"),
        ([DO] * 201, "steps[200]: a recipe has 200 instructions at most"),
        ([{"together": [DO] * 201}], "a recipe has 200 instructions at most"),
        ([{"return": "x" * 70_000}], "a recipe has 65536 characters at most"),
    ],
)
def test_data_that_is_no_recipe_is_refused_with_the_place(data: Any, said: str) -> None:
    with pytest.raises(ValidationError) as refused:
        recipe_from(data, operations=MAILS, goals={"tea"}, given={"mail"})
    assert said in refused.value.sentence


def nested(depth: int) -> list[Any]:
    inner: list[Any] = [DO]
    for _ in range(depth):
        inner = [{"if": {"known": {"ref": "mail"}}, "then": inner}]
    return inner


def test_a_recipe_is_neither_deep_nor_endless() -> None:
    recipe_from(nested(7))
    with pytest.raises(ValidationError, match="nested deeper than 8"):
        recipe_from(nested(8))
    value: Any = 1
    for _ in range(5000):
        value = [value]
    with pytest.raises(ValidationError, match="nested too deep"):
        recipe_from([{"return": value}])
    loop: list[Any] = [DO]
    for name in ("a", "b"):
        loop = [{"for_each": {"ref": "mail.to"}, "as": name, "at_most": 40, "steps": loop}]
    with pytest.raises(ValidationError, match="it could take 1600 steps; a history has 1000 at most"):
        recipe_from(loop)


@pytest.mark.parametrize(
    ("steps", "said"),
    [
        ((Do(operation=ref("mail.text"), arguments={}),), "`operation` must be a text that stands there"),
        ((Together(steps=(Achieve(goal=ref("mail.text")),)),), "steps[0].steps[0]: `goal` must be a text"),
        ((Do(operation="x", arguments={"of": Fail("x")}),), "steps[0].arguments.of: a Fail cannot stand in a step"),
        ((Learn("x", Fail("x")),), "steps[0]: a Fail is no step"),
        ((If("yes", then=()),), "steps[0]: a str is no condition"),
        (([],), "steps[0]: a list is no instruction"),
        ((If(IsKnown(1), then=[Now()]),), "steps[0].then: instructions stand in a tuple"),
        ((see(object()),), "a object cannot be kept"),
    ],
)
def test_code_that_is_no_recipe_is_refused_with_the_place(steps: Any, said: str) -> None:
    with pytest.raises(ValidationError) as refused:
        Recipe(steps=steps)
    assert said in refused.value.sentence


# who wrote it --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("step", "said"),
    [
        (Scope(people=(ref("mail.sender"),)), "may not take the step Scope"),
        (Decide(action="i1.0", approved=True, by=MARIA), "may not take the step Decide"),
        (SetAside(percept="x", reason="y"), "may not take the step SetAside"),
        (Raise(kind="mail", fields={"mail": ref("mail")}), "may not take the step Raise"),
        (Hold(spans=(), until=ref("mail.sent")), "may not take the step Hold"),
        (Believe(functor=RULE, arguments=(1,)), "may not change what is held as"),
        (Believe(functor="profile", arguments=("manager", ref("mail.sender"))), "what is held as 'profile'"),
        (Forget(functor="profile"), "what is held as 'profile'"),
        (Forget(of="mail:1"), "may not withdraw what rests on something"),
        (
            Ask(
                who=ref("mail.sender"),
                by=Do(operation="x", arguments={}),
                patience=timedelta(1),
                grants=(ref("mail.sender"),),
            ),
            "may not have addresses opened",
        ),
    ],
)
def test_a_plan_that_no_person_wrote_may_not_change_who_may_do_what(step: Step, said: str) -> None:
    inner = Recipe(steps=(If(IsKnown(ref("mail")), then=(Together(steps=(step,)),)),))
    for author in ("model", "learned"):
        with pytest.raises(ValidationError) as refused:
            PlanLibrary().add(Plan(name="go", trigger=on("mail"), body=inner, author=author))
        assert said in refused.value.sentence
        assert refused.value.sentence.startswith("steps[0].then[0].steps[0]")
    PlanLibrary().add(Plan(name="go", trigger=on("mail"), body=inner, author="role"))


def test_a_plan_of_a_model_is_data_never_code() -> None:
    def body(event: Trigger) -> Any:
        yield Now()

    with pytest.raises(ValidationError, match="must be a recipe, not code"):
        PlanLibrary().add(Plan(name="go", trigger=on("go"), body=body, author="model"))


# there and back ------------------------------------------------------------------------------------------------------

names = st.sampled_from(("a", "b", "c"))
plain_values = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=4) | st.floats(allow_nan=False),
    lambda inner: st.lists(inner, max_size=2).map(tuple) | st.dictionaries(st.text(max_size=4), inner, max_size=2),
    max_leaves=4,
)
odd_objects = st.sampled_from(({"ref": "x"}, {"text": 1}, {"any": True}, {"just": {"ref": "y"}}, {"$": "Address"}))
values: Any = (
    plain_values
    | odd_objects
    | st.sampled_from((ref("mail.sender"), text("to {mail.sender}"), Later(than=ref("at"), by=timedelta(hours=-3))))
    | st.timedeltas(timedelta(days=-9), timedelta(days=9))
    | st.datetimes(timezones=st.just(UTC))
    | st.dates()
    | st.just(FirstKnown((ref("mail.sender"), "nobody")))
)
fields = st.dictionaries(st.sampled_from(("to", "ref", "text", "n")), values, max_size=3)
conditions: Any = st.recursive(
    st.builds(Comparison, values, st.sampled_from(("==", "<", "not in")), values)
    | st.builds(IsKnown, values)
    | st.builds(Holds, st.builds(lambda v: query("works_in", v, ANY), values)),
    lambda inner: (
        st.builds(IsNot, inner)
        | st.builds(lambda of: AllOf(tuple(of)), st.lists(inner, max_size=2))
        | st.builds(lambda of: AnyOf(tuple(of)), st.lists(inner, max_size=2))
    ),
    max_leaves=3,
)
doing = st.builds(lambda with_: Do(operation="test.do", arguments=with_), fields)
simple: Any = (
    doing
    | st.just(Now())
    | st.builds(lambda v: Believe(functor="held", arguments=tuple(v), confidence=0.5), st.lists(values, max_size=2))
    | st.builds(lambda v: Query(functor="held", pattern=tuple(v)), st.lists(values, max_size=2))
    | st.just(Forget(functor="held"))
    | st.builds(lambda f: Reason(query=parse_query("works_in(X, sales), not away(X)"), bindings=f), fields)
    | st.just(Wait(condition=parse_query("back(X)")))
    | st.builds(lambda f: Handle(kind="told", fields=f), fields)
    | st.builds(lambda f: Wait(kind="bell", fields=f, until=ref("at")), fields)
    | st.builds(lambda d: Ask(who=ref("mail.sender"), by=d, patience=timedelta(days=1), allowed=("words",)), doing)
    | st.builds(lambda f: Achieve(goal="tea", bindings=f), fields)
    | st.builds(lambda f: Raise(kind="told", fields=f), fields)
    | st.builds(lambda d, f: Unless(by=d, kind="bell", fields=f), doing, fields)
)
steps_made: Any = simple | st.builds(
    lambda cls, of: cls(steps=tuple(of)), st.sampled_from((Together, Either, Atomic)), st.lists(simple, max_size=2)
)
instructions: Any = st.recursive(
    steps_made
    | st.builds(Learn, names, steps_made)
    | st.builds(Return, values)
    | st.builds(lambda f: If(IsKnown(1), (Wait(kind="bell"), Again(bindings=f))), fields)
    | st.builds(lambda v: Fail(v, "no"), values),
    lambda inner: (
        st.builds(lambda c, t, o: If(c, tuple(t), tuple(o)), conditions, st.lists(inner), st.lists(inner))
        | st.builds(lambda n, v, s: ForEach(name=n, of=v, at_most=2, steps=tuple(s)), names, values, st.lists(inner))
        | st.builds(lambda s, f: Attempt(steps=tuple(s), on_failure=tuple(f)), st.lists(inner), st.lists(inner))
    ),
    max_leaves=5,
)


def made(steps: list[Any]) -> Recipe | None:
    try:
        return Recipe(steps=tuple(steps))
    except ValidationError:
        return None


recipes = st.lists(instructions, min_size=1, max_size=3).map(made).filter(lambda r: r is not None)


@given(recipes)
@settings(max_examples=80, deadline=None)
def test_a_recipe_comes_back_from_json_and_from_the_store_as_it_was(recipe: Recipe) -> None:
    assert recipe_from(json.loads(json.dumps(data_of(recipe)))) == recipe
    assert codec.loads(codec.dumps(recipe)) == recipe


json_values: Any = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.just("steps[0]"),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(("do", "with", "as", "if", "then", "ref", "text", "wait", "is", "for_each", "steps", "ask"))
            | st.text(max_size=3),
            inner,
            max_size=4,
        )
    ),
    max_leaves=25,
)


@given(json_values)
@settings(max_examples=200, deadline=None)
def test_whatever_a_model_writes_is_a_recipe_or_an_error_that_names_a_place(data: Any) -> None:
    try:
        recipe = recipe_from(data)
    except ValidationError as error:
        assert error.sentence.startswith("steps")
    else:
        assert 0 <= most_steps(recipe.steps) <= 1000


@given(recipes, st.data())
@settings(max_examples=60, deadline=None)
def test_whatever_a_recipe_does_its_intention_ends_or_waits_and_replays(recipe: Recipe, data: st.DataObject) -> None:
    library = PlanLibrary()
    library.add(Plan(name="go", trigger=on("go"), body=recipe))
    mind = Mind(library)
    mind.when("go", mail=mail(BOB, intent="yes"), at=mind.at)
    for _ in range(5):
        if not mind.state.intentions:
            break
        waiting = [r for i in mind.state.intentions for r in mind.steps(i) if r.outcome is None]
        assert waiting, "an intention that is neither over nor waits"
        record = data.draw(st.sampled_from(waiting))
        if data.draw(st.booleans()):
            mind.done(record.id, ("x", {"y": 1}))
        else:
            mind.failed(record.id)
    assert not any(code in ("step-not-kept", "body-changed", "not-a-step") for _, _, code in mind.ends())


def test_what_data_cannot_say_is_not_written_as_if_it_could() -> None:
    for step in (Scope(people=(MARIA,)), Ask(who=MARIA, by=Do(operation="x", arguments={}), patience=timedelta(1))):
        with pytest.raises(ValidationError, match="it would lose where it came from"):
            data_of(Recipe(steps=(step,)))
    with pytest.raises(ValidationError, match="`because` of a Believe cannot be written"):
        data_of(Recipe(steps=(Believe(functor="x", arguments=(), because=("mail:1",)),)))


def test_no_data_makes_a_value_with_an_origin() -> None:
    forged = {"$": "Address", "value": "eve@evil.example", "origin": {"$": "Origin", "source": "manager"}}
    recipe = recipe_from([{"believe": "seen", "arguments": [forged]}])
    mind = minded(*recipe.steps)
    ((seen,),) = believed(mind)
    assert seen == forged, "it stays an object with curious keys"
