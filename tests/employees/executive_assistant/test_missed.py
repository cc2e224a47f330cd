"""What was due while the assistant was not running is done late or named in the next brief, with when and why."""

from datetime import timedelta
from email.message import EmailMessage

from empla.engine.beginning import AWOKE
from empla.mind.percepts import OCCURRENCE_MISSED
from empla.mind.triggers import MISSED, STANDING
from empla.testing.employee import MARIA
from empla.testing.mailbox import Server
from tests.employees.executive_assistant.conftest import Desk, said


def briefs(mails: list[EmailMessage]) -> list[str]:
    return [said(mail) for mail in mails if mail["To"] == MARIA and str(mail["Subject"]).startswith("Your ")]


def test_a_weekend_without_the_assistant(desk: Desk) -> None:
    desk.ada.mindset.library.trigger(*STANDING)
    desk.ada.restart()
    desk.ada.tell("began", version="1")
    desk.goes_on(timedelta(days=4, hours=9, minutes=59))  # it is Friday, one minute to six
    since = desk.ada.clock.now()
    desk.ada.store.close()
    desk.ada.clock.advance(timedelta(days=2, hours=13, minutes=11))
    desk.ada.restart()
    desk.ada.tell(AWOKE, since=since, until=desk.ada.clock.now())
    (brief,) = briefs(desk.goes_on(timedelta(minutes=30)))
    flat = " ".join(brief.split())
    assert "While I was not running, from Friday, 27 November 2026, 17:59 to Monday, 30 November 2026, 07:10" in flat
    assert "I missed:" in flat
    reflection = "weekly reflection, Friday, 27 November 2026, 18:00 (it could not be done within 1 day of its time)"
    assert reflection in flat
    assert "daily priorities, Saturday, 28 November 2026, 06:00 (2 times: they were made up for together, once)" in flat
    assert not desk.ada.engine.state.beliefs.matching(MISSED)
    (next_day,) = briefs(desk.goes_on(timedelta(days=1)))
    assert "missed" not in next_day, "it is told once"


def test_what_was_missed_while_a_brief_was_on_its_way_stands_in_the_next(desk: Desk) -> None:
    desk.ada.tell("began", version="1")
    desk.goes_on()
    desk.ada.mailbox.script = [Server.DELAYS] * 12
    while len(desk.ada.mailbox.script) == 12:
        desk.goes_on(timedelta(minutes=5))
    assert desk.ada.mailbox.script, "the server delays the brief"
    now = desk.ada.clock.now()
    fields = {"trigger": "weekly-reflection", "due": now, "last": now, "count": 1, "why": "nobody was there"}
    desk.ada.tell(OCCURRENCE_MISSED, **fields)
    (first,) = briefs(desk.goes_on(timedelta(hours=1)))
    assert "weekly reflection" not in first
    (second,) = briefs(desk.goes_on(timedelta(days=1)))
    assert "weekly reflection" in second
