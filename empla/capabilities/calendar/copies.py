"""An organizer's event as it stands in the calendar of somebody who is invited, and which version of it that is.

Of what others write the text is kept as it is but cut to a length; alarms, attachments and whatever looks like our own
marks are left out.
"""

import copy
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple

from icalendar import Calendar, Event, vCalAddress, vText

from empla.capabilities.calendar.events import (
    PRODUCT,
    Answer,
    address_of,
    bare,
    listed,
    person,
    sequence_of,
    stamp_of,
    text_of,
)

SENT = "X-EMPLA-SENT"
"""When the organizer sent the version that stands here: the owner's client may write another DTSTAMP."""
GONE = "X-EMPLA-GONE"
"""What was called off by which version (`Gone`): "occurrence/SEQUENCE/DTSTAMP", so that an older one stays out."""
MOST_ATTENDEES = 150
_LENGTHS = {"SUMMARY": 500, "LOCATION": 1_000, "DESCRIPTION": 8_000, "COMMENT": 2_000, "URL": 2_000}
_KEPT = frozenset(
    {
        *("UID", "DTSTART", "DTEND", "DURATION", "RECURRENCE-ID", "RRULE", "RDATE", "EXDATE", "DTSTAMP", "SEQUENCE"),
        *("SUMMARY", "LOCATION", "DESCRIPTION", "ORGANIZER", "ATTENDEE", "STATUS", "TRANSP", "CLASS", "CATEGORIES"),
        *("URL", "CONFERENCE", "GEO", "PRIORITY", "COMMENT", "CONTACT", "CREATED", "LAST-MODIFIED"),
    }
)
_TOO_LONG_UID = 1_000


class Version(NamedTuple):
    """Which of two messages is the later one: SEQUENCE first, then DTSTAMP."""

    sequence: int
    stamp: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """In whose calendar it is taken, their zone, and what they answer (None: nothing new)."""

    address: str
    zone: str
    answer: Answer | None = None


def version_of(event: Event) -> Version:
    """Return the version that a component is of."""
    sent = text_of(event, SENT)
    try:
        stamp: datetime | None = datetime.strptime(sent, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        stamp = stamp_of(event)
    return Version(sequence_of(event), stamp or datetime(1970, 1, 1, tzinfo=UTC))


def copy_of(owner: Owner, event: Event, at: datetime, standing: Event | None) -> Event:
    """Return a message's component as it stands in the owner's calendar."""
    made = Event()
    for name, value in event.items():
        if name.upper() in _KEPT and name.upper() != "ATTENDEE":
            made[name] = _cut(name.upper(), copy.deepcopy(value))
    for value in listed(made, "ORGANIZER"):
        bare(value)
    sent = version_of(event).stamp
    made.add(SENT, f"{sent:%Y%m%dT%H%M%SZ}")
    if "DTSTAMP" not in made or stamp_of(made) is None:
        made.pop("DTSTAMP", None)
        made.add("DTSTAMP", at.astimezone(UTC).replace(microsecond=0))
    sequence = sequence_of(event)
    made.pop("SEQUENCE", None)
    made.add("SEQUENCE", sequence)
    _put_people(owner, made, event, standing)
    return made


def _put_people(owner: Owner, made: Event, event: Event, standing: Event | None) -> None:
    """Let the attendees be the message's, the owner with their own answer; it stands if the version is the same."""
    people = [copy.deepcopy(a) for a in listed(event, "ATTENDEE")]
    own = next((a for a in people if address_of(a) == owner.address), None)
    others = [a for a in people if a is not own]
    if own is None:
        own = person(owner.address, "")
    answer = owner.answer
    if answer is None and standing is not None and sequence_of(standing) == sequence_of(event):
        answer = _answer_in(standing, owner.address)
    put_answer(own, answer or Answer.NEEDS_ACTION)
    for value in (own, *others[: MOST_ATTENDEES - 1]):
        bare(value)
        made.add("ATTENDEE", value)


def empty() -> Calendar:
    """Return a calendar object that holds nothing yet."""
    calendar = Calendar()
    calendar.add("PRODID", PRODUCT)
    calendar.add("VERSION", "2.0")
    return calendar


def without_marks(event: Event) -> Event:
    """Return the component without what only we write, wherever it came from."""
    plain = Event()
    for name, value in event.items():
        if not name.upper().startswith("X-EMPLA"):
            plain[name] = value
    return plain


def _cut(name: str, value: object) -> object:
    longest = _LENGTHS.get(name)
    if longest is None:
        return value
    first = value[0] if isinstance(value, list) and value else value
    return first if len(str(first)) <= longest else vText(f"{str(first)[: longest - 1]}…")


def _answer_in(event: Event, address: str) -> Answer | None:
    own = next((a for a in listed(event, "ATTENDEE") if address_of(a) == address), None)
    said = str(own.params.get("PARTSTAT", "")).upper() if own is not None else ""
    return Answer(said) if said in set(Answer) else None


def put_answer(value: vCalAddress, answer: Answer) -> None:
    """Let an attendee have answered so; who has is asked no more (RSVP)."""
    value.params["PARTSTAT"] = answer.value
    if answer is not Answer.NEEDS_ACTION:
        value.params.pop("RSVP", None)


def put_version(event: Event, version: Version) -> None:
    """Let a component be of this version."""
    event.pop("SEQUENCE", None)
    event.add("SEQUENCE", version.sequence)
    event.pop(SENT, None)
    event.add(SENT, f"{version.stamp:%Y%m%dT%H%M%SZ}")


class Gone(NamedTuple):
    """That an occurrence, or it and all that follow, was called off, and by which version."""

    at: datetime
    by: Version
    and_future: bool = False

    def covers(self, about: datetime) -> bool:
        """Return whether the occurrence `about` is among those that were called off."""
        return about == self.at or (self.and_future and about > self.at)


def gone_from(event: Event | None) -> list[Gone]:
    """Return what was called off of a series."""
    found = [_gone(str(line)) for line in listed(event, GONE)] if event is not None else []
    return [gone for gone in found if gone is not None]


def put_gone(event: Event, called_off: Iterable[Gone]) -> None:
    """Let these, and no others, be what was called off of a series."""
    event.pop(GONE, None)
    for gone in called_off:
        range_ = "/FUTURE" if gone.and_future else ""
        at, stamp = f"{gone.at:%Y%m%dT%H%M%SZ}", f"{gone.by.stamp:%Y%m%dT%H%M%SZ}"
        event.add(GONE, vText(f"{at}/{gone.by.sequence}/{stamp}{range_}"))


def _gone(line: str) -> Gone | None:
    try:
        at, sequence, stamp, *more = line.split("/")
        moments = [datetime.strptime(text, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC) for text in (at, stamp)]
        return Gone(moments[0], Version(int(sequence), moments[1]), more == ["FUTURE"])
    except ValueError:
        return None  # somebody has written there
