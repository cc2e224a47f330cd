"""Zones as people name them after a time: "3pm CET", "10:00 London time"."""

import re
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
_ZONE = re.compile(
    rf" ?\(?(?:(?P<short>{_LETTERS})\b(?: time\b)?|(?P<name>[a-z]+(?: [a-z]+){{0,2}}?) time\b(?! (?:and|is|to)\b))\)?"
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
    """Return the zone named at `start` of the plain text, a question if it may be several, and where it ends."""
    match = _ZONE.match(text.plain, start)
    if match is None:
        return None
    word = match["short"] or match["name"]
    if word in _SEVERAL:
        return None, f"By {word.upper()}, do you mean {_SEVERAL[word]}?", match.end()
    if word.split()[0] in _OWN:
        return None
    name = _NAMES.get(word) or _cities().get(word)
    return (ZoneInfo(name), "", match.end()) if name else None
