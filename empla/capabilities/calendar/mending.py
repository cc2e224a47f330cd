"""Making iCalendar text readable as it comes: what other programs write wrong, and what stands there in bad faith.

Pure, from text to text, and quick: everything is done line by line, nothing is guessed about what an event says. What
is put right: byte order marks and charsets, line ends, folding, text before and after the object, missing ENDs,
properties that may stand only once, and zones, which become IANA names (`tzids`). What was right stays as it is.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from icalendar import Event
from icalendar.prop import vBroken

from empla.capabilities.calendar import tzids
from empla.errors import ValidationError

LONGEST = 1_000_000
"""Characters of a calendar object that are looked at."""
MOST_LINES = 20_000
MOST_COMPONENTS = 2_000
DEEPEST = 6

_PROPERTY = re.compile(r"[A-Za-z0-9-]+[;:]")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x85\u2028\u2029]")
_ONCE = frozenset(
    {
        *("UID", "DTSTART", "DTEND", "DURATION", "DTSTAMP", "SEQUENCE", "RECURRENCE-ID", "ORGANIZER", "STATUS"),
        *("SUMMARY", "LOCATION", "DESCRIPTION", "TRANSP", "CLASS", "PRIORITY", "METHOD", "VERSION", "PRODID"),
        *("CREATED", "LAST-MODIFIED", "URL", "GEO", "CALSCALE"),
    }
)
_MAY_BE_BROKEN = ("DTSTAMP", "DTEND", "DURATION", "EXDATE", "RDATE", "SEQUENCE", "CREATED", "LAST-MODIFIED")
_TIMED = re.compile(
    r"^(DTSTART|DTEND|DUE|RECURRENCE-ID|EXDATE|RDATE)((?:;[^:]*?)?);TZID=(.*?)((?:;[A-Z-]+=[^:;\"]*)*):([0-9TZP,/+DWHMS]*)$",
    re.IGNORECASE,
)
_MOMENT = re.compile(
    r"^((?:DTSTART|DTEND|DTSTAMP|DUE|RECURRENCE-ID|EXDATE|RDATE)(?:;.*)?:)([0-9]{8}t[0-9tzpdhms,/]*)$", re.IGNORECASE
)
_NO_ZONE = re.compile(r"[0-9]{8}|[0-9]{8}T[0-9]{6}Z", re.IGNORECASE)
_RULE = re.compile(r"^RRULE[^:]*:(.*)$", re.IGNORECASE)
_RULE_PARTS = frozenset(
    {
        *("FREQ", "UNTIL", "COUNT", "INTERVAL", "BYSECOND", "BYMINUTE", "BYHOUR", "BYDAY", "BYMONTHDAY", "BYYEARDAY"),
        *("BYWEEKNO", "BYMONTH", "BYSETPOS", "WKST"),
    }
)
_YEAR = re.compile(r"^DTSTART[^:]*:.*?(\d{4})\d{4}(?:T|$)", re.IGNORECASE)


def text_of(ics: bytes | str) -> str:
    """Return the characters of a calendar object; what is not UTF-8 is taken for what Windows programs write."""
    if isinstance(ics, str):
        return ics.removeprefix("\ufeff")
    if ics[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return ics.decode("utf-16", "replace")
    try:
        return ics.decode("utf-8-sig")
    except UnicodeDecodeError:
        return ics.decode("cp1252", "replace").removeprefix("ï»¿")


def mended(ics: bytes | str) -> str:
    """Return the object as icalendar can read it. ValidationError if there is none, or it is too large to look at."""
    if len(ics) > LONGEST:
        raise ValidationError(f"the calendar object is too long ({len(ics)} characters)")
    lines = _unfolded(text_of(ics))
    if len(lines) > MOST_LINES:
        raise ValidationError(f"the calendar object is too long ({len(lines)} lines)")
    found = _Reader()
    for line in lines:
        found.take(line)
    kept = found.finished()
    return "\r\n".join([*_zoned(kept), ""])


def _unfolded(text: str) -> list[str]:
    """Return the content lines. One that cannot be a property is the rest of the line before, wrongly folded."""
    physical: list[str] = []
    for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        clean = _CONTROL.sub(" ", line)
        if clean[:1] in (" ", "\t") and physical:
            physical[-1] += clean[1:]
        elif clean.strip():
            physical.append(clean)
    lines: list[str] = []
    for line in physical:
        plain = line.lstrip("\ufeffï»¿")
        if _PROPERTY.match(plain):
            lines.append(plain.rstrip())
        elif lines and not _bounds(lines[-1]):
            lines[-1] += line if lines[-1].endswith((" ", "=", ",")) else f"\\n{line}"
    return lines


def _bounds(line: str) -> bool:
    return line[:6].upper() == "BEGIN:" or line[:4].upper() == "END:"


@dataclass
class _Reader:
    """Keeps the lines of the first calendar that holds an event, with its components closed."""

    lines: list[str] = field(default_factory=list)
    open: list[str] = field(default_factory=list)
    once: list[set[str]] = field(default_factory=list)
    calendars: list[list[str]] = field(default_factory=list)
    components: int = 0

    def take(self, line: str) -> None:
        """Take one content line."""
        name, _, value = line.partition(":")
        match name.upper():
            case "BEGIN":
                self._begin(value.strip().upper())
            case "END":
                self._end(value.strip().upper())
            case _ if self.open and self._is_first(name.partition(";")[0].upper()):
                self.lines.append(line)

    def finished(self) -> list[str]:
        """Close what is still open and return the lines."""
        while self.open:
            self._close()
        if not self.calendars:
            raise ValidationError("this is no iCalendar object")
        return next((c for c in self.calendars if "BEGIN:VEVENT" in c), self.calendars[0])

    def _begin(self, name: str) -> None:
        if not self.open and name != "VCALENDAR":
            if name not in ("VEVENT", "VTODO", "VJOURNAL", "VFREEBUSY"):
                return
            self._begin("VCALENDAR")  # an event by itself
        while name == "VCALENDAR" and self.open:
            self._close()  # one that was never closed
        while name in ("VEVENT", "VTODO", "VJOURNAL", "VFREEBUSY", "VTIMEZONE") and len(self.open) > 1:
            self._close()
        self.components += 1
        if self.components > MOST_COMPONENTS or len(self.open) >= DEEPEST:
            raise ValidationError("the calendar object has too many parts")
        self.open.append(name)
        self.once.append(set())
        self.lines.append(f"BEGIN:{name}")

    def _end(self, name: str) -> None:
        while name in self.open:
            if self._close() == name:
                return

    def _close(self) -> str:
        name = self.open.pop()
        self.once.pop()
        self.lines.append(f"END:{name}")
        if not self.open:
            self.calendars.append(self.lines)
            self.lines = []
        return name

    def _is_first(self, name: str) -> bool:
        """Return whether a property may stand here: of those that stand once, the first counts."""
        if name not in _ONCE or self.open[-1] in ("STANDARD", "DAYLIGHT"):
            return True
        seen = self.once[-1]
        first = name not in seen
        seen.add(name)
        return first


def _zoned(lines: list[str]) -> list[str]:
    """Let every zone be named as IANA does. A VTIMEZONE goes whose name is not of that kind; writers add their own."""
    year = max((int(m[1]) for line in lines if (m := _YEAR.match(line))), default=2026)
    zones, rest = _apart(lines)
    otherwise = next((line.partition(":")[2] for line in rest if line.upper().startswith("X-WR-TIMEZONE")), "")
    meant: dict[str, str | None] = {}

    def zone_for(tzid: str) -> str | None:
        if tzid not in meant:
            name = tzids.iana(tzid)
            definition = zones.get(tzid.strip('"').strip())
            if name is None and definition is not None:
                name = tzids.defined("\n".join(definition), min(max(year, 1990), 2036))
            meant[tzid] = name or tzids.iana(otherwise)
        return meant[tzid]

    kept = [_renamed(line, zone_for) for line in rest]
    same = [tzid for tzid in zones if tzids.iana(tzid) == tzid]
    definitions = [line for tzid in same for line in zones[tzid]]
    first = next((n for n, line in enumerate(kept) if n and line.startswith("BEGIN:")), 1)
    return [*kept[:first], *definitions, *kept[first:]]


def _renamed(line: str, zone_for: Callable[[str], str | None]) -> str:
    """Return a line with the zone's proper name, and its value written as it must be."""
    if moment := _MOMENT.match(line):
        line = f"{moment[1]}{moment[2].upper()}"
    if rule := _RULE.match(line):
        parts = [part.strip() for part in rule[1].split(";")]
        kept = [part for part in parts if part.partition("=")[0].upper() in _RULE_PARTS]
        return f"RRULE:{';'.join(kept)}" if kept else line
    found = _TIMED.match(line)
    if found is None:
        return line
    name, before, tzid, after, value = found.groups()
    # A day is the same day everywhere, and what ends in Z says itself that it is in UTC (RFC 5545, 3.2.19).
    zone = None if all(_NO_ZONE.fullmatch(v) for v in value.split(",")) else zone_for(tzid)
    return f"{name}{before}{f';TZID={zone}' if zone else ''}{after}:{value}"


