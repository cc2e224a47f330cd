"""Tasks that the company assigns: acknowledged, done by the plans there are, reported, put to a person, taken back."""

from datetime import datetime, timedelta
from email.message import EmailMessage

import pytest

from empla.capabilities.email.reading import read
from empla.capabilities.tasks.doing import DECISION, REMEMBERED, TaskResult
from empla.mind.commitments import COMMITMENT, Commitment, Standing
from empla.mind.plans import Trigger, goal
from empla.mind.readings import Mail
from empla.mind.steps import Now
from empla.mind.tasks import TASK, TASK_ASSIGNED, TASK_RELEASED, Task, TaskKind, TaskState
from empla.mind.values import OUTSIDE, OWN, Address, Origin, Source
from empla.testing.employee import MARIA
from tests.employees.executive_assistant.conftest import BEN, CARLA, Desk, said

DIRECTORY = Origin(Source.DIRECTORY)


def assign(
    desk: Desk, text: str, due: datetime | None = None, kind: str = "", creditor: str = "", name: str = "t1"
) -> list[EmailMessage]:
    """Have whoever runs the assistant assign it a task, and return the mails that it then sends."""
    mail = Mail(key="task", message_id="", blob="", subject="", sender=None, authenticated=None, text=text)
    reading = read(mail, desk.ada.clock.now(), "UTC", "", source=Source.POLICY)
    whom = Address(creditor, DIRECTORY) if creditor else None
    fields = {"id": name, "text": text, "kind": kind, "due": due, "creditor": whom, "by": "Olga", "reading": reading}
    desk.ada.tell_percept(f"task:{name}", TASK_ASSIGNED, fields, OWN)
    return desk.goes_on()


def take_back(desk: Desk, name: str = "t1") -> list[EmailMessage]:
    desk.ada.tell(TASK_RELEASED, key=f"task:{name}:released", id=name, by="Olga")
    return desk.goes_on()


def task(desk: Desk, name: str = "t1") -> Task:
    (belief,) = desk.ada.engine.state.beliefs.matching(TASK, name)
    return belief.arguments[1]


def states(desk: Desk) -> list[str]:
    """Return the states that a task went through."""
    return [moment.state.value for moment in task(desk).history]


def promise(desk: Desk, name: str = "t1") -> Commitment:
    (belief,) = desk.ada.engine.state.beliefs.matching(COMMITMENT, name)
    return belief.arguments[1]


def to(mails: list[EmailMessage], whom: str, title: str = "") -> list[EmailMessage]:
    """Return the mails to somebody whose subject has these words."""
    return [m for m in mails if m["To"] == whom and title in str(m["Subject"])]


# memory --------------------------------------------------------------------------------------------------------------


def test_what_is_to_be_remembered_is_remembered_and_told_when_it_is_asked_for(desk: Desk) -> None:
    mails = assign(desk, "Remember that our supplier is ACME of Bremen.")
    assert [str(m["Subject"]).split(":")[0] for m in mails] == ["Task", "Done"]
    assert mails[1]["In-Reply-To"] == mails[0]["Message-ID"]
    assert states(desk) == ["accepted", "running", "completed"]
    assert promise(desk).standing is Standing.KEPT
    assert promise(desk).evidence == mails[1]["Message-ID"]
    (belief,) = desk.ada.engine.state.beliefs.matching(REMEMBERED)
    assert belief.arguments[1] == "our supplier is ACME of Bremen."
    recalled = assign(desk, "What do you know of ACME?", name="t2")
    assert "our supplier is ACME of Bremen" in said(recalled[-1])
    nothing = assign(desk, "What do you know about the weather?", name="t3")
    assert "I do not know." in said(nothing[-1])


# coordination and action ---------------------------------------------------------------------------------------------


def test_a_meeting_is_arranged_once_the_manager_has_said_yes(desk: Desk) -> None:
    (question,) = assign(desk, "Book half an hour with Ben on Wednesday at 14:00.", kind="coordination")
    assert question["To"] == MARIA
    assert f"Ben Stone <{BEN}>" in said(question)
    assert "Shall I?" in said(question)
    assert desk.meetings() == []
    mails = desk.write("Yes", question)
    assert len(desk.meetings()) == 1
    done, report = to(mails, MARIA)
    assert "Done. Half an hour with Ben Stone: Wednesday, 25 November 2026, 14:00" in said(done)
    assert str(report["Subject"]).startswith("Done: Book half an hour")
    assert [m for m in mails if m["To"] == BEN], "he is invited, and nobody was asked about that again"
    assert states(desk) == ["accepted", "running", "completed"]
    assert task(desk).evidence, "the event's UID"
    assert promise(desk).standing is Standing.KEPT


