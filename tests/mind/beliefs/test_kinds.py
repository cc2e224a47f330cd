"""What is declared of beliefs: how long they count, how they fade, and whose word counts where several speak."""

from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from empla.errors import ValidationError
from empla.mind.beliefs import Belief
from empla.mind.kinds import BeliefKind, Category, Preference, as_declared, confidence_at, standing
from empla.mind.propositions import Proposition
from empla.mind.revising import contradictions
from empla.mind.values import Origin, Source
from tests.mind.beliefs.revisions import FROM, START, Beliefs

RECENCY, CONFIDENCE = Preference.RECENCY, Preference.CONFIDENCE


def test_what_two_sources_say_of_one_thing_is_kept_and_the_more_trusted_counts() -> None:
    mind = Beliefs()
    kind = mind.declare("office-of", key=(0,), category=Category.COLLEAGUES)
    assert mind.believe("office-of", "anna", "Bonn", by=FROM["percept"]) == ['+office-of("anna", "Bonn")']
    assert mind.believe("office-of", "anna", "Ulm", by=FROM["manager"]) == [
        'office-of("anna", "Bonn")->office-of("anna", "Ulm")'
    ]
    assert mind.believe("office-of", "anna", "Kiel", by=FROM["directory"]) == [], "it is overruled from the start"
    assert mind.believe("office-of", "bert", "Kiel", by=FROM["percept"]) == ['+office-of("bert", "Kiel")']
    (found,) = contradictions(mind.state.beliefs, kind, mind.at)
    assert found.current.arguments == ("anna", "Ulm")
    assert [b.arguments[1] for b in found.overruled] == ["Kiel", "Bonn"], "the next best first"


def test_what_was_overruled_counts_again_when_the_better_word_goes() -> None:
    mind = Beliefs()
    mind.declare("office-of", key=(0,))
    mind.believe("office-of", "anna", "Bonn", by=FROM["percept"])
    mind.believe("office-of", "anna", "Kiel", by=FROM["directory"])
    mind.believe("office-of", "anna", "Ulm", by=FROM["manager"], on=("mail:1",))
    assert mind.withdraw("mail:1") == ['office-of("anna", "Ulm")->office-of("anna", "Kiel")']
    assert mind.forget("office-of", "anna", "Bonn") == [], "nobody saw it"
    assert mind.forget("office-of", "anna", "Kiel") == ['-office-of("anna", "Kiel")']
    assert mind.held() == []


def test_the_same_source_changes_its_word_and_a_late_word_changes_nothing() -> None:
    mind = Beliefs()
    mind.declare("office-of", key=(0,))
    mind.believe("office-of", "anna", "Bonn", by=FROM["percept"])
    assert mind.believe("office-of", "anna", "Ulm", by=FROM["percept"]) == [
        'office-of("anna", "Bonn")->office-of("anna", "Ulm")'
    ]
    assert mind.held() == ['office-of("anna", "Ulm")']
    assert mind.believe("office-of", "anna", "Bonn", by=FROM["percept"], observed_at=START - timedelta(days=1)) == []
    assert mind.held() == ['office-of("anna", "Ulm")']


def test_a_source_that_says_what_another_said_has_changed_its_own_word() -> None:
    mind = Beliefs()
    mind.declare("office-of", key=(0,))
    mind.believe("office-of", "anna", "Ulm", by=FROM["manager"], on=("mail:1",))
    mind.believe("office-of", "anna", "Bonn", by=FROM["percept"], on=("mail:2",))
    assert mind.believe("office-of", "anna", "Ulm", by=FROM["percept"], on=("mail:3",)) == []
    assert mind.held() == ['office-of("anna", "Ulm")']


