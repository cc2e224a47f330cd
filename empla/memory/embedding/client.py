"""The embedder from an employee's process: its socket, asked and waited for, but never for long.

The process at the other end may be restarting, or not be there at all. Then every question fails at once for a while:
recall goes by words alone meanwhile, and what is to be embedded is tried again later.
"""

import contextlib
import os
import socket
import struct
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from empla.errors import Delayed, EmplaError, ExternalError, PermissionDenied, TimedOut, ValidationError
from empla.memory.embedding import wire
from empla.memory.embedding.embedder import Encoded, Text

URGENT_S: Final = 2.0
"""Seconds that somebody who recalls waits for the vectors of a cue; they usually take some milliseconds."""
BATCH_S: Final = 15.0
"""Seconds that vectors to be kept are waited for."""

_FIRST_PAUSE_S: Final = 0.5
_LONGEST_PAUSE_S: Final = 30.0
_CREDENTIALS: Final = struct.Struct("3i")
_NEXT: Final = "recall goes by words alone until it answers; see `empla doctor`"


class SocketEmbedder:
    """The embedder behind a unix socket. It is connected when it is first asked, and again after it was lost."""

    def __init__(self, path: Path, *, urgent_s: float = URGENT_S, batch_s: float = BATCH_S) -> None:
        self._path = path
        self._urgent_s = urgent_s
        self._batch_s = batch_s
        self._socket: socket.socket | None = None
        self._model = ("", 0)
        self._pause_s = 0.0
        self._not_before = float("-inf")

    @property
    def model(self) -> str:
        """Name and version of the model; asked for if it is not known. ExternalError if nobody answers."""
        self._connected(time.monotonic() + self._urgent_s)
        return self._model[0]

    @property
    def dims(self) -> int:
        """How long a vector is; as `model`."""
        self._connected(time.monotonic() + self._urgent_s)
        return self._model[1]

    def encode(self, texts: Sequence[Text], *, urgent: bool = False) -> list[Encoded]:
        """Return the vectors of these texts. ExternalError, at once or after a while, if there are none now."""
        until = time.monotonic() + (self._urgent_s if urgent else self._batch_s)
        connection = self._connected(until)
        with self._trying():
            body = self._ask(connection, wire.asked(texts, urgent=urgent), until)
        found = wire.vectors_of(body)
        if len(found) != len(texts) or any(one.mean.shape != (self._model[1],) for one in found):
            self.close()
            raise ValidationError("the embedder answers something else than was asked")
        return found

    def close(self) -> None:
        """Hang up; it is connected again when it is asked again."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _connected(self, until: float) -> socket.socket:
        if self._socket is not None and _still_there(self._socket):
            return self._socket
        self.close()
        if time.monotonic() < self._not_before:
            raise Delayed("the embedder did not answer a moment ago", next_step=_NEXT)
        with self._trying():
            self._socket = _connect(self._path, until)
            self._model = wire.model_of(self._ask(self._socket, bytes([wire.HELLO]), until))
        self._pause_s = 0.0
        return self._socket

    @contextlib.contextmanager
    def _trying(self) -> Iterator[None]:
        """Hang up, and leave it alone for a while, if it does not answer or answers what it should not."""
        try:
            yield
        except (OSError, EmplaError) as error:
            self.close()
            self._pause_s = min(_LONGEST_PAUSE_S, max(_FIRST_PAUSE_S, 2 * self._pause_s))
            self._not_before = time.monotonic() + self._pause_s
            if isinstance(error, EmplaError):
                raise
            if isinstance(error, TimeoutError):
                raise TimedOut("the embedder did not answer in time", next_step=_NEXT) from error
            raise ExternalError(f"the embedder cannot be asked at {self._path}: {error}", next_step=_NEXT) from error

    def _ask(self, connection: socket.socket, body: bytes, until: float) -> bytes:
        connection.settimeout(_left(until))
        connection.sendall(wire.framed(body))
        (length,) = wire.LENGTH.unpack(_received(connection, wire.LENGTH.size, until))
        if length > wire.LONGEST_ANSWER:
            raise ValidationError("the embedder's answer is too long")
        return _received(connection, length, until)


def _connect(path: Path, until: float) -> socket.socket:
    """Connect to a socket of this user's, however long its path."""
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        connection.settimeout(_left(until))
        folder = os.open(path.parent, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
        try:  # a path in the kernel's address is at most 107 bytes long
            connection.connect(f"/proc/self/fd/{folder}/{path.name}")
        finally:
            os.close(folder)
        raw = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
        if _CREDENTIALS.unpack(raw)[1] not in (os.getuid(), 0):
            raise PermissionDenied(f"somebody else listens at {path}")
    except BaseException:
        connection.close()
        raise
    return connection


def _still_there(connection: socket.socket) -> bool:
    """Return whether the other side has neither hung up nor said what nobody asked for."""
    connection.settimeout(0)
    try:
        connection.recv(1, socket.MSG_PEEK)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


def _received(connection: socket.socket, length: int, until: float) -> bytes:
    """Return as many bytes; ConnectionError if it hangs up before, TimeoutError if they do not come in time."""
    found = bytearray(length)
    left = memoryview(found)
    while left:
        connection.settimeout(_left(until))
        count = connection.recv_into(left)
        if not count:
            raise ConnectionResetError("it hung up")
        left = left[count:]
    return bytes(found)


def _left(until: float) -> float:
    return max(0.001, until - time.monotonic())
