"""The migrations make what the tables declare, whole or not at all, wherever the process dies."""

import os
import resource
import signal
import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, create_engine

from empla import faults
from empla.errors import NotRunning, PermissionDenied, ResourceError
from empla.store import opening
from empla.store.migrations.employee import upgrade as migrations
from empla.store.opening import SCHEMA, VERSION_TABLE, open_inbox, open_store, store_url
from empla.store.store import create_tables, open_engine
from empla.store.tables import EMPLOYEE

EVERY_STATEMENT = bool(os.environ.get("EMPLA_CRASH_ALL"))
SECRETS = [{"name": f"s{n}", "value": f"v{n}"} for n in range(3)]

REVISIONS = tuple(f"{number:04}" for number in range(1, int(SCHEMA) + 1))
LATER_SCHEMA = "9000"
LATER = f"""
import sqlalchemy as sa
from alembic import op

revision = "{LATER_SCHEMA}"
down_revision = "{SCHEMA}"


def upgrade():
    postgresql = op.get_bind().dialect.name == "postgresql"
    if postgresql:
        op.execute("ALTER TABLE secret NO FORCE ROW LEVEL SECURITY")
    op.add_column("secret", sa.Column("kind", sa.String(), nullable=False, server_default=""))
    op.execute("UPDATE secret SET kind = 'of ' || name")
    op.create_index("ix_secret_kind", "secret", ["tenant_id", "employee_id", "kind"])
    with op.batch_alter_table("secret") as batch:
        batch.alter_column("value", new_column_name="content")
    if postgresql:
        op.execute("ALTER TABLE secret FORCE ROW LEVEL SECURITY")
"""


# what stands ------------------------------------------------------------------------------------------------------


def sqlite_catalogue(path: Path) -> dict[str, str]:
    with closing(sqlite3.connect(path)) as db:
        rows = db.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall()
    return {name: " ".join(sql.split()) for name, sql in rows if name != VERSION_TABLE}


def postgresql_catalogue(url: str) -> dict[str, list[tuple[object, ...]]]:
    here = "WHERE n.nspname = 'public' AND c.relname <> 'employee_schema'"
    queries = {
        "columns": "SELECT c.relname, a.attnum, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, "
        "a.atthasdef FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid AND c.relkind = 'r' "
        f"JOIN pg_namespace n ON n.oid = c.relnamespace {here} AND a.attnum > 0 AND NOT a.attisdropped",
        "constraints": "SELECT c.relname, k.conname, pg_get_constraintdef(k.oid) FROM pg_constraint k "
        f"JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace {here}",
        "indexes": "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' "
        "AND tablename <> 'employee_schema'",
    }
    with psycopg.connect(url) as connection:
        return {name: sorted(connection.execute(query).fetchall()) for name, query in queries.items()}


def version(where: Path | str) -> str:
    return opening.schema_of(where)


# drift ------------------------------------------------------------------------------------------------------------


def test_the_newest_migration_is_the_one_that_opening_knows():
    assert migrations.scripts().get_heads() == [SCHEMA]


def test_on_sqlite_the_migrations_make_what_the_tables_declare(tmp_path):
    open_store(tmp_path / "migrated.db", "ada").close()
    declared = open_engine(store_url(tmp_path / "declared.db"))
    create_tables(declared)
    declared.dispose()
    assert sqlite_catalogue(tmp_path / "migrated.db") == sqlite_catalogue(tmp_path / "declared.db")
    assert differences(create_engine(f"sqlite:///{tmp_path / 'migrated.db'}")) == []


def test_on_postgresql_the_migrations_make_what_the_tables_declare(stores_url, empty_database):
    open_store(stores_url, "ada").close()
    declared = open_engine(store_url(empty_database))
    create_tables(declared)
    declared.dispose()
    assert postgresql_catalogue(stores_url) == postgresql_catalogue(empty_database)
    assert differences(create_engine(store_url(stores_url))) == []


def differences(engine: Engine) -> list[object]:
    options = {"version_table": VERSION_TABLE, "compare_type": True, "compare_server_default": True}
    with engine.connect() as connection:
        found = compare_metadata(MigrationContext.configure(connection, opts=options), EMPLOYEE)
    engine.dispose()
    return list(found)


