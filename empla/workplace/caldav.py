"""Calendars by the standard (CalDAV, RFC 4791), with every write conditional (RFC 9110, 13).

A new object is created with `If-None-Match: *`, an existing one changed or deleted only with `If-Match` and the entity
tag it was read with. A write whose answer is lost may or may not have taken place: OutcomeUnknown says so, and whoever
asked looks for the object by its UID.
"""

import hashlib
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import quote, urljoin, urlsplit
from xml.sax.saxutils import escape

from icalendar import Calendar

from empla import faults
from empla.capabilities.calendar.calendars import Busy, CalendarObject, Conflict, Written
from empla.capabilities.contract import OutcomeUnknown
from empla.errors import (
    EmplaError,
    ExternalError,
    InternalError,
    PermissionDenied,
    RateLimited,
    SignedOut,
    TimedOut,
    ValidationError,
)
from empla.governance.permit import Permit
from empla.workplace.accounts import Account, checked_address
from empla.workplace.http import Answer, HttpClient, NoAnswer, retry_after_s
from empla.workplace.multistatus import CALDAV, DAV, href, responses

_XML = {"Content-Type": "application/xml; charset=utf-8", "Depth": "1"}
_ICS = {"Content-Type": "text/calendar; charset=utf-8"}
_PATH = "/%~@!$&'()*+,;=:"
"""Characters that stand in a path as they are (RFC 3986, 3.3); others some servers do not escape in an href."""

_PLAIN_UID = re.compile(r"[A-Za-z0-9_@.-]{1,200}")
_FOLD = re.compile(r"\r?\n[ \t]")
_COMPONENTS = frozenset({"VEVENT", "VTODO", "VJOURNAL"})

_QUERY = """<?xml version="1.0" encoding="utf-8"?>
<C:calendar-query xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav">
<D:prop><D:getetag/><C:calendar-data/></D:prop>
<C:filter><C:comp-filter name="VCALENDAR">
<C:comp-filter name="VEVENT">{filter}</C:comp-filter>
</C:comp-filter></C:filter>
</C:calendar-query>"""
_FREE_BUSY = """<?xml version="1.0" encoding="utf-8"?>
<C:free-busy-query xmlns:C="urn:ietf:params:xml:ns:caldav">{filter}</C:free-busy-query>"""


