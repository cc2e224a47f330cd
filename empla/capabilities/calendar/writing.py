"""The operations that change calendars. Every write is conditional; none ever goes over a person's change.

`prepare` renders the very object that will stand there, from the arguments or from the copy that was read before. It
carries a mark (`events.MARK`) that names the act. So after a crash the calendar itself tells whether the act was done,
and a second attempt is either refused by the server (412) or recognised as done.
"""

from datetime import datetime
from typing import Any

from empla.capabilities.calendar.availability import look, zone_for
from empla.capabilities.calendar.calendars import Busy, CalendarObject, Conflict, Written
from empla.capabilities.calendar.events import (
    mark_of,
    parse,
)
from empla.capabilities.calendar.reading import busy_spans, copy_of, recorded
from empla.capabilities.calendar.results import (
    BookConflict,
    Booked,
    Clash,
    EventCopy,
    EventDeleted,
    EventMoved,
    EventWritten,
    InviteRefused,
    ReplyRefused,
)
from empla.capabilities.calendar.spans import Span, overlaps, span
from empla.capabilities.contract import OutcomeUnknown, Place, Settled
from empla.capabilities.email.mailbox import OnWire
from empla.errors import Declined, Delayed, ExternalError, RateLimited, ValidationError
from empla.governance.permit import Permit
from empla.mind.values import EventRef, Origin, Source


async def perform_book(permit: Permit, place: Place, on_wire: OnWire) -> Booked | BookConflict:
    """Write the event unless somebody in the check is busy by now.

    From the second attempt on it looks first whether an earlier one succeeded, lest its event count as busy time.
    """
    if permit.attempt > 1 and (found := await _found(permit, place)) is not None:
        return _recognised(permit, found)
    conflict = await _clash(permit, place)
    if conflict is not None:
        return conflict
    outcome = await _write(permit, place, on_wire)
    if isinstance(outcome, Written):
        return _booked(permit, permit.payload.content, outcome.etag)
    found = await _found(permit, place)
    if found is None:  # it came and went in between: the plan must decide anew
        return BookConflict(clash=Clash.EXISTS)
    return _recognised(permit, found)


async def settle_book(permit: Permit, place: Place) -> tuple[Settled, Any]:
    """Say by UID and content whether the event was booked.

    An event with the UID but not from this act: the conditional write cannot have happened, and repeating it only
    reports the conflict.
    """
    found = await _found(permit, place)
    if found is None or not _ours(permit, found):
        return Settled.NOT_DONE, None
    return Settled.DONE, _booked(permit, found.ics, found.etag)


async def perform_change(
    permit: Permit, place: Place, on_wire: OnWire
) -> EventWritten | EventMoved | EventDeleted | ReplyRefused | InviteRefused | BookConflict:
    """Write the change if the event is still as it was read; else say what stands there now."""
    target = permit.payload.target
    if "refused" in target:
        return ReplyRefused(reason=target["refused"], why=target.get("why", ""))
    if "not_taken" in target:
        return InviteRefused(reason=target["not_taken"])
    if target.get("unchanged"):
        return _event_written(permit, permit.payload.content, target["if_match"], changed=False)
    if target.get("check") and (conflict := await _clash(permit, place)) is not None:
        return conflict
    outcome = await _write(permit, place, on_wire)
    if isinstance(outcome, Written):
        return _changed(permit, outcome.etag)
    found = await _found(permit, place)
    if target["delete"]:
        return EventMoved(copy=copy_of(target["owner"], found)) if found is not None else _changed(permit, "")
    if found is None:
        return EventMoved(copy=None)
    if _marked(permit, found):
        return _event_written(permit, found.ics, found.etag)
    return EventMoved(copy=copy_of(target["owner"], found))


