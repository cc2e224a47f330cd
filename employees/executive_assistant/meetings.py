"""A meeting as it stands in a calendar: whose it is, and who is in it."""

from collections.abc import Generator
from typing import Any

from empla.capabilities.calendar.results import AgendaItem
from empla.mind.readings import Mail
from empla.mind.steps import Do, Step
from empla.mind.values import Address, Source
from employees.executive_assistant import words
from employees.executive_assistant.guests import Guest, names_of
from employees.executive_assistant.knowing import Profile, told

COVERED = (Source.MANAGER, Source.DIRECTORY)
"""Origins of an address that a request of the manager may cover."""


def arranged(item: AgendaItem, me: Profile) -> bool:
    """Return whether a meeting was arranged by the assistant."""
    return item.organizer is not None and item.organizer.value == me.address.value


def own_entry(item: AgendaItem, me: Profile) -> bool:
    """Return whether it is an entry that the manager made, with nobody else in it: the manager's to change."""
    organizer = item.organizer.value if item.organizer is not None else me.manager.value
    return organizer == me.manager.value and {a.value for a in item.attendees} <= {me.manager.value}


def ours(item: AgendaItem, me: Profile) -> bool:
    """Return whether it may be changed at the manager's request: nobody else's word is needed."""
    return arranged(item, me) or own_entry(item, me)


def not_ours(item: AgendaItem, me: Profile, verb: str) -> str:
    """Say why a meeting is not changed, and by whom it could be."""
    when = words.span(item.start.value, item.end.value, me.zone)
    return (
        f"“{item.title}”, {when}, was not arranged by me, so I cannot {verb} it. I have changed nothing; "
        f"please ask its organizer, or {verb} it yourself."
    )


def guests_of(item: AgendaItem, mail: Mail, me: Profile) -> Generator[Step, Any, tuple[Address, ...]]:
    """Return those who are invited. Who stands in the directory, or in the manager's own words, is reached on that
    word; the calendar's alone covers nobody, and the gate will ask."""
    own_words = {w.address.value: w.address for w in (told(mail, "people") or ()) if w.address is not None}
    guests = []
    for address in item.attendees:
        if address.value in (me.manager.value, me.address.value):
            continue
        known = yield Do(operation="people.find", arguments={"words": address.value})
        guests.append(known.people[0].address if known.people else own_words.get(address.value, address))
    return tuple(guests)


def named_guests(item: AgendaItem, mail: Mail, me: Profile) -> Generator[Step, Any, tuple[Guest, ...]]:
    """Return those who are invited, with their names (see `guests_of`)."""
    addresses = yield from guests_of(item, mail, me)
    names = yield from names_of(addresses)
    return tuple(Guest(name=names[a.value], address=a) for a in addresses)


def minutes_of(item: AgendaItem) -> int:
    """Return how long it takes."""
    return int((item.end.value - item.start.value).total_seconds() // 60)
