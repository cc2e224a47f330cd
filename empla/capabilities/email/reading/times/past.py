"""Days that a text speaks of, and days that a question about the past means.

The rest of the grammar looks ahead, to what is to be booked: it knows days off and asks where a date is in doubt. What
is remembered is looked for by a quick look instead: a text is passed over at once if none of its words is one of time,
what is in doubt counts as both, and a day too many does little harm. Days are ordinals, spans of them inclusive.
"""

import re
from calendar import monthrange
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, timedelta
from typing import Final

from empla.capabilities.email.reading.times.words import MONTH, MONTHS, NUMBER, WEEKDAYS, month, number

DaySpan = tuple[int, int]
"""First and last day, as ordinals."""

_SEASONS: Final = {"spring": (3, 5), "summer": (6, 8), "fall": (9, 11), "autumn": (9, 11), "winter": (12, 14)}
_UNITS: Final = ("day", "week", "weekend", "fortnight", "month", "quarter", "year")
_NAMED: Final = (
    *("yesterday", "today", "tonight", "tomorrow", "just", "ago", "recently", "since"),
    *("night", "morning", "evening"),
)
_SHORT: Final = ("jan", "feb", "mar", "apr", "jun", "jul", "aug", "sep", "sept", "oct", "nov", "dec")
TIME_WORDS: Final = frozenset(
    (*MONTHS, *_SHORT, *WEEKDAYS, *_SEASONS, *_UNITS, *(f"{unit}s" for unit in _UNITS), *_NAMED)
)
_MONTH_WORDS: Final = frozenset(
    (*MONTHS, *_SHORT, *(f"{name}'s" for name in MONTHS), *(f"{name}’s" for name in MONTHS))
)
_PERIODS: Final = (*_SEASONS, *_UNITS)
"""Words of which one stands in every text that speaks of days without digits."""

_ALL_MONTHS = "|".join(MONTHS)
_YEAR = r"(?:19|20)\d\d"
_DAY = r"(?P<d>\d{1,2})(?:st|nd|rd|th)?"
_DAY_MONTH = re.compile(rf"\b{_DAY}(?: of)? (?P<m>{MONTH}),?(?: (?P<y>{_YEAR})\b)?")
_MONTH_DAY = re.compile(rf"\b(?P<m>{MONTH}) {_DAY}\b(?![:\d]),?(?: (?P<y>{_YEAR})\b)?")
_RANGE = re.compile(
    rf"\b(?P<d>\d{{1,2}})(?:st|nd|rd|th)?(?: ?(?:-|–|to|and|until|till) ?)(?P<e>\d{{1,2}})(?:st|nd|rd|th)?"
    rf"(?: of)? (?P<m>{MONTH})(?: (?P<y>{_YEAR})\b)?"
    rf"|\b(?P<m2>{MONTH}) (?P<d2>\d{{1,2}}) ?(?:-|–|to|and) ?(?P<e2>\d{{1,2}})\b"
)
_ISO = re.compile(r"\b((?:19|20)\d\d)-(\d\d)-(\d\d)\b")
_MONTH_ALONE = re.compile(rf"\b({_ALL_MONTHS}),?(?: of)?(?: ({_YEAR}))?\b")
_MONTH_MEANT = re.compile(r"\b(?:in|last|next|this|since|until|by|during|of|early|late|mid|before|after)[ -]$")
_YEAR_ALONE = re.compile(rf"\b({_YEAR})\b")
_PERIOD = re.compile(
    r"\b(last|past|previous|this|next|coming|the) (weekend|week|month|quarter|year|spring|summer|fall|autumn|winter)\b"
)
_WEEKDAY = re.compile(rf"\b(?:(last|past|next|coming|this) )?({'|'.join(WEEKDAYS)})s?\b")
_AGO = re.compile(rf"\b({NUMBER}) (day|week|fortnight|month|year)s? ago\b")
_STEP: Final = {"last": -1, "past": -1, "previous": -1, "this": 0, "the": 0, "next": 1, "coming": 1}
_AROUND: Final = 3  # days that "two weeks ago" may be off


