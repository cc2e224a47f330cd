"""From a text to the words of time in it: days, times of day, "or", "not", in the order in which they stand."""

import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from empla.capabilities.email.reading.times.context import Context, Days
from empla.capabilities.email.reading.times.days import day_at
from empla.capabilities.email.reading.times.hours import DayTime, Shape, day_time_at
from empla.capabilities.email.reading.times.model import utc
from empla.capabilities.email.reading.times.words import Text
from empla.capabilities.email.reading.times.zones import zone_at

_NOT = re.compile(
    r"(?:but not|and not|just not|not|never|nothing|no|except(?:ing|ion of)?(?: for| on)?|excluding|excl\.?|other than"
    r"|apart from|aside from|rather than|instead of|avoid(?:ing)?|skip(?:ping)?|bar|save|everything but|outside(?: of)?"
    r"|(?:i |we |he |she |they )?(?:can't|cannot|can not|couldn't|won't|don't)(?: really)? (?:do"
    r"|make|manage|work|want|like)"
    r"|(?:(?:i|we|he|she|they)(?:'m| am|'re| are|'s| is|'ll be| will be)? )?(?:not|un)[ -]?(?:available|free)"
    r"|(?:i|we|he|she|they)(?:'m| am|'re| are|'s| is|'ll be| will be) (?:out(?: of (?:the )?office)?"
    r"|away|off|busy|travell?ing|on leave|in meetings))"
    r"(?: (?:in|on|at|during|for|any|all))?\b ?"
)
_LIMIT_TOO = re.compile(r"(?:and|but|or|nor) (?=(?:also )?not (?:before|after|until|till|earlier|later)\b)")
"""In "not on Wednesday and not before 11" the second limit holds for every day, not for Wednesday."""
_BUT = re.compile(r"but\b ?(?:on |in |the )?")
_OR = re.compile(r"(?:or|otherwise|alternatively|failing that|if not|else|/|nor)\b ?|/ ?")
_ELSE = ("otherwise", "alternatively", "failing that")
"""Words that join alternatives even where other words stand between."""
_AND = re.compile(r"(?:and|&|as well as)(?!\w) ?")
_COMMA = re.compile(r"[,(] ?")
_FILLER = re.compile(
    r"(?:on|at|in|the|sometime|some time|any ?time|either|ideally|preferably|maybe|perhaps|possibly"
    r"|say|for|of|only|during"
    r"|just|also|best|please|both|again|like|around|about|then|early|a|its|that|is|would|be|day|hours)\b ?|[)\-] ?"
)
_OUT = re.compile(
    r" ?(?:(?:is|are|'s)(?: also| all| fully)? (?:out|off|bad|no good|not good|impossible|not"
    r" possible|full|blocked|taken|busy|not an option"
    r"|unavailable|not great|not ideal|too (?:early|late|soon))"
    r"|(?:doesn't|does not|don't|do not|won't|will not|wouldn't|isn't|is not|aren't|are not|can't)"
    r"(?: really)? (?:work|suit|do|possible"
    r"|good|an option|great|ideal|happen|fit|available|free)(?: for (?:me|us))?)\b"
)
_WORD = re.compile(r"[\w']+|.", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Atom:
    """One day or time of day as it was said. `link` is what joins it to the one before: "", "or", "and", "," or "...".

    "..." means that other words stand between.
    """

    start: int
    end: int
    days: Days | None = None
    time: DayTime | None = None
    zone: ZoneInfo | None = None
    link: str = ""
    negative: bool = False
    doubt: str = ""


def atoms(text: Text, context: Context) -> list[Atom]:
    """Return the days and times of day in `text`, in order, each with what joins it to the one before."""
    return _Scan(text, context).run()


class _Scan:
    def __init__(self, text: Text, context: Context) -> None:
        self._text, self._context = text, context
        self._found: list[Atom] = []
        self._link = "..."
        self._not = False
        self._next = False  # "next" was said of the weekdays that are being listed
        self._not_start = -1  # where a "not" stands that no day has followed yet

    def run(self) -> list[Atom]:
        position, plain = 0, self._text.plain
        while position < len(plain):
            if plain[position] == " ":
                position += 1
            else:
                position = self._step(position)
        return _lists_of_negatives(self._found)

    def _step(self, at: int) -> int:
        plain = self._text.plain
        if (end := self._time(at)) > at:
            return end
        if self._found and self._link == "" and (match := _OUT.match(plain, at)):
            self._turn_negative(match.end())
            return match.end()
        if self._found and self._found[-1].negative and (match := _LIMIT_TOO.match(plain, at)):
            self._link, self._not = ",", False
            return match.end()
        if match := _NOT.match(plain, at):
            self._not, self._not_start = True, at
            return match.end()
        if self._after_any() and (match := _BUT.match(plain, at)) and self._time_follows(match.end()):
            self._not, self._not_start = True, at
            return match.end()
        for pattern, link in ((_OR, "or"), (_AND, "and"), (_COMMA, ",")):
            if match := pattern.match(plain, at):
                if self._link in ("", ",") or match.group().startswith(_ELSE):
                    self._link = link
                self._not = self._not and link != ","
                return match.end()
        if match := _FILLER.match(plain, at):
            return match.end()
        self._link, self._not, self._not_start = "...", False, -1
        word = _WORD.match(plain, at)
        return word.end() if word else at + 1

    def _time(self, at: int) -> int:
        """Take the day or time that begins at `at`, and return where it ends; `at` if there is none."""
        day = day_at(self._text, at, self._context)
        hour = day_time_at(self._text, at, bare=self._after_exact())
        if day is None and hour is None:
            return at
        start = self._not_start if self._not and self._not_start >= 0 else at
        made: Atom
        if day is not None and (hour is None or day[1] >= hour[1]):
            made = Atom(start, day[1], days=day[0], time=day[0].time, doubt=day[0].doubt)
        elif hour is not None:
            made = self._with_zone(Atom(start, hour[1], time=hour[0]))
        made = self._same_week(replace(made, link=self._link, negative=self._not))
        if self._same_instant(made):
            self._found[-1] = replace(self._found[-1], end=made.end)
        else:
            self._found.append(self._told_apart(made))
        self._link, self._not_start = "", -1
        return made.end

    def _same_week(self, atom: Atom) -> Atom:
        """ "next Tuesday or Wednesday": both are days of that week."""
        last, days = self._found[-1] if self._found else None, atom.days
        if last is None or last.days is None or days is None or atom.link not in ("or", "and", ","):
            return atom
        if len(days.weekdays) != 1 or days.every or len(last.days.dates) != 1:
            return atom
        named = f" {self._text.plain[last.start : last.end]} "
        self._next = " next " in named or (self._next and last.link in ("or", "and", ","))
        if not self._next:
            return atom
        first, wanted = last.days.dates[0], next(iter(days.weekdays))
        later = first + timedelta(days=wanted - first.weekday())
        return replace(atom, days=Days((later,))) if later > first else atom

    def _in_two_zones(self, atom: Atom) -> tuple[datetime, datetime] | None:
        """Return the two instants of today that "9 am Pacific / noon Eastern" would be."""
        last = self._found[-1] if self._found else None
        if last is None or last.time is None or atom.time is None or last.zone is None or atom.zone is None:
            return None
        if last.zone == atom.zone or {last.time.shape, atom.time.shape} != {Shape.EXACT}:
            return None
        today = self._context.today
        return utc(today, last.time.since, last.zone), utc(today, atom.time.since, atom.zone)

    def _same_instant(self, atom: Atom) -> bool:
        """Whether it is the time before, said once more for another zone."""
        both = self._in_two_zones(atom)
        return both is not None and both[0] == both[1]

    def _told_apart(self, atom: Atom) -> Atom:
        if self._in_two_zones(atom) is None:
            return atom
        said = self._text.words(self._found[-1].start, atom.end)
        return replace(atom, doubt=f"“{said}”: these are two different times. Which one do you mean?")

    def _with_zone(self, atom: Atom) -> Atom:
        zone = zone_at(self._text, atom.end)
        if zone is None:
            return atom
        return replace(atom, zone=zone[0], doubt=zone[1], end=zone[2])

    def _after_exact(self) -> bool:
        """ "at 10 or 11": a number alone is a time if it is joined to one."""
        last = self._found[-1] if self._found else None
        return bool(last and last.time and last.time.shape is Shape.EXACT and self._link in ("or", "and", ","))

    def _after_any(self) -> bool:
        last = self._found[-1] if self._found else None
        return bool(last and last.days and (last.days.weak or last.days.container) and self._link in ("", ","))

    def _time_follows(self, at: int) -> bool:
        return day_at(self._text, at, self._context) is not None or day_time_at(self._text, at) is not None

    def _turn_negative(self, end: int) -> None:
        """ "Tuesday or Friday doesn't work": what stands joined before it is meant."""
        for i in range(len(self._found) - 1, -1, -1):
            self._found[i] = replace(
                self._found[i], negative=True, end=max(self._found[i].end, end if i == len(self._found) - 1 else 0)
            )
            if self._found[i].link not in ("", "or", "and"):
                break
        self._link = "..."


def _lists_of_negatives(found: list[Atom]) -> list[Atom]:
    """ "not Monday, Tuesday or Wednesday": the comma belongs to the list if an "or" of its kind comes later."""
    result = list(found)
    for i in range(1, len(result)):
        before, atom = result[i - 1], result[i]
        if not before.negative or atom.negative or atom.link != "," or not _is_weekday(before) or not _is_weekday(atom):
            continue
        later = next((a for a in result[i + 1 :] if a.link != ","), None)
        if later is not None and later.link in ("or", "and") and _is_weekday(later) and not later.negative:
            last = result.index(later)
            result[i : last + 1] = [replace(a, negative=True) for a in result[i : last + 1]]
    return _with_their_week(result)


def _with_their_week(found: list[Atom]) -> list[Atom]:
    """ "any day but Friday this week": the week is meant, less its Friday, if no other day is said."""
    if any(a.days and not a.days.weak and not a.negative for a in found):
        return found
    return [
        replace(a, negative=False)
        if a.negative and a.days and a.days.container and i and _is_weekday(found[i - 1])
        else a
        for i, a in enumerate(found)
    ]


def _is_weekday(atom: Atom) -> bool:
    return atom.days is not None and bool(atom.days.weekdays)
