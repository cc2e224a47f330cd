"""Chases: asked again if there was no answer; not if there was one."""

from datetime import timedelta
from email.message import EmailMessage

from empla.mind.commitments import COMMITMENT, Commitment, Standing
from empla.testing.employee import ADA, MARIA
from empla.testing.mailbox import letter
from tests.employees.executive_assistant.conftest import BEN, Desk, said
from tests.employees.executive_assistant.test_errands import answered, asked, to

CHASE = "If Ben has not answered by Thursday noon, ask again."


def chases(desk: Desk) -> list[Commitment]:
    found = [b.arguments[1] for b in desk.ada.engine.state.beliefs.matching(COMMITMENT)]
    return [made for made in found if "again" in made.content]


def coming(desk: Desk, days: int, address: str) -> list[tuple[str, EmailMessage]]:
    found = []
    for _ in range(days * 24):
        found += [(f"{desk.ada.clock.now():%a %H:%M}", m) for m in to(desk.goes_on(timedelta(hours=1)), address)]
    return found


def test_an_errand_without_an_answer_is_asked_for_again(desk: Desk) -> None:
    question, _ = asked(desk, "Get me the supplier list from Ben by tomorrow 10:00.")
    confirmed = desk.answer(CHASE)
    assert "Thursday, 26 November 2026, 12:00 (UTC), I ask again" in " ".join(said(confirmed).split())
    *_, (when, again) = coming(desk, 5, BEN)
    assert when == "Thu 12:00"
    assert str(question["Message-ID"]) in str(again["References"])
    assert chases(desk)[0].standing is Standing.KEPT
    answered(desk, again, "Sorry. Here it is.", files={"list.pdf": b"x"})


def test_by_a_day_is_by_that_day_also_on_a_weekend(desk: Desk) -> None:
    desk.goes_on(timedelta(days=5))
    asked(desk, "Get me the supplier list from Ben by Tuesday 10:00.")
    confirmed = desk.answer("If Ben has not answered by Thursday, ask again.")
    assert "Thursday, 3 December 2026, 17:00 (UTC), I ask again" in " ".join(said(confirmed).split())


def test_an_answer_before_ends_it_with_a_word(desk: Desk) -> None:
    question, _ = asked(desk, "Get me the supplier list from Ben by tomorrow 10:00.")
    desk.answer(CHASE)
    answered(desk, question, "Attached.", files={"list.pdf": b"x"})
    assert coming(desk, 1, BEN) == []
    *_, (_, told) = coming(desk, 4, MARIA)
    assert "has answered meanwhile, so I did not ask again" in " ".join(said(told).split())
    assert chases(desk)[0].standing is Standing.RELEASED


def test_an_invitation_without_an_answer_is_asked_about(desk: Desk) -> None:
    desk.write("Book half an hour with Ben on Friday at 10")
    confirmed = desk.answer("If Ben has not answered the invitation by tomorrow noon, ask again")
    assert "the invitation" in said(confirmed)
    ((when, again),) = coming(desk, 2, BEN)
    assert when == "Tue 12:00"
    assert "Could you please accept or decline it?" in " ".join(said(again).split())


def copied(desk: Desk) -> list[EmailMessage]:
    """Have Maria write to Ben, with the assistant in copy, who is asked to see to the answer."""
    raw = letter(
        f"Maria Mitchell <{MARIA}>",
        "If Ben has not answered by tomorrow noon, please ask him again.",
        subject="The contract",
        to=BEN,
        message_id="<contract@office.example>",
        vouched=MARIA,
        date=desk.ada.clock.now(),
        Cc=ADA,
    )
    return desk.arrives(raw)


def test_a_mail_that_the_manager_copied_to_us_is_chased(desk: Desk) -> None:
    (confirmed,) = copied(desk)
    assert "I see an answer only if it reaches me too" in " ".join(said(confirmed).split())
    ((_, again),) = coming(desk, 2, BEN)
    assert "no answer from you yet about “The contract”" in " ".join(said(again).split())


def test_an_answer_to_all_is_seen_and_passed_on(desk: Desk) -> None:
    copied(desk)
    raw = letter(
        f"Ben Stone <{BEN}>",
        "I have signed it.",
        subject="Re: The contract",
        message_id="<signed@office.example>",
        vouched=BEN,
        In_Reply_To="<contract@office.example>",
        References="<contract@office.example>",
    )
    (told,) = desk.arrives(raw)
    assert "So I do not ask again" in said(told)
    assert coming(desk, 3, BEN) == []


def test_where_nothing_is_known_it_asks_what_it_is_about(desk: Desk) -> None:
    question = desk.answer("If Carla has not answered by Thursday, ask again.")
    assert "What has Carla Ruiz not answered?" in said(question)
    confirmed = desk.answer("about the audit", question)
    assert "about the audit" in said(confirmed)


def test_it_can_be_stopped(desk: Desk) -> None:
    asked(desk, "Get me the supplier list from Ben by Friday 16:00.")
    confirmed = desk.answer(CHASE)
    assert "I do not ask Ben Stone again" in said(desk.answer("Never mind", confirmed))
    assert chases(desk)[0].standing is Standing.RELEASED
