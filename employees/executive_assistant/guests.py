"""Who is meant: from the words of a mail to people in the directory, and from addresses to names."""

from collections.abc import Generator, Iterable
from dataclasses import dataclass
from typing import Any

from empla.capabilities.directory import Person
from empla.capabilities.email.reading.people import Who
from empla.mind.codec import registered
from empla.mind.steps import Do, Step
from empla.mind.values import Address, Origin, Source


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class Guest:
    """Somebody to be invited; `digital`: not a person but an employee like ourselves."""

    name: str
    address: Address
    digital: bool = False


def people(who: Who) -> Generator[Step, Any, tuple[Guest, ...]]:
    """Return whom the directory has for these words; an address that it does not know is somebody from outside."""
    found = yield Do(operation="people.find", arguments={"words": who.address.value if who.address else who.words})
    known: tuple[Person, ...] = found.people
    if not known and who.address is not None:
        name = who.address.value if "@" in who.words else who.words
        return (Guest(name=name, address=who.address),)
    return tuple(Guest(name=p.name, address=p.address, digital=p.employee) for p in known)


def known_by(address: Address) -> Generator[Step, Any, Guest]:
    """Return who has this address: with the directory's word for it if it knows them, else with the address as name."""
    who = Who(words=address.value, origin=Origin(Source.RECORD), address=address)
    found = yield from people(who)
    return found[0]


def people_at(address: Address) -> Generator[Step, Any, tuple[Guest, ...]]:
    """Return who in the directory has this address; nobody for one from outside."""
    found = yield Do(operation="people.find", arguments={"words": address.value})
    known: tuple[Person, ...] = found.people
    return tuple(Guest(name=p.name, address=p.address, digital=p.employee) for p in known)


def names_of(addresses: Iterable[Address]) -> Generator[Step, Any, dict[str, str]]:
    """Return the name for each address."""
    names: dict[str, str] = {}
    for address in addresses:
        if address.value not in names:
            names[address.value] = (yield from known_by(address)).name
    return names
