"""The times that a standing rule is about: weekdays, hours of the day, and the days from and until which it holds.

The words of time are found as in any sentence (`times.phrases`), but mean something else here: "Friday" is every
Friday, "before 9" that hour of every day. A day of one date ("this Friday", "3-7 August") bounds the rule instead.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from empla.capabilities.email.reading.intents import Doubt
from empla.capabilities.email.reading.slots import Setting, blank
from empla.capabilities.email.reading.times.context import Context
from empla.capabilities.email.reading.times.hours import DAY, DayTime, Shape
from empla.capabilities.email.reading.times.phrases import Atom, atoms
from empla.capabilities.email.reading.times.words import text_of

_AFTERNOON = 12 * 60
_UNTIL_FEAST = re.compile(
    r"\b(?:until|till|til|up to|through|before)\s+(?P<feast>christmas|xmas|(?:the )?new year)(?:'s| day| eve)*\b",
    re.IGNORECASE,
)
_WEEKENDS = re.compile(
    r"\b(?<!this )(?<!next )(?<!coming )(?:(?:on|at|over|during) )?(?:the |my |all )?weekends?\b", re.IGNORECASE
)
_WORKDAYS = re.compile(r"\b(?:on )?(?:weekdays|working days|workdays)\b", re.IGNORECASE)
_FROM_DAY = re.compile(
    r"\bfrom (?=(?:the )?\d{1,2}(?:st|nd|rd|th)?\s*(?:-|–|to|until|till|through)\s*(?:the )?\d{1,2}"
    r"(?:st|nd|rd|th)?(?: of)? (?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec))",
    re.IGNORECASE,
)
_PLURAL = re.compile(
    r"\b(?:mon|tues|wednes|thurs|fri|satur|sun)days\b|\b(?:morning|afternoon|evening|night|weekend|weekday|lunchtime)s\b"
    r"|\bevery\b|\beach\b|\ball (?:my )?\w+days\b",
    re.IGNORECASE,
)
_SOME_OF_THEM = re.compile(
    r"\b(?:every (?:other|second|third|2nd|3rd)|alternat\w+|(?:first|second|third|fourth|last|1st|2nd|3rd|4th) "
    r"(?:\w+day|week) of|once a|twice a|odd weeks?|even weeks?)\b",
    re.IGNORECASE,
)
_STARTS = re.compile(r"(?:from|starting|as of|beginning|after|not before|since)\b", re.IGNORECASE)
_EXCEPT = re.compile(r"(?:except|but|apart|aside|other than|unless|outside)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class When:
    """What was found. `often`: it was said to be of every week; `once`: of one date; `left`: the text without it.

    `except_` holds what was said to be left out of it ("no meetings except on Tuesdays").
    """

    weekdays: tuple[int, ...] = ()
    hours: tuple[tuple[int, int], ...] = ()
    first: date | None = None
    last: date | None = None
    often: bool = False
    except_: "When | None" = None
    doubts: tuple[Doubt, ...] = ()
    left: str = ""

    def any(self) -> bool:
        """Whether anything was found."""
        return bool(self.weekdays or self.hours or self.first or self.last or self.doubts or self.except_)

    @property
    def bounded(self) -> bool:
        """Whether it lies between two dates."""
        return self.first is not None and self.last is not None


def rule_times(text: str, setting: Setting) -> When:
    """Read the times in `text`, as somebody who sets a rule means them."""
    zone = ZoneInfo(setting.zone)
    context = Context(setting.now.astimezone(zone), zone, setting.days_off)
    left, weekdays, last = text, set[int](), None
    for match in _FROM_DAY.finditer(left):
        left = left[: match.start()] + " " * len(match.group()) + left[match.end() :]
    if feast := _UNTIL_FEAST.search(left):
        last = _before_feast(feast["feast"], context.today)
        left = blank(left, [feast.span()])
    for pattern, days in ((_WEEKENDS, (5, 6)), (_WORKDAYS, (0, 1, 2, 3, 4))):
        if pattern.search(left):
            weekdays.update(days)
            left = blank(left, [m.span() for m in pattern.finditer(left)])
    often = bool(_PLURAL.search(text)) or bool(weekdays)
    plain = text_of(left)
    found = atoms(plain, context)
    words = [plain.words(a.start, a.end) for a in found]
    out = [bool(a.negative and _EXCEPT.match(w)) for a, w in zip(found, words, strict=True)]
    rest = blank(left, [plain.span(a.start, a.end) for a in found])
    pairs = list(zip(found, words, strict=True))
    meant = _put_together([p for p, no in zip(pairs, out, strict=True) if not no], weekdays, last, context.today)
    others = [p for p, no in zip(pairs, out, strict=True) if no]
    doubts = [*meant.doubts]
    if some := _SOME_OF_THEM.search(text):
        question = f"I can keep a rule for every week only. What shall I do about “{some.group()}”?"
        doubts.append(Doubt(words=some.group(), question=question))
    return When(
        weekdays=meant.weekdays,
        hours=meant.hours,
        first=meant.first,
        last=meant.last,
        often=often,
        except_=_put_together(others, set(), None, context.today) if others else None,
        doubts=tuple(doubts),
        left=rest,
    )


def _before_feast(name: str, today: date) -> date:
    christmas = name.lower() in ("christmas", "xmas")
    found = date(today.year, 12, 24 if christmas else 31)
    return found if found >= today else found.replace(year=today.year + 1)


def _put_together(found: Sequence[tuple[Atom, str]], weekdays: set[int], last: date | None, today: date) -> When:
    first: date | None = None
    doubts: list[Doubt] = []
    stretches: list[DayTime] = []
    groups, timed = 1, False  # "Mondays before 10 and Fridays after 3" are two groups
    for atom, words in found:
        if atom.doubt or (atom.days and atom.days.doubt):
            doubts.append(Doubt(words=words, question=atom.doubt or (atom.days.doubt if atom.days else "")))
        if atom.time is not None:
            stretches.append(atom.time)
            timed = bool(weekdays)
            doubts += _either(atom.time, words)
            if atom.time.shape is Shape.EXACT:
                question = f"“{words}” is one moment. From when until when do you mean?"
                doubts.append(Doubt(words=words, question=question))
        if atom.days is None or atom.days.weak or not atom.days.dates:
            continue
        days = atom.days
        if days.until:
            last = days.dates[-1]
        elif days.weekdays and not _STARTS.match(words):
            groups += timed
            timed = False
            weekdays.update(days.weekdays)
        elif _STARTS.match(words) and days.grain == "open":
            first = days.dates[0]
        else:
            first = min(d for d in (first, days.dates[0]) if d)
            last = max(d for d in (last, days.dates[-1]) if d)
    hours = _hours(stretches)
    if groups > 1 and len(hours) > 1:
        said = ", ".join(w for _, w in found)
        question = "That is more than one rule in one sentence. Please send me each in a sentence of its own."
        doubts.append(Doubt(words=said, question=question))
    if last is not None and last < today:
        said = ", ".join(w for _, w in found)
        doubts.append(Doubt(words=said, question=f"“{said}” is already past. Which days do you mean?"))
    return When(tuple(sorted(weekdays)), hours, first, last, doubts=tuple(doubts))


def _either(one: DayTime, words: str) -> list[Doubt]:
    if one.both < 0:
        return []
    early, late = (f"{m // 60:02d}:{m % 60:02d}" for m in (one.both - DAY // 2, one.both))
    return [Doubt(words=words, question=f"By “{words}”, do you mean {early} or {late}?")]


def _hours(said: Sequence[DayTime]) -> tuple[tuple[int, int], ...]:
    """Return the stretches of the day; "after 12 and before 1" is one, "before 9 and after 5" are two."""
    stretches = [(t.since, t.until) for t in said if t.shape is not Shape.EXACT]
    halves = [t for t in said if t.shape is Shape.HALF_OPEN]
    if len(said) == len(halves) == 2:
        since, until = max(t.since for t in halves), min(t.until for t in halves)
        if since and since < until:
            stretches = [(since, until)]
    return tuple(sorted(set(stretches)))


def shut(hours: tuple[tuple[int, int], ...]) -> tuple[tuple[int, int], ...]:
    """Return hours that are to be kept free: a morning begins at midnight then, and an afternoon ends there."""
    spread = {
        (8 * 60, 12 * 60): (0, 12 * 60),
        (_AFTERNOON, 18 * 60): (_AFTERNOON, DAY),
        (17 * 60, 22 * 60): (1020, DAY),
    }
    return tuple(spread.get(h, h) for h in hours)


def nearest_days(weekdays: Sequence[int], setting: Setting) -> tuple[date, date]:
    """Return the first and the last of the coming days on which these weekdays fall; never today."""
    today = setting.now.astimezone(ZoneInfo(setting.zone)).date()
    days = [today + timedelta(days=(day - today.weekday()) % 7 or 7) for day in weekdays]
    return min(days), max(days)
