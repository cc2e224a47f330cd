"""Calling off a meeting that the assistant arranged, or an entry of the manager's own: taken out, everybody told."""

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import Any

from empla.capabilities.calendar.results import AgendaItem, EventCopy, EventMoved, InvitationSent
from empla.capabilities.email.reading.changecues import SERIES
from empla.capabilities.email.steps import reply, send
from empla.mind.plans import PlanLibrary, Trigger, on
from empla.mind.readings import Mail
from empla.mind.steps import ActionFailed, Believe, Do, Now, Raise, Scope, Step
from empla.mind.values import Address
from employees.executive_assistant import words
from employees.executive_assistant.choosing import UNCHANGED, Meant, meant
from employees.executive_assistant.ending_series import series_ended
from employees.executive_assistant.entering import UNDONE_WITHIN, former_of, occurrence_of
from employees.executive_assistant.guests import names_of
from employees.executive_assistant.keeping import NEWS
from employees.executive_assistant.knowing import Profile, Steps, from_manager, profile
from employees.executive_assistant.meetings import COVERED, arranged, guests_of, ours

library = PlanLibrary()

WAS_CALLED_OFF = "was-called-off"
"""Functor of what can be booked again: (thread, uid, Former)."""
CALENDARS = (("calendar.cancel_own", "my own calendar"), ("calendar.cancel", "your calendar"))


@library.plan(on("mail", mail__reading__intent="cancel"), when=from_manager, goal="call a meeting off", version=2)
def cancel_meeting(event: Trigger) -> Steps:
    """Call off the meeting that the manager means, or each of them."""
    me: Profile = yield from profile()
    if (yield from series_ended(event, me)):
        return
    found = yield from meant(event, me, "call off")
    if found is not None:
        yield from called_off(event, me, found)


def called_off(event: Trigger, me: Profile, found: Meant, *, remembered: bool = True) -> Generator[Step, Any, None]:
    """Call off what is meant, tell everybody, and answer.

    What it was is `remembered`, so that it can be booked again (the first version of the plan did not).
    """
    said = []
    to_ask: list[tuple[AgendaItem, EventCopy, Address]] = []
    for item in found.items:
        when = words.span(item.start.value, item.end.value, me.zone)
        if item.recurring and (item.occurrence is None or _whole_series(event.mail)):
            said.append(
                f"“{item.title}”, {when}, is one of a series, and I call off one at a time, not all of them. "
                f"{UNCHANGED} Please take the series out yourself, or write “only this time”."
            )
            continue
        if not ours(item, me):
            said.append(
                f"“{item.title}”, {when}, was not arranged by me, so I cannot call it off. {UNCHANGED} "
                "Please take it out yourself."
            )
            continue
        guests = yield from guests_of(item, found.mail, me)
        covered = tuple(g for g in guests if g.origin.source in COVERED)
        yield Scope(people=(me.manager, *covered), start=item.start.value, end=item.end.value)
        off = yield from _called_off(me, item, covered)
        said.append(_done(item, when, off))
        if remembered and off.copy is not None and arranged(item, me) and not item.recurring:
            now = yield Now()
            was = (found.mail.thread, item.event.uid, former_of(item))
            yield Believe(functor=WAS_CALLED_OFF, arguments=was, until=now + UNDONE_WITHIN)
        if off.copy is not None:
            to_ask += [(item, off.copy, guest) for guest in guests if guest not in covered]
    if to_ask:
        them = words.listed(dict.fromkeys(guest.value for _, _, guest in to_ask))
        said.append(f"I do not know {them} from the directory, so I ask you in a mail of its own before I write there.")
    yield reply(found.mail, found.said("\n\n".join(said)))
    for item, copy, guest in to_ask:
        yield from _told_later(me, item, copy, guest)


@dataclass(frozen=True, slots=True)
class _Off:
    """What calling off came to: who was told, who could not be, and from which calendar it could not be taken."""

    told: tuple[str, ...] = ()
    untold: tuple[str, ...] = ()
    stuck: tuple[str, ...] = ()
    copy: EventCopy | None = None


