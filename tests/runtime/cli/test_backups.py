"""`empla backup` and `empla restore`: what they say, what they leave out, and that bad input touches nothing."""

import json
import tarfile
from pathlib import Path

import pytest

from tests.runtime.cli.conftest import Cli, Office


@pytest.fixture
def archive(company: Cli, tmp_path: Path) -> Path:
    """A backup of a company that has hired somebody."""
    company.ok("hire", "executive-assistant", "--name", "Clara Diaz")
    company.ok("backup", str(tmp_path / "b.tar.gz"))
    return tmp_path / "b.tar.gz"


def names(archive: Path) -> set[str]:
    with tarfile.open(archive) as packed:
        return {entry.name.removeprefix("home/") for entry in packed if entry.isfile()}


def other(company: Cli) -> Cli:
    return Cli(company.home.with_name("other"))


def test_a_backup_holds_all_but_the_key_and_what_runs(company: Cli, archive: Path) -> None:
    held = names(archive)
    assert {"manifest.json", "company.db", "office/office.db", "employees/clara.diaz/mind.db", "empla.toml"} <= held
    assert not held & {"secret.key", "home.lock", "control.sock"}
    assert not [name for name in held if name.startswith("logs/")]
    assert archive.stat().st_mode & 0o777 == 0o600
    said = company.said[-1].out
    assert "The key to stored passwords is not in it." in said
    assert str(company.home / "secret.key") in " ".join(said.split())


def test_with_the_key_it_can_sign_in(company: Cli, tmp_path: Path) -> None:
    made = company.data("backup", str(tmp_path / "k.tar.gz"), "--with-key")
    assert made["with_key"] is True
    assert "secret.key" in names(tmp_path / "k.tar.gz")
    assert other(company).data("restore", str(tmp_path / "k.tar.gz"))["key"] is True


def test_what_is_restored_is_what_was_there(company: Cli, archive: Path) -> None:
    again = other(company)
    said = again.ok("restore", str(archive))
    assert "The key to stored passwords is missing" in said
    assert again.data("list") == company.data("list")
    assert again.data("people") == company.data("people")
    assert oct(again.home.stat().st_mode)[-3:] == "700"


def test_a_backup_of_a_company_at_work(office: Office, tmp_path: Path) -> None:
    made = office.data("backup", str(tmp_path / "w.tar.gz"))
    assert made["employees"] == ["clara.diaz"]
    again = Cli(tmp_path / "again")
    assert again.data("restore", str(tmp_path / "w.tar.gz"))["employees"] == ["clara.diaz"]
    assert again.data("list")[0]["name"] == "Clara Diaz"


def test_the_home_of_an_empla_that_runs_is_not_replaced(office: Office, tmp_path: Path) -> None:
    office.ok("backup", str(tmp_path / "r.tar.gz"))
    said = office("restore", str(tmp_path / "r.tar.gz"), "--replace")
    assert said.code == 1
    assert "empla down" in said.err
    assert office.ok("status").startswith("ready")


@pytest.mark.parametrize("words", [(), ("--replace",)])
def test_a_damaged_backup_changes_nothing(company: Cli, archive: Path, words: tuple[str, ...]) -> None:
    target = other(company)
    target.ok("init", "--name", "Grace Hopper", "--company", "Navy", "--zone", "UTC")
    before = target.data("people")
    whole = archive.read_bytes()
    for bad in (whole[: len(whole) // 2], b"", b"not an archive", whole[:200] + bytes(64) + whole[264:]):
        archive.write_bytes(bad)
        said = target("restore", str(archive), *words)
        assert said.code in (1, 2)
        assert "Traceback" not in said.err
        assert target.data("people") == before


def test_one_changed_byte_of_one_file_is_noticed(company: Cli, archive: Path, tmp_path: Path) -> None:
    bad = tmp_path / "bad.tar.gz"
    with tarfile.open(archive) as packed:
        packed.extractall(tmp_path / "open", filter="data")
    mind = tmp_path / "open" / "home" / "employees" / "clara.diaz" / "mind.db"
    content = bytearray(mind.read_bytes())
    content[-1] ^= 1
    mind.write_bytes(content)
    with tarfile.open(bad, "w:gz") as packed:
        for name in ("manifest.json", "home"):
            packed.add(tmp_path / "open" / name, name)
    said = other(company)("restore", str(bad))
    assert said.code == 1
    assert "mind.db is damaged" in said.err
    assert not other(company).home.exists()


def test_a_backup_of_a_newer_empla_is_refused(company: Cli, tmp_path: Path) -> None:
    manifest = {
        "format": 99,
        "made_at": "",
        "version": "9.0",
        "company": "",
        "with_key": False,
        "employees": [],
        "files": {},
    }
    (tmp_path / "manifest.json").write_text(json.dumps(manifest))
    with tarfile.open(tmp_path / "new.tar.gz", "w:gz") as packed:
        packed.add(tmp_path / "manifest.json", "manifest.json")
    said = other(company)("restore", str(tmp_path / "new.tar.gz"))
    assert said.code == 2
    assert "newer empla (9.0)" in said.err


def test_nothing_is_overwritten(company: Cli, archive: Path, tmp_path: Path) -> None:
    before = archive.read_bytes()
    assert company("backup", str(archive)).code == 2
    assert archive.read_bytes() == before
    said = company("restore", str(archive))
    assert said.code == 2
    assert "--replace" in said.err
    assert company("backup", str(tmp_path / "no" / "where.tar.gz")).code == 2
    assert list(tmp_path.glob(".empla-*")) == []
