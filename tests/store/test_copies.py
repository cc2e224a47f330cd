"""A company whose minds lie in a database is backed up and restored like any other."""

from pathlib import Path

import pytest

from empla.engine import inbox
from empla.errors import InputError
from empla.mind.percepts import Percept
from empla.mind.values import OWN
from empla.store.copying import take_in
from empla.store.opening import open_store
from empla.testing.clock import MONDAY
from tests.runtime.cli.conftest import Cli
from tests.store.conftest import Ground

SLUG = "clara.diaz"


def rows(where: str | Path, slug: str) -> dict[str, list[tuple[object, ...]]]:
    """Return all that is told of an employee, by table."""
    store = open_store(where, slug)
    try:
        return {
            name: [tuple(row) for row in store.find(name, (), columns)]
            for name, columns in {"percept": ("seq", "key", "kind", "body", "state"), "secret": ("seq", "name")}.items()
        }
    finally:
        store.close()


def begun(where: str | Path, slug: str, epoch: int) -> None:
    store = open_store(where, slug)
    store.take_lease(epoch, "test")
    with store.transaction():
        store.add("secret", {"name": "s", "value": "v"})
    inbox.send(store, Percept(key="p", kind="hello", fields={}, origin=OWN), MONDAY)
    store.close()


def test_a_company_with_a_database_is_backed_up_and_restored(
    empty_database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cli = Cli(tmp_path / "home")
    monkeypatch.setenv("EMPLA_DATABASE", empty_database)
    cli.ok("init", "--name", "Ada Lovelace", "--company", "Acme", "--zone", "UTC")
    cli.ok("hire", "executive-assistant", "--name", "Clara Diaz")
    before = rows(empty_database, SLUG)
    assert before["percept"], "the introduction at least waits there"
    made = cli.data("backup", str(tmp_path / "b.tar.gz"), "--with-key")
    assert made["employees"] == [SLUG]

    again = Cli(tmp_path / "again")
    refused = again("restore", str(tmp_path / "b.tar.gz"))
    assert refused.code == 2
    assert "has a mind of clara.diaz already" in refused.err

    begun(empty_database, SLUG, 7)  # what it did after the backup is what a restore takes back
    back = cli.data("restore", str(tmp_path / "b.tar.gz"), "--replace")
    assert back["employees"] == [SLUG]
    assert rows(empty_database, SLUG) == before
    assert not (cli.home / "minds").exists()

    monkeypatch.delenv("EMPLA_DATABASE")
    elsewhere = Cli(tmp_path / "elsewhere")
    assert elsewhere.data("restore", str(tmp_path / "b.tar.gz"))["key"] is True
    assert rows(elsewhere.home / "employees" / SLUG / "mind.db", SLUG) == before


def test_taking_in_touches_nobody_else_and_never_lowers_an_epoch(postgresql: Ground, tmp_path: Path) -> None:
    where, ada = str(postgresql.where), postgresql.employee
    begun(where, f"bob of {tmp_path}", 3)
    begun(where, ada, 9)
    file = tmp_path / "kept.db"
    begun(file, ada, 2)
    bob = rows(where, f"bob of {tmp_path}")
    with pytest.raises(InputError, match="already"):
        take_in(file, where, ada, replace=False)
    take_in(file, where, ada, replace=True)
    assert rows(where, f"bob of {tmp_path}") == bob
    store = open_store(where, ada)
    assert [row.epoch for row in store.find("lease", (), ("epoch",))] == [10], "nor can who wrote before it write again"
    assert rows(where, ada) == rows(file, ada)
    store.close()
