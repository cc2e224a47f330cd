"""The operations that look: slots, free/busy, the agenda."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError as SchemaError

from empla.capabilities.calendar.calendars import Busy
from empla.capabilities.calendar.results import Agenda, FreeBusy, SlotOption, Slots
from empla.capabilities.calendar.slots import Why
from empla.errors import PermissionDenied, ResourceError
from empla.mind import codec
from empla.mind.values import EventRef, Origin, Source

from .conftest import COLLEAGUE, EMPLOYEE, MANAGER, NOW, Desk, FakeCalendars, address, busy_from, ics, instant, person

BERLIN = ZoneInfo("Europe/Berlin")


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=BERLIN)


def window(day: int, start: int, end: int) -> tuple[Any, Any]:
    return (instant(at(day, start)), instant(at(day, end)))


def find(desk: Desk, *who: str, **more: Any) -> Slots:
    asked = {"attendees": tuple(map(address, who)), "minutes": 30, "windows": (window(24, 12, 18),)}
    found = desk.run("calendar.find_slots", **{**asked, **more})
    assert isinstance(found, Slots)
    assert codec.loads(codec.dumps(found)) == found
    return found


def said(options: tuple[SlotOption, ...]) -> list[str]:
    return [f"{o.start.value.astimezone(ZoneInfo(o.start.zone)):%a %d %H:%M}" for o in options]


def test_the_slot_suits_both_and_carries_its_origin(desk: Desk, calendars: FakeCalendars) -> None:
    calendars.put(MANAGER, busy_from(at(24, 12), 60))
    calendars.put(COLLEAGUE, busy_from(at(24, 13), 60))
    found = find(desk, MANAGER, COLLEAGUE)
    assert said(found.slots) == ["Tue 24 14:30"]
    assert found.slots[0].start.zone == "Europe/Berlin"
    assert found.slots[0].start.origin.source is Source.RECORD
    assert found.unseen == ()


def test_three_options_on_three_days(desk: Desk) -> None:
    found = find(desk, MANAGER, windows=((instant(at(24, 9)), instant(at(27, 18))),), count=3, spread=True)
    assert said(found.slots) == ["Tue 24 09:00", "Wed 25 09:00", "Thu 26 09:00"]


def test_where_there_is_none_it_says_who_is_busy_and_what_comes_nearest(desk: Desk, calendars: FakeCalendars) -> None:
    calendars.put(COLLEAGUE, busy_from(at(24, 12), 360))
    found = find(desk, MANAGER, COLLEAGUE)
    assert found.slots == ()
    assert [(o.why, [a.value for a in o.who]) for o in found.obstacles] == [(Why.BUSY, [COLLEAGUE])]
    assert said(found.alternatives) == ["Mon 23 12:00", "Tue 24 11:00", "Wed 25 12:00"]


def test_holds_are_subtracted(desk: Desk) -> None:
    held = [{"start": at(24, 12).isoformat(), "end": at(24, 15).isoformat(), "uid": "another-intention"}]
    assert said(find(desk, MANAGER, holds=held).slots) == ["Tue 24 15:00"]


def test_nothing_is_offered_at_once_or_in_the_past(desk: Desk) -> None:
    """It is Monday, 09:00; with a lead of a quarter of an hour the first half hour is 09:30."""
    assert said(find(desk, MANAGER, windows=(window(23, 7, 18),)).slots) == ["Mon 23 09:30"]
    desk.clock.at = NOW + timedelta(hours=2)
    permit = desk.prepare(
        "calendar.find_slots", attendees=(address(MANAGER),), minutes=30, windows=(window(23, 7, 18),)
    )
    desk.clock.at = NOW + timedelta(hours=5, minutes=1)  # the row waited
    assert said(desk.perform(permit).slots) == ["Mon 23 14:30"]


def test_an_unanswered_invitation_of_the_employee_s_own_is_busy_time(desk: Desk, calendars: FakeCalendars) -> None:
    desk.run(
        "calendar.book_own",
        owner=address("ada@office.example"),
        title="Other",
        start=instant(at(24, 12)),
        end=instant(at(24, 13)),
        attendees=(address(COLLEAGUE),),
    )
    assert said(find(desk, MANAGER, COLLEAGUE).slots) == ["Tue 24 13:30"]  # 13:00 would be back to back
    assert said(find(desk, MANAGER).slots) == ["Tue 24 12:00"]


def test_a_meeting_that_the_manager_moved_frees_the_old_time(desk: Desk, calendars: FakeCalendars) -> None:
    """The manager's own calendar is right where the employee's copy is stale."""
    invited = f"ATTENDEE;PARTSTAT=ACCEPTED:mailto:{MANAGER}"
    calendars.put("ada@office.example", busy_from(at(24, 12), 60, "m", invited))
    calendars.put(MANAGER, busy_from(at(24, 16), 60, "m", invited))
    assert said(find(desk, MANAGER).slots) == ["Tue 24 12:00"]


def test_whose_calendar_may_not_be_read_is_said(desk: Desk, calendars: FakeCalendars) -> None:
    calendars.hidden.add(COLLEAGUE)
    found = find(desk, MANAGER, COLLEAGUE, "guest@elsewhere.example")
    assert [a.value for a in found.unseen] == [COLLEAGUE, "guest@elsewhere.example"]
    assert said(found.slots) == ["Tue 24 12:00"]


def test_without_the_manager_s_events_free_busy_will_do(desk: Desk, calendars: FakeCalendars) -> None:
    calendars.readable.discard(MANAGER)
    calendars.put(MANAGER, busy_from(at(24, 12), 120))
    assert said(find(desk, MANAGER).slots) == ["Tue 24 14:30"]


def test_a_day_off_in_a_far_zone_is_a_day_off(desk: Desk, calendars: FakeCalendars) -> None:
    """Servers report whole days in UTC; in Auckland that day began thirteen hours before."""
    mail = "kiri@office.example"
    desk.directory.people[mail] = person("Kiri", mail, "Pacific/Auckland", "08:00-18:00")
    day_off = ics("off", "DTSTART;VALUE=DATE:20261125", "DTEND;VALUE=DATE:20261126", "SUMMARY:Off")
    calendars.put(mail, day_off)
    auckland = ZoneInfo("Pacific/Auckland")
    days = (instant(datetime(2026, 11, 25, tzinfo=auckland)), instant(datetime(2026, 11, 27, tzinfo=auckland)))
    found = find(desk, mail, windows=(days,), count=20)
    assert {o.start.value.astimezone(auckland).day for o in found.slots} == {26}


def test_what_cannot_be_read_as_an_event_is_asked_of_the_server(desk: Desk, calendars: FakeCalendars) -> None:
    calendars.put(MANAGER, busy_from(at(24, 12), 60, "odd", "RRULE:FREQ=SECONDLY"))

    async def free_busy(owner: str, start: datetime, end: datetime) -> list[Busy]:
        return [Busy(at(24, 12).astimezone(UTC), at(24, 14).astimezone(UTC))]

    calendars.free_busy = free_busy  # type: ignore[method-assign]
    assert said(find(desk, MANAGER).slots) == ["Tue 24 14:30"]


def test_free_and_busy_of_a_day(desk: Desk, calendars: FakeCalendars) -> None:
    calendars.put(MANAGER, busy_from(at(26, 10), 60, "a"))
    calendars.put(MANAGER, busy_from(at(26, 10, 30), 30, "a2"))
    calendars.put(MANAGER, busy_from(at(26, 15), 120, "b", "STATUS:TENTATIVE"))
    seen = desk.run("calendar.free_busy", person=address(MANAGER), start=instant(at(26, 0)), end=instant(at(27, 0)))
    assert isinstance(seen, FreeBusy) and seen.readable
    assert [(b.start.value, b.tentative) for b in seen.busy] == [(at(26, 10), False), (at(26, 15), True)]
    assert [(o.start.value, o.end.value) for o in seen.free] == [
        (at(26, 9), at(26, 10)),
        (at(26, 11), at(26, 15)),
    ]
    assert codec.loads(codec.dumps(seen)) == seen


def test_of_a_hidden_calendar_nothing_is_claimed(desk: Desk, calendars: FakeCalendars) -> None:
    calendars.hidden.add(COLLEAGUE)
    seen = desk.run("calendar.free_busy", person=address(COLLEAGUE), start=instant(at(26, 0)), end=instant(at(27, 0)))
    assert (seen.readable, seen.busy, seen.free) == (False, (), ())


def test_the_agenda_lists_the_week_and_flags_what_is_not_settled(desk: Desk, calendars: FakeCalendars) -> None:
    put = calendars.put
    put(
        MANAGER,
        ics("w", "DTSTART;TZID=Europe/Berlin:20261117T090000", "DURATION:PT1H", "RRULE:FREQ=WEEKLY", "SUMMARY:W"),
    )
    put(MANAGER, busy_from(at(25, 10), 30, "inv", f"ORGANIZER:mailto:{COLLEAGUE}", f"ATTENDEE:mailto:{MANAGER}"))
    put(MANAGER, busy_from(at(26, 10), 30, "tent", "STATUS:TENTATIVE"))
    put(MANAGER, busy_from(at(26, 11), 30, "gone", "STATUS:CANCELLED"))
    put(MANAGER, busy_from(at(26, 12), 30, "no", f"ATTENDEE;PARTSTAT=DECLINED:mailto:{MANAGER}"))
    put(MANAGER, busy_from(at(26, 13), 30, "wait", f"ATTENDEE:mailto:{COLLEAGUE}"))
    put(MANAGER, ics("day", "DTSTART;VALUE=DATE:20261127", "TRANSP:TRANSPARENT", "SUMMARY:Birthday"))
    put(MANAGER, busy_from(at(28, 12), 30, "broken").replace("DTSTART:", "DTSTART:never"), uid="broken")
    agenda = desk.run("calendar.agenda", owner=address(MANAGER), start=instant(at(23, 0)), end=instant(at(30, 0)))
    assert isinstance(agenda, Agenda)
    assert codec.loads(codec.dumps(agenda)) == agenda
    items = {i.event.uid: i for i in agenda.items}
    assert list(items) == ["w", "inv", "tent", "no", "wait", "day"]
    assert (items["w"].start.value, items["w"].recurring) == (at(24, 9), True)
    assert items["inv"].unanswered and items["inv"].tentative
    assert items["inv"].organizer is not None and items["inv"].organizer.value == COLLEAGUE
    assert items["tent"].tentative and not items["tent"].unanswered
    assert items["no"].declined
    assert [a.value for a in items["wait"].awaited] == [COLLEAGUE]
    assert items["day"].all_day and items["day"].free
    assert items["day"].start.value == at(27, 0)


def test_a_long_agenda_is_cut_and_says_so(desk: Desk, calendars: FakeCalendars) -> None:
    for n in range(130):
        calendars.put(MANAGER, busy_from(at(24, 0) + timedelta(minutes=n), 30, f"e{n:03}", "SUMMARY:" + "x" * 300))
    agenda = desk.run("calendar.agenda", owner=address(MANAGER), start=instant(at(24, 0)), end=instant(at(25, 0)))
    assert len(agenda.items) + agenda.more == 130
    assert 50_000 < len(codec.dumps(agenda).encode()) < 64_000


def test_more_busy_time_than_can_be_kept_is_refused_not_cut(desk: Desk, calendars: FakeCalendars) -> None:
    for n in range(300):
        calendars.put(MANAGER, busy_from(at(1, 0) + timedelta(hours=2 * n), 30, f"e{n:03}"))
    with pytest.raises(ResourceError, match="too much"):
        desk.run("calendar.free_busy", person=address(MANAGER), start=instant(at(1, 0)), end=instant(at(28, 0)))


def test_the_agenda_of_a_calendar_that_was_not_granted_is_refused(desk: Desk) -> None:
    with pytest.raises(PermissionDenied):
        desk.run("calendar.agenda", owner=address(COLLEAGUE), start=instant(at(24, 0)), end=instant(at(25, 0)))


@pytest.mark.parametrize(
    "wrong",
    [
        {"attendees": ()},
        {"attendees": (MANAGER,)},
        {"minutes": 0},
        {"windows": ()},
        {"windows": ((at(24, 12), at(24, 18)),)},
        {"windows": ((instant(at(24, 18)), instant(at(24, 12))),)},
        {"granularity": 20},
        {"windows": ((instant(at(24, 18)), instant(at(24, 12) + timedelta(days=400))),)},
    ],
)
def test_senseless_searches_are_refused(desk: Desk, wrong: dict[str, Any]) -> None:
    with pytest.raises(SchemaError):
        find(desk, **{"attendees": (address(MANAGER),), **wrong})


def test_a_meeting_does_not_stand_in_the_way_of_itself(desk: Desk, calendars: FakeCalendars) -> None:
    """It may move into its own hour: neither the manager's copy nor the colleague's free/busy of it counts."""
    people = (f"ORGANIZER:mailto:{EMPLOYEE}", f"ATTENDEE:mailto:{MANAGER}", f"ATTENDEE:mailto:{COLLEAGUE}")
    for owner in (MANAGER, COLLEAGUE):
        calendars.put(owner, busy_from(at(26, 14), 60, "ours", *people))
    asked: dict[str, Any] = {
        "attendees": (address(MANAGER), address(COLLEAGUE)),
        "minutes": 60,
        "windows": ((instant(at(26, 14)), instant(at(26, 15, 30))),),
    }
    assert desk.run("calendar.find_slots", **asked).slots == ()
    ours = EventRef("ours", 0, Origin(Source.RECORD))
    (slot,) = desk.run("calendar.find_slots", **asked, apart_from=(ours,)).slots
    assert slot.start.value == at(26, 14)
    calendars.put(COLLEAGUE, busy_from(at(26, 15), 15, "other"))
    (slot,) = desk.run("calendar.find_slots", **asked, apart_from=(ours,)).slots
    assert (slot.start.value, slot.end.value) == (at(26, 14), at(26, 15))


def test_spans_to_be_avoided_are_not_used_although_they_are_free(desk: Desk) -> None:
    found = desk.run(
        "calendar.find_slots",
        attendees=(address(MANAGER),),
        minutes=60,
        windows=((instant(at(26, 9)), instant(at(26, 12))),),
        avoid=((instant(at(26, 9)), instant(at(26, 10, 30))),),
    )
    assert [s.start.value for s in found.slots] == [at(26, 10, 30)]


def test_an_occurrence_that_this_and_future_moved_by_days_takes_its_time(desk: Desk, calendars: FakeCalendars) -> None:
    series = ics("s", "DTSTART;TZID=Europe/Berlin:20261117T100000", "DURATION:PT1H", "RRULE:FREQ=WEEKLY")
    rest = ics(
        "s",
        "RECURRENCE-ID;RANGE=THISANDFUTURE;TZID=Europe/Berlin:20261117T100000",
        "DTSTART;TZID=Europe/Berlin:20261119T130000",
        "DURATION:PT1H",
    )
    event = rest[rest.index("BEGIN:VEVENT") : rest.index("END:VCALENDAR")]
    calendars.put(MANAGER, series.replace("END:VCALENDAR", f"{event}END:VCALENDAR"))
    seen = desk.run("calendar.free_busy", person=address(MANAGER), start=instant(at(26, 0)), end=instant(at(27, 0)))
    assert [b.start.value for b in seen.busy] == [at(26, 13)]
