"""How the assistant words times, people and lists. Pure."""

import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from empla.capabilities.calendar.results import SlotOption
from empla.capabilities.email.reading.newtext import new_text
from empla.capabilities.email.reading.times.model import Window
from empla.mind.readings import Mail

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_LENGTHS = {30: "half an hour", 60: "an hour", 90: "an hour and a half", 120: "two hours"}
_READ = 4_000
"""Characters of a mail in which its new words are looked for, to quote them."""


# times ---------------------------------------------------------------------------------------------------------------


def day(moment: date | datetime) -> str:
    """Return "Tuesday, 1 December 2026"."""
    return f"{DAYS[moment.weekday()]}, {moment.day} {MONTHS[moment.month - 1]} {moment.year}"


def clock(moment: datetime) -> str:
    """Return "14:00"."""
    return moment.strftime("%H:%M")


def hours(start: datetime, end: datetime, zone: str) -> str:
    """Return "14:00 to 14:30"; an end on another day is named with it."""
    here = ZoneInfo(zone)
    first, last = start.astimezone(here), end.astimezone(here)
    if first.date() == last.date():
        return f"{clock(first)} to {clock(last)}"
    midnight = clock(last) == "00:00" and last.date() - first.date() == timedelta(days=1)
    return f"{clock(first)} to {'24:00' if midnight else f'{day(last)}, {clock(last)}'}"


def plain_span(start: datetime, end: datetime, zone: str) -> str:
    """Return "Tuesday, 1 December 2026, 14:00 to 14:30": for where the zone is said apart."""
    return f"{day(start.astimezone(ZoneInfo(zone)))}, {hours(start, end, zone)}"


def span(start: datetime, end: datetime, zone: str) -> str:
    """Return "Tuesday, 1 December 2026, 14:00 to 14:30 (Europe/Berlin)"."""
    return f"{plain_span(start, end, zone)} ({zone})"


def moment(instant: datetime, zone: str) -> str:
    """Return "Tuesday, 1 December 2026, 14:00"."""
    local = instant.astimezone(ZoneInfo(zone))
    return f"{day(local)}, {clock(local)}"


def slot(option: SlotOption, zone: str) -> str:
    """Return the words for one slot, with its zone."""
    return span(option.start.value, option.end.value, zone)


def numbered(lines: Iterable[str]) -> str:
    """Return a numbered list, one a line."""
    return "\n".join(f"  {number}. {line}" for number, line in enumerate(lines, 1))


def options(offered: Sequence[SlotOption], zone: str) -> str:
    """Return times to choose from, without their zone."""
    return numbered(plain_span(o.start.value, o.end.value, zone) for o in offered)


def length(minutes: int) -> str:
    """Return "half an hour", "45 minutes", "an hour and a half", "three hours"."""
    if minutes in _LENGTHS:
        return _LENGTHS[minutes]
    if minutes % 60 == 0:
        number = minutes // 60
        return f"{NUMBERS[number] if number < len(NUMBERS) else number} hours"
    return f"{minutes} minutes" if minutes != 1 else "one minute"


def when(window: Window) -> str:
    """Return the days and hours that a window comes to, so that a misread day shows: "on Thursday, 10 September 2026".

    Empty for a window that names no day.
    """
    days = window.days()
    if window.grain == "open" or not days:
        return ""
    if len(days) > 1 and not window.exact and _in_a_row(days):
        return f"between {day(days[0])} and {day(days[-1])}{_but(days)}{_part(window)}"
    if len(days) > 5:
        return f"between {day(days[0])} and {day(days[-1])}{_part(window)}"
    return f"on {listed((day(d) for d in days), 'or')}{_part(window)}"


def _in_a_row(days: Sequence[date]) -> bool:
    return len(days) > 2 or days[1] - days[0] == timedelta(days=1)


def _but(days: Sequence[date]) -> str:
    """Name the working days in between that are left out."""
    inside = (days[0] + timedelta(days=n) for n in range((days[-1] - days[0]).days))
    out = [d for d in inside if d.weekday() < 5 and d not in days]
    return f", not on {listed((DAYS[d.weekday()] for d in out), 'or')}" if 0 < len(out) < 3 else ""


