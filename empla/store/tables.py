"""The tables of one employee's store, the same on SQLite and PostgreSQL.

Every table has the key (tenant_id, employee_id, seq); the writer allocates `seq`, without gaps. In a SQLite file
`employee_id` is constant; on PostgreSQL row-level security holds every statement to it. Instants are ISO 8601 text in
UTC with microseconds, so they sort; structured values are the canonical JSON of `empla.mind.codec`.
"""

from typing import Any, ClassVar

from sqlalchemy import BigInteger, Column, Index, LargeBinary, MetaData, UniqueConstraint, text
from sqlmodel import Field, SQLModel

EMPLOYEE = MetaData()


class Row(SQLModel):
    """The key that every table has."""

    metadata: ClassVar[MetaData] = EMPLOYEE

    tenant_id: str = Field(primary_key=True)
    employee_id: str = Field(primary_key=True)
    seq: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})


def _unique(table: str, *columns: str) -> UniqueConstraint:
    return UniqueConstraint("tenant_id", "employee_id", *columns, name=f"uq_{table}_{'_'.join(columns)}")


def _later(default: str | int, **further: Any) -> Any:
    """Return a column that came after the first release: rows of before have its default."""
    return Field(default=default, sa_column_kwargs={"server_default": text(repr(default))}, **further)


def _index(table: str, *columns: str) -> Index:
    return Index(f"ix_{table}_{'_'.join(columns)}", "tenant_id", "employee_id", *columns)


class PerceptRow(Row, table=True):
    """The inbox: everything noticed, before anything thinks about it (law 1)."""

    __tablename__ = "percept"
    __table_args__: ClassVar[Any] = (_unique("percept", "key"), _index("percept", "state"))

    key: str
    kind: str
    at: str
    body: str
    correlation: str
    state: str = "new"  # new, handled, quarantined, dropped
    reason: str = ""
    cycle: int = Field(default=0, sa_type=BigInteger)
    crashes: int = 0


class CursorRow(Row, table=True):
    """How far each sensor has read; written together with what it noticed."""

    __tablename__ = "cursor"
    __table_args__: ClassVar[Any] = (_unique("cursor", "sensor"),)

    sensor: str
    body: str


class BeliefRow(Row, table=True):
    """Beliefs held, with their origin."""

    __tablename__ = "belief"
    __table_args__: ClassVar[Any] = (_unique("belief", "id"),)

    id: str
    functor: str
    origin: str
    held: int
    body: str


class GoalRow(Row, table=True):
    """Goals and what became of them."""

    __tablename__ = "goal"
    __table_args__: ClassVar[Any] = (_unique("goal", "id"), _index("goal", "state"))

    id: str
    name: str
    state: str
    percept: str
    body: str


class IntentionRow(Row, table=True):
    """Intentions and what became of them."""

    __tablename__ = "intention"
    __table_args__: ClassVar[Any] = (
        _unique("intention", "id"),
        _index("intention", "stage"),
        _index("intention", "percept"),
    )

    id: str
    plan: str
    version: int
    stage: str
    percept: str
    body: str


class StepRow(Row, table=True):
    """The steps of intentions and their outcomes: what replay feeds."""

    __tablename__ = "step"
    __table_args__: ClassVar[Any] = (_unique("step", "id"), _index("step", "intention"))

    id: str
    intention: str
    resolved: int
    body: str


class ActionRow(Row, table=True):
    """The outbox: what was asked for, what the gate said, the exact bytes, and how far it got (contract 1)."""

    __tablename__ = "action"
    __table_args__: ClassVar[Any] = (
        _unique("action", "id"),
        _index("action", "state"),
        _index("action", "lane", "state"),
        _index("action", "intention"),
        _index("action", "percept"),
    )

    id: str
    intention: str
    operation: str
    effect: str
    percept: str
    arguments: str
    state: str
    lane: str = ""
    target: str = ""
    content: bytes = Field(default=b"", sa_column=Column(LargeBinary, nullable=False))
    payload_hash: str = ""
    decision: str = ""
    rule: str = ""
    why: str = ""
    asked_at: str = ""
    due: str = ""
    attempt: int = 0
    epoch: int = 0
    on_wire_at: str = ""
    replies: str = ""
    ended_at: str = ""
    outcome: str = ""
    tried_s: int = _later(0)  # seconds that it has waited so far to be tried again; nights and approvals do not count


class QuestionRow(Row, table=True):
    """Questions that await one person's answer; approvals are questions."""

    __tablename__ = "question"
    __table_args__: ClassVar[Any] = (_unique("question", "id"), _index("question", "state"))

    id: str
    who: str
    thread: str
    token: str
    allowed: str
    expires_at: str
    state: str
    body: str


class HoldRow(Row, table=True):
    """Spans of time that were offered or chosen."""

    __tablename__ = "hold"
    __table_args__: ClassVar[Any] = (
        _unique("hold", "id"),
        _index("hold", "until"),
        _index("hold", "intention"),
    )

    id: str
    intention: str
    starts_at: str
    ends_at: str
    until: str
    body: str