def test_what_loses_the_trusted_word_behind_it_is_weighed_again() -> None:
    mind = Beliefs()
    mind.declare("office-of", key=(0,))
    mind.believe("office-of", "anna", "Ulm", by=Origin(Source.MANAGER, "mail:1"), on=("mail:1",))
    mind.believe("office-of", "anna", "Ulm", by=Origin(Source.PERCEPT, "mail:2"), on=("mail:2",))
    mind.believe("office-of", "anna", "Kiel", by=FROM["directory"])
    assert mind.withdraw("mail:1") == ['office-of("anna", "Ulm")->office-of("anna", "Kiel")']
    assert mind.held() == ['office-of("anna", "Kiel")', '(office-of("anna", "Ulm"))']


def test_what_rested_on_a_word_that_is_overruled_or_changed_goes() -> None:
    mind = Beliefs()
    mind.declare("office-of", key=(0,))
    for place, by in (("Bonn", "percept"), ("Ulm", "percept"), ("Kiel", "manager")):
        mind.believe("office-of", "anna", place, by=FROM[by])
        mind.believe("train-to", place, on=(Proposition("office-of", ("anna", place)),))
    assert mind.held("train-to") == ['train-to("Kiel")']
    with pytest.raises(ValidationError, match="not held"):
        mind.believe("train-to", "Ulm", on=(Proposition("office-of", ("anna", "Ulm")),))


def test_of_a_kind_with_no_key_places_there_is_one_belief() -> None:
    mind = Beliefs()
    mind.declare("load", key=(), category=Category.SELF)
    mind.believe("load", 3)
    assert mind.believe("load", 4) == ["load(3)->load(4)"]
    assert mind.held() == ["load(4)"]


@pytest.mark.parametrize(
    ("policy", "winner"),
    [
        ((RECENCY,), "late"),
        ((CONFIDENCE,), "sure"),
        ((Preference.AUTHORITY,), "trusted"),
        ((CONFIDENCE, RECENCY), "sure"),
    ],
)
def test_a_kind_says_by_what_one_word_is_preferred(policy: Any, winner: str) -> None:
    for said in permutations(
        [
            ("trusted", FROM["manager"], 0.5, 0),
            ("sure", FROM["record"], 1.0, 1),
            ("late", FROM["percept"], 0.6, 2),
        ]
    ):
        mind = Beliefs()
        mind.declare("status", key=(0,), policy=policy)
        for word, by, confidence, minute in said:
            seen = START + timedelta(minutes=minute)
            mind.believe("status", "x", word, by=by, confidence=confidence, observed_at=seen)
        (current,) = mind.state.beliefs.matching("status")
        assert current.arguments[1] == winner
        assert len(mind.held()) == 3


def test_confidence_halves_and_below_the_floor_the_belief_goes() -> None:
    mind = Beliefs()
    mind.declare("mood", half_life=timedelta(days=1), floor=0.25)
    mind.believe("mood", "anna", "good", confidence=1.0)
    (held,) = mind.state.beliefs
    assert held.observed_at is not None
    assert confidence_at(held, held.observed_at) == 1.0
    assert confidence_at(held, held.observed_at + timedelta(days=1)) == 0.5
    assert held.valid_until == held.observed_at + timedelta(days=2)
    assert mind.wait(timedelta(days=1)) == []
    assert mind.wait(timedelta(days=1)) == ['-mood("anna", "good")']


def test_faded_confidence_is_what_counts_between_two_words() -> None:
    mind = Beliefs()
    mind.declare("mood", key=(0,), policy=(CONFIDENCE,), half_life=timedelta(days=1), floor=0.01)
    mind.believe("mood", "anna", "good", by=FROM["manager"], confidence=0.9)
    mind.wait(timedelta(days=2))
    assert mind.believe("mood", "anna", "bad", by=FROM["percept"], confidence=0.5) == [
        'mood("anna", "good")->mood("anna", "bad")'
    ]


def test_a_belief_lasts_as_its_kind_says_unless_it_says_so_itself() -> None:
    mind = Beliefs()
    mind.declare("away", lasts=timedelta(days=3))
    mind.believe("away", "anna")
    mind.believe("away", "bert", valid_until=mind.at + timedelta(days=9))
    assert mind.wait(timedelta(days=4)) == ['-away("anna")']
    mind.declare("mood", half_life=timedelta(days=1), floor=0.25, lasts=timedelta(days=1))
    mind.believe("mood", "anna")
    assert mind.wait(timedelta(days=1)) == ['-mood("anna")'], "whichever ends first"
    mind.believe("mood", "anna", confidence=0.0)
    assert mind.state.beliefs.matching("mood", at=mind.at) == []


