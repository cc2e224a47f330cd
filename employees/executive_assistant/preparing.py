"""Notes before a meeting: with whom it is, when they last wrote, what is open with them, what files they sent.

The assistant looks at the manager's calendar once an hour by day, and again whenever it knows of a change; each meeting
with others gets one note, as long ahead as the manager wants it.
"""

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from empla.capabilities.calendar.events import parse
from empla.capabilities.calendar.results import Agenda, AgendaItem, EventCopy
from empla.capabilities.email.sorting import FILE_RECEIVED, HEARD_FROM
from empla.capabilities.email.steps import send
from empla.errors import EmplaError
from empla.mind.commitments import COMMITMENT, EXPECTATION
from empla.mind.plans import PlanLibrary, Trigger, on
from empla.mind.steps import ActionFailed, Again, Believe, Do, Now, Raise, Step, Wait, query
from empla.mind.values import Address, FileRef
from employees.executive_assistant import promises, words
from employees.executive_assistant.agendas import in_order
from employees.executive_assistant.duties import DUTY, PREPARATION, not_held, taken_up
from employees.executive_assistant.guests import Guest, known_by
from employees.executive_assistant.knowing import Profile, Steps, profile
from employees.executive_assistant.looking import instant
from employees.executive_assistant.wanting_briefs import CHANGED, Wanted, wanted

library = PlanLibrary()

NEAR = "meeting-near"
"""Kind of the event that a meeting begins soon; field `item`, an AgendaItem."""
PREPARED = "prepared"
"""Functor of the meetings for which a note was sent: (uid, start)."""
LOOK_AGAIN = timedelta(hours=1)
TOO_LATE = timedelta(minutes=10)
"""How long before a meeting a note is of no use any more."""
FROM, UNTIL = time(6, 30), time(19, 0)
"""Local hours in which the calendar is looked at."""
MOST_PEOPLE = 8
_FILES = 5
_LONGEST_AGENDA = 300


@library.plan(on(DUTY, name=PREPARATION), when=not_held, goal="prepare the manager for meetings", quiet=True)
def keep_prepared(event: Trigger) -> Steps:
    """Look what is on, have a note sent for what is near, wait, and start afresh."""
    if not event.get("again"):
        yield from taken_up(PREPARATION)
    me: Profile = yield from profile()
    asked = yield from wanted()
    if not asked.notes:
        yield Wait(kind=CHANGED)
    else:
        now = yield Now()
        coming = yield from _coming(me, now, asked)
        for item in coming:
            if item.start.value - _lead(asked) <= now:
                yield Believe(functor=PREPARED, arguments=_of(item), until=item.end.value)
                yield Raise(kind=NEAR, fields={"item": item})
        later = [item.start.value - _lead(asked) for item in coming]
        yield Wait(until=min([at for at in later if at > now] + [_next_look(now, me.zone)]), kind=CHANGED)
    yield Again(bindings={"name": PREPARATION, "again": True})


def _lead(asked: Wanted) -> timedelta:
    return timedelta(minutes=asked.lead)


def _of(item: AgendaItem) -> tuple[str, datetime]:
    return item.event.uid, item.start.value


def _next_look(now: datetime, zone: str) -> datetime:
    """Return when to look at the calendar again: in an hour by day, else in the morning."""
    here = ZoneInfo(zone)
    local = (now + LOOK_AGAIN).astimezone(here)
    if FROM <= local.time() < UNTIL:
        return local
    day = local.date() if local.time() < FROM else local.date() + timedelta(days=1)
    return datetime.combine(day, FROM, here)


def _coming(me: Profile, now: datetime, asked: Wanted) -> Generator[Step, Any, list[AgendaItem]]:
    """Return the meetings with others that begin soon and for which there was no note; none if nobody can look."""
    until = max(now + _lead(asked) + LOOK_AGAIN, _next_look(now, me.zone) + _lead(asked))
    between = {"start": instant(now, me), "end": instant(until, me)}
    try:
        agenda: Agenda = yield Do(operation="calendar.agenda", arguments={"owner": me.manager, **between})
    except ActionFailed:
        return []
    done = {(uid, start) for uid, start in (yield query(PREPARED))}
    return [
        item
        for item in in_order(agenda.items)
        if not (item.all_day or item.free or item.declined)
        and item.start.value - now >= TOO_LATE
        and _others(item, me)
        and _of(item) not in done
    ]


