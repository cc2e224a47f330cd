"""Invitations between calendars (iTIP, RFC 5546): REQUEST and CANCEL out, REPLY in. Pure; mail is made elsewhere.

The employee is the organizer of what it arranges; the manager is in it as an attendee who has accepted. Versions are
told apart as RFC 5546 2.1.4 and 2.1.5 say: SEQUENCE goes up when the time or the status changes, and of two replies to
one version the one with the later DTSTAMP counts.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from icalendar import Calendar, Event

from empla.capabilities.calendar.events import (
    Answer,
    Attendee,
    Meeting,
    add_zones,
    address_of,
    bare,
    listed,
    load,
    local,
    master,
    sequence_of,
    stamp_of,
    text_of,
    understood,
)
from empla.capabilities.calendar.series import changed_at, drop, made_occurrence, raise_sequence
from empla.errors import ValidationError
from empla.mind.codec import registered
from empla.mind.values import Address, EventRef, Origin


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class AttendeeReply:
    """What a REPLY says: who answers what to which version of which event. It comes from outside: data, no authority.

    `occurrence` is set if it answers for one occurrence of a series only. `comment` is free text. `sent_by` is who
    writes it for the attendee (SENT-BY), `delegated_to` whom a delegating attendee sends instead.
    """

    event: EventRef
    attendee: Address
    answer: Answer
    stamp: datetime
    occurrence: datetime | None = None
    comment: str = ""
    sent_by: Address | None = None
    delegated_to: Address | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """A message that does not count, and why: in a sentence for a person, and as a word for plans (see `WhyNot`)."""

    reason: str
    why: str = ""


class WhyNot(StrEnum):
    """Why a reply does not count."""

    OTHER_EVENT = "other-event"
    NOT_INVITED = "not-invited"
    OTHER_SENDER = "other-sender"
    CANCELLED = "cancelled"
    EARLIER_VERSION = "earlier-version"
    UNKNOWN_VERSION = "unknown-version"
    LATER_KNOWN = "later-known"  # a later reply of the same person was there before
    NO_OCCURRENCE = "no-occurrence"


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Of which part of a series a message is: one occurrence or, with `and_future`, that and all that follow."""

    occurrence: datetime
    zone: str
    and_future: bool = False


def request(ics: bytes | str, *, at: datetime, part: Part | None = None) -> bytes:
    """Return the REQUEST that invites to the calendar object `ics`, or tells of its new version."""
    return _message(ics, "REQUEST", at=at, part=part)


def cancellation(ics: bytes | str, *, at: datetime, attendees: tuple[str, ...] = (), part: Part | None = None) -> bytes:
    """Return the CANCEL of the calendar object `ics`: for everybody, or only for `attendees`, who are uninvited.

    For everybody STATUS changes, so SEQUENCE goes up; for some the meeting stands, and it does not.
    """
    return _message(ics, "CANCEL", at=at, only=frozenset(a.lower() for a in attendees), part=part)


def _message(
    ics: bytes | str, method: str, *, at: datetime, only: frozenset[str] = frozenset(), part: Part | None = None
) -> bytes:
    calendar = load(ics)
    if part is not None:
        _keep_part(calendar, part)
    calendar.pop("METHOD", None)
    calendar.add("METHOD", method)
    with understood("no message can be made of the calendar object"):
        for event in calendar.events:
            _address(event, method, at, only)
    add_zones(calendar)
    result: bytes = calendar.to_ical(sorted=False)
    return result


def _keep_part(calendar: Calendar, part: Part) -> None:
    """Let the object be about one occurrence alone; it may be one that the series has no more."""
    event = changed_at(calendar, part.occurrence, part.zone) or made_occurrence(calendar, part.occurrence, part.zone)
    if part.and_future:
        event["RECURRENCE-ID"].params["RANGE"] = "THISANDFUTURE"
    drop(calendar, [e for e in calendar.events if e is not event])


def _address(event: Event, method: str, at: datetime, only: frozenset[str]) -> None:
    """Make an event of a stored object one that is sent."""
    for name in [name for name in event if name.upper().startswith("X-EMPLA")]:
        event.pop(name)
    event.pop("DTSTAMP", None)
    event.add("DTSTAMP", at.astimezone(UTC).replace(microsecond=0))
    # An alarm is the owner's own; nobody wants another's (RFC 5546 3.2.2 lets it be left out).
    event.subcomponents = [c for c in event.subcomponents if c.name != "VALARM"]
    invited = [a for a in listed(event, "ATTENDEE") if not only or address_of(a) in only]
    event.pop("ATTENDEE", None)
    for value in invited:
        bare(value)
        event.add("ATTENDEE", value)
    if method == "CANCEL" and not only:
        raise_sequence(event)
        event.pop("STATUS", None)
        event.add("STATUS", "CANCELLED")


