"""`empla memory forget` on a home where nothing runs: looked at, done, proven; interrupted, it goes on."""

from contextlib import closing
from pathlib import Path

import pytest

from empla.config import Home
from empla.memory.forgetting import task
from empla.store.minds import open_mind_inbox
from tests.runtime.cli.conftest import Cli

TEXT = """# People

Zed Quill of Acme prefers the morning. Write to zed.quill@acme.example.

# Tea

Tea is at four.
"""


@pytest.fixture
def clara(company: Cli, tmp_path: Path) -> Cli:
    """A home with an employee who has never worked, and was taught something."""
    company.ok("hire", "executive-assistant", "--name", "Clara Diaz")
    paper = tmp_path / "people.md"
    paper.write_text(TEXT)
    company.ok("teach", "Clara", str(paper))
    return company


def holders(cli: Cli, words: str) -> list[str]:
    files = (path for path in cli.home.rglob("*") if path.is_file())
    return [str(path) for path in files if words.encode().lower() in path.read_bytes().lower()]


def test_it_is_looked_at_done_and_proven(clara: Cli) -> None:
    who = ("memory", "forget", "Clara", "--person", "zed.quill@acme.example")
    seen = clara.data(*who, "--dry-run")
    assert seen["counts"]["episode"] == 1
    assert holders(clara, "Zed Quill")
    assert clara(*who, "--proof").code == 1, "the words are still there"
    done = clara.data(*who)
    assert done["done"]
    assert holders(clara, "Zed Quill") == holders(clara, "zed.quill@") == []
    assert holders(clara, "Tea is at four")
    proof = clara.data(*who, "--proof", "--receipt", done["receipt"])
    assert (proof["proven"], proof["receipt"], proof["holders"]) == (True, True, [])
    assert clara(*who, "--proof", "--receipt", "0" * 32).code == 1
    assert "asked for by ada.lovelace@" in clara.ok(*who, "--proof")


def test_one_that_was_interrupted_goes_on_with_the_next_word(clara: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    from runtime import forgetting

    with monkeypatch.context() as patch:
        patch.setattr(forgetting, "carry_through", lambda *_: None)
        patch.setattr(forgetting, "_PATIENCE_S", 0.1)
        first = clara.data("memory", "forget", "Clara", "--topic", "Zed Quill")
    assert not first["done"]
    with closing(open_mind_inbox(Home(clara.home), "clara.diaz")) as store:
        assert task.under_way(store) is not None
    clara.ok("memory", "forget", "Clara", "--topic", "tea is at", "--yes")
    assert holders(clara, "Zed Quill") == holders(clara, "tea is at") == []


def test_who_changes_their_mind_changes_nothing(clara: Cli) -> None:
    said = clara.start("memory", "forget", "Clara", "--topic", "Zed Quill")
    assert said.code != 0  # nobody answered
    assert holders(clara, "Zed Quill")
    assert clara("memory", "forget", "Clara").code == 2
    assert "one of a person" in clara.said[-1].err


def test_what_one_shares_the_other_recalls_until_it_is_forgotten(clara: Cli) -> None:
    clara.ok("hire", "executive-assistant", "--name", "Jonas Weber")
    clara.ok("memory", "share", "Clara", "d1", "--with", "company")
    assert any(hit["id"] == "@clara.diaz/e2" for hit in recalled(clara, "When is tea?"))
    clara.ok("memory", "forget", "Clara", "--topic", "tea is at", "--yes")
    assert recalled(clara, "When is tea?") == []
    assert holders(clara, "tea is at") == []


def recalled(cli: Cli, words: str) -> list[dict[str, object]]:
    """Return what Jonas recalls."""
    from empla.config import load_settings
    from empla.memory.memory import Memory
    from empla.memory.model import Cue
    from tests.memory.sharing.conftest import AT

    home = Home(cli.home)
    folder = home.employee("jonas.weber")
    with closing(open_mind_inbox(home, "jonas.weber")) as store:
        memory = Memory(store, folder / "recall", settings=load_settings(home), home=home)
        memory.catch_up()
        hits = [{"id": hit.id, "text": hit.text} for hit in memory.recall(Cue(words=words, at=AT)).hits]
        memory.close()
    return hits
