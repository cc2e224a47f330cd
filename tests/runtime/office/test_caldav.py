"""The office's calendar server is started again whenever it has ended, whatever kept it from starting."""

import asyncio
import errno
import os
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from empla.config import Home
from runtime.office import caldav

LIVES = 12


class Server(caldav.CalDav):
    """One whose process ends at once; `failing` starts fail for want of room."""

    def __init__(self, tmp_path: Path, *, failing: int = 0) -> None:
        super().__init__(Home(tmp_path), "127.0.0.1", 0)
        self.failing = failing
        self.started = 0
        self.enough = asyncio.Event()

    async def start(self) -> None:
        if self.failing:
            self.failing -= 1
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        self._process = SimpleNamespace(returncode=1)
        self.started += 1
        if self.started == LIVES:
            self.enough.set()


def waits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, failing: int = 0) -> list[float]:
    """Let one live and end a dozen times; return how long it was waited each time before it was started again."""
    waited: list[float] = []

    async def pause(seconds: float) -> None:
        waited.append(seconds)
        await asyncio.sleep(0)

    async def play() -> None:
        made = Server(tmp_path, failing=failing)
        watching = asyncio.create_task(made.watch())
        enough = asyncio.create_task(made.enough.wait())
        await asyncio.wait({watching, enough}, timeout=20, return_when=asyncio.FIRST_COMPLETED)
        assert made.enough.is_set(), watching
        watching.cancel()

    monkeypatch.setattr(caldav, "pause", pause)
    asyncio.run(play())
    return waited


def test_a_full_disk_is_no_reason_to_give_it_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    assert len(waits(tmp_path, monkeypatch, failing=3)) >= LIVES


def test_one_that_ends_again_and_again_comes_back_more_slowly(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    waited = waits(tmp_path, monkeypatch)
    assert waited[0] < 0.2
    assert 20 < waited[LIVES - 1] < 40


def test_one_that_had_been_well_comes_back_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(caldav, "RULE", replace(caldav.RULE, well_s=0.0))
    assert set(waits(tmp_path, monkeypatch)) == {0.0}
