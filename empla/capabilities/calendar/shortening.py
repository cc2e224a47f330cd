"""Calendar messages short enough to be kept in a mind: without what nobody decides upon. Pure."""

from typing import NamedTuple

from icalendar import Calendar, Event, vCalAddress, vText

from empla.capabilities.calendar.events import MORE, listed, load
from empla.errors import ValidationError

LONGEST = 20_000
"""Bytes of a calendar message that are kept with its mail; the mail's own bytes are kept besides."""

_LEFT_OUT = ("ATTACH", "STYLED-DESCRIPTION", "IMAGE", "COMMENT", "CATEGORIES", "CONTACT", "RELATED-TO", "RESOURCES")


class _Measure(NamedTuple):
    """How much is left of each event; of people who are only counted by name, the address alone."""

    attendees: int
    text: int
    bare: bool = True


_MEASURES = (
    _Measure(1_000, 4_000, bare=False),
    _Measure(400, 2_000),
    _Measure(320, 500),
    _Measure(60, 300),
    _Measure(10, 100),
    _Measure(3, 0),
)


def shortened(ics: str) -> str:
    """Return the message if it is short, else without alarms, attachments, zones and private properties, its texts cut
    and its lists of people too. ValidationError if it is too long even so, or cannot be read.
    """
    if len(ics.encode()) <= LONGEST:
        return ics
    for measure in _MEASURES:
        calendar = load(ics)
        _leave_out(calendar, measure)
        short: str = calendar.to_ical(sorted=False).decode()
        if len(short.encode()) <= LONGEST:
            return short
    raise ValidationError(f"the calendar message is too long ({len(ics)} characters)")


def _leave_out(calendar: Calendar, measure: _Measure) -> None:
    calendar.subcomponents = [c for c in calendar.subcomponents if c.name != "VTIMEZONE"]
    for event in calendar.events:
        event.subcomponents = []
        for name in [n for n in event if n.upper().startswith("X-") or n.upper() in _LEFT_OUT]:
            event.pop(name)
        for name in ("DESCRIPTION", "SUMMARY", "LOCATION"):
            _cut(event, name, measure.text if name == "DESCRIPTION" else 500)
        people = listed(event, "ATTENDEE")
        event.pop("ATTENDEE", None)
        for value in people[: measure.attendees]:
            event.add("ATTENDEE", _bare(value) if measure.bare else value)
        if len(people) > measure.attendees:
            event.add(MORE, str(len(people) - measure.attendees))


def _bare(value: vCalAddress) -> vCalAddress:
    found = vCalAddress(str(value))
    if "PARTSTAT" in value.params:
        found.params["PARTSTAT"] = value.params["PARTSTAT"]
    return found


def _cut(event: Event, name: str, longest: int) -> None:
    values = listed(event, name)
    if values and len(str(values[0])) > longest:
        event.pop(name)
        if longest:
            event.add(name, vText(f"{str(values[0])[: longest - 1]}…"))
