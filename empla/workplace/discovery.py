"""Finding a person's calendar from the address of a server (RFC 6764, RFC 4791, RFC 5397).

The address may be that of the calendar itself, of any part of the server that knows who is signed in, or of the server
alone; then `/.well-known/caldav` is asked. Redirects are followed, but never from an encrypted connection to one that
is not, since the password goes along.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote, urljoin, urlsplit
from xml.etree import ElementTree

from empla.errors import ExternalError, PermissionDenied
from empla.workplace.accounts import is_loopback
from empla.workplace.http import Answer, HttpClient
from empla.workplace.multistatus import CALDAV, DAV, href, responses

_MOST_REDIRECTS = 5
_MOVED = (301, 302, 303, 307, 308)
_PATH = "/%~@!$&'()*+,;=:"
_ASK = b"""<?xml version="1.0" encoding="utf-8"?>
<D:propfind xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><D:prop>
<D:resourcetype/><D:displayname/><D:current-user-principal/><C:calendar-home-set/>
<C:supported-calendar-component-set/></D:prop></D:propfind>"""
_FIRST_CHOICES = ("calendar", "default", "personal", "home", "work", "events", "kalender", "agenda")
"""Names under which servers and clients make the first calendar of an account."""


@dataclass(frozen=True, slots=True)
class Discovered:
    """A calendar: its URL and name, and the URLs of others that the account has."""

    url: str
    name: str
    others: tuple[str, ...] = ()


async def find_calendar(http: HttpClient, server: str) -> Discovered:
    """Return the calendar of whoever `http` signs in, found from any address of its server.

    Raises PermissionDenied for a wrong password, ExternalError (its sentence says what is missing) if there is none.
    """
    found = await _from(http, server)
    if found is None:
        parts = urlsplit(server)
        found = await _from(http, f"{parts.scheme}://{parts.netloc}/.well-known/caldav")
    if found is None:
        raise ExternalError(
            f"no calendar server answers at {server}",
            next_step="give the address that calendar clients are set up with, or that of the calendar itself",
        )
    return found


async def _from(http: HttpClient, address: str) -> Discovered | None:
    """Return the calendar to which this address leads; None if no CalDAV server answers there."""
    url, answer = await _ask(http, address, depth=0)
    here = _first(answer)
    if here is None:
        return None
    if _is_calendar(here):
        return Discovered(url, here.findtext(f".//{DAV}displayname", ""))
    homes = _hrefs(here, f".//{CALDAV}calendar-home-set/{DAV}href", url)
    if not homes:
        principals = _hrefs(here, f".//{DAV}current-user-principal/{DAV}href", url)
        if not principals:
            return None
        url, answer = await _ask(http, principals[0], depth=0)
        principal = _first(answer)
        homes = _hrefs(principal, f".//{CALDAV}calendar-home-set/{DAV}href", url) if principal is not None else []
    return await _in_homes(http, homes)


async def _in_homes(http: HttpClient, homes: list[str]) -> Discovered:
    found: list[tuple[str, str]] = []
    for home in homes:
        url, answer = await _ask(http, home, depth=1)
        if answer.status == 207:
            found += [(_absolute(url, href(r)), r.findtext(f".//{DAV}displayname", "")) for r in _calendars(answer)]
    if not found:
        raise ExternalError("the account has no calendar yet", next_step="make one in a calendar client")
    chosen = min(found, key=lambda each: _rank(*each))
    return Discovered(*chosen, tuple(url for url, _ in found if url != chosen[0]))


def _rank(url: str, name: str) -> int:
    """Return how likely a calendar is the first one of its owner; of those alike the server's order decides."""
    names = (urlsplit(url).path.rstrip("/").rpartition("/")[2].lower(), name.lower())
    return min((_FIRST_CHOICES.index(n) for n in names if n in _FIRST_CHOICES), default=len(_FIRST_CHOICES))


async def _ask(http: HttpClient, address: str, *, depth: int) -> tuple[str, Answer]:
    """Return what a resource says of itself, and where it was in the end."""
    headers = {"Content-Type": "application/xml; charset=utf-8", "Depth": str(depth)}
    url = address
    for _ in range(_MOST_REDIRECTS):
        answer = await http.request("PROPFIND", url, _ASK, headers)
        if answer.status not in _MOVED or not answer.headers.get("location"):
            break
        url = _absolute(url, answer.headers["location"])
        if urlsplit(url).scheme != "https" and not is_loopback(urlsplit(url).hostname or ""):
            raise ExternalError(f"{address} leads to {url}, which is not encrypted", next_step="give an https address")
    if answer.status in (401, 403):
        raise PermissionDenied(
            f"the calendar server {urlsplit(url).netloc} does not let the account in ({answer.status})",
            next_step="check the sign-in name and password for calendars",
        )
    return url, answer


def _first(answer: Answer) -> ElementTree.Element | None:
    return next(responses(answer.body), None) if answer.status == 207 else None


def _calendars(answer: Answer) -> Iterator[ElementTree.Element]:
    yield from (response for response in responses(answer.body) if _is_calendar(response))


def _is_calendar(response: ElementTree.Element) -> bool:
    if response.find(f".//{DAV}resourcetype/{CALDAV}calendar") is None:
        return False
    kinds = [kind.get("name", "").upper() for kind in response.iterfind(f".//{CALDAV}comp")]
    return not kinds or "VEVENT" in kinds


def _hrefs(response: ElementTree.Element, path: str, url: str) -> list[str]:
    return [_absolute(url, text.strip()) for found in response.iterfind(path) if (text := found.text or "").strip()]


def _absolute(url: str, reference: str) -> str:
    """Return a reference in an answer as a URL; some servers do not escape what they name."""
    parts = urlsplit(urljoin(url, reference))
    return parts._replace(path=quote(parts.path, safe=_PATH), fragment="").geturl()
