"""Invitations in a mail (iTIP over mail: RFC 5545, 5546, 6047): found and noted, never acted upon here."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from icalendar import Component

from empla.capabilities.calendar.events import address_of, listed, load, sequence_of, text_of, understood
from empla.capabilities.calendar.mending import dated
from empla.capabilities.calendar.shortening import shortened
from empla.capabilities.email.reading.times.model import Span
from empla.errors import ValidationError
from empla.mind.readings import Slot
from empla.mind.values import Address, Origin, Source


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
    """Return what `ics` says; None if it is no iTIP message, has no UID, or cannot be read at all.

    `method` is the one named in the Content-Type, used if the object itself has none (RFC 6047 2.4 wants both).
    `attendee` and `partstat` are those of the one who answers: the first ATTENDEE, of which a REPLY has only one.
    `Invitation.ics` is short enough to be kept (`calendar.shortening`).
    """
    try:
        calendar = load(ics)
        name = (text_of(calendar, "METHOD") or (method if isinstance(method, str) else "")).strip().upper()[:40]
        event = next((c for c in calendar.walk() if c.name in ("VEVENT", "VTODO", "VFREEBUSY")), None)
        if not name or event is None or not text_of(event, "UID"):
            return None
        with understood("the calendar message cannot be read"):
            who = next(iter(listed(event, "ATTENDEE")), None)
            return Invitation(
                method=name,
                uid=text_of(event, "UID")[:998],
                sequence=sequence_of(event),
                organizer=address_of(event.get("ORGANIZER")),
                attendee=address_of(who),
                partstat=str(who.params.get("PARTSTAT", "")).upper()[:40] if who is not None else "",
                summary=text_of(event, "SUMMARY")[:998],
                start=_when(event, "DTSTART"),
                end=_when(event, "DTEND"),
                ics=shortened(ics),
            )
    except ValidationError:
        return None


def _when(event: Component, name: str) -> str:
    value = dated(event.get(name))
    return value.isoformat() if value is not None else ""


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
