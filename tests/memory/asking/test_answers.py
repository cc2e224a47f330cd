"""Answers, as who asks reads them: facts, what changed, several hops, who and when; and what is not known."""

import pytest

from empla.memory.asking.wording import worded
from empla.memory.knowledge.entities import add_entity
from empla.memory.model import Basis, EpisodeKind, Viewer, Visibility
from tests.memory.asking.conftest import ANNA, BOB, CLARA, DANA, Remembered, day

ZONE = "Europe/Berlin"
DANA_SEES = Viewer(addresses=(DANA,), least=Visibility.COMPANY)


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("When is Acme's renewal?", "Acme's renewal is on 3 March 2028"),
        ("When is Acme up for renewal?", "Acme's renewal is on 3 March 2028"),
        ("What is Bob's phone number?", "Bob Meier has the phone number 030 2222"),
        ("Could you tell me what Bob Meier's number is?", "Bob Meier has the phone number 030 2222"),
        ("Who does Bob report to?", "Bob Meier reports to Eve Stone"),
        ("Who reports to Eve?", "Bob Meier reports to Eve Stone"),
        ("Where does Eve work?", "Eve Stone works for Acme"),
        ("Who looks after Acme?", "Acme is looked after by Dana Fox"),
        ("What is the title of Bob's boss?", "Eve Stone is CTO"),
        ("Who is the account owner of the company that Bob works for?", "Acme is looked after by Dana Fox"),
        ("Who knows about Kubernetes?", "Eve Stone knows about Kubernetes"),
    ],
)
def test_a_question_is_answered_by_the_fact_that_it_asks_for(spring: Remembered, question: str, answer: str) -> None:
    found = spring.ask(question)
    assert found.known
    assert found.said[0].text.startswith(answer)
    assert found.said[0].cites


def test_a_fact_is_told_with_who_said_it_and_where(spring: Remembered) -> None:
    found = spring.ask("When is Acme's renewal?")
    assert worded(found, ZONE) == (
        "Acme's renewal is on 3 March 2028 [f8], says Bob Meier, mail of 2 June 2027, “Contract” [e1]."
    )
    assert worded(found, ZONE, ids=False) == (
        "Acme's renewal is on 3 March 2028, says Bob Meier, mail of 2 June 2027, “Contract”."
    )


def test_what_has_changed_is_told_and_the_past_is_answered_as_it_was(spring: Remembered) -> None:
    assert "Until 3 May 2027 it was 030 1111" in worded(spring.ask("What is Bob's phone number?"), ZONE)
    for question in ("What was Bob's phone number in March?", "What was Bob's phone number before?"):
        found = spring.ask(question)
        assert "had the phone number 030 1111" in found.said[0].text
        assert "030 2222" not in worded(found, ZONE)


def test_the_steps_of_an_answer_over_several_hops_are_cited_too(spring: Remembered) -> None:
    found = spring.ask("What is the title of Bob's boss?")
    assert [one.text for one in found.said] == ["Eve Stone is CTO.", "Bob Meier reports to Eve Stone."]


def test_how_somebody_is_known_is_told_as_a_way(spring: Remembered) -> None:
    found = spring.ask("How do we know Acme?")
    assert [one.text for one in found.said] == ["Anna Berg knows Bob Meier.", "Bob Meier works for Acme."]


def test_what_was_discussed_in_a_month_is_that_of_the_month(spring: Remembered) -> None:
    said = worded(spring.ask("What did I discuss with Bob last month?"), ZONE)
    assert "4 000 euros" in said
    assert "030 2222" in said
    assert "renewal" not in said


def test_the_last_contact_has_its_date(spring: Remembered) -> None:
    assert "The last time was on 2 June 2027" in worded(spring.ask("When did we last hear from Bob?"), ZONE)


def test_what_was_done_the_last_time_comes_with_what_happened_then(spring: Remembered) -> None:
    found = spring.ask("Last time the pipeline was low, what did we do?")
    assert "The last time was on 4 March 2027" in found.said[0].text
    assert "ten biggest customers" in found.said[1].text


def test_an_overview_has_its_kinds(spring: Remembered) -> None:
    found = spring.ask("What do you know about ACME?")
    headings = list(dict.fromkeys(one.under for one in found.said))
    assert headings == ["What is so", "Who and what belongs to it", "Last contacts"]
    assert all(one.cites for one in found.said)


