"""What the assistant notices by itself: told in the next brief, once, and only while it is so."""

from datetime import timedelta
from email.message import EmailMessage
from typing import Any

import pytest

from empla.mind.limits import LOOK_AHEAD
from empla.mind.noticing import OWED
from empla.mind.noticing_findings import FINDING, REMARK
from empla.mind.plans import on
from empla.mind.steps import Believe
from empla.mind.triggers import BESIDE, COMING, MANAGER
from empla.testing.employee import MARIA
from empla.testing.mailbox import letter
from tests.employees.executive_assistant.conftest import BEN, Desk, said
from tests.employees.executive_assistant.test_release_0_1 import reply_of

DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
HEADING = "This I noticed by myself:"


@pytest.fixture
def at_work(desk: Desk) -> Desk:
    desk.ada.tell("began", version="1")
    desk.goes_on()
    return desk


def writes(desk: Desk, text: str, *, number: int = 1, sender: str = BEN) -> list[EmailMessage]:
    raw = letter(
        f"Ben Stone <{sender}>",
        text,
        subject="A question",
        message_id=f"<ben-{number}@office.example>",
        vouched=sender,
        date=desk.ada.clock.now(),
    )
    return desk.arrives(raw)


def briefs(mails: list[EmailMessage]) -> list[str]:
    return [said(m) for m in mails if m["To"] == MARIA and str(m["Subject"]).startswith("Your ")]


def noticed(desk: Desk, functor: str = FINDING) -> list[tuple[object, ...]]:
    return [b.arguments for b in desk.ada.engine.state.beliefs.matching(functor)]


def test_it_looks_ahead_from_its_first_day_on(at_work: Desk) -> None:
    assert LOOK_AHEAD in [g.name for g in at_work.ada.engine.state.goals.values()]
    (first,) = briefs(at_work.goes_on(DAY))
    assert HEADING not in first, "who has noticed nothing says nothing"


def test_a_question_that_waits_for_the_managers_word_is_told_before_its_answer_is_late(at_work: Desk) -> None:
    at_work.goes_on(22 * HOUR - 10 * MINUTE)  # it is ten to six
    writes(at_work, "Could I have half an hour with Maria on Thursday?")
    assert [arguments[0] for arguments in noticed(at_work, OWED)] == ["answer-within-4-hours"]
    (brief,) = briefs(at_work.goes_on(2 * HOUR))
    assert HEADING not in brief, "an hour and a half is no risk"
    at_work.goes_on(3 * HOUR)
    remarks = noticed(at_work, REMARK)
    assert [name for name, _ in remarks if str(name).startswith("owed:") or str(name).startswith("not-answered:")]
    (brief,) = briefs(at_work.goes_on(21 * HOUR))
    assert HEADING in brief and BEN in brief
    assert briefs(at_work.goes_on(DAY))[0].count(HEADING) == 0, "it is told once"


def test_an_answer_takes_it_back(at_work: Desk) -> None:
    asked = writes(at_work, "Could I have half an hour with Maria on Thursday?")
    question = next(m for m in asked if m["To"] == MARIA)
    at_work.goes_on(5 * HOUR)
    assert [kind for kind, name, *_ in noticed(at_work) if str(name).startswith("not-answered")] == ["problem"]
    at_work.write("Yes, Thursday at 10.", question)
    at_work.goes_on(10 * MINUTE)
    assert noticed(at_work, OWED) == []
    assert [name for _, name, *_ in noticed(at_work) if str(name).startswith("not-answered")] == []


def test_guests_who_are_silent_the_day_before_are_told_of(at_work: Desk) -> None:
    at_work.write("Book half an hour with Ben on Wednesday at 2pm.")
    early = briefs(at_work.goes_on(DAY))
    assert HEADING not in early[0]
    (brief,) = briefs(at_work.goes_on(DAY))
    assert "Ben Stone has not answered the invitation to “Maria Mitchell and Ben Stone”" in brief
    at_work.goes_on(DAY)
    assert noticed(at_work) == [], "the meeting is over"


def test_one_who_answers_is_not(at_work: Desk) -> None:
    at_work.write("Book half an hour with Ben on Wednesday at 2pm.")
    (kept,) = noticed(at_work, "kept")
    at_work.arrives(reply_of(BEN, "ACCEPTED", str(kept[0]), 0))
    assert HEADING not in "".join(briefs(at_work.goes_on(2 * DAY)))


