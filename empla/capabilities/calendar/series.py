"""Series: one occurrence of an event that recurs, and the others when it is changed (RFC 5545, 3.8.4.4).

An occurrence is named by when it would begin if nothing had changed (RECURRENCE-ID). What differs stands in a component
of its own beside the series; what is called off is an EXDATE. These functions change the calendar that they are given.
"""

import copy
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from icalendar import Calendar, Event, vDDDTypes, vRecur

from empla.capabilities.calendar.events import (
    Attendee,
    listed,
    local,
    master,
    put_attendees,
    put_times,
    sequence_of,
    view,
)
from empla.capabilities.calendar.mending import dated
from empla.capabilities.calendar.occurrences import found_in
from empla.capabilities.calendar.spans import Span, zone_of
from empla.errors import ValidationError

_ONLY_OF_SERIES = ("RRULE", "RDATE", "EXDATE", "EXRULE")


def is_series(calendar: Calendar) -> bool:
    """Return whether the object holds an event that recurs."""
    return any(name in event for event in calendar.events for name in ("RRULE", "RDATE"))


def named_by(event: Event, zone: str) -> datetime | None:
    """Return which occurrence a component is about (UTC), None for the event itself."""
    value = dated(event.get("RECURRENCE-ID"))
    return local(value, zone).astimezone(UTC) if isinstance(value, date) else None


def and_future(event: Event) -> bool:
    """Return whether a component is about an occurrence and all that follow (RANGE=THISANDFUTURE)."""
    value = event.get("RECURRENCE-ID")
    return value is not None and str(value.params.get("RANGE", "")).upper() == "THISANDFUTURE"


def changed_at(calendar: Calendar, at: datetime, zone: str) -> Event | None:
    """Return the component that says what is different about the occurrence `at`, None if nothing is."""
    return next((e for e in calendar.events if named_by(e, zone) == at.astimezone(UTC)), None)


def occurrence_at(calendar: Calendar, at: datetime, zone: str) -> Event:
    """Return the component of the occurrence `at`, made from the series if nothing was different about it so far.

    It is part of the calendar from then on. ValidationError if the series has no such occurrence.
    """
    found = changed_at(calendar, at, zone)
    if found is not None:
        return found
    if not has_occurrence(calendar, at, zone):
        raise ValidationError(f"the series has no occurrence at {at.isoformat()}")
    return made_occurrence(calendar, at, zone)


def made_occurrence(calendar: Calendar, at: datetime, zone: str) -> Event:
    """Return the component of an occurrence as the series has it, made part of the calendar."""
    whole = master(calendar)
    lasts = view(whole, zone).end - view(whole, zone).start
    made = copy.deepcopy(whole)
    for name in _ONLY_OF_SERIES:
        made.pop(name, None)
    made["RECURRENCE-ID"] = vDDDTypes(as_begun(whole, at, zone))
    begins = at.astimezone(view(whole, zone).start.tzinfo)
    put_times(made, begins, begins + lasts, all_day=view(whole, zone).all_day)
    calendar.add_component(made)
    return made


def has_occurrence(calendar: Calendar, at: datetime, zone: str) -> bool:
    """Return whether the series has an occurrence that is named by `at`."""
    begins = at.astimezone(UTC)
    around = Span(begins - timedelta(days=1), begins + timedelta(days=1))
    return any(named_by(event, zone) == begins for event in found_in(calendar, around, zone))


def as_begun(whole: Event, at: datetime, zone: str) -> date:
    """Return an instant in the form in which the series says when it begins: a day, a floating or a zoned time."""
    begins = whole.start
    if not isinstance(begins, datetime):
        return at.astimezone(zone_of(zone)).date()
    if begins.tzinfo is None:
        return at.astimezone(zone_of(zone)).replace(tzinfo=None)
    return at.astimezone(begins.tzinfo)


def move(calendar: Calendar, at: datetime, start: datetime, end: datetime, zone: str) -> Event:
    """Let the occurrence `at` take place from `start` to `end`; return its component, with the next SEQUENCE."""
    found = occurrence_at(calendar, at, zone)
    put_times(found, start, end, all_day=False)
    raise_sequence(found, above=sequence_of(master(calendar)))
    return found


def call_off(calendar: Calendar, at: datetime, zone: str) -> None:
    """Take the occurrence `at` out of the series. ValidationError if it has none there."""
    if changed_at(calendar, at, zone) is None and not has_occurrence(calendar, at, zone):
        raise ValidationError(f"the series has no occurrence at {at.isoformat()}")
    take_out(calendar, at, zone)


