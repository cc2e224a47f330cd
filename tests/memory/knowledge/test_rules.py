"""Rules of inference: what is applied, what is refused, and in which sentence."""

import pytest

from empla.errors import ValidationError
from empla.memory.knowledge import settling
from empla.memory.knowledge.recalling import RecalledFacts
from empla.memory.knowledge.recording import record_facts, set_rules
from empla.memory.knowledge.rules import fact_rule, stopped_rules
from empla.memory.knowledge.statements import Statement
from empla.memory.model import EVERYTHING, Viewer, Visibility
from tests.memory.knowledge.conftest import Known


def rules(known: Known, *texts: str):
    with known.store.transaction():
        return set_rules(known.store, texts, known.at)


def test_a_role_adds_rules_and_takes_them_back(known: Known):
    known.say("Bob", "works_for", "Acme")
    acme = known.facts.about(known.called["Bob"], predicates=("works_for",))[0].object_entity
    known.say(acme, "status", "at risk")
    rules(known, 'handle_with(P, "care") :- works_for(P, C), status(C, "At Risk"), person(P)')
    assert known.values("Bob", "handle_with") == ["care"]
    (fact,) = known.about("Bob", "handle_with")
    assert fact.rule.startswith("handle_with(P, care) :- works_for(P, C)") and len(fact.rests_on) == 2

    assert len(rules(known).closed) == 1
    assert known.values("Bob", "handle_with") == []
    rules(known, 'handle_with(P, "care") :- works_for(P, C), status(C, "At Risk"), person(P)')
    assert known.values("Bob", "handle_with") == ["care"]


def test_a_rule_names_an_entity_and_compares(known: Known):
    for who, firm in (("Bob", "Acme"), ("Eve", "Globex")):
        known.say(who, "works_for", firm)
        known.say(who, "age", "41" if who == "Bob" else "9")
    rules(known, 'at_acme(P, "yes") :- works_for(P, "ACME Inc.")', "grown_up(P, A) :- age(P, A), A >= 18")
    assert (known.values("Bob", "at_acme"), known.values("Eve", "at_acme")) == (["yes"], [])
    assert (known.values("Bob", "grown_up"), known.values("Eve", "grown_up")) == (["41"], [])


def test_what_holds_in_both_directions_joins_in_both(known: Known):
    known.say("Ann", "knows", "Bob", to="person")
    known.say("Cy", "knows", "Bob", to="person")
    rules(known, "could_introduce(X, Z) :- knows(X, Y), knows(X, Z), Y != Z")
    assert sorted(known.values("Bob", "could_introduce")) == ["Ann", "Cy"]
    assert known.values("Bob", "knows") != [] and len(known.about("Bob", "knows")) == 2


def test_a_conclusion_is_seen_by_who_sees_all_it_rests_on_and_is_less_sure(known: Known):
    mail = known.episode("Ann is my boss", "bob@acme.example", "zoe@x.example")
    other = known.episode("Cy is Ann's boss", "bob@acme.example")
    known.say("Bob", "reports_to", "Ann", to="person", rests_on=(mail,), confidence=0.8)
    known.say("Ann", "reports_to", "Cy", to="person", rests_on=(other,), confidence=0.5)
    bob = Viewer(addresses=("bob@acme.example",), least=Visibility.PUBLIC)
    zoe = Viewer(addresses=("zoe@x.example",), least=Visibility.PUBLIC)
    assert known.values("Cy", "above", viewer=bob) == ["Ann", "Bob"]
    assert known.values("Ann", "above", viewer=zoe) == ["Bob"]
    assert known.values("Cy", "above", viewer=zoe) == []
    far = next(f for f in known.about("Cy", "above") if f.object == "Bob")
    assert far.confidence == pytest.approx(0.4)


def test_a_rule_from_which_too_much_follows_is_stopped_and_said_so(known: Known, monkeypatch):
    monkeypatch.setattr(settling, "MOST_AT_ONCE", 20)
    rules(known, "sees(X, Y) :- works_for(X, C), works_for(Y, C), X < Y")
    people = [known.entity(f"person {n}") for n in range(10)]
    acme = known.entity("Acme", "company")
    with known.store.transaction():
        said = [Statement(key=f"{p}", subject=p, predicate="works_for", object_entity=acme) for p in people]
        record_facts(known.store, said, known.at)

    with known.store.reading():
        assert [text.partition("(")[0] for text in stopped_rules(known.store)] == ["sees"]
    made = known.store.find("fact", {"predicate": "sees"}, ("seq",))
    assert len(made) == 20
    (note,) = known.store.find("consolidation", {"run": "rules"}, ("what", "before"))
    assert "more than 20 facts" in note.what and "sees" in note.before


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("vip(X, Y) :- works_for(X, C)", "nothing in the body says what Y is"),
        ("vip(X, Y) :- works_for(X, Y), not status(Y, bad)", "no `not`"),
        ("vip(X, N) :- works_for(X, C), N is count(P : works_for(P, C))", "no `not`, `is` or aggregate"),
        ("vip(X) :- works_for(X, C)", "two places"),
        ("vip(X, Y) :- deal(X, Y, Z)", "two places"),
        ("vip(X, yes) :- person(X)", "needs a fact"),
        ("same_as(X, Y) :- phone(X, P), phone(Y, P)", "who is one with whom"),
        ("vip(X, yes) :- works_for(X, C), company(D)", "no fact in it says what D is"),
        ("vip(X, yes) :- born(X, D), D < Now", "when it is asked"),
        ("vip(X, yes) :- age(X, A), A > 10 + 8", "nothing is computed"),
        ("vip(X yes)", "character"),
    ],
)
def test_a_rule_that_cannot_be_applied_is_refused_with_the_reason(text: str, said: str):
    with pytest.raises(ValidationError, match=said.replace("(", r"\(")):
        fact_rule(text)


# as recall asks ------------------------------------------------------------------------------------------------------


def test_a_text_names_who_it_can_only_mean(known: Known):
    bob = known.person("bob.stone@acme.example", "Bob Stone")
    known.person("bob.lee@globex.example", "Bob Lee")
    known.person("ann@acme.example", "Ann Gray")
    facts = RecalledFacts(known.store)
    assert [e.name for e in facts.named("Does Ann know what Bob Stone's number is?")] == ["Bob Stone", "Ann Gray"]
    assert facts.named("Where does Bob live?") == []  # there are two
    assert [e.number for e in facts.named("who is bob.stone@acme.example?")] == [bob]
    assert [e.name for e in facts.named("what about ACME Inc.?")] == ["Acme"]


def test_facts_are_recalled_as_sentences_what_people_said_first(known: Known):
    bob = known.person("bob.stone@acme.example", "Bob Stone")
    known.say(bob, "title", "CFO")
    known.say(bob, "phone", "+49 30 1234", visibility=Visibility.COMPANY)
    facts = RecalledFacts(known.store)
    found = facts.recall(["phone", "number"], [bob], EVERYTHING, 10)
    assert found[0].text == "Bob Stone has the phone number +49 30 1234"
    assert {one.text for one in found} == {
        "Bob Stone has the phone number +49 30 1234",
        "Bob Stone is CFO",
        "Bob Stone works for Acme",
    }
    stranger = Viewer(addresses=("eve@x.example",), least=Visibility.COMPANY)
    assert "Bob Stone is CFO" not in {one.text for one in facts.recall(["cfo"], [bob], stranger, 10)}
    assert [e.name for e in facts.related("the company that Bob works for", bob, EVERYTHING)] == ["Acme"]
