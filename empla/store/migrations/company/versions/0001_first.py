"""The tables that exist from the first day."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def _tenant() -> sa.Column[str]:
    return sa.Column("tenant_id", sa.String(), primary_key=True)


def upgrade() -> None:
    """Make person, employee, account, calendar_grant, saga and saga_step."""
    instant = sa.DateTime(timezone=True)
    op.create_table(
        "person",
        _tenant(),
        sa.Column("address", sa.String(), primary_key=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("zone", sa.String(), nullable=False),
        sa.Column("hours", sa.String(), nullable=False),
        sa.Column("is_owner", sa.Boolean(), nullable=False),
        sa.Column("joined_at", instant, nullable=False),
        sa.Column("left_at", instant),
    )
    op.create_table(
        "employee",
        _tenant(),
        sa.Column("slug", sa.String(), primary_key=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("role_version", sa.Integer(), nullable=False),
        sa.Column("manager", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("phase", sa.String(), nullable=False),
        sa.Column("zone", sa.String(), nullable=False),
        sa.Column("hours", sa.String(), nullable=False),
        sa.Column("listed", sa.Boolean(), nullable=False),
        sa.Column("secret", sa.LargeBinary()),
        sa.Column("hired_at", instant, nullable=False),
        sa.Column("left_at", instant),
    )
    op.create_index("employee_address", "employee", ["tenant_id", "address"], unique=True)
    op.create_table(
        "account",
        _tenant(),
        sa.Column("owner", sa.String(), primary_key=True),
        sa.Column("kind", sa.String(), primary_key=True),
        sa.Column("settings", sa.JSON(), nullable=False),
        sa.Column("password", sa.LargeBinary(), nullable=False),
        sa.Column("ready_at", instant),
        sa.Column("closed_at", instant),
    )
    op.create_table(
        "calendar_grant",
        _tenant(),
        sa.Column("seq", sa.Integer(), primary_key=True),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("grantee", sa.String(), nullable=False),
        sa.Column("since", instant, nullable=False),
        sa.Column("revoked", instant),
    )
    in_force = sa.text("revoked IS NULL")
    op.create_index(
        "calendar_grant_in_force",
        "calendar_grant",
        ["tenant_id", "owner", "grantee"],
        unique=True,
        sqlite_where=in_force,
        postgresql_where=in_force,
    )
    op.create_table(
        "saga",
        _tenant(),
        sa.Column("key", sa.String(), primary_key=True),
        sa.Column("request", sa.JSON(), nullable=False),
        sa.Column("begun_at", instant, nullable=False),
        sa.Column("ended_at", instant),
    )
    op.create_table(
        "saga_step",
        _tenant(),
        sa.Column("saga", sa.String(), primary_key=True),
        sa.Column("key", sa.String(), primary_key=True),
        sa.Column("done_at", instant, nullable=False),
        sa.ForeignKeyConstraint(["tenant_id", "saga"], ["saga.tenant_id", "saga.key"]),
    )
