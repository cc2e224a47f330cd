"""What reaches the mind, and what came of its actions."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from empla.mind.codec import LATER, registered
from empla.mind.grants import GRANT_CHANGED
from empla.mind.rules import RULES_COMMAND
from empla.mind.tasks import TASK_ASSIGNED, TASK_RELEASED
from empla.mind.values import OUTSIDE, Origin, Source


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class Percept:
    """Something noticed: its kind, a key that is the same if it is noticed again, and what it says."""

    key: str
    kind: str
    fields: Mapping[str, Any] = field(default_factory=dict)
    origin: Origin = OUTSIDE

    def get(self, name: str) -> Any:
        """Return one field, None where the percept has none of that name."""
        return self.fields.get(name)


class Status(StrEnum):
    """What came of an action."""

    DONE = "done"
    FAILED = "failed"  # tried, and it did not work
    REFUSED = "refused"  # the gate or a person said no: it was not tried
    UNKNOWN = "unknown"  # it cannot be told whether it happened
    CANCELLED = "cancelled"  # withdrawn before it was tried


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of one step: a value if it was done, else a stable code and a sentence for a person.

    `cost` is what it cost, in minor units of the company's currency.
    """

    status: Status
    value: Any = None
    code: str = ""
    sentence: str = ""
    cost: int = field(default=0, metadata=LATER)


OUTCOME = "outcome"
"""Kind of the percept that tells an action's outcome; fields `action` (its id) and `outcome`."""
TIMER = "timer"
"""Kind of the percept of a wait that is over; field `step` (the id of the waiting step)."""
MAIL = "mail"
"""Kind of the event that a read mail is; field `mail`. Only it answers questions: other events may carry a mail that
did so long ago."""
CONTINUE = "continue"
"""Kind of the percept with which a long cycle goes on; field `events`."""
PLAN_WANTED = "plan-wanted"
"""Kind of the event that the mind raises when no plan of the role's does: a model, say, may write one. Fields `wanted`
(kind of the event or goal), `fields` (its own), `tried` (names of plans), `failure` (the last Outcome, or None)."""
INTENTION_FAILED = "intention-failed"
"""Kind of the event that the mind raises when no plan was left to try; fields `plan`, `tried`, `outcome`, `mail`."""
APPROVAL_NEEDED = "approval-needed"
"""Kind of the percept that the gate's answer "ask" becomes; fields `action`, `operation`, `summary`, `why`."""
WAKE = "wake"
"""Kind of the event that lets an intention go on in a continued cycle; field `intention`."""
PROFILE = "profile"
"""Kind of the percept that tells an employee who it is; its fields become `profile` beliefs."""

OCCURRENCE = "occurrence"
"""Kind of the event that a trigger is due; fields `trigger`, `due`, `zone`, `late_s`, `missed`, `more`, and for events
of a calendar `events` (see `empla.mind.triggers`)."""
OCCURRENCE_MISSED = "occurrence-missed"
"""Kind of the percept of what was due and is not made up for; fields `trigger`, `due`, `last`, `count`, `why`."""
TRIGGER_WORD = "trigger-word"
"""Kind of the percept of a person's word on a trigger; fields `trigger`, `paused` and `by`."""

PERCEPT_SET_ASIDE = "percept-set-aside"
"""Kind of the percept that another was set aside, for it could not be handled; fields `percept` (its key), `reason`."""
INTENTION_SET_ASIDE = "intention-set-aside"
"""Kind of the percept that an intention is set aside; fields `intention`, `plan`, `reason`, `percept` (the key of one
that is set aside with it) and `quietly` (no plan hears of it). Plans get besides `goal` (its name) and, where it is
about one, the `mail`."""
INTENTION_WORD = "intention-word"
"""Kind of the percept of a person's word on an intention that was set aside; fields `intention`, `again` and `by`."""
INTEGRATION = "integration"
"""Kind of the percept that an integration stands otherwise now; fields `name`, `state`, `since`, `why`."""

MEMORY_FORGOTTEN = "memory-forgotten"
"""Kind of the percept that a person has had something forgotten; fields `beliefs` and `intentions` (ids), `by`."""

BEGAN = "began"
"""Kind of the percept that a version of code and role begins; field `version`."""

_COMPANY = frozenset({PROFILE, GRANT_CHANGED, RULES_COMMAND, TASK_ASSIGNED, TASK_RELEASED})
_CLOCK = frozenset({TIMER, OCCURRENCE, OCCURRENCE_MISSED, TRIGGER_WORD})
_SHELL = frozenset({PERCEPT_SET_ASIDE, INTENTION_SET_ASIDE, INTENTION_WORD, INTEGRATION, MEMORY_FORGOTTEN})
_RESERVED = _COMPANY | _CLOCK | _SHELL | {OUTCOME, CONTINUE, WAKE, APPROVAL_NEEDED, PLAN_WANTED}
_RESERVED_FAMILIES = ("goal:", "goal-", "belief-", "commitment-", "expectation-")


def is_own(percept: Percept) -> bool:
    """Return whether our own code or the company says so."""
    return percept.origin.source in (Source.OWN, Source.POLICY)


def is_reserved(kind: str) -> bool:
    """Return whether only our own code and the company may raise this: from elsewhere it is not believed."""
    return kind in _RESERVED or kind.startswith(_RESERVED_FAMILIES)
