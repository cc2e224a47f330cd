"""The manager's word on what somebody else asks for: the times that could be, the one question, and what was allowed.

Times are looked for and kept for one request after another, so that nobody is offered what another one is just offered.
"""

from collections.abc import Generator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from empla.capabilities.calendar.results import SlotOption, Slots
from empla.capabilities.email.reading.times.model import Window
from empla.capabilities.email.steps import reply, send
from empla.mind.beliefs import ANY
from empla.mind.readings import Mail
from empla.mind.steps import ActionFailed, Ask, Believe, Forget, Hold, Now, Raise, Scope, Step, Wait, query
from employees.executive_assistant import words
from employees.executive_assistant.knowing import Profile
from employees.executive_assistant.looking import exact_start, looked_for
from employees.executive_assistant.requests import Case, Word, quoted, wanted, word_of
from employees.executive_assistant.talking import PATIENCE, dropped, is_another

TURN = "looking-for-times"
"""Functor of whose turn it is to look for times and keep them, or to book one: (address). One after another, so that
nobody is offered what another one is just being offered."""
_TURN_OVER = "looked-for-times"
_LONGEST_TURN = timedelta(minutes=2)
_ASKED_AGAIN = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowed:
    """What the manager allows: to decline, to ask back, or these times, and any free one inside `window`.

    `refused` are those that were offered in vain; `agreed`: the one option is what was asked for, so it is booked
    without another offer.
    """

    says: str
    back: str = ""
    options: tuple[SlotOption, ...] = ()
    window: Window | None = None
    minutes: int = 30
    place: str = ""
    refused: tuple[SlotOption, ...] = ()
    agreed: bool = False


def kept_free(case: Case, me: Profile) -> Generator[Step, Any, Slots]:
    """Return the times that the manager has for it, which are kept free of other offers for a while."""
    yield from my_turn(case)
    found = yield from _looked(case, me)
    now = yield Now()
    yield held(offered(found), now + PATIENCE)
    yield from turn_over(case)
    return found


def held(options: Sequence[SlotOption], until: datetime) -> Hold:
    """Keep these times free of other offers until then."""
    return Hold(spans=tuple((o.start.value, o.end.value) for o in options), until=until)


def offered(found: Slots) -> tuple[SlotOption, ...]:
    """Return the times of which a person is told: at most three."""
    return (found.slots or found.alternatives)[:3]


def _looked(case: Case, me: Profile) -> Generator[Step, Any, Slots]:
    """Return the times that the manager has: the very one that was asked for, else up to three."""
    exact = exact_start(case.wish(options=False)) is not None
    found: Slots = yield from looked_for(case.wish(options=not exact), me)
    if found.slots or found.alternatives or case.window is None:
        return found
    return (yield from looked_for(replace(case.wish(options=True), window=None), me))


def my_turn(case: Case) -> Generator[Step, Any, None]:
    """Wait until no other request is just being looked for."""
    while True:
        now = yield Now()
        others = yield query(TURN, ANY)
        if not others:
            break
        yield Wait(until=now + _LONGEST_TURN, kind=_TURN_OVER)
    yield Believe(functor=TURN, arguments=(case.who.address.value,), until=now + _LONGEST_TURN)


def turn_over(case: Case) -> Generator[Step, Any, None]:
    """Let the next one look."""
    yield Forget(functor=TURN, pattern=(case.who.address.value,))
    yield Raise(kind=_TURN_OVER, fields={})


# the manager's word --------------------------------------------------------------------------------------------------


def allowed_by(case: Case, me: Profile, note: str = "") -> Generator[Step, Any, Allowed | None]:
    """Ask the manager, and return what the answer allows; None: the matter is over, and the manager knows."""
    who = case.who.address
    found = yield from kept_free(case, me)
    options = offered(found)
    now = yield Now()
    text = _question(case, me, found, note)
    brought = case.forwarded_in
    step = send(me.manager, f"{who} asks for a meeting", text) if brought is None else reply(brought, text)
    for _ in range(_ASKED_AGAIN):
        said: Mail | None = yield Ask(who=me.manager, by=step, patience=PATIENCE, grants=(who,), declines=True)
        if said is None:
            text = f"I have heard nothing from you about the request of {who} since {words.moment(now, me.zone)}"
            yield send(me.manager, f"Left: {who}", f"{text} ({me.zone}), so I leave it. I have not answered them.")
            return None
        word = word_of(said)
        if not word.says and is_another(said):
            yield Raise(kind="mail", fields={"mail": said, "before": dropped(f"the mail of {who}")})
            return None
        opened = bool(word.says) and (yield from _opened(case, me, options, word))
        if not opened:
            step = reply(said, _unclear(word, case))
            continue
        made_of = yield from _meant(case, me, found, word)
        if made_of is not None:
            return made_of
        step = reply(said, f"You have no room for that. What else may I offer {who}? Or shall I decline?")
    yield send(me.manager, f"Left: {who}", f"I could not tell what to answer {who}, so I leave it to you.")
    return None


