"""Moving a meeting, or giving it another length: the new time is found, entered and told like that of a new one."""

from collections.abc import Generator
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from empla.capabilities.calendar.results import AgendaItem, FreeBusy, SlotOption, Slots
from empla.capabilities.email.reading.changecues import SERIES
from empla.capabilities.email.reading.times.model import Span, Window, narrow
from empla.capabilities.email.steps import reply
from empla.mind.beliefs import BeliefBase
from empla.mind.plans import PlanLibrary, Trigger, on
from empla.mind.readings import Mail
from empla.mind.steps import ActionFailed, Do, Now, Scope, Step
from empla.mind.values import OWN, Address
from employees.executive_assistant import words
from employees.executive_assistant.booking import Quicker, quicker, started
from employees.executive_assistant.choosing import UNCHANGED, Meant, meant
from employees.executive_assistant.entering import (
    Difference,
    NotEntered,
    about_told,
    entered,
    told_later,
    told_of,
)
from employees.executive_assistant.knowing import Profile, Steps, from_manager, intent, profile, told
from employees.executive_assistant.looking import against_rules, instant, looked_for
from employees.executive_assistant.meetings import COVERED, minutes_of, named_guests, not_ours, ours, own_entry
from employees.executive_assistant.proposing import proposed
from employees.executive_assistant.talking import asked
from employees.executive_assistant.wishes import Wish

library = PlanLibrary()

STAYS = "The meeting stays where it is."
_ROUNDS = 5


def changes_what_was_spoken_of(beliefs: BeliefBase, event: Trigger) -> bool:
    """Whether the manager wants it changed: asks so, or answers what was done with another time ("Make it an hour")."""
    mail: Mail = event.mail
    if not from_manager(beliefs, event) or intent(mail) == "move":
        return from_manager(beliefs, event)
    other = told(mail, "minutes") is not None or told(mail, "window") is not None
    return other and not told(mail, "people") and bool(beliefs.matching("spoken-of", mail.thread))


@library.plan(
    on("mail", mail__reading__intent={"move", "answer", "choose"}),
    when=changes_what_was_spoken_of,
    goal="move a meeting",
    version=2,
)
def move_meeting(event: Trigger) -> Steps:
    """Move the one meeting that the manager means to where it shall be."""
    me: Profile = yield from profile()
    found = yield from meant(event, me, "move", spoken_of=intent(event.mail) != "move")
    if found is None:
        return
    why_not = hindrance(found, event.mail, me, "move")
    if why_not:
        yield reply(found.mail, found.said(why_not))
        return
    item = found.items[0]
    wish = yield from wish_of(event, found, item, me)
    if wish is not None:
        yield from moved(wish, me, item, Difference())


def hindrance(found: Meant, mail: Mail, me: Profile, verb: str) -> str:
    """Return why what is meant cannot be changed, empty if it can."""
    item = found.items[0]
    when = words.span(item.start.value, item.end.value, me.zone)
    if len(found.items) > 1:
        return (
            f"I {verb} one meeting at a time, so I have changed nothing. The first of them is “{item.title}”, {when}."
        )
    if not ours(item, me):
        return not_ours(item, me, verb)
    whole = SERIES.search(words.said(mail))
    if item.recurring and (item.occurrence is None or (whole is not None and whole["all"])):
        return (
            f"“{item.title}” is a series, and I {verb} one occurrence at a time, not all of them. {UNCHANGED} "
            f"For the one on {when}, please write “only this time”."
        )
    return ""


# where to ------------------------------------------------------------------------------------------------------------


def wish_of(event: Trigger, found: Meant, item: AgendaItem, me: Profile) -> Generator[Step, Any, Wish | None]:
    """Return the meeting as it shall be; asks when that is, if the mail does not say."""
    guests = yield from named_guests(item, found.mail, me)
    wish = Wish(
        mail=found.mail,
        opening=found.opening,
        guests=guests,
        minutes=told(event.mail, "minutes") or minutes_of(item),
        without_me=not_there(item, me),
        undone=STAYS,
    )
    shift: int | None = told(event.mail, "shift")
    if shift is not None:
        start = item.start.value + timedelta(minutes=shift)
        return replace(wish, window=window_at(start, start, "instant", me))
    named_here = found.mail != event.mail or intent(event.mail) != "move"
    to: Window | None = told(event.mail, "to") or (told(found.mail, "window") if named_here else None)
    if to is None and told(event.mail, "minutes") is not None:
        return replace(wish, window=window_at(item.start.value, item.start.value, "instant", me))
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