def _part(window: Window) -> str:
    """Return the hours of the day that a window is about, if it is not about whole days."""
    here = ZoneInfo(window.zone)
    local = [(s.start.astimezone(here), s.end.astimezone(here)) for s in window.spans]
    if window.exact:
        return f" at {listed(sorted({clock(start) for start, _ in local}), 'or')}"
    parts = sorted({(clock(start), clock(end)) for start, end in local})
    if window.grain != "part" or len(parts) > 2:
        return ""
    return f", {listed((_hours_of_day(since, until) for since, until in parts), 'or')}"


def _hours_of_day(since: str, until: str) -> str:
    if until == "00:00":
        return f"after {since}"
    return f"before {until}" if since == "00:00" else f"{since} to {until}"


def dates(first: datetime, last: datetime, zone: str) -> str:
    """Return the days from `first` to `last`: "on Thursday, ..." or "from Monday, ... to Friday, ..."."""
    here = ZoneInfo(zone)
    start, end = first.astimezone(here), (last - timedelta(microseconds=1)).astimezone(here)
    if start.date() == end.date():
        return f"on {day(start)}"
    return f"from {day(start)} to {day(end)}"


# lists and people's own words ----------------------------------------------------------------------------------------


def listed(names: Iterable[str], last: str = "and") -> str:
    """Return "Ada, Bob and Carla"."""
    known = list(names)
    if len(known) < 2:
        return "".join(known)
    return f"{', '.join(known[:-1])} {last} {known[-1]}"


def capital(text: str) -> str:
    """Return the text with a capital at its beginning, the rest as it is."""
    return f"{text[:1].upper()}{text[1:]}"


def sentence(text: str, longest: int = 200) -> str:
    """Return a person's own words, short enough to quote in one line."""
    plain = " ".join(text.split())
    return plain if len(plain) <= longest else f"{plain[: longest - 1]}…"


def said(mail: Mail, longest: int = 200, *, whole: bool = False) -> str:
    """Return what a person newly wrote, without what is quoted below; the subject if that is nothing.

    With `whole`, a mail that says nothing new (it was forwarded) is given as it is.
    """
    new = new_text(mail.text[:_READ])
    return sentence(new or (mail.text if whole else "") or mail.subject, longest)


_ARTICLE = re.compile(r"^(?:the|our|my|a|an)\s+(?=\S)", re.IGNORECASE)
_LEAD = re.compile(r"^(?:in|on|at|via|by|over|through|using)\s+(?:the\s+|an?\s+)?(?:quick\s+)?(?=\S)", re.IGNORECASE)


def title(topic: str) -> str:
    """Return a topic as the title of a meeting: "the budget" is "Budget"."""
    return capital(_ARTICLE.sub("", topic.strip()))


def location(place: str, manager: str) -> str:
    """Return a place as a calendar shows it: "in room 4" is "Room 4", "in my office" is "Anna Berg's office"."""
    return capital(re.sub(r"^my\b", f"{manager}'s", _LEAD.sub("", place.strip()), flags=re.IGNORECASE))


def paragraphs(*parts: str) -> str:
    """Return the parts that are not empty, with an empty line between."""
    return "\n\n".join(part for part in parts if part)


def section(title: str, lines: Iterable[str], most: int = 0) -> str:
    """Return a title with lines below it, of more than `most` (0: all) only so many; nothing if there are none."""
    said = list(lines)
    shown = said[:most] if most else said
    more = [f"  … and {len(said) - len(shown)} more"] if len(said) > len(shown) else []
    return "\n".join([title, *(f"  - {line}" for line in shown), *more]) if said else ""


def in_rows(days: Sequence[tuple[date, str]]) -> str:
    """Return entries under their days: each day named once, each entry on its own line."""
    lines = []
    for number, (of_day, entry) in enumerate(days):
        if number == 0 or days[number - 1][0] != of_day:
            lines.append(f"{day(of_day)}:")
        lines.append(f"  {entry}")
    return "\n".join(lines)