async def settle_change(permit: Permit, place: Place) -> tuple[Settled, Any]:
    """Say by UID, mark and absence whether the change stands.

    If it does not, repeating it is safe: the write is conditional, and where somebody else changed the event since, it
    only reports so.
    """
    target = permit.payload.target
    if "refused" in target or "not_taken" in target or target.get("unchanged"):
        return Settled.NOT_DONE, None
    found = await _found(permit, place)
    if target["delete"]:
        return (Settled.DONE, _changed(permit, "")) if found is None else (Settled.NOT_DONE, None)
    if found is None or not _marked(permit, found):
        return Settled.NOT_DONE, None
    return Settled.DONE, _event_written(permit, found.ics, found.etag)


async def _found(permit: Permit, place: Place) -> CalendarObject | None:
    return await place.calendars.get(permit.payload.target["owner"], permit.payload.target["uid"])


async def _write(permit: Permit, place: Place, on_wire: OnWire) -> Written | Conflict:
    """Write, with the attempt on record first; a failure in the middle is unknown until it has been looked at."""
    await on_wire({})
    try:
        outcome = await place.calendars.write(permit)
    except (Declined, Delayed, RateLimited):
        raise  # the server's own word that it did not
    except ExternalError as error:
        raise OutcomeUnknown(f"it is not known whether the calendar took the change: {error}") from error
    return outcome


def _marked(permit: Permit, found: CalendarObject) -> bool:
    try:
        return mark_of(found.ics) == str(permit.payload.target["mark"])
    except ValidationError:
        return False


def _ours(permit: Permit, found: CalendarObject) -> bool:
    """Return whether this act created what stands there.

    A UID that was derived from this step nobody else can have used, whatever became of the event since. For a given UID
    the mark tells, or, where a server drops what it does not know, equal content.
    """
    if permit.payload.target["derived"] or _marked(permit, found):
        return True
    try:
        return parse(found.ics) == parse(permit.payload.content)
    except ValidationError:
        return False


def _recognised(permit: Permit, found: CalendarObject) -> Booked | BookConflict:
    if _ours(permit, found):
        return _booked(permit, found.ics, found.etag)
    return BookConflict(clash=Clash.EXISTS)


async def _clash(permit: Permit, place: Place) -> BookConflict | None:
    """Return who of those in the check is busy by now, None if nobody is. The event itself does not count.

    What is being booked at the same moment stands in no calendar yet; it is kept free, which the payload says.
    """
    target = permit.payload.target
    people = target["check"]
    if not people:
        return None
    if target.get("held"):
        return BookConflict(clash=Clash.HELD)
    slot = span(datetime.fromisoformat(target["start"]), datetime.fromisoformat(target["end"]))
    zone = zone_for(place, target["manager"], target["zone"])
    readable = [target["employee"], target["manager"]]
    seen = await look(place, people, slot, readable=readable, zone=zone, apart_from=frozenset({target["uid"]}))
    busy = {who: [b for b in seen.busy[who] if _takes(b, slot)] for who in people}
    who = tuple(recorded(p) for p in people if busy[p])
    if not who:
        return None
    return BookConflict(clash=Clash.BUSY, who=who, busy=busy_spans((b for p in people for b in busy[p]), zone))


def _takes(busy: Busy, slot: Span) -> bool:
    return overlaps(slot, [span(busy.start, busy.end)])


def _booked(permit: Permit, ics: bytes, etag: str) -> Booked:
    copy = _copy(permit, ics, etag)
    return Booked(event=copy.event, etag=etag, copy=copy)


def _event_written(permit: Permit, ics: bytes, etag: str, *, changed: bool = True) -> EventWritten:
    copy = _copy(permit, ics, etag)
    return EventWritten(event=copy.event, etag=etag, copy=copy, changed=changed)


def _changed(permit: Permit, etag: str) -> EventWritten | EventDeleted:
    target = permit.payload.target
    if target["delete"]:
        return EventDeleted(event=EventRef(target["uid"], 0, Origin(Source.RECORD, target["owner"])))
    return _event_written(permit, permit.payload.content, etag)


def _copy(permit: Permit, ics: bytes, etag: str) -> EventCopy:
    target = permit.payload.target
    return copy_of(target["owner"], CalendarObject(target["uid"], etag, ics))
