"""Which IANA zone a TZID means, whatever program made it up.

Calendars name zones by IANA names, by Windows names ("W. Europe Standard Time"), by the names that Outlook shows
("(UTC+01:00) Amsterdam, Berlin, ..."), by offsets, abbreviations, or with a vendor's path before them (RFC 5545,
3.2.19). A name that is known counts, whatever the VTIMEZONE beside it says; of an unknown one only the VTIMEZONE tells.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

_WINDOWS = {name.lower(): zone for name, zone in WINDOWS_TO_OLSON.items()}
_SPOKEN = {
    "coordinated universal time": "UTC",
    "greenwich mean time": "Europe/London",
    "eastern time": "America/New_York",
    "central time": "America/Chicago",
    "mountain time": "America/Denver",
    "pacific time": "America/Los_Angeles",
    "atlantic time": "America/Halifax",
    "alaska": "America/Anchorage",
    "hawaii": "Pacific/Honolulu",
    "arizona": "America/Phoenix",
    "saskatchewan": "America/Regina",
    "newfoundland": "America/St_Johns",
    "bern": "Europe/Zurich",
    "edinburgh": "Europe/London",
    "new delhi": "Asia/Kolkata",
    "chennai": "Asia/Kolkata",
    "mumbai": "Asia/Kolkata",
    "beijing": "Asia/Shanghai",
    "osaka": "Asia/Tokyo",
    "abu dhabi": "Asia/Dubai",
    "canberra": "Australia/Sydney",
    "wellington": "Pacific/Auckland",
    "st. petersburg": "Europe/Moscow",
    "brasilia": "America/Sao_Paulo",
    "kyiv": "Europe/Kiev",
}
"""Places and names in the zones that Outlook shows which the zone database has no city for."""
_LETTERS = {
    "z": "UTC",
    "pst": "America/Los_Angeles",
    "pdt": "America/Los_Angeles",
    "mdt": "America/Denver",
    "cst": "America/Chicago",
    "cdt": "America/Chicago",
    "est": "America/New_York",
    "edt": "America/New_York",
    "bst": "Europe/London",
    "cest": "Europe/Berlin",
    "mez": "Europe/Berlin",
    "mesz": "Europe/Berlin",
    "eest": "Europe/Helsinki",
    "west": "Europe/Lisbon",
    "msk": "Europe/Moscow",
    "ist": "Asia/Kolkata",
    "jst": "Asia/Tokyo",
    "sgt": "Asia/Singapore",
    "aest": "Australia/Sydney",
    "aedt": "Australia/Sydney",
    "nzst": "Pacific/Auckland",
    "nzdt": "Pacific/Auckland",
}
_HALVES = {
    210: "Asia/Tehran",
    270: "Asia/Kabul",
    330: "Asia/Kolkata",
    345: "Asia/Kathmandu",
    390: "Asia/Yangon",
    525: "Australia/Eucla",
    570: "Australia/Darwin",
    -570: "Pacific/Marquesas",
}
"""Zones without summer time, by minutes from UTC, where no Etc/GMT name lies."""
_USUAL = (
    *("Europe/Berlin", "Europe/London", "Europe/Helsinki", "Europe/Moscow", "Europe/Istanbul"),
    *("America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles", "America/Phoenix"),
    *("America/Sao_Paulo", "America/Halifax", "America/Anchorage", "America/Mexico_City", "America/Santiago"),
    *("Asia/Kolkata", "Asia/Shanghai", "Asia/Tokyo", "Asia/Dubai", "Asia/Jerusalem", "Asia/Bangkok", "Asia/Karachi"),
    *("Australia/Sydney", "Australia/Brisbane", "Australia/Adelaide", "Pacific/Auckland", "Africa/Johannesburg"),
    *("Africa/Lagos", "Africa/Cairo", "America/St_Johns", "America/Bogota", "America/Caracas", "Pacific/Honolulu"),
)
"""Where a VTIMEZONE fits several zones, the first of these is taken."""
_OFFSET = re.compile(r"^\(?(?:utc|gmt|etc/gmt)?\s*([+-])(\d{1,2}):?(\d{2})?\)?$", re.IGNORECASE)
_SHOWN = re.compile(r"^\(?(?:utc|gmt)\s*(?:([+-])(\d{1,2})[:.]?(\d{2}))?\)\s*(.+)$", re.IGNORECASE)
_TO = re.compile(r"^TZOFFSETTO[^:]*:([+-])(\d\d)(\d\d)", re.IGNORECASE | re.MULTILINE)
_BEGINS = re.compile(r"^BEGIN:(STANDARD|DAYLIGHT)\s*$(.*?)^END:", re.IGNORECASE | re.MULTILINE | re.DOTALL)
_MONTH = re.compile(r"BYMONTH=(\d{1,2})", re.IGNORECASE)
_ONSET = re.compile(r"^DTSTART[^:]*:\d{4}(\d\d)", re.IGNORECASE | re.MULTILINE)


@lru_cache(maxsize=512)
def iana(tzid: str) -> str | None:
    """Return the IANA name of the zone that this TZID means, None if nobody can tell."""
    for name in _readings(tzid.strip().strip('"').strip()):
        found = _existing(name)
        if found is not None:
            return found
    return None


def _readings(tzid: str) -> Iterator[str]:
    """Yield the names that a TZID may stand for, best first."""
    plain = tzid.strip("/")
    yield plain
    yield _WINDOWS.get(plain.lower(), "")
    yield _LETTERS.get(plain.lower(), "")
    parts = plain.split("/")
    for start in range(1, len(parts)):
        yield "/".join(parts[start:])
    yield plain.replace(" ", "_")
    if offset := _OFFSET.match(plain):
        yield _fixed(_minutes(offset[1], offset[2], offset[3])) or ""
    if shown := _SHOWN.match(plain):
        yield from _shown(shown)


def _shown(shown: re.Match[str]) -> Iterator[str]:
    """Yield the zones of the places that Outlook lists behind an offset, those first whose offset it is."""
    offset = _minutes(shown[1], shown[2], shown[3]) if shown[1] else 0
    places = [p.strip() for p in re.split(r"[,;/]", re.sub(r"\(.*?\)", "", shown[4])) if p.strip()]
    zones = [zone for place in places if (zone := _place(place))]
    yield from (zone for zone in zones if _standard(zone, 2026) == offset)
    yield _WINDOWS.get(shown[4].lower(), "")
    yield from zones
    yield _fixed(offset) or ""


def _place(place: str) -> str:
    return _SPOKEN.get(place.lower()) or _cities().get(place.lower(), "")


@lru_cache(maxsize=1)
def _cities() -> dict[str, str]:
    found: dict[str, str] = {}
    for name in sorted(available_timezones()):
        if "/" in name and not name.startswith(("Etc/", "SystemV/", "posix/", "right/", "US/")):
            found.setdefault(name.rpartition("/")[2].replace("_", " ").lower(), name)
    return found


@lru_cache(maxsize=1)
def _spelt() -> dict[str, str]:
    return {name.lower(): name for name in available_timezones()}


def _existing(name: str) -> str | None:
    """Return the name as the zone database spells it; "Factory" and "localtime" are no zones."""
    found = _spelt().get(name.lower()) if name else None
    return None if found in (None, "Factory", "localtime") else found


def _minutes(sign: str, hours: str, minutes: str | None) -> int:
    return (int(hours) * 60 + int(minutes or 0)) * (-1 if sign == "-" else 1)


def _fixed(minutes: int) -> str | None:
    """Return a zone that always lies so many minutes east of UTC. The signs of Etc names are turned round."""
    if minutes == 0:
        return "UTC"
    if minutes % 60 == 0 and -12 <= minutes // 60 <= 14:
        return f"Etc/GMT{-minutes // 60:+d}"
    return _HALVES.get(minutes)


@lru_cache(maxsize=256)
def defined(vtimezone: str, year: int) -> str | None:
    """Return the IANA zone whose offsets around `year` are those of a VTIMEZONE (its lines), None if there is none.

    Compared are winter and summer offset and the month in which summer begins: no rule of it is run, for it may be
    made to run for ever.
    """
    named = re.search(r"^(?:X-LIC-LOCATION|TZID-ALIAS-OF)[^:]*:(.+)$", vtimezone, re.IGNORECASE | re.MULTILINE)
    if named and (zone := iana(named[1])):
        return zone
    winter, summer = _observances(vtimezone, "STANDARD"), _observances(vtimezone, "DAYLIGHT")
    if not winter:
        winter, summer = summer, []
    if not winter:
        return None
    wanted = (winter[-1][0], summer[-1][0] if summer else None, summer[-1][1] if summer else None)
    if wanted[1] == wanted[0]:
        wanted = (wanted[0], None, None)
    for name in (*_USUAL, *sorted(available_timezones())):
        if _shape(name, year) == wanted:
            return name if wanted[1] is not None or name in _USUAL else _fixed(wanted[0]) or name
    return _fixed(wanted[0])


def _observances(vtimezone: str, kind: str) -> list[tuple[int, int | None]]:
    """Return offset (minutes) and month of each STANDARD or DAYLIGHT part, in the order of the text."""
    found = []
    for part in _BEGINS.finditer(vtimezone):
        if part[1].upper() != kind or not (offset := _TO.search(part[2])):
            continue
        month = _MONTH.search(part[2]) or _ONSET.search(part[2])
        found.append((_minutes(*offset.groups()), int(month[1]) if month else None))
    return found


@lru_cache(maxsize=2048)
def _shape(name: str, year: int) -> tuple[int, int | None, int | None]:
    """Return the winter offset of a zone in a year, its summer offset and the month in which summer begins."""
    ends = [datetime(year + month // 12, month % 12 + 1, 1, tzinfo=UTC) - timedelta(hours=24) for month in range(1, 13)]
    offsets = [_offset(name, end) for end in ends]  # clocks change up to the last Sunday of a month
    winter, summer = min(offsets), max(offsets)
    if winter == summer:
        return winter, None, None
    begins = next(m for m in range(12) if offsets[m] == summer and offsets[m - 1] != summer)
    return winter, summer, begins + 1


def _standard(name: str, year: int) -> int:
    return _shape(name, year)[0]


def _offset(name: str, moment: datetime) -> int:
    try:
        offset = moment.astimezone(ZoneInfo(name)).utcoffset()
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return 0
    return int((offset or timedelta()).total_seconds() // 60)
