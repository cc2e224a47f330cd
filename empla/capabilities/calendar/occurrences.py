"""When the events of a calendar take place, recurring ones included, and what of that makes its owner busy."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, timedelta

import recurring_ical_events
from icalendar import Calendar

from empla.capabilities.calendar.calendars import Busy
from empla.capabilities.calendar.events import Answer, Meeting, listed, load, understood, view
from empla.capabilities.calendar.spans import Span, span, zone_of
from empla.errors import ValidationError

MOST_A_DAY = 100
"""Occurrences of one event that are looked at in a day."""

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One occurrence of an event: the meeting as it is that time, and its span in UTC."""

    meeting: Meeting
    span: Span


def occurrences(ics: bytes | str, within: Span, zone: str) -> list[Occurrence]:
    """Return what takes place inside `within`, in order; floating times and whole days are in `zone`.

    ValidationError if the object cannot be read.
    """
    own = zone_of(zone)
    calendar = load(ics)
    with understood("the occurrences of an event cannot be computed"):
        _check_rules(calendar)
        # A day more on each side: the library compares whole days and floating times by their date alone.
        found = recurring_ical_events.of(calendar).between(
            within.start.astimezone(own) - _DAY, within.end.astimezone(own) + _DAY
        )
    series = any(name in event for event in calendar.events for name in ("RRULE", "RDATE", "RECURRENCE-ID"))
    meetings = [replace(view(event, zone), recurring=series) for event in found]
    result = [Occurrence(m, span(m.start, m.end)) for m in meetings]
    touching = (
        o for o in result if o.span.start < within.end and (o.span.end > within.start or _instant_in(o, within))
    )
    return sorted(touching, key=lambda o: (o.span, o.meeting.uid))


def _check_rules(calendar: Calendar) -> None:
    """Refuse series of more than `MOST_A_DAY` occurrences a day: an invitation of bad will could stop the process."""
    for event in calendar.events:
        for rule in listed(event, "RRULE"):
            each = {"SECONDLY": 86_400, "MINUTELY": 1440, "HOURLY": 24}.get(str(*rule.get("FREQ", [""])).upper(), 1)
            for part in ("BYHOUR", "BYMINUTE", "BYSECOND"):
                each *= max(1, len(rule.get(part, ())))
            if each > MOST_A_DAY:
                raise ValidationError(f"a series of up to {each} occurrences a day is no event")


def _instant_in(occurrence: Occurrence, within: Span) -> bool:
    """Return whether it is an event without length (a reminder) inside `within`."""
    return occurrence.span.start == occurrence.span.end >= within.start


def takes_time_of(meeting: Meeting, person: str) -> Busy | None:
    """Return when `person` is busy with a meeting in the person's own calendar, None if it takes none of their time.

    Tentative is busy, and so is an invitation that the person has not answered.
    """
    if meeting.transparent or meeting.status == "CANCELLED" or meeting.start >= meeting.end:
        return None
    own = meeting.attendee(person)
    if own is not None and own.answer is Answer.DECLINED:
        return None
    unsure = own is not None and own.answer in (Answer.NEEDS_ACTION, Answer.TENTATIVE)
    return Busy(meeting.start.astimezone(UTC), meeting.end.astimezone(UTC), meeting.status == "TENTATIVE" or unsure)


def invited_time_of(meeting: Meeting, person: str) -> Busy | None:
    """Return when `person` is busy with a meeting seen in another's calendar: only if they are invited to it.

    An invitation that lies unanswered in a mailbox shows in nobody's free/busy but is busy time all the same.
    """
    return takes_time_of(meeting, person) if meeting.attendee(person) is not None else None


def as_spans(busy: Iterable[Busy]) -> tuple[Span, ...]:
    """Return busy spans as plain ones: tentative is busy."""
    return tuple(span(b.start, b.end) for b in busy)