def test_on_postgresql_every_table_is_under_row_level_security(stores_url):
    """A later migration that adds a table and forgets the policy fails here."""
    open_store(stores_url, "ada").close()
    with psycopg.connect(stores_url) as connection:
        rows = connection.execute(
            "SELECT c.relname, c.relrowsecurity, c.relforcerowsecurity, "
            "(SELECT string_agg(pg_get_expr(p.polqual, p.polrelid), ';') FROM pg_policy p WHERE p.polrelid = c.oid) "
            "FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'public' AND relkind = 'r'"
        ).fetchall()
    policies = {name: policy for name, enabled, forced, policy in rows if enabled and forced}
    assert policies.keys() == EMPLOYEE.tables.keys()
    for policy in policies.values():
        assert "(tenant_id)::text = current_setting('empla.tenant'::text, true)" in policy
        assert "(employee_id)::text = current_setting('empla.employee'::text, true)" in policy


# killed -----------------------------------------------------------------------------------------------------------


def whole_of(folder: Path, *numbers: str) -> dict[str, dict[str, str]]:
    """Return what a SQLite file holds at each of these versions, and before the first."""
    found: dict[str, dict[str, str]] = {"": {}}
    known = Path(migrations.__file__).parent / "versions"
    for number in numbers:
        versions = folder / f"until-{number}"
        versions.mkdir()
        for script in known.glob("0*.py"):
            if script.name[:4] <= number:
                (versions / script.name).write_text(script.read_text())
        scripts = ScriptDirectory(str(folder), version_locations=[str(versions)])
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(migrations, "scripts", lambda scripts=scripts: scripts)
            patch.setattr(opening, "SCHEMA", number)
            open_store(folder / f"{number}-whole.db", "ada").close()
        found[number] = sqlite_catalogue(folder / f"{number}-whole.db")
    return found


def test_the_migrations_on_sqlite_killed_at_many_statements(tmp_path, in_child):
    whole = whole_of(tmp_path, *REVISIONS)
    die_at, died = 0, True
    while died:
        die_at += 1 if EVERY_STATEMENT else 3
        path = tmp_path / f"{die_at}.db"
        died = in_child(lambda path=path: open_store(path, "ada").close(), die_at=die_at)
        assert sqlite_catalogue(path) == whole[version(path)], "half a migration was kept"
        store = open_store(path, "ada")
        store.take_lease(1, "a test")
        store.close()
        assert sqlite_catalogue(path) == whole[SCHEMA]
    assert die_at > len(EMPLOYEE.tables) + 10


def test_the_migrations_on_postgresql_killed_at_many_statements(empty_database, in_child, tmp_path):
    assert not in_child(lambda: open_store(empty_database, "ada").close())
    points = len(faults.passed(tmp_path / "faults"))
    assert points > 4 * len(EMPLOYEE.tables)
    whole = postgresql_catalogue(empty_database)
    for die_at in range(1, points + 1, 1 if EVERY_STATEMENT else 5):
        with psycopg.connect(empty_database) as connection:
            connection.execute("DROP SCHEMA public CASCADE")
            connection.execute("CREATE SCHEMA public")
        assert in_child(lambda: open_store(empty_database, "ada").close(), die_at=die_at)
        assert version(empty_database) in ("", *REVISIONS)
        open_store(empty_database, "ada").close()
        assert postgresql_catalogue(empty_database) == whole


# a later version --------------------------------------------------------------------------------------------------


@pytest.fixture
def a_newer_empla(tmp_path, monkeypatch):
    """Return a function that installs a program whose newest migration is 0004."""

    def install() -> None:
        versions = tmp_path / "versions"
        versions.mkdir()
        for known in (Path(migrations.__file__).parent / "versions").glob("0*.py"):
            (versions / known.name).write_text(known.read_text())
        (versions / f"{LATER_SCHEMA}_later.py").write_text(LATER)
        scripts = ScriptDirectory(str(tmp_path), version_locations=[str(versions)])
        monkeypatch.setattr(migrations, "scripts", lambda: scripts)
        monkeypatch.setattr(opening, "SCHEMA", LATER_SCHEMA)

    return install


def fill(where: Path | str, *employees: str) -> None:
    for employee in employees:
        store = open_store(where, employee)
        store.take_lease(1, "a test")
        with store.transaction():
            for secret in SECRETS:
                store.add("secret", secret)
        store.close()


def rows_of(path: Path) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as db:
        return db.execute("SELECT * FROM secret ORDER BY seq").fetchall()


OLD = [("main", "ada", n + 1, f"s{n}", f"v{n}") for n in range(3)]
NEW = [(*row, f"of {row[3]}") for row in OLD]


