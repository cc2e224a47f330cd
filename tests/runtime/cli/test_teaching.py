"""`empla teach`: what is taught, what is not and why, what changes when it is taught again, and how it is found."""

import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from empla.clock import SystemClock
from empla.config import Home
from empla.memory.model import Cue
from runtime import memory
from tests.memory.documents.papers import pdf, prose, word

from .conftest import Cli, Office


@pytest.fixture(scope="module")
def hired(tmp_path_factory: pytest.TempPathFactory) -> Cli:
    """A company that has hired Clara Diaz, who does not run."""
    company = Cli(tmp_path_factory.mktemp("teaching") / "home")
    company.ok("init", "--name", "Ada Lovelace", "--company", "Acme", "--zone", "Europe/Berlin")
    company.ok("hire", "executive-assistant", "--name", "Clara Diaz")
    return company


def papers(folder: Path) -> Path:
    """Return a folder of 51 files, of which four cannot be taught, and some that are none of ours."""
    folder.mkdir()
    for n in range(40):
        (folder / f"note{n:02}.md").write_text(f"# Note {n}\n\n{prose(n, 30)}\n")
    (folder / "rules.txt").write_text("Rules\n=====\n\nNobody books before nine.\n")
    (folder / "handbook.docx").write_bytes(word(("Heading 1", "Leave"), "Thirty days of leave in every year."))
    (folder / "page.html").write_text("<title>Parking</title><h1>Parking</h1><p>Cars park behind the house.")
    lines = [["Nothing much is said on this page."], [("Travel", 18), ("Hotels", 14), "A hotel costs 120 EUR a night."]]
    (folder / "travel.pdf").write_bytes(pdf(lines))
    for n in range(3):
        (folder / f"more{n}.text").write_text(prose(100 + n, 40))
    (folder / "broken.docx").write_bytes(word("words")[:-300])
    (folder / "scan.pdf").write_bytes(pdf([[]]))
    (folder / "empty.txt").write_text("")
    (folder / "bell\x07.md").write_text("words")
    (folder / "logo.png").write_bytes(b"\x89PNG")
    (folder / ".hidden.md").write_text("hidden")
    return folder


def recalled(cli: Cli, words: str) -> list[tuple[str, str]]:
    """Return what Clara recalls, as it is cited, and the words."""
    home = Home(cli.home)
    with memory.opened(home, "clara.diaz") as known:
        hits = known.recall(Cue(words=words, at=SystemClock(home.clock).now())).hits
    return [(hit.subject, hit.text) for hit in hits]


def test_a_folder_is_taught_its_bad_files_are_named_and_what_it_says_is_found(hired: Cli, tmp_path: Path) -> None:
    folder = papers(tmp_path / "papers")
    tried = hired("teach", "clara", str(folder), "--dry-run", "--json")
    assert [d["state"] for d in tried.json["documents"]] == ["taught"] * 47
    assert hired.data("teach", "clara", "--list")["documents"] == []

    said = hired("teach", "clara", str(folder), "--json")
    assert said.code == 1  # some could not be taught
    assert {d["state"] for d in said.json["documents"]} == {"taught"}
    assert len(said.json["documents"]) == 47
    assert {Path(p["place"]).name: p["why"] for p in said.json["problems"]} == {
        "bell\x07.md": f"'{folder}/bell\\x07.md' has a name that cannot be shown",
        "broken.docx": "broken.docx is damaged: it is no whole archive",
        "empty.txt": "empty.txt is empty",
        "scan.pdf": "scan.pdf has no text: its pages are pictures",
    }
    assert len(hired.data("teach", "clara", "--list")["documents"]) == 47

    for words, cited, text in (
        ("What may a hotel cost?", "travel.pdf, p. 2, Travel > Hotels", "A hotel costs 120 EUR a night."),
        ("How many days of leave?", "handbook.docx, Leave", "Thirty days of leave in every year."),
        ("Where do cars park?", "page.html, Parking", "Cars park behind the house."),
        ("Who books before nine?", "rules.txt, Rules", "Nobody books before nine."),
    ):
        assert recalled(hired, words)[0] == (cited, text)

    # again: nothing is new; one file is other, one is gone
    (folder / "rules.txt").write_text("Rules\n=====\n\nNobody books before ten.\n")
    (folder / "page.html").unlink()
    again = hired("teach", "clara", str(folder), "--json").json
    assert {d["name"]: d["state"] for d in again["documents"] if d["state"] != "unchanged"} == {"rules.txt": "changed"}
    assert [one["name"] for one in again["gone"]] == ["page.html"]
    assert again["dropped"] == []
    assert recalled(hired, "Who books before nine or ten?")[0][1] == "Nobody books before ten."
    assert "Nobody books before nine." not in [text for _, text in recalled(hired, "Who books before nine or ten?")]

    pruned = hired("teach", "clara", str(folder), "--prune")
    assert "page.html: dropped" in pruned.out
    assert "Clara Diaz knew all of it; 4 could not be taught." in pruned.out
    assert "Cars park behind the house." not in [text for _, text in recalled(hired, "Where do cars park?")]


