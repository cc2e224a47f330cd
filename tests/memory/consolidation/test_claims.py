"""What sentences and signatures claim, and what claims nothing."""

from dataclasses import replace
from datetime import timedelta

import pytest

from empla.engine import inbox
from empla.memory.consolidation import patterns
from empla.memory.consolidation.by_rules import ByRules
from empla.memory.consolidation.claims import Claim, Named, Turn
from empla.memory.consolidation.clauses import clauses
from empla.memory.consolidation.progress import Terms
from empla.memory.consolidation.signatures import signature_of
from empla.memory.model import EpisodeKind
from empla.store.store import Store
from tests.memory.consolidation.lived import MANAGER, MONDAY, OWN_ADDRESS, a_night, facts, mail, remember

TURN = Turn(
    id="e1",
    kind=EpisodeKind.MAIL,
    at=MONDAY,
    author="bob@initech.example",
    people=("bob@initech.example", OWN_ADDRESS),
    subject="Re: Offer",
    text="",
    zone="Europe/Berlin",
)


def said(claim: Claim) -> tuple[str, str, str]:
    """Return a claim in short."""
    thing = claim.object.words if isinstance(claim.object, Named) else claim.object
    return claim.subject.words, claim.predicate, thing


@pytest.mark.parametrize(
    ("sentence", "claims"),
    [
        ("Carla Weiss works for Acme Ltd.", ("Carla Weiss", "works_for", "Acme Ltd")),
        ("By the way, Carla Weiss reports to Dana Fox.", ("Carla Weiss", "reports_to", "Dana Fox")),
        ("My boss is Dana Fox.", ("bob@initech.example", "reports_to", "Dana Fox")),
        ("Eva Lind is our contact at Initech.", ("Eva Lind", "contact_at", "Initech")),
        ("The Acme renewal is on 1 March 2027.", ("Acme", "renewal_date", "2027-03-01")),
        ("The renewal is on 1 March.", ("Offer", "renewal_date", "2027-03-01")),
        ("Dana Fox prefers mornings.", ("Dana Fox", "prefers", "mornings")),
        ("Please call me Bob.", ("bob@initech.example", "prefers", "to be called Bob")),
        ("My new number is +49 30 1234567.", ("bob@initech.example", "phone", "+49 30 1234567")),
        ("I have moved to Hamburg.", ("bob@initech.example", "lives_in", "Hamburg")),
        ("The price for the Pro plan is EUR 1,200 per month.", ("Pro plan", "price", "EUR 1,200 per month")),
        ("My birthday is 3 May.", ("bob@initech.example", "birthday", "05-03")),
        ("I'm the new CFO.", ("bob@initech.example", "title", "CFO")),
    ],
)
def test_what_is_said_outright_is_claimed(sentence: str, claims: tuple[str, str, str]) -> None:
    (found,) = patterns.claims(replace(TURN, text=sentence))
    assert said(found) == claims
    assert found.words in sentence


@pytest.mark.parametrize(
    ("sentence", "parts"),
    [
        ("Acme's deadline is 3 May; Bob prefers tea", ["Acme's deadline is 3 May", "Bob prefers tea"]),
        ("Bob works for Smith and Sons", ["Bob works for Smith and Sons"]),
        ("Smith and Sons is a customer of Acme", ["Smith and Sons is a customer of Acme"]),
        ("Acme and Blue Sky are customers of ours", ["Acme and Blue Sky are customers of ours"]),
        ("Bob knows about tax and insurance", ["Bob knows about tax and insurance"]),
        ("Bob's number is 030 11 and his birthday is 3 May", ["Bob's number is 030 11", "his birthday is 3 May"]),
        ("Bob lives in Hamburg and works for Acme", ["Bob lives in Hamburg", "Bob works for Acme"]),
        ("Bob, who is new, works for Acme", ["Bob, who is new, works for Acme"]),
    ],
)
def test_a_sentence_that_says_several_things_is_parted(sentence: str, parts: list[str]) -> None:
    assert list(clauses(sentence)) == parts


