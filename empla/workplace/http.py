"""HTTP/1.1 for WebDAV, over one kept connection, in one thread of its own.

What the conditional writes of a calendar need is to know exactly what was sent and what was answered: no hidden retry,
no redirect followed, no guessing of credentials. `http.client` gives that. The thread is started with the first request
and sleeps between requests; a request that takes too long is ended by closing its socket.
"""

import asyncio
import base64
import contextlib
import http.client
import select
import socket
import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from urllib.parse import SplitResult, urlsplit

from empla.errors import Delayed, ExternalError, InputError, TimedOut
from empla.workplace.accounts import Account
from empla.workplace.troubles import trouble

LARGEST_ANSWER = 64 << 20
"""Bytes that an answer may have."""

CONNECT_S = 5.0
"""Seconds that connecting may take: the one step that cannot be interrupted, and a process must end within these."""

_REPEATABLE = frozenset({"GET", "HEAD", "OPTIONS", "PROPFIND", "REPORT"})
_TELLING = frozenset({"GET", "PROPFIND", "REPORT"})
"""Methods whose answers, where they succeed, have a body."""


class NotSent(Delayed):
    """The calendar server cannot be reached."""

    code = "not_sent"


class NoAnswer(ExternalError):
    """The connection was lost while the calendar server was working: it may or may not have done it."""

    code = "no_answer"


@dataclass(frozen=True, slots=True)
class Answer:
    """The status, header (names in lower case) and body of an answer."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class HttpClient:
    """Sends requests to one server at a time, signed in as the account (Basic, RFC 7617), one after the other."""

    def __init__(self, account: Account) -> None:
        self._timeout_s = account.timeout_s
        self._account = account
        known = account.at_caldav
        secret = f"{known.sign_in}:{known.password.get_secret_value()}".encode()
        self._authorization = "Basic " + base64.b64encode(secret).decode("ascii")
        self._worker: ThreadPoolExecutor | None = None
        self._connection: http.client.HTTPConnection | None = None
        self._server = ("", "")
        self._lock = asyncio.Lock()

    async def request(
        self, method: str, url: str, body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> Answer:
        """Send one request and return its answer, whatever its status.

        Raises NotSent if it was certainly not sent, NoAnswer or TimedOut if it may have been. Requests that change
        nothing are sent a second time when a kept connection turns out to be closed.
        """
        target = _target(url)
        async with self._lock:
            if self._worker is None:
                self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="caldav")
            given_up = threading.Event()
            try:
                async with asyncio.timeout(2 * self._timeout_s):  # sockets time out by themselves unless they trickle
                    return await asyncio.get_running_loop().run_in_executor(
                        self._worker, self._send, method, target, body, dict(headers or {}), given_up
                    )
            except TimeoutError:
                self._interrupt(given_up)
                raise TimedOut(f"the calendar server {target.netloc} did not finish its answer") from None
            except asyncio.CancelledError:
                self._interrupt(given_up)
                raise

    async def close(self) -> None:
        """Close the connection and end the thread."""
        async with self._lock:
            if self._worker is not None:
                self._worker.shutdown(wait=False)
                self._worker = None
            self._drop()

    def _send(
        self, method: str, target: SplitResult, body: bytes, headers: dict[str, str], given_up: threading.Event
    ) -> Answer:
        headers |= {"Authorization": self._authorization, "User-Agent": "empla"}
        path = (target.path or "/") + (f"?{target.query}" if target.query else "")
        connection, fresh = self._connected(target)
        try:
            return self._exchange(connection, method, path, body, headers)
        except (http.client.HTTPException, OSError) as error:
            self._drop()
            if isinstance(error, TimeoutError):
                raise TimedOut(f"the calendar server {target.netloc} did not answer in time") from None
            if not fresh and method in _REPEATABLE and not given_up.is_set():
                return self._send(method, target, body, headers, given_up)
            raise NoAnswer(f"the connection to the calendar server {target.netloc} was lost") from error
        except ValueError as error:  # before anything was sent
            self._drop()
            raise InputError(f"a request to the calendar server {target.netloc} cannot be written: {error}") from error
        except BaseException:
            self._drop()
            raise

    def _exchange(
        self, connection: http.client.HTTPConnection, method: str, path: str, body: bytes, headers: dict[str, str]
    ) -> Answer:
        connection.request(method, path, body=body or None, headers=headers)
        response = connection.getresponse()
        content = response.read(LARGEST_ANSWER + 1)
        if len(content) > LARGEST_ANSWER:
            raise ExternalError("the calendar server's answer is too large")
        # The library takes the end of a connection for the end of head and body alike.
        unsaid = response.length is None and not content and method in _TELLING and 200 <= response.status < 300
        if response.length or unsaid:
            raise http.client.IncompleteRead(content, response.length)
        if response.will_close:
            self._drop()
        return Answer(response.status, {name.lower(): value for name, value in response.getheaders()}, content)

    def _connected(self, target: SplitResult) -> tuple[http.client.HTTPConnection, bool]:
        """Return a connection to the target's server, and whether it is a new one."""
        server = (target.scheme, target.netloc)
        if self._connection is not None and self._server == server and not _is_closed(self._connection.sock):
            return self._connection, False
        self._drop()
        host, patience = target.hostname or "", min(CONNECT_S, self._timeout_s)
        connection = (
            http.client.HTTPSConnection(host, target.port, timeout=patience, context=self._account.tls_context())
            if target.scheme == "https"
            else http.client.HTTPConnection(host, target.port, timeout=patience)
        )
        self._connection, self._server = connection, server
        try:
            connection.connect()
            connection.sock.settimeout(self._timeout_s)
            connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except TimeoutError:
            self._drop()
            found = trouble(TimeoutError())
            raise NotSent(f"the calendar server {target.netloc} does not answer", next_step=found.next_step) from None
        except OSError as error:
            self._drop()
            found = trouble(error)
            sentence = f"the calendar server {target.netloc} cannot be reached: {found.why}"
            raise NotSent(sentence, next_step=found.next_step) from error
        return connection, True

    def _interrupt(self, given_up: threading.Event) -> None:
        """Wake the thread out of a request by closing its socket, from the loop's thread."""
        given_up.set()
        sock = None if self._connection is None else self._connection.sock
        if sock is not None:
            with contextlib.suppress(OSError):  # it may be closed already
                sock.shutdown(socket.SHUT_RDWR)

    def _drop(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()


def retry_after_s(headers: Mapping[str, str]) -> float | None:
    """Return for how many seconds a server wants to be left alone, None if it does not say (RFC 9110, 10.2.3).

    A date is told from the server's own Date, so that it does not matter what time it is here.
    """
    said = headers.get("retry-after", "").strip()
    if said.isascii() and said.isdigit():
        return float(said)
    try:
        until, now = parsedate_to_datetime(said), parsedate_to_datetime(headers.get("date", ""))
        return max(0.0, (until - now).total_seconds())
    except (TypeError, ValueError):  # no date, or one without a zone beside one that has it
        return None


def _target(url: str) -> SplitResult:
    try:
        target = urlsplit(url)
        if target.scheme in ("http", "https") and target.hostname and target.port != 0:
            return target
    except ValueError:
        pass  # a port or host that is none
    raise InputError(f"{url!r} is not the address of a calendar", next_step="give an http or https URL")


def _is_closed(sock: socket.socket | None) -> bool:
    """Return whether the other end closed a connection on which nothing is expected."""
    if sock is None:
        return True
    readable, _, _ = select.select([sock], [], [], 0)
    return bool(readable)
