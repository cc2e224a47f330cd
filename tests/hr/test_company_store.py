"""company.db: made and migrated in whole steps, readable by its owner only, one transaction at a time."""

import os
import shutil
import signal
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, event

from empla import faults
from empla.errors import InternalError, ResourceError, ValidationError
from empla.store import company as company_store
from empla.store.company import SCHEMA, CompanyStore, CompanyTable, GrantRow, PersonRow
from empla.store.migrations.company import upgrade as migrations

MONDAY = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


def person(address: str, *, tenant: str = "main") -> PersonRow:
    return PersonRow(tenant_id=tenant, address=address, name="Ada", zone="UTC", hours="09:00-17:00", joined_at=MONDAY)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "company.db"


def test_the_migrations_make_the_declared_tables(path: Path) -> None:
    CompanyStore(path).close()
    with create_engine(f"sqlite:///{path}").connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), CompanyTable.metadata) == []
    assert migrations.scripts().get_heads() == [SCHEMA]


def test_the_file_is_safe_and_its_owners(path: Path) -> None:
    with CompanyStore(path) as store:
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        with store._engine.connect() as connection:
            pragmas = [connection.exec_driver_sql(f"PRAGMA {p}").scalar() for p in ("journal_mode", "synchronous")]
            assert pragmas == ["wal", 2]
            assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1


def test_opening_a_current_file_imports_no_alembic(path: Path) -> None:
    CompanyStore(path).close()
    script = (
        "import sys, pathlib; from empla.store.company import CompanyStore;"
        "CompanyStore(pathlib.Path(sys.argv[1])).close(); sys.exit('alembic' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", script, str(path)], check=True)


def test_what_raises_is_dropped(path: Path) -> None:
    with CompanyStore(path) as store:
        with pytest.raises(ZeroDivisionError), store.writing() as company:
            company.add(person("ada@office.example"))
            _ = 1 / 0
        with store.reading() as company:
            assert company.people() == []


def test_a_key_that_is_taken_is_refused_without_showing_the_row(path: Path) -> None:
    with CompanyStore(path) as store:
        with store.writing() as company:
            company.add(person("ada@office.example"))
        with pytest.raises(ValidationError) as caught, store.writing() as company:
            company.add(person("ada@office.example"))
    assert "person.address" in str(caught.value)
    assert "09:00" not in str(caught.value.__cause__)


def test_an_instant_without_a_zone_is_refused(path: Path) -> None:
    row = person("ada@office.example")
    row.joined_at = datetime(2026, 3, 2, 8, 0)
    with CompanyStore(path) as store, pytest.raises(Exception, match="without a zone") as caught, store.writing() as c:
        c.add(row)
    assert isinstance(caught.value, InternalError) or isinstance(caught.value.__cause__, InternalError)


def test_one_grant_holds_at_a_time(path: Path) -> None:
    with CompanyStore(path) as store:
        with store.writing() as company:
            company.grant("a@x.example", "b@x.example", "calendar", MONDAY)
            company.grant("a@x.example", "b@x.example", "calendar", MONDAY)
            company.grants()[0].revoked = MONDAY
        with store.writing() as company:
            company.grant("a@x.example", "b@x.example", "calendar", MONDAY)
        with store.reading() as company:
            assert [g.seq for g in company.grants()] == [2]
        with pytest.raises(ValidationError), store.writing() as company:
            company.add(GrantRow(tenant_id="main", seq=9, owner="a@x.example", grantee="b@x.example", since=MONDAY))


def test_a_tenant_sees_only_its_own(path: Path) -> None:
    with CompanyStore(path) as store, store.writing() as company:
        company.add(person("ada@office.example"))
    with CompanyStore(path, tenant="other") as store:
        with store.writing() as company:
            company.add(person("ada@office.example", tenant="other"))
            company.add(person("bob@office.example", tenant="other"))
        with store.reading() as company:
            assert [p.address for p in company.people()] == ["ada@office.example", "bob@office.example"]
    with CompanyStore(path) as store, store.reading() as company:
        assert [p.address for p in company.people()] == ["ada@office.example"]
        assert company.person("bob@office.example") is None


def test_a_file_of_a_newer_program_is_left_alone(path: Path) -> None:
    CompanyStore(path).close()
    with closing(sqlite3.connect(path)) as db:
        db.execute("UPDATE alembic_version SET version_num = '9999'")
        db.commit()
    with pytest.raises(ResourceError, match="newer empla"):
        CompanyStore(path)