def read_reply(ics: bytes | str, origin: Origin, *, method: str = "", zone: str = "UTC") -> AttendeeReply:
    """Return what the REPLY `ics`, which came from `origin`, says.

    `method` is the one named by the mail's Content-Type; it counts if the object names none. `zone` is that of the
    event's owner, for an occurrence that is named by a day or a floating time. ValidationError if it is no usable reply
    (RFC 5546 3.2.3: exactly one attendee).
    """
    calendar = load(ics)
    if str(calendar.get("METHOD") or method).strip().upper() != "REPLY":
        raise ValidationError("the calendar message is not a reply")
    event = master(calendar)
    answering = _who_answers(event)
    if answering is None or not text_of(event, "UID"):
        raise ValidationError("the reply does not say who answers what")
    with understood("the reply cannot be understood"):
        return AttendeeReply(
            event=EventRef(text_of(event, "UID"), sequence_of(event), origin),
            attendee=Address(address_of(answering), origin),
            answer=Answer(str(answering.params.get("PARTSTAT", "")).upper()),
            stamp=stamp_of(event) or datetime(1970, 1, 1, tzinfo=UTC),
            occurrence=_moment(event["RECURRENCE-ID"], zone) if "RECURRENCE-ID" in event else None,
            comment="\n".join(str(c) for c in listed(event, "COMMENT"))[:2000],
            sent_by=_named(answering, "SENT-BY", origin),
            delegated_to=_named(answering, "DELEGATED-TO", origin),
        )


def _who_answers(event: Event) -> Any:
    """Return the one whose answer it is: beside one who delegates their delegate may stand, or the reverse."""
    people = [a for a in listed(event, "ATTENDEE") if address_of(a)]
    said = [str(a.params.get("PARTSTAT", "NEEDS-ACTION")).upper() for a in people]
    for silent in ((), ("NEEDS-ACTION",), ("NEEDS-ACTION", "DELEGATED")):
        speaking = [a for a, answer in zip(people, said, strict=True) if answer not in silent]
        if len(speaking) == 1:
            return speaking[0]
    return None


def _named(value: Any, parameter: str, origin: Origin) -> Address | None:
    said = value.params.get(parameter)
    found = address_of(said[0] if isinstance(said, list | tuple) and said else said)
    return Address(found, origin) if found else None


def _moment(value: Any, zone: str) -> datetime:
    """Return a date or time as an instant; what has no zone is in `zone`."""
    return local(value.dt, zone).astimezone(UTC)


def apply_reply(
    meeting: Meeting, reply: AttendeeReply, *, sender: str, speaks_for: frozenset[str] = frozenset()
) -> Meeting | Refused:
    """Return the meeting, or one occurrence, with the attendee's answer in it, or why the reply does not count.

    `sender` is the address that the reply's mail came from: it must be the attendee's own (RFC 6047 2.3), or of
    somebody whom the directory lets speak for the attendee.
    """
    who = reply.attendee.value.lower()
    invited = meeting.attendee(who)
    if reply.event.uid != meeting.uid:
        return Refused("it answers another invitation", WhyNot.OTHER_EVENT)
    if invited is None:
        return Refused(f"{who} is not invited", WhyNot.NOT_INVITED)
    if sender.lower() != who and who not in speaks_for:
        return Refused(f"it came from {sender}, but answers for {who}", WhyNot.OTHER_SENDER)
    if meeting.status == "CANCELLED":
        return Refused("the meeting is cancelled", WhyNot.CANCELLED)
    if reply.event.sequence < meeting.sequence:
        return Refused("it answers an earlier version of the invitation", WhyNot.EARLIER_VERSION)
    if reply.event.sequence > meeting.sequence:
        return Refused("it answers an unknown version of the invitation", WhyNot.UNKNOWN_VERSION)
    if invited.replied is not None and reply.stamp < invited.replied:
        return Refused("a later reply is known", WhyNot.LATER_KNOWN)
    rsvp = invited.rsvp and reply.answer is Answer.NEEDS_ACTION
    return meeting.with_attendee(replace(invited, answer=reply.answer, rsvp=rsvp, replied=reply.stamp))


def rescheduled(meeting: Meeting, start: datetime, end: datetime, *, settled: frozenset[str]) -> Meeting:
    """Return the next version at another time: whoever is not in `settled` (the manager, say) is asked again."""
    asked = tuple(a if a.address in settled else invited_anew(a) for a in meeting.attendees)
    return replace(
        meeting, start=start, end=end, zone=str(start.tzinfo), sequence=meeting.sequence + 1, attendees=asked
    )


def invited_anew(attendee: Attendee) -> Attendee:
    """Return the attendee as somebody who is asked and has not answered."""
    return replace(attendee, answer=Answer.NEEDS_ACTION, rsvp=True, replied=None)