def test_a_functor_that_nobody_declared_is_held_as_it_was_said() -> None:
    mind = Beliefs()
    mind.believe("office-of", "anna", "Bonn", by=FROM["percept"])
    mind.believe("office-of", "anna", "Ulm", by=FROM["manager"])
    assert mind.held() == ['office-of("anna", "Bonn")', 'office-of("anna", "Ulm")']
    assert contradictions(mind.state.beliefs, BeliefKind(functor="office-of"), mind.at) == []


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"functor": ""}, "needs a functor"),
        ({"key": (0, 0)}, "each once"),
        ({"key": (-1,)}, "from 0 on"),
        ({"policy": ("luck",)}, "preferences"),
        ({"half_life": timedelta(0)}, "above 0"),
        ({"half_life": timedelta(1), "floor": 0.0}, "floor"),
        ({"lasts": timedelta(0)}, "no time"),
    ],
)
def test_a_kind_that_makes_no_sense_is_refused(wrong: Any, why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        BeliefKind(**{"functor": "f", **wrong})


def test_what_is_declared_stands_in_the_belief_itself() -> None:
    kind = BeliefKind(functor="f", half_life=timedelta(days=1), floor=0.5)
    belief = as_declared(Belief(functor="f", arguments=(1,), observed_at=START), kind, START + timedelta(hours=1))
    assert (belief.half_life, belief.valid_until) == (timedelta(days=1), START + timedelta(days=1))
    assert as_declared(belief, kind, START + timedelta(hours=5)) == belief, "it is the same when it is declared again"


words = st.tuples(
    st.sampled_from(["believe", "believe", "believe", "forget", "withdraw", "wait"]),
    st.sampled_from(["a", "b"]),
    st.integers(0, 2),
    st.sampled_from(sorted(FROM)),
    st.sampled_from([0.3, 0.6, 0.9]),
)


@settings(max_examples=200, deadline=None)
@given(st.lists(words, max_size=20), st.permutations(list(Preference)), st.booleans())
def test_of_several_words_the_best_one_counts_and_only_it(said: list[Any], policy: Any, fades: bool) -> None:
    mind = Beliefs()
    half_life = timedelta(days=3) if fades else None
    kind = mind.declare("is", key=(0,), policy=tuple(policy), half_life=half_life)
    seen: dict[str, str] = {}
    for move, who, what, by, confidence in said:
        if move == "believe":
            raised = mind.believe("is", who, what, by=FROM[by], confidence=confidence, on=(FROM[by].ref,))
        elif move == "withdraw":
            raised = mind.withdraw(FROM[by].ref)
        elif move == "wait":
            raised = mind.wait(timedelta(days=1))
        elif (held := mind.state.beliefs.get("is", (who, what))) is not None:
            raised = mind.forget(held.functor, *held.arguments)
        else:
            continue
        for event in raised:  # whoever follows the events knows what counts
            before, _, after = event.partition("->") if "->" in event else (event[1:], "", "")
            if event[0] == "+":
                assert event[4:7] not in seen
                seen[event[4:7]] = event[1:]
            elif event[0] == "-":
                assert seen.pop(event[4:7]) == before
            else:
                assert seen[event[3:6]] == before
                seen[event[3:6]] = after
        for name in ("a", "b"):
            together = mind.state.beliefs.matching("is", name, overruled=True)
            current = [b for b in together if not b.overruled]
            assert len(current) == bool(together)
            if (move == "believe" and name == who and together) or (current and not fades):
                assert current[0] is min(together, key=lambda b: standing(b, kind.policy, mind.at))
            assert seen.get(f'"{name}"', "") == (str(current[0].proposition) if current else "")