def test_a_file_that_is_no_database_is_an_error_with_a_next_step(path: Path) -> None:
    path.write_bytes(b"not a database at all, whatever its name says" * 100)
    with pytest.raises(ResourceError, match="damaged") as caught:
        CompanyStore(path)
    assert caught.value.next_step


def test_a_migration_killed_at_any_statement_is_done_again_whole(tmp_path: Path) -> None:
    page = tmp_path / "page"
    die_at, died = 0, True
    while died:
        die_at += 1
        path = tmp_path / f"{die_at}.db"
        faults.create(page, die_at)
        died = _open_in_a_child(path, page)
        with closing(sqlite3.connect(path)) as db:
            tables = db.execute("SELECT count(*) FROM sqlite_master WHERE type = 'table'").fetchone()[0]
        assert tables in (0, 7, 8), "half a migration was kept"
        with CompanyStore(path) as store, store.reading() as company:
            assert company.people() == []
    assert die_at > 10


def _open_in_a_child(path: Path, page: Path) -> bool:
    child = os.fork()
    if child == 0:
        code = 1
        try:
            real = company_store._engine

            def counted(at: Path) -> object:
                engine = real(at)
                event.listen(engine, "before_cursor_execute", lambda *_: faults.point("statement"))
                return engine

            company_store._engine = counted  # type: ignore[assignment]
            faults.arm(page)
            CompanyStore(path).close()
            code = 0
        finally:
            os._exit(code)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) or os.waitstatus_to_exitcode(status) == 0
    return os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL


def test_a_file_with_something_in_it_is_copied_before_it_is_changed(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with CompanyStore(path) as store, store.writing() as company:
        company.add(person("ada@office.example"))
    later = tmp_path / "versions"
    shutil.copytree(Path(migrations.__file__).parent / "versions", later)
    (later / "9999_nickname.py").write_text(
        f"import sqlalchemy as sa\nfrom alembic import op\nrevision = '9999'\ndown_revision = '{SCHEMA}'\n"
        "def upgrade():\n    op.add_column('person', sa.Column('nickname', sa.String()))\n"
    )
    monkeypatch.setattr(migrations, "scripts", lambda: ScriptDirectory(str(tmp_path), version_locations=[str(later)]))
    monkeypatch.setattr(company_store, "SCHEMA", "9999")

    CompanyStore(path).close()

    with closing(sqlite3.connect(path)) as db:
        assert db.execute("SELECT address, nickname FROM person").fetchall() == [("ada@office.example", None)]
    copy = path.with_name("company.db.before-9999")
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    with closing(sqlite3.connect(copy)) as db:
        assert db.execute("SELECT version_num FROM alembic_version").fetchall() == [(SCHEMA,)]
        assert db.execute("SELECT address FROM person").fetchall() == [("ada@office.example",)]


def test_what_was_granted_before_there_were_kinds_was_a_calendar(tmp_path: Path) -> None:
    page = tmp_path / "page"
    die_at, died = 0, True
    while died:
        die_at += 1
        path = _of_the_first_version(tmp_path / f"{die_at}.db")
        faults.create(page, die_at)
        died = _open_in_a_child(path, page)
        with CompanyStore(path) as store, store.reading() as company:
            held = [(g.seq, g.owner, g.grantee, g.kind) for g in company.grants()]
            assert held == [(2, "a@x.example", "b@x.example", "calendar")]
            assert [g.kind for g in company.all_grants()] == ["calendar", "calendar"]
    assert die_at > 5


def _of_the_first_version(path: Path) -> Path:
    """Make a file as the first version left it, with a grant that was taken back and given again."""
    revisions = migrations.scripts().walk_revisions("base", "0001")
    engine = company_store._engine(path)
    with company_store._writer(engine).connect() as connection, connection.begin():
        context = MigrationContext.configure(connection, opts={"transactional_ddl": True})
        with Operations.context(context):
            for revision in revisions:
                revision.module.upgrade()
        context.stamp(migrations.scripts(), "0001")
        connection.exec_driver_sql(
            "INSERT INTO calendar_grant VALUES ('main', 1, 'a@x.example', 'b@x.example', ?, ?),"
            " ('main', 2, 'a@x.example', 'b@x.example', ?, NULL)",
            ("2026-03-02 08:00:00", "2026-03-02 09:00:00", "2026-03-02 10:00:00"),
        )
    engine.dispose()
    return path
