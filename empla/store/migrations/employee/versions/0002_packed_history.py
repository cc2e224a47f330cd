"""Where history is packed, and indexes of what is asked for.

The acts of an intention and of a percept, the times that an intention keeps free, the instants of a step.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the tables of packed history, and the indexes."""
    _table(
        "packed_steps",
        _text("intention"),
        _number("steps"),
        _bytes("body"),
        sa.UniqueConstraint("tenant_id", "employee_id", "intention", name="uq_packed_steps_intention"),
    )
    _table(
        "packed_cycles",
        _big("first"),
        _big("last"),
        _text("digest"),
        _bytes("body"),
        sa.UniqueConstraint("tenant_id", "employee_id", "last", name="uq_packed_cycles_last"),
    )
    _index("action", "intention")
    _index("action", "percept")
    _index("hold", "intention")
    _index("occurrence", "trigger")


def _text(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.String(), nullable=False)


def _number(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Integer(), nullable=False)


def _big(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.BigInteger(), nullable=False)


def _bytes(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.LargeBinary(), nullable=False)


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
        op.execute(f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {name} FORCE ROW LEVEL SECURITY")
        op.execute(
            f"CREATE POLICY own_rows ON {name} USING ("
            "tenant_id = current_setting('empla.tenant', true) AND "
            "employee_id = current_setting('empla.employee', true))"
        )
