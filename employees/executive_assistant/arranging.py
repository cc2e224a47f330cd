"""Arranging a meeting: find a time, book it, invite, answer.

The request's people and times are stated as its scope before anything is done, and the gate holds every act to it.
Where no time suits, three are proposed and held; the manager's choice is then the scope.
"""

from dataclasses import replace

from empla.capabilities.email.reading.times.model import Span
from empla.capabilities.email.steps import reply
from empla.mind.beliefs import BeliefBase
from empla.mind.plans import PlanLibrary, Trigger, on
from empla.mind.preferences import JUST_BOOK, PREFERENCE, WAY
from empla.mind.steps import ActionFailed, Believe, Now
from employees.executive_assistant import words
from employees.executive_assistant.booking import NotBooked, Quicker, booked, quicker, started
from employees.executive_assistant.knowing import Profile, Steps, from_manager, intent, profile, told
from employees.executive_assistant.looking import against_rules, looked_for, scope, undecided
from employees.executive_assistant.proposing import proposed
from employees.executive_assistant.wishes import UNDONE, Wish, clarified, first_wish

library = PlanLibrary()

ROUNDS = 6
"""How often a time is looked for anew: somebody was quicker, or the manager changes the wish."""


def wants_a_meeting(beliefs: BeliefBase, event: Trigger) -> bool:
    """Whether the manager asks for a meeting: in a sentence, or in words that can mean nothing else ("ben, 30min")."""
    if not from_manager(beliefs, event):
        return False
    mail = event.mail
    when = told(mail, "minutes") or told(mail, "window")
    return intent(mail) == "schedule" or bool(told(mail, "people") and when and not told(mail, "doubts"))


_ASKED = on("mail", mail__reading__intent={"schedule", "answer"})


@library.plan(_ASKED, name="arrange-meeting", version=1, when=wants_a_meeting, goal="arrange a meeting")
def arrange_meeting_1(event: Trigger) -> Steps:
    """Arrange what the manager asked for before there were standing rules."""
    return (yield from _arranged(event, ruled=False))


@library.plan(_ASKED, name="arrange-meeting", version=2, when=wants_a_meeting, goal="arrange a meeting")
def arrange_meeting(event: Trigger) -> Steps:
    """Arrange what the manager asks for, inside the manager's rules."""
    return (yield from _arranged(event, ruled=True))


def _wants_it_booked(beliefs: BeliefBase, event: Trigger) -> bool:
    """Whether the manager asks for a meeting, and wants the first time that suits rather than some to choose from."""
    return wants_a_meeting(beliefs, event) and bool(beliefs.matching(PREFERENCE, "", WAY, JUST_BOOK))


@library.plan(
    _ASKED, name="arrange-at-once", when=_wants_it_booked, goal="arrange a meeting without proposals", ways=(JUST_BOOK,)
)
def arrange_at_once(event: Trigger) -> Steps:
    """Arrange what the manager asks for at the first time that suits everybody."""
    return (yield from _arranged(event, ruled=True, at_once=True))


def _arranged(event: Trigger, *, ruled: bool, at_once: bool = False) -> Steps:
    me: Profile = yield from profile()
    return (yield from arrange(first_wish(event), me, ruled=ruled, at_once=at_once))


def arrange(wish: Wish, me: Profile, *, ruled: bool = True, at_once: bool = False) -> Steps:
    """Find a time for what is wished, book it, invite and answer; return its UID, None if nothing was booked.

    `at_once` takes the first time where nobody has said when, unless that is just what is asked.
    """
    for _ in range(ROUNDS):
        clear: Wish | None = yield from clarified(wish, me)
        if clear is None:
            return None
        wish = clear
        yield Believe(functor="wanted", arguments=(wish.mail.key, wish.names, wish.length))
        try:
            found = yield from looked_for(wish, me, ruled=ruled)
        except ActionFailed as failure:
            yield reply(wish.mail, wish.said(_not_seen(wish, failure)))
            return None
        decided = not undecided(wish) or (at_once and not wish.asks_when)
        option = found.slots[0] if found.slots and decided else None
        if option is None:
            chosen = yield from proposed(wish, me, found, lesser=ruled)
            if chosen is None:
                return None
            wish, option = chosen.wish, chosen.option
            if option is None:
                continue
            now = yield Now()
            if started(option, now):
                wish = replace(wish, opening=f"{words.slot(option, me.zone)} is past by now.")
                continue
            yield scope(wish, me, [Span(start=option.start.value, end=option.end.value)])
        remark = (yield from against_rules(wish, me, option)) if ruled else ""
        wish = replace(wish, opening=words.paragraphs(wish.opening, remark))
        try:
            return (yield from booked(wish, me, option, found, kept=ruled))
        except Quicker:
            wish = replace(wish, opening=quicker(option, me))
        except NotBooked as why:
            yield reply(wish.mail, wish.said(f"I could not book {wish.matter}: {why}. {UNDONE}"))
            return None
    yield reply(wish.mail, wish.said(f"I have tried it {words.NUMBERS[ROUNDS]} times and leave it now. {UNDONE}"))
    return None


def _not_seen(wish: Wish, failure: ActionFailed) -> str:
    said = failure.outcome.sentence.rstrip(". ")
    return (
        f"I could not look for a time for {wish.matter}, because I cannot read the calendars just now ({said}). "
        f"{UNDONE} Please ask me once more a little later."
    )
