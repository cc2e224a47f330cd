"""Beliefs come and go with what they rest on."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from empla.errors import ValidationError
from empla.mind.beliefs import Belief
from empla.mind.draft import Draft
from empla.mind.propositions import Proposition
from empla.mind.revising import MOST_SUPPORTERS, believe, forget
from empla.mind.state import Forgotten
from empla.mind.values import Origin, Source
from tests.mind.beliefs.revisions import FROM, Beliefs


def says(functor: str, *arguments: Any) -> Proposition:
    return Proposition(functor, arguments)


def test_what_rested_on_a_withdrawn_percept_alone_goes_with_all_that_rested_on_it() -> None:
    mind = Beliefs()
    mind.believe("ill", "anna", on=("mail:1",))
    mind.believe("away", "anna", on=(says("ill", "anna"),))
    mind.believe("needs-cover", "sales", on=(says("away", "anna"),))
    mind.believe("closed", "office")
    assert mind.withdraw("mail:1") == ['-ill("anna")', '-away("anna")', '-needs-cover("sales")']
    assert mind.held() == ['closed("office")']
    reasons = [c.reason for d in mind.deltas for c in d.changes if isinstance(c, Forgotten)]
    assert reasons[0] == "it rested on mail:1: it was withdrawn"
    assert reasons[1].startswith('it rested on ill("anna"): ')


def test_what_has_another_support_stays_and_one_of_several_that_must_all_hold_is_enough_to_go() -> None:
    mind = Beliefs()
    mind.believe("a", on=("m1",))
    mind.believe("b", on=("m2",))
    mind.believe("either", on=(says("a"), says("b")))
    mind.believe("both", on=((says("a"), says("b")),))
    assert mind.forget("a") == ["-a()", "-both()"]
    assert mind.held() == ["b()", "either()"]
    assert mind.withdraw("m2") == ["-b()", "-either()"]


def test_said_again_a_proposition_rests_on_both_and_by_itself_it_rests_on_nothing() -> None:
    mind = Beliefs()
    assert mind.believe("ill", "anna", on=("mail:1",)) == ['+ill("anna")']
    assert mind.believe("ill", "anna", on=("mail:2",)) == []
    assert mind.withdraw("mail:1") == []
    assert mind.withdraw("mail:2") == ['-ill("anna")']
    mind.believe("ill", "bert", on=("mail:3",))
    mind.believe("ill", "bert")
    assert mind.withdraw("mail:3") == []
    mind.believe("ill", "bert", on=("mail:4",))
    assert mind.withdraw("mail:4") == [] and mind.held() == ['ill("bert")']


def test_what_is_said_again_and_again_does_not_grow() -> None:
    mind = Beliefs()
    for number in range(50):
        mind.believe("ill", "anna", on=(f"mail:{number}",))
    (belief,) = mind.state.beliefs
    assert belief.supporters == tuple(f"mail:{n}" for n in range(50 - MOST_SUPPORTERS, 50))


def test_forgotten_and_believed_anew_in_one_go_nothing_goes_by_accident() -> None:
    mind = Beliefs()
    mind.believe("promise", "p1", "open", on=("mail:1",))
    mind.believe("reminder", "p1", on=("mail:1",))
    draft = Draft(mind.state, mind.at)
    (held,) = draft.beliefs.matching("promise", "p1")
    forget(draft, held, "it stands otherwise now", {}, lambda _: False)
    believe(draft, Belief(functor="promise", arguments=("p1", "kept"), supporters=("mail:2",)), {}, lambda _: False)
    mind.state.apply(draft.delta().changes)
    assert mind.held() == ['promise("p1", "kept")', 'reminder("p1")']


def test_what_is_over_takes_with_it_what_rested_on_it() -> None:
    mind = Beliefs()
    mind.believe("away", "anna", valid_until=mind.at + timedelta(hours=1))
    mind.believe("ask", "bert", on=(says("away", "anna"),))
    assert mind.wait(timedelta(hours=2)) == ['-away("anna")', '-ask("bert")']
    with pytest.raises(ValidationError, match="not held"):
        mind.believe("ask", "bert", on=(says("away", "anna"),))


def test_what_is_over_and_said_again_comes_anew() -> None:
    mind = Beliefs()
    mind.believe("away", "anna", valid_until=mind.at + timedelta(hours=1), on=("m1",))
    mind.at += timedelta(hours=2)  # more was over than one cycle lets go
    assert mind.believe("away", "anna", on=("m2",)) == ['-away("anna")', '+away("anna")']
    assert mind.withdraw("m2") == ['-away("anna")']


def test_a_circle_is_refused_however_long() -> None:
    mind = Beliefs()
    mind.believe("a", on=("m1",))
    mind.believe("b", on=(says("a"),))
    mind.believe("c", on=((says("b"), "m2"),))
    before = mind.held()
    for on in ((says("a"),), (says("c"),), ("m3", says("c")), (("m3", says("b")),)):
        with pytest.raises(ValidationError, match="rest on itself"):
            mind.believe("a", on=on)
    assert mind.held() == before


def test_what_rests_on_what_is_not_held_is_refused_unless_something_else_holds_it() -> None:
    mind = Beliefs()
    with pytest.raises(ValidationError, match=r"what b\(\) is to rest on is not held"):
        mind.believe("b", on=(says("a"), ("m1", says("a"))))
    mind.believe("b", on=(says("a"), "m1"))
    assert mind.withdraw("m1") == ["-b()"]


def test_what_loses_the_word_it_came_from_is_data_from_then_on() -> None:
    mind = Beliefs({})
    mind.declare("trusts")  # declared: the manager's word stays the manager's when a stranger says the same
    mind.believe("trusts", "eve", by=Origin(Source.MANAGER, "mail:1"), on=("mail:1",))
    mind.believe("trusts", "eve", by=Origin(Source.PERCEPT, "mail:2"), on=("mail:2",))
    (held,) = mind.state.beliefs
    assert held.origin == Origin(Source.MANAGER, "mail:1") and held.supporters == ("mail:1", "mail:2")
    mind.withdraw("mail:1")
    (held,) = mind.state.beliefs
    assert held.origin == Origin(Source.PERCEPT, "mail:2"), "what the manager took back is not the manager's word"


def test_undeclared_the_last_word_counts_however_little_it_is_trusted() -> None:
    mind = Beliefs()
    mind.believe("seen", "anna", by=FROM["manager"], confidence=0.5, valid_until=mind.at + timedelta(days=1))
    mind.believe("seen", "anna", by=FROM["percept"], confidence=0.9, valid_until=mind.at + timedelta(days=9))
    (held,) = mind.state.beliefs
    assert (held.origin, held.confidence) == (FROM["percept"], 0.9)
    assert held.valid_until is not None and held.valid_until > mind.at + timedelta(days=8)


def test_events_have_the_authority_of_whoever_is_behind_the_change() -> None:
    mind = Beliefs()
    mind.believe("ill", "anna", by=Origin(Source.PERCEPT, "mail:1"))
    assert mind.events[-1].origin.source is Source.PERCEPT and mind.events[-1].key == "mail:1"
    draft = Draft(mind.state, mind.at)
    belief = Belief(functor="well", arguments=("anna",), origin=Origin(Source.OWN))
    word = Origin(Source.MANAGER, "mail:2")
    (event,) = believe(draft, belief, {}, lambda kind: kind == "belief-added:well", word)
    assert (event.origin, event.key) == (word, "mail:2")
    assert believe(draft, belief, {}, lambda _: True) == [], "what is held already does not come"


# at random -----------------------------------------------------------------------------------------------------------

supports = st.sampled_from(["m1", "m2", "m3", *(says("n", k) for k in range(5))])
alternatives = st.lists(supports | st.lists(supports, min_size=1, max_size=2).map(tuple), max_size=3).map(tuple)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("believe"), st.integers(0, 4), alternatives),
        st.tuples(st.just("forget"), st.integers(0, 4), st.none()),
        st.tuples(st.just("withdraw"), st.sampled_from(["m1", "m2", "m3"]), st.none()),
    ),
    max_size=25,
)
Model = dict[int, set[frozenset[Any]] | None]
"""Which numbers are held, and the alternatives of each; None for what stands by itself."""


def each(alternative: Any) -> frozenset[Any]:
    named = alternative if isinstance(alternative, tuple) else (alternative,)
    return frozenset(s.arguments[0] if isinstance(s, Proposition) else s for s in named)


def settle(model: Model) -> None:
    """Let go what has no alternative left that holds: by looking at everything until nothing changes."""
    while True:
        for rests in model.values():
            if rests is not None:
                rests -= {a for a in rests if any(isinstance(s, int) and s not in model for s in a)}
        lost = [n for n, rests in model.items() if rests is not None and not rests]
        if not lost:
            return
        for n in lost:
            del model[n]


def circular(model: Model, number: int, rests: set[frozenset[Any]]) -> bool:
    reached, waiting = set[int](), [s for a in rests for s in a if isinstance(s, int)]
    while waiting:
        n = waiting.pop()
        if n not in reached:
            reached.add(n)
            waiting += [s for a in model.get(n) or () for s in a if isinstance(s, int)]
    return number in reached


@settings(max_examples=200, deadline=None)
@given(steps)
def test_what_is_held_has_a_support_that_holds_and_nothing_goes_that_has_one(moves: list[Any]) -> None:
    mind, model = Beliefs(), Model()
    for move, what, on in moves:
        if move == "believe":
            rests = {each(a) for a in on}
            live = {a for a in rests if all(isinstance(s, str) or s in model for s in a)}
            if on and (circular(model, what, rests) or not live):
                with pytest.raises(ValidationError):
                    mind.believe("n", what, on=on)
                continue
            mind.believe("n", what, on=on)
            known = model.get(what, set())
            model[what] = None if not on or known is None else known | live
        elif move == "forget":
            if what in model:
                mind.forget("n", what)
                del model[what]
        else:
            mind.withdraw(what)
            for rests_on in model.values():
                if rests_on is not None:
                    rests_on -= {a for a in rests_on if what in a}
        settle(model)
        held = {b.arguments[0]: {each(a) for a in b.supporters} or None for b in mind.state.beliefs}
        assert held == model


@settings(max_examples=100, deadline=None)
@given(steps)
def test_every_coming_and_going_is_told_once(moves: list[Any]) -> None:
    mind, seen = Beliefs(), set[str]()
    for move, what, on in moves:
        try:
            if move == "believe":
                raised = mind.believe("n", what, on=on)
            elif move == "withdraw":
                raised = mind.withdraw(what)
            elif mind.state.beliefs.get("n", (what,)):
                raised = mind.forget("n", what)
            else:
                continue
        except ValidationError:
            continue
        for event in raised:
            assert (event[1:] in seen) is (event[0] == "-"), "what came was not there, what went was"
            seen ^= {event[1:]}
        assert seen == set(mind.held())
