"""Tasks: work that the company assigns, and how far each has got.

A task is held as the belief `task(id, Task)`, with its history, from when the employee sees it until long after it is
over; before that it is a percept in the inbox, and *pending*. It is a belief and not a goal, for a goal is let go when
it is over, and of a task one wants to know then, too, what came of it. What binds the employee is the commitment of the
same id: debtor the employee, creditor whoever assigned it, deadline that of the task.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from empla.mind.codec import registered
from empla.mind.values import Address

TASK = "task"
"""Functor of the tasks that the employee has seen: (id, Task)."""
TASK_ASSIGNED = "task-assigned"
"""Kind of the percept that assigns a task; fields `id`, `text`, `kind` ("" if it is for the employee to tell), `due`,
`creditor` (Address, None for the manager), `by` (who ran the command) and `reading`."""
TASK_RELEASED = "task-released"
"""Kind of the percept that takes a task back; fields `id` and `by`."""


class TaskKind(StrEnum):
    """What a task asks for."""

    RESEARCH = "research"  # find something out
    DECISION = "decision"  # have something decided, and note how
    ACTION = "action"  # get something done
    COORDINATION = "coordination"  # bring people together
    MEMORY = "memory"  # remember, or say what is remembered


class TaskState(StrEnum):
    """How far a task has got."""

    PENDING = "pending"  # in the inbox, not seen yet
    ACCEPTED = "accepted"  # seen and understood; where somebody's word is needed first, that is asked for
    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"  # tried, and it did not work
    ESCALATED = "escalated"  # put to the manager, with what was tried
    RELEASED = "released"  # taken back by whoever assigned it


OVER = frozenset({TaskState.COMPLETED, TaskState.FAILED, TaskState.ESCALATED, TaskState.RELEASED})


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class TaskMoment:
    """One entry in a task's history: when it came to a state, and a sentence about it."""

    at: datetime
    state: TaskState
    note: str = ""


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One task: what was asked for, by whom and until when, how it is understood, and what came of it.

    `creditor` is who gets the report; `by` who assigned it, in words. `evidence` shows the result (a Message-ID, the
    UID of an event), `mail` and `thread` are those of the mail that acknowledged it.
    """

    id: str
    text: str
    kind: TaskKind
    state: TaskState
    creditor: Address
    by: str
    assigned_at: datetime
    due: datetime | None = None
    understood: str = ""
    result: str = ""
    evidence: str = ""
    mail: str = ""
    thread: str = ""
    history: tuple[TaskMoment, ...] = ()

    @property
    def over(self) -> bool:
        """Whether nothing more is done about it."""
        return self.state in OVER
