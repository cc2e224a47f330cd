"""Taking an organizer's message into somebody's calendar (iTIP, RFC 5546): invitation, changes, end. Pure.

Nobody changes an event but its organizer: the message must come from whom the event in the calendar names, and the
newer version wins in whatever order they arrive (SEQUENCE, then DTSTAMP: RFC 5546, 2.1.5). Of what others write, the
text is kept as it is but cut to a length; alarms, attachments and whatever looks like our own marks are left out.
"""

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from icalendar import Calendar, Event

from empla.capabilities.calendar.copies import Owner, Version, version_of, without_marks
from empla.capabilities.calendar.events import (
    address_of,
    load,
    master,
    text_of,
    understood,
)
from empla.capabilities.calendar.itip import Refused
from empla.capabilities.calendar.merging import Merge

_TOO_LONG_UID = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """A calendar message and whose it is. `vouched`: the receiving server vouches for `sender`.

    `speaks_for` are those for whom the directory lets the sender speak; `method` is the Content-Type's.
    """

    ics: str
    sender: str
    vouched: bool = False
    method: str = ""
    uid: str = ""
    speaks_for: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Older:
    """The message is no newer than what stands in the calendar: nothing is to be written."""


def taken_in(
    standing: bytes | str | None,
    incoming: Incoming,
    owner: Owner,
    *,
    at: datetime,
    mark: str = "",
    newest: Version | None = None,
) -> bytes | Older | Refused:
    """Return the object as it shall stand in the owner's calendar, where `standing` is now (None: nothing).

    `newest` is the latest version that is known of although nothing of it stands there. ValidationError if the message
    cannot be read.
    """
    message = load(incoming.ics)
    with understood("the calendar message cannot be taken in"):
        method = (text_of(message, "METHOD") or incoming.method).strip().upper()
        uid = incoming.uid or next((u for e in message.events if (u := text_of(e, "UID"))), "")
        components = [without_marks(e) for e in message.events if text_of(e, "UID") == uid]
        before = load(standing) if standing is not None else None
        refusal = _refusal(method, uid, components, before, incoming, owner)
        if refusal:
            return Refused(refusal)
        if newest is not None and all(version_of(e) <= newest for e in components):
            return Older()
        after = copy.deepcopy(before) if before is not None else None
        taking = Merge(after, owner, at)
        changed = {"REQUEST": taking.request, "CANCEL": taking.cancel, "ADD": taking.add}[method](components)
        if isinstance(changed, Refused):
            return changed
        if not changed and not taking.answer_only(owner.answer):
            return Older()
        return taking.rendered(mark)


# who may -------------------------------------------------------------------------------------------------------------

_NOT_TAKEN = {
    "PUBLISH": "it is published, and invites nobody",
    "": "it does not say what it is for (METHOD)",
}


def _refusal(
    method: str, uid: str, components: Sequence[Event], before: Calendar | None, incoming: Incoming, owner: Owner
) -> str:
    """Return why a message must not be taken in, empty if it may."""
    if method not in ("REQUEST", "CANCEL", "ADD"):
        return _NOT_TAKEN.get(method, f"a {method.lower()[:40]} is not taken into a calendar")
    if not components or not uid:
        return "it holds no event with a UID"
    if len(uid) > _TOO_LONG_UID:
        return "its UID is too long"
    organizers = {address_of(e.get("ORGANIZER")) for e in components}
    organizer = next(iter(organizers))
    if len(organizers) != 1:
        return "it names several organizers"
    if not organizer:
        return "it names no organizer"
    if organizer == owner.address:
        return f"{organizer} organizes it, in whose calendar it would be taken"
    if method != "CANCEL" and any("DTSTART" not in e for e in components):
        return "it does not say when"
    return _foreign(organizer, components[0], before, incoming)


def _foreign(organizer: str, event: Event, before: Calendar | None, incoming: Incoming) -> str:
    """Return why the message is not its organizer's own, empty if it is."""
    sender = incoming.sender.lower()
    known = address_of(master(before).get("ORGANIZER")) if before is not None else organizer
    if known != organizer:
        whose = f"is organized by {known}" if known else "has no organizer but its owner"
        return f"the event in the calendar {whose}, not by {organizer}"
    if sender == organizer or organizer in incoming.speaks_for:
        return ""
    # Somebody outside who writes for somebody outside: who they are, nobody here can tell; only it must be the same.
    writers = {_writer(event), _writer(master(before)) if before is not None else sender}
    if not incoming.vouched and writers == {sender}:
        return ""
    return f"it came from {sender}, but {organizer} organizes it"


def _writer(event: Event) -> str:
    """Return who writes for the organizer (SENT-BY), empty if nobody does."""
    value = event.get("ORGANIZER")
    return address_of(value.params.get("SENT-BY")) if value is not None else ""