class OccurrenceRow(Row, table=True):
    """Due firings, unique by trigger, instant and zone; waits of steps are triggers of their own."""

    __tablename__ = "occurrence"
    __table_args__: ClassVar[Any] = (
        _unique("occurrence", "trigger", "instant", "zone"),
        _index("occurrence", "state", "instant"),
        _index("occurrence", "trigger"),
    )

    trigger: str
    instant: str
    zone: str
    state: str = "due"  # due, fired, skipped, coalesced, cancelled
    because: str = _later("")  # the percept that led to it, where there is one
    decided_at: str = _later("")  # when it was decided that it fires or does not
    why: str = _later("")  # why it does not, or comes late
    count: int = _later(1)  # how many instants it stands for, from `instant` to `last`, of a trigger that missed many
    last: str = _later("")
    rule: str = _later("")  # when its trigger is due, as it was declared when this was computed
    local: str = _later("")  # the time on the wall that was meant, in the zone


class CrashRow(Row, table=True):
    """Deaths of the employee's process with something in hand: the evidence of poison (law 8)."""

    __tablename__ = "crash"
    __table_args__: ClassVar[Any] = (_index("crash", "percept"), _index("crash", "intention"))

    at: str
    epoch: int = Field(sa_type=BigInteger)
    how: str
    phase: str
    cycle: int = Field(sa_type=BigInteger)
    percept: str = ""
    intention: str = ""
    action: str = ""
    counts: int = 1  # 0: killed from outside, or forgiven by a person


class ConductRow(Row, table=True):
    """What manners count: mails sent per thread and correspondent, and which mail was answered."""

    __tablename__ = "conduct"
    __table_args__: ClassVar[Any] = (_index("conduct", "kind", "subject", "at"),)

    kind: str
    subject: str
    at: str
    action: str


class LedgerRow(Row, table=True):
    """Acts and decisions, hash-chained; the columns are derived from `record` and never trusted."""

    __tablename__ = "ledger"
    __table_args__: ClassVar[Any] = (_unique("ledger", "hash"), _index("ledger", "action"))

    prev: str
    hash: str
    record: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    action: str
    event: str
    at: str


class SaltRow(Row, table=True):
    """The salt of each body hash in the ledger, erased with the body."""

    __tablename__ = "salt"
    __table_args__: ClassVar[Any] = (_unique("salt", "action"),)

    action: str
    salt: str


class JournalRow(Row, table=True):
    """What each cycle did, for replay."""

    __tablename__ = "journal"

    at: str
    percept: str
    code: str
    delta: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    digest: str


class SnapshotRow(Row, table=True):
    """The whole mind after a cycle, every thousand cycles."""

    __tablename__ = "snapshot"
    __table_args__: ClassVar[Any] = (_unique("snapshot", "cycle"),)

    cycle: int = Field(sa_type=BigInteger)
    body: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class PackedStepsRow(Row, table=True):
    """All steps of one intention that has been over for long, in place of their own rows."""

    __tablename__ = "packed_steps"
    __table_args__: ClassVar[Any] = (_unique("packed_steps", "intention"),)

    intention: str
    steps: int
    body: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class PackedCyclesRow(Row, table=True):
    """A run of old cycles, `first` to `last`: their journal, and the bodies of their percepts.

    `digest` is that of the last of them.
    """

    __tablename__ = "packed_cycles"
    __table_args__: ClassVar[Any] = (_unique("packed_cycles", "last"),)

    first: int = Field(sa_type=BigInteger)
    last: int = Field(sa_type=BigInteger)
    digest: str
    body: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class EpisodeRow(Row, table=True):
    """What happened, and passages of documents (`empla.memory.model.Episode`); one that is forgotten has no words."""

    __tablename__ = "episode"
    __table_args__: ClassVar[Any] = (
        _unique("episode", "key"),
        _index("episode", "thread", "at"),
        _index("episode", "at"),
        _index("episode", "author", "at"),
        _index("episode", "document"),
        _index("episode", "state"),
    )

    key: str
    kind: str
    at: str
    thread: str
    author: str
    people: str  # addresses, as a JSON list
    subject: str
    text: str
    outcome: str
    rationale: str
    importance: int
    visibility: int
    source: str
    percept: str
    intention: str
    action: str
    document: int = Field(default=0, sa_type=BigInteger)
    part: int = 0
    state: str = "kept"  # kept, faded, merged, replaced, forgotten
    stands_for: int = Field(default=0, sa_type=BigInteger)  # of one that is merged or replaced: the one in its place
    recorded_at: str = ""


