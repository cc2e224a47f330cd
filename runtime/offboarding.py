"""Letting an employee go: it hands over what is open by itself, then its process is stopped and its traces are closed.

Handing over is work of the employee's own, so it needs to be running: a percept asks for it, and its outcome is looked
for in the employee's own store.
"""

import contextlib
import time
from contextlib import closing
from functools import partial
from itertools import count
from typing import Any, Final

from empla.config import Home
from empla.errors import ExternalError, InputError, NotRunning, ResourceError
from empla.hr import leaving, saga
from empla.hr.profiles import found
from empla.mind import codec
from empla.mind.intentions import OVER, Intention, Stage
from empla.store.company import Status
from empla.store.minds import open_mind_inbox
from runtime import control
from runtime.hiring import staff
from runtime.inboxes import sender

MEETINGS: Final = ("hand-over", "cancel", "keep")
"""What can become of the meetings that it has arranged."""
LEAVING: Final = "leaving"
"""Kind of the percept that asks an employee to hand over; field `meetings`."""

_HALT_S: Final = 20.0
_HAND_OVER_S: Final = 240.0
_STEP_S: Final = 0.05


def plan(home: Home, name: str, meetings: str, *, hand_over: bool) -> dict[str, Any]:
    """Return who would leave and in which steps; changes nothing."""
    with staff(home) as staffing:
        steps = leaving.plan(staffing, name, _hands(home, meetings, hand_over=hand_over))
        with staffing.store.reading() as company:
            row = found(company, name)
        return {"name": row.name, "address": row.address, "manager": row.manager, "steps": steps}


def offboard(home: Home, name: str, meetings: str, *, hand_over: bool, told: saga.Told) -> dict[str, Any]:
    """Let an employee go, and return where its archive lies."""
    with staff(home) as staffing:
        with staffing.store.reading() as company:
            row = found(company, name)
            handed = "leave.hand-over" in company.steps_done(leaving.key_of(row.slug))
        if hand_over and not handed and row.status != Status.OFFBOARDED:
            _must_work(home, row.name, row.status)
        row = leaving.leave(staffing, name, _hands(home, meetings, hand_over=hand_over), told=told)
        return {"name": row.name, "address": row.address, "archive": str(home.root / "left" / row.slug)}


def _hands(home: Home, meetings: str, *, hand_over: bool) -> leaving.Hands:
    if meetings not in MEETINGS:
        choice = ", ".join(MEETINGS)
        raise InputError(f"there is no {meetings!r} for meetings", next_step=f"name one of {choice}")
    handing = partial(_hand_over, home, meetings) if hand_over else None
    return leaving.Hands(hand_over=handing, halt=partial(_halt, home))


def _must_work(home: Home, name: str, status: str) -> None:
    """Refuse before the first step what could not be done: only an employee that works can hand over."""
    otherwise = f'or let it go without: empla offboard "{name}" --without-hand-over'
    if status != Status.ACTIVE:
        next_step = f"`empla resume` first, {otherwise}"
        raise InputError(f"{name} does not work, so it cannot hand over", next_step=next_step)
    try:
        live = control.call(home, "status")["employees"]
    except NotRunning as error:
        raise NotRunning(
            f"{name} can hand over only while empla runs", next_step=f"`empla up --detach` first, {otherwise}"
        ) from error
    state = next((e["state"] for e in live if e["name"] == name), "")
    if state not in ("working", "starting"):
        raise InputError(
            f"{name} is {state or 'not running'}, so it cannot hand over", next_step=f"see `empla status`, {otherwise}"
        )


def _hand_over(home: Home, meetings: str, slug: str) -> None:
    """Have the employee hand over and return when it has; ExternalError if it could not, or did not in time."""
    key = _key(home, slug)
    sender(home)(slug, key, LEAVING, {"meetings": meetings})
    deadline = time.monotonic() + _HAND_OVER_S
    while (intention := _intention(home, slug, key)) is None or intention.stage not in OVER:
        if time.monotonic() > deadline:
            raise ResourceError(
                "it has not finished handing over",
                next_step="see `empla history` and `empla logs`, then give the same command again; "
                "--without-hand-over goes on without",
            )
        time.sleep(_STEP_S * 4)
    if intention.stage is not Stage.DONE:
        why = intention.result.sentence if intention.result is not None else ""
        raise ExternalError(
            f"it could not hand over: {why or intention.stage.value}",
            next_step=f"see `empla logs {slug}`, then give the same command again; --without-hand-over goes on without",
        )


def _key(home: Home, slug: str) -> str:
    """Return the key to ask by: the same for what is under way or done, another if the last time ended without."""
    for attempt in count(1):
        key = f"{LEAVING}:{slug}" if attempt == 1 else f"{LEAVING}:{slug}:{attempt}"
        intention = _intention(home, slug, key)
        if intention is None or intention.stage not in OVER or intention.stage is Stage.DONE:
            break
    return key


def _intention(home: Home, slug: str, key: str) -> Intention | None:
    """Return the newest intention that the percept has led to."""
    with closing(open_mind_inbox(home, slug)) as store:
        rows = store.find("intention", {"percept": key, "plan": "leave"}, ("body",))
    return codec.loads(rows[-1].body) if rows else None


def _halt(home: Home, slug: str) -> None:
    """Return once no process is that employee: its lease can be taken then, and not before."""
    from runtime.supervisor import lease

    folder = home.employee(slug)
    with contextlib.suppress(NotRunning, InputError):
        control.call(home, "stop", {"name": slug})
    deadline = time.monotonic() + _HALT_S
    while folder.exists():
        try:
            lease.take(folder / lease.LOCK).close()
            return
        except lease.LeaseHeld:
            if time.monotonic() > deadline:
                raise
            time.sleep(_STEP_S)
