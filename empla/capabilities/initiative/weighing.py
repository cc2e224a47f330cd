"""Weighing what was found: the plan for the standing goal to look ahead."""

from empla.capabilities.initiative.remarking import Steps, persona
from empla.mind.beliefs import ANY
from empla.mind.goals import Aim
from empla.mind.limits import LOOK_AHEAD
from empla.mind.noticing_findings import AIM, FINDING, KINDS, REMARK, UNWEIGHED, WEIGHED
from empla.mind.persona import worth_acting, worth_telling
from empla.mind.plans import PlanLibrary, Trigger, goal
from empla.mind.propositions import Proposition
from empla.mind.steps import Believe, Forget, Pursue, query
from empla.mind.terms import lit, no
from empla.mind.terms import query as inquiry

library = PlanLibrary()
library.want(AIM)
library.declare(*KINDS)


@library.plan(goal(LOOK_AHEAD), quiet=True)
def weigh_findings(_event: Trigger) -> Steps:
    """Judge each new finding: tell of it, see to it, or only keep it in mind."""
    me = yield from persona()
    tells, acts = worth_telling(me), worth_acting(me)
    for name, aim, subject in (yield query(UNWEIGHED)):
        found = yield query(FINDING, ANY, name)
        yield Forget(functor=UNWEIGHED, pattern=(name,))
        yield Believe(functor=WEIGHED, arguments=(name,))
        if not found:
            continue
        _, _, what, weight, _ = found[-1]
        if weight >= tells:
            rests_on = Proposition(FINDING, found[-1])
            yield Believe(functor=REMARK, arguments=(name, what), because=(rests_on,))
        if aim and weight >= acts:
            yield Pursue(aim=_seeing_to(aim, name, subject, what))


def _seeing_to(aim: str, name: str, subject: str, what: str) -> Aim:
    """Return the aim that sees to a finding, wanted for as long as that is there."""
    return Aim(
        name=aim,
        parent=LOOK_AHEAD,
        bindings={"finding": name, "subject": subject, "what": what},
        drop_when=inquiry(no(lit(FINDING, ANY, name, ANY, ANY, ANY))),
    )
