"""Reading an invitation into a value that plans decide upon. Pure; what it says is data and carries no authority."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from icalendar import Calendar, Event, vRecur

from empla.capabilities.calendar.events import (
    MORE,
    Answer,
    Meeting,
    address_of,
    listed,
    load,
    local,
    master,
    name_of,
    sequence_of,
    stamp_of,
    text_of,
    understood,
    view,
)
from empla.capabilities.calendar.mending import dated
from empla.capabilities.calendar.occurrences import found_in
from empla.capabilities.calendar.recurrence import in_words
from empla.capabilities.calendar.series import and_future, is_series, named_by, rule_text
from empla.capabilities.calendar.spans import Span, span
from empla.errors import ValidationError
from empla.mind.codec import registered
from empla.mind.values import Address, EventRef, Instant, Origin

MOST_ATTENDEES = 100
MOST_SPANS = 12
MOST_EVENTS = 20
LOOK_AHEAD = timedelta(days=400)
LONGEST_TITLE, LONGEST_PLACE, LONGEST_TEXT = 500, 1_000, 2_000


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class Invited:
    """Somebody named in an invitation, and what they have answered so far as the organizer knows."""

    address: Address
    name: str = ""
    answer: Answer = Answer.NEEDS_ACTION
    optional: bool = False


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class Invite:
    """What a calendar message says of one event: an invitation, its new version, its end, or a proposal.

    `start` and `end` are those of the event or, with `occurrence`, of that occurrence; both None in a message that says
    nothing of time (a CANCEL may). `spans` are the next times at which it takes place, at most `MOST_SPANS`, from the
    moment it was read at. Whole days and `floating` times are in the zone of the one who is invited. `recurrence` says
    in words how it recurs, `rule` is the RRULE. `stamp` is when this version was sent; with `sequence` it tells which
    of two messages is the later one (RFC 5546, 2.1.5). `attendees` are cut at `MOST_ATTENDEES`; `more` counts the rest.
    """

    event: EventRef
    method: str
    stamp: datetime | None
    organizer: Address | None
    organizer_name: str = ""
    sent_by: Address | None = None
    attendees: tuple[Invited, ...] = ()
    more: int = 0
    title: str = ""
    start: Instant | None = None
    end: Instant | None = None
    all_day: bool = False
    floating: bool = False
    zone: str = ""
    recurring: bool = False
    recurrence: str = ""
    rule: str = ""
    occurrence: datetime | None = None
    this_and_future: bool = False
    spans: tuple[tuple[Instant, Instant], ...] = ()
    status: str = ""
    transparent: bool = False
    location: str = ""
    description: str = ""
    comment: str = ""

    @property
    def uid(self) -> str:
        """Return the UID of the event."""
        return self.event.uid

    @property
    def sequence(self) -> int:
        """Return the version of the event."""
        return self.event.sequence

    def attendee(self, address: str) -> Invited | None:
        """Return who is invited under this address."""
        return next((a for a in self.attendees if a.address.value == address.lower()), None)


def read_invite(ics: bytes | str, origin: Origin, *, zone: str, at: datetime, method: str = "") -> Invite:
    """Return what the calendar message `ics`, which came from `origin`, says of its (first) event.

    `zone` is that of the one who is invited, `at` from when on times are listed; `method` is the one named by the
    mail's Content-Type and counts if the object names none. ValidationError if it is no usable message: no event in it,
    no UID, times or a rule that nobody can make sense of.
    """
    found = read_invites(ics, origin, zone=zone, at=at, method=method)
    return found[0]


def read_invites(ics: bytes | str, origin: Origin, *, zone: str, at: datetime, method: str = "") -> tuple[Invite, ...]:
    """Return the same for every event in the message: one for each UID, at most `MOST_EVENTS`."""
    calendar = load(ics)
    kind = (text_of(calendar, "METHOD") or method).strip().upper()
    uids = [uid for uid in dict.fromkeys(text_of(e, "UID") for e in calendar.events) if uid]
    if not uids:
        raise ValidationError("the calendar message holds no event with a UID")
    return tuple(_invite(only(calendar, uid), kind, origin, zone, at) for uid in uids[:MOST_EVENTS])


def only(calendar: Calendar, uid: str) -> Calendar:
    """Return the calendar with the components of one event, and what is no event."""
    found = Calendar()
    for name, value in calendar.items():
        found[name] = value
    found.subcomponents = [c for c in calendar.subcomponents if not isinstance(c, Event) or text_of(c, "UID") == uid]
    return found


def _invite(calendar: Calendar, method: str, origin: Origin, zone: str, at: datetime) -> Invite:
    event = master(calendar)
    with understood("the calendar message cannot be understood"):
        meeting = view(event, zone) if "DTSTART" in event else None
        if meeting is None and method not in ("CANCEL", "REFRESH", "REPLY", "DECLINECOUNTER"):
            raise ValidationError("the calendar message does not say when")
        organizer = event.get("ORGANIZER")
        people = [a for a in listed(event, "ATTENDEE") if address_of(a)]
        return Invite(
            event=EventRef(text_of(event, "UID")[:1000], sequence_of(event), origin),
            method=method,
            stamp=stamp_of(event),
            organizer=_known(address_of(organizer), origin),
            organizer_name=name_of(organizer)[:200],
            sent_by=_known(address_of(organizer.params.get("SENT-BY")) if organizer is not None else "", origin),
            attendees=_people(meeting, origin) if meeting else (),
            more=max(0, len(people) - MOST_ATTENDEES) + _left_out(event),
            title=text_of(event, "SUMMARY")[:LONGEST_TITLE],
            start=Instant(meeting.start.astimezone(UTC), meeting.zone, origin) if meeting else None,
            end=Instant(meeting.end.astimezone(UTC), meeting.zone, origin) if meeting else None,
            all_day=meeting.all_day if meeting else False,
            floating=_floating(event),
            zone=meeting.zone if meeting else zone,
            recurring=is_series(calendar),
            recurrence=in_words(event) if is_series(calendar) else "",
            rule=_rule(event),
            occurrence=named_by(event, zone),
            this_and_future=and_future(event),
            spans=_spans(calendar, origin, zone, at) if meeting else (),
            status=text_of(event, "STATUS").upper()[:40],
            transparent=text_of(event, "TRANSP").upper() == "TRANSPARENT",
            location=text_of(event, "LOCATION")[:LONGEST_PLACE],
            description=text_of(event, "DESCRIPTION")[:LONGEST_TEXT],
            comment="\n".join(str(c) for c in listed(event, "COMMENT"))[:LONGEST_TEXT],
        )


def _known(address: str, origin: Origin) -> Address | None:
    return Address(address, origin) if address else None


def _people(meeting: Meeting, origin: Origin) -> tuple[Invited, ...]:
    return tuple(
        Invited(address=Address(a.address, origin), name=a.name[:200], answer=a.answer, optional=a.optional)
        for a in meeting.attendees[:MOST_ATTENDEES]
    )


def _left_out(event: Event) -> int:
    said = text_of(event, MORE)
    return int(said) if said.isdecimal() and len(said) < 7 else 0


def _floating(event: Event) -> bool:
    begins = dated(event.get("DTSTART"))
    return isinstance(begins, datetime) and begins.tzinfo is None


def _rule(event: Event) -> str:
    rules = listed(event, "RRULE")
    return rule_text(rules[0])[:500] if rules and isinstance(rules[0], vRecur) else ""


def _spans(calendar: Calendar, origin: Origin, zone: str, at: datetime) -> tuple[tuple[Instant, Instant], ...]:
    """Return the next times at which the event takes place; of one that does not recur, its time, past or not."""
    if not is_series(calendar):
        whole = master(calendar)
        found = [view(e, zone) for e in calendar.events if e is whole or "RECURRENCE-ID" in e]
    else:
        found = [m for m in _coming(calendar, zone, at) if m.end.astimezone(UTC) > at]
    begins = sorted({(m.start.astimezone(UTC), m.end.astimezone(UTC), m.zone) for m in found})
    return tuple((Instant(s, z, origin), Instant(e, z, origin)) for s, e, z in begins[:MOST_SPANS])


def _coming(calendar: Calendar, zone: str, at: datetime) -> list[Meeting]:
    """Return occurrences from `at` on: of the next month or, where there are few, of the next year."""
    first = min(local(e.start, zone) for e in calendar.events if "DTSTART" in e)
    since = max(at.astimezone(UTC), first.astimezone(UTC))
    near: Span = span(since, since + timedelta(days=31))
    found = found_in(calendar, near, zone)
    if len(found) < MOST_SPANS:
        found = found_in(calendar, span(since, since + LOOK_AHEAD), zone)
    return [m for e in found if (m := view(e, zone)).status != "CANCELLED"]
