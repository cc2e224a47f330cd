"""Invitations between calendars (iTIP, RFC 5546): REQUEST and CANCEL out, REPLY in. Pure; mail is made elsewhere.

The employee is the organizer of what it arranges; the manager is in it as an attendee who has accepted. Versions are
told apart as RFC 5546 2.1.4 and 2.1.5 say: SEQUENCE goes up when the time or the status changes, and of two replies to
one version the one with the later DTSTAMP counts.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from icalendar import Event

from empla.capabilities.calendar.events import (
    MARK,
    REPLIED,
    Answer,
    Attendee,
    Meeting,
    add_zones,
    address_of,
    listed,
    load,
    local,
    master,
    understood,
)
from empla.errors import ValidationError
from empla.mind.codec import registered
from empla.mind.values import Address, EventRef, Origin


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class AttendeeReply:
    """What a REPLY says: who answers what to which version of which event. It comes from outside: data, no authority.

    `occurrence` is set if it answers for one occurrence of a series only. `comment` is free text.
    """

    event: EventRef
    attendee: Address
    answer: Answer
    stamp: datetime
    occurrence: datetime | None = None
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Refused:
    """A reply that does not count, and why, in a sentence for a person."""

    reason: str


def request(ics: bytes | str, *, at: datetime) -> bytes:
    """Return the REQUEST that invites to the calendar object `ics`, or tells of its new version."""
    return _message(ics, "REQUEST", at=at)


def cancellation(ics: bytes | str, *, at: datetime, attendees: tuple[str, ...] = ()) -> bytes:
    """Return the CANCEL of the calendar object `ics`: for everybody, or only for `attendees`, who are uninvited.

    For everybody STATUS changes, so SEQUENCE goes up; for some the meeting stands, and it does not.
    """
    return _message(ics, "CANCEL", at=at, only=frozenset(a.lower() for a in attendees))


def _message(ics: bytes | str, method: str, *, at: datetime, only: frozenset[str] = frozenset()) -> bytes:
    calendar = load(ics)
    calendar.pop("METHOD", None)
    calendar.add("METHOD", method)
    with understood("no message can be made of the calendar object"):
        for event in calendar.events:
            _address(event, method, at, only)
    add_zones(calendar)
    result: bytes = calendar.to_ical(sorted=False)
    return result


def _address(event: Event, method: str, at: datetime, only: frozenset[str]) -> None:
    """Make an event of a stored object one that is sent."""
    event.pop(MARK, None)
    event.pop("DTSTAMP", None)
    event.add("DTSTAMP", at.astimezone(UTC).replace(microsecond=0))
    # An alarm is the owner's own; nobody wants another's (RFC 5546 3.2.2 lets it be left out).
    event.subcomponents = [c for c in event.subcomponents if c.name != "VALARM"]
    invited = [a for a in listed(event, "ATTENDEE") if not only or address_of(a) in only]
    event.pop("ATTENDEE", None)
    for value in invited:
        value.params.pop(REPLIED, None)
        event.add("ATTENDEE", value)
    if method == "CANCEL" and not only:
        sequence = int(event.pop("SEQUENCE", 0))
        event.add("SEQUENCE", sequence + 1)
        event.pop("STATUS", None)
        event.add("STATUS", "CANCELLED")


def read_reply(ics: bytes | str, origin: Origin, *, method: str = "") -> AttendeeReply:
    """Return what the REPLY `ics`, which came from `origin`, says.

    `method` is the one named by the mail's Content-Type; it counts if the object names none.
    ValidationError if it is no usable one (RFC 5546 3.2.3: exactly one attendee).
    """
    calendar = load(ics)
    if str(calendar.get("METHOD") or method).strip().upper() != "REPLY":
        raise ValidationError("the calendar message is not a reply")
    event = master(calendar)
    attendees = [a for a in listed(event, "ATTENDEE") if address_of(a)]
    if len(attendees) != 1 or "UID" not in event:
        raise ValidationError("the reply does not say who answers what")
    with understood("the reply cannot be understood"):
        return AttendeeReply(
            event=EventRef(str(event["UID"]), int(event.get("SEQUENCE", 0)), origin),
            attendee=Address(address_of(attendees[0]), origin),
            answer=Answer(str(attendees[0].params.get("PARTSTAT", "")).upper()),
            stamp=_moment(event["DTSTAMP"]),
            occurrence=_moment(event["RECURRENCE-ID"]) if "RECURRENCE-ID" in event else None,
            comment="\n".join(str(c) for c in listed(event, "COMMENT"))[:2000],
        )


def _moment(value: Any) -> datetime:
    """Return a date or time as an instant; what has no zone is in UTC, as DTSTAMP must be."""
    return local(value.dt, "UTC").astimezone(UTC)


def apply_reply(meeting: Meeting, reply: AttendeeReply, *, sender: str) -> Meeting | Refused:
    """Return the meeting with the attendee's answer in it, or why the reply does not count.

    `sender` is the address that the reply's mail came from: it must be the attendee's own (RFC 6047 2.3).
    """
    who = reply.attendee.value.lower()
    invited = meeting.attendee(who)
    if reply.event.uid != meeting.uid:
        return Refused("it answers another invitation")
    if invited is None:
        return Refused(f"{who} is not invited")
    if sender.lower() != who:
        return Refused(f"it came from {sender}, but answers for {who}")
    if meeting.status == "CANCELLED":
        return Refused("the meeting is cancelled")
    if reply.occurrence is not None:
        return Refused("it answers for one occurrence of a series only")
    if reply.event.sequence != meeting.sequence:
        which = "an earlier" if reply.event.sequence < meeting.sequence else "an unknown"
        return Refused(f"it answers {which} version of the invitation")
    if invited.replied is not None and reply.stamp < invited.replied:
        return Refused("a later reply is known")
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
