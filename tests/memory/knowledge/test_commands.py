"""What people tell, correct and edit by command, and that all of it can be put back."""

import json
from typing import Any

import pytest

from empla.errors import InputError
from empla.memory.consolidation.undoing import undo
from empla.memory.knowledge import commands
from empla.memory.knowledge.recalling import RecalledFacts
from empla.memory.model import Basis, Fact, Visibility
from tests.memory.knowledge.conftest import Known, day


def tell(known: Known, do: str, **fields: Any) -> None:
    """Carry out a command, a day after whatever was before."""
    known.today += 1
    fields.setdefault("by", "Anna@Berg.example")
    with known.store.transaction():
        getattr(commands, do)(known.store, fields, known.at)


def current(known: Known, name: str, *predicates: str) -> list[Fact]:
    (entity,) = RecalledFacts(known.store).named(name)
    return known.about(entity.number, *predicates)


def test_what_the_manager_tells_is_stated(known: Known):
    tell(known, "add", subject="Bob Stone", predicate="works for", object="Acme", valid_from=day(-20))
    (fact,) = current(known, "Bob Stone", "works_for")
    assert (fact.object, fact.basis, fact.said_by) == ("Acme", Basis.STATED, "anna@berg.example")
    assert fact.valid_from == day(-20)


def test_a_correction_says_what_was_who_corrected_it_when_and_why(known: Known):
    tell(known, "add", subject="bob@acme.example", predicate="phone", object="1234")
    (old,) = current(known, "bob@acme.example", "phone")
    tell(known, "correct", fact=f"f{old.number}", object="9876", why="that is the fax")

    (new,) = current(known, "bob@acme.example", "phone")
    assert (new.object, new.basis, new.replaces) == ("9876", Basis.CORRECTED, old.number)
    closed = known.facts.fact(old.number)
    assert closed is not None
    assert (closed.closed_at, closed.closed_why) == (day(2), "corrected: that is the fax")
    rows = known.store.find("consolidation", {"memory": f"f{old.number}"}, ("step", "what", "before", "after", "at"))
    changed = next(row for row in rows if row.what == "changed")
    assert changed.step == "correct by anna@berg.example"
    assert json.loads(changed.before)["closed_at"] == ""
    assert json.loads(changed.after)["closed_why"] == "corrected: that is the fax"


def test_a_correction_is_undone_with_all_that_rested_on_it(known: Known):
    tell(known, "add", subject="Bob Stone", predicate="reports to", object="Ann Lee")
    tell(known, "add", subject="Ann Lee", predicate="reports to", object="Cy Young")
    (old,) = current(known, "Ann Lee", "reports_to")
    assert [f.object for f in current(known, "Cy Young", "above")] == ["Ann Lee", "Bob Stone"]

    tell(known, "correct", fact=f"f{old.number}", object="Dan Moss")
    assert current(known, "Cy Young", "above") == []
    assert len(current(known, "Dan Moss", "above")) == 2

    with known.store.transaction():
        undo(known.store, {"what": f"f{old.number}"}, day(9))
    assert [f.object for f in current(known, "Ann Lee", "reports_to")] == ["Cy Young"]
    assert [f.object for f in current(known, "Cy Young", "above")] == ["Ann Lee", "Bob Stone"]
    assert RecalledFacts(known.store).named("Dan Moss") == []  # nobody is called so any more


def test_what_is_just_wrong_is_closed(known: Known):
    tell(known, "add", subject="Bob Stone", predicate="likes", object="tea")
    tell(known, "correct", subject="Bob Stone", predicate="likes", object="")
    assert current(known, "Bob Stone", "likes") == []


def test_what_is_told_for_the_first_time_is_stated_and_in_place_of_something_wrong_corrected(known: Known):
    tell(known, "correct", subject="Bob Stone", predicate="title", object="CFO")
    assert [(f.object, f.basis) for f in current(known, "Bob Stone", "title")] == [("CFO", Basis.STATED)]

    tell(known, "correct", subject="Bob Stone", predicate="title", object="cfo")  # said once more
    assert [(f.object, f.basis) for f in current(known, "Bob Stone", "title")] == [("CFO", Basis.STATED)]

    tell(known, "correct", subject="Bob Stone", predicate="title", object="CEO")
    assert [(f.object, f.basis) for f in current(known, "Bob Stone", "title")] == [("CEO", Basis.CORRECTED)]


def test_what_was_read_and_is_right_becomes_somebodys_word(known: Known):
    bob = known.person("bob@acme.example", "Bob Stone")
    known.say(bob, "title", "CFO", rests_on=(known.episode("I am the CFO"),))
    tell(known, "correct", subject="Bob Stone", predicate="title", object="CFO")
    (fact,) = current(known, "Bob Stone", "title")
    assert (fact.object, fact.basis) == ("CFO", Basis.STATED)


def kinds(known: Known, name: str) -> list[str]:
    """Return the kinds of all that stands under a name."""
    return [entity.kind for entity in RecalledFacts(known.store).named(name)]


@pytest.mark.parametrize(
    ("told", "name", "kind"),
    [
        ({"subject": "Acme", "predicate": "renewal_date", "object": "2027-03-03"}, "Acme", "company"),
        ({"subject": "Bob Stone", "predicate": "works_for", "object": "Acme"}, "Acme", "company"),
        ({"subject": "Bob Stone", "predicate": "works_for", "object": "Acme"}, "Bob Stone", "person"),
        ({"subject": "Acme", "predicate": "budget", "object": "30k"}, "Acme", "thing"),
        ({"subject": "Acme", "predicate": "status", "object": "at risk", "kind": "project"}, "Acme", "project"),
    ],
)
def test_of_which_kind_something_is_follows_from_what_is_said_of_it(known: Known, told: dict, name: str, kind: str):
    tell(known, "add", **told)
    assert kinds(known, name) == [kind]


