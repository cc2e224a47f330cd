"""What one cycle sees: the state as it is, with this cycle's changes laid over it.

The state underneath is never touched. What is laid over it is the Delta: each row once, as it is at the end of the
cycle, and between them, in order, what is no row (an action asked for, a time to wake at, ...).
"""

from collections.abc import Iterator, Mapping
from copy import copy
from dataclasses import dataclass, field, replace
from datetime import datetime

from empla.mind.beliefs import Belief, DraftBeliefs
from empla.mind.commitments import PROMISES, promised
from empla.mind.goals import Goal
from empla.mind.intentions import OVER, HeldSpan, Intention, Question, StepRecord, top_level
from empla.mind.propositions import Key, proposition_key
from empla.mind.state import (
    WAITING,
    Believed,
    Change,
    Delta,
    Forgotten,
    MindState,
    Withdrawn,
    awaited,
    belief_key,
    number,
)

_NOTHING: dict[str, StepRecord] = {}


@dataclass
class Draft:
    """A cycle's view of the mind and the record of what it changes."""

    state: MindState
    at: datetime
    moved: set[str] = field(default_factory=set)
    notes: list[Change] = field(default_factory=list)
    beliefs: DraftBeliefs = field(init=False)
    adopted: int = field(init=False)
    loose: dict[tuple[str, str], Belief] = field(default_factory=dict)
    """Promises held no longer that are open, or whose end nobody has read yet; until others take their place."""
    moved_goals: dict[str, str] = field(default_factory=dict)
    """Goals that went from one state to another in this cycle, and to which; until somebody has followed."""
    touched: dict[str, None] = field(default_factory=dict)
    """Functors of which a belief came or went; until somebody has looked who is concerned."""
    initiative_moved: bool = False
    """Whether an intention changed that nobody has asked for; until it was seen who may go on."""
    _believed: dict[Key, Believed | Forgotten] = field(default_factory=dict)
    _goals: dict[str, Goal] = field(default_factory=dict)
    _questions: dict[str, Question] = field(default_factory=dict)
    _steps: dict[str, dict[str, StepRecord]] = field(default_factory=dict)
    _waits: dict[str, dict[str, None]] = field(default_factory=dict)
    _intentions: dict[str, Intention] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.beliefs = DraftBeliefs(self.state.beliefs)
        self.adopted = self.state.adopted

    def delta(self) -> Delta:
        """Return everything this cycle changes.

        Whoever decides about an action looks at the intention behind it, so that stands before; and applying an
        intention that is over lets go whatever was its own, so those come last.
        """
        over = [i for i in self._intentions.values() if i.stage in OVER]
        changes: list[Change] = [*self._believed.values(), *self._goals.values(), *self._questions.values()]
        for steps in self._steps.values():
            changes.extend(steps.values())
        if len(over) < len(self._intentions):
            changes.extend(i for i in self._intentions.values() if i.stage not in OVER)
        changes.extend(self.notes)
        changes.extend(over)
        return Delta(tuple(changes), frozenset(self.moved))

    def note(self, change: Change) -> None:
        """Record a change that this view does not show."""
        self.notes.append(change)

    # intentions -----------------------------------------------------------------------------------------------

    def intention(self, intention_id: str) -> Intention | None:
        """Return an intention that is not over."""
        found = self._intentions.get(intention_id) or self.state.intentions.get(intention_id)
        return None if found is None or found.stage in OVER else found

    def known(self, intention_id: str) -> Intention | None:
        """Return an intention, also one that this very cycle has ended."""
        return self._intentions.get(intention_id) or self.state.intentions.get(intention_id)

    def intentions(self) -> Iterator[Intention]:
        """Iterate over the intentions that are not over, eldest first."""
        merged = {**self.state.intentions, **self._intentions}
        return (i for i in merged.values() if i.stage not in OVER)

    def put_intention(self, intention: Intention) -> None:
        """Record an intention as it is now."""
        self._intentions[intention.id] = intention
        if intention.initiative:
            self.initiative_moved = True
        if intention.stage in OVER:
            self._let_go(intention)
            return
        for functor in intention.watches:
            self._waits.setdefault(belief_key(functor), {})[intention.id] = None

    def _let_go(self, intention: Intention) -> None:
        """Take back what an intention that is over still waits for."""
        if intention.id in self.state.intentions or self._has_asked(intention.id):
            self.notes.append(Withdrawn(intention=intention.id))
        if self.state.questions or self._questions:
            for question in [q for q in self.questions() if q.id.startswith(f"{intention.id}.")]:
                self.put_question(replace(question, state="withdrawn"))
        self.notes.extend(self._freed(intention.id))

    def _freed(self, intention_id: str) -> list[HeldSpan]:
        """Return the times that an intention has kept free, which are free from now on."""
        noted = [change for change in self.notes if isinstance(change, HeldSpan)]
        if not noted and not self.state.holds:
            return []
        held = {h.id: h for h in (*self.state.holds.values(), *noted) if h.intention == intention_id}
        return [replace(h, until=self.at) for h in held.values() if h.until > self.at]

    def _has_asked(self, intention_id: str) -> bool:
        """Return whether an intention of this very cycle may have asked for something already."""
        return any(record.outcome is None for record in self._steps.get(intention_id, _NOTHING).values())

    # steps ----------------------------------------------------------------------------------------------------

    def step(self, step_id: str) -> StepRecord | None:
        """Return a step of an intention."""
        intention, _, index = step_id.partition(".")
        over = self._steps.get(intention)
        if over is not None and index in over:
            return over[index]
        return self.state.histories.get(intention, _NOTHING).get(index)

    def history(self, intention_id: str) -> dict[str, StepRecord]:
        """Return the steps of an intention by index."""
        under = self.state.histories.get(intention_id)
        over = self._steps.get(intention_id)
        if under is None or over is None:
            return over or under or _NOTHING
        return {**under, **over}

    def taken(self, intention_id: str) -> list[StepRecord]:
        """Return the steps that the body of an intention yielded itself, in order."""
        history = self.history(intention_id)
        if not history:
            return []
        records = [r for r in history.values() if top_level(r.index)]
        records.sort(key=lambda r: int(r.index))
        return records

    def put_step(self, record: StepRecord) -> None:
        """Record a step as it is now."""
        self._steps.setdefault(record.intention, {})[record.index] = record
        if record.outcome is None and type(record.step) in WAITING:
            for key in awaited(record):
                self._waits.setdefault(key, {})[record.id] = None

    def waiting_for(self, key: str) -> list[StepRecord]:
        """Return the steps that wait for an event's kind or a functor, those of the eldest intention first."""
        waiting = self._waiters(key)
        if not waiting:
            return []
        records = [r for r in map(self.step, waiting) if r is not None and r.outcome is None]
        records = [r for r in records if self.intention(r.intention) is not None]
        return sorted(records, key=lambda r: r.place)

    def watching(self, functor: str) -> list[Intention]:
        """Return the intentions that a change of beliefs of this functor makes be reconsidered, eldest first."""
        found = [self.intention(w) for w in self._waiters(belief_key(functor)) if "." not in w]
        return sorted((i for i in found if i is not None), key=lambda i: number(i.id))

    @property
    def is_watched(self) -> bool:
        """Whether there is any goal, or any step or intention that waits for something: most events concern nobody."""
        state = self.state
        return bool(self._goals or self._waits or state.goals or state.waits)

    def awaits(self, kind: str) -> bool:
        """Return whether any step may wait for an event of this kind."""
        return kind in self.state.waits or kind in self._waits

    def _waiters(self, key: str) -> Mapping[str, None]:
        under, over = self.state.waits.get(key), self._waits.get(key)
        return {**under, **over} if under and over else under or over or {}

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

    def goal(self, goal_id: str) -> Goal | None:
        """Return a goal."""
        return self._goals.get(goal_id) or self.state.goals.get(goal_id)

    def goals(self) -> Iterator[Goal]:
        """Iterate over the goals that are not over, eldest first."""
        merged = {**self.state.goals, **self._goals}
        return (g for g in merged.values() if not g.over)

    def goals_watching(self, functor: str) -> list[Goal]:
        """Return the goals that a change of this functor's beliefs concerns, eldest first."""
        under = self.state.watched.get(functor)
        if not under and not self._goals:
            return []
        names = {**dict.fromkeys(under or ()), **dict.fromkeys(self._goals)}
        found = [g for g in map(self.goal, names) if g is not None and not g.over and functor in g.watches]
        return sorted(found, key=lambda g: number(g.id))

    def changed_goals(self) -> list[Goal]:
        """Return the goals that this cycle has changed, as they are now."""
        return list(self._goals.values())

    def put_goal(self, goal: Goal) -> None:
        """Record a goal as it is now."""
        known = self.goal(goal.id)
        if known is not None and known.state != goal.state:
            self.moved_goals[goal.id] = goal.state
        self._goals[goal.id] = goal

    def came(self, functor: str) -> list[Belief]:
        """Return the beliefs of a functor that this cycle has come to hold and that are not overruled."""
        new = [c.belief for c in self._believed.values() if isinstance(c, Believed) and c.belief.functor == functor]
        return [b for b in new if not b.overruled and self.state.beliefs.get(functor, b.arguments) is None]

    def believe(self, belief: Belief) -> Belief | None:
        """Hold a belief; return how the same proposition was held before."""
        known = self.beliefs.add(belief)
        self.touched[belief.functor] = None
        self._believed[proposition_key(belief.functor, belief.arguments)] = Believed(belief=belief)
        return known

    def forget(self, belief: Belief, reason: str) -> None:
        """Hold a belief no longer."""
        functor, arguments = belief.functor, belief.arguments
        made = promised(belief) if functor in PROMISES else None
        if made is not None and (made.open or self.state.beliefs.get(functor, arguments) is None):
            self.loose[functor, arguments[0]] = belief
        self.beliefs.remove(functor, arguments)
        self.touched[functor] = None
        key = proposition_key(functor, arguments)
        if self.state.beliefs.get(functor, arguments) is None:
            self._believed.pop(key, None)  # it came in this very cycle: to the tables it never was
        else:
            self._believed[key] = Forgotten(functor=functor, arguments=arguments, reason=reason)

    # going back -----------------------------------------------------------------------------------------------

    def saved(self) -> "Draft":
        """Return a copy to go back to with `restore`."""
        kept = copy(self)
        for name in _LAID_OVER:
            setattr(kept, name, copy(getattr(self, name)))
        kept._steps = {intention: dict(steps) for intention, steps in self._steps.items()}
        kept._waits = {key: dict(waiting) for key, waiting in self._waits.items()}
        kept.beliefs = self.beliefs.copied()
        return kept

    def restore(self, kept: "Draft") -> None:
        """Go back to what `saved` returned; the steps that were recorded since stay recorded."""
        recorded = self._steps
        for name in (*_LAID_OVER, "_waits", "beliefs", "adopted"):
            setattr(self, name, getattr(kept, name))
        self._steps = recorded


_LAID_OVER = ("notes", "loose", "moved_goals", "touched", "_believed", "_goals", "_questions", "_intentions")
