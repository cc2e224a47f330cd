"""One meeting as iCalendar (RFC 5545): reading it, writing one of our own, and changing somebody else's with care.

`parse` gives a typed view; `render` writes an object of ours. `change` alters an object that we may not have made: what
is not meant to change (unknown properties and parameters, alarms, time zones) stays as it is.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from icalendar import Calendar, Component, Event, vCalAddress, vDDDTypes, vRecur, vText

from empla.capabilities.calendar.mending import dated, mended, settle_times, without_alarms
from empla.capabilities.calendar.spans import zone_of
from empla.capabilities.calendar.zones import vtimezone
from empla.errors import ValidationError

PRODUCT = "-//empla//calendar//EN"
MARK = "X-EMPLA-ACT"
"""Says which act of ours wrote the object last: evidence after a crash. Kept in calendars, never sent to people."""
MORE = "X-EMPLA-MORE"
"""How many of the invited were left out of a message, so that it could be kept."""
REPLIED = "X-EMPLA-REPLIED"
"""Parameter of an attendee: the DTSTAMP of the reply that counts, so that an older one that comes later does not."""
LONGEST = timedelta(days=3_660)
"""How long an event may last."""
_ADDRESS = re.compile(r"[^\s@<>:,;\"]+@[^\s@<>:,;\"]+")
_LARGEST_SEQUENCE = 2**31 - 1


class Answer(StrEnum):
    """What an attendee has said (PARTSTAT)."""

    NEEDS_ACTION = "NEEDS-ACTION"
    ACCEPTED = "ACCEPTED"
    DECLINED = "DECLINED"
    TENTATIVE = "TENTATIVE"
    DELEGATED = "DELEGATED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Attendee:
    """Somebody invited. `replied` is the time of the reply that `answer` comes from, None if there was none."""

    address: str
    name: str = ""
    answer: Answer = Answer.NEEDS_ACTION
    optional: bool = False
    rsvp: bool = False
    replied: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Meeting:
    """What an event says. `start` and `end` are aware and in `zone`; an all-day event runs from midnight to midnight.

    `recurring` events show their first occurrence here; `empla.capabilities.calendar.occurrences` knows the others.
    """

    uid: str
    sequence: int
    title: str
    start: datetime
    end: datetime
    zone: str
    organizer: str = ""
    organizer_name: str = ""
    attendees: tuple[Attendee, ...] = ()
    location: str = ""
    description: str = ""
    status: str = "CONFIRMED"
    all_day: bool = False
    recurring: bool = False
    transparent: bool = False
    stamp: datetime | None = None

    def attendee(self, address: str) -> Attendee | None:
        """Return who is invited under this address."""
        return next((a for a in self.attendees if a.address == address.lower()), None)

    def with_attendee(self, attendee: Attendee) -> "Meeting":
        """Return the meeting with this attendee in the place of the one with the same address."""
        everybody = tuple(attendee if a.address == attendee.address else a for a in self.attendees)
        return replace(self, attendees=everybody)


@lru_cache(maxsize=64)
def parse(ics: bytes | str, zone: str = "UTC") -> Meeting:
    """Return the meeting of a calendar object; floating times and whole days are taken to be in `zone`.

    What was taken apart lately is remembered: one object is looked at several times in a row, and that takes
    milliseconds. ValidationError if it is no iCalendar or holds no usable event.
    """
    return view(master(load(ics)), zone)


def load(ics: bytes | str) -> Calendar:
    """Return the calendar component, read as well as it can be (`mending`); ValidationError if it is none."""
    with understood("this is no iCalendar object"):
        text = mended(ics)
        try:
            calendar = Calendar.from_ical(text)
        except ValueError:
            calendar = Calendar.from_ical(without_alarms(text))
        if not isinstance(calendar, Calendar):
            raise ValidationError(f"this is no iCalendar object but a {calendar.name}")
        for event in calendar.events:
            settle_times(event)
        return calendar


@contextmanager
def understood(otherwise: str) -> Iterator[None]:
    """Translate whatever icalendar raises on input that it cannot make sense of; `otherwise` begins the sentence."""
    try:
        yield
    except (ValueError, KeyError, IndexError, AttributeError, TypeError, ArithmeticError, RecursionError) as error:
        raise ValidationError(f"{otherwise}: {error}") from error


def master(calendar: Calendar) -> Event:
    """Return the event itself, not the changed occurrences beside it: of several, the latest version.

    ValidationError if there is none.
    """
    events: list[Event] = calendar.events
    if not events:
        raise ValidationError("the calendar object holds no event")
    themselves = [e for e in events if "RECURRENCE-ID" not in e]
    return max(themselves, key=sequence_of) if themselves else events[0]


def view(event: Event, zone: str) -> Meeting:
    """Return the typed view of one event component (see `parse`)."""
    with understood(f"the event {text_of(event, 'UID')!r} cannot be read"):
        begins, ends = event.start, event.end
        organizer = event.get("ORGANIZER")
        start, end = local(begins, zone), local(ends, zone)
        if end < start:
            raise ValidationError(f"the event {text_of(event, 'UID')!r} ends before it starts")
        if end - start > LONGEST:
            raise ValidationError(f"the event {text_of(event, 'UID')!r} lasts longer than {LONGEST.days} days")
        return Meeting(
            uid=text_of(event, "UID"),
            sequence=sequence_of(event),
            title=text_of(event, "SUMMARY"),
            start=start,
            end=end,
            zone=str(start.tzinfo),
            organizer=address_of(organizer),
            organizer_name=name_of(organizer),
            attendees=tuple(_attendee(a) for a in listed(event, "ATTENDEE") if address_of(a)),
            location=text_of(event, "LOCATION"),
            description=text_of(event, "DESCRIPTION"),
            status=text_of(event, "STATUS").upper() or "CONFIRMED",
            all_day=not isinstance(begins, datetime),
            recurring="RRULE" in event or "RDATE" in event,
            transparent=text_of(event, "TRANSP").upper() == "TRANSPARENT",
            stamp=stamp_of(event),
        )


def local(value: date | datetime, zone: str) -> datetime:
    """Return an iCalendar date or time as an aware one with an IANA zone: its own, else `zone`."""
    own = zone_of(zone)
    if not isinstance(value, datetime):
        return datetime.combine(value, time(), own)
    if value.tzinfo is None:
        return value.replace(tzinfo=own)
    if isinstance(value.tzinfo, ZoneInfo):
        return value
    return value.astimezone(own)


def address_of(value: Any) -> str:
    """Return the lower-cased address of an ORGANIZER or ATTENDEE value, empty if it is no mail address."""
    text = str(value or "").strip().lower().removeprefix("mailto:").partition("?")[0].strip(" <>\"'")
    return text if _ADDRESS.fullmatch(text) else ""


def sequence_of(event: Component) -> int:
    """Return the SEQUENCE of an event: 0 where there is none, or none that makes sense."""
    text = str(event.get("SEQUENCE", "")).strip()
    return min(int(text), _LARGEST_SEQUENCE) if re.fullmatch(r"[0-9]{1,12}", text) else 0


def listed(event: Component, name: str) -> list[Any]:
    """Return the values of a property that may stand there more than once."""
    value = event.get(name)
    if value is None:
        return []
    return list(value) if isinstance(value, list) else [value]


def _attendee(value: Any) -> Attendee:
    answer = _parameter(value, "PARTSTAT").upper()
    return Attendee(
        address=address_of(value),
        name=name_of(value),
        answer=Answer(answer) if answer in set(Answer) else Answer.NEEDS_ACTION,
        optional=_parameter(value, "ROLE").upper() in ("OPT-PARTICIPANT", "NON-PARTICIPANT"),
        rsvp=_parameter(value, "RSVP").upper() == "TRUE",
        replied=_stamp(_parameter(value, REPLIED)),
    )


def name_of(value: Any) -> str:
    """Return the name that a person is given (CN), empty if none."""
    return _parameter(value, "CN")


def _parameter(value: Any, name: str) -> str:
    return str(value.params.get(name, "")) if value is not None else ""


def text_of(event: Component, name: str) -> str:
    """Return what a property says; where it stands several times, the first."""
    values = listed(event, name)
    return str(values[0]) if values else ""


def stamp_of(event: Event) -> datetime | None:
    """Return when this version was sent (DTSTAMP, UTC), None if it does not say."""
    moment = dated(event.get("DTSTAMP"))
    return local(moment, "UTC").astimezone(UTC) if moment is not None else None


def _stamp(text: str) -> datetime | None:
    try:
        return datetime.strptime(text, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        return None


def render(meeting: Meeting, *, at: datetime, mark: str = "", rule: str = "") -> bytes:
    """Return the calendar object of a meeting of ours, with DTSTAMP `at`; `mark` names the act that writes it.

    `rule` (an RRULE) makes it a series; ValidationError if it is none. Zoned times come with their VTIMEZONE. The same
    arguments always give the same bytes.
    """
    calendar = Calendar()
    calendar.add("PRODID", PRODUCT)
    calendar.add("VERSION", "2.0")
    event = Event()
    event.add("UID", meeting.uid)
    put_text(event, "SUMMARY", meeting.title)
    put_text(event, "LOCATION", meeting.location)
    put_text(event, "DESCRIPTION", meeting.description)
    put_text(event, "STATUS", meeting.status)
    if meeting.transparent:
        event.add("TRANSP", "TRANSPARENT")
    if meeting.organizer:
        event.add("ORGANIZER", person(meeting.organizer, meeting.organizer_name))
    for attendee in meeting.attendees:
        event.add("ATTENDEE", written(attendee))
    calendar.add_component(event)
    put_times(event, meeting.start, meeting.end, all_day=meeting.all_day)
    if rule:
        with understood(f"{rule!r} is no rule by which an event recurs"):
            recur = vRecur.from_ical(rule)
            if not recur.get("FREQ"):
                raise ValueError("it names no frequency")
            event.add("RRULE", recur)
    sign(event, sequence=meeting.sequence, at=at, mark=mark)
    add_zones(calendar)
    result: bytes = calendar.to_ical()
    return result


def change(ics: bytes | str, meeting: Meeting, *, at: datetime, mark: str = "") -> bytes:
    """Return the object `ics` so that it says what `meeting` says, and is otherwise as it was.

    `meeting` must be a changed `parse` of the same object. Only properties that differ are touched; of attendees only
    their answer; zones are given their IANA names. Changed occurrences of a series keep what they say, but are given
    the attendees' answers too.
    """
    calendar = load(ics)
    event = master(calendar)
    before = view(event, meeting.zone)
    for name, old, new in (
        ("SUMMARY", before.title, meeting.title),
        ("LOCATION", before.location, meeting.location),
        ("DESCRIPTION", before.description, meeting.description),
        ("STATUS", before.status, meeting.status),
    ):
        if old != new:
            put_text(event, name, new)
    if (before.start, before.end) != (meeting.start, meeting.end):
        put_times(event, meeting.start, meeting.end, all_day=meeting.all_day)
    if before.attendees != meeting.attendees:
        for each in calendar.events:
            put_attendees(each, meeting.attendees)
    sign(event, sequence=meeting.sequence, at=at, mark=mark)
    add_zones(calendar)
    result: bytes = calendar.to_ical(sorted=False)
    return result


def written(attendee: Attendee) -> vCalAddress:
    """Return the ATTENDEE value of an attendee."""
    value = person(attendee.address, attendee.name)
    value.params["SCHEDULE-AGENT"] = "CLIENT"  # we invite by mail ourselves: servers must not do so too (RFC 6638, 7.1)
    value.params["CUTYPE"] = "INDIVIDUAL"
    value.params["ROLE"] = "OPT-PARTICIPANT" if attendee.optional else "REQ-PARTICIPANT"
    _put_answer(value, attendee)
    return value


def _put_answer(value: vCalAddress, attendee: Attendee) -> None:
    value.params["PARTSTAT"] = attendee.answer.value
    for name, text in (
        ("RSVP", "TRUE" if attendee.rsvp else ""),
        (REPLIED, f"{attendee.replied:%Y%m%dT%H%M%SZ}" if attendee.replied else ""),
    ):
        value.params.pop(name, None)
        if text:
            value.params[name] = text


def bare(value: vCalAddress) -> None:
    """Take out of a person's parameters what only we write (it is evidence) or what somebody else wrote in our name.

    So are those that a calendar keeps for itself about scheduling, which no message may carry (RFC 6638, 7).
    """
    for name in [name for name in value.params if name.upper().startswith(("X-EMPLA", "SCHEDULE-"))]:
        del value.params[name]


def person(address: str, name: str) -> vCalAddress:
    """Return the value that names somebody by address and, if there is one, by name."""
    value = vCalAddress(f"mailto:{address}")
    # Parameters know no backslash escapes; readers that do take one before the colon for part of the name.
    if plain := " ".join(name.replace("\\", " ").split()):
        value.params["CN"] = plain
    return value


def put_attendees(event: Event, wanted: Sequence[Attendee]) -> None:
    """Let `wanted` be the attendees: those that stay keep their parameters, except for their answer."""
    values = listed(event, "ATTENDEE")
    present = {address_of(value): value for value in values}
    event.pop("ATTENDEE", None)
    for value in values:
        if not address_of(value):
            event.add("ATTENDEE", value)  # not somebody with a mail address: none of our business
    for attendee in wanted:
        value = present.get(attendee.address)
        if value is None:
            value = written(attendee)
        elif _attendee(value) != attendee:
            _put_answer(value, attendee)
        event.add("ATTENDEE", value)


def put_text(event: Event, name: str, text: str) -> None:
    """Let the property say `text`; empty: let there be none. Its parameters are dropped, for they told of the old."""
    event.pop(name, None)
    if text:
        event.add(name, vText(text))


def put_times(event: Event, start: datetime, end: datetime, *, all_day: bool) -> None:
    """Let the event take place from `start` to `end`."""
    for name in ("DTSTART", "DTEND", "DURATION"):
        event.pop(name, None)
    for name, moment in (("DTSTART", start), ("DTEND", end)):
        value = moment.date() if all_day else moment.astimezone(UTC) if str(moment.tzinfo) == "UTC" else moment
        event.add(name, vDDDTypes(value))


def sign(event: Event, *, sequence: int, at: datetime, mark: str) -> None:
    """Let the event be the version `sequence`, written at `at` by the act `mark`."""
    for name in ("DTSTAMP", "SEQUENCE", MARK):
        event.pop(name, None)
    event.add("DTSTAMP", at.astimezone(UTC).replace(microsecond=0))
    event.add("SEQUENCE", sequence)
    if "LAST-MODIFIED" in event:
        event.pop("LAST-MODIFIED")
        event.add("LAST-MODIFIED", at.astimezone(UTC).replace(microsecond=0))
    if mark:
        event.add(MARK, mark)


def mark_of(ics: bytes | str) -> str:
    """Return which act of ours wrote this object last, empty if none did."""
    return text_of(master(load(ics)), MARK)


def uid_in(ics: bytes | str) -> str:
    """Return the UID of the event, empty if there is none to be read."""
    try:
        return text_of(master(load(ics)), "UID")
    except ValidationError:
        return ""


def add_zones(calendar: Calendar) -> None:
    """Add the VTIMEZONE of every zone that is used and not defined, in a fixed order."""
    with understood("the zones of the calendar object cannot be told"):
        begun = [event.start.year for event in calendar.events if "DTSTART" in event]
        first = min(max(min(begun, default=2026), 1971), 2100)
        for name in sorted(calendar.get_missing_tzids(), reverse=True):
            zone = vtimezone(name, first)
            if zone is not None:
                calendar.subcomponents.insert(0, zone)