class StandardCalendars:
    """The calendars that one account may use, named by their owners. Implements `Calendars`."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self._http = HttpClient(account)
        self._elsewhere: dict[tuple[str, str], str] = {}
        """URL by owner and UID of objects that other clients made and named in their own way."""

    async def events(self, owner: str, start: datetime, end: datetime) -> list[CalendarObject]:
        """Return the objects of `owner`'s calendar with an instance between `start` and `end`, in order of UID.

        Raises PermissionDenied if they may not be read, and ExternalError (TimedOut, RateLimited) if the server fails.
        """
        found = await self._query(owner, _time_range(start, end))
        return sorted(found, key=lambda item: item.uid)

    async def get(self, owner: str, uid: str) -> CalendarObject | None:
        """Return the object with this UID in `owner`'s calendar, None if there is none; raises as `events`."""
        url = self._url(owner, uid)
        answer = await self._request("GET", url)
        if answer.status == 200:
            found = CalendarObject(_uid_of(answer.body) or "", answer.headers.get("etag", ""), answer.body)
            if found.uid == uid and found.etag:
                return found
        elif answer.status not in (404, 410):
            raise _failure(answer, owner)
        self._elsewhere.pop((owner.lower(), uid), None)
        match = (
            f'<C:prop-filter name="UID"><C:text-match collation="i;octet">{escape(uid)}</C:text-match></C:prop-filter>'
        )
        objects = await self._query(owner, match)
        return next((item for item in objects if item.uid == uid), None)  # text-match finds parts, too

    async def free_busy(self, owner: str, start: datetime, end: datetime) -> list[Busy]:
        """Return when `owner` is busy between `start` and `end`, in order (RFC 4791, 7.10); raises as `events`."""
        body = _FREE_BUSY.format(filter=_time_range(start, end)).encode()
        answer = await self._request("REPORT", self._account.calendar_url(owner), body, _XML)
        if answer.status != 200:
            raise _failure(answer, owner)
        try:
            spans = [span for span in _busy(answer.body) if span.end > start and span.start < end]
        except ValueError as error:
            raise ValidationError(f"the free/busy times of {owner} cannot be read: {error}") from error
        return sorted(spans, key=lambda span: (span.start, span.end, span.tentative))

    async def write(self, permit: Permit) -> Written | Conflict:
        """Create, change or delete one object (see `Calendars.write`).

        Raises OutcomeUnknown where the answer is lost, PermissionDenied, and ExternalError where it was not done.
        """
        match permit.payload.target:
            case {"owner": str() as owner, "uid": str() as uid, **rest}:
                delete, if_match = bool(rest.get("delete", False)), rest.get("if_match")
            case _:
                raise InternalError(f"the payload of action {permit.action} is not a calendar object's")
        if if_match is None and delete:
            raise InternalError("an object cannot be deleted without the entity tag it was read with")
        content = None if delete else permit.payload.content
        url = self._url(owner, uid)
        outcome = await self._write_at(url, owner, uid, content, if_match)
        if isinstance(outcome, Conflict) and outcome.etag == if_match is not None and self._url(owner, uid) != url:
            # It is what it was, but another client named it: only now that it was looked for do we know how.
            outcome = await self._write_at(self._url(owner, uid), owner, uid, content, if_match)
        return outcome

    async def close(self) -> None:
        """Close every connection."""
        await self._http.close()

    async def _write_at(
        self, url: str, owner: str, uid: str, content: bytes | None, etag: str | None
    ) -> Written | Conflict:
        condition = {"If-None-Match": "*"} if etag is None else {"If-Match": etag}
        try:
            if content is None:
                answer = await self._request("DELETE", url, headers=condition)
            else:
                answer = await self._request("PUT", url, content, {**_ICS, **condition})
        except (NoAnswer, TimedOut) as error:
            raise OutcomeUnknown(error.sentence) from error
        if answer.status in (200, 201, 202, 204):
            return Written(answer.headers.get("etag", "") if content is not None else "")
        if answer.status == 412 or b"no-uid-conflict" in answer.body or (answer.status in (404, 410) and etag):
            return await self._conflict(owner, uid)
        if answer.status in (500, 502, 504):  # it failed somewhere on the way, perhaps after the write
            raise OutcomeUnknown(f"the calendar server failed ({answer.status}) while it was writing")
        raise _failure(answer, owner)

    async def _conflict(self, owner: str, uid: str) -> Conflict:
        try:
            found = await self.get(owner, uid)
        except ExternalError:
            return Conflict(None)  # that the write did not take place is certain all the same
        return Conflict(None if found is None else found.etag)

    async def _query(self, owner: str, condition: str) -> list[CalendarObject]:
        collection = self._account.calendar_url(owner)
        answer = await self._request("REPORT", collection, _QUERY.format(filter=condition).encode(), _XML)
        if answer.status != 207:
            raise _failure(answer, owner)
        found = []
        for path, etag, ics in _multistatus(answer.body):
            uid = _uid_of(ics)
            if uid is not None:
                self._remember(owner, uid, urljoin(collection, quote(urlsplit(path).path, safe=_PATH)))
                found.append(CalendarObject(uid, etag, ics))
        return found

    async def _request(self, method: str, url: str, body: bytes = b"", headers: dict[str, str] | None = None) -> Answer:
        faults.point(f"caldav.{method.lower()}.before")
        answer = await self._http.request(method, url, body, headers)
        faults.point(f"caldav.{method.lower()}.after")
        return answer

    def _remember(self, owner: str, uid: str, url: str) -> None:
        if urlsplit(url).path != urlsplit(self._usual_url(owner, uid)).path:
            self._elsewhere[owner.lower(), uid] = url

    def _usual_url(self, owner: str, uid: str) -> str:
        return self._account.calendar_url(owner) + _file_name(uid)

    def _url(self, owner: str, uid: str) -> str:
        return self._elsewhere.get((checked_address(owner), uid)) or self._usual_url(owner, uid)


