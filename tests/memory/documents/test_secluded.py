"""Files are found with care, and read in a child that may be lost."""

import os
import resource
import signal
from pathlib import Path

import pytest

from empla.errors import InputError
from empla.memory.documents.document import Unreadable
from runtime.documents import finding, reader
from runtime.documents.finding import content, files_in
from runtime.documents.secluded import Secluded

from .papers import pdf, word

LINES = ["Words are on this page, enough of them."]


def test_one_child_reads_one_document_after_the_other() -> None:
    with Secluded() as secluded:
        assert secluded.read("a.md", b"# Travel\n\nBy train.").sections[0].path == ("Travel",)
        child = secluded._child
        assert secluded.read("b.pdf", pdf([LINES])).sections[0].paragraphs[0].text == LINES[0]
        with pytest.raises(Unreadable, match=r"c\.docx is damaged") as refused:
            secluded.read("c.docx", word("words").replace(b"PK\x01\x02", b"PK\x01\x03", 1))
        assert refused.value.next_step
        assert secluded.read("d.docx", word("words")).sections[0].paragraphs[0].text == "words"
        assert secluded._child is child
    assert child is not None
    assert child.returncode == -signal.SIGKILL


def test_the_child_has_limits_and_no_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EMPLA_RELAY_PASSWORD", "a secret")
    with Secluded() as secluded:
        secluded.read("a.txt", b"words")
        child = secluded._child
        assert child is not None
        limits = {limit: resource.prlimit(child.pid, limit)[0] for limit in _LIMITS}
        environment = Path(f"/proc/{child.pid}/environ").read_bytes()
    assert limits[resource.RLIMIT_AS] == reader.MEMORY
    assert limits[resource.RLIMIT_FSIZE] == 0
    assert 0 < limits[resource.RLIMIT_CPU] <= reader.PROCESSOR_S + 10
    assert b"a secret" not in environment


_LIMITS = (resource.RLIMIT_AS, resource.RLIMIT_FSIZE, resource.RLIMIT_CPU)


def test_a_document_that_ends_the_child_is_named_and_the_next_has_a_new_one() -> None:
    with Secluded() as secluded:
        secluded.read("a.txt", b"words")
        first = secluded._child
        assert first is not None
        resource.prlimit(first.pid, resource.RLIMIT_AS, (1 << 20, 1 << 20))  # as if it had used all of its memory up
        with pytest.raises(Unreadable, match=r"greedy\.pdf"):
            secluded.read("greedy.pdf", pdf([LINES] * 40))
        assert secluded.read("b.pdf", pdf([LINES])).sections
        assert secluded._child is not first


def test_a_document_that_takes_for_ever_is_given_up() -> None:
    with Secluded() as secluded:
        secluded.read("a.txt", b"words")
        child = secluded._child
        assert child is not None
        os.kill(child.pid, signal.SIGSTOP)
        secluded._within_s = 0.2
        with pytest.raises(Unreadable, match="takes too long"):
            secluded.read("b.txt", b"words")
        assert child.returncode == -signal.SIGKILL


# finding --------------------------------------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.txt").write_text("not of this folder")
    root = tmp_path / "papers"
    (root / "sub" / "deeper").mkdir(parents=True)
    (root / ".hidden").mkdir()
    for name in (
        "b.md",
        "a.txt",
        "c.png",
        ".notes.txt",
        "~$open.docx",
        "sub/d.PDF",
        "sub/deeper/e.htm",
        ".hidden/x.md",
    ):
        (root / name).write_text("words")
    (root / "link.txt").symlink_to(outside / "secret.txt")
    (root / "away").symlink_to(outside)
    (root / "round").symlink_to(root)
    return root


def test_a_folder_is_walked_without_hidden_files_and_without_leaving_it(folder: Path) -> None:
    found = files_in(folder)
    assert [str(path.relative_to(folder)) for path in found.files] == ["a.txt", "b.md", "sub/d.PDF", "sub/deeper/e.htm"]
    assert [(path.name, why) for path, why in found.left_out] == [("link.txt", "it is a link")]


def test_too_many_files_are_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finding, "MOST_FILES", 2)
    with pytest.raises(InputError, match="more than 2 files"):
        files_in(folder)


def test_what_is_no_file_or_too_large_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    os.mkfifo(tmp_path / "pipe.txt")
    with pytest.raises(Unreadable, match="is no file"):
        content(tmp_path / "pipe.txt")  # and it is not waited for
    with pytest.raises(Unreadable, match="cannot be opened"):
        content(tmp_path / "nothing.txt")
    monkeypatch.setattr(finding, "LARGEST", 10)
    (tmp_path / "large.txt").write_text("x" * 11)
    with pytest.raises(Unreadable, match="has more than"):
        content(tmp_path / "large.txt")
