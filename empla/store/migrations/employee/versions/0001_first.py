"""The tables that exist from the first day, and on PostgreSQL the policies that keep employees apart."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make every table of an employee's store."""
    _mind()
    _work()
    _record()


def _mind() -> None:
    _table(
        "percept",
        _text("key"),
        _text("kind"),
        _text("at"),
        _text("body"),
        _text("correlation"),
        _text("state"),
        _text("reason"),
        _big("cycle"),
        _number("crashes"),
        _unique("percept", "key"),
    )
    _index("percept", "state")
    _table(
        "cursor",
        _text("sensor"),
        _text("body"),
        _unique("cursor", "sensor"),
    )
    _table(
        "belief",
        _text("id"),
        _text("functor"),
        _text("origin"),
        _number("held"),
        _text("body"),
        _unique("belief", "id"),
    )
    _table(
        "goal",
        _text("id"),
        _text("name"),
        _text("state"),
        _text("percept"),
        _text("body"),
        _unique("goal", "id"),
    )
    _index("goal", "state")
    _table(
        "intention",
        _text("id"),
        _text("plan"),
        _number("version"),
        _text("stage"),
        _text("percept"),
        _text("body"),
        _unique("intention", "id"),
    )
    _index("intention", "percept")
    _index("intention", "stage")
    _table(
        "step",
        _text("id"),
        _text("intention"),
        _number("resolved"),
        _text("body"),
        _unique("step", "id"),
    )
    _index("step", "intention")


def _work() -> None:
    _table(
        "action",
        _text("id"),
        _text("intention"),
        _text("operation"),
        _text("effect"),
        _text("percept"),
        _text("arguments"),
        _text("state"),
        _text("lane"),
        _text("target"),
        _bytes("content"),
        _text("payload_hash"),
        _text("decision"),
        _text("rule"),
        _text("why"),
        _text("asked_at"),
        _text("due"),
        _number("attempt"),
        _number("epoch"),
        _text("on_wire_at"),
        _text("replies"),
        _text("ended_at"),
        _text("outcome"),
        _unique("action", "id"),
    )
    _index("action", "lane", "state")
    _index("action", "state")
    _table(
        "question",
        _text("id"),
        _text("who"),
        _text("thread"),
        _text("token"),
        _text("allowed"),
        _text("expires_at"),
        _text("state"),
        _text("body"),
        _unique("question", "id"),
    )
    _index("question", "state")
    _table(
        "hold",
        _text("id"),
        _text("intention"),
        _text("starts_at"),
        _text("ends_at"),
        _text("until"),
        _text("body"),
        _unique("hold", "id"),
    )
    _index("hold", "until")
    _table(
        "occurrence",
        _text("trigger"),
        _text("instant"),
        _text("zone"),
        _text("state"),
        _unique("occurrence", "trigger", "instant", "zone"),
    )
    _index("occurrence", "state", "instant")
    _table(
        "conduct",
        _text("kind"),
        _text("subject"),
        _text("at"),
        _text("action"),
    )
    _index("conduct", "kind", "subject", "at")


def _record() -> None:
    _table(
        "ledger",
        _text("prev"),
        _text("hash"),
        _bytes("record"),
        _text("action"),
        _text("event"),
        _text("at"),
        _unique("ledger", "hash"),
    )
    _index("ledger", "action")
    _table(
        "salt",
        _text("action"),
        _text("salt"),
        _unique("salt", "action"),
    )
    _table(
        "journal",
        _text("at"),
        _text("percept"),
        _text("code"),
        _bytes("delta"),
        _text("digest"),
    )
    _table(
        "snapshot",
        _big("cycle"),
        _bytes("body"),
        _unique("snapshot", "cycle"),
    )
    _table(
        "blob",
        _text("sha256"),
        _big("size"),
        _text("kept_at"),
        _unique("blob", "sha256"),
    )
    _table(
        "lease",
        _number("epoch"),
        _text("holder"),
    )
    _table(
        "secret",
        _text("name"),
        _text("value"),
        _unique("secret", "name"),
    )


def _text(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.String(), nullable=False)


def _number(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Integer(), nullable=False)


def _big(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.BigInteger(), nullable=False)


def _bytes(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.LargeBinary(), nullable=False)


def _unique(table: str, *columns: str) -> sa.UniqueConstraint:
    return sa.UniqueConstraint("tenant_id", "employee_id", *columns, name=f"uq_{table}_{'_'.join(columns)}")


def _index(table: str, *columns: str) -> None:
    op.create_index(f"ix_{table}_{'_'.join(columns)}", table, ["tenant_id", "employee_id", *columns])


def _table(name: str, *parts: sa.Column[Any] | sa.UniqueConstraint) -> None:
    op.create_table(
        name,
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("employee_id", sa.String(), nullable=False),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        *parts,
        sa.PrimaryKeyConstraint("tenant_id", "employee_id", "seq"),
    )
    if op.get_bind().dialect.name == "postgresql":
        # FORCE: the owner of the tables is held to the policy too. Nobody named: no rows.
        op.execute(f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {name} FORCE ROW LEVEL SECURITY")
        op.execute(
            f"CREATE POLICY own_rows ON {name} USING ("
            "tenant_id = current_setting('empla.tenant', true) AND "
            "employee_id = current_setting('empla.employee', true))"
        )