def _file_name(uid: str) -> str:
    """Return the name we give an object: its UID, or a hash where that would not do as part of a path."""
    plain = uid if _PLAIN_UID.fullmatch(uid) and not uid.startswith(".") else hashlib.sha256(uid.encode()).hexdigest()
    return quote(plain, safe="@") + ".ics"


def _time_range(start: datetime, end: datetime) -> str:
    return f'<C:time-range start="{_stamp(start)}" end="{_stamp(end)}"/>'


def _stamp(instant: datetime) -> str:
    if instant.tzinfo is None:
        raise InternalError("an instant without a zone cannot be asked about")
    return instant.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _multistatus(body: bytes) -> Iterator[tuple[str, str, bytes]]:
    """Yield (href, entity tag, iCalendar) of each object in a 207 answer (RFC 4918, 13)."""
    for response in responses(body):
        data = response.findtext(f".//{CALDAV}calendar-data")
        if data:
            etag = response.findtext(f".//{DAV}getetag", "")
            lines = data.strip().replace("\r\n", "\n").split("\n")  # XML makes every line end a single line feed
            yield href(response), etag.strip(), "\r\n".join([*lines, ""]).encode()


def _uid_of(ics: bytes) -> str | None:
    """Return the UID of the event, to-do or journal in an iCalendar object, without parsing all of it."""
    inside: list[str] = []
    for line in _FOLD.sub("", ics.decode("utf-8", "replace")).split("\n"):
        name, _, value = line.partition(":")
        match name.partition(";")[0].upper():
            case "BEGIN":
                inside.append(value.strip().upper())
            case "END" if inside:
                inside.pop()
            case "UID" if inside and inside[-1] in _COMPONENTS:
                return re.sub(r"\\([\\;,])", r"\1", value.strip())
    return None


def _busy(ics: bytes) -> Iterator[Busy]:
    for component in Calendar.from_ical(ics).walk("VFREEBUSY"):
        periods: Any = component.get("FREEBUSY", [])
        for period in periods if isinstance(periods, list) else [periods]:
            kind = str(period.params.get("FBTYPE", "BUSY")).upper()
            if kind != "FREE":
                yield Busy(_utc(period.start), _utc(period.end), tentative=kind == "BUSY-TENTATIVE")


def _utc(value: datetime | date) -> datetime:
    """Return an instant in UTC; what has no zone is taken as UTC, as RFC 5545 (3.8.2.6) demands it to be."""
    if not isinstance(value, datetime):
        value = datetime(value.year, value.month, value.day)  # noqa: DTZ001 - given its zone below
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _failure(answer: Answer, owner: str) -> EmplaError:
    """Return the error that an answer other than success means."""
    if answer.status == 401:
        return SignedOut(
            "the calendar server does not let the account in (401)",
            next_step="check the account's sign-in name and password for CalDAV",
        )
    if answer.status == 403:
        return PermissionDenied(
            f"the calendar of {owner} may not be used like this (403)", next_step="ask the calendar's owner to share it"
        )
    if answer.status in (429, 503):
        wait_s = retry_after_s(answer.headers)
        said = f" of {wait_s:g} s" if wait_s is not None else ""
        return RateLimited(f"the calendar server asks for a pause{said} ({answer.status})", retry_after_s=wait_s)
    if answer.status in (404, 410):
        return ExternalError(f"{owner} has no calendar at the calendar server", next_step="check the address")
    return ExternalError(f"the calendar server failed ({answer.status})")