def test_a_later_migration_killed_at_every_statement_keeps_the_rows(tmp_path, in_child, a_newer_empla):
    """SQLite: the table is altered, changed and rebuilt; killed anywhere, its rows are all old or all new."""
    original = tmp_path / "original.db"
    fill(original, "ada")
    a_newer_empla()
    die_at, died = 0, True
    while died:
        die_at += 1
        path = tmp_path / f"{die_at}.db"
        path.write_bytes(original.read_bytes())
        died = in_child(lambda path=path: open_store(path, "ada").close(), die_at=die_at)
        with closing(sqlite3.connect(path)) as db:
            assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert rows_of(path) == (OLD if version(path) == SCHEMA else NEW)
        open_store(path, "ada").close()
        assert rows_of(path) == NEW
        assert rows_of(path.with_name(f"{path.name}.before-{LATER_SCHEMA}")) == OLD
    assert die_at > 10


def test_a_later_migration_on_postgresql_killed_at_every_statement_keeps_the_rows(
    empty_database, in_child, a_newer_empla
):
    fill(empty_database, "ada", "bob")
    a_newer_empla()
    die_at = 0
    while in_child(lambda: open_store(empty_database, "ada").close(), die_at=die_at + 1):
        die_at += 1
        if version(empty_database) == LATER_SCHEMA:
            break
        for employee in ("ada", "bob"):
            assert secrets_of(empty_database, employee) == [(f"s{n}", f"v{n}") for n in range(3)]
    assert die_at > 8
    for employee in ("ada", "bob"):
        assert secrets_of(empty_database, employee) == [(f"s{n}", f"v{n}", f"of s{n}") for n in range(3)]


def secrets_of(url: str, employee: str) -> list[tuple[object, ...]]:
    with psycopg.connect(url) as connection:
        connection.execute("SELECT set_config('empla.tenant', 'main', true)")
        connection.execute("SELECT set_config('empla.employee', %s, true)", (employee,))
        return [row[3:] for row in connection.execute("SELECT * FROM secret ORDER BY seq").fetchall()]


def test_a_migration_that_would_miss_rows_under_row_level_security_is_refused(empty_database, tmp_path, a_newer_empla):
    fill(empty_database, "ada")
    a_newer_empla()
    later = tmp_path / "versions" / f"{LATER_SCHEMA}_later.py"
    later.write_text(LATER.replace("if postgresql", "if False"))
    with pytest.raises(PermissionDenied, match="row-level security"):
        open_store(empty_database, "ada")
    assert version(empty_database) == SCHEMA


def test_a_file_with_something_in_it_is_copied_before_it_is_changed(tmp_path, a_newer_empla):
    path = tmp_path / "mind.db"
    fill(path, "ada")
    a_newer_empla()
    open_store(path, "ada").close()
    copy = tmp_path / "mind.db.before-9000"
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert version(copy) == SCHEMA
    assert rows_of(copy) == OLD
    assert rows_of(path) == NEW


def test_a_file_that_cannot_be_copied_is_not_changed(tmp_path, in_child, a_newer_empla):
    """No room for the copy: the operating system refuses to let it grow."""
    path = tmp_path / "mind.db"
    fill(path, "ada")
    a_newer_empla()

    def work() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        _, most = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (path.stat().st_size // 2, most))
        with pytest.raises(ResourceError, match="cannot be copied") as caught:
            open_store(path, "ada")
        assert "1 MB" in caught.value.next_step

    in_child(work)
    assert version(path) == SCHEMA
    assert rows_of(path) == OLD
    open_store(path, "ada").close()
    assert rows_of(path) == NEW
    assert rows_of(tmp_path / "mind.db.before-9000") == OLD
    assert not (tmp_path / "mind.db.before-9000.new").exists()


def test_a_fresh_file_is_not_copied(tmp_path):
    open_store(tmp_path / "mind.db", "ada").close()
    assert sorted(found.name for found in tmp_path.glob("mind.db*")) == ["mind.db"]


def test_a_store_of_a_newer_program_is_refused(ground, a_newer_empla, monkeypatch, request):
    where = ground.where if ground.engine == "sqlite" else request.getfixturevalue("empty_database")
    with monkeypatch.context():
        a_newer_empla()
        open_store(where, "ada").close()
        monkeypatch.undo()
    for attempt in (open_store, open_inbox):
        with pytest.raises(ResourceError, match="newer empla") as caught:
            attempt(where, "ada")
        assert caught.value.next_step
    assert version(where) == LATER_SCHEMA


def test_an_inbox_never_changes_an_older_store(tmp_path, a_newer_empla):
    """A process of the older program may be working on it."""
    path = tmp_path / "mind.db"
    fill(path, "ada")
    a_newer_empla()
    with pytest.raises(NotRunning, match="older empla") as caught:
        open_inbox(path, "ada")
    assert caught.value.next_step
    assert rows_of(path) == OLD
