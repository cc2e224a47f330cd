"""Leaving: what is open is handed back, everybody who waits is told, and the manager gets one list of all of it.

It comes as a percept of the company's own. The meetings and errands are handed over by the intentions that keep them,
each on the authority on which it began; this plan asks them to, waits until they have, and tells the manager.
"""

from collections.abc import Generator
from datetime import timedelta
from typing import Any

from empla.capabilities.email.steps import send
from empla.capabilities.introspection import History
from empla.mind.commitments import COMMITMENT, EXPECTATION, Standing
from empla.mind.plans import PlanLibrary, Trigger, on
from empla.mind.steps import Believe, Do, Forget, Now, Raise, Step, Wait, query
from employees.executive_assistant import promises, recounting, words
from employees.executive_assistant.awaiting import ERRAND_NEWS
from employees.executive_assistant.errands import ERRAND_OPEN
from employees.executive_assistant.guests import names_of
from employees.executive_assistant.handing_over import HANDED_OVER, LEAVING
from employees.executive_assistant.keeping import KEPT, NEWS
from employees.executive_assistant.knowing import Profile, Steps, profile
from employees.executive_assistant.wanting_briefs import CHANGED

library = PlanLibrary()

LOOKS = 30
EVERY = timedelta(seconds=2)
"""How often, and in which steps, it is looked whether all is handed over: what cannot be is told and not waited for."""
_LOOK_BACK = timedelta(days=30)


@library.plan(on("leaving"), goal="leave, and hand over what is open")
def leave(event: Trigger) -> Steps:
    """Hand over, and tell the manager what was open and what became of it."""
    me: Profile = yield from profile()
    now = yield Now()
    history: History = yield Do(operation="self.history", arguments={"since": now - _LOOK_BACK})
    mine, theirs = yield from _promised(me)
    yield Forget(functor=LEAVING)
    yield Believe(functor=LEAVING, arguments=(event.meetings,))
    yield from _asked_for()
    for _ in range(LOOKS):
        if not (yield query(KEPT)) and not (yield query(ERRAND_OPEN)):
            break
        now = yield Now()
        yield Wait(until=now + EVERY)
    yield from _released()
    asked = [recounting.question(u) for u in history.undertakings if u.waits_for == me.manager.value]
    unsure = [f"{a.operation} to {words.listed(a.to)}: “{a.about}”" for a in history.acts if a.state == "unknown"]
    text = words.paragraphs(
        f"Hello {me.manager_name.split()[0]},",
        f"I am leaving {me.company}, and hand back to you what is open.",
        words.section("What I had promised you, and do not do any more:", mine),
        words.section("What I was waiting for; those who were asked are told to write to you:", theirs),
        words.section(f"Meetings ahead ({me.zone}):", (yield from _meetings(me))),
        words.section("Questions of mine that you need not answer any more:", asked),
        words.section("Of this I do not know whether it happened:", unsure),
        "" if mine or theirs or asked or unsure or (yield query(HANDED_OVER)) else "Nothing is open.",
        f"Mail to {me.address} arrives no more from now on.",
    )
    yield send(me.manager, f"{me.name} is leaving: what is open", text)


def _promised(me: Profile) -> Generator[Step, Any, tuple[list[str], list[str]]]:
    mine = yield from promises.all_of(COMMITMENT)
    theirs = yield from promises.all_of(EXPECTATION)
    names = yield from names_of(made.debtor for _, made in theirs)
    owed = [f"{names[made.debtor.value]} <{made.debtor}>: {promises.line(made, me)}" for _, made in theirs]
    return [promises.line(made, me) for _, made in mine], owed


def _asked_for() -> Generator[Step, Any, None]:
    """Wake the intentions that keep meetings and errands."""
    for uid, _ in (yield query(KEPT)):
        yield Raise(kind=NEWS, fields={"uid": uid})
    for (errand,) in (yield query(ERRAND_OPEN)):
        yield Believe(functor=ERRAND_NEWS, arguments=(errand, "leave", None))
        yield Raise(kind=ERRAND_NEWS, fields={"errand": errand})
    yield Raise(kind=CHANGED)


def _released() -> Generator[Step, Any, None]:
    """End what nobody else has ended: reminders, sequences, promises without an errand."""
    for functor in (COMMITMENT, EXPECTATION):
        for promise, _ in (yield from promises.all_of(functor)):
            yield from promises.ended(functor, promise, Standing.RELEASED, "handed back when I left")


def _meetings(me: Profile) -> Generator[Step, Any, list[str]]:
    lines = []
    for _, title, start, what, untold in sorted((yield query(HANDED_OVER)), key=lambda one: one[2]):
        left = f"; please tell {words.listed(untold)}" if untold else ""
        lines.append(f"“{title}”, {words.moment(start, me.zone)}: {what}{left}")
    for _, meeting in (yield query(KEPT)):
        lines.append(f"“{meeting.title}”, {words.moment(meeting.start.value, me.zone)}: not handed over")
    return lines
