"""How an event recurs, in words; and rules as a calendar can work with them (RFC 5545, 3.3.10)."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from icalendar import Event, vRecur

from empla.capabilities.calendar.events import listed
from empla.capabilities.calendar.mending import dated

_DAYS = {
    "MO": "Monday",
    "TU": "Tuesday",
    "WE": "Wednesday",
    "TH": "Thursday",
    "FR": "Friday",
    "SA": "Saturday",
    "SU": "Sunday",
}
_WORKDAYS = ["MO", "TU", "WE", "TH", "FR"]
_UNITS = {"HOURLY": "hour", "DAILY": "day", "WEEKLY": "week", "MONTHLY": "month", "YEARLY": "year"}
_ORDINALS = {1: "first", 2: "second", 3: "third", 4: "fourth", 5: "fifth", -1: "last", -2: "last but one"}
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


def in_words(event: Event) -> str:
    """Return how an event recurs: "every 2 weeks on Monday and Friday, until 5 October 2026"; empty if it does not."""
    rules = [rule for rule in listed(event, "RRULE") if isinstance(rule, vRecur) and rule.get("FREQ")]
    if not rules:
        dates = sum(len(getattr(v, "dts", ())) for v in listed(event, "RDATE"))
        return f"on {dates} further {'day' if dates == 1 else 'days'}" if dates else ""
    rule = rules[0]
    text = " ".join(part for part in (_every(rule), _on(rule)) if part) + _end(rule)
    left_out = sum(len(getattr(v, "dts", ())) for v in listed(event, "EXDATE"))
    return f"{text}, but for {left_out} {'day' if left_out == 1 else 'days'}" if left_out else text


def _one(rule: Any, name: str) -> Any:
    values = rule.get(name)
    return values[0] if isinstance(values, list | tuple) and values else values


def _every(rule: Any) -> str:
    unit = _UNITS.get(str(_one(rule, "FREQ")).upper(), "moment")
    interval = _one(rule, "INTERVAL") or 1
    return f"every {unit}" if interval == 1 else f"every {interval} {unit}s"


def _on(rule: Any) -> str:
    days = [str(d).upper() for d in rule.get("BYDAY", ())][:7]
    if sorted(days) == sorted(_WORKDAYS):
        return "on working days"
    named = [_day(d) for d in days]
    if any(named):
        return f"on {_listed([n for n in named if n])}"
    of_month = [str(d) for d in rule.get("BYMONTHDAY", ())][:5]
    months = [_MONTHS[m - 1] for m in rule.get("BYMONTH", ()) if isinstance(m, int) and 1 <= m <= 12]
    parts = [f"on day {_listed(of_month)}" if of_month else "", f"in {_listed(months)}" if months else ""]
    return " ".join(part for part in parts if part)


def _day(text: str) -> str:
    name = _DAYS.get(text[-2:], "")
    number = text[:-2].lstrip("+")
    if not name or not number:
        return name
    try:
        ordinal = _ORDINALS.get(int(number), f"{number}.")
    except ValueError:
        return name
    return f"the {ordinal} {name}"


def _end(rule: Any) -> str:
    count, until = _one(rule, "COUNT"), _one(rule, "UNTIL")
    if isinstance(count, int) and count > 0:
        return ", once" if count == 1 else f", {count} times"
    if isinstance(until, date):
        return f", until {until.day} {_MONTHS[until.month - 1]} {until.year}"
    return ""


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def agreed_until(event: Event) -> None:
    """Let UNTIL be of the kind that DTSTART asks for: a day for whole days, an instant in UTC for zoned times.

    Many programs write it otherwise and mean that the last occurrence takes place; a day then means all of that day.
    A COUNT of none is one: the event itself.
    """
    begins = dated(event.get("DTSTART"))
    for rule in listed(event, "RRULE"):
        if isinstance(rule, vRecur) and isinstance(count := _one(rule, "COUNT"), int) and count < 1:
            rule["COUNT"] = [1]
        until = _one(rule, "UNTIL") if isinstance(rule, vRecur) else None
        if isinstance(until, date) and isinstance(begins, date):
            rule["UNTIL"] = [_agreed(until, begins)]


def _agreed(until: date, begins: date) -> date:
    if not isinstance(begins, datetime):
        return until.date() if isinstance(until, datetime) else until
    if not isinstance(until, datetime):
        end_of_day = datetime(until.year, until.month, until.day, 23, 59, 59, tzinfo=begins.tzinfo)
        return end_of_day if begins.tzinfo is None else end_of_day.astimezone(UTC)
    if begins.tzinfo is None:
        return until.replace(tzinfo=None)
    return until.replace(tzinfo=until.tzinfo or begins.tzinfo).astimezone(UTC)


def steps_before(event: Event, until: datetime) -> int:
    """Return about how many steps of its rules lie between the beginning of an event and `until`."""
    begins = dated(event.get("DTSTART"))
    if not isinstance(begins, date):
        return 0
    first = datetime(begins.year, begins.month, begins.day, tzinfo=UTC)
    passed = max(timedelta(), until.astimezone(UTC) - first)
    most = 0
    for rule in listed(event, "RRULE"):
        length = {"HOURLY": 1 / 24, "DAILY": 1, "WEEKLY": 7, "MONTHLY": 1, "YEARLY": 1}
        each = length.get(str(_one(rule, "FREQ")).upper(), 1) * max(1, _one(rule, "INTERVAL") or 1)
        most = max(most, int(passed.days / each))
    return most


def may_happen(rule: Any) -> bool:
    """Return whether a rule can ever be met: one that cannot is looked for until the end of all years.

    INTERVAL must be positive; of days and months named, at least one pair must exist; of weeks and days of the year,
    one that a year has.
    """
    interval = _one(rule, "INTERVAL")
    if interval is not None and (not isinstance(interval, int) or not 1 <= interval <= 10_000):
        return False
    months = _numbers(rule, "BYMONTH", 12) if rule.get("BYMONTH") else set(range(1, 13))
    weeks = _numbers(rule, "BYWEEKNO", 53)
    days, year_days = _numbers(rule, "BYMONTHDAY", 31), _numbers(rule, "BYYEARDAY", 366)
    named = {name for name in ("BYMONTHDAY", "BYYEARDAY", "BYWEEKNO", "BYSETPOS", "BYMONTH") if rule.get(name)}
    if "BYSETPOS" in named and not _numbers(rule, "BYSETPOS", 366):
        return False
    if "BYWEEKNO" in named and not weeks:
        return False
    if not months or not _weekdays_exist(rule):
        return False
    weekdays = {str(d)[-2:].upper() for d in rule.get("BYDAY", ())}
    if not {"BYMONTHDAY", "BYYEARDAY", "BYWEEKNO"} & named:
        return True
    every = (date(2000, 1, 1) + timedelta(days=n) for n in range(28 * 366))
    return any(
        day.month in months
        and ("BYMONTHDAY" not in named or _of_month(day, days))
        and ("BYYEARDAY" not in named or _of_year(day, year_days))
        and ("BYWEEKNO" not in named or bool(weeks & {day.isocalendar().week, day.isocalendar().week - 53}))
        and (not weekdays or list(_DAYS)[day.weekday()] in weekdays)
        for day in every
    )


def _weekdays_exist(rule: Any) -> bool:
    """Return whether a month, or year, can have one of the weekdays that are counted ("6MO": never)."""
    counted = [str(d)[:-2] for d in rule.get("BYDAY", ())]
    most = 53 if str(_one(rule, "FREQ")).upper() == "YEARLY" and not rule.get("BYMONTH") else 5
    return not counted or any(not n or abs(int(n)) <= most for n in counted)


def _numbers(rule: Any, name: str, most: int) -> set[int]:
    return {int(n) for n in rule.get(name, ()) if str(n).lstrip("+-").isdigit() and 1 <= abs(int(n)) <= most}


def _of_month(day: date, wanted: set[int]) -> bool:
    last = ((day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)).day
    return day.day in wanted or day.day - last - 1 in wanted


def _of_year(day: date, wanted: set[int]) -> bool:
    number, last = day.timetuple().tm_yday, date(day.year, 12, 31).timetuple().tm_yday
    return number in wanted or number - last - 1 in wanted
