"""An embedder for a command, where `empla up` does not run: started when it is needed, and ended with the command."""

import json
import os
import select
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from empla.config import Home, Settings
from empla.memory.embedding.opening import has_process
from runtime import logs
from runtime.supervisor import lease

READY_S: Final = 30.0
"""Seconds that it has to answer, and to build what it builds once."""

_END_S: Final = 5.0


@contextmanager
def embedding(home: Home, settings: Settings) -> Iterator[None]:
    """Have somebody answer at the home's socket for the length of the block, if the settings want one.

    Nothing is started where one runs already. One that cannot be started is told in the log: recall does without.
    """
    if not has_process(settings):
        yield
        return
    try:
        held = lease.take(home.embedder / lease.LOCK)
    except lease.LeaseHeld:
        yield
        return
    lifeline, end = os.pipe2(os.O_CLOEXEC)
    process = None
    try:
        with held:
            process = _started(home, lifeline, held)
        yield
    finally:
        os.close(lifeline)
        os.close(end)  # it ends with this, as it would if this process died
        if process is not None:
            _ended(process)


def _started(home: Home, lifeline: int, held: lease.Lease) -> subprocess.Popen[bytes]:
    reading, writing = os.pipe2(os.O_CLOEXEC)
    try:
        command = [sys.executable, "-P", "-m", "runtime.embedder", "--home", str(home.root)]
        command += ["--lifeline", str(lifeline), "--ready", str(writing)]
        process = subprocess.Popen(  # noqa: S603
            command, pass_fds=(lifeline, writing, held.fd), stdin=subprocess.DEVNULL, start_new_session=True
        )
        held.sign(process.pid)
    finally:
        os.close(writing)
    with os.fdopen(reading, "rb", buffering=0) as pipe:
        line = pipe.readline() if select.select([pipe], [], [], READY_S)[0] else b""
    said = json.loads(line or b"{}")
    if "model" not in said:
        logs.get(__name__).warning(
            "recall goes by words alone: there is no embedder",
            why=said.get("error", "it did not answer in time"),
            next_step=said.get("next_step", "read logs/embedder.jsonl"),
        )
    return process


def _ended(process: subprocess.Popen[bytes]) -> None:
    try:
        process.wait(_END_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