def days_spoken_of(text: str, words: Iterable[str], written: date) -> list[DaySpan]:
    """Return the days of which a text speaks that was written on a day; `words` are its own, lower-cased."""
    words = [*words]
    if not speaks_of_time(words):
        return []
    return _days(text.lower(), words, written, _nearest_year, _weekday_either_way)


def speaks_of_time(words: Sequence[str]) -> bool:
    """Return whether a text with these words may speak of days at all: it has a number or a word of time."""
    return not TIME_WORDS.isdisjoint(words) or has_number(words)


def has_number(words: Sequence[str]) -> bool:
    """Return whether one of these words begins with a digit; those of ASCII come before all letters."""
    return bool(words) and min(words)[0].isdigit()


def days_asked_about(question: str, today: date) -> list[DaySpan]:
    """Return the days of the past that a question means: what has no year is the latest that has begun."""
    text = question.lower()
    found = list(_stretches(text, today))
    return found or _days_back(text, today)


def _days_back(text: str, today: date) -> list[DaySpan]:
    return _days(text, _words(text), today, _latest_year, _weekday_back)


def _words(text: str) -> list[str]:
    return _WORD.findall(text)


_WORD = re.compile(r"[^\W_]+")


_YearOf = Callable[[int, int, date], int]


def _days(
    text: str,
    words: Sequence[str],
    day: date,
    year_of: _YearOf,
    weekdays: Callable[[re.Match[str], date], Iterator[DaySpan]],
) -> list[DaySpan]:
    """Return all days that a text names, those of the calendar first.

    Each pattern is tried only where one of its words, or a part of one, stands in the text: that is told much sooner.
    """
    found: list[DaySpan] = []
    names_month = not _MONTH_WORDS.isdisjoint(words)
    if has_number(words):
        found = list(_dates(text, day, year_of, by_month=names_month))
    if not found and names_month:
        found = list(_months(text, day, year_of))
    if not found and has_number(words):
        found = [_year(int(match[1])) for match in _YEAR_ALONE.finditer(text)]
    today = day.toordinal()
    if any(part in text for part in _NAMED_PARTS):
        for match in _NAMED_DAY.finditer(text):
            away = _AWAY.get(match[0], 0)
            found.append((today + away, today + away))
    if any(period in text for period in _PERIODS):
        for match in _PERIOD.finditer(text):
            found += _period(match, day)
    if "day" in text:
        for match in _WEEKDAY.finditer(text):
            found += weekdays(match, day)
    if " ago" in text:
        found += [_ago(number(match[1]), match[2], day) for match in _AGO.finditer(text)]
    return list(dict.fromkeys(found))


_NAMED_DAY = re.compile(r"\b(?:yesterday|last night|today|tonight|this morning|just|tomorrow)\b")
_NAMED_PARTS: Final = ("yesterday", "night", "today", "morning", "just", "tomorrow")
_AWAY: Final = {"yesterday": -1, "last night": -1, "tomorrow": 1}


def _dates(text: str, day: date, year_of: _YearOf, *, by_month: bool) -> Iterator[DaySpan]:
    """Days that a text names by day and month, with the month's name if there is one at all."""
    for pattern in (_DAY_MONTH, _MONTH_DAY) if by_month else ():
        for match in pattern.finditer(text):
            named = month(match["m"])
            year = int(match["y"]) if match["y"] else year_of(named, int(match["d"]), day)
            yield from _one(year, named, int(match["d"]))
    for match in _ISO.finditer(text) if "-" in text else ():
        yield from _one(int(match[1]), int(match[2]), int(match[3]))


def _one(year: int, named: int, day: int) -> Iterator[DaySpan]:
    if 1 <= named <= 12 and 1 <= day <= monthrange(year, named)[1]:
        ordinal = date(year, named, day).toordinal()
        yield ordinal, ordinal


def _months(text: str, day: date, year_of: _YearOf) -> Iterator[DaySpan]:
    """Whole months; "may" and "march" are months only where something says so."""
    for match in _MONTH_ALONE.finditer(text):
        if match[1] in ("may", "march") and not match[2] and not _MONTH_MEANT.search(text[: match.start()]):
            continue
        named = month(match[1])
        yield _month(int(match[2]) if match[2] else year_of(named, 1, day), named)


