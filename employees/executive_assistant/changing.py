"""Changing a meeting that stands: its length, its people, its title, its place; and putting a change back."""

from collections.abc import Generator, Sequence
from dataclasses import replace
from typing import Any

from empla.capabilities.calendar.results import AgendaItem, FreeBusy
from empla.capabilities.email.reading.people import Who
from empla.capabilities.email.steps import reply
from empla.mind.beliefs import ANY
from empla.mind.plans import PlanLibrary, Trigger, on
from empla.mind.readings import Mail
from empla.mind.steps import Do, Step, query
from empla.mind.values import Address
from employees.executive_assistant import words
from employees.executive_assistant.choosing import UNCHANGED, Meant, meant, standing_now
from employees.executive_assistant.entering import CHANGED, Difference, Former
from employees.executive_assistant.guests import Guest, people
from employees.executive_assistant.knowing import Profile, Steps, from_manager, intent, profile, told
from employees.executive_assistant.looking import instant
from employees.executive_assistant.meetings import arranged, minutes_of, named_guests
from employees.executive_assistant.moving import changed, hindrance, moved, not_there, window_at
from employees.executive_assistant.talking import answer, asked
from employees.executive_assistant.undoing import booked_again, called_off_again
from employees.executive_assistant.wishes import Wish, clarified

library = PlanLibrary()

SHORTEST = 5
"""Minutes that a meeting lasts at least."""
NOTHING_TO_PUT_BACK = (
    "There is nothing in this conversation that I could take back, so I have changed nothing. Please tell me in a "
    "sentence what should be otherwise."
)


@library.plan(on("mail", mail__reading__intent="change"), when=from_manager, goal="change a meeting")
def change_meeting(event: Trigger) -> Steps:
    """Change what the manager wants otherwise about the one meeting that is meant."""
    me: Profile = yield from profile()
    if told(event.mail, "undo"):
        yield from _put_back(event, me)
        return
    found = yield from meant(event, me, "change")
    if found is None:
        return
    why_not = hindrance(found, event.mail, me, "change")
    if why_not:
        yield reply(found.mail, found.said(why_not))
        return
    item = found.items[0]
    made = yield from _wanted(event.mail, found, item, me)
    if made is None:
        return
    wish, difference = made
    if wish.length != minutes_of(item):
        yield from moved(wish, me, item, difference)
    elif difference == Difference():
        yield reply(wish.mail, wish.said(f"“{item.title}” is so already. {UNCHANGED}"))
    elif not difference.add or (yield from _all_the_same(wish, me, item, difference)):
        yield from changed(wish, me, item, difference)


# what shall be otherwise ---------------------------------------------------------------------------------------------


def _wanted(
    mail: Mail, found: Meant, item: AgendaItem, me: Profile
) -> Generator[Step, Any, tuple[Wish, Difference] | None]:
    """Return the meeting as it shall be, and what is different; asks what the mail leaves open. None: it is over."""
    there = yield from named_guests(item, found.mail, me)
    wish = Wish(
        mail=found.mail,
        opening=found.opening,
        guests=there,
        window=window_at(item.start.value, item.start.value, "instant", me),
        without_me=not_there(item, me),
        undone=UNCHANGED,
    )
    timed = yield from _length(mail, wish, item, me)
    if timed is None:
        return None
    joined = yield from _people(mail, timed, item, me)
    if joined is None:
        return None
    wish, add, remove = joined
    title: str = told(mail, "title") or ""
    if not title and (add or remove):
        title = _title_of(item, there, wish.guests, add, remove, me)
    place: str = told(mail, "place") or ""
    difference = Difference(
        title=words.title(title) if title and words.title(title) != item.title else None,
        location=words.location(place, me.manager_name) if place else None,
        add=add,
        remove=tuple(g.address for g in remove),
    )
    return wish, difference


def _length(mail: Mail, wish: Wish, item: AgendaItem, me: Profile) -> Generator[Step, Any, Wish | None]:
    """Return the wish with its new length; asks how long if the mail wants it longer or shorter and no more."""
    lasts = minutes_of(item)
    minutes: int | None = told(mail, "minutes")
    longer: int | None = told(mail, "longer")
    if minutes is None and longer is not None:
        minutes = max(SHORTEST, lasts + longer)
    doubts = told(mail, "doubts") or ()
    if minutes is None and doubts:
        question = wish.said(f"{doubts[0].question} “{item.title}” takes {words.length(lasts)} now.")
        said = yield from asked(me, wish.mail, question, f"how long “{item.title}” shall be", UNCHANGED)
        if said is None:
            return None
        minutes = told(said, "minutes")
        if minutes is None:
            yield reply(said, f"All right. {UNCHANGED}")
            return None
        wish = replace(wish, mail=said, opening="")
    return replace(wish, minutes=minutes or lasts)


