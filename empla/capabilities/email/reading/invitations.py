"""Invitations in a mail (iTIP over mail: RFC 5545, 5546, 6047): found and noted, never acted upon here."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from typing import Any

from icalendar import Calendar, Component

from empla.capabilities.email.reading.times.model import Span
from empla.mind.readings import Slot
from empla.mind.values import Address, Origin, Source

LONGEST = 1_000_000
"""Characters of iCalendar that are looked at."""

_BROKEN = (ValueError, KeyError, IndexError, AttributeError, TypeError, LookupError, RecursionError)


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """What a text/calendar part with a METHOD says. Addresses are lower case; times as they stand, ISO 8601."""

    method: str
    uid: str
    sequence: int
    organizer: str
    attendee: str
    partstat: str
    summary: str
    start: str
    end: str
    ics: str

    def as_mapping(self) -> Mapping[str, Any]:
        """Return it as the plain data that `Mail.invitation` holds."""
        return asdict(self)


def invitation(ics: str, method: object = None) -> Invitation | None:
    """Return what `ics` says; None if it is no iTIP message or has no UID.

    `method` is the one named in the Content-Type, used if the object itself has none (RFC 6047 2.4 wants both).
    `attendee` and `partstat` are those of the one who answers: the first ATTENDEE, of which a REPLY has only one.
    """
    if len(ics) > LONGEST:
        return None
    try:
        calendar = Calendar.from_ical(ics)
        name = str(calendar.get("METHOD") or (method if isinstance(method, str) else "")).strip().upper()
        event = next((c for c in calendar.walk() if c.name in ("VEVENT", "VTODO", "VFREEBUSY")), None)
        if not name or event is None or not event.get("UID"):
            return None
        who = _first(event, "ATTENDEE")
        return Invitation(
            method=name,
            uid=str(event.get("UID")),
            sequence=_number(event.get("SEQUENCE")),
            organizer=_address(_first(event, "ORGANIZER")),
            attendee=_address(who),
            partstat=str(getattr(who, "params", {}).get("PARTSTAT", "")).upper(),
            summary=str(event.get("SUMMARY", ""))[:998],
            start=_when(event, "DTSTART"),
            end=_when(event, "DTEND"),
            ics=ics,
        )
    except _BROKEN:  # icalendar raises all of these on input that is none
        return None


def _first(event: Component, name: str) -> Any:
    value = event.get(name)
    return value[0] if isinstance(value, list) and value else value


def _address(value: object) -> str:
    text = str(value or "").strip().lower()
    return text.removeprefix("mailto:")


def _number(value: object) -> int:
    try:
        return int(str(value or 0))
    except ValueError:
        return 0


def _when(event: Component, name: str) -> str:
    value = getattr(event.get(name), "dt", None)
    return value.isoformat() if isinstance(value, datetime | date) else ""


def invitation_slots(said: Mapping[str, Any], key: str) -> dict[str, Slot]:
    """Return what `Mail.invitation` says as the slots of a reading; `key` is the percept's. All of it is data."""
    reply = said.get("method") == "REPLY"
    values: dict[str, Any] = {name: said.get(name) for name in ("uid", "sequence")}
    if reply:
        values |= {"attendee": _known(said.get("attendee"), key), "partstat": said.get("partstat")}
    else:
        spans = _spans(str(said.get("start") or ""), str(said.get("end") or ""))
        values |= {"method": said.get("method"), "organizer": _known(said.get("organizer"), key)}
        values |= {"topic": said.get("summary"), "spans": spans}
    return {n: Slot(value=v, words=str(v)[:200]) for n, v in values.items() if v not in (None, "", ())}


def _known(address: object, key: str) -> Address | None:
    return Address(str(address), Origin(Source.PERCEPT, key, "invitation")) if address else None


def _spans(start: str, end: str) -> tuple[Span, ...]:
    """Return the times if they name instants; whole days and floating times name none."""
    try:
        since, until = datetime.fromisoformat(start), datetime.fromisoformat(end or start)
    except ValueError:
        return ()
    if since.tzinfo is None or until.tzinfo is None:
        return ()
    return (Span(start=since.astimezone(UTC), end=until.astimezone(UTC)),)
