"""What the operations that change calendars will write: rendered before anything is done, from what was read.

Every payload carries the very object that will stand there, the condition under which it may be written, and the mark
(`events.MARK`) that names the act.
"""

from dataclasses import replace
from datetime import datetime
from typing import Any

from icalendar import Calendar

from empla.capabilities.calendar import series
from empla.capabilities.calendar.arguments import ApplyReply, Book, Cancel, HandOver, TakeIn, Update
from empla.capabilities.calendar.copies import Owner, Version
from empla.capabilities.calendar.events import (
    Answer,
    Attendee,
    Meeting,
    add_zones,
    change,
    load,
    master,
    parse,
    person,
    put_attendees,
    put_text,
    render,
    sequence_of,
    sign,
    uid_in,
    view,
)
from empla.capabilities.calendar.itip import Refused, WhyNot, apply_reply, invited_anew, rescheduled
from empla.capabilities.calendar.reading import LONGEST_OBJECT, about, context
from empla.capabilities.calendar.results import (
    EventCopy,
)
from empla.capabilities.calendar.spans import overlaps, span, zone_of
from empla.capabilities.calendar.taking import Incoming, Older, taken_in
from empla.capabilities.contract import PrepareFacts
from empla.errors import PermissionDenied, ValidationError
from empla.governance.permit import Payload
from empla.mind.preferences import DIAL_IN, PLACES
from empla.mind.values import Instant


def prepare_book(arguments: Book, facts: PrepareFacts) -> Payload:
    """Render the event: the employee organizes it, the manager has accepted, the others are asked."""
    start, end = _zoned(arguments.start), _zoned(arguments.end)
    uid = arguments.event.uid if arguments.event else f"{facts.unique}@{facts.domain}"
    names = {address.lower(): name for address, name in arguments.names.items()}
    meeting = Meeting(
        uid=uid,
        sequence=arguments.event.sequence if arguments.event else 0,
        title=arguments.title,
        start=start,
        end=end,
        zone=arguments.start.zone,
        organizer=facts.address.lower(),
        organizer_name=names.get(facts.address.lower(), ""),
        attendees=tuple(_asked(a.value.lower(), names, facts) for a in arguments.attendees),
        location=arguments.location or _usual_place(arguments, facts),
        description=_with_dial_in(arguments, facts),
    )
    check = arguments.attendees if arguments.check is None else arguments.check
    target = {
        **_write_target(facts, arguments.owner.value.lower(), uid, if_match=None),
        **about(meeting),
        "derived": arguments.event is None,
        "check": [a.value.lower() for a in check],
        **_held(start, end, facts),
    }
    return Payload(target, _short_enough(render(meeting, at=facts.at, mark=facts.unique, rule=arguments.rule)))


def _usual_place(arguments: Book, facts: PrepareFacts) -> str:
    """Return where meetings are held that name no place, by the way that is preferred; "" if none is."""
    ways = facts.wishes.ways() if len(arguments.attendees) > 1 else ()
    return next((PLACES[way] for way in ways if way in PLACES), "")


def _with_dial_in(arguments: Book, facts: PrepareFacts) -> str:
    """Return the description with how to dial in, where that is wanted in every invitation."""
    dial_in = facts.wishes.preferred("", DIAL_IN) if len(arguments.attendees) > 1 else ""
    if not dial_in or dial_in in arguments.description:
        return arguments.description
    return "\n\n".join(part for part in (arguments.description, f"Dial-in: {dial_in}") if part)


def prepare_update(arguments: Update, facts: PrepareFacts) -> Payload:
    """Render the object as it will be. PermissionDenied for changes that are its organizer's alone."""
    if arguments.occurrence is not None:
        return _checking(arguments, _changed_occurrence(arguments, facts), facts)
    before = parse(arguments.copy_.ics, facts.zone)
    after = _with_text(before, arguments)
    if arguments.start is not None and before.recurring:
        raise ValidationError(
            f"{before.title!r} is a series", next_step="name the occurrence, or end the series and book another"
        )
    after = _as_wanted(before, after, arguments, facts)
    return _checking(arguments, _change_payload(arguments.copy_, before, after, facts), facts)


def _as_wanted(before: Meeting, after: Meeting, arguments: Update, facts: PrepareFacts) -> Meeting:
    """Return the meeting with the attendees, time and answers that are asked for."""
    if arguments.attendees is not None or arguments.start is not None:
        _check_organizer(before, facts)
    if arguments.attendees is not None:
        after = replace(after, attendees=tuple(_kept(before, a.value.lower(), facts) for a in arguments.attendees))
    if arguments.start is not None and arguments.end is not None:
        start, end = _zoned(arguments.start), _zoned(arguments.end)
        if (before.start, before.end) != (start, end):
            after = _moved(after, start, end, facts)
    for address, answer in arguments.answers:
        attendee = after.attendee(address.value)
        if attendee is None:
            raise ValidationError(f"{address.value} is not invited to {before.title!r}")
        after = after.with_attendee(replace(attendee, answer=Answer(answer), rsvp=answer == "NEEDS-ACTION"))
    return after


