"""What time of day: "at 3", "10-11", "between 2 and 4", "after lunch", "in the morning", "15:00"."""

import re
from dataclasses import dataclass
from enum import StrEnum

from empla.capabilities.email.reading.times.words import NUMBER, Text, number

DAY = 24 * 60


class Shape(StrEnum):
    """What kind of time of day was said; it decides how two of them go together."""

    EXACT = "exact"  # "at 3"
    RANGE = "range"  # "between 2 and 4"
    FROM_TO = "from-to"  # "10-11": a range, or a meeting's own beginning and end
    HALF_OPEN = "half-open"  # "after 3"
    PART = "part"  # "in the morning"


@dataclass(frozen=True, slots=True)
class DayTime:
    """A stretch of the day in minutes after midnight, local; equal ends: an exact time.

    `both` is the other hour that a bare number may mean ("at 7"), -1 if there is none.
    """

    since: int
    until: int
    shape: Shape
    both: int = -1
    bare: bool = False
    today: bool = False  # "by EOD": of today, where no day is said


_MINUTES = r"[0-5]\d"
_HOURS = "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve"
_STRICT = (
    rf"(?:\d{{1,2}}(?:[:.]{_MINUTES})? ?(?:am|pm)\b|\d{{1,2}}:{_MINUTES}(?: ?h(?:rs)?\b)?(?!\d)"
    rf"|[7-9] ?h\b|1[0-9] ?h(?:{_MINUTES})?\b|2[0-3] ?h(?:{_MINUTES})?\b"
    rf"|[01]\d[0-5]\d ?(?:hrs?|hours)\b|noon\b|midday\b|midnight\b|12 noon\b|{NUMBER} o'clock\b"
    rf"|(?:half|quarter|(?:a )?quarter|five|ten|twenty|twenty[ -]five) (?:past|to|after|before) {NUMBER}"
    rf"|half (?:{_HOURS}|1[0-2]|[1-9])(?![\d:]|\.\d)(?! ?-?(?:hours?|days?|h\b|minutes?|mins?|years?))"
    rf"|(?:{_HOURS})[ -](?:fifteen|thirty|forty[ -]?five)(?! ?-?(?:minutes?|mins?|people|hours?))"
    r"|(?:1\d|2[0-3]|0?\d)\.(?:00|15|30|45)(?![\d%.])"
    r"(?! ?(?:h\b|hours?|hrs?|eur|usd|gbp|euros?|dollars?|k\b|m\b|million)))"
)
_BARE = (
    rf"(?:\d{{1,2}}(?:\.{_MINUTES})?(?![\d/:%.]\d)(?!\d)|(?:one|two|three|four|five|six|seven|eight"
    rf"|nine|ten|eleven|twelve)\b)"
)
_ANY = rf"(?:{_STRICT}|{_BARE})"
_NO_UNIT = (
    r"(?! ?(?:-|to) ?\d)(?!h\d)(?! ?-?(?:minutes?|mins?|hours?|hrs?|h\b|m\b|people|persons?|days?"
    r"|weeks?|months?|of us|of them|times?|options?"
    r"|slots?|(?:st|nd|rd|th)\b|colleagues|others|guests|attendees|eur|usd|euros?|dollars?"
    r"|(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\b)(?![a-z]*'))(?!%)"
)
_SUITS = (
    r"works?\b|would (?:be (?:good|great|better|fine|perfect|ideal|best|ok|okay)|work|suit|do)\b|is (?:good|fine|great"
    r"|better|perfect|ok|okay|best)\b|suits\b|sounds (?:good|great|fine)\b|will do\b"
)

_NO_DATE = r"(?! ?(?:of )?(?:jan|feb|mar(?:ch)?\b|apr|may\b|jun|jul|aug|sep|oct|nov|dec))"

_AFTER_DAY = (
    r"(?:(?<=day )|(?<=morrow )|(?<=mon )|(?<=tue )|(?<=tues )|(?<=wed )|(?<=weds )|(?<=thu )|(?<=thurs )|(?<=fri )"
    r"|(?<=sat )|(?<=sun ))"
)
_DAYS_END = r"(?:end of (?:the )?(?:business |working |work )?day|eod|cob|cop|eob|close of (?:business|play))\b"