def _others(item: AgendaItem, me: Profile) -> list[Address]:
    """Return who else is there: without the manager, and without us, who only arranged it."""
    everybody = [*item.attendees, *([item.organizer] if item.organizer is not None else [])]
    own = (me.manager.value, me.address.value)
    return list({a.value: a for a in everybody if a.value not in own}.values())


# the note ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Known:
    """What is known of one who will be there."""

    guest: Guest
    last: tuple[datetime, str] | None
    files: tuple[str, ...]
    open: tuple[str, ...]


@library.plan(on(NEAR), goal="prepare the manager for a meeting", quiet=True)
def prepare(event: Trigger) -> Steps:
    """Send one note: who, last contact, open points, files."""
    me: Profile = yield from profile()
    item: AgendaItem = event.item
    others = _others(item, me)
    known = []
    for address in others[:MOST_PEOPLE]:
        known.append((yield from _known(address, me)))
    start = item.start.value.astimezone(ZoneInfo(me.zone))
    place = f", {item.location}" if item.location else ""
    when = words.plain_span(item.start.value, item.end.value, me.zone)
    text = words.paragraphs(
        f"“{item.title or '(no title)'}”, {when} ({me.zone}){place}.",
        _who(known, item, me, len(others)),
        words.section("Open with them:", (line for one in known for line in one.open)),
        words.section("Files they have sent lately:", (line for one in known for line in one.files)),
        (yield from _agenda(item, me)),
    )
    yield send(me.manager, f"At {words.clock(start)}: {words.sentence(item.title or 'a meeting', 60)}", text)


def _known(address: Address, me: Profile) -> Generator[Step, Any, _Known]:
    guest = yield from known_by(address)
    heard = yield query(HEARD_FROM, address.value)
    last = (heard[-1][1], heard[-1][2]) if heard else None
    sent: Sequence[tuple[str, FileRef, str, datetime]] = yield query(FILE_RECEIVED, address.value)
    newest = sorted(sent, key=lambda one: one[3])[-_FILES:]
    files = tuple(
        f"{file.name or 'an unnamed file'} (in “{words.sentence(subject, 60)}”, {words.moment(received, me.zone)})"
        for _, file, subject, received in newest
    )
    theirs = yield from promises.all_of(EXPECTATION)
    mine = yield from promises.all_of(COMMITMENT)
    owed = [f"{guest.name}: {promises.line(m, me)}" for _, m in theirs if m.debtor.value == address.value]
    due = [f"for {guest.name}: {promises.line(m, me)}" for _, m in mine if m.creditor.value == address.value]
    return _Known(guest, last, files, (*owed, *due))


def _who(known: Sequence[_Known], item: AgendaItem, me: Profile, number: int) -> str:
    awaited = {a.value for a in item.awaited}
    lines = []
    for one in known:
        address = one.guest.address.value
        said = [] if one.guest.name == address else [address]
        if address in awaited:
            said.append("has not answered the invitation")
        when = (
            f"last wrote on {words.moment(one.last[0], me.zone)}: “{words.sentence(one.last[1], 60)}”"
            if one.last
            else ""
        )
        said.append(when or "I know of no mail of theirs")
        lines.append(f"{one.guest.name}: {'; '.join(said)}")
    if number > len(known):
        lines.append(f"and {number - len(known)} more")
    return words.section("With:", lines)


def _agenda(item: AgendaItem, me: Profile) -> Generator[Step, Any, str]:
    """Return the first words of what the entry itself says."""
    try:
        copy: EventCopy | None = yield Do(
            operation="calendar.read", arguments={"owner": me.manager, "event": item.event}
        )
        text = parse(copy.ics, me.zone).description if copy is not None else ""
    except (ActionFailed, EmplaError):
        return ""
    return f"The entry says: “{words.sentence(text, _LONGEST_AGENDA)}”" if text.strip() else ""
