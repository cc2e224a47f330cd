"""Every command finds minds in a database as it does in files; an employee who leaves takes its own along."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from empla.config import Home
from empla.store.minds import open_mind
from tests.store.conftest import server  # noqa: F401

from .conftest import Cli


@pytest.fixture
def minds(server: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:  # noqa: F811
    """The URL of an empty database for one company, with a password in it that nobody may ever see."""
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute("CREATE DATABASE company OWNER empla")
    monkeypatch.setenv("EMPLA_DATABASE", server.replace("postgres:@/postgres?", "empla:sesame@/company?"))
    monkeypatch.setenv("EMPLA_LEASE_S", "2")
    yield server.replace("/postgres?", "/company?")
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute("DROP DATABASE company WITH (FORCE)")


def rows(minds: str, statement: str) -> list[tuple]:
    with psycopg.connect(minds) as connection:
        return connection.execute(statement).fetchall()


def test_hired_read_commanded_and_let_go(minds: str, cli: Cli) -> None:
    cli.ok("init", "--name", "Ada Lovelace", "--company", "Acme", "--zone", "Europe/Berlin")
    cli.ok("hire", "executive-assistant", "--name", "Clara Diaz")
    assert not Home(cli.home).mind_file("clara.diaz").exists(), "no file beside the database"
    assert rows(minds, "SELECT count(*) FROM percept WHERE employee_id = 'clara.diaz'")[0][0] > 0

    for words in ("beliefs", "goals", "show", "rules", "triage", "tasks", "history", "persona", "replay"):
        cli.ok(words, "Clara")
    cli.ok("upgrade", "--check")
    cli.ok("assign", "Clara", "Ask Ben for the supplier list")
    assert ("task-assigned",) in rows(minds, "SELECT kind FROM percept")
    assert "Ask Ben for the supplier list" in cli.ok("tasks", "Clara")
    checks = {check["name"]: check for check in cli("doctor", "--json").json["checks"]}
    assert checks["database"]["ok"] and "answers, schema" in checks["database"]["evidence"]

    cli.ok("offboard", "Clara", "--without-hand-over")
    assert rows(minds, "SELECT holder, (SELECT count(*) FROM percept) FROM lease") == [("left", 0)]
    archive = Home(cli.home).archive("clara.diaz")
    assert (archive / "mind.db").exists()
    assert "Ask Ben for the supplier list" in cli.ok("tasks", "clara.diaz")
    assert all("sesame" not in said.out + said.err for said in cli.said)
    kept = [file for file in Path(cli.home).rglob("*") if file.is_file()]
    assert all(b"sesame" not in file.read_bytes() for file in kept)


def test_a_database_that_cannot_be_reached_is_said_without_its_password(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    cli.ok("init", "--name", "Ada Lovelace", "--company", "Acme", "--zone", "Europe/Berlin")
    monkeypatch.setenv("EMPLA_DATABASE", "postgresql://empla:sesame@127.0.0.1:1/company?password=sesame")
    found = {check["name"]: check for check in cli("doctor", "--json").json["checks"]}["database"]
    assert not found["ok"] and "cannot be reached" in found["evidence"] and "127.0.0.1" in found["evidence"]
    with pytest.raises(Exception, match="cannot be reached") as caught:
        open_mind(Home(cli.home), "clara")
    assert "sesame" not in str(caught.value) + str(cli.said)
