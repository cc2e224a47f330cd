"""Proposing times: why the wished one does not work, what does, and what the manager's answer chooses."""

from collections.abc import Generator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from empla.capabilities.calendar.results import Agenda, AgendaItem, Obstacle, SlotOption, Slots
from empla.capabilities.calendar.slots import Why
from empla.capabilities.email.reading.times.model import Span, Window
from empla.capabilities.email.steps import reply
from empla.mind.readings import Mail
from empla.mind.steps import Do, Hold, Now, Raise, Step
from empla.mind.values import OWN
from employees.executive_assistant import words
from employees.executive_assistant.displacing import Clash, clash_of, displaced, offer
from employees.executive_assistant.entering import NotEntered
from employees.executive_assistant.knowing import Profile, clauses, intent, told
from employees.executive_assistant.looking import exact_start, instant, is_meal, rules_against
from employees.executive_assistant.talking import PATIENCE, asked, dropped
from employees.executive_assistant.wishes import Wish, amended, is_another_wish, lets_go

ASKED_AGAIN = 4
"""How often an answer that chooses nothing is asked about."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """What came of a proposal: a time to book or, without one, a wish to look for anew."""

    wish: Wish
    option: SlotOption | None = None


def proposed(
    wish: Wish, me: Profile, found: Slots, moving: AgendaItem | None = None, *, lesser: bool = True
) -> Generator[Step, Any, Chosen | None]:
    """Propose the times that were found, else say why there is none and propose the nearest.

    If one meeting alone stands in the way and is the lesser of the two, moving that one is offered too; `moving` is the
    meeting that shall be moved, None for a new one. Without `lesser` none is (the first version of the plans did not
    offer that). Returns what is chosen; None if the matter is over.
    """
    now = yield Now()
    overtime = _overtime(wish, me, found, now)
    clash = (yield from clash_of(wish, me, found, moving)) if lesser else None
    options = (found.slots or found.alternatives)[:3]
    if overtime is not None and is_meal(wish):
        options = ()  # nobody wants dinner at half past two instead
    until = now + PATIENCE
    text = yield from _proposal(wish, me, found, until, overtime, clash)
    for _ in range(ASKED_AGAIN):
        held = (*options, *((clash.option,) if clash is not None and clash.option is not None else ()))
        if held:
            yield Hold(spans=tuple((o.start.value, o.end.value) for o in held), until=until)
        answer = yield from asked(me, wish.mail, wish.said(text), wish.matter, wish.undone)
        if answer is None:
            return None
        wish = replace(wish, opening="")
        if clash is not None and clash.option is not None and _agrees(answer):
            return (yield from _instead(replace(wish, mail=answer), me, clash))
        picked = pick(answer, options, overtime)
        if picked is not None:
            return _taken(wish, answer, picked, me)
        if lets_go(answer) or (told(answer, "none") and told(answer, "window") is None):
            yield reply(answer, _left(wish, options))
            return None
        if is_another_wish(wish, answer):
            yield Raise(kind="mail", fields={"mail": answer, "before": dropped(wish.matter)})
            return None
        other = _otherwise(wish, answer, options)
        if other is not None:
            return Chosen(other)
        wish = replace(wish, mail=answer)
        text = _unclear(answer, options, me)
    yield reply(
        wish.mail, f"I leave it for now. {wish.undone} Please write the whole request once more when you know more."
    )
    return None


def _agrees(answer: Mail) -> bool:
    """Whether an answer is a yes that names none of the times."""
    return intent(answer) == "yes" and told(answer, "window") is None and not told(answer, "ordinals")


def _instead(wish: Wish, me: Profile, clash: Clash) -> Generator[Step, Any, Chosen]:
    """Move the lesser meeting out of the way, and take the time that was wished for."""
    start = exact_start(wish)
    assert start is not None, "a clash is with a time that was named"
    try:
        moved = yield from displaced(clash, wish, me)
    except NotEntered as why:
        return Chosen(replace(wish, opening=f"I could not move “{clash.item.title}”: {why}."))
    end = start + timedelta(minutes=wish.length)
    return Chosen(replace(wish, opening=moved), SlotOption(start=instant(start, me), end=instant(end, me)))


def _taken(wish: Wish, answer: Mail, option: SlotOption, me: Profile) -> Chosen:
    """Return the choice; with the length or the guests that the same answer changes, it has to be looked at again."""
    left = words.listed(clauses(answer))
    exact = Window(
        spans=(Span(start=option.start.value, end=option.start.value),),
        said="",
        zone=me.zone,
        grain="instant",
        origin=OWN,
    )
    after = replace(amended(wish, answer), window=exact, asks_when=False, left_over=left or wish.left_over)
    if after.whom != wish.whom or after.length > wish.length:
        return Chosen(after)
    end = option.start.value + timedelta(minutes=after.length)
    shorter = replace(option, end=instant(end, me)) if after.length < wish.length else option
    return Chosen(replace(after, window=wish.window, asks_when=wish.asks_when), shorter)


def _left(wish: Wish, options: Sequence[SlotOption]) -> str:
    free = " I keep the times free no longer." if options else ""
    return f"All right, I leave it. {wish.undone}{free} For another time, please write the whole request once more."


# choosing ------------------------------------------------------------------------------------------------------------


def pick(answer: Mail, options: Sequence[SlotOption], overtime: SlotOption | None = None) -> SlotOption | None:
    """Return the one option that an answer names: by its place, by its time, or because any will do.

    A plain yes takes `overtime`, the wished time itself, if that was offered; else the option, if there is only one.
    """
    if told(answer, "none"):
        return None
    places: tuple[int, ...] = told(answer, "ordinals") or ()
    window: Window | None = told(answer, "window")
    named = [options[p - 1 if p > 0 else p] for p in places if 0 < abs(p) <= len(options)]
    if places:
        fitting = [o for o in named if window is None or _fits(window, o)]
        return fitting[0] if fitting else None
    if window is not None:
        fitting = [o for o in options if _fits(window, o)]
        return fitting[0] if len(fitting) == 1 or (fitting and told(answer, "any")) else None
    if told(answer, "any"):
        return options[0] if options else overtime
    if intent(answer) == "yes":
        return overtime or (options[0] if len(options) == 1 else None)
    return None


def _fits(window: Window, option: SlotOption) -> bool:
    return any(_covers(span, option) for span in window.spans)


def _covers(span: Span, option: SlotOption) -> bool:
    if span.start == span.end:
        return span.start == option.start.value
    return span.start <= option.start.value and option.end.value <= span.end


def _otherwise(wish: Wish, answer: Mail, options: Sequence[SlotOption]) -> Wish | None:
    """Return the wish as the answer changes it: another time, length or guest; None if it changes nothing."""
    window: Window | None = told(answer, "window")
    if window is not None and any(_fits(window, o) for o in options):
        return None  # it speaks of several of those offered
    after = amended(wish, answer)
    if (after.whom, after.minutes, after.window) == (wish.whom, wish.minutes, wish.window):
        return None
    return after


def _unclear(answer: Mail, options: Sequence[SlotOption], me: Profile) -> str:
    """Ask again, other than before: what was unclear about the answer."""
    if not options:
        return "When would suit you instead? For instance: “Thursday afternoon” or “next week”."
    places: tuple[int, ...] = told(answer, "ordinals") or ()
    window: Window | None = told(answer, "window")
    fitting = [n for n, o in enumerate(options, 1) if window is not None and _fits(window, o)]
    if places:
        why = f"There {'is' if len(options) == 1 else 'are'} only {words.NUMBERS[len(options)]} to choose from."
    elif fitting:
        numbers = words.listed(str(n) for n in fitting)
        return f"Numbers {numbers} fit that.\n\n{words.options(options, me.zone)}\n\nWhich one shall I book?"
    elif intent(answer) == "yes":
        why = "Gladly, but I do not know which one."
    else:
        why = "I could not tell from your answer which one you mean. There is no hurry."
    how = "Its number is enough, or “none of these”."
    return f"{why}\n\n{words.options(options, me.zone)} \n\nWhich one shall I book? {how}".replace(" \n", "\n")


# why not -------------------------------------------------------------------------------------------------------------


def _proposal(
    wish: Wish, me: Profile, found: Slots, until: datetime, overtime: SlotOption | None, clash: Clash | None
) -> Generator[Step, Any, str]:
    """Word why there is no time, and what is offered instead."""
    options = (found.slots or found.alternatives)[:3]
    if found.slots:
        return _offer(wish, me, options, until, seen=not found.unseen)
    because = yield from _because(wish, me, found)
    first = f"I find no time for {wish.matter}: {because}."
    if clash is not None:
        first = words.paragraphs(first, offer(clash, me))
    if overtime is not None and is_meal(wish):
        return f"{first} Shall I book it all the same?"
    if overtime is not None:
        rest = f" Or take one of these ({me.zone}):\n\n{words.options(options, me.zone)}" if options else ""
        yes = "Shall I book it all the same? Then answer yes." if rest else "Shall I book it all the same?"
        return f"{first} {yes}{rest}"
    if not options:
        return f"{first} In the two weeks around it I find none either. {wish.undone} When would suit you instead?"
    seen = " whose calendars I can see" if found.unseen else ""
    near = f"These {words.NUMBERS[len(options)]} are the nearest" if len(options) > 1 else "This is the nearest"
    suits = "suit" if len(options) > 1 else "suits"
    return (
        f"{first}\n\n{near} that {suits} everybody{seen} ({me.zone}):\n\n"
        f"{words.options(options, me.zone)}\n\n{_which(options, me, until)}"
    )


def _offer(wish: Wish, me: Profile, options: Sequence[SlotOption], until: datetime, *, seen: bool) -> str:
    """Word times of which the manager shall say one: none was wished for."""
    several = len(options) > 1
    count = f"These {words.NUMBERS[len(options)]} times suit" if several else "This time suits"
    everybody = "everybody" if seen else "everybody whose calendar I can see"
    return (
        f"{count} {everybody} for {wish.matter} ({me.zone}):\n\n{words.options(options, me.zone)}\n\n"
        f"{_which(options, me, until)}"
    )


def _which(options: Sequence[SlotOption], me: Profile, until: datetime) -> str:
    which = "Which one shall I book? I keep them" if len(options) > 1 else "Shall I book it? I keep it"
    return f"{which} free until you answer, at the latest until {words.moment(until, me.zone)}."


def _because(wish: Wish, me: Profile, found: Slots) -> Generator[Step, Any, str]:
    """Return the reason; of colleagues never more than that they are not free."""
    reasons = {o.why: o for o in found.obstacles}
    if Why.RULES in reasons:
        return f"that is against {(yield from rules_against(wish, me))}"
    if Why.PAST in reasons:
        return "that is already past"
    if Why.SHORT in reasons:
        return f"that is shorter than {words.length(wish.length)}"
    if Why.HOURS in reasons:
        return f"that is outside {_whose(reasons[Why.HOURS], me, wish)} working hours"
    if Why.BUSY in reasons:
        return (yield from _busy(wish, me, reasons[Why.BUSY], Why.HELD in reasons))
    if Why.HELD in reasons:
        return "I keep that time free for another meeting that you have not decided on yet"
    return "there is none that suits everybody"


def _whose(obstacle: Obstacle, me: Profile, wish: Wish) -> str:
    them = {a.value for a in obstacle.who}
    names = [f"{g.name}’s" for g in wish.guests if g.address.value in them]
    if not them or {g.address.value for g in wish.guests} | {me.manager.value} <= them:
        return "the usual"
    return words.listed(["your", *names] if me.manager.value in them else names)


def _busy(wish: Wish, me: Profile, obstacle: Obstacle, held: bool) -> Generator[Step, Any, str]:
    them = {a.value for a in obstacle.who}
    others = [g.name for g in wish.guests if g.address.value in them]
    mine = me.manager.value in them
    start = exact_start(wish)
    if mine and start is not None and (standing := (yield from _standing(wish, me, start))):
        own = f"you have {standing} then"
        return f"{own}, and {words.listed(others)} {_are(others)} not free either" if others else own
    if mine and not others:
        return "you are not free then" if start is not None else "you have no room for it then"
    if start is not None or len(others) + mine == 1:
        return f"{words.listed(others)} {_are(others)} not free then"
    kept = ", also because of times that I keep free for other meetings" if held else ""
    everybody = ["you", *others] if mine else others
    return f"there is no time then that suits {words.listed(everybody)}{kept}"


def _are(names: Sequence[str]) -> str:
    return "are" if len(names) > 1 else "is"


def _standing(wish: Wish, me: Profile, start: datetime) -> Generator[Step, Any, str]:
    """Return what stands in the manager's own calendar at that time."""
    end = start + timedelta(minutes=wish.length)
    arguments = {"owner": me.manager, "start": instant(start, me), "end": instant(end, me)}
    agenda: Agenda = yield Do(operation="calendar.agenda", arguments=arguments)
    busy = [i for i in agenda.items if not i.free and not i.declined and i.title]
    return words.listed(f"“{words.sentence(i.title, 60)}”" for i in busy[:3])


def _overtime(wish: Wish, me: Profile, found: Slots, now: datetime) -> SlotOption | None:
    """Return the wished time itself if nothing but somebody's working hours speaks against it."""
    start = exact_start(wish)
    if start is None or start <= now or {o.why for o in found.obstacles} != {Why.HOURS}:
        return None
    end = start + timedelta(minutes=wish.length)
    return SlotOption(start=instant(start, me), end=instant(end, me))
