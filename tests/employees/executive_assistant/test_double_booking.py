"""No hour is given away twice, however the work on two requests falls in between each other (law 7)."""

import random
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise

import pytest

from empla.capabilities.calendar.calendars import Busy, CalendarObject, Conflict, Written
from empla.capabilities.calendar.events import parse
from empla.capabilities.email.sensor import MAIL_ARRIVED, percept_key
from empla.clock import pause
from empla.governance.permit import Permit
from empla.mind.values import OUTSIDE
from empla.testing.employee import ADA, MARIA
from empla.testing.mailbox import letter
from tests.employees.executive_assistant.conftest import Desk, FailingCalendars, said

TWO_O_CLOCK = "Please book half an hour with {} tomorrow at 2pm."


class SlowCalendars(FailingCalendars):
    """Calendars whose answers come after some turns of the loop, in an order that a seed decides."""

    chance = random.Random(0)

    async def events(self, owner: str, start: datetime, end: datetime) -> list[CalendarObject]:
        await self._wait()
        return await super().events(owner, start, end)

    async def free_busy(self, owner: str, start: datetime, end: datetime) -> list[Busy]:
        await self._wait()
        return await super().free_busy(owner, start, end)

    async def write(self, permit: Permit) -> Written | Conflict:
        await self._wait()
        done = await super().write(permit)
        await self._wait()
        return done

    async def _wait(self) -> None:
        for _ in range(self.chance.randrange(12)):
            await pause(0)


@pytest.fixture(params=range(10))
def slow(desk: Desk, request: pytest.FixtureRequest) -> Desk:
    """A desk whose calendars answer in another order with every seed."""
    calendars = SlowCalendars({ADA, MARIA})
    calendars.chance = random.Random(request.param)
    desk.calendars = calendars
    desk.ada.place = replace(desk.ada.place, calendars=calendars)
    desk.ada.restart()
    return desk


def at_once(desk: Desk, *texts: str) -> list[str]:
    """Let several mails of the manager arrive in the same instant; return what she is answered."""
    for text in texts:
        desk.written += 1
        raw = letter(f"Maria Mitchell <{MARIA}>", text, message_id=f"<at-once-{desk.written}@x.example>", vouched=MARIA)
        fields = {"blob": desk.ada.place.blobs.keep(raw), "received": desk.ada.clock.now()}
        key = percept_key(raw)
        desk.ada.tell_percept(key, MAIL_ARRIVED, {"key": key, **fields, "account": ADA, "size": len(raw)}, OUTSIDE)
    return [said(m) for m in desk.goes_on(timedelta(minutes=3)) if m["To"] == MARIA]


def starts(desk: Desk, owner: str = MARIA) -> list[datetime]:
    """Return when the meetings of a calendar begin; none may begin before another has ended."""
    found = sorted((parse(o.ics) for o in desk.meetings(owner)), key=lambda m: m.start)
    assert all(one.end <= other.start for one, other in pairwise(found)), found
    return [m.start for m in found]


def test_of_two_mails_in_the_same_instant_one_has_the_hour_and_the_other_is_offered_more(slow: Desk) -> None:
    answers = at_once(slow, TWO_O_CLOCK.format("Ben"), TWO_O_CLOCK.format("Carla"))
    assert starts(slow) == starts(slow, ADA) == [slow.at(1, 14)]
    assert sum("Done." in a for a in answers) == 1
    assert sum("Which one shall I book?" in a for a in answers) == 1


def test_so_it_is_with_two_requests_of_one_mail(slow: Desk) -> None:
    answers = at_once(
        slow, f"{TWO_O_CLOCK.format('Ben')}\n\nAnd please book an hour with Carla tomorrow at half past one."
    )
    assert len(starts(slow)) == len(starts(slow, ADA)) == 1
    assert sum("Done." in a for a in answers) == 1
    assert sum("Which one shall I book?" in a for a in answers) == 1


def test_a_meeting_is_not_moved_to_where_another_is_being_booked(slow: Desk) -> None:
    slow.write("Please book an hour with Ben tomorrow at 10am.")
    answers = at_once(slow, "Move the meeting with Ben tomorrow to 2pm.", TWO_O_CLOCK.format("Carla"))
    assert len(starts(slow)) == len(starts(slow, ADA))
    assert slow.at(1, 14) in starts(slow)
    assert sum("Done." in a for a in answers) == 1
    assert sum("Which one shall I book?" in a for a in answers) == 1


def test_a_meeting_may_be_moved_by_less_than_it_lasts(desk: Desk) -> None:
    desk.write("Please book an hour with Ben tomorrow at 10am.")
    (answer,) = at_once(desk, "Move the meeting with Ben tomorrow to 10:30.")
    assert "I have moved" in answer
    assert starts(desk) == starts(desk, ADA) == [desk.at(1, 10, 30)]
