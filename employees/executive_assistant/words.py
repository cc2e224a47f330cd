"""How the assistant words times, people and lists. Pure."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from itertools import groupby
from zoneinfo import ZoneInfo

from empla.capabilities.calendar.results import AgendaItem, SlotOption
from empla.mind.values import Address

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


def day(moment: date | datetime) -> str:
    """Return "Tuesday, 1 December 2026"."""
    return f"{DAYS[moment.weekday()]}, {moment.day} {MONTHS[moment.month - 1]} {moment.year}"


def clock(moment: datetime) -> str:
    """Return "14:00"."""
    return moment.strftime("%H:%M")


def span(start: datetime, end: datetime, zone: str) -> str:
    """Return "Tuesday, 1 December 2026, 14:00 to 14:30 (Europe/Berlin)"."""
    here = ZoneInfo(zone)
    first, last = start.astimezone(here), end.astimezone(here)
    until = clock(last) if first.date() == last.date() else f"{day(last)}, {clock(last)}"
    return f"{day(first)}, {clock(first)} to {until} ({zone})"


def slot(option: SlotOption, zone: str) -> str:
    """Return the words for one slot."""
    return span(option.start.value, option.end.value, zone)


def numbered(options: Sequence[SlotOption], zone: str) -> str:
    """Return options as a numbered list, one a line."""
    return "\n".join(f"  {number}. {slot(option, zone)}" for number, option in enumerate(options, 1))


def listed(names: Iterable[str], last: str = "and") -> str:
    """Return "Ada, Bob and Carla"."""
    known = list(names)
    if len(known) < 2:
        return "".join(known)
    return f"{', '.join(known[:-1])} {last} {known[-1]}"


def length(minutes: int) -> str:
    """Return "half an hour", "45 minutes", "an hour and a half"."""
    known = {30: "half an hour", 60: "an hour", 90: "an hour and a half", 120: "two hours"}
    return known.get(minutes, f"{minutes} minutes")


def window(said: str) -> str:
    """Return the words of a window as they fit after "for": without a leading preposition."""
    first, _, rest = said.strip().rstrip("?.!,").partition(" ")
    return rest if first.lower() in ("on", "for", "at", "in") and rest else said.strip().rstrip("?.!,")


def agenda(items: Sequence[AgendaItem], zone: str, mine: Address) -> str:
    """Return what stands in a calendar, by day."""
    here = ZoneInfo(zone)

    def first_day(item: AgendaItem) -> date:
        return item.start.value.astimezone(here).date()

    parts = []
    for found, of_day in groupby(sorted(items, key=lambda i: i.start.value), key=first_day):
        parts.append("\n".join([f"{day(found)}:", *(f"  {agenda_line(item, here, mine)}" for item in of_day)]))
    return "\n".join(parts)


def agenda_line(item: AgendaItem, here: ZoneInfo, mine: Address) -> str:
    """Return one line of an agenda: when, what, and what is not settled."""
    start, end = item.start.value.astimezone(here), item.end.value.astimezone(here)
    when = "all day" if item.all_day else f"{clock(start)} to {clock(end)}"
    notes = []
    if item.unanswered:
        notes.append("you have not answered the invitation")
    elif item.tentative:
        notes.append("tentative")
    if awaited := [a.value for a in item.awaited if a.value != mine.value]:
        notes.append(f"no answer yet from {listed(awaited)}")
    return f"{when}  {item.title or 'busy'}" + (f"  ({'; '.join(notes)})" if notes else "")


def sentence(text: str, longest: int = 200) -> str:
    """Return a person's own words, short enough to quote in one line."""
    plain = " ".join(text.split())
    return plain if len(plain) <= longest else f"{plain[: longest - 1]}…"
