"""One document fetched from the web, by a program in somebody's own network, from an address that others may choose.

Only http and https; only addresses that anybody on the internet may reach, unless the caller says otherwise: what is
said of a name is looked at before each connection, which then goes to that very address, so that a name which means
something else a moment later, or a redirect, leads nowhere new. No proxy, no cookies, no credentials. Size, time and
redirects are bounded.
"""

import http.client
import ipaddress
import socket
import ssl
import threading
import time
import zlib
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final
from urllib.parse import quote, unquote, urljoin, urlsplit, urlunsplit

from empla import __version__
from empla.errors import ExternalError, InputError, PermissionDenied, TimedOut

LARGEST: Final = 20 * 1024 * 1024
"""Bytes that are fetched."""
WITHIN_S: Final = 60.0
"""Seconds that all of it may take."""
MOST_REDIRECTS: Final = 5
_ANSWER_S: Final = 20.0
_PIECE: Final = 64 * 1024
_PORTS: Final = {"http": 80, "https": 443}
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_ACCEPT: Final = "text/html, text/markdown, text/plain, application/pdf, */*;q=0.5"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """What came of an address: `url` is where it was found at last, `said` and `charset` what the server says of it."""

    url: str
    name: str
    said: str
    charset: str
    data: bytes


@dataclass(frozen=True, slots=True)
class _Target:
    """One address of the web, taken apart."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def url(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = "" if self.port == _PORTS[self.scheme] else f":{self.port}"
        return f"{self.scheme}://{host}{port}{self.path}"


def is_url(words: str) -> bool:
    """Return whether words name a page of the web, and no file."""
    return words.lower().startswith(("http://", "https://"))


def canonical(url: str) -> str:
    """Return an address as it is kept: host in lower case, no fragment. InputError for one that cannot be used."""
    return _target(url).url


def fetch(url: str, *, allow_local: bool = False, within_s: float = WITHIN_S, largest: int = LARGEST) -> Fetched:
    """Return what stands at an address, after redirects.

    PermissionDenied for an address within this machine or its network, unless `allow_local`; TimedOut if it takes
    longer than `within_s` seconds; ExternalError for everything else that fails.
    """
    ends = time.monotonic() + within_s
    target = _target(url)
    for _ in range(MOST_REDIRECTS + 1):
        with _answer(target, ends, allow_local=allow_local) as answer:
            if answer.status not in _REDIRECTS:
                return _taken(target, answer, ends, largest)
            following = _target(urljoin(target.url, answer.headers.get("Location") or ""))
        if target.scheme == "https" and following.scheme == "http":
            raise ExternalError(f"{target.host} leads on to a page that anybody on the way could change (http)")
        target = following
    raise ExternalError(f"{urlsplit(url).hostname} leads on more than {MOST_REDIRECTS} times")


def _target(url: str) -> _Target:
    try:
        found = urlsplit(url.strip())
        host, port = found.hostname or "", found.port
        host = host if _is_address(host) else host.rstrip(".").encode("idna").decode("ascii").lower()
    except (ValueError, UnicodeError) as error:
        raise InputError("that is no address of the web", next_step="give https://HOST/PATH") from error
    if found.scheme not in _PORTS or not host:
        raise InputError("only http and https addresses can be fetched", next_step="give https://HOST/PATH")
    if found.username is not None or found.password is not None:
        raise InputError(
            "the address holds a name or a password, which would be kept with the document",
            next_step="fetch the page yourself, and teach the file",
        )
    path = quote(found.path or "/", safe="/%:@!$&'()*+,;=~-._")
    query = quote(found.query, safe="/%:@!$&'()*+,;=~-._?")
    return _Target(found.scheme, host, port or _PORTS[found.scheme], urlunsplit(("", "", path, query, "")))


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


# where it leads -------------------------------------------------------------------------------------------------------


def _addresses(target: _Target, *, allow_local: bool) -> list[str]:
    """Return the addresses that a host has and that may be asked."""
    try:
        known = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise ExternalError(f"nobody knows the host {target.host}", next_step="look at the address") from error
    found = list(dict.fromkeys(str(address[0]) for _, _, _, _, address in known))
    allowed = [address for address in found if allow_local or is_public(address)]
    if not allowed:
        raise PermissionDenied(
            f"{target.host} is in this machine's own network ({', '.join(found[:3])})",
            next_step="if you mean it, say so: --allow-local",
        )
    return allowed


_WITHIN: Final = tuple(
    ipaddress.ip_network(net) for net in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32", "fec0::/10")
)
"""Networks of IPv6 whose addresses lead to others, of IPv4, or that were given up and may still be somebody's own."""


def is_public(address: str) -> bool:
    """Return whether an address is one that anybody on the internet reaches, and leads to no other."""
    known = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(known, ipaddress.IPv6Address):
        if known.ipv4_mapped is not None:
            return is_public(str(known.ipv4_mapped))
        if any(known in net for net in _WITHIN) or int(known) >> 32 == 0:
            return False
    return known.is_global and not known.is_multicast and not known.is_reserved and not known.is_unspecified


