"""Which days: "tomorrow", "next Tuesday", "the week of the 14th", "within the next three days", "by Friday".

Weeks begin on Monday. A weekday alone is the nearest one and never today; "next Tuesday" is the Tuesday of the coming
week; "this Tuesday" is the one of this week, even if it is past.
"""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

from empla.capabilities.email.reading.times import dates
from empla.capabilities.email.reading.times.context import FORTNIGHT, Context, Days
from empla.capabilities.email.reading.times.hours import DayTime, Shape
from empla.capabilities.email.reading.times.words import NUMBER, WEEKDAY, Text, number, weekday

_PART = (
    r"(?P<part>early|later?|mid(?:dle)?|(?:the )?(?:very )?(?:start|beginning|first half|second"
    r" half|latter half|end|back end|rest"
    r"|remainder|middle|later part|tail end|front end)) ?-?(?:in |of |on )?"
)
_ON = (
    r"(?:(?:on|for|at|in|during|sometime|some time|over|any ?time|any day|any ?time in|some ?time"
    r" in|any day in|within) )?(?:the )?"
)
_UNITS = r"(?P<unit>business days?|working days?|work ?days?|days?|weeks?|months?|fortnights?)"


def _nearest(day: int, context: Context) -> date:
    return context.today + timedelta(days=(day - context.today.weekday()) % 7 or 7)


def _relative(match: re.Match[str], context: Context) -> Days:
    away = {"day after tomorrow": 2, "day after": 2, "tomorrow": 1, "today": 0, "yesterday": -1}[match["day"]]
    return Days((context.today + timedelta(days=away),), back=away < 0)


def _tonight(match: re.Match[str], context: Context) -> Days:
    since, until = {"morning": (8, 12), "afternoon": (12, 18)}.get(match.groupdict().get("part") or "", (17, 22))
    return Days((context.today,), time=DayTime(since * 60, until * 60, Shape.PART))


def _weekday(match: re.Match[str], context: Context) -> Days:
    day = weekday(match["wd"])
    how = (match.groupdict().get("how") or "").split()
    every = match["wd"].rstrip(".").endswith("days") or match["on"].strip() == "any"
    if every and not how:
        found = tuple(context.today + timedelta(days=i) for i in range(1, FORTNIGHT + 1))
        return Days(tuple(d for d in found if d.weekday() == day), weekdays=frozenset({day}), every=True)
    if how[:1] == ["next"]:
        return Days((context.monday() + timedelta(days=7 + day),))
    if how == ["this"]:
        return Days((context.monday() + timedelta(days=day),))
    if how[:1] in (["last"], ["past"]):
        away = (context.today.weekday() - day) % 7 or 7
        return Days((context.today - timedelta(days=away),), back=True)
    return Days((_nearest(day, context),), weekdays=frozenset() if how else frozenset({day}))


def _after_next(match: re.Match[str], context: Context) -> Days:
    return Days((context.monday() + timedelta(days=14 + weekday(match["wd"])),))


def _week_on(match: re.Match[str], context: Context) -> Days:
    """ "a week on Tuesday", "Tuesday week", "two weeks from tomorrow", "a fortnight today"."""
    words = match["day"]
    double = 2 if (match.groupdict().get("unit") or "").startswith("fortnight") else 1
    base = {"today": 0, "now": 0, "tomorrow": 1}.get(words)
    day = context.today + timedelta(days=base) if base is not None else _nearest(weekday(words), context)
    return Days((day + timedelta(weeks=double * number(match.groupdict().get("n") or "one")),))


def _week(match: re.Match[str], context: Context) -> Days:
    how = (match.groupdict().get("how") or "").strip()
    ahead = {"next": 1, "following": 1, "coming": 1, "after next": 2, "last": -1, "past": -1}.get(how, 0)
    first = context.monday() + timedelta(weeks=ahead)
    part = (match.groupdict().get("part") or "").removeprefix("the ").removeprefix("very ")
    since, until = {
        "early": (0, 1), "start": (0, 1), "beginning": (0, 1), "front end": (0, 1), "mid": (1, 3), "middle": (1, 3),
        "late": (3, 4), "end": (3, 4), "back end": (3, 4), "tail end": (3, 4), "later part": (2, 4),
        "first half": (0, 2), "second half": (2, 4), "latter half": (2, 4),
    }.get(part, (0, 6))  # fmt: skip
    found = context.stretch(first + timedelta(days=since), first + timedelta(days=until))
    if part in ("later", "rest", "remainder") and not ahead:
        skipped = 1 if part == "later" else 0
        found = tuple(d for d in found if d >= context.today + timedelta(days=skipped))
    elif part == "later":
        found = found[2:]
    return Days(found, grain="week", back=ahead < 0)


