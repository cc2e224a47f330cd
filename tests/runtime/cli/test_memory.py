"""`empla ask` and `empla memory` as a person meets them: where nothing runs, and at a company at work."""

import json
from contextlib import closing
from hashlib import sha256
from pathlib import Path

import pytest

from empla.config import Home
from empla.store.minds import open_mind_inbox
from tests.runtime.cli.conftest import Cli, Office

TEXT = (
    "# Doors\n\nThe code of the back door is 4711.\n\n# Coffee\n\nThe machine is descaled on the first of each month.\n"
)


@pytest.fixture
def clara(company: Cli, tmp_path: Path) -> Cli:
    """A home with an employee who has never worked, and remembers a fact and a document."""
    company.ok("hire", "executive-assistant", "--name", "Clara Diaz")
    company.ok("memory", "add", "Clara", "Bob Meier", "phone", "030 1111")
    return company


def test_what_was_added_is_asked_for_and_cited(clara: Cli) -> None:
    said = clara.ok("ask", "Clara", "What is Bob's phone number?")
    assert "Bob Meier has the phone number 030 1111 [f1]" in said

    data = clara.data("ask", "Clara", "What is Bob's phone number?")
    assert data["known"]
    assert data["said"][0]["cites"] == ["f1"]


def test_what_is_not_known_is_said_to_be_with_why(clara: Cli) -> None:
    assert "I do not know." in clara.ok("ask", "Clara", "Who knows about Kubernetes?")
    assert "understood as" in clara.ok("ask", "Clara", "Who knows about Kubernetes?", "--why")
    assert clara("ask", "Clara", " ").code == 2


def test_a_stranger_on_whose_behalf_it_is_asked_is_told_nothing(clara: Cli) -> None:
    said = clara.data("ask", "Clara", "What is Bob's phone number?", "--as", "eve@elsewhere.example")
    assert not said["known"]
    assert "030 1111" not in json.dumps(said)
    assert clara.data("memory", "search", "Clara", "phone", "--as", "eve@elsewhere.example")["hits"] == []


def test_an_edit_corrects_a_fact_keeps_its_history_and_can_be_undone(clara: Cli) -> None:
    clara.ok("memory", "edit", "Clara", "f1", "--object", "030 2222")
    assert "030 2222" in clara.ok("ask", "Clara", "What is Bob's phone number?")
    facts = clara.data("memory", "history", "Clara", "f1")["facts"]
    assert [fact["object"] for fact in facts] == ["030 1111", "030 2222"]
    assert facts[0]["closed_at"]
    assert "corrected" in clara.ok("memory", "history", "Clara", "f1")

    clara.ok("memory", "undo", "Clara", "f1")

    assert "030 1111" in clara.ok("ask", "Clara", "What is Bob's phone number?")


def test_what_cannot_be_changed_is_refused_with_the_reason(clara: Cli) -> None:
    assert clara("memory", "edit", "Clara", "f1").code == 2
    assert clara("memory", "edit", "Clara", "f99", "--object", "x").code == 2
    assert "no fact f99" in clara.said[-1].err
    assert clara("memory", "show", "Clara", "f99").code == 2
    assert clara("memory", "undo", "Clara", "nothing-such").code == 2


def test_passages_are_searched_shown_and_edited(clara: Cli, tmp_path: Path) -> None:
    paper = tmp_path / "office.md"
    paper.write_text(TEXT)
    clara.ok("teach", "Clara", str(paper))

    hits = clara.data("memory", "search", "Clara", "code of the door")["hits"]
    assert "4711" in hits[0]["text"]
    assert "4711" in clara.ok("memory", "search", "Clara", "back door code", "--why")
    shown = clara.data("memory", "show", "Clara", hits[0]["id"])
    assert (shown["kind"], shown["importance"]) == ("passage", "medium")
    clara.ok("memory", "edit", "Clara", hits[0]["id"], "--importance", "critical", "--visibility", "company")
    shown = clara.data("memory", "show", "Clara", hits[0]["id"])
    assert (shown["importance"], shown["visibility"]) == ("critical", "company")
    clara.ok("memory", "undo", "Clara", hits[0]["id"])
    assert clara.data("memory", "show", "Clara", hits[0]["id"])["importance"] == "medium"
    assert "office.md" in clara.ok("memory", "show", "Clara", "d1")
    assert clara.data("memory", "show", "Clara")["documents"] == 1


def test_an_export_has_everything_is_private_and_in_the_ledger(clara: Cli, tmp_path: Path) -> None:
    file = tmp_path / "memory.json"
    done = clara.data("memory", "export", "Clara", str(file))

    kept = json.loads(file.read_text())
    assert [row["object"] for row in kept["fact"]] == ["030 1111"]
    assert file.stat().st_mode & 0o777 == 0o600
    assert clara("memory", "export", "Clara", str(file)).code == 2
    with closing(open_mind_inbox(Home(clara.home), "clara.diaz")) as store:
        (entry,) = store.find("ledger", {"event": "exported"}, ("record",))
    assert json.loads(entry.record)["sha256"] == done["sha256"] == sha256(file.read_bytes()).hexdigest()


def test_indexes_are_made_anew(clara: Cli) -> None:
    assert "indexed anew" in clara.ok("memory", "rebuild", "--all")
    assert clara("memory", "rebuild").code == 2
    assert clara.data("ask", "Clara", "What is Bob's phone number?")["known"]


def test_working_memory_is_shown_with_what_was_cut(office: Office) -> None:
    office.ok("mail", "Clara", "What can you do?")
    shown = office.data("memory", "context", "Clara")
    assert 0 < shown["tokens"] <= shown["budget"]
    assert "Tokens" in office.ok("memory", "context", "Clara", "--budget", "500")


def test_who_works_changes_its_memory_itself(office: Office) -> None:
    office.ok("memory", "add", "Clara", "Zoe Quist", "title", "head of purchasing")
    said = office.ok("ask", "Clara", "What is Zoe's title?")
    assert "Zoe Quist is head of purchasing" in said
    assert office.data("memory", "show", "Clara")["facts"]