def coming(desk: Desk, uid: str, day: int, start: int, end: int) -> None:
    """Have it know what stands in the manager's calendar, as a look at it tells."""
    known = (MANAGER, uid, desk.at(day, start), desk.at(day, end), f"Meeting {uid}")
    desk.ada.tell("believe", key=f"{uid}:{start}", functor=COMING, arguments=known)
    desk.goes_on()


@pytest.fixture
def knowing(at_work: Desk) -> Desk:
    @at_work.ada.mindset.library.plan(on("believe"))
    def believe(event: Any) -> Any:
        yield Believe(functor=event.functor, arguments=event.arguments)

    return at_work


def test_meetings_that_overlap_and_a_day_without_a_free_hour(knowing: Desk) -> None:
    coming(knowing, "a", 2, 9, 12)
    coming(knowing, "b", 2, 11, 14)
    coming(knowing, "c", 2, 14, 17)
    (brief,) = briefs(knowing.goes_on(DAY))
    assert "“Meeting a” and “Meeting b” overlap: Wednesday, 25 November, 11:00" in brief
    assert "Wednesday, 25 November leaves you no hour free" in brief
    assert HEADING not in briefs(knowing.goes_on(DAY))[0]


def test_what_lasts_all_day_or_takes_no_time_overlaps_nothing_and_leaves_the_day_free(knowing: Desk) -> None:
    coming(knowing, "a", 2, 9, 12)
    coming(knowing, "trade fair", 2, 0, 23)
    coming(knowing, "focus", 2, 11, 12)
    beside = (("trade fair", knowing.at(2, 0)), ("focus", knowing.at(2, 11)))
    knowing.ada.tell("believe", key="beside", functor=BESIDE, arguments=(MANAGER, beside))
    knowing.goes_on()
    assert noticed(knowing) == []
    knowing.ada.tell("believe", key="busy", functor=BESIDE, arguments=(MANAGER, beside[:1]))  # it is busy now
    knowing.goes_on()
    (brief,) = briefs(knowing.goes_on(DAY))
    assert "“Meeting a” and “Meeting focus” overlap: Wednesday, 25 November, 11:00" in brief
    assert "trade fair" not in brief and "no hour free" not in brief


def test_a_meeting_that_was_moved_does_not_overlap_itself(knowing: Desk) -> None:
    knowing.write("Book half an hour with Ben on Wednesday at 2pm.")
    ((uid, _),) = noticed(knowing, "kept")
    stood = (MANAGER, uid, knowing.at(2, 13, 45), knowing.at(2, 14, 15), "Ben")
    knowing.ada.tell("believe", key="stood", functor=COMING, arguments=stood)
    knowing.goes_on(10 * MINUTE)
    assert noticed(knowing) == []


def test_a_day_with_an_hour_is_fine_and_so_is_the_weekend(knowing: Desk) -> None:
    coming(knowing, "a", 2, 9, 12)
    coming(knowing, "b", 2, 13, 17)
    coming(knowing, "c", 5, 8, 20)
    assert HEADING not in briefs(knowing.goes_on(DAY))[0]


def test_who_has_not_answered_for_three_days_is_named(at_work: Desk) -> None:
    at_work.write("Please get me the price list from Ben by next Tuesday noon.")
    told = [brief for brief in briefs(at_work.goes_on(4 * DAY)) if "has not answered for three days" in brief]
    assert len(told) == 1 and "Ben Stone has not answered" in told[0]


def test_a_third_week_of_looking_ahead_holds_no_more_than_the_second(at_work: Desk) -> None:
    held = []
    for number in range(21):
        writes(at_work, "Could you find me a new office chair?", number=number)
        at_work.goes_on(DAY)
        if number % 7 == 6:
            at_work.ada.tell("somebody-looks", f"look-{number}")
            at_work.goes_on()
            found = [b.functor for b in at_work.ada.engine.state.beliefs]
            ours = (FINDING, REMARK, OWED, "weighed", "unweighed", "noticed", "next-look", "next-reflection", "lesson")
            held.append(sum(functor in ours for functor in found))
    assert held[2] <= held[1], held
