"""Brings company.db to the newest schema (see `empla.store.migrations.upgrading`)."""

from pathlib import Path

from alembic.script import ScriptDirectory
from sqlalchemy import Engine

from empla.store.migrations.upgrading import Upgrade

_HERE = Path(__file__).parent


def scripts() -> ScriptDirectory:
    """Return the migrations of company.db."""
    return ScriptDirectory(str(_HERE), version_locations=[str(_HERE / "versions")])


def upgrade(engine: Engine, path: Path) -> None:
    """Run the migrations that the file at `path` lacks; ResourceError if a newer program wrote it."""
    Upgrade(engine.execution_options(writes=True), str(path), "company", scripts()).run()
