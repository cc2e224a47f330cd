"""Commitments and expectations: promises made by the employee, and promises made to it.

Each is held as a belief, `commitment(id, Commitment)` or `expectation(id, Commitment)`, and stays held when it is over,
with how it ended: nothing is closed silently. Its id is chosen by the plan that makes it.

A plan makes, changes and ends one by the steps `Promise`, `Expect`, `Close` and `Release`; the kernel
(`empla.mind.undertaking`) carries them out. Each is carried by an intention, wakes itself before its deadline, and is
closed only with evidence, or by whoever may release it. The obligations of a debtor to a creditor are those of Singh
(1999); that breaking one is not ending it, but owing a word about it, is ours.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from empla.mind.beliefs import Belief
from empla.mind.codec import LATER, registered
from empla.mind.steps import Step
from empla.mind.terms import Inquiry
from empla.mind.values import Address

COMMITMENT = "commitment"
"""Functor of the promises that the employee has made: (id, Commitment)."""
EXPECTATION = "expectation"
"""Functor of the promises that were made to it, and of what it has asked others for: (id, Commitment)."""
PROMISES = frozenset({COMMITMENT, EXPECTATION})
"""Functors that the kernel guards: what is open is let go by nobody without a record."""

DUE_SOON, LATE, CLOSED, ORPHANED, LOST = "due-soon", "late", "closed", "orphaned", "lost"
"""What happens to a promise. With its functor in front ("commitment-due-soon") the kind of the event that tells so; its
fields are `id`, `made` (the Commitment as it is then), `functor`, `reason`, and `reported`: whether the failure that is
behind it is told as `intention-failed` besides."""


class Standing(StrEnum):
    """How far a promise has got."""

    OPEN = "open"
    KEPT = "kept"  # done, with the evidence
    BROKEN = "broken"  # it was due and was not done, or cannot be
    RELEASED = "released"  # whoever was to have it wants it no more


# evidence ------------------------------------------------------------------------------------------------------------


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class MailSent:
    """A mail that the server took for this person; in this thread, where one is named."""

    to: Address
    thread: str = ""


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class MailReceived:
    """A mail of this person, for which the server vouches; in this thread, where one is named."""

    of: Address
    thread: str = ""


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class EventStands:
    """An event that was written into a calendar: the one with this UID, where it is named."""

    uid: str = ""


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class BeliefHeld:
    """A belief that is held: of this functor, with these first arguments. It needs no other evidence."""

    functor: str
    arguments: tuple[Any, ...] = ()


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class WordGiven:
    """The word of this person: a mail of theirs that takes the matter up, for which the server vouches."""

    of: Address


Evidence = MailSent | MailReceived | EventStands | BeliefHeld | WordGiven


# promises ------------------------------------------------------------------------------------------------------------


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class Commitment:
    """One promise: who owes whom what, until when, and what became of it.

    `thread` and `mail` (a Message-ID) say where it was made; `evidence` is what shows that it was kept or broken (a
    Message-ID, an event's UID), `ended` a sentence for a person.

    `wants` is the evidence without which it does not count as kept, and `drop` a query that releases it when it holds.
    `lead` is how long before `due` it wakes itself to give notice: None for the usual time, as the persona has it; zero
    where its plan sees to that. The rest is kept by the kernel: `carrier` is the intention that carries it, `clock`
    says that it wakes itself, `wakes_at` when it will give notice, `noticed_at` and `late_at` when it was told that it
    is due soon, and late.
    """

    debtor: Address
    creditor: Address
    content: str
    made_at: datetime
    due: datetime | None = None
    standing: Standing = Standing.OPEN
    thread: str = ""
    mail: str = ""
    evidence: str = ""
    ended: str = ""
    wants: Evidence | None = field(default=None, metadata=LATER)
    drop: Inquiry | None = field(default=None, metadata=LATER)
    lead: timedelta | None = field(default=None, metadata=LATER)
    carrier: str = field(default="", metadata=LATER)
    clock: bool = field(default=False, metadata=LATER)
    wakes_at: datetime | None = field(default=None, metadata=LATER)
    noticed_at: datetime | None = field(default=None, metadata=LATER)
    late_at: datetime | None = field(default=None, metadata=LATER)

    @property
    def open(self) -> bool:
        """Whether it is neither kept, nor broken, nor released."""
        return self.standing is Standing.OPEN


def promised(belief: Belief) -> Commitment | None:
    """Return the promise that a belief holds, None if it holds none."""
    made = belief.arguments[1] if belief.functor in PROMISES and len(belief.arguments) == 2 else None
    return made if isinstance(made, Commitment) else None


def is_open(belief: Belief) -> bool:
    """Return whether a belief holds a promise that is open."""
    made = promised(belief)
    return made is not None and made.open


# steps ---------------------------------------------------------------------------------------------------------------


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class Promise(Step):
    """Make a promise of the employee's own, carried by this intention, or change one that is open: its date, say.

    The id is not empty. Fails with the code "promise" if the debtor is not the employee, if the promise is kept or
    released already, or if its deadline is past.
    """

    id: str
    made: Commitment


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class Expect(Step):
    """Note what somebody else has promised, or was asked for; as `Promise`, but the debtor is another."""

    id: str
    made: Commitment


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class Close(Step):
    """End a promise: kept, with the evidence that it wants, or broken. `id` of the functor `of`.

    Kept: `evidence` (a Message-ID, an event's UID, the id of a step) must lead to something that this intention has
    done or seen, and be what the promise wants. Broken: once it is late, or with evidence that it cannot be kept, or
    when something of this intention has failed. Else it fails with the code "evidence" and the promise stays as it is.
    """

    id: str
    standing: Standing
    sentence: str
    evidence: str = ""
    of: str = COMMITMENT


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class Release(Step):
    """Let a promise go, because whoever was to have it wants it no more; what carries it ends with it.

    May do so: an intention that acts on the word of the manager or the company, or one that was set off by a mail of
    the creditor for which the server vouches; what was promised *to* the employee it may itself let go. Else it fails
    with the code "release".
    """

    id: str
    sentence: str
    of: str = COMMITMENT
