"""Moving a meeting that the assistant arranged: the new time is found, entered and told like that of a new one."""

from collections.abc import Generator
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from empla.capabilities.calendar.results import (
    AgendaItem,
    EventCopy,
    EventMoved,
    EventWritten,
    FreeBusy,
    InvitationSent,
    SlotOption,
    Slots,
)
from empla.capabilities.email.reading.times.model import Span, Window, narrow
from empla.capabilities.email.steps import reply
from empla.mind.beliefs import BeliefBase
from empla.mind.plans import PlanLibrary, Trigger, on
from empla.mind.readings import Mail
from empla.mind.steps import ActionFailed, Believe, Do, Forget, Now, Raise, Step
from empla.mind.values import OWN, Address
from employees.executive_assistant import words
from employees.executive_assistant.booking import started
from employees.executive_assistant.choosing import COVERED, Meant, arranged, guests_of, meant
from employees.executive_assistant.guests import Guest, names_of
from employees.executive_assistant.keeping import NEWS
from employees.executive_assistant.knowing import Profile, Steps, from_manager, intent, profile, told
from employees.executive_assistant.looking import instant, looked_for, scope
from employees.executive_assistant.proposing import proposed
from employees.executive_assistant.talking import asked
from employees.executive_assistant.wishes import Wish

library = PlanLibrary()

STAYS = "The meeting stays where it is."
_ROUNDS = 5


def _changes_what_was_spoken_of(beliefs: BeliefBase, event: Trigger) -> bool:
    """Whether the manager wants it changed: asks so, or answers what was done with another time ("Make it an hour")."""
    mail: Mail = event.mail
    if not from_manager(beliefs, event) or intent(mail) == "move":
        return from_manager(beliefs, event)
    other = told(mail, "minutes") is not None or told(mail, "window") is not None
    return other and not told(mail, "people") and bool(beliefs.matching("spoken-of", mail.thread))


@library.plan(
    on("mail", mail__reading__intent={"move", "answer", "choose"}),
    when=_changes_what_was_spoken_of,
    goal="move a meeting",
)
def move_meeting(event: Trigger) -> Steps:
    """Move the one meeting that the manager means to where it shall be."""
    me: Profile = yield from profile()
    found = yield from meant(event, me, "move", spoken_of=intent(event.mail) != "move")
    if found is None:
        return
    item = found.items[0]
    why_not = _hindrance(item, len(found.items), me)
    if why_not:
        yield reply(found.mail, found.said(why_not))
        return
    wish = yield from _wish(event, found, item, me)
    for _ in range(_ROUNDS):
        if wish is None:
            return
        try:
            wish = yield from _moved(wish, me, item)
        except ActionFailed as failure:
            said = failure.outcome.sentence.rstrip(". ")
            yield reply(
                found.mail, found.said(f"I could not move “{item.title}” ({said}). Please look at your calendar.")
            )
            return


def _hindrance(item: AgendaItem, several: int, me: Profile) -> str:
    when = words.span(item.start.value, item.end.value, me.zone)
    if several > 1:
        return f"I move one meeting at a time, so I have changed nothing. The first of them is “{item.title}”, {when}."
    if not arranged(item, me):
        return (
            f"“{item.title}”, {when}, was not arranged by me, so I cannot move it. I have changed nothing; "
            "please ask its organizer, or move it yourself."
        )
    return "" if not item.recurring else f"“{item.title}” is a series, and I move single meetings only. {STAYS}"


# where to ------------------------------------------------------------------------------------------------------------


