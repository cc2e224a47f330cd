"""Entering a change of a meeting: both calendars or neither, everybody told once, and what it was before kept.

A meeting that the assistant arranged stands in its own calendar and, if the manager takes part, in the manager's. An
entry of the manager's own, without anybody else, stands in the manager's alone.
"""

from collections.abc import Generator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from empla.capabilities.calendar.events import parse
from empla.capabilities.calendar.results import (
    AgendaItem,
    BookConflict,
    EventCopy,
    EventMoved,
    EventWritten,
    InvitationSent,
)
from empla.capabilities.email.steps import send
from empla.mind.codec import registered
from empla.mind.steps import ActionFailed, Believe, Do, Forget, Now, Raise, Step
from empla.mind.values import Address, Instant
from employees.executive_assistant import words
from employees.executive_assistant.booking import Quicker, kept_free, kept_no_more
from employees.executive_assistant.guests import Guest
from employees.executive_assistant.keeping import NEWS
from employees.executive_assistant.knowing import Profile
from employees.executive_assistant.meetings import COVERED, arranged

CHANGED = "changed"
"""Functor of what a change can be undone with: (thread, uid, Former)."""
UNDONE_WITHIN = timedelta(days=7)
_TRIES = 3


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class Former:
    """What a meeting was before a change."""

    title: str
    start: Instant
    end: Instant
    location: str
    attendees: tuple[Address, ...]
    occurrence: Instant | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What shall be otherwise about a meeting; what is empty stays as it is."""

    start: Instant | None = None
    end: Instant | None = None
    title: str | None = None
    location: str | None = None
    add: tuple[Guest, ...] = ()
    remove: tuple[Address, ...] = ()

    @property
    def people(self) -> bool:
        """Whether other people take part."""
        return bool(self.add or self.remove)

    def arguments(self, copy: EventCopy) -> dict[str, Any]:
        """Return the arguments that change `copy` so. The people who are there stay, whoever they are."""
        changed: dict[str, Any] = {"start": self.start, "end": self.end, "title": self.title, "location": self.location}
        if self.people:
            gone = {a.value for a in self.remove}
            there = [Address(a.address, copy.owner.origin) for a in parse(copy.ics).attendees if a.address not in gone]
            known = {a.value for a in there}
            changed["attendees"] = (*there, *(g.address for g in self.add if g.address.value not in known))
        return {name: value for name, value in changed.items() if value is not None}


def former_of(item: AgendaItem) -> Former:
    """Return what a meeting is, for when it has been changed."""
    return Former(
        title=item.title,
        start=item.start,
        end=item.end,
        location=item.location,
        attendees=item.attendees,
        occurrence=item.occurrence if item.recurring else None,
    )


class NotEntered(Exception):
    """Nothing was changed: what had begun was put back. The sentence says why, to the manager."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entered:
    """A change that stands: the copy before it, from which the uninvited are told, and the one after it."""

    before: EventCopy
    after: EventCopy


def entered(
    me: Profile, item: AgendaItem, difference: Difference, thread: str, check: tuple[Address, ...] = ()
) -> Generator[Step, Any, Entered]:
    """Write a change into the calendars in which the meeting stands, and remember in `thread` what it was before.

    `NotEntered` if it has gone, or does not work; then it stands as it did. With `check`, `Quicker` if one of them is
    not free any more at its new time, which is kept from here on until it stands in the calendars.
    """
    owners = _owners(item, me)
    written: list[tuple[EventCopy, EventCopy, str]] = []
    new = difference.start
    if new is not None and difference.end is not None:
        yield kept_free(new, difference.end)
    for owner, operation in owners:
        try:
            pair = yield from _updated(owner, operation, item, difference, () if written else check)
        except ActionFailed as failure:
            yield from _put_back(written, item)
            raise NotEntered(failure.outcome.sentence.rstrip(". ") or failure.code) from failure
        if pair is not None:
            written.append((*pair, operation))
    if not written:
        raise NotEntered("it has gone from the calendar")
    if new is not None:
        yield kept_no_more(new)
    yield from _remembered(item, difference, thread)
    return Entered(before=written[0][0], after=written[0][1])


def _owners(item: AgendaItem, me: Profile) -> tuple[tuple[Address, str], ...]:
    manager = (me.manager, "calendar.update")
    if not arranged(item, me):
        return (manager,)
    there = me.manager.value in {a.value for a in item.attendees}
    return ((me.address, "calendar.update_own"), *((manager,) if there else ()))


def _updated(
    owner: Address, operation: str, item: AgendaItem, difference: Difference, check: tuple[Address, ...]
) -> Generator[Step, Any, tuple[EventCopy, EventCopy] | None]:
    """Change one calendar, again on what stands there if somebody changed the event meanwhile; None if it has gone."""
    copy: EventCopy | None = yield Do(operation="calendar.read", arguments={"owner": owner, "event": item.event})
    for _ in range(_TRIES):
        if copy is None:
            return None
        wanted = {**difference.arguments(copy), **occurrence_of(item)}
        if check and difference.start is not None:
            wanted["check"] = check
        done: EventWritten | EventMoved | BookConflict = yield Do(
            operation=operation, arguments={"copy": copy, **wanted}
        )
        if isinstance(done, BookConflict):
            raise Quicker
        if isinstance(done, EventWritten):
            return copy, done.copy
        copy = done.copy
    return None


