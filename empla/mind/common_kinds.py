"""The kinds of belief that are in every mind, whatever the role: who it is, what binds it, and what it has learned.

Nothing here ends by its kind. Each of them is replaced by what takes its place, is held in a bounded number
(`empla.mind.learning`), or has an end of its own from the moment it is over (`empla.mind.undertaking`).
"""

from datetime import timedelta

from empla.mind.commitments import COMMITMENT, EXPECTATION
from empla.mind.goals import AIM
from empla.mind.grants import GRANTED
from empla.mind.health import HEALTH
from empla.mind.kinds import BeliefKind, Category
from empla.mind.learning import APPROACH, GAP
from empla.mind.percepts import PROFILE
from empla.mind.persona import MAY_RISK
from empla.mind.planning import PLANNING_DUE, PURSUED_OVER
from empla.mind.plans import PlanLibrary
from empla.mind.preferences import (
    CORRECTION,
    OBSERVED_PREFERENCE,
    OWN_PREFERENCE,
    PREFERENCE,
    PREFERENCE_DROPPED,
)
from empla.mind.rules import RULE, RULE_DROPPED
from empla.mind.strategy import RATIONALE
from empla.mind.tasks import TASK
from empla.mind.triggers import BESIDE, COMING, MISSED, PAUSED

MISSED_IS_TOLD_FOR = timedelta(days=14)

library = PlanLibrary()
library.declare(
    BeliefKind(functor=PROFILE, category=Category.SELF, says="who it is, whom it works for, and how it is set up"),
    BeliefKind(functor=GRANTED, category=Category.SELF, says="what somebody lets it see or change"),
    BeliefKind(functor=HEALTH, category=Category.SELF, key=(0,), says="how one of its connections to the world stands"),
    BeliefKind(functor=MAY_RISK, category=Category.SELF, says="a plan that it may choose whatever the risk"),
    BeliefKind(functor=RULE, category=Category.DOMAIN, says="a standing rule that holds"),
    BeliefKind(functor=RULE_DROPPED, category=Category.DOMAIN, says="a standing rule that held once, and why it ended"),
    BeliefKind(functor=PREFERENCE, category=Category.DOMAIN, says="how the manager wants something done"),
    BeliefKind(functor=OWN_PREFERENCE, category=Category.COLLEAGUES, says="how somebody wants to be addressed"),
    BeliefKind(functor=OBSERVED_PREFERENCE, category=Category.COLLEAGUES, says="what somebody does again and again"),
    BeliefKind(functor=CORRECTION, category=Category.DOMAIN, says="a word that it uses no more, and which instead"),
    BeliefKind(functor=PREFERENCE_DROPPED, category=Category.DOMAIN, says="a preference that was, and why it ended"),
    BeliefKind(functor=COMMITMENT, category=Category.SELF, says="what it has promised, and how that stands"),
    BeliefKind(functor=EXPECTATION, category=Category.COLLEAGUES, says="what somebody owes it, and how that stands"),
    BeliefKind(functor=TASK, category=Category.SELF, says="a task that the company has given it, and how far it is"),
    BeliefKind(functor=AIM, category=Category.SELF, says="what became of a goal of its role"),
    BeliefKind(functor=APPROACH, category=Category.SELF, says="how well a plan has worked so far"),
    BeliefKind(functor=GAP, category=Category.SELF, says="what it was asked for and could not do"),
    BeliefKind(functor=RATIONALE, category=Category.SELF, says="which strategy it follows for a goal, and why"),
    BeliefKind(functor=PLANNING_DUE, category=Category.TIME, says="when it plans anew for a goal"),
    BeliefKind(functor=PURSUED_OVER, category=Category.SELF, says="a goal over that served a greater one"),
    BeliefKind(
        functor=MISSED,
        category=Category.TIME,
        lasts=MISSED_IS_TOLD_FOR,
        says="what was due and did not happen, and why",
    ),
    BeliefKind(functor=PAUSED, category=Category.TIME, says="a trigger that rests on a person's word"),
    BeliefKind(functor=COMING, category=Category.TIME, says="what stands in a calendar on which something depends"),
    BeliefKind(functor=BESIDE, category=Category.TIME, key=(0,), says="what of that leaves room for something else"),
)