_RULES: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(rule), kind)
    for rule, kind in (
        (
            rf"(?:sometime |anytime |any time )?between (?P<a>{_ANY}) (?:and|to|-) ?(?P<b>{_ANY}){_NO_UNIT}{_NO_DATE}",
            "between",
        ),
        (rf"(?:from |at )(?P<a>{_ANY}) ?(?:-|to|until|till|til) ?(?P<b>{_ANY}){_NO_UNIT}{_NO_DATE}", "from-to"),
        (rf"(?P<a>{_STRICT}) ?(?:-|to|until|till|til) ?(?P<b>{_ANY}){_NO_UNIT}{_NO_DATE}", "from-to"),
        (rf"(?P<a>{_ANY}) ?(?:-|to|until|till|til) ?(?P<b>{_STRICT})", "from-to"),
        (rf"(?P<a>{_BARE}) ?- ?(?P<b>{_BARE}){_NO_UNIT}{_NO_DATE}", "from-to"),
        (rf"(?<=, )(?P<a>{_BARE}) (?:to|till|until) (?P<b>{_BARE}){_NO_UNIT}{_NO_DATE}", "from-to"),
        (rf"(?:no|not) (?:later than|after) (?P<a>{_ANY}){_NO_UNIT}{_NO_DATE}", "before"),
        (rf"(?:no|not) (?:earlier than|before|until) (?P<a>{_ANY}){_NO_UNIT}{_NO_DATE}", "after"),
        (rf"(?:at )?(?P<a>{_ANY}) (?:or|and) (?:later|after)\b|(?:from )?(?P<c>{_ANY}) onwards?\b", "after"),
        (rf"(?:at )?(?P<a>{_ANY}) (?:or|and) (?:earlier|before)\b", "before"),
        (
            rf"(?:any ?time |sometime |only )?(?:after|past|post|later than|starting from|from) (?P<a>{_ANY})"
            rf"{_NO_UNIT}{_NO_DATE}(?: on\b)?",
            "after",
        ),
        (
            rf"(?:any ?time |sometime |only )?(?:before|by|until|till|up to|earlier than) "
            rf"(?P<a>{_ANY}){_NO_UNIT}{_NO_DATE}",
            "before",
        ),
        (rf"(?:at )?(?:around|about|approximately|approx\.?|roughly|circa|~) ?(?P<a>{_STRICT})", "around"),
        (rf"(?:at )?(?:around|roughly|circa|~) ?(?P<a>{_BARE}){_NO_UNIT}{_NO_DATE}", "around"),
        (rf"(?:at )?(?P<a>{_ANY})(?: ?-?ish\b)", "around"),
        (
            rf"(?:at|@) ?(?P<a>{_ANY}){_NO_UNIT}{_NO_DATE}(?: sharp\b)?|(?:the |for |starting "
            rf"|starting at )?(?P<c>{_STRICT})(?: sharp\b)?",
            "exact",
        ),
        (rf"(?:at )?(?P<a>{_BARE})(?= ?(?:or|and|/) ?{_STRICT})", "exact"),
        (rf"(?P<a>{_BARE}) ?(?=(?:utc|gmt|cet|cest|bst|est|edt|pst|pdt|jst|sgt|hkt|aest)\b)", "exact"),
        (rf"(?P<a>(?:1[0-2]|[4-9]|1\d|2[0-3]|{_HOURS}))(?= (?:{_SUITS}))", "exact"),
        (r"at (?P<a>(?:[01]\d|2[0-3])(?:00|15|30|45))(?! ?(?:h|people|eur))\b", "exact"),
        (r"(?:at )?(?:around |about )?(?:noon|midday) ?-?ish\b", "11:30-13:00"),
        (r"after lunch\b", "13:00-18:00"),
        (r"before lunch\b", "8:00-12:00"),
        (r"(?:right|straight|directly|immediately|just|soon|shortly) after lunch\b", "13:00-14:30"),
        (r"(?:right|just|shortly|immediately) before lunch\b", "11:00-12:00"),
        (r"last thing(?: in the (?:afternoon|day))?\b", "16:00-18:00"),
        (r"(?:(?:at|over|around|during) )?(?:the )?lunch ?-?(?:time|break|hour)?\b", "12:00-14:00"),
        (r"(?:over |at )?breakfast\b", "8:00-9:30"),
        (r"(?:over |at )?dinner\b", "18:00-21:00"),
        (r"first thing(?: in the morning| that morning)?\b", "8:00-10:00"),
        (rf"(?:by|before) (?:the )?{_DAYS_END}", "0:00-18:00 today"),
        (rf"(?:at )?(?:the )?{_DAYS_END}", "16:00-18:00 today"),
        (r"(?:during |in |within )?(?:the )?(?:normal )?(?:working|business|office|work) hours\b", "9:00-17:00"),
        (r"(?:in |during |on |any |either )?(?:the |a )?(?:early|earlier)(?: in the)? morning\b", "8:00-10:00"),
        (r"(?:in |during |on |any )?(?:the |a )?(?:mid|middle of the)[ -]?morning\b", "10:00-11:30"),
        (r"(?:in |during |on |any )?(?:the |a )?(?:late|later)(?: in the)? morning\b", "10:30-12:00"),
        (r"(?:in |during |on |any )?(?:the |a )?(?:early)(?: in the)? afternoon\b", "12:00-15:00"),
        (r"(?:in |during |on |any )?(?:the |a )?(?:mid|middle of the)[ -]?afternoon\b", "14:00-16:00"),
        (r"(?:in |during |on |any )?(?:the |a )?(?:late|later)(?: in the)? afternoon\b", "15:30-18:00"),
        (r"(?:(?:in|during|on|any|of) )?(?:the |a )?(?:mornings?|forenoons?)\b", "8:00-12:00"),
        (r"(?:(?:in|during|on|any|of) )?(?:the |a )?afternoons?\b", "12:00-18:00"),
        (r"(?:(?:in|during|on|any|of) )?(?:the |a )?evenings?\b", "17:00-22:00"),
        (r"(?:in |during )?(?:the )?early evening\b", "17:00-19:00"),
        (r"(?:in |during )?(?:the )?late evening\b", "20:00-22:00"),
        (r"(?<=tomorrow )night\b|(?<=day )night\b", "18:00-23:00"),
        (rf"{_AFTER_DAY}(?:in the )?am\b(?! (?:i|we)\b)", "8:00-12:00"),
        (rf"{_AFTER_DAY}(?:in the )?pm\b", "12:00-18:00"),
        (r"(?:at|in the|during the) nights?\b", "20:00-24:00"),
        (r"all day(?: long)?\b", "0:00-24:00"),
    )
)