def not_there(item: AgendaItem, me: Profile) -> bool:
    """Return whether a meeting was arranged for others, without the manager."""
    return not own_entry(item, me) and me.manager.value not in {a.value for a in item.attendees}


def window_at(start: datetime, end: datetime, grain: str, me: Profile) -> Window:
    """Return one stretch of time, or with `grain` "instant" one start, as a window."""
    span = Span(start=start.astimezone(UTC), end=end.astimezone(UTC))
    return Window(spans=(span,), said="", zone=me.zone, grain=grain, origin=OWN)


def _day_of(item: AgendaItem, me: Profile) -> Window:
    """Return the day on which a meeting is: "at 4pm" means that day."""
    here = ZoneInfo(me.zone)
    day = item.start.value.astimezone(here).date()
    start, end = (datetime.combine(day + timedelta(days=n), time(), here) for n in (0, 1))
    return window_at(start, end, "day", me)


def same_hour(wish: Wish, item: AgendaItem, me: Profile) -> Wish | None:
    """Return the wish for the hour at which the meeting was, if no hour was said: "to Thursday" rather keeps it."""
    window = wish.window
    if window is None or window.grain != "day" or len(window.days()) != 1:
        return None
    here = ZoneInfo(me.zone)
    start = datetime.combine(window.days()[0], item.start.value.astimezone(here).time(), here)
    return replace(wish, window=window_at(start, start, "instant", me))


# moving --------------------------------------------------------------------------------------------------------------


def moved(wish: Wish, me: Profile, item: AgendaItem, difference: Difference) -> Generator[Step, Any, None]:
    """Find a time for a meeting as it is wished for and change it so, with what else shall be different; answer.

    `wish.guests` are those who take part afterwards.
    """
    after: Wish | None = wish
    for _ in range(_ROUNDS):
        if after is None:
            return
        try:
            after = yield from _moved(after, me, item, difference)
        except ActionFailed as failure:
            said = failure.outcome.sentence.rstrip(". ")
            text = f"I could not change “{item.title}” ({said}). Please look at your calendar."
            yield reply(wish.mail, wish.said(text))
            return


def _moved(wish: Wish, me: Profile, item: AgendaItem, difference: Difference) -> Generator[Step, Any, Wish | None]:
    """Find a time and move the meeting there; return the wish if it has to be looked for anew, None if it is over."""
    found: Slots = Slots()
    for one in (same_hour(wish, item, me), wish):
        if one is not None and not found.slots:
            found = yield from looked_for_apart(one, me, item)
    option = found.slots[0] if found.slots else None
    if option is None:
        chosen = yield from proposed(wish, me, found, item)
        if chosen is None or chosen.option is None:
            return None if chosen is None else chosen.wish
        wish, option = chosen.wish, chosen.option
        now = yield Now()
        if started(option, now):
            return replace(wish, opening=f"{words.slot(option, me.zone)} is past by now.")
    same = (option.start.value, option.end.value) == (item.start.value, item.end.value)
    if same and difference == Difference():
        yield reply(wish.mail, wish.said(f"“{item.title}” is then already: {words.slot(option, me.zone)}."))
        return None
    if not same:
        difference = replace(difference, start=option.start, end=option.end)
        remark = yield from against_rules(wish, me, option)
        wish = replace(wish, opening=words.paragraphs(wish.opening, remark))
    try:
        yield from changed(wish, me, item, difference, found, check=() if same else _there(wish, me, difference))
    except Quicker:
        return replace(wish, opening=quicker(option, me))
    return None


