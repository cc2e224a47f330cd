"""Dates of the calendar: "14 March", "March 14th, 2026", "the 14th", "2026-03-14", "in March", "14-16 March".

Which year is meant, and that 3/4 may be two days, is decided here. Full dates in rarer spellings ("14-Mar-26",
"2026/03/14") are given to dateparser; nothing else is, for it finds dates in words that are none.
"""

import re
from calendar import monthrange
from collections.abc import Callable, Iterable
from datetime import date, timedelta

from dateparser import parse as parse_date

from empla.capabilities.email.reading.times.context import Context, Days
from empla.capabilities.email.reading.times.countries import Order
from empla.capabilities.email.reading.times.words import MONTH, WEEKDAY, Text, month, ordinal, weekday

_LONG_PAST = timedelta(days=60)
"""A date without a year that is longer past than this is meant next year; one less past is a slip to be asked about."""

_ON = r"(?:(?:on|for|at) )?(?:the )?"
_DAY = r"(?P<d>\d{1,2})(?:st|nd|rd|th)?"
_YEAR = r"(?:,? (?P<y>20\d\d))?(?![\d:])"
_NO_CLOCK = r"(?! ?(?:am|pm|:|o'clock))"
_OPTION = (
    r"(?! (?:one|option|slot|time|suggestion|proposal|choice|of (?:those|these|them|the)|floor|quarter"
    r"|draft|please|works?|is|would|looks|sounds|suits))"
)
_PART = r"(?P<part>early|late|mid|(?:the )?(?:start|beginning|middle|end|first half|second half)(?: of)?)[ -]?(?:in )?"


def date_at(text: Text, start: int, context: Context) -> tuple[Days, int] | None:
    """Return the date, or the month, that begins at `start` of the plain text, and where it ends; the longest one."""
    best: tuple[Days, int] | None = None
    for pattern, rule in _RULES:
        match = pattern.match(text.plain, start)
        if match and (best is None or match.end() > best[1]):
            found = rule(match, context, text)
            if found is not None:
                best = (found, match.end())
    return best


