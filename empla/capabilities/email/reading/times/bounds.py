"""Between which instants a question about the past asks: "last month", "in May", "since March", "until 2 June".

    bounds("What did I discuss with Bob last month?", now, "Europe/Berlin")    # since 1 May, until 1 June

Days are those of the wall in the zone, and whole: `until` is the first instant after. A month or a weekday without a
year is the last one that has begun. Where nothing is bounded by the words the answer is None.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from empla.capabilities.email.reading.times import words

_MONTHS = {name: n for n, month in enumerate(words.MONTHS, 1) for name in (month, month[:3])} | {"sept": 9}
_WEEKDAYS = {name: n for n, day in enumerate(words.WEEKDAYS) for name in (day, day[:3])} | {"tues": 1, "thurs": 3}
_M = "|".join(sorted((re.escape(m) for m in _MONTHS), key=len, reverse=True))
_D = "|".join(sorted((re.escape(d) for d in _WEEKDAYS), key=len, reverse=True))
_COUNTS = {
    **{word: n for n, word in enumerate(["one", "two", "three", "four", "five", "six", "seven", "eight", "nine"], 1)},
    **{"a": 1, "an": 1, "couple of": 2, "a couple of": 2, "few": 3, "a few": 3, "half a dozen": 6},
    **{"ten": 10, "eleven": 11, "twelve": 12, "a dozen": 12},
}
_N = r"\d{1,3}|" + "|".join(sorted((re.escape(word) for word in _COUNTS), key=len, reverse=True))
_TH = "(?:st|nd|rd|th)?"
_SEASONS = {"spring": 3, "summer": 6, "autumn": 9, "fall": 9, "winter": 12}
_ORDINALS = {"first": 1, "1st": 1, "second": 2, "2nd": 2, "third": 3, "3rd": 3, "fourth": 4, "4th": 4, "last": 4}
_PERIOD = re.compile(
    rf"""(?<![\w-])(?:
      (?P<iso>\d{{4}}-\d{{2}}-\d{{2}})
    | (?:(?:{_D}),?\ )?(?:the\ )?(?P<day>\d{{1,2}}){_TH}(?:\ of)?\ (?P<month>{_M})\.?,?(?:\ (?P<year>\d{{4}}))?
    | (?:(?:{_D}),?\ )?(?P<month2>{_M})\.?\ (?:the\ )?(?P<day2>\d{{1,2}}){_TH}(?!\d),?(?:\ (?P<year2>\d{{4}}))?
    | (?P<near>last|past|previous|this|the\ previous)\ (?P<unit>day|week|weekend|month|quarter|year|night)
    | (?:the\ )?(?:last|past|previous)\ (?P<count>{_N})\ (?P<units>day|week|month|quarter|year)s?
    | (?P<back>{_N})\ (?P<agos>day|week|month|year)s?\ ago
    | (?P<named>yesterday|today|the\ day\ before\ yesterday|this\ (?:morning|afternoon))
    | (?P<nth>{"|".join(_ORDINALS)})\ quarter(?:\ of)?(?:\ (?P<nthyear>\d{{4}}|last\ year|this\ year))?
    | q(?P<quarter>[1-4])(?:\ (?:of\ )?(?P<qyear>\d{{4}}))?
    | (?P<lastm>last|this)\ (?P<monthm>{_M})
    | (?P<monthy>{_M})\.?,?(?:\ of)?\ (?P<yearm>\d{{4}}|last\ year|this\ year)
    | (?P<lasts>last|this)\ (?P<season>{"|".join(_SEASONS)})
    | (?P<lastd>last\ )?(?P<weekday>{_D})s?
    | (?P<inseason>spring|summer|autumn|fall|winter)(?:\ (?:of\ )?(?P<syear>\d{{4}}))?
    | (?P<only>{_M})
    | (?P<wholeyear>(?:19|20)\d{{2}})
    )(?![\w-])""",
    re.IGNORECASE | re.VERBOSE,
)
_LEAD = re.compile(
    r"(?<!\w)(?P<lead>since|after|before|until|till|up to|by|in|during|over|within|on|as of|of|at"
    r"|from|for|between|around)"
    r"\s+(?:the\s+)?(?:(?:start|beginning|end|middle)\s+of\s+|early\s+|late\s+|mid-?)?$",
    re.IGNORECASE,
)
_AND = re.compile(r"\s*(?:and|to|until|till|-|–)\s*(?:the\s+)?(?:end of\s+)?$", re.IGNORECASE)
_BARE = ("only", "inseason", "weekday", "wholeyear")
"""Names of times that are also words of another kind, or of people: "April" alone is no month."""
_TIMELY = frozenset(
    ["since", "after", "before", "until", "till", "up to", "in", "during", "over", "within", "on", "as of", "between"]
) | {"from"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """When, of what is over: from `since` until before `until`, each None where it has no bound.

    `said` are its words, which stand from `start` to `end` in the text.
    """

    since: datetime | None
    until: datetime | None
    said: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Days:
    first: date
    after: date  # the day after the last


def bounds(text: str, now: datetime, zone: str) -> Bounds | None:
    """Return when, of what is over by `now`, words ask for; None where they name no such time."""
    here = ZoneInfo(zone)
    today = now.astimezone(here).date()
    found = [(m, days) for m in _PERIOD.finditer(text) if (days := _days(m, today)) is not None]
    for place, (match, days) in enumerate(found):
        before = text[: match.start()]
        lead = _LEAD.search(before)
        said = (lead["lead"].lower() if lead is not None else "").replace("  ", " ")
        if match.lastgroup in _BARE and not match["lastd"] and said not in _TIMELY:
            continue
        start = lead.start() if lead is not None else match.start()
        end, first, after = match.end(), days.first, days.after
        if said in ("between", "from") and place + 1 < len(found):
            other, until = found[place + 1]
            if _AND.fullmatch(text[match.end() : other.start()]):
                end, after = other.end(), until.after
                return _bounded(first, after, here, text, start, end)
        if said in ("since", "from"):
            return _bounded(first, None, here, text, start, end)
        if said == "after":
            return _bounded(after, None, here, text, start, end)
        if said in ("before", "until", "till", "up to"):
            return _bounded(None, first if said == "before" else after, here, text, start, end)
        return _bounded(first, after, here, text, start, end)
    return None


def _bounded(first: date | None, after: date | None, here: ZoneInfo, text: str, start: int, end: int) -> Bounds:
    return Bounds(
        since=_midnight(first, here), until=_midnight(after, here), said=text[start:end], start=start, end=end
    )


def _midnight(day: date | None, here: ZoneInfo) -> datetime | None:
    return datetime.combine(day, time(), here).astimezone(UTC) if day is not None else None


def _days(match: re.Match[str], today: date) -> _Days | None:
    """Return the days that one name of a time means, seen from today; None for a date that there is not."""
    g = {name: value.lower() for name, value in match.groupdict().items() if value}
    try:
        if "iso" in g:
            return _one(date.fromisoformat(g["iso"]))
        if "day" in g or "day2" in g:
            year = g.get("year") or g.get("year2")
            month = _MONTHS[g.get("month") or g["month2"]]
            return _one(_dated(int(year) if year else 0, month, int(g.get("day") or g["day2"]), today))
    except ValueError:
        return None
    return _named(g, today)


def _named(g: dict[str, str], today: date) -> _Days:
    day = timedelta(days=1)
    if "named" in g:
        back = {"yesterday": 1, "the day before yesterday": 2}.get(g["named"], 0)
        return _one(today - back * day)
    if "near" in g:
        return _near(g["unit"], 0 if g["near"] == "this" else 1, today)
    if "count" in g:
        return _Days(_earlier(today, _number(g["count"]), g["units"]), today + day)
    if "back" in g:
        return _ago(_number(g["back"]), g["agos"], today)
    if "nth" in g:
        return _quarter(_ORDINALS[g["nth"]], _year(g.get("nthyear", ""), today), today)
    if "quarter" in g:
        return _quarter(int(g["quarter"]), int(g.get("qyear") or 0), today)
    if "monthy" in g:
        return _month(_year(g["yearm"], today), _MONTHS[g["monthy"]])
    if "lastm" in g or "only" in g:
        month = _MONTHS[g.get("monthm") or g["only"]]
        is_over = month < today.month or (month == today.month and g.get("lastm") != "last")
        return _month(today.year if is_over else today.year - 1, month)
    if "season" in g or "inseason" in g:
        first = _SEASONS[g.get("season") or g["inseason"]]
        year = int(g.get("syear") or 0) or (today.year if first <= today.month else today.year - 1)
        return _Days(_month(year, first).first, _month(year, first + 2).after)
    if "weekday" in g:
        back = (today.weekday() - _WEEKDAYS[g["weekday"]]) % 7 or 7
        return _one(today - back * day)
    return _Days(date(int(g["wholeyear"]), 1, 1), date(int(g["wholeyear"]) + 1, 1, 1))


def _one(day: date) -> _Days:
    return _Days(day, day + timedelta(days=1))


def _dated(year: int, month: int, day: int, today: date) -> date:
    if year:
        return date(year, month, day)
    found = date(today.year, month, day)
    return found if found <= today else date(today.year - 1, month, day)


def _month(year: int, month: int) -> _Days:
    """Return a month; one past December is of the next year."""
    first, after = year * 12 + month - 1, year * 12 + month
    return _Days(date(first // 12, first % 12 + 1, 1), date(after // 12, after % 12 + 1, 1))


def _quarter(number: int, year: int, today: date) -> _Days:
    year = year or (today.year if 3 * number - 2 <= today.month else today.year - 1)
    return _Days(_month(year, 3 * number - 2).first, _month(year, 3 * number).after)


def _near(unit: str, back: int, today: date) -> _Days:
    monday = today - timedelta(days=today.weekday() + 7 * back)
    if unit in ("day", "night"):
        return _one(today - timedelta(days=back))
    if unit == "week":
        return _Days(monday, monday + timedelta(days=7))
    if unit == "weekend":
        return _Days(monday + timedelta(days=5), monday + timedelta(days=7))
    if unit == "month":
        return _month(today.year, today.month - back)
    if unit == "quarter":
        quarter = (today.month - 1) // 3 - back
        return _Days(_month(today.year, 3 * quarter + 1).first, _month(today.year, 3 * quarter + 3).after)
    return _Days(date(today.year - back, 1, 1), date(today.year - back + 1, 1, 1))


def _earlier(today: date, number: int, unit: str) -> date:
    if unit in ("day", "week"):
        return today - timedelta(days=number * (7 if unit == "week" else 1))
    months = number * {"month": 1, "quarter": 3, "year": 12}[unit]
    first = _month(today.year, today.month - months)
    return min(first.first + timedelta(days=today.day - 1), first.after - timedelta(days=1))


def _ago(number: int, unit: str, today: date) -> _Days:
    """Return the day that was so long ago; of months and years the whole of it, of weeks three days on either side."""
    if unit == "day":
        return _one(today - timedelta(days=number))
    if unit == "week":
        middle = today - timedelta(days=7 * number)
        return _Days(middle - timedelta(days=3), middle + timedelta(days=4))
    if unit == "month":
        return _month(today.year, today.month - number)
    return _Days(date(today.year - number, 1, 1), date(today.year - number + 1, 1, 1))


def _year(said: str, today: date) -> int:
    return {"": 0, "last year": today.year - 1, "this year": today.year}.get(said) or (int(said) if said else 0)


def _number(said: str) -> int:
    return int(said) if said.isdigit() else _COUNTS[said]
