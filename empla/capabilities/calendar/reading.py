"""The operations that look at calendars and change nothing."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from empla.capabilities.calendar.arguments import FindFreeBusy, FindSlots, ReadAgenda, ReadEvent
from empla.capabilities.calendar.availability import MARGIN, look, zone_for
from empla.capabilities.calendar.calendars import Busy, CalendarObject
from empla.capabilities.calendar.events import Answer, Meeting, parse
from empla.capabilities.calendar.occurrences import Occurrence, as_spans, occurrences
from empla.capabilities.calendar.results import (
    Agenda,
    AgendaItem,
    BusySpan,
    EventCopy,
    FreeBusy,
    Obstacle,
    SlotOption,
    Slots,
)
from empla.capabilities.calendar.slots import REACH, Participant, Preference, SlotRequest, SlotsFound, find_slots
from empla.capabilities.calendar.spans import WORKDAYS, Span, common, merged, span, without, working_hours
from empla.capabilities.contract import Place, PrepareFacts
from empla.capabilities.email.mailbox import OnWire
from empla.errors import ResourceError, ValidationError
from empla.governance.permit import Payload, Permit
from empla.mind.codec import dumps
from empla.mind.values import Address, EventRef, Instant, Origin, Source

LONGEST_RESULT = 60_000
"""Bytes of a result as it is kept; above 64 KB it would be refused (contract 15)."""
LONGEST_OBJECT = 48_000
"""Bytes of a calendar object that is given back."""
DEFAULT_HOURS = "09:00-17:00"


def context(facts: PrepareFacts) -> dict[str, Any]:
    """Return what every calendar payload says of who acts."""
    return {"employee": facts.address.lower(), "manager": facts.manager.lower(), "zone": facts.zone}


def about(meeting: Meeting) -> dict[str, str]:
    """Return what a payload says of the meeting it concerns; the gate holds the times to the request behind it."""
    return {"title": meeting.title, "start": meeting.start.isoformat(), "end": meeting.end.isoformat()}


def prepare_find_slots(arguments: FindSlots, facts: PrepareFacts) -> Payload:
    """Render the search; the holds in force are part of it."""
    return Payload(
        {
            **context(facts),
            "attendees": [a.value.lower() for a in arguments.attendees],
            "minutes": arguments.minutes,
            "windows": [[s.value.isoformat(), e.value.isoformat()] for s, e in arguments.windows],
            "count": arguments.count,
            "spread": arguments.spread,
            "granularity": arguments.granularity,
            "weekdays": sorted(arguments.weekdays),
            "earliest": (facts.at + timedelta(minutes=arguments.lead_minutes)).isoformat(),
            "holds": [[str(h["start"]), str(h["end"])] for h in facts.holds],
            "avoid": [[s.value.isoformat(), e.value.isoformat()] for s, e in arguments.avoid],
            "apart_from": sorted({event.uid for event in arguments.apart_from}),
        }
    )


async def perform_find_slots(permit: Permit, place: Place, on_wire: OnWire) -> Slots:
    """Read everybody's busy time and return `Slots`."""
    target = permit.payload.target
    windows = tuple(_span(w) for w in target["windows"])
    earliest = max(datetime.fromisoformat(target["earliest"]), place.clock.now())
    reach = Span(
        min(max(earliest, min(w.start for w in windows) - REACH), min(w.start for w in windows)),
        max(earliest, max(w.end for w in windows)) + REACH,
    )
    people = target["attendees"]
    readable = [target["employee"], target["manager"]]
    zone = zone_for(place, target["manager"], target["zone"])
    apart_from = frozenset(target.get("apart_from", ()))
    seen = await look(place, people, reach, readable=readable, zone=zone, apart_from=apart_from)
    request = SlotRequest(
        participants=tuple(
            Participant(
                who=who,
                zone=zone_for(place, who, zone),
                hours=_hours(place, who, target["manager"]),
                busy=as_spans(seen.busy[who]),
                weekdays=frozenset(target["weekdays"]),
            )
            for who in people
        ),
        windows=windows,
        minutes=target["minutes"],
        earliest=earliest,
        zone=zone,
        holds=tuple(_span(h) for h in (*target["holds"], *target.get("avoid", ()))),
        granularity=target["granularity"],
        count=target["count"],
        prefer=Preference.SPREAD if target["spread"] else Preference.EARLIEST,
    )
    return _slots(find_slots(request), zone, seen.unseen)


