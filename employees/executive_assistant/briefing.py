"""The morning's brief: each working morning at the manager's hour and zone, late if the assistant was not running.

One intention keeps the hour; what is due becomes an event, so that a brief that fails never ends the duty. A morning
that passed altogether is not made up for: the next brief names it.
"""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from empla.capabilities.email.sorting import NOTICE
from empla.capabilities.email.steps import send
from empla.mind import triggers
from empla.mind.noticing_findings import REMARK
from empla.mind.plans import PlanLibrary, Trigger, on
from empla.mind.steps import Again, Atomic, Believe, Forget, Now, Raise, Wait, query
from employees.executive_assistant import daybook, words
from employees.executive_assistant.duties import BRIEF, DUTY, not_held, taken_up
from employees.executive_assistant.knowing import Profile, Steps, profile
from employees.executive_assistant.talking import answer
from employees.executive_assistant.wanting_briefs import ASKED_FOR, CHANGED, wanted

library = PlanLibrary()

BRIEF_DUE = "brief-due"
"""Kind of the event that the brief is to be sent; field `due`, the hour for which it is."""
MISSED = "brief-missed"
"""Functor of the mornings without a brief: (due)."""
SENT = "brief-sent"
"""Functor of when the last brief was sent: (at)."""
LATEST = timedelta(hours=10)
"""How long after its hour a brief is still sent; later than that the day is over."""
_REMEMBERED = timedelta(days=14)


@library.plan(on(DUTY, name=BRIEF), when=not_held, goal="keep the manager briefed", quiet=True)
def keep_briefed(event: Trigger) -> Steps:
    """Wait for the hour, have the brief sent, and start afresh."""
    if not event.get("again"):
        yield from taken_up(BRIEF)
    me: Profile = yield from profile()
    now = yield Now()
    asked = yield from wanted()
    if not asked.brief:
        yield Wait(kind=CHANGED)
    else:
        due = asked.next_after(now, me.zone)
        news = yield Wait(until=due, kind=CHANGED)
        now = yield Now()
        if news is None and now - due <= LATEST:
            yield Raise(kind=BRIEF_DUE, fields={"due": due})
        elif news is None:
            yield Believe(functor=MISSED, arguments=(due,), until=now + _REMEMBERED)
    yield Again(bindings={"name": BRIEF, "again": True})


@library.plan(on(BRIEF_DUE), goal="send the morning's brief", version=2)
def send_brief(event: Trigger) -> Steps:
    """Send the brief of the day."""
    yield from _sent(event, noticing=True)


@library.plan(on(BRIEF_DUE), goal="send the morning's brief", name="send-brief", version=1)
def send_brief_1(event: Trigger) -> Steps:
    """Send it as before the assistant noticed things by itself: what was under way then goes on."""
    yield from _sent(event, noticing=False)


def _sent(event: Trigger, *, noticing: bool) -> Steps:
    me: Profile = yield from profile()
    book = yield from _book(me, noticing=noticing)
    day = words.day((yield Now()).astimezone(ZoneInfo(me.zone)))
    greeting = f"Good morning {me.manager_name.split()[0]},"
    late = yield from _late(event.due, me)
    sent = yield send(me.manager, f"Your {day}", words.paragraphs(greeting, late, book.text))
    yield from _noted(book, sent.thread)


def _late(due: datetime, me: Profile) -> Steps:
    now = yield Now()
    return f"This comes late: it was due at {words.moment(due, me.zone)}." if now - due > timedelta(minutes=15) else ""


@library.plan(on(ASKED_FOR), goal="brief the manager now", version=2)
def brief_now(event: Trigger) -> Steps:
    """Answer with the brief as it would be now."""
    yield from _answered(event, noticing=True)


@library.plan(on(ASKED_FOR), goal="brief the manager now", name="brief-now", version=1)
def brief_now_1(event: Trigger) -> Steps:
    """Answer with it as before the assistant noticed things by itself: what was under way then goes on."""
    yield from _answered(event, noticing=False)


def _answered(event: Trigger, *, noticing: bool) -> Steps:
    me: Profile = yield from profile()
    book = yield from _book(me, noticing=noticing)
    sent = yield answer(event, book.text)
    yield from _noted(book, sent.thread)


def _book(me: Profile, *, noticing: bool) -> Steps:
    now = yield Now()
    last = yield query(SENT)
    since = max(last[-1][0], now - timedelta(days=7)) if last else now - timedelta(days=1)
    missed = yield query(MISSED)
    return (yield from daybook.of(me, now, since, tuple(due for (due,) in missed), noticing=noticing))


def _noted(book: daybook.Daybook, thread: str) -> Steps:
    """Remember when it was sent, and which mail has which number in it, so that an answer can speak of them.

    What was remarked in it, or named as missed, is not to be told again; what came since is.
    """
    now = yield Now()
    yield Forget(functor=SENT)
    yield Forget(functor=MISSED)
    if book.missed:
        yield Atomic(steps=tuple(Forget(functor=triggers.MISSED, pattern=one) for one in book.missed))
    yield Believe(functor=SENT, arguments=(now,))
    for name in book.remarks:
        yield Forget(functor=REMARK, pattern=(name,))
    for number, key in enumerate(book.mails, 1):
        yield Believe(functor=NOTICE, arguments=(thread, number, key), until=now + _REMEMBERED)
