"""The control socket of `empla up`: how commands reach it, and how they run when it is not there.

The socket lies in the home, for its owner only (0600), and the other side's user is checked besides. One connection
carries requests and replies, one JSON object a line:

    {"id": 1, "command": "hire", "arguments": {...}}
    {"id": 1, "progress": ...}                                      any number of these, then one of
    {"id": 1, "result": ...}
    {"id": 1, "error": {"code", "family", "sentence", "next_step"}}

`family` holds the codes of the error's class and its ancestors, nearest first, so that a client that does not know a
class still raises the right ancestor. What was begun is finished, also if whoever asked has gone.
"""

import asyncio
import contextlib
import json
import socket
import threading
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from empla.config import Home
from empla.errors import EmplaError, ExternalError, InputError, InternalError, NotRunning, PermissionDenied
from runtime import logs, peers
from runtime.supervisor import homelock

Report = Callable[[Any], None]
"""Sends one progress value to whoever asked; may be called from any thread."""

Handler = Callable[[Mapping[str, Any], Report], Awaitable[Any]]
"""Runs one command: arguments and where to report progress; returns what JSON can say, or raises an EmplaError."""

_LONGEST_LINE: Final = 32 << 20
_FINISH_S: Final = 5.0
_STEP_S: Final = 0.05
_REFUSAL_S: Final = 1.0


class NotListening(NotRunning):
    """Nobody answers at the control socket. Never told over it, so a command's own NotRunning is not taken for it."""


class Interrupted(ExternalError):
    """empla ended before it answered."""

    code = "interrupted"


class ControlServer:
    """Listens in one home and runs commands by their handlers. The caller holds the home's lock.

    Commands that still run when it stops get `finish_s` seconds.
    """

    def __init__(self, home: Home, handlers: Mapping[str, Handler], *, finish_s: float = _FINISH_S) -> None:
        self._home = home
        self._finish_s = finish_s
        self._handlers = dict(handlers)
        self._server: asyncio.Server | None = None
        self._running: set[asyncio.Task[None]] = set()
        self._connected: set[asyncio.StreamWriter] = set()
        self._log = logs.get(__name__)

    async def start(self) -> None:
        """Bind the socket. A file left by a process that died is replaced: the lock says that nobody uses it."""
        listening = peers.listening(self._home.socket)
        self._server = await asyncio.start_unix_server(self._serve, sock=listening, limit=_LONGEST_LINE)

    async def stop(self) -> None:
        """Take no more commands, give those that run a moment to end, and remove the socket."""
        if self._server is None:
            return
        self._server.close()
        with contextlib.suppress(FileNotFoundError):
            self._home.socket.unlink()
        if self._running:
            _, late = await asyncio.wait(self._running, timeout=self._finish_s)
            for task in late:
                task.cancel()
        for writer in self._connected:
            writer.close()  # whoever still waits for an answer must not wait for ever

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._connected.add(writer)
        try:
            if not peers.is_owner(writer.get_extra_info("socket")):
                await _refuse(reader, writer)
                return
            while line := await reader.readline():
                self._begin(line, writer)
        except (ConnectionError, ValueError):
            return  # it went away, or sent a line without an end
        finally:
            await self._hang_up(writer)
            self._connected.discard(writer)

    async def _hang_up(self, writer: asyncio.StreamWriter) -> None:
        mine = {task for task in self._running if task.get_name() == _task_name(writer)}
        if mine:
            await asyncio.wait(mine)
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()

    def _begin(self, line: bytes, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._answer(line, writer), name=_task_name(writer))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def _answer(self, line: bytes, writer: asyncio.StreamWriter) -> None:
        number: Any = None
        try:
            request = _parse(line)
            number = request.get("id")
            reply = {"result": await self._run(request, _reporter(number, writer))}
            json.dumps(reply)
        except EmplaError as error:
            reply = {"error": to_wire(error)}
        except Exception as error:
            # A command's fault must not end the supervisor; it is told to whoever asked, and logged whole.
            self._log.exception("command failed")
            reply = {"error": to_wire(InternalError(f"{type(error).__name__}: {error}", next_step="see logs/up.jsonl"))}
        _send(writer, {"id": number, **reply})
        with contextlib.suppress(ConnectionError):
            await writer.drain()

    async def _run(self, request: Mapping[str, Any], report: Report) -> Any:
        command = request.get("command")
        handler = self._handlers.get(str(command))
        if handler is None:
            known = ", ".join(sorted(self._handlers))
            raise InputError(f"there is no command {command!r}", next_step=f"use one of {known}")
        arguments = request.get("arguments") or {}
        return await handler(arguments, report)


def call(
    home: Home, command: str, arguments: Mapping[str, Any] | None = None, on_progress: Report | None = None
) -> Any:
    """Run `command` in the `empla up` of this home and return its result.

    Raises what the command raised; NotRunning if nobody runs the home; Interrupted if it ended before it answered.
    """
    with _connect(home) as connection, connection.makefile("rwb") as stream:
        try:
            stream.write(_line({"id": 1, "command": command, "arguments": dict(arguments or {})}))
            stream.flush()
            for line in stream:
                reply = json.loads(line)
                if "progress" in reply:
                    if on_progress is not None:
                        on_progress(reply["progress"])
                elif "error" in reply:
                    raise from_wire(reply["error"])
                else:
                    return reply["result"]
        except ConnectionError as error:
            raise _interrupted(command) from error
    raise _interrupted(command)