_ALONE = re.compile(rf"(?P<a>{_BARE}){_NO_UNIT}{_NO_DATE}")


def day_time_at(text: Text, start: int, *, bare: bool = False) -> tuple[DayTime, int] | None:
    """Return the time of day that begins at `start` of the plain text, and where it ends; the longest one.

    With `bare` a number alone is one ("at 10 or 11").
    """
    best: tuple[DayTime, int] | None = None
    for rule, kind in _RULES:
        match = rule.match(text.plain, start)
        if match and (best is None or match.end() > best[1]):
            found = _day_time(match, kind)
            if found is not None:
                best = (found, match.end())
    if best is None and bare and (match := _ALONE.match(text.plain, start)):
        found = _day_time(match, "exact")
        return (found, match.end()) if found else None
    return best


def _day_time(match: re.Match[str], kind: str) -> DayTime | None:
    if ":" in kind:
        hours, _, of = kind.partition(" ")
        since, until = (int(h) * 60 + int(m) for h, m in (part.split(":") for part in hours.split("-")))
        return DayTime(since, until, Shape.PART, today=of == "today")
    groups = match.groupdict()
    first = _Clock.read(groups.get("a") or groups.get("c") or "")
    if first is None:
        return None
    if kind in ("between", "from-to"):
        second = _Clock.read(match["b"])
        return None if second is None else _range(first, second, Shape.RANGE if kind == "between" else Shape.FROM_TO)
    minute, both = first.likely()
    match kind:
        case "exact":
            return DayTime(minute, minute, Shape.EXACT, both, first.bare)
        case "around":
            return DayTime(max(0, minute - 30), min(DAY, minute + 60), Shape.PART, both, first.bare)
        case "after":
            return DayTime(minute, DAY, Shape.HALF_OPEN, both, first.bare)
        case _:
            return DayTime(0, minute, Shape.HALF_OPEN, both, first.bare)