def occurrence_of(item: AgendaItem) -> dict[str, Any]:
    """Return which one of a series is meant, as the calendar's operations take it; nothing for a single meeting."""
    return {"occurrence": item.occurrence} if item.recurring and item.occurrence is not None else {}


def _put_back(written: Sequence[tuple[EventCopy, EventCopy, str]], item: AgendaItem) -> Generator[Step, Any, None]:
    """Let calendars that were changed say again what they did; one that does not take it is told of."""
    for before, after, operation in written:
        old = parse(before.ics)
        zone = old.zone
        origin = before.owner.origin
        arguments = {
            "copy": after,
            "start": Instant(old.start, zone, origin),
            "end": Instant(old.end, zone, origin),
            "title": old.title or None,
            "location": old.location,
            "attendees": tuple(Address(a.address, origin) for a in old.attendees),
        }
        if item.recurring:
            arguments |= {"start": item.start, "end": item.end, **occurrence_of(item)}
        try:
            yield Do(operation=operation, arguments={n: v for n, v in arguments.items() if v is not None})
        except ActionFailed as failure:
            raise NotEntered(
                "one of the two calendars did not take it, and I could not put the other back"
            ) from failure


def _remembered(item: AgendaItem, difference: Difference, thread: str) -> Generator[Step, Any, None]:
    """Note what the meeting was, that it was spoken of here, and where it is now for whoever keeps it."""
    uid = item.event.uid
    now = yield Now()
    yield Forget(functor=CHANGED, pattern=(thread,))
    yield Believe(functor=CHANGED, arguments=(thread, uid, former_of(item)), until=now + UNDONE_WITHIN)
    yield Believe(functor="spoken-of", arguments=(thread, uid))
    if difference.start is not None and not item.recurring:
        yield Forget(functor="moved", pattern=(uid,))
        yield Believe(functor="moved", arguments=(uid, difference.start, difference.end))
        yield Raise(kind=NEWS, fields={"uid": uid})


# telling -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """Who was told of a change and who could not be; `waiting` are those whom the gate asks the manager about first."""

    reached: tuple[str, ...] = ()
    missed: tuple[str, ...] = ()
    waiting: tuple[Guest, ...] = field(default=())


def told_of(
    me: Profile, copy: EventCopy, guests: Sequence[Guest], item: AgendaItem, *, uninvite: bool = False
) -> Generator[Step, Any, Told]:
    """Send the new version to those whom the request covers or, with `uninvite`, tell that it goes on without them.

    `item` is what was changed: of a series that one occurrence.
    """
    covered = [g for g in guests if g.address.origin.source in COVERED]
    waiting = tuple(g for g in guests if g not in covered)
    if not covered:
        return Told(waiting=waiting)
    try:
        sent = yield from _sent(me, copy, covered, item, uninvite=uninvite)
    except ActionFailed:
        return Told(missed=tuple(g.name for g in covered), waiting=waiting)
    lost = {address.lower() for address in sent.refused}
    return Told(
        reached=tuple(g.name for g in covered if g.address.value not in lost),
        missed=tuple(g.name for g in covered if g.address.value in lost),
        waiting=waiting,
    )


def told_later(
    me: Profile, copy: EventCopy, guests: Sequence[Guest], item: AgendaItem, *, uninvite: bool = False
) -> Generator[Step, Any, None]:
    """Tell those whom no request covers, one by one: the gate asks the manager first, who hears what became of it."""
    title = item.title
    for guest in guests:
        try:
            sent = yield from _sent(me, copy, [guest], item, uninvite=uninvite)
        except ActionFailed as failure:
            why = "since I have no yes from you" if failure.code == "rejected" else f"because it failed ({failure})"
            text = f"I have not told {guest.address} of the change of “{title}”, {why}."
        else:
            lost = f"Our mail server takes no mail to {guest.address}, so please tell them yourself of “{title}”."
            text = lost if sent.refused else f"I have told {guest.address} of the change of “{title}”."
        yield send(me.manager, f"Changed: {title}", text)


def _sent(
    me: Profile, copy: EventCopy, guests: Sequence[Guest], item: AgendaItem, *, uninvite: bool
) -> Generator[Step, Any, InvitationSent]:
    arguments: dict[str, Any] = {"copy": copy, "to": tuple(g.address for g in guests), "sender_name": me.name}
    arguments |= occurrence_of(item)
    operation = "calendar.send_cancel" if uninvite else "calendar.invite"
    if uninvite:
        arguments["uninvite"] = True
    sent: InvitationSent = yield Do(operation=operation, arguments=arguments)
    yield Believe(functor="spoken-of", arguments=(sent.message_id, copy.event.uid))
    return sent


def about_told(told: Told, does: str) -> str:
    """Return who was told, in a sentence that begins with what was done ("I have asked", "I have told")."""
    parts = []
    if told.reached:
        parts.append(f"{does.replace('*', words.listed(told.reached))}.")
    if told.missed:
        parts.append(f"I could not reach {words.listed(told.missed)}; please tell them yourself.")
    if told.waiting:
        them = words.listed(g.address.value for g in told.waiting)
        parts.append(
            f"I do not know {them} from the directory, so I ask you in a mail of its own before I write there."
        )
    return " ".join(parts)
