"""What is said of promises unasked: before they are late, when they are, and when nobody sees to them any more.

These are what an employee does where the plan that made the promise does not wait for the event itself. The creditor of
a commitment is told, the debtor of an expectation is asked, and where that is not allowed the manager hears of it.
Nobody is written to at night who can as well be written to in the morning before the deadline.
"""

from collections.abc import Generator
from dataclasses import dataclass
from typing import Any

from empla.capabilities.email.steps import send
from empla.capabilities.tasks.telling import Me, Steps, moment, myself, paragraphs, short, thread_of
from empla.governance.manners import quiet_until
from empla.mind.beliefs import BeliefBase
from empla.mind.commitments import COMMITMENT, DUE_SOON, EXPECTATION, LATE, LOST, ORPHANED, Commitment, Standing
from empla.mind.plans import PlanLibrary, Trigger, on
from empla.mind.steps import ActionFailed, Now, Scope, Step, Wait, query
from empla.mind.values import Address

library = PlanLibrary()


@dataclass(frozen=True, slots=True)
class _Notice:
    """What a notice is about: a promise that is still open, and its deadline as people say it."""

    me: Me
    made: Commitment
    due: str


def _by_day(event: Trigger) -> Generator[Step, Any, _Notice | None]:
    """Wait for the morning if it is night and the deadline leaves time for that; None if nothing is to be told then."""
    me = yield from myself()
    made: Commitment = event.made
    now = yield Now()
    morning = quiet_until(now, me.zone)
    if morning is not None and (made.due is None or made.due <= now or morning < made.due):
        yield Wait(until=morning)
    found = yield query(event.functor, event.id)
    latest: Commitment | None = found[-1][1] if found else None
    if latest is None or not latest.open or latest.due is None:
        return None
    return _Notice(me, latest, moment(latest.due, me.zone))


def _told(me: Me, whom: Address, title: str, text: str, made: Commitment) -> Generator[Step, Any, None]:
    """Write to somebody in the thread of a promise; where that is not allowed, to the manager."""
    if whom.value != me.manager.value:
        try:
            yield Scope(people=(me.manager, whom))
            yield send(whom, title, text, follows=thread_of(made))
            return
        except ActionFailed as failure:
            why = failure.outcome.sentence.rstrip(". ")
            text = paragraphs(f"I could not write this to {whom} ({why}), so I tell you:", text)
    yield send(me.manager, title, text, follows=thread_of(made) if whom.value == me.manager.value else None)


def _content(made: Commitment) -> str:
    return f"  {short(made.content)}"


@library.plan(on(f"{COMMITMENT}-{DUE_SOON}"), goal="say that a promise is not kept yet", quiet=True)
def tell_that_it_is_due_soon(event: Trigger) -> Steps:
    """Give whoever has a promise notice before it may be late."""
    notice = yield from _by_day(event)
    if notice is None:
        return
    me, made = notice.me, notice.made
    text = paragraphs(
        f"This I have promised for {notice.due}, and it is not done yet:",
        _content(made),
        "I am at it, and tell you if it will be late.",
    )
    yield from _told(me, made.creditor, f"Not done yet: {short(made.content, 60)}", text, made)


@library.plan(on(f"{COMMITMENT}-{LATE}"), goal="say that a promise is late", quiet=True)
def tell_that_it_is_late(event: Trigger) -> Steps:
    """Tell whoever has a promise that it is late."""
    notice = yield from _by_day(event)
    if notice is None:
        return
    me, made = notice.me, notice.made
    text = paragraphs(
        f"This I have promised for {notice.due}, and it is late:",
        _content(made),
        "I go on with it. If you do not need it any more, please tell me.",
    )
    yield from _told(me, made.creditor, f"Late: {short(made.content, 60)}", text, made)


@library.plan(on(f"{EXPECTATION}-{DUE_SOON}"), goal="ask for what was promised", quiet=True)
def ask_before_it_is_late(event: Trigger) -> Steps:
    """Ask whoever owes something before it is late."""
    notice = yield from _by_day(event)
    if notice is None:
        return
    me, made = notice.me, notice.made
    text = paragraphs("May I remind you of this:", _content(made), f"It is needed by {notice.due}. Thank you.")
    yield from _told(me, made.debtor, f"A reminder: {short(made.content, 60)}", text, made)


@library.plan(on(f"{EXPECTATION}-{LATE}"), goal="say that something promised has not come", quiet=True)
def tell_that_it_has_not_come(event: Trigger) -> Steps:
    """Tell the manager that somebody is late with what they owe."""
    notice = yield from _by_day(event)
    if notice is None:
        return
    me, made = notice.me, notice.made
    text = paragraphs(f"{made.debtor} owed this by {notice.due}, and it has not come:", _content(made))
    yield send(me.manager, f"Not here: {short(made.content, 60)}", text)


def _is_news(beliefs: BeliefBase, event: Trigger) -> bool:
    """Whether the manager does not hear of it anyhow, by the failure behind it."""
    to_manager = any(b.arguments[1].value == event.made.creditor.value for b in beliefs.matching("profile", "manager"))
    return not (event.reported and to_manager)


@library.plan(on(f"{COMMITMENT}-{ORPHANED}"), when=_is_news, goal="say that a promise cannot be kept", quiet=True)
@library.plan(on(f"{COMMITMENT}-{LOST}"), name="tell-lost", goal="say that a promise was lost", quiet=True)
def tell_that_it_is_not_kept(event: Trigger) -> Steps:
    """Tell whoever has a promise that nobody sees to it any more, and why."""
    me = yield from myself()
    made: Commitment = event.made
    if made.standing is not Standing.BROKEN:
        return
    text = paragraphs(
        "This I have promised, and cannot keep:", _content(made), f"What went wrong: {event.reason.rstrip('. ')}."
    )
    yield from _told(me, made.creditor, f"I cannot keep this: {short(made.content, 60)}", text, made)


@library.plan(on(f"{EXPECTATION}-{ORPHANED}"), when=_is_news, goal="say that nobody waits for something", quiet=True)
@library.plan(on(f"{EXPECTATION}-{LOST}"), name="tell-expectation-lost", goal="say that it was lost", quiet=True)
def tell_that_nobody_waits(event: Trigger) -> Steps:
    """Tell the manager that what somebody owes is not waited for any more."""
    me = yield from myself()
    made: Commitment = event.made
    goes_on = " I tell you when it is late." if made.open else ""
    text = paragraphs(
        f"{made.debtor} owes this, and my plan that waited for it has ended:",
        _content(made),
        f"What went wrong: {event.reason.rstrip('. ')}.{goes_on}",
    )
    yield send(me.manager, f"Not waited for: {short(made.content, 60)}", text)