def _checking(arguments: Update, payload: Payload, facts: PrepareFacts) -> Payload:
    """Return the payload with whom to look at before a new time is entered."""
    if arguments.start is None or "unchanged" in payload.target or not arguments.check:
        return payload
    assert arguments.end is not None, "start and end go together"
    check = [a.value.lower() for a in arguments.check]
    held = _held(arguments.start.value, arguments.end.value, facts)
    return Payload({**payload.target, "check": check, **held}, payload.content)


def _held(start: datetime, end: datetime, facts: PrepareFacts) -> dict[str, Any]:
    """Return that a time is kept for another meeting, if it is: then one with a check is not entered there."""
    wanted = span(start, end)
    kept = (span(datetime.fromisoformat(h["start"]), datetime.fromisoformat(h["end"])) for h in facts.holds)
    return {"held": True} if overlaps(wanted, list(kept)) else {}


def _changed_occurrence(arguments: Update, facts: PrepareFacts) -> Payload:
    """Render a series in which one occurrence is otherwise."""
    assert arguments.occurrence is not None
    calendar = load(arguments.copy_.ics)
    event = series.occurrence_at(calendar, arguments.occurrence.value, facts.zone)
    before = view(event, facts.zone)
    after = _as_wanted(before, _with_text(before, arguments), arguments, facts)
    target = {**_copy_target(facts, arguments.copy_), **about(after)}
    if before == after:
        return Payload({**target, "unchanged": True}, arguments.copy_.ics.encode())
    if (before.start, before.end) != (after.start, after.end):
        series.move(calendar, arguments.occurrence.value, after.start, after.end, facts.zone)
    for name, old, new in (
        ("SUMMARY", before.title, after.title),
        ("LOCATION", before.location, after.location),
        ("DESCRIPTION", before.description, after.description),
    ):
        if old != new:
            put_text(event, name, new)
    put_attendees(event, after.attendees)
    sign(event, sequence=max(sequence_of(event), after.sequence), at=facts.at, mark="")
    return Payload(target, _signed_series(calendar, facts))


def _signed_series(calendar: Calendar, facts: PrepareFacts) -> bytes:
    """Return an object whose occurrences were changed, with the mark of the act."""
    whole = master(calendar)
    sign(whole, sequence=sequence_of(whole), at=facts.at, mark=facts.unique)
    add_zones(calendar)
    return _short_enough(calendar.to_ical(sorted=False))


def prepare_apply_reply(arguments: ApplyReply, facts: PrepareFacts) -> Payload:
    """Render the object with the attendee's answer, or the reason why the reply does not count."""
    ics, reply = arguments.copy_.ics, arguments.reply
    sender, speaks_for = arguments.sender.value.lower(), frozenset(a.value.lower() for a in arguments.speaks_for)
    target = _copy_target(facts, arguments.copy_)
    if reply.occurrence is None:
        before = parse(ics, facts.zone)
        after = apply_reply(before, reply, sender=sender, speaks_for=speaks_for)
        if isinstance(after, Refused):
            return Payload({**target, "refused": after.reason, "why": after.why})
        return _change_payload(arguments.copy_, before, after, facts)
    calendar = load(ics)
    try:
        event = series.occurrence_at(calendar, reply.occurrence, facts.zone)
    except ValidationError:
        return Payload(
            {**target, "refused": "it answers for an occurrence that there is not", "why": WhyNot.NO_OCCURRENCE}
        )
    before = view(event, facts.zone)
    after = apply_reply(before, reply, sender=sender, speaks_for=speaks_for)
    if isinstance(after, Refused):
        return Payload({**target, "refused": after.reason, "why": after.why})
    if before == after:
        return Payload({**target, **about(after), "unchanged": True}, ics.encode())
    put_attendees(event, after.attendees)
    return Payload({**target, **about(after)}, _signed_series(calendar, facts))


def prepare_take_in(arguments: TakeIn, facts: PrepareFacts) -> Payload:
    """Render the object with the message taken in, or the reason why it is not."""
    standing = arguments.copy_
    incoming = Incoming(
        ics=arguments.ics,
        sender=arguments.sender.value.lower(),
        vouched=arguments.vouched,
        method=arguments.method,
        uid=standing.event.uid if standing is not None else arguments.uid,
        speaks_for=frozenset(a.value.lower() for a in arguments.speaks_for),
    )
    owner = Owner(
        address=arguments.owner.value.lower(),
        zone=facts.zone,
        answer=Answer(arguments.answer) if arguments.answer else None,
    )
    newest = Version(*arguments.newest) if arguments.newest else None
    found = taken_in(standing.ics if standing else None, incoming, owner, at=facts.at, mark=facts.unique, newest=newest)
    uid = incoming.uid or uid_in(arguments.ics)
    target = _write_target(facts, owner.address, uid, if_match=standing.etag if standing else None)
    if isinstance(found, Refused) or (isinstance(found, Older) and standing is None):
        reason = found.reason if isinstance(found, Refused) else "a later version of it is known"
        return Payload({**target, "not_taken": reason})
    if isinstance(found, Older):
        assert standing is not None
        return Payload({**target, **about(parse(standing.ics, facts.zone)), "unchanged": True}, standing.ics.encode())
    return Payload({**target, **about(parse(found, facts.zone))}, _short_enough(found))