def _slots(found: SlotsFound, zone: str, unseen: Sequence[str]) -> Slots:
    return Slots(
        slots=tuple(option(s, zone) for s in found.slots),
        obstacles=tuple(Obstacle(why=h.why, who=tuple(recorded(w) for w in h.who)) for h in found.hindrances),
        alternatives=tuple(option(s, zone) for s in found.alternatives),
        unseen=tuple(recorded(w) for w in unseen),
    )


def prepare_free_busy(arguments: FindFreeBusy, facts: PrepareFacts) -> Payload:
    """Render the question."""
    window = {"start": arguments.start.value.isoformat(), "end": arguments.end.value.isoformat()}
    return Payload({**context(facts), "person": arguments.person.value.lower(), **window})


async def perform_free_busy(permit: Permit, place: Place, on_wire: OnWire) -> FreeBusy:
    """Return when the person is busy and, in working hours, free: `FreeBusy`."""
    target = permit.payload.target
    who, within = target["person"], _span((target["start"], target["end"]))
    zone = zone_for(place, who, target["zone"])
    seen = await look(place, [who], within, readable=[target["employee"], target["manager"]], zone=zone)
    hours = working_hours(_hours(place, who, target["manager"]), zone, within, WORKDAYS)
    free = without(hours, as_spans(seen.busy[who]))
    readable = who not in seen.unseen
    result = FreeBusy(
        person=recorded(who),
        busy=busy_spans(_joined(seen.busy[who], within), zone),
        free=tuple(option(s, zone) for s in free) if readable else (),
        readable=readable,
    )
    if len(dumps(result).encode()) > LONGEST_RESULT:
        raise ResourceError("there is too much in that time", next_step="ask about a shorter time")
    return result


def _joined(busy: Sequence[Busy], within: Span) -> list[Busy]:
    """Return the same busy time inside the window in as few spans as there can be: firm ones, and what is tentative."""
    firm = merged(span(b.start, b.end) for b in busy if not b.tentative)
    unsure = without((span(b.start, b.end) for b in busy if b.tentative), firm)
    found = [Busy(*s) for s in common(firm, [within])] + [Busy(*s, tentative=True) for s in common(unsure, [within])]
    return sorted(found, key=lambda b: b.start)


def prepare_agenda(arguments: ReadAgenda, facts: PrepareFacts) -> Payload:
    """Render the question."""
    window = {"start": arguments.start.value.isoformat(), "end": arguments.end.value.isoformat()}
    return Payload({**context(facts), "owner": arguments.owner.value.lower(), **window})


async def perform_agenda(permit: Permit, place: Place, on_wire: OnWire) -> Agenda:
    """Return what stands in the calendar: `Agenda`. An object that cannot be read is left out."""
    target = permit.payload.target
    owner, within = target["owner"], _span((target["start"], target["end"]))
    zone = zone_for(place, owner, target["zone"])
    objects = await place.calendars.events(owner, within.start - MARGIN, within.end + MARGIN)
    found = sorted(_readable(objects, within, zone), key=lambda o: (o.span, o.meeting.uid))
    items = [_item(o, owner, zone) for o in found if o.meeting.status != "CANCELLED"]
    kept = _as_many_as_fit(items)
    return Agenda(owner=recorded(owner), items=kept, more=len(items) - len(kept))


def _as_many_as_fit(items: Sequence[AgendaItem]) -> tuple[AgendaItem, ...]:
    room = LONGEST_RESULT
    for count, item in enumerate(items):
        room -= len(dumps(item).encode()) + 1
        if room < 0:
            return tuple(items[:count])
    return tuple(items)