def _wish(event: Trigger, found: Meant, item: AgendaItem, me: Profile) -> Generator[Step, Any, Wish | None]:
    """Return the meeting as it shall be; asks when that is, if the mail does not say."""
    lasts = int((item.end.value - item.start.value).total_seconds() // 60)
    addresses = yield from guests_of(item, found.mail, me)
    names = yield from names_of(addresses)
    wish = Wish(
        mail=found.mail,
        opening=found.opening,
        guests=tuple(Guest(name=names[a.value], address=a) for a in addresses),
        minutes=told(event.mail, "minutes") or lasts,
        without_me=me.manager.value not in {a.value for a in item.attendees},
        undone=STAYS,
    )
    shift: int | None = told(event.mail, "shift")
    if shift is not None:
        start = item.start.value + timedelta(minutes=shift)
        return replace(wish, window=_window(start, start, "instant", me))
    named_here = found.mail != event.mail or intent(event.mail) != "move"
    to: Window | None = told(event.mail, "to") or (told(found.mail, "window") if named_here else None)
    if to is None and told(event.mail, "minutes") is not None:
        return replace(wish, window=_window(item.start.value, item.start.value, "instant", me))
    if to is None or not to.spans:
        when = words.span(item.start.value, item.end.value, me.zone)
        question = wish.said(f"When shall “{item.title}” take place instead? It is on {when} now.")
        answer = yield from asked(me, wish.mail, question, f"when to move “{item.title}”", STAYS)
        to = told(answer, "window") or told(answer, "to") if answer is not None else None
        if answer is None:
            return None
        if to is None or not to.spans:
            yield reply(answer, f"All right. {STAYS}")
            return None
        wish = replace(wish, mail=answer, opening="")
    return replace(wish, window=narrow(_day_of(item, me), to))


def _window(start: datetime, end: datetime, grain: str, me: Profile) -> Window:
    span = Span(start=start.astimezone(UTC), end=end.astimezone(UTC))
    return Window(spans=(span,), said="", zone=me.zone, grain=grain, origin=OWN)


def _day_of(item: AgendaItem, me: Profile) -> Window:
    """Return the day on which a meeting is: "at 4pm" means that day."""
    here = ZoneInfo(me.zone)
    day = item.start.value.astimezone(here).date()
    start, end = (datetime.combine(day + timedelta(days=n), time(), here) for n in (0, 1))
    return _window(start, end, "day", me)


def _same_hour(wish: Wish, item: AgendaItem, me: Profile) -> Wish | None:
    """Return the wish for the hour at which the meeting was, if no hour was said: "to Thursday" rather keeps it."""
    window = wish.window
    if window is None or window.grain != "day" or len(window.days()) != 1:
        return None
    here = ZoneInfo(me.zone)
    start = datetime.combine(window.days()[0], item.start.value.astimezone(here).time(), here)
    return replace(wish, window=_window(start, start, "instant", me))


# moving --------------------------------------------------------------------------------------------------------------


def _moved(wish: Wish, me: Profile, item: AgendaItem) -> Generator[Step, Any, Wish | None]:
    """Find a time and move the meeting there; return the wish if it has to be looked for anew, None if it is over."""
    found: Slots = Slots()
    for one in (_same_hour(wish, item, me), wish):
        if one is not None and not found.slots:
            found = yield from _looked_for(one, me, item)
    option = found.slots[0] if found.slots else None
    if option is None:
        chosen = yield from proposed(wish, me, found)
        if chosen is None or chosen.option is None:
            return None if chosen is None else chosen.wish
        wish, option = chosen.wish, chosen.option
        now = yield Now()
        if started(option, now):
            return replace(wish, opening=f"{words.slot(option, me.zone)} is past by now.")
    yield scope(replace(wish, guests=_covered(wish)), me, [Span(start=option.start.value, end=option.end.value)])
    if (option.start.value, option.end.value) == (item.start.value, item.end.value):
        yield reply(wish.mail, wish.said(f"“{item.title}” is then already: {words.slot(option, me.zone)}."))
        return None
    yield from _entered(wish, me, item, option, found)
    return None


def _covered(wish: Wish) -> tuple[Guest, ...]:
    return tuple(g for g in wish.guests if g.address.origin.source in COVERED)


def _looked_for(wish: Wish, me: Profile, item: AgendaItem) -> Generator[Step, Any, Slots]:
    """Look for a time. Where the new one overlaps the old, the meeting itself does not stand in its own way."""
    found: Slots = yield from looked_for(wish, me)
    room = wish.window.room(wish.length) if wish.window is not None and wish.window.exact else ()
    if found.slots or len(room) != 1:
        return found
    new = room[0]
    if not (new.start < item.end.value and item.start.value < new.end):
        return found
    for address in (*(() if wish.without_me else (me.manager,)), *(g.address for g in wish.guests)):
        if (yield from _busy_apart(address, new, item, me)):
            return found
    return Slots(slots=(SlotOption(start=instant(new.start, me), end=instant(new.end, me)),), unseen=found.unseen)


def _busy_apart(address: Address, new: Span, item: AgendaItem, me: Profile) -> Generator[Step, Any, bool]:
    """Return whether somebody is busy in the part of the new time that the meeting does not take already."""
    between = {"start": instant(new.start, me), "end": instant(new.end, me)}
    found: FreeBusy = yield Do(operation="calendar.free_busy", arguments={"person": address, **between})
    rest = [(new.start, min(new.end, item.start.value)), (max(new.start, item.end.value), new.end)]
    return any(b.start.value < end and start < b.end.value for b in found.busy for start, end in rest if start < end)


def _entered(wish: Wish, me: Profile, item: AgendaItem, option: SlotOption, found: Slots) -> Generator[Step, Any, None]:
    """Change both calendars, tell the guests, and answer."""
    own = yield from _updated(me.address, "calendar.update_own", item, option)
    if own is None:
        yield reply(wish.mail, wish.said(f"“{item.title}” has gone from my calendar, so I could not move it."))
        return
    if not wish.without_me:
        yield from _updated(me.manager, "calendar.update", item, option)
    uid = item.event.uid
    yield Forget(functor="moved", pattern=(uid,))
    yield Believe(functor="moved", arguments=(uid, option.start, option.end))
    yield Believe(functor="spoken-of", arguments=(wish.mail.thread, uid))
    yield Raise(kind=NEWS, fields={"uid": uid})
    told_them = yield from _told(wish, me, own)
    moved = f"Done. I have moved “{item.title}” to {words.slot(option, me.zone)}."
    if option.start.value == item.start.value:
        moved = f"Done. “{item.title}” now takes {words.length(wish.length)}: {words.slot(option, me.zone)}."
    unseen = {a.value for a in found.unseen}
    hidden = words.listed(g.name for g in wish.guests if g.address.value in unseen)
    note = f"I cannot see the calendar of {hidden}, so I do not know whether the time suits them." if hidden else ""
    yield reply(wish.mail, wish.said(words.paragraphs(moved, " ".join(part for part in (told_them, note) if part))))


def _updated(
    owner: Address, operation: str, item: AgendaItem, option: SlotOption
) -> Generator[Step, Any, EventCopy | None]:
    copy: EventCopy | None = yield Do(operation="calendar.read", arguments={"owner": owner, "event": item.event})
    for _ in range(3):
        if copy is None:
            return None
        arguments = {"copy": copy, "start": option.start, "end": option.end}
        done: EventWritten | EventMoved = yield Do(operation=operation, arguments=arguments)
        if isinstance(done, EventWritten):
            return done.copy
        copy = done.copy
    return None


def _told(wish: Wish, me: Profile, copy: EventCopy) -> Generator[Step, Any, str]:
    """Send the new version; say who was told, and who could not be."""
    if not wish.guests:
        return ""
    arguments = {"copy": copy, "to": tuple(g.address for g in wish.guests), "sender_name": me.name}
    try:
        sent: InvitationSent = yield Do(operation="calendar.invite", arguments=arguments)
    except ActionFailed:
        return f"I could not tell {wish.names}; please tell them yourself."
    yield Believe(functor="spoken-of", arguments=(sent.message_id, copy.event.uid))
    missed = {address.lower() for address in sent.refused}
    text = f"I have asked {words.listed(g.name for g in wish.guests if g.address.value not in missed)} anew."
    if missed:
        text += f" I could not reach {words.listed(sorted(missed))}; please tell them yourself."
    return text
