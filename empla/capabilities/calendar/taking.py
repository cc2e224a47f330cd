"""Taking an organizer's message into somebody's calendar (iTIP, RFC 5546): invitation, changes, end. Pure.

Nobody changes an event but its organizer: the message must come from whom the event in the calendar names, and the
newer version wins in whatever order they arrive (SEQUENCE, then DTSTAMP: RFC 5546, 2.1.5). Of what others write, the
text is kept as it is but cut to a length; alarms, attachments and whatever looks like our own marks are left out.
"""

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple

from icalendar import Calendar, Event, vCalAddress, vText

from empla.capabilities.calendar import series
from empla.capabilities.calendar.events import (
    MARK,
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
    stamp_of,
    text_of,
    understood,
    view,
)
from empla.capabilities.calendar.itip import Refused

SENT = "X-EMPLA-SENT"
"""When the organizer sent the version that stands here: the owner's client may write another DTSTAMP."""
GONE = "X-EMPLA-GONE"
"""Which occurrence was called off by which version: "occurrence/SEQUENCE/DTSTAMP", so that an older one stays out."""
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """In whose calendar it is taken, their zone, and what they answer (None: nothing new)."""

    address: str
    zone: str
    answer: Answer | None = None


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
        components = [_without_marks(e) for e in message.events if text_of(e, "UID") == uid]
        before = load(standing) if standing is not None else None
        refusal = _refusal(method, uid, components, before, incoming, owner)
        if refusal:
            return Refused(refusal)
        if newest is not None and all(version_of(e) <= newest for e in components):
            return Older()
        after = copy.deepcopy(before) if before is not None else None
        taking = _Taking(after, owner, at)
        changed = {"REQUEST": taking.request, "CANCEL": taking.cancel, "ADD": taking.add}[method](components)
        if isinstance(changed, Refused):
            return changed
        if not changed and not taking.answer_only(owner.answer):
            return Older()
        return taking.rendered(mark)


