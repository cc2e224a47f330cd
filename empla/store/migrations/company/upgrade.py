"""Brings company.db to the newest schema.

Each migration is one explicit transaction together with its stamp, so a process that dies in it leaves the file as it
was. A file that holds something is copied first, to `company.db.before-REVISION` beside it. Two processes that come at
once are safe: the version is read inside the transaction that changes it.
"""

import sqlite3
from contextlib import closing
from pathlib import Path

from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.script import Script, ScriptDirectory
from sqlalchemy import Connection, Engine

from empla import faults
from empla.errors import ResourceError

_HERE = Path(__file__).parent


def scripts() -> ScriptDirectory:
    """Return the migrations of company.db."""
    return ScriptDirectory(str(_HERE), version_locations=[str(_HERE / "versions")])


def upgrade(engine: Engine, path: Path) -> None:
    """Run the migrations that the file at `path` lacks; ResourceError if a newer program wrote it."""
    known = scripts()
    while _one_step(engine.execution_options(writes=True), path, known):
        pass


def _one_step(engine: Engine, path: Path, known: ScriptDirectory) -> bool:
    with engine.connect() as connection, connection.begin():
        context = MigrationContext.configure(connection, opts={"transactional_ddl": True})
        current = context.get_current_revision()
        following = _after(known, current, path)
        if following is None:
            return False
        if current is not None:
            _copy(path, following.revision)
        with Operations.context(context):
            following.module.upgrade()
        context.stamp(known, following.revision)
        _commit(connection)
    return True


def _commit(connection: Connection) -> None:
    faults.point("company.migrate.before")
    connection.commit()
    faults.point("company.migrate.after")


def _after(known: ScriptDirectory, current: str | None, path: Path) -> Script | None:
    chain = [s for s in reversed(list(known.walk_revisions())) if isinstance(s, Script)]
    names = [s.revision for s in chain]
    if current is not None and current not in names:
        raise ResourceError(
            f"{path} was written by a newer empla (schema {current})", next_step="install that version, or newer"
        )
    at = 0 if current is None else names.index(current) + 1
    return chain[at] if at < len(chain) else None


def _copy(path: Path, revision: str) -> None:
    target = path.with_name(f"{path.name}.before-{revision}")
    fresh = target.with_name(f"{target.name}.new")
    fresh.unlink(missing_ok=True)
    fresh.touch(mode=0o600)
    with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(fresh)) as copy:
        source.backup(copy)
    fresh.replace(target)
