"""Brings a database to the newest schema, on SQLite and PostgreSQL.

Each migration is one explicit transaction together with its stamp, so a process that dies in it leaves the database as
it was. A SQLite file that holds something is copied before the first, to `NAME.before-REVISION` beside it. Several
processes that come at once are safe: the version is read inside the transaction that changes it.
"""

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.script import Script, ScriptDirectory
from sqlalchemy import Connection, Engine, event

from empla import faults
from empla.errors import ResourceError


@dataclass(frozen=True, slots=True)
class Upgrade:
    """One database, what its migrations are called and where they lie."""

    engine: Engine
    """Must begin its transactions itself, as writers (the SQLite driver alone commits around DDL)."""
    place: str
    """Where the database lies, for sentences."""
    name: str
    """Of the schema: `company` or `employee`."""
    scripts: ScriptDirectory
    version_table: str = "alembic_version"

    def run(self) -> None:
        """Run the migrations that the database lacks; ResourceError if a newer program wrote it."""
        copied = False
        while self._one_step(copied):
            copied = True

    def _one_step(self, copied: bool) -> bool:
        with self.engine.connect() as connection:
            # Only crash tests count these; unarmed they cost nothing.
            event.listen(connection, "before_cursor_execute", self._note_statement)
            with connection.begin():
                if connection.dialect.name == "postgresql":
                    self._settle_postgresql(connection)
                options = {"transactional_ddl": True, "version_table": self.version_table}
                context = MigrationContext.configure(connection, opts=options)
                current = context.get_current_revision()
                following = self._after(current)
                if following is None:
                    return False
                if current is not None and not copied and connection.dialect.name == "sqlite":
                    _copy(Path(str(self.engine.url.database)), following.revision)
                with Operations.context(context):
                    following.module.upgrade()
                context.stamp(self.scripts, following.revision)
                faults.point(f"{self.name}.migrate.before")
            faults.point(f"{self.name}.migrate.after")
        return True

    def _note_statement(self, _connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        faults.point(f"{self.name}.migrate: {' '.join(statement.split()[:4])}")

    def _settle_postgresql(self, connection: Connection) -> None:
        """Let one process migrate at a time, and have a policy that would hide rows from a migration be an error."""
        connection.exec_driver_sql(
            "SELECT pg_advisory_xact_lock(hashtextextended(%(lock)s, 0))", {"lock": f"empla.migrate.{self.name}"}
        )
        connection.exec_driver_sql("SET LOCAL row_security = off")

    def _after(self, current: str | None) -> Script | None:
        chain = [s for s in reversed(list(self.scripts.walk_revisions())) if isinstance(s, Script)]
        names = [s.revision for s in chain]
        if current is not None and current not in names:
            raise ResourceError(
                f"{self.place} was written by a newer empla (schema {current})",
                next_step="install that version, or newer",
            )
        at = 0 if current is None else names.index(current) + 1
        return chain[at] if at < len(chain) else None


def _copy(path: Path, revision: str) -> None:
    """Copy a SQLite file; the writer's lock is held, so nothing is written between the copy and the migration."""
    target = path.with_name(f"{path.name}.before-{revision}")
    fresh = target.with_name(f"{target.name}.new")
    try:
        fresh.unlink(missing_ok=True)
        fresh.touch(mode=0o600)
        with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(fresh)) as copy:
            source.backup(copy)
        faults.point("migrate.copied")
        fresh.replace(target)
    except (OSError, sqlite3.Error) as error:
        raise ResourceError(
            f"{path} cannot be copied before it is brought up to date: {error}",
            next_step=f"make room for another {path.stat().st_size // 1_000_000 + 1} MB beside it; it is as it was",
        ) from error