def _nearest_year(named: int, day: int, written: date) -> int:
    """A month without a year, in a text: the one that is nearest to when it was written."""
    away = named - written.month
    return written.year + (away < -6) - (away > 6)


def _latest_year(named: int, day: int, today: date) -> int:
    """A month without a year, in a question about the past: the last that has begun."""
    return today.year - ((named, day) > (today.month, today.day))


def _month(year: int, named: int) -> DaySpan:
    """A month; numbers of months below 1 and above 12 belong to the years around."""
    year, named = year + (named - 1) // 12, (named - 1) % 12 + 1
    return date(year, named, 1).toordinal(), date(year, named, monthrange(year, named)[1]).toordinal()


def _year(year: int) -> DaySpan:
    return date(year, 1, 1).toordinal(), date(year, 12, 31).toordinal()


def _period(match: re.Match[str], day: date) -> Iterator[DaySpan]:
    """ "last week", "this quarter", "in the spring": relative to the day on which it is said."""
    step, unit = _STEP[match[1]], match[2]
    if match[1] == "the" and unit not in _SEASONS and unit != "weekend":
        return
    monday = day.toordinal() - day.weekday() + 7 * step
    if unit == "week":
        yield monday, monday + 6
    elif unit == "weekend":
        yield monday + 4, monday + 6
    elif unit == "month":
        yield _month(day.year, day.month + step)
    elif unit == "quarter":
        first = (day.month - 1) // 3 * 3 + 1 + 3 * step
        yield _month(day.year, first)[0], _month(day.year, first + 2)[1]
    elif unit == "year":
        yield _year(day.year + step)
    else:
        first, last = _SEASONS[unit]
        year = day.year + (-1 if step < 0 else 0) if match[1] != "the" else day.year - (first > day.month)
        yield _month(year, first)[0], _month(year, last)[1]


def _weekday_back(match: re.Match[str], day: date) -> Iterator[DaySpan]:
    """A weekday in a question about the past: the last one before today."""
    back = (day.weekday() - WEEKDAYS.index(match[2])) % 7 or 7
    yield day.toordinal() - back, day.toordinal() - back


def _weekday_either_way(match: re.Match[str], day: date) -> Iterator[DaySpan]:
    """A weekday in a text: the one before, and without "last" also the one to come."""
    yield from _weekday_back(match, day)
    if match[1] in ("next", "coming", "this"):
        ahead = (WEEKDAYS.index(match[2]) - day.weekday()) % 7 or 7
        yield day.toordinal() + ahead, day.toordinal() + ahead


def _ago(count: int, unit: str, day: date) -> DaySpan:
    today = day.toordinal()
    if unit == "day":
        return today - count, today - count
    if unit in ("week", "fortnight"):
        then = today - count * (7 if unit == "week" else 14)
        return then - _AROUND, then + _AROUND
    return _month(day.year, day.month - count) if unit == "month" else _year(day.year - count)


_LAST_FEW = re.compile(
    rf"\b(?:in|over|during|within|for)?(?: the)? ?(?:last|past|previous) ({NUMBER}) (day|week|fortnight|month|year)s?\b"
)
_SINCE = re.compile(r"\bsince (?:the )?(?:start of |beginning of )?")
_DAYS_OF: Final = {"day": 1, "week": 7, "fortnight": 14, "month": 30, "year": 365}


def _stretches(text: str, today: date) -> Iterator[DaySpan]:
    """What only questions say: "between 3 and 10 October", "in the last three weeks", "since May"."""
    for match in _RANGE.finditer(text):
        named = month(match["m"] or match["m2"])
        first, last = int(match["d"] or match["d2"]), int(match["e"] or match["e2"])
        year = int(match["y"]) if match["y"] else _latest_year(named, first, today)
        if 1 <= first < last <= monthrange(year, named)[1]:
            yield date(year, named, first).toordinal(), date(year, named, last).toordinal()
    for match in _LAST_FEW.finditer(text):
        length = number(match[1]) * _DAYS_OF[match[2]]
        yield (today - timedelta(days=length)).toordinal(), today.toordinal()
    since = _SINCE.search(text)
    if since and (after := _days_back(text[since.end() :], today)):
        yield after[0][0], today.toordinal()
