"""Standing duties: what the assistant does of its own accord, day by day, on the company's authority.

Each is one intention that waits, does its part, and starts afresh; `duty(name)` says that it is held. They are taken up
when a version begins that has them, so an assistant hired before has them too.
"""

from datetime import timedelta

from empla.engine.beginning import AWOKE
from empla.mind.beliefs import BeliefBase
from empla.mind.percepts import BEGAN
from empla.mind.plans import PlanLibrary, Trigger, on
from empla.mind.steps import Believe, Now, Raise
from employees.executive_assistant.knowing import Steps

library = PlanLibrary()

DUTY = "duty"
"""Kind of the event that asks for a duty to be taken up (field `name`), and functor of those that are held: (name)."""
BRIEF = "brief"
PREPARATION = "preparation"
ABSENT = "absent"
"""Functor of the times in which the assistant was not running: (since, until)."""
_REMEMBERED = timedelta(days=14)


@library.plan(on(BEGAN), goal="take up standing duties", quiet=True)
def take_up_duties(_event: Trigger) -> Steps:
    """Ask for every duty; one that is held is not taken up twice."""
    for name in (BRIEF, PREPARATION):
        yield Raise(kind=DUTY, fields={"name": name})


def not_held(beliefs: BeliefBase, event: Trigger) -> bool:
    """Whether nobody sees to this duty yet."""
    return not beliefs.matching(DUTY, event.name)


def taken_up(name: str) -> Steps:
    """Hold a duty."""
    yield Believe(functor=DUTY, arguments=(name,))


@library.plan(on(AWOKE), goal="note that I was away", quiet=True)
def note_absence(event: Trigger) -> Steps:
    """Remember from when to when nothing was done; the next brief names it."""
    now = yield Now()
    yield Believe(functor=ABSENT, arguments=(event.since, event.until), until=now + _REMEMBERED)
