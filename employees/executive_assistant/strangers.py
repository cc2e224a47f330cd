"""Somebody else asks for a meeting with the manager: the manager is asked once, and what the answer allows is done.

To the one who asks nothing is told but the times that may be had: not what fills the others, no names, no reasons. What
the answer allows is the limit: another time than those is asked about again. After `ROUNDS` mails without a result the
manager takes over.
"""

from collections.abc import Callable, Generator, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from empla.capabilities.calendar import spans as calendar_spans
from empla.capabilities.calendar.results import SlotOption
from empla.capabilities.email.reading.times.model import Span, Window
from empla.capabilities.email.steps import send
from empla.mind.beliefs import ANY, BeliefBase
from empla.mind.plans import PlanLibrary, Trigger, on
from empla.mind.readings import Mail
from empla.mind.steps import ActionFailed, Believe, Do, Forget, Now, Raise, Scope, Step, Wait, query
from empla.mind.values import Address, Source
from employees.executive_assistant import words
from employees.executive_assistant.booking import NotBooked, Quicker, made, started
from employees.executive_assistant.consulting import Allowed, allowed_by, held, kept_free, letter, my_turn, turn_over
from employees.executive_assistant.guests import known_by
from employees.executive_assistant.knowing import Profile, Steps, from_manager, intent, profile, told
from employees.executive_assistant.proposing import pick
from employees.executive_assistant.requests import (
    Case,
    address_of,
    asks_to_meet,
    case_of,
    quoted,
    refuses,
)
from employees.executive_assistant.talking import PATIENCE
from employees.executive_assistant.wishes import Wish

library = PlanLibrary()

NEGOTIATING = "negotiating"
"""Functor of the requests that are being sorted out: (address, vouched)."""
HEARD = "stranger-said"
"""Functor of what they wrote meanwhile: (address, mail)."""
NEWS = "stranger-wrote"
"""Kind of the event that one of them wrote again; field `who` (the address)."""
ROUNDS = 3
"""How many mails are written to one who asks before the manager takes over."""
ASKED_A_DAY = 12
"""How many requests the manager is asked about in a day; what is more is named once and waits in the mailbox."""
ANSWER_WITHIN = timedelta(days=4)
CLOSED = "closed-with"
"""Functor of those whose request ended without a meeting: (address). They are not asked about again for a while."""
CLOSED_FOR = timedelta(days=14)
_KEPT = timedelta(days=30)
_ABOUT_TIME = frozenset(
    {"schedule", "free", "choose", "answer", "move", "change", "swap", "yes", "no", "cancel", "unknown"}
)
"""Intents of a mail that goes on about a meeting; whatever else somebody writes is passed on as ever."""


def _sender(beliefs: BeliefBase, event: Trigger) -> str:
    """Return who writes if it is not the manager, and empty if nobody is named."""
    sender = address_of(event.mail)
    return "" if sender is None or from_manager(beliefs, event) else sender.value


def _asks_to_meet(beliefs: BeliefBase, event: Trigger) -> bool:
    """Whether somebody else asks for a meeting with the manager."""
    known = {b.arguments[0]: b.arguments[1] for b in beliefs.matching("profile")}
    who = _sender(beliefs, event)
    ours = {known["address"].value, known["manager"].value}
    if not who or who in ours or beliefs.matching("spoken-of", event.mail.thread):
        return False
    return asks_to_meet(event.mail, known["manager_name"], known["manager"].value)


def _goes_on(beliefs: BeliefBase, event: Trigger) -> bool:
    """Whether it is from somebody whose request is being sorted out, vouched for no less than the first time."""
    known = beliefs.matching(NEGOTIATING, _sender(beliefs, event))
    return any(event.mail.authenticated is not None or not b.arguments[1] for b in known)


@library.plan(on("mail"), when=_goes_on, rank=-14, goal="hear somebody who asks for a meeting again", quiet=True)
def hear_again(event: Trigger) -> Steps:
    """Give the mail to the intention that sorts the request out; it asks the manager nothing by itself."""
    now = yield Now()
    sender = address_of(event.mail)
    assert sender is not None, "a mail that names nobody is nobody's who is known"
    yield Believe(functor=HEARD, arguments=(sender.value, event.mail), until=now + _KEPT)
    yield Raise(kind=NEWS, fields={"who": sender.value})


def _goes_on_about_it(beliefs: BeliefBase, event: Trigger) -> bool:
    """Whether somebody goes on about a request that is over: the manager knows of it and decides what comes of it."""
    who = _sender(beliefs, event)
    if not who or not beliefs.matching(CLOSED, who):
        return False
    return intent(event.mail) in _ABOUT_TIME or _asks_to_meet(beliefs, event)