def _opened(case: Case, me: Profile, options: Sequence[SlotOption], word: Word) -> Generator[Step, Any, bool]:
    """State whom the manager's answer covers; False if it was not given in the thread of the question."""
    spans = [(o.start.value, o.end.value) for o in options]
    if word.window is not None:
        spans += [(s.start, s.end) for s in word.window.spans]
    start = min((s for s, _ in spans), default=None)
    end = max((e for _, e in spans), default=None)
    try:
        yield Scope(people=(me.manager, case.who.address), start=start, end=end)
    except ActionFailed as failure:
        if failure.code != "scope":
            raise
        return False
    return True


def _meant(case: Case, me: Profile, found: Slots, word: Word) -> Generator[Step, Any, Allowed | None]:
    """Return what the manager's word comes to; None if there is no time for it."""
    if word.says != "yes":
        return Allowed(says=word.says, back=word.back)
    wish = case.wish(options=True)
    minutes = word.minutes or wish.length
    options = offered(found)
    named = [options[p - 1 if p > 0 else p] for p in word.ordinals if 0 < abs(p) <= len(options)]
    allowed = Allowed(says="yes", window=word.window, minutes=minutes, place=word.place or case.place)
    if word.window is not None or minutes > wish.length or not options:
        anew = yield from kept_free(replace(case, minutes=minutes, window=word.window or case.window), me)
        yield Scope(people=(me.manager, case.who.address))
        inside = anew.slots[:3]
        return replace(allowed, options=tuple(inside)) if inside else None
    length = timedelta(minutes=minutes)
    kept = tuple(_shortened(o, length, me) for o in named or options)
    exact = exact_start(case.wish(options=False))
    agreed = len(kept) == 1 and exact is not None and kept[0].start.value == exact and minutes == wish.length
    return replace(allowed, options=kept, agreed=agreed)


def _shortened(option: SlotOption, length: timedelta, me: Profile) -> SlotOption:
    return replace(option, end=replace(option.end, value=option.start.value + length))


def _question(case: Case, me: Profile, found: Slots, note: str) -> str:
    """Word the question: who, what, their own words in short, and when it could be."""
    who = case.who.address
    name = f"{case.who.name} ({who})" if case.colleague else who.value
    vouched = "" if case.vouched else ", though the mail server does not vouch that it is from there"
    if case.forwarded_in is not None:
        vouched = " in the mail that you forward"
    first = f"{note}: {name}{vouched}." if note else f"{name} asks for a meeting with you{vouched}: {wanted(case)}."
    options = offered(found)
    exact = exact_start(case.wish(options=False)) is not None
    if exact and found.slots:
        when = f"You are free then: {words.slot(options[0], me.zone)}. Shall I accept it?"
    elif options:
        lead = "You are not free then. " if exact else ""
        when = (
            f"{lead}You could at these times ({me.zone}):\n\n{words.options(options, me.zone)}\n\nShall I offer them?"
        )
    else:
        when = "I find no free time for it in the two weeks around it. What may I offer?"
    how = (
        "Answer “yes”, or say what I may offer, such as “yes, but 30 minutes”, “next month”, “only by phone”, “offer "
        "Tuesday afternoon”; or “ask what it is about”. After a “no” I decline courteously and give no reasons."
    )
    return words.paragraphs(first, f"They write: {quoted(case)}", when, how)


def _unclear(word: Word, case: Case) -> str:
    if word.says:
        return (
            f"Please answer the very mail in which I asked about {case.who.address}, so that I do not take your word "
            "for something else. Until then I write to nobody."
        )
    return (
        f"I could not take from that what I may answer {case.who.address}. Please write “yes”, “no”, or when they may "
        "come. Until then I write to nobody."
    )


# what the one who asks is told ---------------------------------------------------------------------------------------


def letter(allowed: Allowed, me: Profile, *, unclear: bool) -> str:
    """Word a mail to the one who asks; it says nothing but which times may be had."""
    if allowed.says == "no":
        return (
            f"Hello,\n\nthank you for your mail to {me.manager_name}. I am afraid that a meeting will not be possible. "
            "Thank you for your understanding."
        )
    if allowed.says == "back":
        return (
            f"Hello,\n\nthank you for your mail. Before I can say more, {me.manager_name} would like to know "
            f"{_asked_back(allowed.back)}."
        )
    length = words.length(allowed.minutes)
    place = f" {allowed.place}" if allowed.place else ""
    listed = words.options(allowed.options, me.zone)
    several = len(allowed.options) > 1
    if unclear:
        first = "I could not tell from your answer which time you mean. I can offer"
    else:
        first = f"thank you for your mail. {me.manager_name} can offer you"
    which = "at one of these times" if several else "at this time"
    closing = (
        "Which one suits you? Its number is enough. If none does, please name another time."
        if several
        else "Does it suit you? If not, please name another time."
    )
    return f"Hello,\n\n{first} {length}{place} {which} ({me.zone}):\n\n{listed}\n\n{closing}"


def _asked_back(back: str) -> str:
    plain = back.lower()
    if plain.startswith(("for ", "about ")):
        return f"a little more: {back.partition(' ')[2]}"
    return "what it is about" if plain in ("why", "what for") or "about" in plain else back
