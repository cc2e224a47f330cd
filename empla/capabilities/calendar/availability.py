"""Who is busy when, as far as this account may see.

The employee's own calendar, and the manager's that was granted to it, are read as events: there whole days and floating
times fall where their owner's clock says, and invitations show who has not answered. Of others only free/busy is read;
what they are invited to in a calendar that we see counts as well, for an invitation that lies unanswered in somebody's
mailbox shows in no calendar of theirs.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta

from empla.capabilities.calendar.calendars import Busy
from empla.capabilities.calendar.events import Meeting
from empla.capabilities.calendar.occurrences import Occurrence, invited_time_of, occurrences, takes_time_of
from empla.capabilities.calendar.spans import Span, span, without, zone_of
from empla.capabilities.contract import Place
from empla.errors import PermissionDenied, SignedOut, ValidationError

MARGIN = timedelta(days=8)
"""How far around a window events are read: servers do not know that "this and future" ones were moved (RANGE)."""


@dataclass(frozen=True, slots=True)
class Seen:
    """Busy spans by address, and the addresses of those whose calendar may not be read."""

    busy: dict[str, tuple[Busy, ...]] = field(default_factory=dict)
    unseen: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Calendar:
    """A calendar that was read as events; `complete` unless something in it could not be understood."""

    owner: str
    occurrences: tuple[Occurrence, ...]
    complete: bool


async def look(
    place: Place,
    people: Sequence[str],
    within: Span,
    *,
    readable: Sequence[str],
    zone: str,
    apart_from: frozenset[str] = frozenset(),
) -> Seen:
    """Return when each of `people` is busy inside `within`.

    `readable` are owners whose events may be read (the employee, the manager); `zone` is for those whom the directory
    does not know; events with the UIDs `apart_from` do not count. Of somebody whose free/busy alone is seen their time
    is taken out, if a calendar that is read tells when it is.
    """
    owners = [owner for owner in dict.fromkeys(readable) if owner]
    read = await asyncio.gather(*(_read(place, owner, within, zone) for owner in owners))
    calendars = {c.owner: c for c in read if c is not None}
    asked = [p for p in dict.fromkeys(people) if p not in calendars or not calendars[p].complete]
    answers = dict(zip(asked, await asyncio.gather(*(_ask(place, p, within, zone) for p in asked)), strict=True))
    busy: dict[str, tuple[Busy, ...]] = {}
    own_time = {o.span: o.meeting for c in calendars.values() for o in c.occurrences if o.meeting.uid in apart_from}
    for person in dict.fromkeys(people):
        found = {b for said in answers.get(person) or () for b in _apart(said, person, own_time)}
        for calendar in _calendars_that_tell(calendars, person):
            takes = takes_time_of if calendar.owner == person else invited_time_of
            spans = (takes(o.meeting, person) for o in calendar.occurrences if o.meeting.uid not in apart_from)
            found.update(s for s in spans if s is not None)
        busy[person] = tuple(sorted(found, key=lambda b: (b.start, b.end, b.tentative)))
    unseen = tuple(p for p, answer in answers.items() if answer is None and p not in calendars)
    return Seen(busy, unseen)


def _apart(busy: Busy, person: str, own_time: Mapping[Span, Meeting]) -> list[Busy]:
    """Return busy time without that of the events that do not count and that `person` is invited to."""
    taken = [s for s, meeting in own_time.items() if meeting.attendee(person) or meeting.organizer == person]
    return [Busy(*rest, busy.tentative) for rest in without([span(busy.start, busy.end)], taken)]


def _calendars_that_tell(calendars: Mapping[str, _Calendar], person: str) -> list[_Calendar]:
    """Return whose calendars say when `person` is busy: the person's own if we see it, for it is right where others are
    stale (an event that the person moved or deleted); else all that we see."""
    own = calendars.get(person)
    return [own] if own is not None else list(calendars.values())


def zone_for(place: Place, address: str, otherwise: str) -> str:
    """Return the zone the directory has for this person, `otherwise` if it knows none."""
    person = place.directory.by_address(address)
    return person.zone if person is not None and person.zone else otherwise


async def _read(place: Place, owner: str, within: Span, zone: str) -> _Calendar | None:
    """Return the owner's calendar as events, None if it may not be read so."""
    try:
        objects = await place.calendars.events(owner, within.start - MARGIN, within.end + MARGIN)
    except SignedOut:
        raise
    except PermissionDenied:
        return None
    found: list[Occurrence] = []
    complete = True
    own_zone = zone_for(place, owner, zone)
    for each in objects:
        try:
            found += occurrences(each.ics, within, own_zone)
        except ValidationError:
            complete = False  # the server may understand it: its free/busy is asked too
    return _Calendar(owner, tuple(found), complete)


async def _ask(place: Place, person: str, within: Span, zone: str) -> list[Busy] | None:
    """Return the person's free/busy, None if it may not be read or, for people outside the company, is not known."""
    if place.directory.by_address(person) is None:
        return None
    try:
        spans = await place.calendars.free_busy(person, within.start, within.end)
    except SignedOut:
        raise
    except PermissionDenied:
        return None
    own_zone = zone_for(place, person, zone)
    return [*spans, *(day for s in spans if (day := _whole_days(s, own_zone)) is not None)]


def _whole_days(busy: Busy, zone: str) -> Busy | None:
    """Return the same days on the person's clock if a span looks like whole days, which servers report in UTC.

    It counts besides what the server said: rather keep too much free than book somebody's day off.
    """
    start, end = busy.start.astimezone(UTC), busy.end.astimezone(UTC)
    if start.timetz() != time(tzinfo=UTC) or end.timetz() != time(tzinfo=UTC) or end - start < timedelta(days=1):
        return None
    own = zone_of(zone)
    first = datetime.combine(start.date(), time(), own).astimezone(UTC)
    last = datetime.combine(end.date(), time(), own).astimezone(UTC)
    return Busy(first, last, busy.tentative)
