"""Grants of other things than calendars: what was granted before, was a calendar."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make calendar_grant access_grant, with a kind."""
    op.drop_index("calendar_grant_in_force", "calendar_grant")
    op.rename_table("calendar_grant", "access_grant")
    op.add_column("access_grant", sa.Column("kind", sa.String(), nullable=False, server_default="calendar"))
    in_force = sa.text("revoked IS NULL")
    op.create_index(
        "access_grant_in_force",
        "access_grant",
        ["tenant_id", "owner", "grantee", "kind"],
        unique=True,
        sqlite_where=in_force,
        postgresql_where=in_force,
    )
