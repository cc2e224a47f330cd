"""Zones as people name them after a time: "3pm CET", "10:00 London time"."""

import re
from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

from empla.capabilities.email.reading.times.words import Text

_NAMES = {
    **dict.fromkeys(["utc", "gmt", "z", "zulu"], "UTC"),
    **dict.fromkeys(["cet", "cest", "central european"], "Europe/Berlin"),
    **dict.fromkeys(["bst", "uk", "british"], "Europe/London"),
    **dict.fromkeys(["est", "edt", "et", "eastern", "us eastern"], "America/New_York"),
    **dict.fromkeys(["pst", "pdt", "pt", "pacific", "us pacific"], "America/Los_Angeles"),
    **dict.fromkeys(["mst", "mdt", "mt", "mountain"], "America/Denver"),
    **dict.fromkeys(["cdt", "ct", "us central"], "America/Chicago"),
    **dict.fromkeys(["eet", "eest"], "Europe/Helsinki"),
    **{"wet": "Europe/Lisbon", "west": "Europe/Lisbon", "jst": "Asia/Tokyo", "sgt": "Asia/Singapore"},
    **{"hkt": "Asia/Hong_Kong", "aest": "Australia/Sydney", "aedt": "Australia/Sydney", "nzst": "Pacific/Auckland"},
    **{"nzdt": "Pacific/Auckland", "akst": "America/Anchorage", "hst": "Pacific/Honolulu"},
    **{"san francisco": "America/Los_Angeles", "boston": "America/New_York", "munich": "Europe/Berlin"},
    **{"frankfurt": "Europe/Berlin", "hamburg": "Europe/Berlin", "geneva": "Europe/Zurich", "milan": "Europe/Rome"},
    **{"barcelona": "Europe/Madrid", "mumbai": "Asia/Kolkata", "delhi": "Asia/Kolkata", "beijing": "Asia/Shanghai"},
    **{"seattle": "America/Los_Angeles", "washington": "America/New_York", "edinburgh": "Europe/London"},
}
_SEVERAL = {
    "cst": "US Central or China Standard Time",
    "ist": "Indian, Irish or Israel Standard Time",
    "ast": "Atlantic or Arabia Standard Time",
}
_LETTERS = (
    "utc|gmt|cet|cest|bst|est|edt|et|pst|pdt|pt|mst|mdt|cdt|ct|eet|eest|wet|jst|sgt|hkt|aest|aedt|nzst|nzdt|cst|ist|ast"
)
_CITIES = (
    "london|new york|los angeles|san francisco|paris|berlin|madrid|rome|zurich|vienna|dublin|stockholm|amsterdam"
    "|brussels|chicago|toronto|tokyo|singapore|hong kong|shanghai|beijing|mumbai|delhi|dubai"
)
"""Cities that are named alone after a time ("10am New York"); others only with "time"."""
_ZONE = re.compile(
    rf" ?\(?(?:(?P<offset>(?:utc|gmt) ?(?P<sign>[+-]) ?(?P<hours>\d{{1,2}})(?::?(?P<minutes>\d\d))?)\b"
    rf"|(?P<short>{_LETTERS})\b(?: time\b)?|(?P<own>(?:my|our|local|your) (?:local )?time)\b(?! (?:and|is|to)\b)"
    rf"|(?P<name>[a-z]+(?: [a-z]+){{0,2}}?) time\b(?! (?:and|is|to)\b)"
    rf"|(?P<alone>(?:us )?(?:pacific|eastern|mountain)|{_CITIES})\b)\)?"
)
_OWN = frozenset(["my", "your", "our", "local", "any", "some", "the", "same", "no", "more", "this", "that", "office"])


@lru_cache(maxsize=1)
def _cities() -> dict[str, str]:
    found = {}
    for name in sorted(available_timezones()):
        if name.count("/") and not name.startswith(("Etc/", "SystemV/", "US/", "posix/", "right/")):
            found[name.rsplit("/", 1)[1].replace("_", " ").lower()] = name
    return found


def zone_at(text: Text, start: int) -> tuple[ZoneInfo | None, str, int] | None:
    """Return the zone named at `start` of the plain text, a question if it may be several, and where it ends.

    Without zone and question, it is the speaker's own ("my time").
    """
    match = _ZONE.match(text.plain, start)
    if match is None:
        return None
    if match["own"]:
        return None, "", match.end()
    if match["offset"]:
        return *_fixed(match), match.end()
    word = match["short"] or match["name"] or match["alone"]
    if word in _SEVERAL:
        return None, f"By {word.upper()}, do you mean {_SEVERAL[word]}?", match.end()
    if word.split()[0] in _OWN:
        return None
    name = _NAMES.get(word) or _cities().get(word)
    return (ZoneInfo(name), "", match.end()) if name else None


def _fixed(match: re.Match[str]) -> tuple[ZoneInfo | None, str]:
    """Return the zone that is so many whole hours from UTC; for others a question."""
    hours, east = int(match["hours"]), match["sign"] == "+"
    if int(match["minutes"] or 0) or hours > (14 if east else 12):
        return None, f"Which time zone do you mean by “{match['offset'].upper()}”? Please name a city."
    return ZoneInfo(f"Etc/GMT{'-' if east else '+'}{hours}" if hours else "UTC"), ""


_HALVES = {330: "Asia/Kolkata", 345: "Asia/Kathmandu", 570: "Australia/Adelaide", 270: "Asia/Kabul", 390: "Asia/Yangon"}


def zone_of_sender(sent: datetime | None, known: str, home: str) -> str:
    """Return the zone in which a mail's sender speaks of times.

    `known` is the one in the directory; `sent` is the mail's Date. An offset that `home` has at that time means `home`,
    another one a zone of that offset. An offset of zero is what servers write that tell nobody where they are.
    """
    if known:
        return known
    offset = sent.utcoffset() if sent is not None else None
    if sent is None or not offset or offset == sent.astimezone(ZoneInfo(home)).utcoffset():
        return home
    minutes = int(offset.total_seconds() // 60)
    if minutes % 60:
        return _HALVES.get(minutes, home)
    return f"Etc/GMT{'-' if minutes > 0 else '+'}{abs(minutes) // 60}" if -12 <= minutes // 60 <= 14 else home