@dataclass(frozen=True, slots=True)
class _Clock:
    """A time as it stands on a clock face; `bare` if it may be of either half of the day."""

    hour: int
    minute: int
    bare: bool

    @classmethod
    def read(cls, words: str) -> "_Clock | None":
        words = words.strip()
        if words in ("noon", "midday", "12 noon"):
            return cls(12, 0, False)
        if words == "midnight":
            return cls(24, 0, False)
        past = rf"(half|(?:a )?quarter|five|ten|twenty|twenty[ -]five) (past|to|after|before) ({NUMBER})"
        if found := re.fullmatch(past, words):
            away = {"half": 30, "five": 5, "ten": 10, "twenty": 20, "twenty five": 25, "twenty-five": 25}.get(
                found[1], 15
            )
            total = number(found[3]) * 60 + (-away if found[2] in ("to", "before") else away)
            return cls(total // 60 % 12 or 12, total % 60, True)
        if found := re.fullmatch(rf"half ({_HOURS}|\d{{1,2}})", words):  # British: half past
            return cls(number(found[1]), 30, True)
        if found := re.fullmatch(rf"({_HOURS})[ -](fifteen|thirty|forty[ -]?five)", words):
            return cls(number(found[1]), {"fi": 15, "th": 30}.get(found[2][:2], 45), True)
        if found := re.fullmatch(r"(\d\d)(\d\d)", words):
            return cls._checked(int(found[1]), int(found[2]), "", "0")
        if found := re.fullmatch(r"(\d\d)(\d\d) ?(?:hrs?|hours)", words):
            return cls._checked(int(found[1]), int(found[2]), "", "0")
        if found := re.fullmatch(r"(\d{1,2})(?:[:.h](\d\d))? ?(am|pm|h(?:rs)?|o'clock)?", words):
            return cls._checked(int(found[1]), int(found[2] or 0), found[3] or "", found[1])
        bare = re.fullmatch(rf"({NUMBER})(?: o'clock)?", words)
        return cls._checked(number(bare[1]), 0, "", "") if bare else None

    @classmethod
    def _checked(cls, hour: int, minute: int, half: str, digits: str) -> "_Clock | None":
        if half in ("am", "pm"):
            if not 1 <= hour <= 12:
                return None if hour > 23 or half == "am" or hour == 0 else cls(hour, minute, False)
            return cls(hour % 12 + (12 if half == "pm" else 0), minute, False)
        if hour > 24 or minute > 59 or (hour == 24 and minute):
            return None
        return cls(hour, minute, 1 <= hour <= 12 and not digits.startswith("0") and half not in ("h", "hr", "hrs"))

    def likely(self) -> tuple[int, int]:
        """Return the minute of the day that office people mean, and the other one if it is as likely (else -1).

        1 to 6 are after noon, 8 to 12 before or at noon; 7 is both.
        """
        minute = self.hour * 60 + self.minute
        if not self.bare:
            return minute, -1
        if self.hour < 7:
            return minute + 12 * 60, -1
        return minute, minute + 12 * 60 if self.hour == 7 else -1


def _range(first: _Clock, second: _Clock, shape: Shape) -> DayTime | None:
    """Two ends make each other clear: "10-2" is 10:00 to 14:00, "11-1pm" is 11 to 13, "2-4pm" is 14 to 16."""
    until, _ = second.likely()
    if first.bare and second.bare:
        since, _ = first.likely()
        if first.hour == 7:
            since = 7 * 60 + first.minute
        if until <= since:
            until = second.hour % 12 * 60 + 12 * 60 + second.minute
    elif first.bare:
        late = first.hour % 12 * 60 + 12 * 60 + first.minute
        since = late if late < until else first.hour * 60 + first.minute
    else:
        since = first.hour * 60 + first.minute
        if second.bare:
            early = second.hour * 60 + second.minute
            until = early if early > since else second.hour % 12 * 60 + 12 * 60 + second.minute
    return DayTime(since, until, shape) if since < until <= DAY else None