# what comes -----------------------------------------------------------------------------------------------------------


@contextmanager
def _answer(target: _Target, ends: float, *, allow_local: bool) -> Iterator[http.client.HTTPResponse]:
    """Give the answer to a request, and close the connection; whoever is too slow is cut off at `ends`."""
    with closing(_connected(target, ends, allow_local=allow_local)) as connection, _cut_off(connection, ends):
        try:
            headers = {"User-Agent": f"empla/{__version__}", "Accept": _ACCEPT, "Accept-Encoding": "identity"}
            connection.request("GET", target.path, headers=headers)
            yield connection.getresponse()
        except (OSError, http.client.HTTPException, ValueError) as error:
            if time.monotonic() >= ends:
                raise TimedOut(f"{target.host} did not send all of it in time") from error
            raise ExternalError(f"{target.host} broke off: {str(error) or type(error).__name__}") from error


def _connected(target: _Target, ends: float, *, allow_local: bool) -> http.client.HTTPConnection:
    """Return a connection to one of the addresses that were looked at, and to no other."""
    why: OSError | None = None
    for address in _addresses(target, allow_local=allow_local):
        connection = http.client.HTTPConnection(target.host, target.port)
        try:
            plain = socket.create_connection((address, target.port), timeout=_left(target, ends))
            connection.sock = _secured(plain, target.host) if target.scheme == "https" else plain
            return connection
        except ssl.SSLCertVerificationError as error:
            raise ExternalError(
                f"{target.host} cannot show that it is {target.host}: {error.verify_message}"
            ) from error
        except OSError as error:
            why = error
    if isinstance(why, TimeoutError):
        raise TimedOut(f"{target.host} does not answer") from why
    raise ExternalError(f"{target.host} cannot be reached: {why}") from why


def _secured(plain: socket.socket, host: str) -> socket.socket:
    try:
        return ssl.create_default_context().wrap_socket(plain, server_hostname=host)
    except BaseException:
        plain.close()
        raise


def _left(target: _Target, ends: float) -> float:
    left = ends - time.monotonic()
    if left <= 0:
        raise TimedOut(f"{target.host} did not send all of it in time")
    return min(left, _ANSWER_S)


@contextmanager
def _cut_off(connection: http.client.HTTPConnection, ends: float) -> Iterator[None]:
    """Break a connection when its time is over, whatever is waited for: a byte every ten seconds is no answer."""
    held = connection.sock

    def cut() -> None:
        with suppress(OSError):  # it is over already
            held.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(max(ends - time.monotonic(), 0), cut)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _taken(target: _Target, answer: http.client.HTTPResponse, ends: float, largest: int) -> Fetched:
    if answer.status != http.client.OK:
        raise ExternalError(f"{target.host} answered {answer.status} {answer.reason}"[:200])
    length = answer.headers.get("Content-Length") or "0"
    if length.isdecimal() and int(length) > largest:
        raise _too_large(target, largest)
    data = _body(target, answer, largest)
    if time.monotonic() >= ends:
        raise TimedOut(f"{target.host} did not send all of it in time")
    if length.isdecimal() and len(data) < int(length) and not answer.headers.get("Content-Encoding"):
        raise ExternalError(f"{target.host} broke off before the end")
    said = answer.headers.get_content_type() if answer.headers.get("Content-Type") else ""
    charset = answer.headers.get_content_charset() or ""
    return Fetched(url=target.url, name=_name(target), said=said, charset=charset, data=data)


def _body(target: _Target, answer: http.client.HTTPResponse, largest: int) -> bytes:
    """Return what is sent, unpacked if it is packed though nobody asked for that."""
    coding = (answer.headers.get("Content-Encoding") or "identity").strip().lower()
    if coding not in ("identity", "gzip", "x-gzip", "deflate"):
        raise ExternalError(f"{target.host} sends the page in a form that nobody asked for ({coding[:20]})")
    unpacked = zlib.decompressobj(zlib.MAX_WBITS | 32) if coding != "identity" else None
    taken = bytearray()
    while piece := answer.read(_PIECE):
        try:
            taken += unpacked.decompress(piece, largest + 1 - len(taken)) if unpacked is not None else piece
        except zlib.error as error:
            raise ExternalError(f"{target.host} sends what cannot be unpacked") from error
        if len(taken) > largest or (unpacked is not None and unpacked.unconsumed_tail):
            raise _too_large(target, largest)
    return bytes(taken)


def _too_large(target: _Target, largest: int) -> ExternalError:
    return ExternalError(
        f"what {target.host} has there is larger than {largest // 1024 // 1024} MiB",
        next_step="fetch it yourself, and teach the parts that matter",
    )


def _name(target: _Target) -> str:
    """Return what a page is called: the last part of its address, or the host of one that has none."""
    last = PurePosixPath(unquote(urlsplit(target.path).path)).name
    return "".join(c for c in last if c.isprintable())[:120] or target.host
