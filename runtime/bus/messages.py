"""Messages, their topics, and what happens to what nobody takes.

Topics are `empla/TENANT/EMPLOYEE/KIND`:

    wake        to an employee: look into your inbox up to this number (`up_to`; 0: all of it)
    presence    of an employee: `here`, `left` (in good order) or `gone` (its connection broke: the last will)
    telemetry   of an employee: a snapshot of its counts
    events      of an employee: how far its journal and its ledger have grown

Nobody who publishes ever waits for who listens (back-pressure): each subscriber has a queue of its own, and what is
too much for it is settled by the kind of topic. Of `wake`, `presence` and `events` the newest of each employee stands
for those before it, so a queue is never longer than there are employees and none of these is ever dropped. Of
`telemetry` a queue keeps the newest `TELEMETRY_KEPT`, drops the oldest, and counts what it dropped. A slow reader of
events is therefore never waited for: it hears how far the tables are, and reads them from where it stopped.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from empla.errors import InputError

ROOT: Final = "empla"
ANY: Final = "+"
"""What stands in a pattern for any one word."""

TELEMETRY_KEPT: Final = 256
"""Messages of telemetry that wait for one subscriber, at most."""

Body = Mapping[str, Any]
"""What a message says, as JSON can say it."""


class Kind(StrEnum):
    """The kinds of topic."""

    WAKE = "wake"
    PRESENCE = "presence"
    TELEMETRY = "telemetry"
    EVENTS = "events"


KEPT: Final = frozenset({Kind.PRESENCE, Kind.EVENTS})
"""Kinds of which the newest message of each employee is kept for those who subscribe later."""


class Standing(StrEnum):
    """What an employee's presence says."""

    HERE = "here"
    LEFT = "left"
    GONE = "gone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message. `receipt` is what a member of a group gives back when it is done with it; else it is 0.

    A message without a topic comes from nobody: the connection was away, and others may be missing before it.
    """

    topic: str
    body: Body
    receipt: int = 0

    @property
    def gap(self) -> bool:
        """Whether it only says that messages may be missing here."""
        return not self.topic


GAP: Final = Message(topic="", body={})


def topic(tenant: str, employee: str, kind: Kind) -> str:
    """Return the topic of one kind of one employee; InputError where a word cannot stand in one."""
    for word in (tenant, employee):
        if not word or set(word) & set("/+#\0"):
            raise InputError(f"{word!r} cannot stand in a topic")
    return f"{ROOT}/{tenant}/{employee}/{kind}"


def pattern(tenant: str, employee: str = ANY, kind: Kind | str = ANY) -> str:
    """Return the pattern for the topics of an employee, or of all, and of one kind, or of all."""
    return f"{ROOT}/{tenant}/{employee}/{kind}"


def parts(of: str) -> tuple[str, str, Kind]:
    """Return tenant, employee and kind of a topic; InputError if it is none."""
    words = of.split("/")
    if len(words) == 4 and words[0] == ROOT and words[3] in set(Kind) and all(words) and not {ANY, "#"} & set(words):
        return words[1], words[2], Kind(words[3])
    raise InputError(f"{of!r} is no topic", next_step="topics are empla/TENANT/EMPLOYEE/KIND")


def checked_pattern(wanted: str) -> str:
    """Return a pattern that is one; else InputError."""
    words = wanted.split("/")
    if len(words) == 4 and words[0] == ROOT and words[3] in {ANY, *Kind} and all(words) and "#" not in wanted:
        return wanted
    raise InputError(f"{wanted!r} is no pattern", next_step="write empla/TENANT/EMPLOYEE/KIND, + for any of them")


def fits(wanted: str, of: str) -> bool:
    """Return whether a topic is among those that a pattern means."""
    return all(one in (ANY, other) for one, other in zip(wanted.split("/"), of.split("/"), strict=True))
