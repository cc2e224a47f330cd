"""A fact has two times: when it is so in the world, and when it was believed. What was said before stays."""

import pytest

from empla.memory.knowledge.recording import correct_fact, end_fact
from empla.memory.knowledge.statements import Statement
from empla.memory.model import Basis
from tests.memory.knowledge.conftest import Known, day


def test_who_changes_companies_has_worked_for_both_and_works_for_the_later(known: Known):
    known.say("Bob", "works_for", "Acme", valid_from=day(-400))
    known.today = 10
    known.say("Bob", "works_for", "Globex", valid_from=day(-30))

    assert known.values("Bob", "works_for") == ["Globex"]
    assert known.values("Bob", "works_for", at=day(-100)) == ["Acme"]
    acme, globex = known.facts.history(known.entity("Bob"), "works_for")
    assert (acme.object, acme.valid_to, acme.closed_at) == ("Acme", day(-30), None)
    assert (globex.object, globex.valid_to) == ("Globex", None)


def test_what_is_told_late_of_the_past_takes_its_place_in_the_past(known: Known):
    known.say("Bob", "title", "CFO", valid_from=day(0))
    known.today = 5
    known.say("Bob", "title", "Controller", valid_from=day(-900))

    assert known.values("Bob", "title") == ["CFO"]
    assert known.values("Bob", "title", at=day(-10)) == ["Controller"]


def test_as_it_was_believed_on_a_day(known: Known):
    known.say("Acme", "renewal_date", "2026-03-01")
    known.today = 20
    known.say("Acme", "renewal_date", "2026-09-01")

    assert known.values("Acme", "renewal_date") == ["2026-09-01"]
    assert known.values("Acme", "renewal_date", known_at=day(19)) == ["2026-03-01"]
    assert known.values("Acme", "renewal_date", known_at=day(-1)) == []


def test_what_was_withdrawn_and_restored_was_not_believed_in_between(known: Known):
    number = known.say("Bob", "phone", "+49 30 1234")
    known.today = 2
    known.withdraw(number)
    known.today = 4
    known.restore(number)

    assert known.values("Bob", "phone", known_at=day(1)) == ["+49 30 1234"]
    assert known.values("Bob", "phone", known_at=day(3)) == []
    assert known.values("Bob", "phone", known_at=day(4)) == known.values("Bob", "phone") == ["+49 30 1234"]


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0), (0, 2, 1)])
def test_an_explicit_word_goes_before_an_observation_and_that_before_a_conclusion_in_whatever_order(known, order):
    said = [
        {"obj": "observed", "basis": Basis.OBSERVED},
        {"obj": "taught", "basis": Basis.TAUGHT},
        {"obj": "stated", "basis": Basis.STATED},
    ]
    for number in order:
        known.today += 1
        known.say("Bob", "title", said[number]["obj"], basis=said[number]["basis"], valid_from=day(0))

    assert known.values("Bob", "title") == ["stated"]
    others = [f for f in known.facts.history(known.entity("Bob"), "title") if f.object != "stated"]
    assert all(f.closed_at is None and f.overruled_by for f in others)  # they stay, and can be seen


def test_when_the_word_goes_that_overruled_an_observation_that_counts_again(known: Known):
    known.say("Bob", "title", "CFO", valid_from=day(0))
    stated = known.say("Bob", "title", "CEO", basis=Basis.STATED, valid_from=day(0))
    assert known.values("Bob", "title") == ["CEO"]

    known.withdraw(stated)
    assert known.values("Bob", "title") == ["CFO"]
    known.restore(stated)
    assert known.values("Bob", "title") == ["CEO"]


def test_of_what_may_have_many_values_all_count(known: Known):
    for topic in ("pensions", "tax", "sailing"):
        known.say("Bob", "knows_about", topic, to="topic")
    assert known.values("Bob", "knows_about") == ["pensions", "tax", "sailing"]


def test_a_correction_takes_the_place_of_what_was_wrong_from_its_beginning(known: Known):
    wrong = known.say("Bob", "phone", "1234", valid_from=day(-50))
    known.today = 3
    with known.store.transaction():
        said = Statement(
            key="c",
            subject=known.called["Bob"],
            predicate="phone",
            object="9876",
            basis=Basis.CORRECTED,
            said_by="anna@b",
        )
        new, settled = correct_fact(known.store, wrong, said, "it was the fax", known.at)

    assert settled.closed == (wrong,)
    assert known.values("Bob", "phone") == known.values("Bob", "phone", at=day(-10)) == ["9876"]
    assert known.values("Bob", "phone", known_at=day(2)) == ["1234"]
    old, corrected = known.facts.fact(wrong), known.facts.fact(new)
    assert old is not None and corrected is not None
    assert (old.closed_at, old.closed_why) == (day(3), "it was the fax")
    assert (corrected.replaces, corrected.said_by, corrected.valid_from) == (wrong, "anna@b", day(-50))


def test_what_is_over_is_not_wrong(known: Known):
    number = known.say("Bob", "works_for", "Acme", valid_from=day(-50))
    known.today = 3
    with known.store.transaction():
        end_fact(known.store, number, day(1), known.at)

    assert known.values("Bob", "works_for", at=day(0)) == ["Acme"]
    assert known.values("Bob", "works_for", at=day(2)) == []
    assert known.values("Bob", "works_for", at=day(2), known_at=day(2)) == ["Acme"]


def test_the_same_again_changes_nothing_and_another_who_says_it_makes_it_surer(known: Known):
    first, second = known.episode(), known.episode()
    number = known.say("Bob", "title", "CFO", key="k", rests_on=(first,), confidence=0.8)
    assert known.say("Bob", "title", "CFO", key="k", rests_on=(first,), confidence=0.8) == number
    assert known.facts.fact(number).confidence == 0.8

    for _ in range(2):
        assert known.say("Bob", "title", "CFO", key="other", rests_on=(second,), confidence=0.5) == number
    fact = known.facts.fact(number)
    assert fact.confidence == pytest.approx(0.9)
    assert fact.rests_on == (first, second)


def test_what_somebody_denied_is_not_observed_again_in_what_is_older(known: Known):
    before = known.episode(on=0)
    number = known.say("Bob", "likes", "tea", rests_on=(before,))
    known.today = 5
    known.withdraw(number)
    known.say("Bob", "likes", "tea", rests_on=(before,))
    assert known.values("Bob", "likes") == []

    known.say("Bob", "likes", "tea", rests_on=(known.episode(on=6),))
    assert known.values("Bob", "likes") == ["tea"]
