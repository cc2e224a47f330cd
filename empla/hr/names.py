"""What people type about people: names, addresses, zones, hours; checked, with a suggestion where one is near."""

import difflib
import re
import zoneinfo
from datetime import time

from empla.config import plain, slug
from empla.errors import InputError

_ADDRESS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
_HOURS = re.compile(r"(\d{1,2}):(\d{2})\s*[-–]\s*(\d{1,2}):(\d{2})")
_LONGEST_NAME = 100
_RESERVED = frozenset({"postmaster", "abuse", "mailer-daemon", "mailer.daemon", "noreply", "no-reply", "no.reply"})
"""Mailbox names that belong to servers (RFC 2142), or that mark a mail as automatic: nobody would be answered."""


def checked_name(name: str) -> str:
    """Return a person's name with single spaces; InputError if it could not stand in the header of a mail."""
    clean = " ".join(name.split())
    if not clean or len(clean) > _LONGEST_NAME or not clean.isprintable() or set(clean) & set('<>@"\\'):
        raise InputError(f"{name!r} is not a person's name", next_step="give one such as 'Ada Lovelace'")
    return clean


def address_for(name: str, domain: str, given: str = "") -> str:
    """Return the address of a person of this name: the one `given`, else first.last@domain.

    InputError if the one given lies outside the domain or is a server's, or if no address can be made of the name.
    """
    domain = domain.lower()
    address = checked_address(given if "@" in given else f"{given or slug(name)}@{domain}")
    if not address.endswith(f"@{domain}"):
        raise InputError(f"{address} is not in the office's domain", next_step=f"give one that ends in @{domain}")
    if address.partition("@")[0] in _RESERVED:
        raise InputError(f"{address} belongs to the mail server", next_step="give another name or address")
    return address


def checked_address(text: str) -> str:
    """Return an e-mail address lower-cased; InputError if it is none (RFC 5321, without quoted local parts)."""
    address = text.strip().lower()
    if not _ADDRESS.fullmatch(address) or ".." in address or address[0] == "." or ".@" in address:
        raise InputError(f"{text!r} is not an e-mail address", next_step="give one such as ada@office.example")
    return address


def checked_zone(zone: str) -> str:
    """Return an IANA zone name that is known here; InputError with the nearest ones if it is not."""
    try:
        zoneinfo.ZoneInfo(zone)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        near = _near_zones(zone)
        raise InputError(
            f"{zone!r} is not a time zone",
            next_step=f"did you mean {' or '.join(near)}?" if near else "give one such as Europe/Berlin",
        ) from None
    return zone


def checked_hours(hours: str) -> str:
    """Return working hours as HH:MM-HH:MM; InputError if they are not a span within one day."""
    found = _HOURS.fullmatch(hours.strip())
    try:
        if found is None:
            raise ValueError
        first, last = time(int(found[1]), int(found[2])), time(int(found[3]), int(found[4]))
        if first >= last:
            raise ValueError
    except ValueError:
        raise InputError(
            f"{hours!r} are not working hours within one day", next_step="give them as 09:00-17:00"
        ) from None
    return f"{first:%H:%M}-{last:%H:%M}"


def nearest(word: str, known: list[str]) -> str:
    """Return the one of `known` that `word` was probably meant to be, empty if none is near."""
    return next(iter(difflib.get_close_matches(word, known, n=1)), "")


def _near_zones(zone: str) -> list[str]:
    wanted = plain(zone).strip().replace(" ", "_")
    known = {name.casefold(): name for name in sorted(zoneinfo.available_timezones())}
    cities: dict[str, str] = {}
    for name in known:
        if "/" in name:
            cities.setdefault(name.rpartition("/")[2], name)
    if wanted in known:
        return [known[wanted]]
    city = wanted.rpartition("/")[2]
    found = [cities[city]] if city in cities else []
    found = found or difflib.get_close_matches(wanted, known, n=2) or []
    found = found or [cities[c] for c in difflib.get_close_matches(city, cities, n=2)]
    return [known[name] for name in found]
