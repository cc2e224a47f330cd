"""Until when a notice of absence says that its sender is away.

The words are people's, in a form that programs send, so only plain phrases are understood: "until", "through", "back
on", "return on", and German, French and Spanish ones before a date. What names no day says nothing.
"""

import re
from calendar import month_name
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from empla.capabilities.email.reading.times.grammar import times
from empla.mind.values import OUTSIDE

LONGEST = 4_000
"""Characters of a notice that are looked at."""
_FURTHEST = timedelta(days=400)
_LAST_DAY = (
    r"until|till|til|through|thru|up to and including|to|bis(?: einschließlich)?(?: zum)?|jusqu['’]au|hasta(?: el)?"
)
_FIRST_DAY = (
    r"(?:be |am |i'm |will be )?back(?: in (?:the )?office| at work| at my desk)?(?: again)?(?: on| from)?"
    r"|(?:be |will )?return(?:s|ing)?(?: to (?:the office|work|my desk))?(?: on)?|available(?: again)? (?:from|on)"
    r"|ab(?: dem)?|wieder (?:da|erreichbar|im büro|zurück)(?: ab| am)?(?: dem)?|zurück (?:ab|am)"
    r"|de retour(?: le)?|de vuelta(?: el)?"
)
_DAY = r"(?:[^.;!?\n]|(?<=\d)\.){2,60}"
_CUE = re.compile(rf"\b(?:(?P<last>{_LAST_DAY})|(?P<first>{_FIRST_DAY}))[ :]+(?P<day>{_DAY})", re.IGNORECASE)
_AWAY = re.compile(
    r"\b(?:away|absent|out of (?:the )?office|on (?:annual |parental |sick )?leave|vacation|holiday|travell?ing"
    r"|not available|unavailable|back|return(?:ing)?|abwesend|nicht (?:im büro|erreichbar)|urlaub|zurück"
    r"|wieder|absente?s?|congés?|ausente|vacaciones|de retour|de vuelta)\b",
    re.IGNORECASE,
)
_DOTTED = re.compile(r"\b(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4}|\d{2})?(?!\d)")
_SLASHED = re.compile(r"\b(\d{1,2})/(\d{1,2})(?:/(\d{4}|\d{2}))?(?![\d/])")
_MONTHS = {
    "januar": "January", "februar": "February", "märz": "March", "mai": "May", "juni": "June", "juli": "July",
    "oktober": "October", "dezember": "December", "janvier": "January", "février": "February", "mars": "March",
    "avril": "April", "juin": "June", "juillet": "July", "août": "August", "septembre": "September",
    "octobre": "October", "novembre": "November", "décembre": "December", "enero": "January", "febrero": "February",
    "marzo": "March", "abril": "April", "mayo": "May", "junio": "June", "julio": "July", "agosto": "August",
    "septiembre": "September", "octubre": "October", "noviembre": "November", "diciembre": "December",
}  # fmt: skip
_MONTH = re.compile(r"(?:(?<=\d)|\b)(" + "|".join(_MONTHS) + r")\b", re.IGNORECASE)
_DE = re.compile(r"(\d{1,2})\.?\s+(?:de\s+)?(?=[A-Z])")


def away_until(subject: str, text: str, received: datetime, zone: str) -> datetime | None:
    """Return the instant from which the sender is there again, None if the notice does not say.

    "Until Friday" is over when Friday is; "back on Monday" when Monday begins. Days without a year are the next ones
    after `received`; days are those of `zone`, for the sender's is not known.
    """
    said = f"{subject}\n{text}"[:LONGEST]
    if not _AWAY.search(said):
        return None
    for wanted in ("first", "last"):
        for cue in _CUE.finditer(said):
            if cue[wanted] is None:
                continue
            day = _first_day(cue["day"], received, zone)
            if day is None:
                continue
            back = day + timedelta(days=1 if wanted == "last" else 0)
            back = datetime.combine(back.date(), time(), ZoneInfo(zone))
            if received < back < received + _FURTHEST:
                return back
    return None


def _first_day(words: str, received: datetime, zone: str) -> datetime | None:
    """Return the day that the words begin with, None if they begin with none."""
    plain = _in_english(words)
    found = times(plain, received, zone, OUTSIDE, days_off=frozenset())
    if found.window is None or not found.window.spans or not found.used or min(u[0] for u in found.used) > 12:
        return None
    return found.window.spans[0].start.astimezone(ZoneInfo(zone))


def _in_english(words: str) -> str:
    dotted = _DOTTED.sub(lambda m: _day_of(m[1], m[2], m[3]), _SLASHED.sub(_unslashed, words))
    named = _MONTH.sub(lambda m: _MONTHS[m[1].lower()], dotted)
    return _DE.sub(r"\1 ", named)


def _unslashed(date: re.Match[str]) -> str:
    """Return a date that can only be read one way in words; of 3/4 nobody knows which is the month."""
    one, other = int(date[1]), int(date[2])
    if one == other or other > 12 >= one:
        return _day_of(date[2], date[1], date[3])
    return _day_of(date[1], date[2], date[3]) if one > 12 >= other else "some day"


def _day_of(day: str, month: str, year: str | None) -> str:
    """Return a date written with dots so that nobody takes its month for the day."""
    if not 1 <= int(month) <= 12:
        return f"{day}.{month}."
    full = f" {int(year) + 2000 if len(year) == 2 else year}" if year else ""
    return f"{int(day)} {month_name[int(month)]}{full} "
