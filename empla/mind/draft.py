"""What one cycle sees: the state as it is, with this cycle's changes laid over it.

The state underneath is never touched; what is laid over it is the Delta.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime

from empla.mind.beliefs import Belief, DraftBeliefs
from empla.mind.goals import Goal
from empla.mind.intentions import OVER, Intention, Question, StepRecord
from empla.mind.state import (
    Believed,
    Change,
    Delta,
    Forgotten,
    MindState,
    Withdrawn,
)


@dataclass
class Draft:
    """A cycle's view of the mind and the record of what it changes."""

    state: MindState
    at: datetime
    changes: list[Change] = field(default_factory=list)
    moved: set[str] = field(default_factory=set)
    beliefs: DraftBeliefs = field(init=False)
    adopted: int = field(init=False)
    _intentions: dict[str, Intention] = field(default_factory=dict)
    _steps: dict[str, dict[str, StepRecord]] = field(default_factory=dict)
    _questions: dict[str, Question] = field(default_factory=dict)
    _goals: dict[str, Goal] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.beliefs = DraftBeliefs(self.state.beliefs)
        self.adopted = self.state.adopted

    def delta(self) -> Delta:
        """Return everything this cycle changes."""
        return Delta(tuple(self.changes), frozenset(self.moved))

    def note(self, change: Change) -> None:
        """Record a change that this view does not show."""
        self.changes.append(change)

    # intentions -----------------------------------------------------------------------------------------------

    def intention(self, intention_id: str) -> Intention | None:
        """Return an intention that is not over."""
        found = self._intentions.get(intention_id) or self.state.intentions.get(intention_id)
        return None if found is None or found.stage in OVER else found

    def intentions(self) -> Iterator[Intention]:
        """Iterate over the intentions that are not over, eldest first."""
        merged = {**self.state.intentions, **self._intentions}
        return (i for i in merged.values() if i.stage not in OVER)

    def put_intention(self, intention: Intention) -> None:
        """Record an intention as it is now."""
        self._intentions[intention.id] = intention
        self.changes.append(intention)
        if intention.stage in OVER:
            self.changes.append(Withdrawn(intention=intention.id))
            for question in [q for q in self.questions() if q.id.startswith(f"{intention.id}.")]:
                self.put_question(replace(question, state="withdrawn"))

    # steps ----------------------------------------------------------------------------------------------------

    def step(self, step_id: str) -> StepRecord | None:
        """Return a step of an intention that is not over."""
        intention, _, index = step_id.partition(".")
        return self.history(intention).get(index)

    def history(self, intention_id: str) -> dict[str, StepRecord]:
        """Return the steps of an intention by index."""
        under = self.state.histories.get(intention_id, {})
        over = self._steps.get(intention_id)
        return {**under, **over} if over else under

    def put_step(self, record: StepRecord) -> None:
        """Record a step as it is now."""
        self._steps.setdefault(record.intention, {})[record.index] = record
        self.changes.append(record)

    # questions, goals, beliefs --------------------------------------------------------------------------------

    def questions(self) -> list[Question]:
        """Return the open questions."""
        merged = {**self.state.questions, **self._questions}
        return [q for q in merged.values() if q.state == "open"]

    def question(self, question_id: str) -> Question | None:
        """Return an open question."""
        found = self._questions.get(question_id) or self.state.questions.get(question_id)
        return found if found is not None and found.state == "open" else None

    def put_question(self, question: Question) -> None:
        """Record a question as it is now."""
        self._questions[question.id] = question
        self.changes.append(question)

    def goal(self, goal_id: str) -> Goal | None:
        """Return a goal."""
        return self._goals.get(goal_id) or self.state.goals.get(goal_id)

    def put_goal(self, goal: Goal) -> None:
        """Record a goal as it is now."""
        self._goals[goal.id] = goal
        self.changes.append(goal)

    def believe(self, belief: Belief) -> None:
        """Hold a belief."""
        self.beliefs.add(belief)
        self.changes.append(Believed(belief=belief))

    def forget(self, belief: Belief, reason: str) -> None:
        """Hold a belief no longer."""
        self.beliefs.remove(belief.id)
        self.changes.append(Forgotten(belief=belief.id, reason=reason))