def test_one_sentence_may_claim_several_things() -> None:
    text = "Acme's renewal is on 3 March 2027, and that Bob Meier is our contact at Acme."
    found = [said(claim) for claim in patterns.claims(replace(TURN, text=text))]
    assert found == [("Acme", "renewal_date", "2027-03-03"), ("Bob Meier", "contact_at", "Acme")]


@pytest.mark.parametrize(
    "sentence",
    [
        "Does Bob work for Acme?",
        "Maybe Carla works for Acme.",
        "If Carla reports to Dana, tell me.",
        "Carla does not work for Acme.",
        "I've moved to a new office.",
        "Call me tomorrow.",
        "We should meet on Friday.",
        "He works for Acme.",
        "> Carla works for Acme.",
    ],
)
def test_questions_doubts_and_denials_claim_nothing(sentence: str) -> None:
    assert list(patterns.claims(replace(TURN, text=sentence))) == []


def test_a_signature_says_who_wrote() -> None:
    text = "Hello,\n\nfine with us.\n\nBest regards,\nBob Stone\nHead of Sales, Initech GmbH\nTel: +49 30 1234 567\n"
    quoted = f"{text}\nOn Monday Ada wrote:\n> Carla Weiss\n> CEO, Acme Ltd\n"
    lines = signature_of(quoted)
    assert "Bob Stone" in lines and not any("Carla" in line for line in lines)
    found = {said(claim) for claim in ByRules().extract(replace(TURN, signature=lines, subject=""))}
    assert found == {
        ("Bob Stone", "title", "Head of Sales"),
        ("Bob Stone", "works_for", "Initech GmbH"),
        ("Bob Stone", "phone", "+49 30 1234 567"),
    }


def test_who_left_is_known_to_have_worked_there_until_then(store: Store) -> None:
    remember(store, mail("I work for Initech."))
    a_night(store, MONDAY)
    remember(store, mail("I have left Initech.", at=MONDAY + timedelta(days=30)))
    a_night(store, MONDAY + timedelta(days=30))
    rows = store.find("fact", {"predicate": "works_for", "closed_at": "", "basis": "observed"}, ("valid_to",))
    assert [row.valid_to[:10] for row in rows] == ["2026-12-02"]


def test_what_outsiders_want_is_no_preference_of_the_mind(store: Store) -> None:
    remember(store, mail("Please call me Bob. I prefer short meetings.", at=MONDAY))
    a_night(store, MONDAY)
    assert {(p, o) for _, p, o in facts(store)} >= {("prefers", "to be called Bob"), ("prefers", "short meetings")}
    assert store.find("percept", (), ("kind",)) == []  # nothing was told to the mind
    assert {r.source for r in store.find("fact", {"predicate": "prefers"}, ("source",))} == {"percept"}


def test_those_who_write_to_each_other_often_work_together(store: Store) -> None:
    carla = "carla@initech.example"
    to_both = {"people": ("bob@initech.example", carla, OWN_ADDRESS)}
    remember(store, *(mail("All right.", at=MONDAY + timedelta(hours=n), **to_both) for n in range(3)))
    a_night(store, MONDAY + timedelta(hours=4))
    (row,) = store.find("fact", {"predicate": "works_with"}, ("confidence", "source"))
    assert tuple(row) == (0.6, "record")


def test_another_reader_fits_in_the_place_of_the_rules(store: Store) -> None:
    class Reader:
        def extract(self, turn: Turn) -> tuple[Claim, ...]:
            me = Named(words=turn.author, address=turn.author)
            return (Claim(subject=me, predicate="likes", object="tea", words=turn.text, confidence=0.7),)

    remember(store, mail("Tea for me."), mail("Never mind.", author=MANAGER))
    a_night(store, MONDAY, Terms(tell=inbox.insert, extractor=Reader()))
    assert {(p, o) for _, p, o in facts(store) if p == "likes"} == {("likes", "tea")}
