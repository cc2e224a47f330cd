"""Reading documents in a process of no account: what strange bytes do to it costs that process and nothing else.

    with Secluded() as secluded:
        document = secluded.read("handbook.pdf", data)

The child (`runtime.documents.reader`) may use so much memory and, for each document, so much processor time; it writes
no files. It reads one document after the other; one that ends it is named, and the next has a new child.
"""

import json
import os
import select
import subprocess
import sys
import time
from types import TracebackType
from typing import Final, Self

from empla.errors import InternalError
from empla.memory.documents.document import Document, Unreadable
from empla.mind import codec

WITHIN_S: Final = 300.0
"""Seconds for one document, by the clock on the wall: a machine may have other things to do."""
_LONGEST_ANSWER: Final = 200 * 1024 * 1024


class Secluded:
    """Reads documents in a child. Use it in a `with` block."""

    def __init__(self, *, within_s: float = WITHIN_S) -> None:
        self._child: subprocess.Popen[bytes] | None = None
        self._within_s = within_s

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._end()

    def read(self, name: str, data: bytes, *, said: str = "", charset: str = "") -> Document:
        """Return a document; Unreadable with the reason for one that cannot be read, or that ends the child."""
        child = self._child = self._child or _started()
        head = json.dumps({"name": name, "said": said, "charset": charset, "bytes": len(data)}).encode() + b"\n"
        try:
            _send(child, head + data)
            answer = json.loads(self._answer(child, name))
        except (BrokenPipeError, ConnectionError, EOFError) as error:
            self._end()
            raise Unreadable(
                f"{name} takes more memory or time than a document may", next_step="export it anew, or in parts"
            ) from error
        if "why" in answer:
            raise Unreadable(answer["why"], next_step=answer["next_step"])
        document = codec.decode(answer["document"])
        if not isinstance(document, Document):
            raise InternalError(f"{name} came back as something else")
        return document

    def _answer(self, child: subprocess.Popen[bytes], name: str) -> bytes:
        """Return the line that a child answers; EOFError if it ends, Unreadable if it takes too long."""
        assert child.stdout is not None
        ends = time.monotonic() + self._within_s
        taken = bytearray()
        while not taken.endswith(b"\n"):
            ready, _, _ = select.select([child.stdout], [], [], max(ends - time.monotonic(), 0))
            if not ready:
                self._end()
                raise Unreadable(f"{name} takes too long to read", next_step="export it anew, or in parts")
            piece = os.read(child.stdout.fileno(), 1 << 20)
            if not piece or len(taken) > _LONGEST_ANSWER:
                raise EOFError
            taken += piece
        return bytes(taken)

    def _end(self) -> None:
        child, self._child = self._child, None
        if child is None:
            return
        child.kill()
        with child:  # waits for its end
            pass


def _started() -> subprocess.Popen[bytes]:
    """Start a child. Of the environment it is given where its modules are, and no secret that may stand there."""
    kept = {name: os.environ[name] for name in ("PATH", "PYTHONPATH", "LANG", "LC_ALL") if name in os.environ}
    return subprocess.Popen(
        [sys.executable, "-P", "-m", "runtime.documents.reader"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=kept,
        start_new_session=True,  # Ctrl-C is for the command, which ends it
    )


def _send(child: subprocess.Popen[bytes], message: bytes) -> None:
    assert child.stdin is not None
    child.stdin.write(message)
    child.stdin.flush()
