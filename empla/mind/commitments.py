"""Commitments and expectations: promises made by the employee, and promises made to it.

Each is held as a belief, `commitment(id, Commitment)` or `expectation(id, Commitment)`, and stays held when it is over,
with how it ended: nothing is closed silently. Its id is that of the intention that made it.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from empla.mind.codec import registered
from empla.mind.values import Address

COMMITMENT = "commitment"
"""Functor of the promises that the employee has made: (id, Commitment)."""
EXPECTATION = "expectation"
"""Functor of the promises that were made to it, and of what it has asked others for: (id, Commitment)."""


class Standing(StrEnum):
    """How far a promise has got."""

    OPEN = "open"
    KEPT = "kept"  # done, with the evidence
    BROKEN = "broken"  # it was due and was not done
    RELEASED = "released"  # whoever was to have it wants it no more


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class Commitment:
    """One promise: who owes whom what, until when, and what became of it.

    `thread` and `mail` (a Message-ID) say where it was made; `evidence` is what shows that it was kept or broken (a
    Message-ID, an event's UID), `ended` a sentence for a person.
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
