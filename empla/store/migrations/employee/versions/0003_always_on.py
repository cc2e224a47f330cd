"""Why an occurrence did not fire, what a process had in hand when it died, and leases between hosts."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make the table of crashes, and the columns."""
    _add("occurrence", *(_text(name, default="''") for name in ("because", "decided_at", "why")))
    _add("occurrence", _number("count", default="1"))
    _add("occurrence", *(_text(name, default="''") for name in ("last", "rule", "local")))
    _add("action", _number("tried_s", default="0"))
    _add("blob", sa.Column("content", sa.LargeBinary(), nullable=True))
    _add("lease", _big("renewed", default="0"), _number("for_s", default="0"))
    _table(
        "crash",
        _text("at"),
        _big("epoch"),
        _text("how"),
        _text("phase"),
        _big("cycle"),
        _text("percept"),
        _text("intention"),
        _text("action"),
        _number("counts"),
    )
    for column in ("percept", "intention"):
        op.create_index(f"ix_crash_{column}", "crash", ["tenant_id", "employee_id", column])


def _add(table: str, *columns: sa.Column[Any]) -> None:
    for column in columns:
        op.add_column(table, column)


def _text(name: str, *, default: str | None = None) -> sa.Column[Any]:
    return _column(name, sa.String(), default)


def _number(name: str, *, default: str | None = None) -> sa.Column[Any]:
    return _column(name, sa.Integer(), default)


def _big(name: str, *, default: str | None = None) -> sa.Column[Any]:
    return _column(name, sa.BigInteger(), default)


def _column(name: str, kind: Any, default: str | None) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=False, server_default=None if default is None else sa.text(default))


def _table(name: str, *parts: sa.Column[Any]) -> None:
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