def test_no_means_no(desk: Desk) -> None:
    (question,) = assign(desk, "Book half an hour with Ben on Wednesday at 14:00.")
    (answer,) = desk.write("No", question)
    assert "I leave it" in said(answer)
    assert task(desk).state is TaskState.RELEASED
    assert promise(desk).standing is Standing.RELEASED
    assert desk.meetings() == []


def test_without_a_word_it_is_put_to_the_manager_and_nothing_is_done(desk: Desk) -> None:
    assign(desk, "Book half an hour with Ben on Friday at 14:00.")
    mails = desk.goes_on(timedelta(days=3, hours=1))
    assert desk.meetings() == []
    assert task(desk).state is TaskState.ESCALATED
    assert promise(desk).standing is Standing.BROKEN
    assert "has not said whether I may" in said(to(mails, MARIA)[-1])


def test_an_errand_is_run_and_its_end_is_the_task_s(desk: Desk) -> None:
    due = desk.at(4, 17)
    (question,) = assign(desk, "Please get me the supplier list from Ben by Friday 16:00.", due=due)
    mails = desk.write("yes", question)
    (asked,) = to(mails, BEN)
    assert "asks you for the supplier list" in said(asked)
    assert task(desk).state is TaskState.RUNNING
    answered = desk.arrives(reply_of(BEN, asked, "Here it is: Miller, Smith."))
    assert task(desk).state is TaskState.COMPLETED
    assert "came and was passed on" in task(desk).result
    assert str(to(answered, MARIA)[-1]["Subject"]).startswith("Done: Please get me")


def test_what_came_of_it_otherwise_is_a_failure_with_its_reason(desk: Desk) -> None:
    (question,) = assign(desk, "Please get me the supplier list from Ben by Friday 16:00.")
    (asked,) = to(desk.write("yes", question), BEN)
    desk.arrives(reply_of(BEN, asked, "Sorry, I do not have it."))
    assert task(desk).state is TaskState.FAILED
    assert "does not have it" in task(desk).result or "not everything came" in task(desk).result
    assert promise(desk).standing is Standing.BROKEN


def reply_of(who: str, asked: EmailMessage, text: str) -> bytes:
    raw = EmailMessage()
    raw["From"], raw["To"], raw["Subject"] = who, asked["From"], f"Re: {asked['Subject']}"
    raw["Message-ID"], raw["In-Reply-To"] = "<answer@office.example>", asked["Message-ID"]
    raw["Authentication-Results"] = f"office.example; auth=pass smtp.mailfrom={who}"
    raw.set_content(text)
    return raw.as_bytes()


# decisions and research ----------------------------------------------------------------------------------------------


def test_a_decision_is_put_to_the_manager_and_noted(desk: Desk) -> None:
    acknowledged, question = assign(desk, "Decide between the offer of Acme or the offer of Zeta", due=desk.at(2, 12))
    assert "have something decided" in said(acknowledged)
    assert "1. the offer of Acme" in said(question)
    assert "2. the offer of Zeta" in said(question)
    (report,) = desk.write("2", question)
    assert "has decided: the offer of Zeta" in said(report)
    (belief,) = desk.ada.engine.state.beliefs.matching(DECISION, "t1")
    assert belief.arguments[2] == "the offer of Zeta"
    assert task(desk).state is TaskState.COMPLETED


def test_what_there_is_no_plan_for_is_put_to_the_manager_with_what_was_tried(desk: Desk) -> None:
    _, told = assign(desk, "Research the market for desk lamps", kind="research")
    assert "I know no way to do a task like this (research)" in said(told)
    assert "found none" in said(told)
    assert states(desk) == ["accepted", "running", "escalated"]
    assert promise(desk).standing is Standing.BROKEN


def test_a_plan_of_a_plug_in_takes_a_kind_of_task(desk: Desk) -> None:
    library = desk.ada.mindset.library

    @library.plan(goal("task-research"), name="look-it-up")
    def look_it_up(event: Trigger):
        yield Now()
        return TaskResult(sentence=f"Found out about: {event.task.text}")

    _, report = assign(desk, "Research the market for desk lamps", kind="research")
    assert "Found out about: Research the market" in said(report)
    assert task(desk).state is TaskState.COMPLETED


def test_words_that_nobody_understands_are_put_to_the_manager(desk: Desk) -> None:
    mails = assign(desk, "Polish the silver before the gala")
    assert task(desk).kind is TaskKind.ACTION
    assert task(desk).state is TaskState.ESCALATED
    assert "Not done" in str(mails[-1]["Subject"])


# in time -------------------------------------------------------------------------------------------------------------


def test_notice_is_given_before_it_is_late_and_lateness_is_told(desk: Desk) -> None:
    due = desk.at(1, 16)
    (question,) = assign(desk, "Please get me the supplier list from Ben by Friday 16:00.", due=due)
    desk.write("yes", question)
    mails = desk.goes_on(due - desk.ada.clock.now() - timedelta(minutes=1))
    (notice,) = to(mails, MARIA, "Not done yet: Please get")
    assert "Tuesday, 24 November 2026, 16:00" in said(notice)
    mails = desk.goes_on(timedelta(hours=1))
    (late,) = to(mails, MARIA, "Late: Please get")
    assert "I go on with it" in said(late)
    assert promise(desk).open


