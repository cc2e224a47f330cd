"""What people of a scenario do: a mail is handed in, something is entered in a calendar."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from runtime.simulation.scenario import Expected

PATIENCE: Final = timedelta(days=2)
"""Time in which a mail has to have led to what is expected of it, where the scenario does not say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """A mail that is handed in at an instant.

    `account` is the address of whoever is signed in, empty for a mail that another server brings; `envelope` is its
    MAIL FROM, empty for a report. `kind` is one of the scenario's, or what somebody does of their own accord.
    """

    at: datetime
    nonce: str
    kind: str
    account: str
    envelope: str
    to: str
    raw: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An object that somebody puts into their own calendar at an instant, or, without content, takes out."""

    at: datetime
    nonce: str
    owner: str
    uid: str
    ics: bytes


Deed = Post | Entry


def order(deed: Deed) -> tuple[datetime, str, str, bytes]:
    """Return by what deeds are sorted: by instant, and those of one instant always the same way."""
    if isinstance(deed, Post):
        return deed.at, deed.nonce, deed.to, deed.raw
    return deed.at, deed.nonce, deed.owner, deed.ics


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A mail that the scenario itself sent, with what has to come of it, at the latest `by` then.

    All who are named are named by address.
    """

    nonce: str
    kind: str
    at: datetime
    sender: str
    to: str
    by: datetime
    expect: Expected
