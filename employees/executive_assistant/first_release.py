"""Moving and calling off as the first release began it: what runs since then goes on until it has drained.

The steps are those of that release in their order, up to the answer that a question waits for or the mail that a
server has not taken yet; who asks anew gets the newest versions.
"""

from collections.abc import Generator
from dataclasses import replace
from typing import Any

from empla.capabilities.calendar.results import (
    AgendaItem,
    EventCopy,
    EventMoved,
    EventWritten,
    InvitationSent,
    SlotOption,
    Slots,
)
from empla.capabilities.email.reading.people import Who
from empla.capabilities.email.reading.times.model import Span, Window
from empla.capabilities.email.steps import reply
from empla.mind.plans import PlanLibrary, Trigger, on
from empla.mind.readings import Mail
from empla.mind.steps import ActionFailed, Believe, Do, Forget, Now, Raise, Scope, Step
from empla.mind.values import Address
from employees.executive_assistant import words
from employees.executive_assistant.booking import started
from employees.executive_assistant.cancelling import called_off
from employees.executive_assistant.choosing import LOOK_AHEAD, Found, about, meant, of_thread, standing
from employees.executive_assistant.guests import people
from employees.executive_assistant.keeping import NEWS
from employees.executive_assistant.knowing import Profile, Steps, from_manager, intent, profile, told
from employees.executive_assistant.meetings import COVERED, arranged
from employees.executive_assistant.moving import (
    changes_what_was_spoken_of,
    hindrance,
    looked_for_apart,
    same_hour,
    unseen,
    wish_of,
)
from employees.executive_assistant.proposing import proposed
from employees.executive_assistant.wishes import Wish

library = PlanLibrary()

_ROUNDS = 5


@library.plan(on("mail", mail__reading__intent="cancel"), when=from_manager, name="cancel-meeting", version=1)
def cancel_meeting_1(event: Trigger) -> Steps:
    """Call off the meeting that the manager means, or each of them."""
    me: Profile = yield from profile()
    found = yield from meant(event, me, "call off", looking=_fitting)
    if found is not None:
        yield from called_off(event, me, found, remembered=False)


@library.plan(
    on("mail", mail__reading__intent={"move", "answer", "choose"}),
    when=changes_what_was_spoken_of,
    name="move-meeting",
    version=1,
)
def move_meeting_1(event: Trigger) -> Steps:
    """Move the one meeting that the manager means to where it shall be."""
    me: Profile = yield from profile()
    found = yield from meant(event, me, "move", spoken_of=intent(event.mail) != "move", looking=_fitting)
    if found is None:
        return
    why_not = hindrance(found, event.mail, me, "move")
    if why_not:
        yield reply(found.mail, found.said(why_not))
        return
    item = found.items[0]
    wish = yield from wish_of(event, found, item, me)
    for _ in range(_ROUNDS):
        if wish is None:
            return
        try:
            wish = yield from _moved(wish, me, item)
        except ActionFailed as failure:
            said = failure.outcome.sentence.rstrip(". ")
            text = f"I could not move “{item.title}” ({said}). Please look at your calendar."
            yield reply(found.mail, found.said(text))
            return


def _fitting(mail: Mail, me: Profile) -> Generator[Step, Any, Found]:
    """Return the meetings that fit what the manager says, looked for before those of the thread."""
    whom: tuple[Who, ...] = tuple(told(mail, "people") or ())
    window: Window | None = told(mail, "window")
    topic = (told(mail, "topic") or " ".join(mail.reading.unread if mail.reading else ())).lower()
    now = yield Now()
    spans = window.spans if window is not None and window.spans else (Span(start=now, end=now + LOOK_AHEAD),)
    items = yield from standing(me, now, spans)
    if topic == "next":
        coming = [i for i in items if i.start.value > now and not i.all_day]
        return Found(tuple(coming[:1]), named=False)
    if not (whom or window or topic):
        those = yield from of_thread(mail, me)
        return those if those.items else Found(tuple(i for i in items if arranged(i, me)), named=False)
    strangers = []
    for who in whom:
        known = {g.address.value for g in (yield from people(who))}
        if not known:
            strangers.append(who.words)
        items = [i for i in items if known & {a.value for a in i.attendees}]
    if topic:
        items = [i for i in items if about(topic, i.title)]
    if not whom and not topic and any(arranged(i, me) for i in items):
        items = [i for i in items if arranged(i, me)]
    return Found(tuple(items), named=True, strangers=tuple(strangers))


def _moved(wish: Wish, me: Profile, item: AgendaItem) -> Generator[Step, Any, Wish | None]:
    """Find a time and move the meeting there; return the wish if it has to be looked for anew, None if it is over."""
    found: Slots = Slots()
    for one in (same_hour(wish, item, me), wish):
        if one is not None and not found.slots:
            found = yield from looked_for_apart(one, me, item, ruled=False)
    option = found.slots[0] if found.slots else None
    if option is None:
        chosen = yield from proposed(wish, me, found, lesser=False)
        if chosen is None or chosen.option is None:
            return None if chosen is None else chosen.wish
        wish, option = chosen.wish, chosen.option
        now = yield Now()
        if started(option, now):
            return replace(wish, opening=f"{words.slot(option, me.zone)} is past by now.")
    covered = tuple(g.address for g in wish.guests if g.address.origin.source in COVERED)
    yield Scope(people=(me.manager, *covered), start=option.start.value, end=option.end.value)
    if (option.start.value, option.end.value) == (item.start.value, item.end.value):
        yield reply(wish.mail, wish.said(f"“{item.title}” is then already: {words.slot(option, me.zone)}."))
        return None
    yield from _entered(wish, me, item, option, found)
    return None


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
    rest = " ".join(part for part in (told_them, unseen(wish, found)) if part)
    yield reply(wish.mail, wish.said(words.paragraphs(moved, rest)))


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
