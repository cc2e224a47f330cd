"""Episodes of one cycle: a pure function of what it handled, what it changed, and what the tables know of before.

They are no part of the mind's Delta nor of the journal. Their keys follow from what they are made of, so that a cycle
that is done again, or a history that is gone through again, gives the same ones and doubles nothing.
"""

from collections.abc import Sequence
from datetime import datetime

from empla.memory.episodes import decisions, letters, meetings
from empla.memory.episodes.past import Past, operation_of
from empla.memory.model import Episode
from empla.mind.goals import Goal
from empla.mind.intentions import OVER, Intention
from empla.mind.percepts import OUTCOME, Outcome, Percept, Status
from empla.mind.readings import Mail
from empla.mind.state import Believed, Change, Decided

_TELLS, _ACTS = "tell", frozenset({"own", "act"})


def episodes(percept: Percept, changes: Sequence[Change], past: Past, at: datetime) -> list[Episode]:
    """Return the episodes of a cycle that handled `percept` at `at`, in order; none where nothing has happened.

    What keeps house (perceiving, timers, looks) makes none.
    """
    found: list[Episode] = []
    if percept.kind == OUTCOME:
        found += _of_outcome(percept, changes, past, at)
    for change in changes:
        if isinstance(change, Believed):
            found += decisions.held(change.belief, past, at)
        elif isinstance(change, Intention):
            if change.stage in OVER and (one := decisions.ended(change, past, at)) is not None:
                found.append(one)
        elif isinstance(change, Goal):
            if change.over and (one := decisions.aimed(change, past, at)) is not None:
                found.append(one)
        elif isinstance(change, Decided):
            found.append(decisions.decided(change, past, at))
    return found


def _of_outcome(percept: Percept, changes: Sequence[Change], past: Past, at: datetime) -> list[Episode]:
    """Return the episodes of an action that was done: a mail that was read, a message that went out, an act."""
    outcome, action = percept.get("outcome"), percept.get("action")
    if not isinstance(outcome, Outcome) or outcome.status is not Status.DONE:
        return []
    record = past.step(str(action))
    do = operation_of(record.step) if record is not None else None
    if record is None or do is None:
        return []
    if isinstance(outcome.value, Mail):
        return list(letters.came(outcome.value, do, record.id, changes, past, at))
    if past.effect(do.operation) not in _EFFECTS or (act := past.act(record.id)) is None:
        return []
    intention = past.intention(record.intention)
    if act.effect == _TELLS:
        return [letters.went_out(record, do, act, outcome.value, intention, past, at)]
    if act.effect in _ACTS:
        one = meetings.done(record, do, act, outcome.value, intention, past, at)
        return [one] if one is not None else []
    return []


_EFFECTS = frozenset({_TELLS, *_ACTS})
