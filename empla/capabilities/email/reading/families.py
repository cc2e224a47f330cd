"""Families of requests that are told by cues of their own, each in a module of its own.

A family is a function of one sentence. It says what the sentence asks for, or None if it is none of its business; it
never raises, and what it cannot place inside a sentence of its own goes into `unread`. Families are tried in the order
of `families()` before the general cues, so a family must be sure that the sentence is its own.

What a family is given. Each sentence of what is new in a mail, without greeting, the mark that closes it and the
sender's own name below; never one that is nothing but politeness. It is offered twice: first with the politeness before
it taken off ("could you please move it to 3" comes as "move it to 3"), then, if no family took that, as it was written.
Positions in slots count from the beginning of what was given; the reader moves them to their place in the mail. A
fragment that follows ("By tomorrow at ten.") is offered once more together with the sentence, joined by a comma, and
counts as part of it if the family then leaves nothing unread.

What becomes of it. The first `Understood` is what the sentence does; if it is the first request of the mail, its slots,
doubts and unread words become the reading, and its confidence goes down with what the rest of the mail leaves open.

To plug in: write `def my_family(sentence: str, setting: Setting, mail: Mail) -> Understood | None` in a module of its
own, and name it in `families()` with an import inside that function (the module itself imports `Understood` from here).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache

from empla.capabilities.email.reading.intents import Doubt, Intent
from empla.capabilities.email.reading.slots import Setting
from empla.mind.readings import Mail, Slot


@dataclass(frozen=True, slots=True, kw_only=True)
class Understood:
    """What one sentence asks for. Positions in slots count from the beginning of the sentence."""

    intent: Intent
    slots: Mapping[str, Slot] = field(default_factory=dict)
    doubts: tuple[Doubt, ...] = ()
    unread: tuple[str, ...] = ()
    confidence: float = 0.95


Family = Callable[[str, Setting, Mail], Understood | None]
"""Reads one sentence (without its closing mark), as written by somebody in a setting, in a mail."""


@cache
def families() -> tuple[Family, ...]:
    """Return the families in the order in which they are tried."""
    from empla.capabilities.email.reading.agreeing import agreeing
    from empla.capabilities.email.reading.answering import respond  # a family needs `Understood` from here
    from empla.capabilities.email.reading.asking import status
    from empla.capabilities.email.reading.briefs import briefs
    from empla.capabilities.email.reading.changes import changes
    from empla.capabilities.email.reading.choices import choices
    from empla.capabilities.email.reading.doubting import doubting
    from empla.capabilities.email.reading.errands import errand
    from empla.capabilities.email.reading.followups import chase, sequence
    from empla.capabilities.email.reading.guards import watched
    from empla.capabilities.email.reading.moving import moving
    from empla.capabilities.email.reading.preferring import preferring
    from empla.capabilities.email.reading.recalling import recalling
    from empla.capabilities.email.reading.reminders import remind
    from empla.capabilities.email.reading.replies import replies
    from empla.capabilities.email.reading.standing import standing
    from empla.capabilities.email.reading.triaging import triaging
    from empla.capabilities.email.reading.verdicts import verdicts

    work = (sequence, chase, remind, errand, status)
    said = (choices, agreeing, verdicts, replies)
    ruled = (preferring, watched(briefs), watched(standing, of_work=False), respond, moving)
    return (*said, *ruled, recalling, *map(watched, (triaging, *work)), changes, doubting)
