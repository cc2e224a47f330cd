"""A person's word on an employee's goals: which comes first, which rests, which is given up."""

from typing import Any

from empla.clock import SystemClock
from empla.config import Home, load_settings
from empla.errors import InputError
from empla.hr.profiles import found
from empla.mind import codec
from empla.mind.goals import GOAL_WORD, Goal
from empla.store.minds import known_mind
from runtime.hiring import staff
from runtime.inboxes import sender


def settle(home: Home, name: str, goal: str, state: str, reason: str) -> dict[str, Any]:
    """Say what becomes of a goal (see `GOAL_WORD`); InputError if it is not open."""
    return _say(home, name, goal, {"state": state, "reason": reason})


def prioritise(home: Home, name: str, goal: str, priority: float | None) -> dict[str, Any]:
    """Give a goal a priority (0 is normal), or with None the computed one again; InputError if it is not open."""
    return _say(home, name, goal, {"priority": priority})


def _say(home: Home, name: str, words: str, fields: dict[str, Any]) -> dict[str, Any]:
    with staff(home) as staffing, staffing.store.reading() as company:
        row = found(company, name)
        slug, full = row.slug, row.name
    goal = _open_goal(home, slug, full, words)
    by = load_settings(home).owner
    key = f"{GOAL_WORD}:{goal.id}:{SystemClock(home.clock).now().isoformat()}"
    sender(home)(slug, key, GOAL_WORD, {"goal": goal.id, "by": by, **fields})
    return {"name": full, "goal": goal.name, "id": goal.id, "by": by, **fields}


def _open_goal(home: Home, slug: str, full: str, words: str) -> Goal:
    """Return the goal that is meant by an id or a name."""
    meant: list[Goal] = []
    with known_mind(home, slug) as store:
        if store is not None:
            rows = [row for by in ("id", "name") for row in store.find("goal", {by: words}, ("body",))]
            goals: list[Goal] = [codec.loads(row.body) for row in rows]
            meant = [goal for goal in goals if not goal.over and goal.aim is not None]
    if not meant:
        raise InputError(f"{full} pursues no goal {words!r}", next_step=f'see `empla goals "{full}"`')
    if len(meant) > 1:
        ids = ", ".join(goal.id for goal in meant)
        raise InputError(f"{words!r} is the name of several goals: {ids}", next_step="say which by its id")
    return meant[0]