@library.plan(on("mail"), when=_goes_on_about_it, rank=-13, goal="leave a matter closed", quiet=True)
def leave_closed(event: Trigger) -> Steps:
    """Keep the mail, and neither answer it nor ask the manager a second time: so two machines come to an end."""
    now = yield Now()
    yield Believe(functor="noted", arguments=(event.mail.key, CLOSED, event.mail.sender.value), until=now + _KEPT)


@library.plan(on("mail"), when=_asks_to_meet, rank=-15, goal="sort out a request for a meeting")
def sort_out(event: Trigger) -> Steps:
    """Ask the manager about a request for a meeting, and do what the answer allows."""
    me: Profile = yield from profile()
    mail: Mail = event.mail
    sender = address_of(mail)
    assert sender is not None, "a mail that names nobody asks for nothing"
    if not (yield from _room_for_one_more(mail, me)):
        return
    yield from negotiated(mail, sender, me, lambda case: case)


def negotiated(mail: Mail, sender: Address, me: Profile, wanted: Callable[[Case], Case]) -> Generator[Step, Any, None]:
    """Sort out what somebody asks for in a mail; `wanted` makes of it what the manager has said of it already."""
    yield from _noted(sender.value, mail)
    person = yield from known_by(sender)
    colleague = person.address.origin.source is Source.DIRECTORY
    # Their own address stays the one of their mail: it is opened by the manager's word and by nothing else.
    case = case_of(mail, replace(person, address=sender) if not colleague else person, colleague=colleague)
    yield Forget(functor=HEARD, pattern=(sender.value,))
    stands = yield from _sorted_out(wanted(case), me)
    yield Forget(functor=NEGOTIATING, pattern=(sender.value,))
    if not stands:
        now = yield Now()
        yield Believe(functor=CLOSED, arguments=(sender.value,), until=now + CLOSED_FOR)


def _room_for_one_more(mail: Mail, me: Profile) -> Generator[Step, Any, bool]:
    """Whether the manager is asked about one more today; of what is more the manager hears once."""
    now = yield Now()
    today = now.astimezone(ZoneInfo(me.zone)).date().isoformat()
    count = len((yield query("asked-about", today, ANY)))
    if count > ASKED_A_DAY:
        return False
    yield Believe(functor="asked-about", arguments=(today, mail.key), until=now + _KEPT)
    if count == ASKED_A_DAY:
        text = (
            f"Today {count} people have asked for a meeting with you, and there are more. I ask you about no more "
            "of them today; their mails are kept in my mailbox. I have answered none of those."
        )
        yield send(me.manager, "More people ask for a meeting", text)
    return count < ASKED_A_DAY


def _noted(who: str, mail: Mail) -> Generator[Step, Any, None]:
    """Note that this request is being sorted out, as long as somebody may be waited for."""
    now = yield Now()
    yield Forget(functor=NEGOTIATING, pattern=(who,))
    until = now + PATIENCE + ANSWER_WITHIN + timedelta(days=1)
    yield Believe(functor=NEGOTIATING, arguments=(who, mail.authenticated is not None), until=until)


# the way of a request ------------------------------------------------------------------------------------------------


def _sorted_out(case: Case, me: Profile) -> Generator[Step, Any, bool]:
    """Ask the manager, write to the one who asks, and listen, until the matter is over; return whether a meeting
    stands."""
    seen = 0
    allowed = yield from allowed_by(case, me)
    unclear = False
    for written in range(ROUNDS + 1):
        if allowed is None:
            return False
        if allowed.agreed or written == ROUNDS:
            break
        now = yield Now()
        yield held(allowed.options, now + ANSWER_WITHIN)
        if not (yield from _written(case, me, letter(allowed, me, unclear=unclear))) or allowed.says == "no":
            return False
        heard = yield from _heard(case, me, seen)
        if heard is None:
            return False
        answer, seen = heard
        case = case.later(answer)
        unclear = False
        if allowed.says == "back":
            allowed = yield from allowed_by(case, me)
        elif refuses(answer):
            yield send(me.manager, f"No meeting: {case.who.address}", f"{case.who.address} wants no meeting any more.")
            return False
        elif (option := pick(answer, allowed.options)) is not None:
            allowed = replace(allowed, options=(option,), agreed=True)
        else:
            other = yield from _otherwise(case, answer, allowed, me)
            unclear = other is allowed
            allowed = other
    if allowed is None:
        return False
    if allowed.agreed:
        return (yield from _booked(case, me, allowed))
    text = (
        f"I have written to {case.who.address} {words.NUMBERS[ROUNDS]} times, and there is no time yet that suits, so "
        f"I leave it to you. What they write about it from now on is kept in my mailbox, and I answer it no more. "
        f"They wrote last:\n\n{quoted(case)}"
    )
    yield send(me.manager, f"No time found: {case.who.address}", text)
    return False


