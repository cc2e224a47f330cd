"""The embedder's socket: for its owner only, one question at a time on each connection."""

import asyncio
import contextlib
from pathlib import Path
from typing import Final

from empla.errors import EmplaError, InternalError
from empla.memory.embedding import wire
from empla.memory.embedding.embedder import Embedder
from runtime import logs, peers
from runtime.embedder.work import Work

CONNECTIONS: Final = 2000
"""How many may be connected at once; whoever comes after that is hung up on."""

_ASKING_S: Final = 10.0
_ANSWERING_S: Final = 30.0


class EmbedderServer:
    """Listens at a path and answers who asks. The folder is its owner's alone, and so is the socket (0600)."""

    def __init__(self, path: Path, model: Embedder, work: Work) -> None:
        self._path = path
        self._model = model
        self._work = work
        self._server: asyncio.Server | None = None
        self._connected: set[asyncio.StreamWriter] = set()
        self._log = logs.get(__name__)

    async def start(self) -> None:
        """Bind the socket. A file left by a process that died is replaced: whoever starts this holds the lock."""
        listening = peers.listening(self._path)
        self._server = await asyncio.start_unix_server(self._serve, sock=listening)

    async def stop(self) -> None:
        """Answer nobody any more, and remove the socket."""
        if self._server is not None:
            self._server.close()
            with contextlib.suppress(FileNotFoundError):
                self._path.unlink()
        for writer in self._connected:
            writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if len(self._connected) >= CONNECTIONS or not peers.is_owner(writer.get_extra_info("socket")):
            writer.transport.abort()
            return
        self._connected.add(writer)
        try:
            while body := await _question(reader):
                for part in await self._answer(body, reader):
                    writer.write(part)
                async with asyncio.timeout(_ANSWERING_S):
                    await writer.drain()
        except (OSError, EOFError, TimeoutError, EmplaError, asyncio.CancelledError):
            pass  # it went away, is stuck, or does not speak as it should; or we end
        finally:
            self._connected.discard(writer)
            writer.transport.abort()

    async def _answer(self, body: bytes, reader: asyncio.StreamReader) -> list[bytes]:
        """Return the answer to a question. ValidationError if it is none."""
        if body == bytes([wire.HELLO]):
            return [wire.framed(wire.model(self._model.model, self._model.dims))]
        texts, urgent = wire.texts_of(body)
        try:
            vectors = await self._work.encode(texts, urgent=urgent, gone=reader.at_eof)
            parts = list(wire.answered(vectors, self._model.dims))
        except EmplaError as error:
            parts = [wire.refused(error)]
        except Exception as error:  # of the model's library: told to who asked, and nobody else suffers
            self._log.exception("a text could not be encoded")
            parts = [wire.refused(InternalError(f"the model failed: {type(error).__name__}"))]
        return [wire.LENGTH.pack(sum(map(len, parts))), *parts]


async def _question(reader: asyncio.StreamReader) -> bytes:
    """Return the next question's body; empty at the end. TimeoutError if it stops in the middle of one."""
    head = await reader.read(1)
    if not head:
        return b""
    async with asyncio.timeout(_ASKING_S):
        head += await reader.readexactly(wire.LENGTH.size - 1)
        (length,) = wire.LENGTH.unpack(head)
        if not 0 < length <= wire.LONGEST_ASKED:
            raise EOFError
        return await reader.readexactly(length)