def prepare_cancel(arguments: Cancel, facts: PrepareFacts) -> Payload:
    """Render the deletion of the event as it was read, or the series without an occurrence, or those that follow it."""
    copy = arguments.copy_
    meeting = parse(copy.ics, facts.zone)
    target = _copy_target(facts, copy)
    if arguments.occurrence is None:
        return Payload({**target, **about(meeting), "delete": True})
    calendar, at = load(copy.ics), arguments.occurrence.value
    if arguments.and_future and at <= meeting.start:
        return Payload({**target, **about(meeting), "delete": True})
    if arguments.and_future:
        series.end_before(calendar, at, facts.zone)
    else:
        series.call_off(calendar, at, facts.zone)
    series.raise_sequence(master(calendar))
    lasts = meeting.end - meeting.start
    when = {"start": at.isoformat(), "end": (at + lasts).isoformat()}
    return Payload({**target, **about(meeting), **when}, _signed_series(calendar, facts))


def prepare_hand_over(arguments: HandOver, facts: PrepareFacts) -> Payload:
    """Render the object with the calendar's owner as its organizer; everything else stays as it is."""
    copy = arguments.copy_
    calendar = load(copy.ics)
    for event in calendar.events:
        event.pop("ORGANIZER", None)
        event.add("ORGANIZER", person(copy.owner.value.lower(), arguments.name))
    return Payload({**_copy_target(facts, copy), **about(parse(copy.ics, facts.zone))}, _signed_series(calendar, facts))


def _asked(address: str, names: dict[str, str], facts: PrepareFacts) -> Attendee:
    """Return an attendee as first invited: the manager wanted the meeting and has accepted, the others are asked."""
    attendee = Attendee(address=address, name=names.get(address, ""))
    if address in (facts.manager.lower(), facts.address.lower()):
        return replace(attendee, answer=Answer.ACCEPTED)
    return invited_anew(attendee)


def _kept(before: Meeting, address: str, facts: PrepareFacts) -> Attendee:
    return before.attendee(address) or _asked(address, {}, facts)


def _with_text(meeting: Meeting, arguments: Update) -> Meeting:
    return replace(
        meeting,
        title=meeting.title if arguments.title is None else arguments.title,
        location=meeting.location if arguments.location is None else arguments.location,
        description=meeting.description if arguments.description is None else arguments.description,
    )


def _moved(meeting: Meeting, start: datetime, end: datetime, facts: PrepareFacts) -> Meeting:
    settled = frozenset({facts.manager.lower(), facts.address.lower()})
    return replace(rescheduled(meeting, start, end, settled=settled), all_day=False)


def _check_organizer(meeting: Meeting, facts: PrepareFacts) -> None:
    if meeting.organizer and meeting.organizer != facts.address.lower():
        raise PermissionDenied(
            f"only {meeting.organizer}, who organizes {meeting.title!r}, can change its time or who is invited",
            next_step="ask the organizer",
        )


def _zoned(instant: Instant) -> datetime:
    return instant.value.astimezone(zone_of(instant.zone))


def _write_target(facts: PrepareFacts, owner: str, uid: str, *, if_match: str | None) -> dict[str, Any]:
    return {
        **context(facts),
        "owner": owner,
        "uid": uid,
        "if_match": if_match,
        "delete": False,
        "mark": facts.unique,
    }


def _copy_target(facts: PrepareFacts, copy: EventCopy) -> dict[str, Any]:
    return _write_target(facts, copy.owner.value.lower(), copy.event.uid, if_match=copy.etag)


def _change_payload(copy: EventCopy, before: Meeting, after: Meeting, facts: PrepareFacts) -> Payload:
    target = {**_copy_target(facts, copy), **about(after)}
    if before == after:
        return Payload({**target, "unchanged": True}, copy.ics.encode())
    return Payload(target, _short_enough(change(copy.ics, after, at=facts.at, mark=facts.unique)))


def _short_enough(content: bytes) -> bytes:
    """Return the object, or refuse before anything is written what could not be kept as a copy afterwards."""
    if len(content) > LONGEST_OBJECT:
        raise ValidationError(f"the event would be too long ({len(content)} bytes)", next_step="invite fewer people")
    return content