def _end_of_week(match: re.Match[str], context: Context) -> Days:
    first = context.monday()
    return Days(context.stretch(first + timedelta(days=3), first + timedelta(days=4)), grain="week")


def _weekend(match: re.Match[str], context: Context) -> Days:
    ahead = 7 if (match["how"] or "").strip() == "next" else 0
    saturday = context.monday() + timedelta(days=5 + ahead)
    return Days((saturday, saturday + timedelta(days=1)))


def _ahead(match: re.Match[str], context: Context) -> Days:
    """ "in two weeks" is that week; "in three days" that day; "in two months" that month."""
    count, unit = number(match["n"]), match["unit"]
    if unit.startswith("month"):
        return dates.month_ahead(count, context)
    if unit.startswith(("week", "fortnight")):
        first = context.monday() + timedelta(weeks=count * (2 if unit == "fortnight" else 1))
        return Days(context.stretch(first, first + timedelta(days=6)), grain="week")
    if not unit.startswith("day"):
        return Days(_working_days(context, count)[-1:])
    return Days((context.today + timedelta(days=count),))


def _within(match: re.Match[str], context: Context) -> Days:
    """ "within the next three days": what is left of today counts, the third day ahead is the last."""
    count, unit = number(match["n"] or "one"), match["unit"]
    if unit.startswith("month"):
        last = context.today + timedelta(days=30 * count)
    elif unit.startswith(("week", "fortnight")):
        last = context.today + timedelta(weeks=count * (2 if unit == "fortnight" else 1))
    elif unit.startswith("day"):
        last = context.today + timedelta(days=count if match["n"] else 3)
    else:
        last = _working_days(context, count)[-1]
    return Days(context.stretch(context.today, last), grain="open" if unit.startswith("month") else "week")


def _working_days(context: Context, count: int) -> tuple[date, ...]:
    ahead = context.stretch(context.today + timedelta(days=1), context.today + timedelta(days=count * 2 + 7))
    return ahead[: max(1, count)]