def _readable(objects: Iterable[CalendarObject], within: Span, zone: str) -> list[Occurrence]:
    found: list[Occurrence] = []
    for each in objects:
        try:
            found += occurrences(each.ics, within, zone)
        except ValidationError:
            continue
    return found


def _item(occurrence: Occurrence, owner: str, zone: str) -> AgendaItem:
    meeting = occurrence.meeting
    origin = Origin(Source.RECORD)
    own = meeting.attendee(owner)
    waiting = (Answer.NEEDS_ACTION, Answer.TENTATIVE)
    return AgendaItem(
        event=EventRef(meeting.uid, meeting.sequence, Origin(Source.RECORD, owner)),
        title=meeting.title[:200],
        start=Instant(occurrence.span.start, zone, origin),
        end=Instant(occurrence.span.end, zone, origin),
        all_day=meeting.all_day,
        recurring=meeting.recurring,
        location=meeting.location[:200],
        organizer=Address(meeting.organizer, origin) if meeting.organizer else None,
        attendees=tuple(Address(a.address, origin) for a in meeting.attendees[:50]),
        awaited=tuple(
            Address(a.address, origin)
            for a in meeting.attendees[:50]
            if a.answer is Answer.NEEDS_ACTION and a.address != owner
        ),
        tentative=meeting.status == "TENTATIVE" or (own is not None and own.answer in waiting),
        unanswered=own is not None and own.answer is Answer.NEEDS_ACTION,
        declined=own is not None and own.answer is Answer.DECLINED,
        free=meeting.transparent,
        occurrence=Instant(occurrence.named, zone, origin) if occurrence.named is not None else None,
    )


def prepare_read(arguments: ReadEvent, facts: PrepareFacts) -> Payload:
    """Render the question."""
    return Payload({**context(facts), "owner": arguments.owner.value.lower(), "uid": arguments.event.uid})


async def perform_read(permit: Permit, place: Place, on_wire: OnWire) -> EventCopy | None:
    """Return the event as it stands: `EventCopy`, None if it is not there."""
    target = permit.payload.target
    found = await place.calendars.get(target["owner"], target["uid"])
    return None if found is None else copy_of(target["owner"], found)


def copy_of(owner: str, found: CalendarObject) -> EventCopy:
    """Return the kept form of a calendar object; ResourceError if it is too long to keep."""
    if len(found.ics) > LONGEST_OBJECT:
        raise ResourceError(
            f"the event {found.uid!r} is too long to work with ({len(found.ics)} bytes)",
            next_step="take its attachments out, or change it by hand",
        )
    meeting = parse(found.ics)
    origin = Origin(Source.RECORD, owner)
    return EventCopy(
        owner=Address(owner, origin),
        event=EventRef(found.uid, meeting.sequence, origin),
        etag=found.etag,
        ics=found.ics.decode("utf-8", "replace"),
    )


def busy_spans(busy: Iterable[Busy], zone: str) -> tuple[BusySpan, ...]:
    """Return busy spans as kept values."""
    return tuple(
        BusySpan(start=_instant(b.start, zone), end=_instant(b.end, zone), tentative=b.tentative) for b in busy
    )


def option(slot: Span, zone: str) -> SlotOption:
    """Return a slot as a kept value, in the zone in which a person would say it."""
    return SlotOption(start=_instant(slot.start, zone), end=_instant(slot.end, zone))


def recorded(address: str) -> Address:
    """Return an address that was read from a calendar or names its owner."""
    return Address(address, Origin(Source.RECORD))


def _instant(moment: datetime, zone: str) -> Instant:
    return Instant(moment, zone, Origin(Source.RECORD))


def _span(pair: Sequence[str]) -> Span:
    return span(datetime.fromisoformat(pair[0]), datetime.fromisoformat(pair[1]))


def _hours(place: Place, who: str, manager: str) -> str:
    """Return the person's working hours; for those whom the directory does not know, the manager's."""
    for address in (who, manager):
        person = place.directory.by_address(address)
        if person is not None and person.hours:
            return person.hours
    return DEFAULT_HOURS