def version_of(event: Event) -> Version:
    """Return the version that a component is of."""
    sent = text_of(event, SENT)
    try:
        stamp: datetime | None = datetime.strptime(sent, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        stamp = stamp_of(event)
    return Version(sequence_of(event), stamp or datetime(1970, 1, 1, tzinfo=UTC))


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


# what becomes of it --------------------------------------------------------------------------------------------------


class _Taking:
    """The object in the making: what stands there, with a message's components taken in one by one."""

    def __init__(self, calendar: Calendar | None, owner: Owner, at: datetime) -> None:
        self.calendar = calendar
        self.owner = owner
        self.at = at

    def request(self, components: Sequence[Event]) -> bool:
        """Take in an invitation or its new version; return whether anything of it is newer than what stands there."""
        changed = False
        for event in sorted(components, key=lambda e: "RECURRENCE-ID" in e):
            about = self._named(event)
            changed |= self._whole(event) if about is None else self._occurrence(event, about)
        return changed

    def _whole(self, event: Event) -> bool:
        """Take in the event itself. Occurrences that were changed stay only if they were changed later."""
        if self.calendar is None:
            self.calendar = _empty()
            self.calendar.add_component(self._made(event, None))
            return True
        known, new = self._known(), version_of(event)
        if known is not None and new <= version_of(known):
            return False
        made = self._made(event, known)
        for line in listed(known, GONE) if known is not None else []:
            if _gone(line) > new:
                made.add(GONE, vText(str(line)))
                if (called_off := _when(line)) is not None:
                    made.add("EXDATE", series.as_begun(made, called_off, self.owner.zone))
        stale = [e for e in self.calendar.events if e is known or version_of(e) <= new]
        series.drop(self.calendar, stale)
        self.calendar.subcomponents.append(made)
        return True

    def _occurrence(self, event: Event, about: datetime) -> bool:
        """Take in what is different about one occurrence, or about it and all that follow."""
        new = version_of(event)
        if self.calendar is None:
            self.calendar = _empty()
        standing = series.changed_at(self.calendar, about, self.owner.zone)
        if standing is not None and new <= version_of(standing):
            return False
        known = self._known()
        if known is not None:
            whole = version_of(known)
            if new.stamp < whole.stamp and new.sequence <= whole.sequence:
                return False  # sent before the version of the whole series that stands here
            if any(_when(line) == about and _gone(line) >= new for line in listed(known, GONE)):
                return False
            self._back_in(known, about)
        made = self._made(event, standing)
        if series.and_future(event):
            made["RECURRENCE-ID"].params["RANGE"] = "THISANDFUTURE"
            series.drop(self.calendar, [e for e in self._later(about) if version_of(e) <= new])
        if standing is not None:
            series.drop(self.calendar, [standing])
        self.calendar.add_component(made)
        return True

    def cancel(self, components: Sequence[Event]) -> bool | Refused:
        """Take in that the event, or some of it, is called off; the owner alone may be taken out of it."""
        if self.calendar is None:
            return Refused("there is no such event in the calendar")
        if all(self._leaves_others_out(e) for e in components):
            return False
        changed = False
        for event in components:
            about = self._named(event)
            first = self._begins()
            if about is None or (series.and_future(event) and first is not None and about <= first):
                changed |= self._call_off_all(event)
            else:
                changed |= self._call_off(event, about)
        return changed

    def _leaves_others_out(self, event: Event) -> bool:
        people = {address_of(a) for a in listed(event, "ATTENDEE")}
        called_off = text_of(event, "STATUS").upper() == "CANCELLED"
        return bool(people) and self.owner.address not in people and not called_off

    def _call_off_all(self, event: Event) -> bool:
        """Keep the event as one that does not take place: an older invitation that comes later then changes nothing."""
        assert self.calendar is not None
        new = version_of(event)
        changed = False
        for each in self.calendar.events:
            if new < version_of(each) or text_of(each, "STATUS").upper() == "CANCELLED":
                continue
            _version(each, new)
            for name, text in (("STATUS", "CANCELLED"), ("TRANSP", "TRANSPARENT")):
                each.pop(name, None)
                each.add(name, text)
            changed = True
        return changed

    def _call_off(self, event: Event, about: datetime) -> bool:
        """Take one occurrence out, or it and all that follow."""
        assert self.calendar is not None
        new, known = version_of(event), self._known()
        standing = series.changed_at(self.calendar, about, self.owner.zone)
        if standing is not None and new < version_of(standing):
            return False
        if known is None:
            return standing is not None and self._call_off_all_of(standing, new)
        whole = version_of(known)
        if (new.stamp < whole.stamp and new.sequence <= whole.sequence) or self._is_out(known, about):
            return False
        if series.and_future(event):
            series.end_before(self.calendar, about, self.owner.zone)
            _version(known, max(new, whole))
        else:
            series.take_out(self.calendar, about, self.owner.zone)
            known.add(GONE, vText(f"{about:%Y%m%dT%H%M%SZ}/{new.sequence}/{new.stamp:%Y%m%dT%H%M%SZ}"))
        return True

    def _call_off_all_of(self, standing: Event, new: Version) -> bool:
        """Mark an occurrence as called off of which nothing but itself is known."""
        if text_of(standing, "STATUS").upper() == "CANCELLED":
            return False
        _version(standing, new)
        for name, text in (("STATUS", "CANCELLED"), ("TRANSP", "TRANSPARENT")):
            standing.pop(name, None)
            standing.add(name, text)
        return True

    def add(self, components: Sequence[Event]) -> bool | Refused:
        """Take in further occurrences of a series that stands here (RFC 5546, 3.2.4)."""
        known = self._known()
        if self.calendar is None or known is None:
            return Refused("it adds to an event that is not in the calendar")
        if any("RRULE" in event or "RDATE" in event for event in components):
            return Refused("it adds a series of its own")
        changed = False
        for event in components:
            meeting = view(event, self.owner.zone)
            begins = meeting.start.astimezone(UTC)
            if version_of(event) < version_of(known) or series.has_occurrence(self.calendar, begins, self.owner.zone):
                continue
            known.add("RDATE", series.as_begun(known, begins, self.owner.zone))
            made = series.occurrence_at(self.calendar, begins, self.owner.zone)
            put_times(made, meeting.start, meeting.end, all_day=meeting.all_day)
            changed = True
        return changed

    def answer_only(self, answer: Answer | None) -> bool:
        """Note what the owner answers, where the message itself brings nothing new; return whether that is new."""
        if answer is None or self.calendar is None:
            return False
        changed = False
        for event in self.calendar.events:
            own = [a for a in listed(event, "ATTENDEE") if address_of(a) == self.owner.address]
            for value in own:
                changed |= str(value.params.get("PARTSTAT", "")).upper() != answer.value
                _put_answer(value, answer)
        return changed

    def rendered(self, mark: str) -> bytes:
        """Return the object; ValidationError if nobody could work with it."""
        assert self.calendar is not None
        whole = master(self.calendar)
        whole.pop(MARK, None)
        if mark:
            whole.add(MARK, mark)
        for event in self.calendar.events:
            view(event, self.owner.zone)
        add_zones(self.calendar)
        result: bytes = self.calendar.to_ical(sorted=False)
        return result

    # its parts -----------------------------------------------------------------------------------------------

    def _named(self, event: Event) -> datetime | None:
        return series.named_by(event, self.owner.zone)

    def _known(self) -> Event | None:
        """Return the event itself as it stands here, None if only occurrences of it do."""
        events = self.calendar.events if self.calendar is not None else []
        return next((e for e in events if "RECURRENCE-ID" not in e), None)

    def _begins(self) -> datetime | None:
        known = self._known()
        return view(known, self.owner.zone).start if known is not None else None

    def _later(self, about: datetime) -> list[Event]:
        assert self.calendar is not None
        return [e for e in self.calendar.events if (n := self._named(e)) is not None and n > about]

    def _is_out(self, known: Event, about: datetime) -> bool:
        return any(_when(line) == about for line in listed(known, GONE))

    def _back_in(self, known: Event, about: datetime) -> None:
        """Let an occurrence that was called off take place again."""
        lines = [line for line in listed(known, GONE) if _when(line) != about]
        if len(lines) == len(listed(known, GONE)):
            return
        known.pop(GONE, None)
        for line in lines:
            known.add(GONE, line)
        series.put_in(known, about, self.owner.zone)

    def _made(self, event: Event, standing: Event | None) -> Event:
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
            made.add("DTSTAMP", self.at.astimezone(UTC).replace(microsecond=0))
        sequence = sequence_of(event)
        made.pop("SEQUENCE", None)
        made.add("SEQUENCE", sequence)
        self._put_people(made, event, standing)
        return made

    def _put_people(self, made: Event, event: Event, standing: Event | None) -> None:
        """Let the attendees be the message's, the owner with their own answer; it stands if the version is the same."""
        people = [copy.deepcopy(a) for a in listed(event, "ATTENDEE")]
        own = next((a for a in people if address_of(a) == self.owner.address), None)
        others = [a for a in people if a is not own]
        if own is None:
            own = person(self.owner.address, "")
        answer = self.owner.answer
        if answer is None and standing is not None and sequence_of(standing) == sequence_of(event):
            answer = _answer_in(standing, self.owner.address)
        _put_answer(own, answer or Answer.NEEDS_ACTION)
        for value in (own, *others[: MOST_ATTENDEES - 1]):
            bare(value)
            made.add("ATTENDEE", value)


def _empty() -> Calendar:
    calendar = Calendar()
    calendar.add("PRODID", PRODUCT)
    calendar.add("VERSION", "2.0")
    return calendar


def _without_marks(event: Event) -> Event:
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


def _put_answer(value: vCalAddress, answer: Answer) -> None:
    value.params["PARTSTAT"] = answer.value
    if answer is not Answer.NEEDS_ACTION:
        value.params.pop("RSVP", None)


def _version(event: Event, version: Version) -> None:
    event.pop("SEQUENCE", None)
    event.add("SEQUENCE", version.sequence)
    event.pop(SENT, None)
    event.add(SENT, f"{version.stamp:%Y%m%dT%H%M%SZ}")


def _gone(line: object) -> Version:
    """Return the version that called an occurrence off."""
    try:
        _, sequence, stamp = str(line).split("/")
        return Version(int(sequence), datetime.strptime(stamp, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC))
    except ValueError:
        return Version(0, datetime(1970, 1, 1, tzinfo=UTC))


def _when(line: object) -> datetime | None:
    try:
        return datetime.strptime(str(line).partition("/")[0], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        return None
