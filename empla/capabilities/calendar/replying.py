"""What an invited person's calendar sends to an organizer, and what it is told of that: REPLY, COUNTER, REFRESH and
DECLINECOUNTER (RFC 5546, 3.2.3 to 3.2.8). Pure: rendered from the invitation as it was received.

Whoever answers for somebody else says so: the attendee stays the person, SENT-BY names the writer (RFC 5545, 3.2.18).
"""

import copy
from dataclasses import dataclass
from datetime import UTC, datetime

from icalendar import Calendar, Event, vCalAddress, vDDDTypes, vText

from empla.capabilities.calendar.events import (
    PRODUCT,
    Answer,
    add_zones,
    address_of,
    bare,
    listed,
    load,
    master,
    person,
    put_times,
    sequence_of,
    understood,
)
from empla.capabilities.calendar.series import as_begun, changed_at
from empla.errors import ValidationError


@dataclass(frozen=True, slots=True, kw_only=True)
class Speaker:
    """For whom an answer is (`attendee`), and who writes it: `sent_by`, the same if they write themselves."""

    attendee: str
    sent_by: str
    name: str = ""


def organizer_of(ics: bytes | str) -> str:
    """Return the address of the organizer, empty if none is named."""
    return address_of(master(load(ics)).get("ORGANIZER"))


def reply(
    ics: bytes | str,
    speaker: Speaker,
    answer: Answer,
    *,
    at: datetime,
    zone: str,
    comment: str = "",
    occurrence: datetime | None = None,
) -> bytes:
    """Return the REPLY of `speaker` to the invitation `ics`, or for its occurrence `occurrence` only."""
    with understood("the invitation cannot be answered"):
        calendar, event = _answer(ics, "REPLY", at=at, zone=zone, occurrence=occurrence)
        event.add("ATTENDEE", _speaking(speaker, answer))
        event.add("REQUEST-STATUS", vText("2.0;Success"), encode=False)
        return _sent(calendar, event, comment)


def counter(
    ics: bytes | str,
    speaker: Speaker,
    start: datetime,
    end: datetime,
    *,
    at: datetime,
    zone: str,
    comment: str = "",
    occurrence: datetime | None = None,
) -> bytes:
    """Return the COUNTER that proposes another time; the version stays that of the invitation (RFC 5546, 3.2.7)."""
    with understood("no other time can be proposed"):
        calendar, event = _answer(ics, "COUNTER", at=at, zone=zone, occurrence=occurrence)
        put_times(event, start, end, all_day=False)
        event.add("ATTENDEE", _speaking(speaker, Answer.TENTATIVE))
        return _sent(calendar, event, comment)


def decline_counter(
    ics: bytes | str,
    attendee: str,
    *,
    at: datetime,
    zone: str,
    comment: str = "",
    occurrence: datetime | None = None,
) -> bytes:
    """Return the DECLINECOUNTER to `attendee`: what they proposed is not taken, the event stands (RFC 5546, 3.2.8)."""
    with understood("the proposal cannot be declined"):
        calendar, event = _answer(ics, "DECLINECOUNTER", at=at, zone=zone, occurrence=occurrence)
        event.add("ATTENDEE", person(attendee, ""))
        return _sent(calendar, event, comment)


def refresh(uid: str, organizer: str, speaker: Speaker, *, at: datetime) -> bytes:
    """Return the REFRESH that asks an organizer for the present version of an event (RFC 5546, 3.2.6)."""
    calendar, event = _object("REFRESH", at)
    event.add("UID", uid)
    event.add("ORGANIZER", vCalAddress(f"mailto:{organizer}"))
    event.add("ATTENDEE", _speaking(speaker, None))
    return _sent(calendar, event, "")


def _object(method: str, at: datetime) -> tuple[Calendar, Event]:
    calendar, event = Calendar(), Event()
    for name, value in (("PRODID", PRODUCT), ("VERSION", "2.0"), ("METHOD", method)):
        calendar.add(name, value)
    event.add("DTSTAMP", at.astimezone(UTC).replace(microsecond=0))
    return calendar, event


def _answer(
    ics: bytes | str, method: str, *, at: datetime, zone: str, occurrence: datetime | None
) -> tuple[Calendar, Event]:
    """Return a message about an invitation, or one occurrence of it: what it is, when it is, and which version."""
    invitation = load(ics)
    whole = master(invitation)
    about = whole
    if occurrence is not None:
        about = changed_at(invitation, occurrence, zone) or whole
    if not str(whole.get("UID", "")):
        raise ValidationError("the invitation has no UID")
    calendar, event = _object(method, at)
    for name in ("UID", "ORGANIZER", "DTSTART", "DTEND", "DURATION", "SUMMARY", "LOCATION", "RECURRENCE-ID"):
        if name in about:
            event[name] = copy.deepcopy(about[name])
    if occurrence is not None and about is whole and "RECURRENCE-ID" not in whole:
        _put_at(event, whole, occurrence, zone)
    event.add("SEQUENCE", sequence_of(about))
    return calendar, event


def _put_at(event: Event, whole: Event, occurrence: datetime, zone: str) -> None:
    """Let the message be about an occurrence that is as the series says."""
    begins = as_begun(whole, occurrence, zone)
    lasts = whole.end - whole.start
    event["RECURRENCE-ID"] = vDDDTypes(begins)
    event["DTSTART"] = vDDDTypes(begins)
    event.pop("DURATION", None)
    event["DTEND"] = vDDDTypes(begins + lasts)


def _speaking(speaker: Speaker, answer: Answer | None) -> vCalAddress:
    value = person(speaker.attendee, speaker.name)
    if answer is not None:
        value.params["PARTSTAT"] = answer.value
    if speaker.sent_by and speaker.sent_by != speaker.attendee:
        value.params["SENT-BY"] = f"mailto:{speaker.sent_by}"
    return value


def _sent(calendar: Calendar, event: Event, comment: str) -> bytes:
    if comment:
        event.add("COMMENT", vText(comment))
    for value in listed(event, "ORGANIZER"):
        bare(value)
    calendar.add_component(event)
    add_zones(calendar)
    result: bytes = calendar.to_ical(sorted=False)
    return result
