"""The reasoning cycle: state + percept -> Delta. A plain function, the same in the daemon, in tests and in replay.

    perceive     route the percept: an outcome or timer to its step, an answer to its question,      perceiving.py
                 else to plans
    intend       choose among the applicable plans and adopt one                                    deliberating.py
    advance      run the bodies of intentions that can go on, until all wait                           advancing.py
    step         what each step begins, what came of it                                   stepping.py, resolving.py
    end          done, failed, given up, and what is tried then                                           ending.py

One cycle handles one percept and every event it raises, at most `EVENTS_PER_CYCLE`; what remains goes on in a
`Continued` percept that is written in the same transaction.
"""

from datetime import datetime

from empla.mind import noticing
from empla.mind.advancing import advance
from empla.mind.bodies import Guard, unguarded
from empla.mind.draft import Draft
from empla.mind.perceiving import perceive
from empla.mind.percepts import CONTINUE, WAKE, Percept, is_own, is_reserved
from empla.mind.plans import PlanLibrary
from empla.mind.reconsidering import reconsider
from empla.mind.revising import TIME_IS_OVER, forget
from empla.mind.state import Delta, MindState
from empla.mind.thinking import Thinking
from empla.mind.undertaking import put_back

EVENTS_PER_CYCLE = 1000
ENDED_PER_CYCLE = 100
"""How many beliefs whose time is over are let go in one cycle; they count for nothing before, too."""


def cycle(state: MindState, percept: Percept, at: datetime, library: PlanLibrary, guard: Guard = unguarded) -> Delta:
    """Return what handling `percept` at `at` changes. The state is left as it is.

    `guard` is entered around every run of a plan body, with its intention; it may raise `OutOfTime` inside.
    """
    thinking = Thinking(Draft(state, at), library, guard, percept.key)
    try:
        _run(thinking, percept)
    except BaseException:
        state.drop_live(thinking.draft.moved)
        raise
    return thinking.draft.delta()


def _run(t: Thinking, percept: Percept) -> None:
    for belief in t.draft.beliefs.ended(t.draft.at, ENDED_PER_CYCLE):
        t.raise_all(forget(t.draft, belief, TIME_IS_OVER, t.library.kinds, t.listens, belief.origin))
    _begin_with(t, percept)
    draft = t.draft
    watchful = t.noticing.goals
    while not t.is_quiet or draft.loose or ((watchful or draft.initiative_moved) and noticing.at_rest(t)):
        if t.draft.loose and (t.is_quiet or t.handled >= EVENTS_PER_CYCLE):
            put_back(t)
            continue
        if t.handled >= EVENTS_PER_CYCLE:
            noticing.at_rest(t)
            t.leave_the_rest(percept)
            return
        t.handled += 1
        if t.events:  # first, so that it is known who wants to go on when the next is chosen
            perceive(t, t.events.popleft())
        else:
            intention = t.next_ready()
            if intention is not None:
                advance(t, intention)
        if draft.touched or draft.moved_goals or draft.loose:
            _settle(t)


def _settle(t: Thinking) -> None:
    """Let what has just changed take effect on goals, on those who wait for it, and on promises."""
    if t.draft.touched or t.draft.moved_goals:
        reconsider(t)
    if t.draft.loose and t.is_quiet:
        put_back(t)
        reconsider(t)


def _begin_with(t: Thinking, percept: Percept) -> None:
    if is_reserved(percept.kind) and not is_own(percept):
        t.note(percept.key, f"a {percept.kind} came from outside and is no such thing")
    elif percept.kind == CONTINUE:
        for event in percept.fields["events"]:
            if event.kind == WAKE:
                perceive(t, event)  # it was routed before: else a thousand that are woken would leave no time to go on
            else:
                t.events.append(event)
    else:
        t.events.append(percept)
