"""Booking a time: both calendars, then the invitations; what fails half-way is taken back and said."""

from collections.abc import Generator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from empla.capabilities.calendar.results import BookConflict, Booked, Clash, InvitationSent, SlotOption, Slots
from empla.capabilities.email.steps import reply
from empla.mind.codec import registered
from empla.mind.steps import ActionFailed, Believe, Do, Hold, Raise, Step
from empla.mind.values import Address, EventRef, Instant
from employees.executive_assistant import words
from employees.executive_assistant.guests import Guest
from employees.executive_assistant.knowing import Profile
from employees.executive_assistant.looking import holiday_note, is_meal
from employees.executive_assistant.wishes import Wish

ARRANGED = "meeting-arranged"
"""Kind of the event that a meeting stands; field `meeting`. Whoever keeps it takes it from there."""


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class Arrangement:
    """A meeting that was arranged. `without_me`: the manager is not in it, nor is it in the manager's calendar."""

    event: EventRef
    title: str
    start: Instant
    end: Instant
    guests: tuple[Guest, ...]
    without_me: bool = False


class Quicker(Exception):
    """Somebody else took the time first: nothing was booked."""


class NotBooked(Exception):
    """It could not be booked, and what had begun was taken back. The sentence says why, to the manager."""


def booked(
    wish: Wish, me: Profile, option: SlotOption, found: Slots, *, kept: bool = True
) -> Generator[Step, Any, str]:
    """Book a time, invite, answer, and have it kept; return its UID.

    `Quicker` if somebody is not free any more, `NotBooked` if it does not work. The time is `kept` from the moment it
    is chosen until all see it in the calendar, so that no other request gets it too.
    """
    meeting, sent = yield from made(wish, me, option, kept=kept)
    yield reply(wish.mail, wish.said(_done(wish, me, option, found, sent)))
    return meeting.event.uid


def made(
    wish: Wish, me: Profile, option: SlotOption, *, kept: bool = True
) -> Generator[Step, Any, tuple[Arrangement, InvitationSent]]:
    """Book a time, invite, and have the meeting kept, without an answer to anybody; as `booked` does."""
    meeting, sent = yield from _entered(wish, me, option, kept=kept)
    yield Believe(
        functor="arranged",
        arguments=(meeting.event.uid, meeting.title, option.start.value, tuple(g.name for g in meeting.guests)),
    )
    yield Believe(functor="spoken-of", arguments=(wish.mail.thread, meeting.event.uid))
    yield Believe(functor="spoken-of", arguments=(sent.message_id, meeting.event.uid))
    yield Raise(kind=ARRANGED, fields={"meeting": meeting})
    return meeting, sent


def kept_free(start: Instant, end: Instant) -> Hold:
    """Keep a time that was chosen until it stands in every calendar: what is chosen meanwhile is another one."""
    return Hold(spans=((start.value, end.value),), until=start.value)


def kept_no_more(start: Instant) -> Hold:
    """Let go of the time that was chosen: from here on the calendars say who is busy."""
    return Hold(spans=(), until=start.value)


def _entered(
    wish: Wish, me: Profile, option: SlotOption, *, kept: bool
) -> Generator[Step, Any, tuple[Arrangement, InvitationSent]]:
    """Put the meeting into the calendars and send the invitations, or take back what had begun."""
    details = _details(wish, me, option)
    if kept:
        yield kept_free(option.start, option.end)
    try:
        own: Booked | BookConflict = yield Do(
            operation="calendar.book_own", arguments={**details, "owner": me.address, "check": _checked(wish, me)}
        )
    except ActionFailed as failure:
        raise NotBooked(_why(failure)) from failure
    if isinstance(own, BookConflict):
        raise Quicker
    meeting = Arrangement(
        event=own.event,
        title=details["title"],
        start=option.start,
        end=option.end,
        guests=wish.guests,
        without_me=wish.without_me,
    )
    try:
        if not wish.without_me:
            yield from _copied(me, {**details, "owner": me.manager, "event": own.event, "check": ()})
        if kept:
            yield kept_no_more(option.start)
        invitation = {"copy": own.copy, "to": tuple(g.address for g in wish.guests), "sender_name": me.name}
        sent: InvitationSent = yield Do(operation="calendar.invite", arguments=invitation)
    except (ActionFailed, NotBooked) as failure:
        why = _not_invited(wish, failure) if isinstance(failure, ActionFailed) else str(failure)
        yield from _taken_back(me, own.event, why)
        raise NotBooked(why) from failure
    return meeting, sent


