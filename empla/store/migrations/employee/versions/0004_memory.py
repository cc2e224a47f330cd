"""What an employee remembers: episodes, entities, facts and what they rest on, documents, and what changed them."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Make the tables of memory."""
    _episodes()
    _knowledge()
    _table(
        "document",
        *map(_text, ("place", "name", "media_type", "sha256")),
        _number("passages"),
        _number("visibility"),
        *map(_text, ("taught_at", "taught_by", "state")),
        _big("stands_for"),
    )
    _indexes("document", ("place",), ("state",))
    _table("use", _text("memory"), _number("count"), _text("last_at"), unique=("memory",))
    _table("consolidation", *map(_text, ("run", "step", "at", "memory", "what", "before", "after", "undone_at")))
    _indexes("consolidation", ("run",), ("memory",))


def _episodes() -> None:
    _table(
        "episode",
        *map(_text, ("key", "kind", "at", "thread", "author", "people", "subject", "text", "outcome", "rationale")),
        _number("importance"),
        _number("visibility"),
        *map(_text, ("source", "percept", "intention", "action")),
        _big("document"),
        _number("part"),
        _text("state"),
        _big("stands_for"),
        _text("recorded_at"),
        unique=("key",),
    )
    _indexes("episode", ("thread", "at"), ("at",), ("author", "at"), ("document",), ("state",))


def _knowledge() -> None:
    named = map(_text, ("kind", "name", "state"))
    _table("entity", *named, _big("stands_for"), _text("recorded_at"), _big("changed"))
    _indexes("entity", ("kind",), ("state",), ("stands_for",), ("changed",))
    _table(
        "alias",
        _big("entity"),
        *map(_text, ("kind", "value", "shown", "evidence")),
        _real("confidence"),
        *map(_text, ("recorded_at", "closed_at")),
    )
    _indexes("alias", ("entity",), ("value",))
    _table(
        "fact",
        _text("key"),
        _big("subject"),
        *map(_text, ("predicate", "object")),
        _big("object_entity"),
        _text("basis"),
        _real("confidence"),
        *map(_text, ("said_by", "valid_from", "valid_to", "recorded_at", "closed_at", "closed_why")),
        _big("replaces"),
        _text("rule"),
        _number("visibility"),
        *map(_text, ("source", "state", "begins", "ends")),
        _big("overruled_by"),
        *map(_text, ("gaps", "people")),
        _big("changed"),
        unique=("key",),
    )
    looked_up = (("subject", "predicate"), ("object_entity", "predicate"), ("predicate", "object"))
    _indexes("fact", *looked_up, ("closed_at",), ("changed",))
    _table("support", _big("fact"), *map(_text, ("proof", "supporter")), unique=("fact", "proof", "supporter"))
    _indexes("support", ("supporter",))


def _text(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.String(), nullable=False)


def _number(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Integer(), nullable=False)


def _big(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.BigInteger(), nullable=False)


def _real(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Float(), nullable=False)


def _indexes(table: str, *indexes: tuple[str, ...]) -> None:
    for columns in indexes:
        op.create_index(f"ix_{table}_{'_'.join(columns)}", table, ["tenant_id", "employee_id", *columns])


def _table(name: str, *columns: sa.Column[Any], unique: tuple[str, ...] = ()) -> None:
    key = [sa.Column(k, sa.String(), nullable=False) for k in ("tenant_id", "employee_id")]
    held: list[Any] = [sa.PrimaryKeyConstraint("tenant_id", "employee_id", "seq")]
    if unique:
        constraint = f"uq_{name}_{'_'.join(unique)}"
        held.append(sa.UniqueConstraint("tenant_id", "employee_id", *unique, name=constraint))
    op.create_table(name, *key, sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False), *columns, *held)
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {name} FORCE ROW LEVEL SECURITY")
        op.execute(
            f"CREATE POLICY own_rows ON {name} USING ("
            "tenant_id = current_setting('empla.tenant', true) AND "
            "employee_id = current_setting('empla.employee', true))"
        )