def _people(
    mail: Mail, wish: Wish, item: AgendaItem, me: Profile
) -> Generator[Step, Any, tuple[Wish, tuple[Guest, ...], tuple[Guest, ...]] | None]:
    """Return the wish with those who take part afterwards or are told that they do not, who joins and who leaves."""
    add: tuple[Who, ...] = told(mail, "add") or ()
    out: tuple[Who, ...] = told(mail, "remove") or ()
    if not add and not out:
        return wish, (), ()
    if not arranged(item, me):
        text = (
            f"“{item.title}” is an entry of your own, to which nobody is invited. {UNCHANGED} If it shall be one, "
            "please write me with whom, and when."
        )
        yield reply(wish.mail, wish.said(text))
        return None
    joins: tuple[Guest, ...] = ()
    if add:
        clear: Wish | None = yield from clarified(replace(wish, whom=add, guests=()), me)
        if clear is None:
            return None
        known = {g.address.value for g in wish.guests}
        joins = tuple(g for g in clear.guests if g.address.value not in known)
        wish = replace(clear, guests=wish.guests, whom=())
    leaves = []
    for who in out:
        meant_by = {g.address.value for g in (yield from people(who))}
        gone = [g for g in wish.guests if g.address.value in meant_by]
        if len(gone) != 1:
            them = "is not invited" if not gone else "may be more than one of those invited"
            yield reply(wish.mail, wish.said(f"{words.capital(who.words)} {them} to “{item.title}”. {UNCHANGED}"))
            return None
        leaves += gone
    return replace(wish, guests=(*wish.guests, *joins)), joins, tuple(leaves)


def _title_of(
    item: AgendaItem,
    before: Sequence[Guest],
    guests: Sequence[Guest],
    add: Sequence[Guest],
    remove: Sequence[Guest],
    me: Profile,
) -> str:
    """Return the title if it is but the list of those who take part, and they change; else nothing."""
    manager = [me.manager_name] if me.manager.value in {a.value for a in item.attendees} else []
    if item.title != words.listed([*manager, *(g.name for g in before)]):
        return ""
    return words.listed([*manager, *(g.name for g in guests if g not in remove)])


def _all_the_same(wish: Wish, me: Profile, item: AgendaItem, difference: Difference) -> Generator[Step, Any, bool]:
    """Whether those who join are free then, or the manager wants them there all the same."""
    between = {"start": instant(item.start.value, me), "end": instant(item.end.value, me)}
    busy = []
    for guest in difference.add:
        seen: FreeBusy = yield Do(operation="calendar.free_busy", arguments={"person": guest.address, **between})
        if seen.readable and any(b.start.value < item.end.value and item.start.value < b.end.value for b in seen.busy):
            busy.append(guest.name)
    if not busy:
        return True
    when = words.span(item.start.value, item.end.value, me.zone)
    question = (
        f"{words.listed(busy)} {'are' if len(busy) > 1 else 'is'} not free then ({when}). Shall I invite them all the "
        "same? Or answer with another time for the meeting."
    )
    said = yield from asked(me, wish.mail, wish.said(question), f"{words.listed(busy)} and “{item.title}”", UNCHANGED)
    if said is None:
        return False
    again = replace(wish, mail=said, opening="")
    if told(said, "window") is not None or told(said, "to") is not None:
        window = told(said, "to") or told(said, "window")
        yield from moved(replace(again, window=window), me, item, difference)
        return False
    if intent(said) != "yes":
        yield reply(said, f"All right. {UNCHANGED}")
        return False
    yield from changed(again, me, item, difference)
    return False


# back again ----------------------------------------------------------------------------------------------------------


def _put_back(event: Trigger, me: Profile) -> Generator[Step, Any, None]:
    """Let what was done last in this conversation be as it was before, if the time is still free."""
    mail: Mail = event.mail
    if (yield from booked_again(event, me)):
        return
    known = yield query(CHANGED, mail.thread, ANY, ANY)
    if not known:
        if not (yield from called_off_again(event, me)):
            yield answer(event, NOTHING_TO_PUT_BACK)
        return
    _, uid, former = known[-1]
    item = yield from standing_now(uid, me, former.occurrence)
    if item is None:
        yield answer(event, f"“{former.title}” does not stand in the calendar any more. {UNCHANGED}")
        return
    there = yield from named_guests(item, mail, me)
    difference, guests = yield from _back(item, former, there, mail, me)
    lasts = int((former.end.value - former.start.value).total_seconds() // 60)
    wish = Wish(
        mail=mail,
        opening=event.get("before") or "",
        guests=guests,
        minutes=lasts,
        window=window_at(former.start.value, former.start.value, "instant", me),
        without_me=not_there(item, me),
        undone=UNCHANGED,
    )
    if (item.start.value, item.end.value) != (former.start.value, former.end.value):
        yield from moved(wish, me, item, difference)
    else:
        yield from changed(wish, me, item, difference)


def _back(
    item: AgendaItem, former: Former, there: Sequence[Guest], mail: Mail, me: Profile
) -> Generator[Step, Any, tuple[Difference, tuple[Guest, ...]]]:
    """Return what has to change for a meeting to be what it was, and those whom that concerns."""
    was = {a.value for a in former.attendees}
    missing = tuple(a for a in former.attendees if a.value not in {b.value for b in item.attendees})
    again = yield from named_guests(replace(item, attendees=missing), mail, me)
    remove: tuple[Address, ...] = tuple(g.address for g in there if g.address.value not in was)
    difference = Difference(
        title=former.title if former.title != item.title else None,
        location=former.location if former.location != item.location else None,
        add=again,
        remove=remove,
    )
    return difference, (*there, *again)