def run_or_call(
    home: Home,
    command: str,
    arguments: Mapping[str, Any],
    local: Callable[[Report], Any],
    *,
    on_progress: Report | None = None,
    wait_s: float = 30.0,
) -> Any:
    """Run `command` where it may run: in `empla up` if that runs the home, else here, by `local`, under the lock.

    If another command has the home, or `up` is just starting or ending, wait up to `wait_s` seconds for it; then
    HomeInUse.
    """
    deadline = time.monotonic() + wait_s
    report = on_progress or _silent
    while True:
        try:
            with homelock.take(home, command):
                return local(report)
        except homelock.HomeInUse:
            running = homelock.holder(home)
            if running is not None and running.what == homelock.UP and home.socket.exists():
                with contextlib.suppress(NotListening):
                    return call(home, command, arguments, on_progress)
            if time.monotonic() >= deadline:
                raise
            time.sleep(_STEP_S)


def in_thread(work: Callable[[Mapping[str, Any], Report], Any]) -> Handler:
    """Return a handler that runs plain, blocking `work` in a thread, so that the supervisor goes on watching.

    A thread that does not end never keeps `empla up` from ending: what is longer must be resumable, as hiring is.
    """

    async def handle(arguments: Mapping[str, Any], report: Report) -> Any:
        loop = asyncio.get_running_loop()
        done: asyncio.Future[Any] = loop.create_future()

        def settle(result: Any, error: Exception | None) -> None:
            if done.cancelled():
                return
            if error is None:
                done.set_result(result)
            else:
                done.set_exception(error)

        def run() -> None:
            result, failure = None, None
            try:
                result = work(arguments, report)
            except Exception as error:
                failure = error  # raised where the command is awaited
            with contextlib.suppress(RuntimeError):  # the loop has ended meanwhile
                loop.call_soon_threadsafe(settle, result, failure)

        threading.Thread(target=run, name="command", daemon=True).start()
        return await done

    return handle


def to_wire(error: EmplaError) -> dict[str, Any]:
    """Return an error as JSON can say it."""
    family = [kind.code for kind in type(error).__mro__ if issubclass(kind, EmplaError)]
    return {"code": error.code, "family": family, "sentence": error.sentence, "next_step": error.next_step}


def from_wire(said: Mapping[str, Any]) -> EmplaError:
    """Return the error that `to_wire` said, of the nearest class that this process knows."""
    known = _error_classes()
    family = [str(said["code"]), *map(str, said.get("family", ()))]
    kind = next((known[code] for code in family if code in known), EmplaError)
    error = kind.__new__(kind)
    # Subclasses may ask for more than a sentence to be made; what they have in common is enough to be caught and shown.
    EmplaError.__init__(error, str(said["sentence"]), next_step=str(said.get("next_step", "")))
    return error


def _error_classes() -> dict[str, type[EmplaError]]:
    """Return every error class by its code; a subclass without a code of its own does not hide its parent."""
    known: dict[str, type[EmplaError]] = {}
    waiting: list[type[EmplaError]] = [EmplaError]
    while waiting:
        kind = waiting.pop(0)
        known.setdefault(kind.code, kind)
        waiting += kind.__subclasses__()
    return known


def _connect(home: Home) -> socket.socket:
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        with peers.short_path(home.socket) as path:
            connection.connect(path)
    except (FileNotFoundError, ConnectionRefusedError) as error:
        connection.close()
        running = homelock.holder(home) if home.root.exists() else None
        if running is not None and running.what == homelock.UP:
            raise NotListening("empla is just starting or ending", next_step="try again in a moment") from error
        raise NotListening(f"empla does not run on {home.root}", next_step="start it with `empla up`") from error
    except PermissionError as error:
        connection.close()
        raise PermissionDenied(f"{home.socket} belongs to another user", next_step="run this as that user") from error
    return connection


async def _refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    refusal = PermissionDenied("this socket is for the user who runs empla", next_step="ask that user")
    _send(writer, {"id": None, "error": to_wire(refusal)})
    # What it asked is read and dropped: closing over unread bytes would reset the connection, and lose the answer.
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(_REFUSAL_S):
            await reader.readline()


def _parse(line: bytes) -> Mapping[str, Any]:
    try:
        request = json.loads(line)
    except ValueError as error:
        raise InputError("a request is one JSON object on one line") from error
    if not isinstance(request, dict) or not isinstance(request.get("arguments", {}), dict):
        raise InputError("a request is a JSON object, and so are its arguments")
    return request


def _reporter(number: Any, writer: asyncio.StreamWriter) -> Report:
    loop, here = asyncio.get_running_loop(), threading.get_ident()

    def report(value: Any) -> None:
        message = {"id": number, "progress": value}
        if threading.get_ident() == here:
            _send(writer, message)
        else:
            loop.call_soon_threadsafe(_send, writer, message)

    return report


def _send(writer: asyncio.StreamWriter, message: Mapping[str, Any]) -> None:
    if not writer.is_closing():
        writer.write(_line(message))


def _line(message: Mapping[str, Any]) -> bytes:
    return json.dumps(message).encode() + b"\n"


def _task_name(writer: asyncio.StreamWriter) -> str:
    return f"command-{id(writer)}"


def _interrupted(command: str) -> Interrupted:
    return Interrupted(
        f"empla ended before it answered `{command}`", next_step="look with `empla status` whether it was done"
    )


def _silent(_value: Any) -> None:
    return
