"""A home on disk, a clock that stands still, and a provisioner that keeps a book of what it was asked for."""

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from empla import faults
from empla.config import Home, Settings, save_settings
from empla.engine import inbox
from empla.errors import ExternalError
from empla.hr.people import add_person
from empla.hr.provisioning import Endpoints
from empla.hr.staffing import Staffing
from empla.mind.grants import GrantKind
from empla.mind.percepts import Percept
from empla.mind.values import OWN
from empla.store import store as employees_store
from empla.store.driving import FileDriver

MONDAY = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


class StandingClock:
    """It is Monday, eight o'clock."""

    def now(self) -> datetime:
        return MONDAY

    def monotonic(self) -> float:
        return 0.0

    async def sleep_until(self, instant: datetime) -> None:
        raise AssertionError("hiring does not wait")

    def wake(self) -> None:
        raise AssertionError("nobody waits")


class Book:
    """A server of accounts that writes every call to a file before it answers, so that a killed process cannot lie."""

    kind = "office"

    def __init__(self, path: Path) -> None:
        self.path = path
        self.fails_at = ""

    def _write(self, **call: str) -> None:
        faults.point(f"book.{call['call']}.before")
        with self.path.open("a") as file:
            file.write(json.dumps(call) + "\n")
        faults.point(f"book.{call['call']}.after")

    def calls(self, call: str) -> list[dict[str, str]]:
        return [c for c in self._all() if c["call"] == call]

    def _all(self) -> list[dict[str, str]]:
        return list(map(json.loads, self.path.read_text().splitlines())) if self.path.exists() else []

    def ensure_account(self, address: str, name: str, password: SecretStr) -> Mapping[str, Any]:
        if self.fails_at == "account":
            raise ExternalError("the server is away")
        self._write(call="account", address=address, name=name, password=password.get_secret_value())
        return {}

    def close_account(self, address: str) -> None:
        self._write(call="close", address=address)

    def grant(self, kind: GrantKind, owner: str, to: str) -> None:
        self._write(call="grant", kind=kind, owner=owner, to=to)

    def revoke(self, kind: GrantKind, owner: str, to: str) -> None:
        self._write(call="revoke", kind=kind, owner=owner, to=to)

    def put_event(self, owner: str, uid: str, ics: bytes) -> None:
        self._write(call="event", owner=owner, uid=uid, ics=ics.decode())

    def endpoints(self) -> Endpoints | None:
        return Endpoints(("127.0.0.1", 1143), ("127.0.0.1", 1025), "http://127.0.0.1:1232/")


class Inboxes:
    """The employees' real inboxes."""

    def __init__(self, home: Home) -> None:
        self.home = home

    def _open(self, slug: str) -> employees_store.Store:
        path = self.home.employee(slug) / "mind.db"
        engine = employees_store.open_engine(employees_store.sqlite_url(path))
        employees_store.create_tables(engine)
        engine.dispose()
        return employees_store.Store(FileDriver(path), slug)

    def send(self, slug: str, key: str, kind: str, fields: Mapping[str, Any]) -> None:
        faults.point("inbox.before")
        store = self._open(slug)
        inbox.send(store, Percept(key=key, kind=kind, fields=fields, origin=OWN), MONDAY)
        store.close()
        faults.point("inbox.after")

    def percepts(self, slug: str) -> list[Percept]:
        store = self._open(slug)
        rows = store.find("percept", (), ("key", "kind", "body"))
        store.close()
        return [inbox.read(row) for row in rows]


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path / "home")
    home.create()
    save_settings(home, Settings(company="Example & Sons", zone="Europe/Berlin", owner="grace.hopper@office.example"))
    return home


@pytest.fixture
def book(tmp_path: Path) -> Book:
    return Book(tmp_path / "book.jsonl")


@pytest.fixture
def inboxes(home: Home) -> Inboxes:
    return Inboxes(home)


@pytest.fixture
def opened(home: Home, book: Book) -> Callable[[], Staffing]:
    return lambda: Staffing.open(home, book, StandingClock())


@pytest.fixture
def staffing(opened: Callable[[], Staffing]) -> Iterator[Staffing]:
    """The company of Grace Hopper, who is alone in it."""
    with opened() as staffing:
        add_person(staffing, "Grace Hopper", is_owner=True)
        yield staffing
