"""Invitations between calendars (iTIP, RFC 5546): REQUEST and CANCEL out, REPLY in. Pure; mail is made elsewhere.

The employee is the organizer of what it arranges; the manager is in it as an attendee who has accepted. Versions are
told apart as RFC 5546 2.1.4 and 2.1.5 say: SEQUENCE goes up when the time or the status changes, and of two replies to
one version the one with the later DTSTAMP counts.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime

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
    master,
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


def method_of(ics: bytes | str) -> str:
    """Return the METHOD of an iTIP message in upper case, empty if it has none."""
    return str(load(ics).get("METHOD", "")).strip().upper()


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
    for event in calendar.events:
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
    add_zones(calendar)
    result: bytes = calendar.to_ical(sorted=False)
    return result


def read_reply(ics: bytes | str, origin: Origin) -> AttendeeReply:
    """Return what the REPLY `ics`, which came from `origin`, says.

    ValidationError if it is no usable one (RFC 5546 3.2.3: exactly one attendee).
    """
    calendar = load(ics)
    if str(calendar.get("METHOD", "")).strip().upper() != "REPLY":
        raise ValidationError("the calendar message is not a reply")
    event = master(calendar)
    attendees = [a for a in listed(event, "ATTENDEE") if address_of(a)]
    if len(attendees) != 1 or "UID" not in event:
        raise ValidationError("the reply does not say who answers what")
    recurrence = event.get("RECURRENCE-ID")
    stamp = getattr(event.get("DTSTAMP"), "dt", None)
    if not isinstance(stamp, datetime):
        raise ValidationError("the reply does not say when it was given")
    answer = str(attendees[0].params.get("PARTSTAT", "")).upper()
    if answer not in set(Answer):
        raise ValidationError(f"the reply's answer {answer!r} is not known")
    return AttendeeReply(
        event=EventRef(str(event["UID"]), int(event.get("SEQUENCE", 0)), origin),
        attendee=Address(address_of(attendees[0]), origin),
        answer=Answer(answer),
        stamp=(stamp if stamp.tzinfo else stamp.replace(tzinfo=UTC)).astimezone(UTC),
        occurrence=_moment(recurrence),
        comment="\n".join(str(c) for c in listed(event, "COMMENT"))[:2000],
    )


def _moment(value: object) -> datetime | None:
    moment = getattr(value, "dt", None)
    if moment is None:
        return None
    if not isinstance(moment, datetime):
        return datetime(moment.year, moment.month, moment.day, tzinfo=UTC)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


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