def test_one_file_is_taught_seen_by_others_and_let_go(hired: Cli, tmp_path: Path) -> None:
    file = tmp_path / "prices.md"
    file.write_text("# Prices\n\nA yellow lamp costs nine euro.\n")
    assert "Clara Diaz has learned 1 document, 1 new passage." in hired.ok("teach", "clara", str(file))
    assert "Clara Diaz knew all of it." in hired.ok("teach", "clara", str(file))
    shared = hired.data("teach", "clara", str(file), "--visibility", "company", "--as", "Ada Lovelace")
    assert [(d["state"], d["visibility"], d["new"]) for d in shared["documents"]] == [("changed", "company", 0)]
    assert hired.data("teach", "clara", str(file))["documents"][0]["visibility"] == "company"  # as it was
    (known,) = [d for d in hired.data("teach", "clara", "--list")["documents"] if d["name"] == "prices.md"]
    assert known["taught_by"] == "ada.lovelace@office.example"
    assert "prices.md" in hired.ok("teach", "clara", "--list")
    assert recalled(hired, "What does a yellow lamp cost?")[0][0] == "prices.md, Prices"
    assert hired.ok("teach", "clara", "--drop", known["id"]) == f"Clara Diaz lets {known['id']} go.\n"
    assert not any("lamp" in text for _, text in recalled(hired, "What does a yellow lamp cost?"))
    assert "has learned 1 document" in hired.ok("teach", "clara", str(file))


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ((), "say what is to be taught"),
        (("--list", "--drop", "d1"), "say what is to be taught"),
        (("/nowhere/at/all.md",), "there is no file or folder"),
        (("--drop", "d999"), "knows no document 'd999'"),
        (("ftp://office.example/x",), "there is no file or folder"),
        (("/etc/hostname", "--as", "Nobody Else"), "nobody in the office is 'Nobody Else'"),
    ],
)
def test_what_is_wrong_is_said(hired: Cli, words: tuple[str, ...], why: str) -> None:
    said = hired("teach", "clara", *words)
    assert said.code == 2
    assert why in said.err


@pytest.fixture
def site(tmp_path: Path) -> Iterator[str]:
    """A web server on this machine with one page; yields its address."""
    (tmp_path / "policy.html").write_text("<title>Travel policy</title><h1>Trains</h1><p>Trains go before planes.")
    handler = partial(SimpleHTTPRequestHandler, directory=str(tmp_path))
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_page_of_the_web_is_taught_and_one_of_the_own_network_only_if_it_is_meant(
    hired: Cli, site: str, capfd: pytest.CaptureFixture[str]
) -> None:
    refused = hired("teach", "clara", f"{site}/policy.html")
    assert refused.code == 1
    assert "is in this machine's own network" in refused.out
    assert "--allow-local" in refused.out
    done = hired.data("teach", "clara", f"{site}/policy.html", "--allow-local")
    assert [(d["name"], d["state"]) for d in done["documents"]] == [("Travel policy", "taught")]
    assert recalled(hired, "Do trains go before planes?")[0][0] == "Travel policy, Trains"
    assert (
        hired.data("teach", "clara", f"{site}/policy.html#part", "--allow-local")["documents"][0]["state"]
        == "unchanged"
    )


def test_who_is_at_work_takes_it_in_itself(office: Office, tmp_path: Path) -> None:
    """In parts, by its own process."""
    file = tmp_path / "long.md"
    file.write_text("\n\n".join(f"# Chapter {n}\n\n{prose(n, 20)}" for n in range(450)))
    done = office.data("teach", "clara", str(file))
    assert [(d["state"], d["new"]) for d in done["documents"]] == [("taught", 450)]
    assert recalled(office, prose(333, 20))[0][0] == "long.md, Chapter 333"
