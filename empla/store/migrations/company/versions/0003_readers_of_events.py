"""How far the readers of events have come, in each table of each employee."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make bus_offset."""
    op.create_table(
        "bus_offset",
        sa.Column("tenant_id", sa.String(), primary_key=True),
        sa.Column("reader", sa.String(), primary_key=True),
        sa.Column("employee", sa.String(), primary_key=True),
        sa.Column("source", sa.String(), primary_key=True),
        sa.Column("upto", sa.BigInteger(), nullable=False),
    )
