"""Reminders: confirmed with day and hour, sent then, snoozed, moved, dropped."""

from datetime import timedelta
from email.message import EmailMessage

from empla.mind.commitments import COMMITMENT, Commitment, Standing
from empla.testing.employee import MARIA
from tests.employees.executive_assistant.conftest import BEN, Desk, said


def promises(desk: Desk) -> list[Commitment]:
    return [b.arguments[1] for b in desk.ada.engine.state.beliefs.matching(COMMITMENT)]


def coming(desk: Desk, days: int) -> list[tuple[str, EmailMessage]]:
    """Let days pass, an hour at a time; return what was sent, with the hour."""
    found = []
    for _ in range(days * 24):
        found += [(f"{desk.ada.clock.now():%a %H:%M}", m) for m in desk.goes_on(timedelta(hours=1))]
    return found


def test_it_comes_on_the_day_at_nine_and_is_kept(desk: Desk) -> None:
    confirmed = desk.answer("Remind me on Friday to call the bank")
    assert "I will remind you on Friday, 27 November 2026, 09:00 (UTC): call the bank" in " ".join(
        said(confirmed).split()
    )
    assert promises(desk)[0].standing is Standing.OPEN
    ((when, reminder),) = coming(desk, 7)
    assert when == "Fri 09:00"
    assert reminder["Subject"] == "Reminder: call the bank"
    assert str(confirmed["Message-ID"]) in str(reminder["References"])
    assert promises(desk)[0].standing is Standing.KEPT
    assert promises(desk)[0].evidence == reminder["Message-ID"]


def test_it_can_be_snoozed_and_done_is_left_alone(desk: Desk) -> None:
    desk.answer("Remind me tomorrow at 9 to sign the lease")
    ((_, reminder),) = coming(desk, 2)
    confirmed = desk.answer("Snooze until Friday", reminder)
    assert "Friday, 27 November 2026, 09:00" in said(confirmed)
    ((when, again),) = coming(desk, 4)
    assert (when, again["Subject"]) == ("Fri 09:00", "Reminder: sign the lease")
    assert desk.write("Done, thanks", again) == []
    assert all(p.standing is Standing.KEPT for p in promises(desk))


def test_without_a_time_it_asks_when(desk: Desk) -> None:
    question = desk.answer("Remind me to sign the contract")
    assert "When shall I remind you of “sign the contract”?" in " ".join(said(question).split())
    assert promises(desk) == []
    assert "Thursday, 26 November 2026, 10:00" in said(desk.answer("Thursday at 10", question))


def test_a_reminder_is_moved_and_dropped_in_its_thread(desk: Desk) -> None:
    confirmed = desk.answer("Remind me on Friday to call the bank")
    moved = desk.answer("Make that Thursday at 11", confirmed)
    assert "Thursday, 26 November 2026, 11:00" in said(moved)
    assert "no reminder" in said(desk.answer("Never mind", moved))
    assert coming(desk, 7) == []
    assert promises(desk)[0].standing is Standing.RELEASED


def test_one_of_two_is_dropped_by_what_it_is_about(desk: Desk) -> None:
    desk.answer("Remind me on Friday to call the bank")
    desk.answer("Remind me on Thursday about the rent")
    assert "“the rent”" in said(desk.answer("Cancel the reminder about the rent"))
    assert [when for when, _ in coming(desk, 7)] == ["Fri 09:00"]


def test_somebody_else_is_reminded_and_the_manager_told(desk: Desk) -> None:
    desk.answer("Remind Ben on Thursday to send me the slides")
    (_, to_ben), (_, told) = coming(desk, 7)
    assert to_ben["To"] == BEN
    assert "Maria Mitchell asked me to remind you: send Maria Mitchell the slides" in " ".join(said(to_ben).split())
    assert told["To"] == MARIA
    assert "I have reminded Ben Stone" in said(told)
    assert promises(desk)[0].standing is Standing.KEPT


def test_every_week_is_asked_about(desk: Desk) -> None:
    question = desk.answer("Remind me every Monday to send the report")
    assert "I can remind you once" in said(question)
    assert "Monday, 30 November 2026, 09:00" in said(desk.answer("Yes", question))


def test_a_restart_forgets_nothing(desk: Desk) -> None:
    desk.answer("Remind me on Friday to call the bank")
    desk.ada.restart()
    assert [when for when, _ in coming(desk, 7)] == ["Fri 09:00"]
