"""A home with an embedder as a process of its own; what it builds once is built once for all tests."""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from empla.config import Home
from empla.memory.embedding import client as clients
from empla.memory.embedding.client import SocketEmbedder
from tests.memory.embedding.conftest import built

__all__ = ["built"]

ROOT = Path(__file__).parents[3]


@pytest.fixture
def home(tmp_path: Path, built: Path) -> Home:
    made = Home(tmp_path / "home")
    made.create()
    made.settings_file.write_text('embeddings = "minilm"\n')
    made.embedder.mkdir(mode=0o700)
    shutil.copy(built / "minilm-1.onnx", made.embedder)
    return made


@dataclass
class Running:
    """An embedder's process, and what keeps it alive."""

    process: subprocess.Popen[bytes]
    said: dict[str, object]
    lifeline: int

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()


@pytest.fixture
def run(home: Home) -> Iterator[Callable[[], Running]]:
    """Start the embedder of the home and wait for what it says."""
    running: list[Running] = []

    def start() -> Running:
        (lifeline, end), (reading, writing) = os.pipe(), os.pipe()
        command = [sys.executable, "-m", "runtime.embedder", "--home", str(home.root)]
        command += ["--lifeline", str(lifeline), "--ready", str(writing)]
        process = subprocess.Popen(command, pass_fds=(lifeline, writing), cwd=ROOT)
        os.close(lifeline)
        os.close(writing)
        with os.fdopen(reading) as pipe:
            running.append(Running(process, json.loads(pipe.readline() or "{}"), end))
        return running[-1]

    yield start
    for one in running:
        one.kill()
        os.close(one.lifeline)


@pytest.fixture
def connect(home: Home, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], SocketEmbedder]]:
    """An employee's end of the socket; one that found nobody may ask again at once, and waits for a busy machine."""
    monkeypatch.setattr(clients, "_FIRST_PAUSE_S", 0.0)
    made: list[SocketEmbedder] = []

    def open_client() -> SocketEmbedder:
        made.append(SocketEmbedder(home.embedder_socket, urgent_s=60, batch_s=120))
        return made[-1]

    yield open_client
    for one in made:
        one.close()