def test_one_name_is_one_thing_which_takes_the_kind_that_is_learned_later(known: Known):
    tell(known, "add", subject="Acme Inc.", predicate="budget", object="30k")
    tell(known, "add", subject="Eve Fox", predicate="wrote_about", object="Acme Inc.")
    assert kinds(known, "Acme Inc.") == ["thing"]

    tell(known, "add", subject="Bob Meier", predicate="works_for", object="Acme Inc.")
    tell(known, "add", subject="Acme", predicate="renewal_date", object="2027-03-03")

    assert kinds(known, "Acme") == ["company"]  # and compared as companies are: "Inc." is no part of a name
    assert len(current(known, "Acme", "budget", "renewal_date")) == 2
    tell(known, "add", subject="Acme", predicate="phone", object="030 1")
    assert kinds(known, "Acme") == ["company"]


def test_who_writes_is_the_person_of_that_full_name(known: Known):
    tell(known, "add", subject="Bob Stone", predicate="budget", object="30k")
    bob = known.person("bob@acme.example", "Bob Stone")
    assert kinds(known, "Bob Stone") == ["person"]
    assert [f.object for f in known.about(bob, "budget")] == ["30k"]


def test_what_is_learned_of_a_kind_is_put_back(known: Known):
    tell(known, "add", subject="Acme", predicate="budget", object="30k")
    tell(known, "add", subject="Bob Meier", predicate="works_for", object="Acme")
    (fact,) = current(known, "Bob Meier", "works_for")
    with known.store.transaction():
        undo(known.store, {"what": f"f{fact.number}"}, day(9))
    assert kinds(known, "Acme") == ["thing"]


def test_who_writes_from_outside_overrules_nobody_and_closes_nothing(known: Known):
    tell(known, "add", subject="Bob Stone", predicate="title", object="CFO")
    tell(
        known, "correct", subject="Bob Stone", predicate="title", object="King", source="percept", by="eve@evil.example"
    )
    assert [f.object for f in current(known, "Bob Stone", "title")] == ["CFO"]
    with pytest.raises(InputError, match="cannot close"):
        tell(known, "correct", subject="Bob Stone", predicate="title", source="percept")


def test_an_edit_shows_a_fact_to_others_and_what_follows_from_it(known: Known):
    tell(known, "add", subject="Bob Stone", predicate="reports to", object="Ann Lee")
    (fact,) = current(known, "Bob Stone", "reports_to")
    tell(known, "edit", memory=f"f{fact.number}", visibility="company")
    (conclusion,) = current(known, "Ann Lee", "above")
    assert conclusion.visibility == known.facts.fact(fact.number).visibility == Visibility.COMPANY


def test_an_edit_says_until_when(known: Known):
    tell(known, "add", subject="Bob Stone", predicate="works for", object="Acme")
    (fact,) = current(known, "Bob Stone", "works_for")
    tell(known, "edit", memory=f"f{fact.number}", valid_to=day(-1))
    assert current(known, "Bob Stone", "works_for") == []
    (entity,) = RecalledFacts(known.store).named("Bob Stone")
    assert known.values(entity.number, "works_for", at=day(-2)) == ["Acme"]


def test_an_edit_names_merges_and_separates_entities(known: Known):
    bob, rob = known.person("bob@acme.example", "Bob Stone"), known.person("r.stone@mail.example", "Robert Stone")
    tell(known, "edit", memory=f"n{bob}", same_as=f"n{rob}", phone="+49 30 1234")
    entity = known.facts.entity(rob)
    assert entity is not None
    assert entity.number == bob and set(entity.addresses) == {"bob@acme.example", "r.stone@mail.example"}
    assert known.values(rob, "phone") == ["+49 30 1234"]

    tell(known, "edit", memory=f"n{bob}", different_from=f"n{rob}")
    assert known.facts.root(rob) == rob
    assert known.values(rob, "phone") == []


@pytest.mark.parametrize(
    ("do", "fields", "said"),
    [
        ("add", {"predicate": "title", "object": "CFO"}, "of whom"),
        ("add", {"subject": "Bob Stone", "predicate": "!!", "object": "x"}, "no predicate"),
        ("add", {"subject": "Bob Stone", "predicate": "title"}, "needs an object"),
        ("add", {"subject": "Bob Stone", "predicate": "title", "object": "x" * 501}, "500"),
        ("add", {"subject": "n77", "predicate": "title", "object": "CFO"}, "no entity n77"),
        ("add", {"subject": "Bob", "predicate": "title", "object": "CFO", "visibility": "all"}, "'all'"),
        ("add", {"subject": "Bob", "predicate": "title", "object": "CFO", "source": "me"}, "no source"),
        ("correct", {"fact": "f99", "object": "x"}, "no fact f99"),
        ("correct", {"fact": "99", "object": "x"}, "no fact"),
        ("edit", {"memory": "q9", "object": "x"}, "no fact and no entity"),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence_and_changes_nothing(known: Known, do: str, fields, said: str):
    with pytest.raises(InputError, match=said):
        tell(known, do, **fields)
    assert known.store.find("fact", {}, ("seq",)) == []