@pytest.mark.parametrize(
    "question",
    [
        "What is Bob's shoe size?",
        "What is Zoe's phone number?",
        "When does the office move to Mars?",
        "What did Dana say about the renewal?",
        "What do you know about Zoe?",
        "Who knows about Haskell?",
        "What did I discuss with Eve last month?",
    ],
)
def test_what_is_not_known_is_said_to_be(spring: Remembered, question: str) -> None:
    found = spring.ask(question)
    assert not found.known
    assert found.said[0].text == "I do not know."
    assert found.cites == ()


def test_of_several_of_one_name_it_is_asked_who_is_meant(spring: Remembered) -> None:
    with spring.store.transaction("test"):
        add_entity(spring.store, "person", "Bob Stone", day(6, 1))
    found = spring.ask("What is Bob's phone number?")
    assert not found.known
    assert "Whom do you mean: Bob Meier (bob.meier@acme.example) or Bob Stone" in found.said[0].text


def test_a_viewer_is_told_and_shown_nothing_that_they_may_not_see(spring: Remembered) -> None:
    mine = spring.ask("Who looks after Acme?", viewer=DANA_SEES, by=DANA)
    assert mine.known  # shared with the company
    for question in ("What is Bob's phone number?", "When is Acme's renewal?", "What did Bob say about the offer?"):
        found = spring.ask(question, viewer=DANA_SEES, by=DANA)
        assert not found.known, question
        assert not any(secret in worded(found, ZONE) for secret in ("030", "2028", "4 000"))


def test_who_took_part_sees_what_they_took_part_in(spring: Remembered) -> None:
    found = spring.ask(
        "When did we last hear from Bob?", viewer=Viewer(addresses=(BOB,), least=Visibility.PUBLIC), by=BOB
    )
    assert "2 June 2027" in worded(found, ZONE)
    other = spring.ask(
        "What did Dana say about the pipeline?", viewer=Viewer(addresses=(BOB,), least=Visibility.PUBLIC)
    )
    assert not other.known


def test_only_what_somebody_wrote_is_quoted_and_what_came_of_it_stands_apart(spring: Remembered) -> None:
    words = "Please remember that the badge for the gate is at reception."
    spring.mail(day(6, 10), ANNA, CLARA, "Badge", words, outcome="needs an answer", rationale="you wrote it yourself")
    shown = worded(spring.ask("Where is the badge for the gate?"), ZONE)
    assert f"“{words}”" in shown
    assert "needs an answer" not in shown


def test_why_something_was_decided_is_told_by_itself(spring: Remembered) -> None:
    spring.mail(
        day(6, 11), CLARA, DANA, "Supper", "We stay at home.", kind=EpisodeKind.DECISION,
        outcome="done", rationale="the restaurant Adler was full",
    )  # fmt: skip
    said = [one.text for one in spring.ask("Why not supper in the restaurant Adler?").said]
    assert said == ["“We stay at home.”", "What came of it: done; the restaurant Adler was full."]


def test_a_question_is_no_evidence_of_what_it_asks(spring: Remembered) -> None:
    question = "How much may a room in Lisbon cost?"
    spring.mail(day(6, 12), ANNA, CLARA, "A question", f"Hi Clara,\n\n{question}\n\nAnna", percept="mail:9")
    with spring.store.transaction("test"):
        row = {"id": "i1", "plan": "tell-from-memory", "version": 1, "stage": "done", "percept": "mail:9", "body": ""}
        spring.store.add("intention", row)
    found = spring.ask(question)
    assert not found.known
    assert found.nearest == ()
    assert question not in worded(spring.ask("When did we last hear from Anna?"), ZONE)


def test_colleagues_are_told_with_whom_they_work_for(spring: Remembered) -> None:
    found = spring.ask("Who are Bob Meier's colleagues?")
    assert found.known
    assert [one.text for one in found.said] == ["Eve Stone works for Acme."]


def test_a_contact_is_who_was_named_as_one_else_who_works_there(spring: Remembered) -> None:
    anybody = spring.ask("Who is our contact at Acme?")
    assert {one.text for one in anybody.said} == {"Bob Meier works for Acme.", "Eve Stone works for Acme."}

    spring.fact("Bob Meier", "contact_at", "Acme", day(6, 3), said_by=ANNA, basis=Basis.STATED)

    assert [one.text for one in spring.ask("Who is our contact at Acme?").said] == ["Bob Meier is our contact at Acme."]
