"""Whom words may mean, in a company with two Adas, accents, and an employee."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from empla.errors import ResourceError
from empla.mind.codec import dumps, loads
from empla.mind.values import Source
from empla.store.company import CompanyStore, EmployeeRow, PersonRow
from empla.workplace.directory import CompanyDirectory

MONDAY = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
PEOPLE = (
    "Ada Lovelace",
    "Ada King",
    "José Núñez",
    "Jürgen Groß",
    "Miles O'Brien",
    "Mary Ann Evans",
    "Vincent van Gogh",
    "Anne Smith-Jones",
    "Иван Петров",
)


def mailbox(name: str) -> str:
    return {
        "José Núñez": "jose.nunez",
        "Jürgen Groß": "jurgen.gross",
        "Miles O'Brien": "chief",
        "Иван Петров": "ivan",
    }.get(name, name.lower().replace(" ", ".").replace("-", "."))


def person(name: str) -> PersonRow:
    return PersonRow(
        tenant_id="main",
        address=f"{mailbox(name)}@office.example",
        name=name,
        zone="Europe/Madrid",
        hours="10:00-18:00",
        joined_at=MONDAY,
    )


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "company.db"
    with CompanyStore(path) as store, store.writing() as company:
        for name in PEOPLE:
            company.add(person(name))
        for slug, name, listed in (("max.robot", "Max Robot", True), ("mia.robot", "Mia Robot", False)):
            company.add(
                EmployeeRow(
                    tenant_id="main",
                    slug=slug,
                    name=name,
                    address=f"{slug}@office.example",
                    role="executive_assistant",
                    role_version=1,
                    manager="ada.king@office.example",
                    zone="UTC",
                    hours="09:00-17:00",
                    listed=listed,
                    hired_at=MONDAY,
                )
            )
    return path


@pytest.fixture
def directory(path: Path) -> Iterator[CompanyDirectory]:
    directory = CompanyDirectory(path)
    yield directory
    directory.close()


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        ("ada.lovelace@office.example", ["Ada Lovelace"]),
        ("ADA.Lovelace@Office.example", ["Ada Lovelace"]),
        ("<ada.king@office.example>", ["Ada King"]),
        ("mailto:ada.king@office.example", ["Ada King"]),
        ("ada.lovelace@elsewhere.example", []),
        ("Ada Lovelace", ["Ada Lovelace"]),
        ("ada  lovelace", ["Ada Lovelace"]),
        ("Lovelace, Ada", ["Ada Lovelace"]),
        ("Ada", ["Ada King", "Ada Lovelace"]),
        ("lovelace", ["Ada Lovelace"]),
        ("Ada Turing", []),
        ("jose nunez", ["José Núñez"]),
        ("NÚÑEZ", ["José Núñez"]),
        ("José", ["José Núñez"]),  # accents as marks of their own
        ("Jurgen", ["Jürgen Groß"]),
        ("gross", ["Jürgen Groß"]),
        ("JÜRGEN GROSS", ["Jürgen Groß"]),
        ("o'brien", ["Miles O'Brien"]),
        ("O’Brien", ["Miles O'Brien"]),
        ("obrien", ["Miles O'Brien"]),
        ("chief", ["Miles O'Brien"]),
        ("Mary Evans", ["Mary Ann Evans"]),
        ("Mary Ann", ["Mary Ann Evans"]),
        ("ann", ["Mary Ann Evans"]),
        ("van Gogh", ["Vincent van Gogh"]),
        ("Gogh", ["Vincent van Gogh"]),
        ("Jones", ["Anne Smith-Jones"]),
        ("Anne Smith-Jones", ["Anne Smith-Jones"]),
        ("Anne Jones", ["Anne Smith-Jones"]),
        ("иван", ["Иван Петров"]),
        ("Max", ["Max Robot"]),
        ("Mia", []),  # her hiring is not through
        ("", []),
        ("  ", []),
        ("@", []),
        ("'", []),
        ("A", []),
    ],
)
def test_whom_words_mean(directory: CompanyDirectory, words: str, meant: list[str]) -> None:
    assert [p.name for p in directory.find(words)] == meant


def test_what_is_found_says_where_it_came_from_and_can_be_kept(directory: CompanyDirectory) -> None:
    (jose,) = directory.find("jose")
    assert (jose.zone, jose.hours, jose.employee) == ("Europe/Madrid", "10:00-18:00", False)
    assert (jose.address.origin.source, jose.address.origin.ref) == (Source.DIRECTORY, "jose.nunez@office.example")
    assert loads(dumps(jose)) == jose
    assert directory.by_address("Max.Robot@office.example").employee  # type: ignore[union-attr]
    assert directory.by_address("nobody@office.example") is None


def test_who_comes_and_goes_is_seen_at_the_next_look(path: Path, directory: CompanyDirectory) -> None:
    assert directory.find("Grace") == []
    with CompanyStore(path) as store:
        with store.writing() as company:
            company.add(person("Grace Hopper"))
        assert [p.name for p in directory.find("Grace")] == ["Grace Hopper"]
        with store.writing() as company:
            row = company.person("grace.hopper@office.example")
            assert row is not None
            row.left_at = MONDAY
        assert directory.find("Grace") == []


def test_it_reads_the_tables_only_after_a_change(path: Path, directory: CompanyDirectory) -> None:
    directory.find("Ada")
    assert directory._connection is not None
    statements: list[str] = []
    directory._connection.set_trace_callback(statements.append)
    for _ in range(10):
        directory.find("Ada")
    assert set(statements) == {"PRAGMA data_version"}


def test_a_directory_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ResourceError, match="cannot be read"):
        CompanyDirectory(tmp_path / "company.db").find("Ada")
    assert not (tmp_path / "company.db").exists()