def _there(wish: Wish, me: Profile, difference: Difference) -> tuple[Address, ...]:
    """Return who takes part afterwards."""
    gone = {a.value for a in difference.remove}
    guests = (g.address for g in wish.guests if g.address.value not in gone)
    return (*(() if wish.without_me else (me.manager,)), *guests)


def looked_for_apart(wish: Wish, me: Profile, item: AgendaItem, *, ruled: bool = True) -> Generator[Step, Any, Slots]:
    """Look for a time. Where the new one overlaps the old, the meeting itself does not stand in its own way."""
    found: Slots = yield from looked_for(wish, me, ruled=ruled, apart_from=item.event.uid)
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


def covering(me: Profile, wish: Wish, item: AgendaItem, difference: Difference) -> Scope:
    """State what a change covers: those who take part before or after it, its old time and its new one."""
    people = (*(g.address for g in wish.guests), *(g.address for g in difference.add), *difference.remove)
    covered = {a.value: a for a in people if a.origin.source in COVERED}
    ends = [item.start.value, item.end.value]
    ends += [i.value for i in (difference.start, difference.end) if i is not None]
    return Scope(people=(me.manager, *covered.values()), start=min(ends), end=max(ends))


def changed(
    wish: Wish,
    me: Profile,
    item: AgendaItem,
    difference: Difference,
    found: Slots | None = None,
    *,
    check: tuple[Address, ...] = (),
) -> Generator[Step, Any, None]:
    """Change the calendars, tell everybody concerned, and answer `wish.mail`.

    `Quicker`, and nothing is done, if one of those in `check` is not free any more at the new time.
    """
    yield covering(me, wish, item, difference)
    try:
        done = yield from entered(me, item, difference, wish.mail.thread, check)
    except NotEntered as why:
        yield reply(wish.mail, wish.said(f"I could not change “{item.title}”: {why}. {STAYS}"))
        return
    new = {g.address.value for g in difference.add}
    leave = {a.value for a in difference.remove}
    stay = [g for g in wish.guests if g.address.value not in new | leave]
    out = [g for g in wish.guests if g.address.value in leave]
    asks = difference.start is not None
    told_them = []
    waiting: list[tuple[Any, bool]] = []
    # Who was there already and need not answer anew is told apart from those who are invited.
    for group, does, uninvite in (
        (stay, "I have asked * anew" if asks else "I have told *", False),
        (difference.add, "I have invited *", False),
        (out, "I have told * that it takes place without them", True),
    ):
        said = yield from told_of(me, done.before if uninvite else done.after, group, item, uninvite=uninvite)
        told_them.append(about_told(said, does))
        waiting += [(guest, uninvite) for guest in said.waiting]
    first = _done(wish, me, item, difference)
    rest = " ".join(part for part in (*told_them, unseen(wish, found or Slots())) if part)
    yield reply(wish.mail, wish.said(words.paragraphs(first, rest)))
    for guest, uninvite in waiting:
        copy = done.before if uninvite else done.after
        yield from told_later(me, copy, [guest], item, uninvite=uninvite)


def _done(wish: Wish, me: Profile, item: AgendaItem, difference: Difference) -> str:
    """Say what was changed: where it is now, with day, date, time and zone, and what else is different."""
    said = []
    if difference.start is not None and difference.end is not None:
        when = words.span(difference.start.value, difference.end.value, me.zone)
        longer = difference.start.value == item.start.value
        said.append(
            f"“{item.title}” now takes {words.length(wish.length)}: {when}."
            if longer
            else f"I have moved “{item.title}” to {when}."
        )
    else:
        said.append(f"I have changed “{item.title}”, {words.span(item.start.value, item.end.value, me.zone)}.")
    if difference.title is not None:
        said.append(f"It is now called “{difference.title}”.")
    if difference.location is not None:
        said.append(f"The place is: {difference.location}.")
    return f"Done. {' '.join(said)}"


def unseen(wish: Wish, found: Slots) -> str:
    """Say whose calendar cannot be seen."""
    them = {a.value for a in found.unseen}
    hidden = words.listed(g.name for g in wish.guests if g.address.value in them)
    return f"I cannot see the calendar of {hidden}, so I do not know whether the time suits them." if hidden else ""
