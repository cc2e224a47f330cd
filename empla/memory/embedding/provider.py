"""Vectors by a provider's API, or a local server's that is alike: OpenAI's `POST /embeddings`.

What is to be remembered is read by whoever runs it. It gives one vector for each text and none of tokens, so likeness
is that of whole texts. A server that asks to be left alone, or fails, is not asked again before it is time: until then
every question fails at once.
"""

import email.utils
import hashlib
import http.client
import json
import math
import socket
import ssl
import threading
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import urlsplit

import numpy as np

from empla.errors import (
    Delayed,
    EmplaError,
    ExternalError,
    InputError,
    RateLimited,
    SignedOut,
    TimedOut,
    ValidationError,
)
from empla.memory.embedding.embedder import Encoded, Text

URGENT_S: Final = 1.5
"""Seconds that a question which somebody waits for may take, below what the one who asks waits for."""
BATCH_S: Final = 12.0

_FIRST_PAUSE_S: Final = 1.0
_LONGEST_PAUSE_S: Final = 300.0
_SHORTEST_ASKED_S: Final = 1.0
_JITTER: Final = 0.2
_LONGEST_ANSWER: Final = 32 << 20
_LONGEST_SAID: Final = 300
_MOST_DIMS: Final = 8192


class ProviderEmbedder:
    """A model behind an API at `base` ("https://api.example.org/v1"); asked from several threads, each by itself."""

    def __init__(self, base: str, name: str, *, key: str = "") -> None:
        self._url = urlsplit(base.rstrip("/"))
        self._name = name
        self._key = key
        self._mine = threading.local()
        self._failures = 0
        self._not_before = float("-inf")
        self.model = f"{self._url.hostname}/{name}"
        # A text of our own, once: how long its vectors are is not told otherwise.
        self.dims = len(self._asked(["dimensions"], BATCH_S)[0])

    def encode(self, texts: Sequence[Text], *, urgent: bool = False) -> list[Encoded]:
        """Return the vectors of these texts, each by its own words alone."""
        if (left := self._not_before - time.monotonic()) > 0:
            raise Delayed(f"{self._url.hostname} is left alone for {math.ceil(left)} s")
        found = self._asked([text.words.strip() or "." for text in texts], URGENT_S if urgent else BATCH_S)
        if any(len(vector) != self.dims for vector in found):
            raise ValidationError(f"{self._url.hostname} gave vectors of another length")
        none = np.zeros((0, self.dims), np.int8)
        return [Encoded(mean=vector, tokens=none) for vector in found]

    def close(self) -> None:
        """Hang up, on this thread."""
        if (connection := getattr(self._mine, "connection", None)) is not None:
            connection.close()
            self._mine.connection = None

    def _asked(self, texts: Sequence[str], wait_s: float) -> list["np.ndarray[Any, np.dtype[np.float32]]"]:
        try:
            status, headers, body = self._posted(
                {"model": self._name, "input": texts, "encoding_format": "float"}, wait_s
            )
            if status != http.client.OK:
                raise _refusal(f"{self._url.hostname}", status, headers, body)
            found = _vectors(body, len(texts))
        except EmplaError as error:
            self._wait_after(error)
            raise
        self._failures = 0
        return found

    def _posted(self, question: Mapping[str, Any], wait_s: float) -> tuple[int, Mapping[str, str], bytes]:
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if self._key:
            headers["Authorization"] = f"Bearer {self._key}"
        content = json.dumps(question).encode()
        for fresh in (False, True):
            connection = self._connection(wait_s)
            kept = connection.sock is not None and not fresh
            try:
                connection.request("POST", f"{self._url.path}/embeddings", content, headers)
                answer = connection.getresponse()
                return answer.status, dict(answer.headers), answer.read(_LONGEST_ANSWER)
            except (http.client.HTTPException, OSError) as error:
                self.close()
                if kept and isinstance(error, http.client.BadStatusLine | ConnectionError):
                    continue  # it hung up on a connection that was kept, which says nothing
                raise _unreachable(f"{self._url.hostname}", error) from error
        raise ExternalError(f"{self._url.hostname} hung up twice")

    def _connection(self, wait_s: float) -> http.client.HTTPConnection:
        connection: http.client.HTTPConnection | None = getattr(self._mine, "connection", None)
        if connection is None:
            host, port = str(self._url.hostname), self._url.port
            if self._url.scheme == "https":
                connection = http.client.HTTPSConnection(host, port, context=ssl.create_default_context())
            else:
                connection = http.client.HTTPConnection(host, port)
            self._mine.connection = connection
        connection.timeout = wait_s
        if connection.sock is not None:
            connection.sock.settimeout(wait_s)
        return connection

    def _wait_after(self, error: EmplaError) -> None:
        """Say from when on it may be asked again: as it says itself, else later each time, by a derived jitter."""
        if isinstance(error, InputError | ValidationError):
            return
        self._failures += 1
        asked_s = error.retry_after_s if isinstance(error, RateLimited) else None
        if asked_s is None or asked_s < _SHORTEST_ASKED_S:
            drawn = hashlib.sha256(f"{self.model}:{self._failures}".encode()).digest()[0] / 255
            longer = _FIRST_PAUSE_S * 2 ** min(self._failures - 1, 20)
            asked_s = min(_LONGEST_PAUSE_S, longer) * (1 + _JITTER * (2 * drawn - 1))
        self._not_before = time.monotonic() + asked_s


