"""A mind that only wants: its goals are told what is believed and what came of their plans, one step at a time.

Every step is applied as the shell would do it, by way of what is kept, so nothing rests on what a process remembers.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from empla.mind import codec, desiring
from empla.mind.beliefs import Belief
from empla.mind.draft import Draft
from empla.mind.goals import Aim, Goal
from empla.mind.percepts import Outcome, Percept, Status
from empla.mind.plans import PlanLibrary, on
from empla.mind.state import Due, MindState

START = datetime(2026, 9, 7, 8, tzinfo=UTC)
EVENTS = (
    "goal-adopted",
    "goal-suspended",
    "goal-resumed",
    "goal-achieved",
    "goal-dropped",
    "goal-at-risk",
    "goal-blocked",
)
DONE = Outcome(status=Status.DONE)
FAILED = Outcome(status=Status.FAILED, code="broken", sentence="the server is gone")


def listening() -> PlanLibrary:
    """Return a library with a plan for every event about goals."""
    library = PlanLibrary()
    for kind in EVENTS:

        @library.plan(on(kind), name=f"hear {kind}")
        def hear(_event: Any) -> Any:
            yield from ()

    return library


@dataclass
class Wanting:
    """The goals of one mind, and all that they raised."""

    library: PlanLibrary = field(default_factory=listening)
    state: MindState = field(default_factory=MindState)
    at: datetime = START
    events: list[Percept] = field(default_factory=list)
    over: dict[str, Goal] = field(default_factory=dict)
    dues: list[tuple[datetime, str]] = field(default_factory=list)
    moves: list[tuple[str, str]] = field(default_factory=list)

    def step(self, act: Callable[[Draft], list[Percept]]) -> list[Percept]:
        """Do one thing, apply what it changes, and return what it raised."""
        draft = Draft(self.state, self.at)
        raised = act(draft)
        changes = codec.loads(codec.dumps(draft.delta().changes))
        self.state.apply(changes)
        self.moves += draft.moved_goals.items()
        self.over.update({c.id: c for c in changes if isinstance(c, Goal) and c.over})
        self.dues += [(c.at, c.step) for c in changes if isinstance(c, Due)]
        self.events += raised
        return raised

    def want(self, *aims: Aim) -> list[Percept]:
        """Declare aims in the role, and begin."""
        self.library.want(*aims)
        return self.begin()

    def begin(self) -> list[Percept]:
        return self.step(lambda draft: desiring.began(draft, self.library, "began:1"))

    def pursue(self, aim: Aim, parent: str = "") -> Goal:
        """Take up a goal at run time."""
        taken: list[Goal] = []

        def act(draft: Draft) -> list[Percept]:
            goal, raised = desiring.pursue(draft, self.library, aim, parent, "m1")
            taken.append(goal)
            return raised

        self.step(act)
        return taken[0]

    def believe(self, functor: str, *arguments: Any) -> list[Percept]:
        """Believe something, and let the goals that read it be looked at."""

        def act(draft: Draft) -> list[Percept]:
            draft.believe(Belief(functor=functor, arguments=arguments, observed_at=self.at))
            return desiring.revise(draft, self.library, [functor])

        return self.step(act)

    def forget(self, functor: str, *pattern: Any) -> list[Percept]:
        def act(draft: Draft) -> list[Percept]:
            for belief in draft.beliefs.matching(functor, *pattern):
                draft.forget(belief, "no more")
            return desiring.revise(draft, self.library, [functor])

        return self.step(act)

    def say(self, act: Callable[..., list[Percept]], name: str, *more: Any) -> list[Percept]:
        """Do one of `desiring`'s functions to the goal of this name."""
        return self.step(lambda draft: act(draft, self.library, self.goal(name), *more))

    def ended(self, name: str, outcome: Outcome = DONE) -> list[Percept]:
        return self.say(desiring.ended, name, outcome)

    def wait(self, **span: float) -> list[Percept]:
        """Let time pass; every instant that comes wakes its goal, once and in order."""
        until, raised = self.at + timedelta(**span), []
        while self.dues and min(self.dues)[0] <= until:
            next_due = min(self.dues)
            self.dues.remove(next_due)
            self.at = max(self.at, next_due[0])
            raised += self.step(lambda draft, goal=next_due[1]: desiring.due(draft, self.library, goal))
        self.at = until
        return raised

    # what there is --------------------------------------------------------------------------------------------

    def goal(self, name: str) -> Goal:
        """Return the goal of this name, the newest if there were several, be it over or not."""
        found = [g for g in (*self.over.values(), *self.state.goals.values()) if g.name == name]
        return max(found, key=lambda g: int(g.id[1:]))

    def states(self) -> dict[str, str]:
        """Return the state of every goal there was, by name."""
        rows = sorted((*self.over.values(), *self.state.goals.values()), key=lambda g: int(g.id[1:]))
        return {goal.name: goal.state for goal in rows}


def kinds(raised: list[Percept]) -> list[tuple[str, str]]:
    """Return the kind of each event, and the goal it is about."""
    return [(e.kind, e.fields.get("name", "")) for e in raised]