def _moment(match: re.Match[str], context: Context) -> Days:
    """ "in an hour", "in 20 minutes": rounded up to the next five minutes."""
    unit = match["unit"]
    half = match.groupdict().get("half")
    minutes = 30 if half else number(match["n"]) * (60 if unit.startswith("h") else 1)
    then = context.now + timedelta(minutes=minutes)  # wall clock; a change of clocks within the hour is not looked at
    rounded = -(-(then.hour * 60 + then.minute) // 5) * 5
    day = then.date() + timedelta(days=rounded // (24 * 60))
    at = rounded % (24 * 60)
    return Days((day,), time=DayTime(at, at, Shape.EXACT))


def _open(match: re.Match[str], context: Context) -> Days:
    return Days(context.open_days(), grain="open", weak=True)


_Rule = Callable[[re.Match[str], Context], "Days | None"]
_RULES: tuple[tuple[re.Pattern[str], _Rule], ...] = tuple(
    (re.compile(pattern), rule)
    for pattern, rule in (
        (
            r"(?:on |for |later |as early as )?(?:the )?(?P<day>day after tomorrow|tomorrow|today"
            r"|yesterday)\b", _relative),
        (r"(?<=morrow or )(?:the )?(?P<day>day after)\b", _relative),
        (r"(?:on |for |later )?this (?P<part>morning|afternoon|evening)\b|(?:for |later )?tonight\b", _tonight),
        (
            rf"(?P<on>(?:on|for|any|a|either)? ?)(?:the )?(?P<how>next|this|this coming|coming|following"
            rf"|last|past|this past|next week) (?P<wd>{WEEKDAY})", _weekday),
        (rf"(?P<on>(?:on|for|any|either)? ?)(?:the )?(?P<wd>{WEEKDAY})", _weekday),
        (rf"(?:on )?(?:the )?(?P<wd>{WEEKDAY}) after next\b", _after_next),
        (
            rf"(?P<n>{NUMBER}) (?P<unit>weeks?|fortnights?) (?:(?:from|after|on) )?"
            rf"(?P<day>today|tomorrow|now|{WEEKDAY})", _week_on),
        (rf"(?P<day>tomorrow|today|{WEEKDAY}) week\b", _week_on),
        (rf"{_ON}{_PART}(?:the )?(?P<how>next|this|following|coming|last)? ?week\b", _week),
        (rf"{_ON}(?P<how>next|this|following|coming|last|past) (?:calendar |working |work )?week\b", _week),
        (rf"{_ON}week (?P<how>after next)\b", _week),
        (
            r"(?:in |during |on |for |over )?(?:my|our|his|her|their|the) (?:whole )?week\b(?! (?:of"
            r"|commencing|beginning|starting|from|after)\b)", _week),
        (r"(?P<part>end) of (?:the )?week\b", _week),
        (r"(?:the )?eow\b", _end_of_week),
        (r"(?:by )?(?P<part>mid)-?week (?:of )?(?P<how>next|this) week\b", _week),
        (rf"{_ON}(?P<how>next |this |coming )?weekend\b", _weekend),
        (rf"in (?:about |around )?(?P<n>{NUMBER}) (?:more )?{_UNITS}(?:(?:'?s?'?) time)?\b(?! (?:or|long)\b)", _ahead),
        (rf"(?P<n>{NUMBER}) {_UNITS} from now\b", _ahead),
        (
            rf"(?:(?:with)?in|over|during|for|sometime in|some time in|any ?time in|sometime over)"
            rf" (?:the |these )?(?:next|coming|following) (?P<n>{NUMBER})? ?{_UNITS}\b", _within),
        (rf"(?:the )?(?:next|coming|following) (?P<n>{NUMBER}) {_UNITS}\b", _within),
        (rf"within (?P<n>{NUMBER}) {_UNITS}\b", _within),
        (
            r"(?:(?:with)?in |over |during |for )?(?:the )?(?:next|coming|following) (?P<n>)(?P<unit>fortnight)\b",
            _within),
        (rf"(?P<on>(?:on|for)? ?)(?:the )?(?P<wd>{WEEKDAY}) coming\b(?P<how>)", _weekday),
        (
            rf"in (?:about )?(?:(?P<half>half an)|(?P<n>{NUMBER})) (?P<unit>hours?|hrs?|minutes?|mins?)"
            rf"(?:' time)?\b", _moment),
        (
            r"any ?day\b|any ?time\b|whenever\b|asap\b|as soon as (?:possible|you can|we can)\b|at"
            r" your earliest convenience\b", _open),
        (
            r"soon(?:est)?\b|sometime(?: soon)?\b|some ?time soon\b|at some point\b|(?:at )?the earliest"
            r"(?: (?:possible|convenience))?\b", _open),
        (
            r"(?:in |at |on )?(?:the )?(?:first|next) (?:available|free|possible|open) (?:slot|time"
            r"|opportunity|opening|gap)\b", _open),
        (r"(?:on )?(?:any |all )?(?:week ?days?|working days?|business days?)\b|any (?:other )?days?\b", _open),
    )
)  # fmt: skip

_TO = re.compile(r",? ?(?:-|to|through|thru|until|till|til|up to) ?(?:and including )?")
_AND = re.compile(r" and ")
_FROM = re.compile(r"(?:(?:any ?time |sometime )?(?P<between>between)|from|starting|starting from) ")
_BY = re.compile(
    r"(?:any ?time |sometime |some time |any day )?(?P<how>by|before|until|till|up to|no later"
    r" than|not later than|not after) "
)
_SINCE = re.compile(
    r"(?:any ?time |sometime |some time |any day )?"
    r"(?P<how>from|starting(?: from| on)?|as of|not before|no earlier than|not earlier than|not until|beginning|after) "
)
_ONWARDS = re.compile(r" (?:or later|onwards?|and after|and later|or after)\b| on\b(?= ?(?:[,.;!?]|$))")
_WEEK_OF = re.compile(
    r"(?:in |during |for |on |sometime )?(?:the )?(?:week (?:of|commencing|beginning|starting|from)|w/c|wc) (?:on )?"
)


_CLOCK = re.compile(r" (?:at )?(?:noon|midday|lunch|\d{1,2}(?::\d\d)? ?[ap]m\b|\d{1,2}:\d\d)| at \d{1,2}\b")


def day_at(text: Text, start: int, context: Context) -> tuple[Days, int] | None:
    """Return the days that begin at `start` of the plain text, and where that ends; the longest reading of it."""
    here = _simple(text, start, context)
    found = [here, _week_of(text, start, context), _span(text, start, context, here)]
    found += [_until(text, start, context), _since(text, start, context, here)]
    return max((f for f in found if f is not None), key=lambda f: f[1], default=None)


def _simple(text: Text, start: int, context: Context) -> tuple[Days, int] | None:
    best: tuple[Days, int] | None = None
    for pattern, rule in _RULES:
        match = pattern.match(text.plain, start)
        if match and (best is None or match.end() > best[1]) and not _is_word(text, match):
            found = rule(match, context)
            if found is not None:
                best = (found, match.end())
    found_date = dates.date_at(text, start, context)
    return found_date if found_date and (best is None or found_date[1] > best[1]) else best


def _is_word(text: Text, match: re.Match[str]) -> bool:
    """Whether a short weekday is another word: "he sat", "the sun", "wed" count only with a capital or after "on"."""
    word = match.groupdict().get("wd") or ""
    if word not in ("sat", "sun", "wed", "mon", "fri") or match.start("wd") != match.start():
        return False
    return text.words(match.start(), match.end())[:1].islower() and len(text.plain) > 12 and word in ("sat", "sun")


def _week_of(text: Text, start: int, context: Context) -> tuple[Days, int] | None:
    head = _WEEK_OF.match(text.plain, start)
    if not head or (inner := _simple(text, head.end(), context)) is None or not inner[0].dates:
        return None
    day = inner[0].dates[0]
    first = day - timedelta(days=day.weekday())
    return Days(context.stretch(first, first + timedelta(days=6)), grain="week", doubt=inner[0].doubt), inner[1]


def _span(text: Text, start: int, context: Context, here: tuple[Days, int] | None) -> tuple[Days, int] | None:
    """ "from Tuesday to Thursday", "Tue-Thu", "between Monday and Wednesday". `here` is the day at `start` itself."""
    head = _FROM.match(text.plain, start)
    first = _simple(text, head.end(), context) if head else here
    if first is None or not first[0].dates or first[0].weak or first[0].time:
        return None
    joint = (_AND if head and head["between"] else _TO).match(text.plain, first[1])
    second = _simple(text, joint.end(), context) if joint else None
    if second is None or not second[0].dates or second[0].weak or second[0].time:
        return None
    since, last = first[0].dates[0], second[0].dates[-1]
    if second[0].weekdays and first[0].grain == "day":
        last = since + timedelta(days=(last.weekday() - since.weekday()) % 7 or 7)
    elif first[0].weekdays and second[0].grain == "day":
        since = last - timedelta(days=(last.weekday() - since.weekday()) % 7)
    if last < since:
        return None
    days = context.named_stretch(since, last)
    bare = frozenset(d.weekday() for d in days) if first[0].weekdays and second[0].weekdays else frozenset()
    return Days(days, weekdays=bare, doubt=first[0].doubt or second[0].doubt), second[1]


def _until(text: Text, start: int, context: Context) -> tuple[Days, int] | None:
    head = _BY.match(text.plain, start)
    inner = _simple(text, head.end(), context) if head else None
    if head is None or inner is None or not inner[0].dates or inner[0].weak:
        return None
    clock = _CLOCK.match(text.plain, inner[1])  # "before Thursday noon" takes in the morning of that day
    before = head["how"] == "before" and " end of" not in text.plain[head.end() - 1 : inner[1]] and not clock
    last = inner[0].dates[0] - timedelta(days=1) if before else inner[0].dates[-1]
    days = context.stretch(context.today, last)
    if last.weekday() in context.days_off and last >= context.today and not before:
        days = (*days, last)
    return replace(
        inner[0], dates=days, grain="week", weekdays=frozenset(), monthday=0, until=head["how"] != "before"
    ), inner[1]


def _since(text: Text, start: int, context: Context, here: tuple[Days, int] | None) -> tuple[Days, int] | None:
    head = _SINCE.match(text.plain, start)
    inner = _simple(text, head.end(), context) if head else here
    if inner is None or not inner[0].dates or inner[0].weak:
        return None
    tail = _ONWARDS.match(text.plain, inner[1])
    if head is None and tail is None:
        return None
    after = head is not None and head["how"] == "after"
    first = inner[0].dates[-1] + timedelta(days=1) if after else inner[0].dates[0]
    days = context.stretch(first, first + timedelta(days=FORTNIGHT))
    return replace(inner[0], dates=days, grain="open", weekdays=frozenset(), monthday=0), tail.end() if tail else inner[
        1
    ]
