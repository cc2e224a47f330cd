"""When the events of a calendar take place, recurring ones included, and what of that makes its owner busy."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256

import recurring_ical_events
from icalendar import Calendar, Event, vRecur

from empla.capabilities.calendar.calendars import Busy
from empla.capabilities.calendar.events import Answer, Meeting, listed, load, local, understood, view
from empla.capabilities.calendar.mending import dated
from empla.capabilities.calendar.recurrence import agreed_until, may_happen, steps_before
from empla.capabilities.calendar.spans import Span, span, zone_of
from empla.errors import ValidationError

MOST_A_DAY = 100
"""Occurrences of one event that are looked at in a day."""

MOST_STEPS = 60_000
"""Steps of a rule between the beginning of a series and the time that is looked at: 160 years of days."""

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One occurrence of an event: the meeting as it is that time, and its span in UTC.

    `named` is the instant (UTC) by which it is told from the others of its series, None if there are none.
    """

    meeting: Meeting
    span: Span
    named: datetime | None = None


_REMEMBERED: dict[tuple[bytes, str], tuple[Occurrence, ...] | None] = {}
"""What was found in objects, by the digest of their bytes, which would take more memory than what is found in them."""
_MOST_REMEMBERED = 512


def occurrences(ics: bytes | str, within: Span, zone: str) -> list[Occurrence]:
    """Return what takes place inside `within`, in order; floating times and whole days are in `zone`.

    ValidationError if the object cannot be read.
    """
    result = _of_one(ics, zone)
    if result is None:
        result = _all_in(load(ics), within, zone, series=True)
    touching = (
        o for o in result if o.span.start < within.end and (o.span.end > within.start or _instant_in(o, within))
    )
    return sorted(touching, key=lambda o: (o.span, o.meeting.uid))


def _of_one(ics: bytes | str, zone: str) -> tuple[Occurrence, ...] | None:
    """Return when an event takes place that is no series, None for a series and for what is odd.

    That does not depend on the time that is looked at, and taking an object apart costs more than all else in a
    question about a full calendar. So it is remembered, as long as the object stays as it is.
    """
    known = sha256(ics if isinstance(ics, bytes) else ics.encode("utf-8", "surrogatepass")).digest(), zone
    if known in _REMEMBERED:
        return _REMEMBERED[known]
    found = _taken_apart(ics, zone)
    if len(_REMEMBERED) >= _MOST_REMEMBERED:
        del _REMEMBERED[next(iter(_REMEMBERED))]
    _REMEMBERED[known] = found
    return found


def _taken_apart(ics: bytes | str, zone: str) -> tuple[Occurrence, ...] | None:
    calendar = load(ics)
    if any(name in event for event in calendar.events for name in ("RRULE", "RDATE", "RECURRENCE-ID")):
        return None
    try:
        meetings = [view(event, zone) for event in calendar.events]
        whole = span(min(m.start for m in meetings), max(m.end for m in meetings))
        return _all_in(calendar, whole, zone, series=False)
    except (ValidationError, ValueError):  # no event, or one whose times cannot be computed with
        return None


def _all_in(calendar: Calendar, within: Span, zone: str, *, series: bool) -> tuple[Occurrence, ...]:
    found = found_in(calendar, within, zone)
    meetings = [
        (replace(view(event, zone), recurring=series), _named(event, zone) if series else None) for event in found
    ]
    return tuple(Occurrence(m, span(m.start, m.end), named) for m, named in meetings)


def _named(event: Event, zone: str) -> datetime | None:
    value = dated(event.get("RECURRENCE-ID"))
    if not isinstance(value, date) or "RANGE" in event["RECURRENCE-ID"].params:
        return None
    return local(value, zone).astimezone(UTC)


def found_in(calendar: Calendar, within: Span, zone: str) -> list[Event]:
    """Return the components of what may take place inside `within`, and a day on either side.

    Each says in its RECURRENCE-ID which occurrence it is. ValidationError if they cannot be computed.
    """
    own = zone_of(zone)
    with understood("the occurrences of an event cannot be computed"):
        for event in calendar.events:
            agreed_until(event)
            check_rules(event, within.end)
        # A day more on each side: the library compares whole days and floating times by their date alone.
        found: list[Event] = recurring_ical_events.of(calendar).between(
            within.start.astimezone(own) - _DAY, within.end.astimezone(own) + _DAY
        )
    return found


def check_rules(event: Event, until: datetime) -> None:
    """Refuse what could stop the process: rules of bad will or no sense. ValidationError says which."""
    for rule in listed(event, "RRULE"):
        if not isinstance(rule, vRecur) or not rule.get("FREQ"):
            raise ValidationError("its rule cannot be understood")
        each = {"SECONDLY": 86_400, "MINUTELY": 1440, "HOURLY": 24}.get(str(*rule.get("FREQ", [""])).upper(), 1)
        for part in ("BYHOUR", "BYMINUTE", "BYSECOND"):
            each *= max(1, len(rule.get(part, ())))
        if each > MOST_A_DAY:
            raise ValidationError(f"a series of up to {each} occurrences a day is no event")
        if not may_happen(rule):
            raise ValidationError("its rule names days that do not exist")
    if steps_before(event, until) > MOST_STEPS:
        raise ValidationError("a series that began so long ago is no event")


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