def _vectors(body: bytes, count: int) -> list["np.ndarray[Any, np.dtype[np.float32]]"]:
    """Return the vectors in an answer, each made of length 1, in the order of the texts."""
    try:
        data = sorted(json.loads(body)["data"], key=lambda one: int(one["index"]))
        if [int(one["index"]) for one in data] != list(range(count)):
            raise ValueError
        found = [np.array(one["embedding"], np.float32) for one in data]
        lengths = [float(np.linalg.norm(one)) for one in found]
        if any(one.ndim != 1 or not 0 < len(one) <= _MOST_DIMS for one in found):
            raise ValueError
        if any(not math.isfinite(length) or not length for length in lengths):
            raise ValueError
    except (ValueError, KeyError, TypeError) as error:
        raise ValidationError("the provider's answer is not what its API says") from error
    return [vector / np.float32(length) for vector, length in zip(found, lengths, strict=True)]


def _unreachable(host: str, error: Exception) -> EmplaError:
    if isinstance(error, TimeoutError):
        return TimedOut(f"{host} did not answer in time")
    if isinstance(error, socket.gaierror):
        return ExternalError(f"{host} is not known: {error.strerror}", next_step="see what `embeddings` says")
    return ExternalError(f"{host} cannot be asked: {type(error).__name__}")


def _refusal(host: str, status: int, headers: Mapping[str, str], body: bytes) -> EmplaError:
    """Return what an answer other than yes means. A word of its own says what is wrong."""
    said = _said(body)
    if status in (401, 403):
        return SignedOut(
            f"{host} does not let us in ({status}{said})", next_step="give the key in EMPLA_EMBEDDINGS_KEY"
        )
    if status in (429, 503):
        return RateLimited(f"{host} asks for less ({status}{said})", retry_after_s=_retry_after(headers))
    if status >= 500 or status == 408:
        return ExternalError(f"{host} failed ({status}{said})")
    return InputError(f"{host} refuses ({status}{said})", next_step="see what `embeddings` says")


def _said(body: bytes) -> str:
    """Return an error's own type or code, which is a word; its sentence may repeat what was asked, or the key."""
    try:
        error = json.loads(body)["error"]
        word = error.get("code") or error.get("type") or ""
    except (ValueError, KeyError, TypeError, AttributeError):
        return ""
    return f" {word}"[:_LONGEST_SAID] if isinstance(word, str) and word.replace("_", "").isalnum() else ""


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """Return the seconds that Retry-After asks for (RFC 9110, 10.2.3), as a number or a date against the Date sent."""
    told = {name.lower(): value.strip() for name, value in headers.items()}
    asked = told.get("retry-after", "")
    if asked.isdecimal():
        return float(asked)
    try:
        until, sent = (email.utils.parsedate_to_datetime(told[name]) for name in ("retry-after", "date"))
    except (KeyError, ValueError):
        return None
    return (_aware(until) - _aware(sent)).total_seconds()


def _aware(at: datetime) -> datetime:
    return at if at.tzinfo is not None else at.replace(tzinfo=UTC)