def _details(wish: Wish, me: Profile, option: SlotOption) -> dict[str, Any]:
    names = {me.address.value: me.name, me.manager.value: me.manager_name}
    names |= {g.address.value: g.name for g in wish.guests}
    there = (*(() if wish.without_me else (me.manager,)), *(g.address for g in wish.guests))
    return {
        "title": words.title(wish.topic) if wish.topic else words.listed(names[a.value] for a in there),
        "start": option.start,
        "end": option.end,
        "attendees": there,
        "names": names,
        "location": words.location(wish.place, me.manager_name) if wish.place else "",
    }


def _checked(wish: Wish, me: Profile) -> tuple[Address, ...]:
    return (*(() if wish.without_me else (me.manager,)), *(g.address for g in wish.guests))


def _copied(me: Profile, details: dict[str, Any]) -> Generator[Step, Any, None]:
    """Put the meeting into the manager's calendar too."""
    copied: Booked | BookConflict = yield Do(operation="calendar.book", arguments=details)
    if isinstance(copied, BookConflict):
        taken = copied.clash is Clash.EXISTS
        raise NotBooked("your calendar holds another entry with its name" if taken else "you are not free any more")


def _taken_back(me: Profile, event: EventRef, why: str) -> Generator[Step, Any, None]:
    """Take the meeting out of both calendars again; nobody has been invited."""
    for owner, operation in ((me.manager, "calendar.cancel"), (me.address, "calendar.cancel_own")):
        try:
            copy = yield Do(operation="calendar.read", arguments={"owner": owner, "event": event})
            if copy is not None:
                yield Do(operation=operation, arguments={"copy": copy})
        except ActionFailed as failure:
            whose = "your calendar" if owner == me.manager else "my own calendar"
            left = f"I could not take the entry out of {whose} again, so it may still stand there. Nobody is invited."
            raise NotBooked(f"{why}. {left}") from failure


def quicker(option: SlotOption, me: Profile) -> str:
    """Say that a time was taken by somebody else in between."""
    return f"{words.slot(option, me.zone)} is free no longer: something was put there in the meantime."


def _why(failure: ActionFailed) -> str:
    """Return why something failed, for the manager."""
    said = failure.outcome.sentence.rstrip(". ")
    return f"the calendar did not take it ({said})" if said else "the calendar did not take it"


def _not_invited(wish: Wish, failure: ActionFailed) -> str:
    if failure.code == "submission_refused":
        return f"our mail server takes no mail to {words.listed(g.address.value for g in wish.guests)}"
    said = failure.outcome.sentence.rstrip(". ")
    return f"the invitation could not be sent ({said})" if said else "the invitation could not be sent"


def _done(wish: Wish, me: Profile, option: SlotOption, found: Slots, sent: InvitationSent) -> str:
    """Say what was done: with whom, day, date, time and zone, and what is not settled."""
    about = f" (“{words.title(wish.topic)}”)" if wish.topic and not is_meal(wish) else ""
    meal = is_meal(wish) and wish.minutes is None
    kind = words.capital(wish.what) if meal else f"{words.capital(words.length(wish.length))} with {wish.names}"
    first = f"Done. {kind}{about}: {words.slot(option, me.zone)}."
    missed = {address.lower() for address in sent.refused}
    invited = words.listed(g.name for g in wish.guests if g.address.value not in missed)
    stands = "It is in my calendar, as it is without you," if wish.without_me else "It is in your calendar,"
    lines = [f"{stands} and I have invited {invited}."]
    if note := holiday_note(option, me):
        lines.append(note)
    if wish.place:
        lines.append(f"The place is: {words.location(wish.place, me.manager_name)}.")
    if wish.minutes is None:
        lines.append(f"You did not say how long, so I took {words.length(wish.length)}.")
    if missed:
        refused = words.listed(g.name for g in wish.guests if g.address.value in missed)
        lines.append(
            f"I could not invite {refused}: our mail server does not take mail to there. Please tell them yourself."
        )
    unseen = {a.value for a in found.unseen} - missed
    if hidden := words.listed(g.name for g in wish.guests if g.address.value in unseen):
        lines.append(f"I cannot see the calendar of {hidden}, so I do not know whether the time suits them.")
    left = f"The other thing in your mail I have not done; please send it by itself: “{words.sentence(wish.left_over)}”"
    return words.paragraphs(first, " ".join(lines), left if wish.left_over else "")


def started(option: SlotOption, now: datetime) -> bool:
    """Return whether a time has come by now."""
    return option.start.value <= now
