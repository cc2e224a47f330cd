"""Entries of a calendar as lines, and what is worth saying of a day: what clashes, and where no time is left to travel.

Pure but for the names of people, who are looked up in the directory.
"""

import re
from collections.abc import Generator, Iterator, Sequence
from datetime import timedelta
from itertools import pairwise
from typing import Any

from empla.capabilities.calendar.results import AgendaItem
from empla.mind.steps import Step
from employees.executive_assistant import words
from employees.executive_assistant.guests import names_of
from employees.executive_assistant.knowing import Profile

TO_TRAVEL = timedelta(minutes=30)
"""What should lie between two meetings at different places."""
_ELSEWHERE = re.compile(
    r"(?:zoom|teams|meet|webex|skype|slack|phone|telephone|tel|call|video|online|remote|virtual|https?:)", re.IGNORECASE
)


def in_order(items: Sequence[AgendaItem]) -> list[AgendaItem]:
    """Return entries in the order in which they begin."""
    return sorted(items, key=lambda i: (i.start.value, i.end.value, i.event.uid))


def awaited_names(items: Sequence[AgendaItem], me: Profile) -> Generator[Step, Any, dict[str, str]]:
    """Return the names of those who have not answered, by address."""
    return (yield from names_of(a for i in items for a in i.awaited if a.value != me.manager.value))


def entry(item: AgendaItem, me: Profile, names: dict[str, str]) -> str:
    """Return one entry as a line: when, what, where, and what is not settled."""
    when = "all day" if item.all_day else words.hours(item.start.value, item.end.value, me.zone)
    notes = [item.location] if item.location else []
    if item.declined:
        notes.append("you have declined")
    elif item.unanswered:
        notes.append("you have not answered the invitation")
    elif item.tentative:
        notes.append("tentative")
    if awaited := [names[a.value] for a in item.awaited if a.value in names]:
        notes.append(f"no answer yet from {words.listed(awaited)}")
    return f"{when}  {item.title or '(no title)'}" + (f"  ({'; '.join(notes)})" if notes else "")


def clashes(items: Sequence[AgendaItem], me: Profile) -> list[str]:
    """Return a line for every two entries that take the same time."""
    taking = [i for i in in_order(items) if not (i.all_day or i.free or i.declined)]
    return [
        f"{_named(first, me)} and {_named(second, me)}"
        for number, first in enumerate(taking)
        for second in taking[number + 1 :]
        if second.start.value < first.end.value
    ]


def journeys(items: Sequence[AgendaItem], me: Profile) -> list[str]:
    """Return a line for every two entries at different places with less than `TO_TRAVEL` between them."""
    return list(_journeys(items, me))


def _journeys(items: Sequence[AgendaItem], me: Profile) -> Iterator[str]:
    going = [i for i in in_order(items) if not (i.all_day or i.free or i.declined)]
    for first, second in pairwise(going):
        here, there = first.location.strip(), second.location.strip()
        if not here or not there or here.lower() == there.lower() or _ELSEWHERE.search(here + " " + there):
            continue
        gap = second.start.value - first.end.value
        if timedelta(0) <= gap < TO_TRAVEL:
            minutes = int(gap.total_seconds() // 60)
            left = words.length(minutes) if minutes else "no time"
            yield f"{left} between {_named(first, me)} ({here}) and {_named(second, me)} ({there})"


def _named(item: AgendaItem, me: Profile) -> str:
    return f"“{item.title or '(no title)'}” ({words.hours(item.start.value, item.end.value, me.zone)})"