class EntityRow(Row, table=True):
    """Persons, companies, topics, products and things that facts are about."""

    __tablename__ = "entity"
    __table_args__: ClassVar[Any] = (
        _index("entity", "kind"),
        _index("entity", "state"),
        _index("entity", "stands_for"),
        _index("entity", "changed"),
    )

    kind: str
    name: str
    state: str = "kept"
    stands_for: int = Field(default=0, sa_type=BigInteger)
    recorded_at: str = ""
    changed: int = Field(default=0, sa_type=BigInteger)  # the number of its last change, of all entities: for indexes


class AliasRow(Row, table=True):
    """By which names, addresses and numbers an entity is known, since when, and by which evidence."""

    __tablename__ = "alias"
    __table_args__: ClassVar[Any] = (_index("alias", "entity"), _index("alias", "value"))

    entity: int = Field(sa_type=BigInteger)
    kind: str  # name, address, phone
    value: str  # as it is compared: lower-cased, without accents
    shown: str
    evidence: str  # the id of an episode or fact, or who said so
    confidence: float = 1.0
    recorded_at: str = ""
    closed_at: str = ""


class FactRow(Row, table=True):
    """What is, or was, so (`empla.memory.model.Fact`), in both times: of the world, and of what was believed."""

    __tablename__ = "fact"
    __table_args__: ClassVar[Any] = (
        _unique("fact", "key"),
        _index("fact", "subject", "predicate"),
        _index("fact", "object_entity", "predicate"),
        _index("fact", "predicate", "object"),
        _index("fact", "closed_at"),
        _index("fact", "changed"),
    )

    key: str  # what it was made of: made again, it changes nothing
    subject: int = Field(sa_type=BigInteger)
    predicate: str
    object: str
    object_entity: int = Field(default=0, sa_type=BigInteger)
    basis: str
    confidence: float
    said_by: str = ""
    valid_from: str = ""
    valid_to: str = ""
    recorded_at: str = ""
    closed_at: str = ""
    closed_why: str = ""
    replaces: int = Field(default=0, sa_type=BigInteger)
    rule: str = ""
    visibility: int = 0
    source: str = ""
    state: str = "kept"
    begins: str = ""  # when it begins and ends by what is believed now: where an earlier one ends, where a later one
    ends: str = ""  # takes its place
    overruled_by: int = Field(default=0, sa_type=BigInteger)  # the fact that counts in its place from its beginning on
    gaps: str = ""  # spans in which it was not believed and after which it is again, as a JSON list of pairs
    people: str = "[]"  # addresses of those who may see it however private it is, as a JSON list
    changed: int = Field(default=0, sa_type=BigInteger)  # the number of its last change, of all facts: for indexes


class SupportRow(Row, table=True):
    """What a fact rests on: another fact ("f7") or an episode ("e12"). All of one `proof` together support it."""

    __tablename__ = "support"
    __table_args__: ClassVar[Any] = (
        _unique("support", "fact", "proof", "supporter"),
        _index("support", "supporter"),
    )

    fact: int = Field(sa_type=BigInteger)
    proof: str
    supporter: str


class DocumentRow(Row, table=True):
    """Documents that were taught: where each came from, which bytes, and which version stands."""

    __tablename__ = "document"
    __table_args__: ClassVar[Any] = (_index("document", "place"), _index("document", "state"))

    place: str  # path or URL
    name: str
    media_type: str
    sha256: str
    passages: int
    visibility: int
    taught_at: str
    taught_by: str
    state: str = "kept"
    stands_for: int = Field(default=0, sa_type=BigInteger)


class UseRow(Row, table=True):
    """How often and when last a memory was of use: what decay is computed from."""

    __tablename__ = "use"
    __table_args__: ClassVar[Any] = (_unique("use", "memory"),)

    memory: str  # "e12", "f7"
    count: int
    last_at: str


class ConsolidationRow(Row, table=True):
    """One change that consolidation or a person made to memory, with what was before, so that it can be undone."""

    __tablename__ = "consolidation"
    __table_args__: ClassVar[Any] = (_index("consolidation", "run"), _index("consolidation", "memory"))

    run: str
    step: str
    at: str
    memory: str
    what: str
    before: str
    after: str
    undone_at: str = ""


class BlobRow(Row, table=True):
    """Which kept bytes belong to this employee: they lie in files, or here where hosts share a database."""

    __tablename__ = "blob"
    __table_args__: ClassVar[Any] = (_unique("blob", "sha256"),)

    sha256: str
    size: int = Field(sa_type=BigInteger)
    kept_at: str
    content: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))


class LeaseRow(Row, table=True):
    """The epoch of the one process that may write here; read in every transaction (contract 11)."""

    __tablename__ = "lease"

    epoch: int
    holder: str
    renewed: int = _later(0, sa_type=BigInteger)  # how often, by a holder that may be on another host
    # How long each renewal holds, in seconds of monotonic time; 0: a lock on this host proves it.
    for_s: int = _later(0)


class SecretRow(Row, table=True):
    """The employee's own secret, from which ids that nobody can guess are derived."""

    __tablename__ = "secret"
    __table_args__: ClassVar[Any] = (_unique("secret", "name"),)

    name: str
    value: str
