"""The words of memory: what is kept of what happened and of what is so, who may see it, and what a recall answers.

Ids are the rows' numbers with a letter: episode `e12`, fact `f7`, entity `n3`, document `d2`. Answers cite them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum, StrEnum

from empla.mind.codec import LATER, registered, registered_as
from empla.mind.values import Source


class EpisodeKind(StrEnum):
    """What sort of thing happened."""

    MAIL = "mail"  # a mail that came
    SENT = "sent"  # a mail that went out
    EVENT = "event"  # something booked, moved, answered or called off in a calendar
    QUESTION = "question"  # the employee asked somebody
    DECISION = "decision"  # an intention ended, a goal moved, something was approved: with the rationale
    TASK = "task"  # the company assigned something, or it was done
    TOLD = "told"  # somebody told it to remember something
    PASSAGE = "passage"  # a piece of a document that it was taught
    SUMMARY = "summary"  # what consolidation made of a thread; rests on the episodes of that thread


class Importance(IntEnum):
    """How much it matters that something is not forgotten."""

    LOW = 1
    MEDIUM = 2
    HIGH = 3
    CRITICAL = 4


class Visibility(IntEnum):
    """Who may see a memory: each level is seen by all of those before it too."""

    PRIVATE = 0  # the employee, its manager, and those who took part
    TEAM = 1  # all who work for the same manager, and that manager
    COMPANY = 2  # everybody in the directory
    PUBLIC = 3  # anybody


class Kept(StrEnum):
    """Whether a memory counts."""

    KEPT = "kept"
    FADED = "faded"  # decayed: not recalled, can be brought back
    MERGED = "merged"  # the same as another one, which stands for it
    REPLACED = "replaced"  # of an earlier version of a document, or a summary that was made anew
    FORGOTTEN = "forgotten"  # erased: the row has no words any more


class Basis(StrEnum):
    """On what a fact stands, weakest first where two disagree."""

    DERIVED = "derived"  # follows from other facts by a rule
    OBSERVED = "observed"  # consolidation read it out of episodes
    TAUGHT = "taught"  # a document says so
    STATED = "stated"  # the manager or the company said so in as many words
    CORRECTED = "corrected"  # said in place of something that was wrong


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewer:
    """On whose behalf something is recalled. The employee itself, its manager and its owner see everything.

    Others see what is at least as visible as `least`, and what they took part in under one of their `addresses`.
    """

    addresses: tuple[str, ...] = ()
    least: Visibility = Visibility.PRIVATE
    everything: bool = False


EVERYTHING = Viewer(everything=True)


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class Episode:
    """One thing that happened, or one passage of a document.

    `key` is unique and follows from what it was made of, so that making it again changes nothing. `author` and `people`
    are addresses, lower-cased; `people` has the author too. `text` is what is new in it, without quotes and signatures;
    `subject` its heading, a file's name, or a document's section. `source` says whose words they are. `percept`,
    `intention` and `action` lead back to what it was (empty where there is none); `document` is the number of the
    document it is a passage of, `part` its place in there.
    """

    key: str
    kind: EpisodeKind
    at: datetime
    text: str
    thread: str = ""
    author: str = ""
    people: tuple[str, ...] = ()
    subject: str = ""
    outcome: str = ""
    rationale: str = ""
    importance: Importance = Importance.MEDIUM
    visibility: Visibility = Visibility.PRIVATE
    source: Source = Source.PERCEPT
    percept: str = ""
    intention: str = ""
    action: str = ""
    document: int = 0
    part: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Entity:
    """A person, company, product, topic or thing; `names` and `addresses` are what it is called by now."""

    number: int
    kind: str
    name: str
    names: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """Something that is, or was, so: subject, predicate, object.

    It holds in the world from `valid_from` until `valid_to` (None: not known, or still). It was believed from
    `recorded_at` until `closed_at` (None: it is). `object` is the text; where it names an entity, `object_entity` is
    that one's number. `replaces` is the fact that it was said in place of, `overruled_by` the one that counts in its
    place. `rests_on` are ids of episodes and facts; a derived one names its `rule`.
    """

    number: int
    subject: int
    predicate: str
    object: str
    object_entity: int = 0
    basis: Basis = Basis.OBSERVED
    confidence: float = 0.8
    said_by: str = ""
    valid_from: datetime | None = None
    valid_to: datetime | None = None
    recorded_at: datetime | None = None
    closed_at: datetime | None = None
    closed_why: str = ""
    replaces: int = 0
    overruled_by: int = 0
    rule: str = ""
    visibility: Visibility = Visibility.PRIVATE
    rests_on: tuple[str, ...] = ()


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class Recollection:
    """One thing that was recalled.

    `id` is cited ("e12", "f7"). `score` is the sum of its `parts`, each a weight times what was found. `source` is the
    label of its words: what came from outside stays data, however it is recalled. `text` are the words themselves, as
    they may be quoted; `came_of` is what the employee noted of what came of it and why, which nobody said.
    """

    id: str
    kind: str
    at: datetime | None
    text: str
    author: str = ""
    people: tuple[str, ...] = ()
    thread: str = ""
    subject: str = ""
    source: Source = Source.PERCEPT
    visibility: Visibility = Visibility.PRIVATE
    score: float = 0.0
    parts: Mapping[str, float] = field(default_factory=dict)
    rests_on: tuple[str, ...] = ()
    came_of: str = field(default="", metadata=LATER)


@registered_as("RecalledMemories")  # "Recalled" is a change of the mind's
@dataclass(frozen=True, slots=True, kw_only=True)
class Recalled:
    """What came of a recall: the best first, as much as the budget has room for.

    `answerable` (0 to 1) is how sure it is that the answer is among them. `left_out` says why others are not, by reason
    and number ("budget": 12). `asked` are the questions into which the cue was taken apart, itself alone if it was not.
    """

    hits: tuple[Recollection, ...]
    answerable: float
    tokens: int
    left_out: Mapping[str, int] = field(default_factory=dict)
    asked: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Cue:
    """What is asked of memory.

    `words` may be a question, a topic, or what is going on now (then it finds situations that are like it). `at` is the
    present, against which "last month" is worked out; `zone` the zone in which days are meant. `people` are addresses
    that have to have taken part, `since` and `until` bound when it happened, `kinds` what it may be; all of these are
    conditions. `limit` is how many at most.
    """

    words: str
    at: datetime
    zone: str = "UTC"
    viewer: Viewer = EVERYTHING
    people: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None
    kinds: tuple[EpisodeKind, ...] = ()
    limit: int = 10