def test_nobody_is_given_notice_at_night(desk: Desk) -> None:
    due = desk.at(1, 8)
    (question,) = assign(desk, "Please get me the supplier list from Ben by Friday 16:00.", due=due)
    desk.write("yes", question)
    desk.goes_on(desk.at(1, 6) - desk.ada.clock.now())
    assert promise(desk).noticed_at is not None, "the hour had come"
    assert not to(desk.ada.mailbox.taken, MARIA, "Not done yet")
    desk.goes_on(timedelta(hours=1))
    assert to(desk.ada.mailbox.taken, MARIA, "Not done yet")


def test_a_task_that_was_due_while_nobody_was_there_is_done_late(desk: Desk) -> None:
    mails = assign(desk, "Remember that the key is under the mat", due=desk.at(-1, 12))
    assert "It came late" in said(mails[-1])
    assert task(desk).state is TaskState.COMPLETED


# for somebody else, taken back, after a restart ----------------------------------------------------------------------


def test_a_task_for_a_colleague_is_asked_about_and_reported_to_the_colleague(desk: Desk) -> None:
    (question,) = assign(desk, "Remember that the key is under the mat", creditor=CARLA)
    assert question["To"] == MARIA
    assert CARLA in said(question)
    mails = desk.write("Yes", question)
    assert [str(m["Subject"]).split(":")[0] for m in to(mails, CARLA)] == ["Task", "Done"]
    assert promise(desk).creditor.value == CARLA
    assert promise(desk).standing is Standing.KEPT


def test_a_task_that_is_taken_back_ends_with_all_that_waits_for_it(desk: Desk) -> None:
    (question,) = assign(desk, "Please get me the supplier list from Ben by Friday 16:00.")
    desk.write("yes", question)
    (told,) = take_back(desk)
    assert "taken back" in said(told)
    assert "get the supplier list from Ben Stone" in said(told)
    assert task(desk).state is TaskState.RELEASED
    assert promise(desk).standing is Standing.RELEASED
    standings = {b.arguments[1].standing for b in desk.ada.engine.state.beliefs.matching(COMMITMENT)}
    assert standings == {Standing.RELEASED}
    assert not [i for i in desk.ada.engine.state.intentions.values() if i.plan in ("see-task-through", "see-through")]
    later = desk.goes_on(timedelta(days=7))
    assert to(later, BEN) == [], "nothing goes on behind it"


def test_a_question_that_waits_is_withdrawn_with_its_task(desk: Desk) -> None:
    (question,) = assign(desk, "Book half an hour with Ben on Wednesday at 14:00.")
    take_back(desk)
    desk.write("Yes", question)
    assert desk.meetings() == []


def test_a_restart_in_between_changes_nothing(desk: Desk) -> None:
    (question,) = assign(desk, "Book half an hour with Ben on Wednesday at 14:00.")
    desk.ada.restart()
    desk.write("Yes", question)
    desk.ada.restart()
    desk.goes_on()
    assert len(desk.meetings()) == 1
    assert task(desk).state is TaskState.COMPLETED


def test_a_task_that_is_open_when_the_assistant_leaves_is_handed_back(desk: Desk) -> None:
    assign(desk, "Decide between red or blue for the door")
    desk.ada.tell("leaving", meetings="keep")
    mails = desk.goes_on(timedelta(minutes=5))
    (told,) = to(mails, MARIA, "is leaving")
    assert "Decide between red or blue" in said(told)
    assert task(desk).state is TaskState.RELEASED


def test_what_follows_on_a_task_has_its_authority_and_no_more(desk: Desk) -> None:
    (question,) = assign(desk, "Please get me the supplier list from Ben by Friday 16:00.")
    confirmed = next(m for m in desk.write("yes", question) if "I have asked Ben" in said(m))
    mails = desk.write("Also ask Carla", confirmed)
    assert "asks you for the supplier list" in said(to(mails, CARLA)[0])


@pytest.mark.parametrize("kind", [TASK_ASSIGNED, TASK_RELEASED])
def test_nobody_outside_assigns_or_takes_back(desk: Desk, kind: str) -> None:
    assign(desk, "Book half an hour with Ben on Wednesday at 14:00.")
    fields = {"id": "t9", "text": "x", "kind": "", "due": None, "creditor": None, "by": "eve", "reading": None}
    desk.ada.tell_percept("forged", kind, {**fields, "id": "t1"}, OUTSIDE)
    desk.goes_on()
    assert task(desk).state is TaskState.ACCEPTED
    assert len(desk.ada.engine.state.beliefs.matching(TASK)) == 1
