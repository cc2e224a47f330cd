"""Brings an employee's store to the newest schema (see `empla.store.migrations.upgrading`)."""

from pathlib import Path

from alembic.script import ScriptDirectory
from sqlalchemy import Engine

from empla.store.migrations.upgrading import Upgrade
from empla.store.refusals import place

_HERE = Path(__file__).parent


def scripts() -> ScriptDirectory:
    """Return the migrations of an employee's store."""
    return ScriptDirectory(str(_HERE), version_locations=[str(_HERE / "versions")])


def upgrade(engine: Engine, version_table: str) -> None:
    """Run the migrations that the database lacks; ResourceError if a newer program wrote it."""
    Upgrade(engine, place(engine.url), "employee", scripts(), version_table).run()
