"""The progress page survives what its process does not."""

import os
import random
import signal
import time
from pathlib import Path

import pytest

from runtime import progress
from runtime.progress import IDLE, STARTING, ProgressPage, ProgressView


def test_what_is_marked_is_read_by_another_process(tmp_path: Path):
    page = ProgressPage(tmp_path / "progress", epoch=3)
    page.mark("cycle", cycle=12, percept="mail-7", intention="book-1")
    before = time.monotonic_ns()
    page.beat()
    seen = progress.read(tmp_path / "progress")
    assert seen is not None
    assert (seen.epoch, seen.cycle, seen.phase, seen.percept, seen.intention) == (3, 12, "cycle", "mail-7", "book-1")
    assert before <= seen.beat_ns <= time.monotonic_ns()
    assert seen.busy


def test_nothing_stands_where_nobody_wrote(tmp_path: Path):
    view = ProgressView(tmp_path / "progress")
    assert view.read() is None
    page = ProgressPage(tmp_path / "progress", epoch=1)
    seen = view.read()
    assert seen is not None
    assert (seen.phase, seen.busy) == (STARTING, False)
    page.close()
    view.close()


def test_the_cycle_stays_until_another_is_named(tmp_path: Path):
    page = ProgressPage(tmp_path / "progress", epoch=1)
    page.mark("cycle", cycle=5, percept="p")
    page.mark(IDLE)
    seen = progress.read(tmp_path / "progress")
    assert seen is not None
    assert (seen.cycle, seen.percept, seen.busy) == (5, "", False)


@pytest.mark.parametrize("text", ["", "ü" * 2000, "mail\0with\nall sorts"])
def test_texts_of_any_length_and_letters_fit(tmp_path: Path, text: str):
    ProgressPage(tmp_path / "progress", epoch=1).mark("cycle", percept=text, intention=text)
    seen = progress.read(tmp_path / "progress")
    assert seen is not None
    assert text.startswith(seen.percept)
    assert seen.percept == seen.intention
    assert len(seen.percept) == len(text) or len(seen.percept) == 400


@pytest.mark.parametrize("byte", range(64, 164, 7))
def test_a_torn_mark_leaves_the_one_before(tmp_path: Path, byte: int):
    path = tmp_path / "progress"
    page = ProgressPage(path, epoch=1)
    page.mark("cycle", cycle=1, percept="before" * 20)  # its second mark, in the first slot
    page.mark("cycle", cycle=2, percept="after" * 20)
    page.mark("cycle", cycle=3, percept="last" * 20)
    raw = bytearray(path.read_bytes())
    newest = 64 if b"last" in raw[64:2048] else 2048
    raw[newest + byte - 64] ^= 0xFF
    path.write_bytes(raw)
    seen = progress.read(path)
    assert seen is not None
    assert (seen.cycle, seen.percept) == (2, "after" * 20)


def test_kill_9_at_any_moment_leaves_a_page_that_fits_together(tmp_path: Path):
    path = tmp_path / "progress"
    for trial in range(25):
        pid = os.fork()
        if pid == 0:
            page = ProgressPage(path, epoch=trial + 1)
            number = 0
            while True:
                number += 1
                page.mark("cycle", cycle=number, percept=f"p{number}" * 50, intention=f"i{number}" * 20)
        view = ProgressView(path)
        while (now := view.read()) is None or now.epoch != trial + 1 or now.cycle == 0:
            pass
        for _ in range(random.randrange(200)):
            now = view.read()
            assert now is not None
            assert now.percept == f"p{now.cycle}" * 50
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        last = view.read()
        view.close()
        assert last is not None
        assert last.epoch == trial + 1
        assert (last.percept, last.intention) == (f"p{last.cycle}" * 50, f"i{last.cycle}" * 20)