def without_alarms(text: str) -> str:
    """Return a mended object without its alarms: where one of them makes no sense, the whole cannot be read."""
    return re.sub(r"^BEGIN:VALARM\r\n.*?^END:VALARM\r\n", "", text, flags=re.MULTILINE | re.DOTALL)


def _apart(lines: list[str]) -> tuple[dict[str, list[str]], list[str]]:
    """Return the VTIMEZONEs by TZID, and the other lines."""
    zones: dict[str, list[str]] = {}
    rest: list[str] = []
    inside: list[str] | None = None
    for line in lines:
        if line == "BEGIN:VTIMEZONE":
            inside = [line]
        elif inside is None:
            rest.append(line)
        else:
            inside.append(line)
            if line == "END:VTIMEZONE":
                tzid = next((one.partition(":")[2] for one in inside if one.upper().startswith("TZID")), "")
                zones.setdefault(tzid.strip().strip('"'), inside)
                inside = None
    return zones, rest


def settle_times(event: Event) -> None:
    """Let the times of an event agree with each other: one end, of the same kind as the beginning; no broken dates.

    ValidationError if it is about an occurrence and nobody can tell which.
    """
    for name in _MAY_BE_BROKEN:
        values = [v for v in _values(event, name) if not isinstance(v, vBroken)]
        if len(values) != len(_values(event, name)):
            event.pop(name, None)
            for value in values:
                event.add(name, value)
    if "RECURRENCE-ID" in event and dated(event["RECURRENCE-ID"]) is None:
        raise ValidationError("the event does not say which occurrence it is about")
    begins, ends = dated(event.get("DTSTART")), dated(event.get("DTEND"))
    if isinstance(begins, datetime):
        event["DTSTART"].params.pop("VALUE", None)
    if ends is None:
        event.pop("DTEND", None)
    else:
        event.pop("DURATION", None)
        if begins is not None and isinstance(begins, datetime) != isinstance(ends, datetime):
            _agree(event, begins, ends)
        elif isinstance(begins, datetime) and isinstance(ends, datetime) and begins.tzinfo and not ends.tzinfo:
            event.pop("DTEND")
            event.add("DTEND", ends.replace(tzinfo=begins.tzinfo))
    lasts = getattr(event.get("DURATION"), "dt", None)
    if not isinstance(lasts, timedelta) or lasts < timedelta():
        event.pop("DURATION", None)


def dated(value: object) -> date | None:
    """Return the day or time that a property names, None if it names none."""
    found = None if isinstance(value, vBroken) else getattr(value, "dt", None)
    return found if isinstance(found, date) else None


def _values(event: Event, name: str) -> list[object]:
    value = event.get(name)
    return [] if value is None else list(value) if isinstance(value, list) else [value]


def _agree(event: Event, begins: date, ends: date) -> None:
    """Let the end be of the beginning's kind: a day, or an hour on the same clock."""
    if isinstance(begins, datetime):
        new: date = datetime.combine(ends, time(), begins.tzinfo)
    else:
        new = max(begins + timedelta(days=1), date(ends.year, ends.month, ends.day))
    event.pop("DTEND", None)
    event.add("DTEND", new)
