"""The rooms service, spoken to: the only file that opens a connection.

Everything is awaited and nothing runs in a thread, so an employee that is told to stop stops at once. Every error is
translated here into one of `empla.errors`, because its class decides what happens next: an `ExternalError` is tried
again, an `InputError` is final, an `OutcomeUnknown` is looked into.
"""

import asyncio
import json
import os
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import quote, urlencode, urlsplit

from empla import faults
from empla.capabilities.contract import OutcomeUnknown
from empla.errors import ExternalError, InputError, TimedOut

ADDRESS: Final = "EMPLA_ROOMS"
"""The environment variable with the service's URL, such as http://127.0.0.1:8460."""
_TIMEOUT_S: Final = 10.0


def configured() -> bool:
    """Whether anybody has said where the service is."""
    return bool(os.environ.get(ADDRESS))


async def free(seats: int, start: str, end: str) -> list[dict[str, Any]]:
    """Return the free rooms with at least so many seats, the smallest first: `room` and `seats` of each."""
    _, found = await _request("GET", f"/rooms?{urlencode({'seats': seats, 'start': start, 'end': end})}")
    return list(found["rooms"])


async def reserve(number: str, body: Mapping[str, Any]) -> bool:
    """Reserve under this number, unless there is such a reservation; False if the room is taken."""
    status, _ = await _request("PUT", f"/reservations/{quote(number)}", body)
    return status != HTTPStatus.CONFLICT


async def reservation(number: str) -> dict[str, Any] | None:
    """Return the reservation with this number, None if there is none."""
    status, found = await _request("GET", f"/reservations/{quote(number)}")
    return None if status == HTTPStatus.NOT_FOUND else dict(found)


async def release(number: str) -> None:
    """Give a room back; harmless if that was done before."""
    await _request("DELETE", f"/reservations/{quote(number)}")


async def changes(after: int, wait_s: float) -> dict[str, Any]:
    """Return what others have changed after this number, as soon as there is something; `last` is the newest number."""
    _, found = await _request("GET", f"/changes?{urlencode({'after': after, 'wait': wait_s})}", wait_s=wait_s)
    return dict(found)


async def _request(
    method: str, path: str, body: Mapping[str, Any] | None = None, wait_s: float = 0.0
) -> tuple[int, Any]:
    where = urlsplit(os.environ.get(ADDRESS, ""))
    if where.scheme != "http" or where.hostname is None:
        raise InputError("nobody has said where the rooms are", next_step=f"set {ADDRESS} to the service's URL")
    content = b"" if body is None else json.dumps(body).encode()
    head = f"{method} {path} HTTP/1.1\r\nHost: {where.netloc}\r\nConnection: close\r\n"
    if method == "PUT":
        head += f"If-None-Match: *\r\nContent-Type: application/json\r\nContent-Length: {len(content)}\r\n"
    try:
        async with asyncio.timeout(wait_s + _TIMEOUT_S):
            status, answer = await _exchanged(
                where.hostname, where.port or 80, f"{head}\r\n".encode() + content, method
            )
    except TimeoutError as error:
        raise _broken(method, TimedOut, "the rooms service takes too long") from error
    except (OSError, ValueError, IndexError) as error:
        raise _broken(method, ExternalError, f"the rooms service broke off ({type(error).__name__})") from error
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise ExternalError(f"the rooms service said {status}")
    if status == HTTPStatus.BAD_REQUEST:
        raise InputError("the rooms service did not understand")
    return status, answer


async def _exchanged(host: str, port: int, request: bytes, method: str) -> tuple[int, Any]:
    """Return status and JSON that came back for the bytes of a request."""
    reader, writer = await asyncio.open_connection(host, port)
    try:
        faults.point(f"rooms.{method.lower()}.before")
        writer.write(request)
        await writer.drain()
        raw = await reader.read()
        faults.point(f"rooms.{method.lower()}.after")
    finally:
        writer.close()
    head, _, content = raw.partition(b"\r\n\r\n")
    return int(head.split()[1]), json.loads(content)


def _broken(method: str, kind: type[ExternalError], sentence: str) -> ExternalError:
    """Return what a broken connection means: a read may simply be repeated, a write may have happened."""
    return kind(sentence) if method == "GET" else OutcomeUnknown(sentence)