def _done(item: AgendaItem, when: str, off: _Off) -> str:
    if off.copy is None and not off.stuck:
        return f"“{item.title}”, {when}, has gone from the calendars already."
    first = f"Done. I have called off “{item.title}”, {when}"
    text = f"{first}, and told {words.listed(off.told)}." if off.told else f"{first}."
    if off.untold:
        text += f" I could not reach {words.listed(off.untold)}; please tell them yourself."
    if off.stuck:
        text += f" But I could not take it out of {words.listed(off.stuck)}; please look there."
    return text


def _called_off(me: Profile, item: AgendaItem, guests: Sequence[Address]) -> Generator[Step, Any, _Off]:
    """Tell the guests, and take the meeting out of both calendars."""
    copies = []
    for owner in (me.address, me.manager):
        if owner == me.manager or arranged(item, me):
            copies.append((yield Do(operation="calendar.read", arguments={"owner": owner, "event": item.event})))
        else:
            copies.append(None)
    standing: list[EventCopy] = [copy for copy in copies if copy is not None]
    if not standing:
        return _Off()
    told, untold = yield from _told(me, standing[0], guests, item)
    stuck = []
    for copy, (operation, where) in zip(copies, CALENDARS, strict=True):
        try:
            yield from _taken_out(operation, copy, item)
        except ActionFailed:
            stuck.append(where)
    if not item.recurring:
        yield Believe(functor="called-off", arguments=(item.event.uid,))
    yield Raise(kind=NEWS, fields={"uid": item.event.uid})
    return _Off(told, untold, tuple(stuck), standing[0])


def _told(
    me: Profile, copy: EventCopy, guests: Sequence[Address], item: AgendaItem
) -> Generator[Step, Any, tuple[tuple[str, ...], tuple[str, ...]]]:
    """Send the cancellation; return the names of those who were told, and of those whom no mail reaches."""
    names = yield from names_of(guests)
    if not guests:
        return (), ()
    try:
        arguments = {"copy": copy, "to": tuple(guests), "sender_name": me.name, **occurrence_of(item)}
        sent: InvitationSent = yield Do(operation="calendar.send_cancel", arguments=arguments)
    except ActionFailed:
        return (), tuple(names.values())
    missed = {address.lower() for address in sent.refused}
    reached = tuple(name for address, name in names.items() if address not in missed)
    return reached, tuple(name for address, name in names.items() if address in missed)


def _whole_series(mail: Mail) -> bool:
    match = SERIES.search(words.said(mail))
    return match is not None and bool(match["all"])


def _taken_out(operation: str, copy: EventCopy | None, item: AgendaItem) -> Generator[Step, Any, None]:
    for _ in range(3):
        if copy is None:
            return
        done = yield Do(operation=operation, arguments={"copy": copy, **occurrence_of(item)})
        if not isinstance(done, EventMoved):
            return
        copy = done.copy


def _told_later(me: Profile, item: AgendaItem, copy: EventCopy, guest: Address) -> Generator[Step, Any, None]:
    """Tell somebody whom no request covers: the gate asks the manager first."""
    try:
        arguments = {"copy": copy, "to": (guest,), "sender_name": me.name, **occurrence_of(item)}
        sent: InvitationSent = yield Do(operation="calendar.send_cancel", arguments=arguments)
    except ActionFailed as failure:
        why = (
            "since I have no yes from you"
            if failure.code == "rejected"
            else f"because it failed ({failure.outcome.sentence})"
        )
        text = f"I have not told {guest} that “{item.title}” is called off, {why}."
    else:
        text = f"I have told {guest} that “{item.title}” is called off."
        if sent.refused:
            text = (
                f"Our mail server takes no mail to {guest}, so please tell them yourself: “{item.title}” is called off."
            )
    yield send(me.manager, f"Called off: {item.title}", text)