def _otherwise(case: Case, answer: Mail, allowed: Allowed, me: Profile) -> Generator[Step, Any, Allowed | None]:
    """Return what is allowed after an answer that takes none of the times: inside the manager's limits another one is
    looked for, beyond them the manager is asked."""
    window: Window | None = told(answer, "window")
    if window is None and not told(answer, "none"):
        return allowed
    if allowed.window is not None:
        refused = (*allowed.refused, *allowed.options)
        looked = replace(case, minutes=allowed.minutes, window=window or _apart(allowed.window, refused))
        found = yield from kept_free(looked, me)
        inside = tuple(o for o in found.slots if _inside(o, allowed.window))
        if inside:
            agreed = window is not None and window.exact
            return replace(allowed, options=inside[:3], refused=refused, agreed=agreed)
    note = "They cannot take any of the times" if window is None else "They would rather have another time"
    asked = replace(case, minutes=allowed.minutes, place=allowed.place)
    return (yield from allowed_by(asked if window is not None else replace(asked, window=None), me, note))


def _apart(window: Window, refused: Sequence[SlotOption]) -> Window:
    """Return a window without the times that were refused already."""
    taken = [calendar_spans.span(o.start.value, o.end.value) for o in refused]
    left = calendar_spans.without((calendar_spans.span(s.start, s.end) for s in window.spans), taken)
    return replace(window, spans=tuple(Span(start=s.start, end=s.end) for s in left))


def _inside(option: SlotOption, window: Window) -> bool:
    room = window.room(1) if window.exact else window.spans
    return any(s.start <= option.start.value and option.end.value <= s.end for s in room)


# the one who asks ----------------------------------------------------------------------------------------------------


def _written(case: Case, me: Profile, text: str) -> Generator[Step, Any, bool]:
    """Answer the latest mail of the one who asks; False if it could not be sent, and the manager knows."""
    subject = " ".join(case.mail.subject.split())
    arguments = {
        "to": (case.who.address,),
        "subject": subject if subject.lower().startswith("re:") else f"Re: {subject}".strip(),
        "text": text,
        "answering": case.mail,
    }
    yield Scope(people=(me.manager, case.who.address))  # looking for times has stated a narrower one
    try:
        sent = yield Do(operation="email.send", arguments=arguments)
    except ActionFailed as failure:
        why = failure.outcome.sentence.rstrip(". ")
        yield send(me.manager, f"Not answered: {case.who.address}", f"I could not write to {case.who.address} ({why}).")
        return False
    if sent.refused:
        text = (
            f"Our mail server takes no mail to {case.who.address}, so they have no answer. Please answer them yourself."
        )
        yield send(me.manager, f"Not answered: {case.who.address}", text)
        return False
    return True


def _heard(case: Case, me: Profile, seen: int) -> Generator[Step, Any, tuple[Mail, int] | None]:
    """Wait for what they write next; None if nothing came in time, and the manager knows."""
    who = case.who.address.value
    now = yield Now()
    yield from _noted(who, case.mail)
    until = now + ANSWER_WITHIN
    while True:
        said = yield query(HEARD, who, ANY)
        if len(said) > seen:
            return said[-1][1], len(said)
        news = yield Wait(until=until, kind=NEWS, fields={"who": who})
        if news is None:
            text = (
                f"{who} has not answered my mail of {words.moment(now, me.zone)} ({me.zone}), so I leave it and keep "
                "no time free for them any longer."
            )
            yield send(me.manager, f"No answer: {who}", text)
            return None


def _booked(case: Case, me: Profile, allowed: Allowed) -> Generator[Step, Any, bool]:
    """Book the one time that is agreed, invite, and tell the manager; return whether it stands."""
    option = allowed.options[0]
    who = case.who.address
    now = yield Now()
    wish = Wish(mail=case.mail, guests=(case.who,), minutes=allowed.minutes, topic=case.topic, place=allowed.place)
    yield Scope(people=(me.manager, who), start=option.start.value, end=option.end.value)
    when = words.slot(option, me.zone)
    yield from my_turn(case)
    try:
        if started(option, now):
            raise NotBooked("it is past by now")
        _, sent = yield from made(wish, me, option)
    except (Quicker, NotBooked) as failure:
        why = "you are not free then any more" if isinstance(failure, Quicker) else str(failure)
        text = f"{who} agreed to {when}, but I could not book it: {why}. They wait for an answer from you."
        yield from turn_over(case)
        yield send(me.manager, f"Not booked: {who}", text)
        return False
    yield from turn_over(case)
    lost = " But our mail server does not take mail to there; please tell them yourself." if sent.refused else ""
    text = (
        f"Done. {words.capital(words.length(allowed.minutes))} with {case.who.name}: {when}.\n\n"
        f"It is in your calendar, and I have sent them the invitation.{lost}"
    )
    yield send(me.manager, f"Booked: {case.who.name}", text)
    return True