def take_out(calendar: Calendar, at: datetime, zone: str) -> None:
    """Let there be no occurrence `at`, whether there was one or not."""
    drop(calendar, [e for e in calendar.events if named_by(e, zone) == at.astimezone(UTC)])
    whole = master(calendar)
    if "RECURRENCE-ID" not in whole and not any(_instants(v, zone) >= {at.astimezone(UTC)} for v in _exdates(whole)):
        whole.add("EXDATE", as_begun(whole, at, zone))


def put_in(whole: Event, at: datetime, zone: str) -> None:
    """Let the series have its occurrence `at` again: take it out of the EXDATEs."""
    dates = _exdates(whole)
    whole.pop("EXDATE", None)
    for value in dates:
        for each in value.dts:
            if local(each.dt, zone).astimezone(UTC) != at.astimezone(UTC):
                whole.add("EXDATE", each.dt)


def _exdates(whole: Event) -> list[Any]:
    return listed(whole, "EXDATE")


def _instants(value: Any, zone: str) -> set[datetime]:
    return {local(d.dt, zone).astimezone(UTC) for d in value.dts if isinstance(d.dt, date)}


def end_before(calendar: Calendar, at: datetime, zone: str) -> None:
    """Let the series end before its occurrence `at`. ValidationError if nothing would be left of it."""
    whole = master(calendar)
    first = view(whole, zone).start
    if at <= first:
        raise ValidationError("nothing would be left of the series")
    drop(calendar, [e for e in calendar.events if (named := named_by(e, zone)) is not None and named >= at])
    last = at.astimezone(UTC) - timedelta(seconds=1)
    for rule in listed(whole, "RRULE"):
        rule.pop("COUNT", None)
        if not isinstance(whole.start, datetime):
            rule["UNTIL"] = [(at.astimezone(zone_of(zone)) - timedelta(days=1)).date()]
        elif whole.start.tzinfo is None:
            rule["UNTIL"] = [last.astimezone(zone_of(zone)).replace(tzinfo=None)]
        else:
            rule["UNTIL"] = [last]
    _keep_dates(whole, at, zone)


def _keep_dates(whole: Event, at: datetime, zone: str) -> None:
    """Drop the RDATEs from `at` on."""
    dates = listed(whole, "RDATE")
    whole.pop("RDATE", None)
    for value in dates:
        kept = [d.dt for d in value.dts if _begins(d.dt, zone) < at]
        if kept:
            whole.add("RDATE", kept)


def _begins(value: Any, zone: str) -> datetime:
    return local(value[0] if isinstance(value, tuple) else value, zone)


def rest_of_rule(calendar: Calendar, at: datetime, zone: str) -> str:
    """Return the RRULE of the occurrences from `at` on, for a series of its own; empty if it has no rule.

    What is counted is counted on: of COUNT those are taken off that lie before.
    """
    whole = master(calendar)
    rules = listed(whole, "RRULE")
    if not rules:
        return ""
    rule = vRecur(copy.deepcopy(dict(rules[0])))
    if "COUNT" in rule:
        start = view(whole, zone).start.astimezone(UTC)
        before = found_in(calendar, Span(start, at.astimezone(UTC)), zone)
        passed = {n for e in before if (n := named_by(e, zone)) is not None and n < at}
        rule["COUNT"] = [max(1, int(rule["COUNT"][0]) - len(passed) - _left_out(whole, at, zone))]
    return rule_text(rule)


def rule_text(rule: vRecur) -> str:
    """Return a rule as it is written."""
    raw: bytes = rule.to_ical()  # type: ignore[no-untyped-call]  # icalendar gives it no types
    return raw.decode()


def _left_out(whole: Event, at: datetime, zone: str) -> int:
    return len({d for v in _exdates(whole) for d in _instants(v, zone) if d < at})


def drop(calendar: Calendar, events: Sequence[Event]) -> None:
    """Take these components out of the calendar."""
    calendar.subcomponents = [c for c in calendar.subcomponents if not any(c is e for e in events)]


def raise_sequence(event: Event, *, above: int = 0) -> None:
    """Let the event be the next version."""
    sequence = max(sequence_of(event), above)
    event.pop("SEQUENCE", None)
    event.add("SEQUENCE", sequence + 1)


def answered(calendar: Calendar, at: datetime, attendees: Sequence[Attendee], zone: str) -> Event:
    """Let the attendees of the occurrence `at` be these; return its component."""
    found = occurrence_at(calendar, at, zone)
    put_attendees(found, attendees)
    return found
