"""What a calendar client says about meetings (iTIP, RFC 5546): invitations, answers, other times, as calendars."""

from collections.abc import Sequence
from datetime import UTC, datetime

import icalendar

from empla.capabilities.calendar.events import add_zones

_OF_THE_MEETING = ("UID", "SEQUENCE", "DTSTART", "DTEND", "ORGANIZER", "SUMMARY")


def stored(event: icalendar.Event) -> icalendar.Calendar:
    """Return a calendar object with one event, as it is put into a calendar (RFC 4791, 4.1: without a METHOD)."""
    calendar = icalendar.Calendar()
    calendar.add("PRODID", "-//client//EN")
    calendar.add("VERSION", "2.0")
    calendar.add_component(event)
    add_zones(calendar)
    return calendar


def _message(method: str, event: icalendar.Event) -> icalendar.Calendar:
    calendar = stored(event)
    calendar.add("METHOD", method)
    return calendar


def invitation(
    uid: str, title: str, start: datetime, end: datetime, *, organizer: str, guests: Sequence[str], at: datetime
) -> icalendar.Calendar:
    """Return an invitation (REQUEST); `at` is when it is written."""
    event = icalendar.Event()
    event.add("UID", uid)
    event.add("SEQUENCE", 0)
    event.add("DTSTAMP", at.astimezone(UTC))
    event.add("DTSTART", start)
    event.add("DTEND", end)
    event.add("SUMMARY", title)
    event["ORGANIZER"] = icalendar.vCalAddress(f"mailto:{organizer}")
    for guest in guests:
        invited = _attendee(guest, "NEEDS-ACTION")
        invited.params["RSVP"] = "TRUE"
        event.add("ATTENDEE", invited)
    return _message("REQUEST", event)


def answer(asked: icalendar.Event, who: str, partstat: str, at: datetime) -> icalendar.Calendar:
    """Return an answer (REPLY) of one who is invited: ACCEPTED, DECLINED or TENTATIVE."""
    return _message("REPLY", _about(asked, who, partstat, at))


def other_time(
    asked: icalendar.Event, who: str, start: datetime, end: datetime, comment: str, at: datetime
) -> icalendar.Calendar:
    """Return what one who is invited proposes instead (COUNTER)."""
    event = _about(asked, who, "TENTATIVE", at)
    for name, instant in (("DTSTART", start), ("DTEND", end)):
        del event[name]
        event.add(name, instant)
    if comment:
        event.add("COMMENT", comment)
    return _message("COUNTER", event)


def _about(asked: icalendar.Event, who: str, partstat: str, at: datetime) -> icalendar.Event:
    """Return what of a meeting stands in every message about it, with one attendee."""
    event = icalendar.Event()
    for name in _OF_THE_MEETING:
        if name in asked:
            event[name] = asked[name]
    event.add("DTSTAMP", at.astimezone(UTC))
    event["ATTENDEE"] = _attendee(who, partstat)
    return event


def _attendee(address: str, partstat: str) -> icalendar.vCalAddress:
    attendee = icalendar.vCalAddress(f"mailto:{address}")
    attendee.params["PARTSTAT"] = partstat
    return attendee