def month_ahead(count: int, context: Context) -> Days:
    """Return the month `count` months from this one."""
    index = context.today.year * 12 + context.today.month - 1 + count
    return _whole(index // 12, index % 12 + 1, "", context)


def _written(match: re.Match[str], context: Context, text: Text) -> Days | None:
    """A day and a month in words; of the year nobody said, the one that makes sense."""
    day, number = int(match["d"]), month(match["m"])
    year = int(match["y"]) if match["y"] else _year(number, day, context)
    return _day(year, number, day, text.words(match.start(), match.end()))


def _day(year: int, number: int, day: int, said: str) -> Days:
    try:
        return Days((date(year, number, day),))
    except ValueError:
        return Days((), doubt=f"“{said}” is not a day of the calendar. Which day do you mean?")


def _rare(match: re.Match[str], context: Context, text: Text) -> Days | None:
    read = parse_date(match["rare"], languages=["en"], settings={"STRICT_PARSING": True, "DATE_ORDER": "DMY"})
    return None if read is None else Days((read.date(),))


def _several(match: re.Match[str], context: Context, text: Text) -> Days | None:
    """ "14-16 March", "14 and 15 March"."""
    number, first, last = month(match["m"]), int(match["d"]), int(match["e"])
    year = int(match["y"]) if match["y"] else _year(number, last, context)
    if not 1 <= first < last <= monthrange(year, number)[1]:
        return None
    if match["joint"].strip() in ("and", "or", ",", "&"):
        return Days((date(year, number, first), date(year, number, last)))
    return Days(context.named_stretch(date(year, number, first), date(year, number, last)))


def _year(number: int, day: int, context: Context) -> int:
    year = context.today.year
    try:
        this_year = date(year, number, day)
    except ValueError:
        return year  # the 29th of February of a wrong year: not a day, and asked about
    return year + 1 if context.today - this_year > _LONG_PAST else year


def _monthday(match: re.Match[str], context: Context, text: Text) -> Days | None:
    day = ordinal(match["n"])
    if not 1 <= day <= 31:
        return None
    how = (match.groupdict().get("how") or "").strip()
    index = context.today.year * 12 + context.today.month - 1 + (how == "next")
    for ahead in range(12):
        year, number = (index + ahead) // 12, (index + ahead) % 12 + 1
        if day <= monthrange(year, number)[1] and (how or date(year, number, day) >= context.today):
            return Days((date(year, number, day),), monthday=0 if how else day)
    return None


def _iso(match: re.Match[str], context: Context, text: Text) -> Days | None:
    return _day(int(match["y"]), int(match["mm"]), int(match["d"]), match.group())


def _dotted(match: re.Match[str], context: Context, text: Text) -> Days | None:
    """ "14.3.2026" is written where the day comes first, and nowhere else."""
    day, number = int(match["d"]), int(match["mm"])
    if not 1 <= number <= 12:
        return None
    written = match["y"] or ""
    year = int(written) + (2000 if len(written) == 2 else 0) if written else _year(number, day, context)
    return _day(year, number, day, match.group())


def _slashed(match: re.Match[str], context: Context, text: Text) -> Days | None:
    """Americans put the month first, others the day: where the writer is tells, unless only one of them is a day.

    If that is not known, it is asked, with the days that it can be.
    """
    one, other = int(match["one"]), int(match["other"])
    written = match["y"] or ""
    orders = {Order.DAY_FIRST: ((one, other),), Order.MONTH_FIRST: ((other, one),)}
    both = ((one, other), (other, one))
    found = _days_of(orders.get(context.order, both), written, context) or _days_of(both, written, context)
    said = f"{match['one']}/{match['other']}" + (f"/{written}" if written else "")
    if not found:
        return None
    if len(found) == 1:
        return Days((found[0],))
    names = [f"{day:%A} {day.day} {day:%B %Y}" for day in found]
    return Days((), doubt=f"By “{said}”, do you mean {names[0]} or {names[1]}?")


def _days_of(readings: Iterable[tuple[int, int]], written: str, context: Context) -> list[date]:
    """Return the days that are meant if numbers are read as day and month, without those that are in no calendar."""
    found: list[date] = []
    for day, number in readings:
        if 1 <= number <= 12 and 1 <= day <= 31:
            year = int(written) + (2000 if len(written) == 2 else 0) if written else _year(number, day, context)
            if day <= monthrange(year, number)[1] and date(year, number, day) not in found:
                found.append(date(year, number, day))
    return found


_NTH = r"(?P<nth>first|second|third|fourth|last|1st|2nd|3rd|4th)"


def _of_month(match: re.Match[str], context: Context, text: Text) -> Days | None:
    """ "the last Friday of the month", "the first week of April": a week of a month begins with its Monday."""
    how, word = (match["how"] or "").strip(), match["m"]
    index = context.today.year * 12 + context.today.month - 1 + (how == "next")
    if word:
        year = int(match["y"]) if match["y"] else context.today.year + (month(word) < context.today.month)
        index = year * 12 + month(word) - 1
    first = date(index // 12, index % 12 + 1, 1)
    length = monthrange(first.year, first.month)[1]
    days = [first + timedelta(days=i) for i in range(length)]
    wanted = 0 if match["wd"].startswith("week") else weekday(match["wd"])
    those = [day for day in days if day.weekday() == wanted]
    place = -1 if match["nth"] == "last" else ordinal(match["nth"]) - 1
    if place >= len(those):
        return None
    day = those[place]
    if not match["wd"].startswith("week"):
        return Days((day,))
    if place == 0 and those[0].day > 1 and days[0].weekday() < 3:
        return None  # is it the week that the month begins in, or the first whole one?
    return Days(context.stretch(day, day + timedelta(days=6)), grain="week")


def _week_number(match: re.Match[str], context: Context, text: Text) -> Days | None:
    """ "week 13", "KW 13": the week of the calendar (ISO 8601), of this year unless it is long past."""
    number = int(match["n"])
    year = context.today.isocalendar().year
    try:
        first = date.fromisocalendar(year, number, 1)
        if context.today - first > _LONG_PAST:
            first = date.fromisocalendar(year + 1, number, 1)
    except ValueError:
        return None
    return Days(context.stretch(first, first + timedelta(days=6)), grain="week")


def _month(match: re.Match[str], context: Context, text: Text) -> Days | None:
    how = (match.groupdict().get("how") or "").strip()
    part = (match.groupdict().get("part") or "").removeprefix("the ").removesuffix(" of")
    word = match.groupdict().get("m")
    index = context.today.year * 12 + context.today.month - 1
    if word:
        number = month(word)
        written = match.groupdict().get("y")
        year = int(written) if written else context.today.year + (number < context.today.month)
        if how == "next" and not written and (year, number) == (context.today.year, context.today.month):
            year += 1
        return _whole(year, number, part, context)
    index += {"next": 1, "following": 1, "last": -1}.get(how, 0)
    found = _whole(index // 12, index % 12 + 1, part, context)
    return found if how != "last" else Days(found.dates, grain="month", back=True)


def _whole(year: int, number: int, part: str, context: Context) -> Days:
    length = monthrange(year, number)[1]
    since, until = {
        "early": (1, 10), "start": (1, 7), "beginning": (1, 7), "mid": (11, 20), "middle": (11, 20),
        "late": (21, length), "end": (length - 6, length), "first half": (1, 15), "second half": (16, length),
    }.get(part, (1, length))  # fmt: skip
    return Days(context.stretch(date(year, number, since), date(year, number, until)), grain="month")


_Rule = Callable[[re.Match[str], Context, Text], "Days | None"]
_RULES: tuple[tuple[re.Pattern[str], _Rule], ...] = tuple(
    (re.compile(pattern), rule)
    for pattern, rule in (
        (rf"{_ON}(?P<y>20\d\d)-(?P<mm>\d{{1,2}})-(?P<d>\d{{1,2}})(?!\d)", _iso),
        (
            rf"{_ON}{_NTH} (?P<wd>{WEEKDAY}|week\b) (?:of|in) (?:(?P<m>{MONTH})(?: (?P<y>20\d\d)\b)?"
            rf"|(?P<how>this|next|the) month\b)", _of_month),
        (
            r"(?:in |during |for )?(?:the )?(?:calendar week|week(?: no\.?| number)?|kw|cw|wk) ?(?P<n>\d{1,2})\b"
            r"(?! ?(?:of|days?|hours?|am|pm)\b)(?![:/.]\d)", _week_number),
        (r"on (?:the )?(?P<d>\d{1,2})\.(?P<mm>\d{1,2})(?P<y>)(?![\d.])(?! ?(?:am|pm|h)\b)", _dotted),
        (rf"{_ON}(?P<d>\d{{1,2}})\.(?P<mm>\d{{1,2}})\.(?P<y>20\d\d|\d\d)?(?!\d)", _dotted),
        (
            rf"{_ON}(?P<one>\d{{1,2}})/(?P<other>\d{{1,2}})(?:/(?P<y>20\d\d|\d\d))?(?![\d/])(?! ?(?:an"
            rf" |of an )?hour)", _slashed),
        (rf"{_ON}(?P<rare>20\d\d/\d{{1,2}}/\d{{1,2}}|\d{{1,2}}-{MONTH}-(?:20)?\d\d)(?!\d)", _rare),
        (rf"{_ON}{_DAY}(?: of)? (?P<m>{MONTH}){_YEAR}", _written),
        (rf"{_ON}(?P<m>{MONTH}) (?:the )?{_DAY}{_NO_CLOCK}{_YEAR}", _written),
        (
            rf"{_ON}{_DAY}(?P<joint> ?(?:-|to|and|or|&|,) ?)(?:the )?(?P<e>\d{{1,2}})(?:st|nd|rd|th)?"
            rf"(?: of)? (?P<m>{MONTH}){_YEAR}", _several),
        (
            rf"{_ON}(?P<m>{MONTH}) {_DAY}(?P<joint> ?(?:-|to|and|or|&) ?)(?P<e>\d{{1,2}})(?:st|nd|rd"
            rf"|th)?{_NO_CLOCK}{_YEAR}", _several),
        (r"(?:(?:on|for) |(?<=ning of )|(?<=noon of ))(?:the )?(?P<n>\d{1,2}(?:st|nd|rd|th))\b(?: of (?P<how>this"
         r"|next) month)?", _monthday),
        (
            rf"(?:(?:on|for) )?the (?P<n>\d{{1,2}}(?:st|nd|rd|th))\b(?: of (?P<how>this|next|the)"
            rf" month)?{_OPTION}", _monthday),
        (rf"(?P<n>\d{{1,2}}(?:st|nd|rd|th))\b(?: of (?P<how>this|next|the) month)?{_OPTION}", _monthday),
        (
            rf"(?:in|during|by|until|before|sometime in|some time in|for|any time in|anytime in) (?P<how>next"
            rf" |this |the coming )?(?P<m>{MONTH})(?! \d{{1,2}}\b)(?: (?P<y>20\d\d)\b)?", _month),
        (rf"{_ON}{_PART}(?P<how>next |this )?(?P<m>{MONTH})(?: (?P<y>20\d\d)\b)?", _month),
        (rf"(?P<how>next|this) (?P<m>{MONTH})(?: (?P<y>20\d\d)\b)?", _month),
        (r"(?:in |during |sometime |any ?time |on |over |for )?(?P<how>next|this|following|last) month\b", _month),
        (rf"{_ON}{_PART}(?P<how>next|this|the|following)? ?month\b|(?P<m2>eom)\b", _month),
    )
)  # fmt: skip
