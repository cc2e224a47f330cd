"""Of whom something is wanted: from the manager's words to people who may be written to, or one question."""

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import Any

from empla.capabilities.directory import Person
from empla.capabilities.email.reading.people import Who
from empla.capabilities.email.steps import reply
from empla.mind.readings import Mail
from empla.mind.steps import Do, Step
from empla.mind.values import Address, Origin, Source
from employees.executive_assistant import words
from employees.executive_assistant.guests import Guest, people
from employees.executive_assistant.hours import USUAL
from employees.executive_assistant.knowing import Profile, intent, told
from employees.executive_assistant.talking import asked

_ROUNDS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Who was meant, and the manager's last mail, the one to answer."""

    mail: Mail
    people: tuple[Guest, ...]


def correspondents(
    me: Profile, mail: Mail, named: Sequence[Who], matter: str, undone: str, question: str
) -> Generator[Step, Any, Found | None]:
    """Return the people who are meant; asks where a name is nobody's or several people's, and `question` if none is.

    None: the matter is over, and the manager knows.
    """
    found: dict[str, Guest] = {}
    unclear = list(named)
    for _ in range(_ROUNDS):
        why = ""
        for who in tuple(unclear):
            candidates = yield from people(who)
            fault = _fault(who, candidates, me)
            if not fault:
                unclear.remove(who)
                found[candidates[0].address.value] = candidates[0]
            why = why or fault
        if found and not unclear:
            return Found(mail=mail, people=tuple(found.values()))
        answer = yield from asked(me, mail, why or question, matter, undone)
        if answer is None:
            return None
        mail = answer
        if intent(answer) in ("no", "cancel"):
            break
        chosen = yield from _chosen(unclear[:1], answer)
        unclear = [*chosen, *unclear[1:]] if chosen else unclear
    yield reply(mail, f"All right, I leave it. {undone}")
    return None


def _fault(who: Who, found: Sequence[Guest], me: Profile) -> str:
    """Return the question that has to be asked about somebody, empty if it is clear who that is."""
    if len(found) > 1:
        return f"Which {who.words} do you mean: {words.listed((f'{g.name} ({g.address})' for g in found), 'or')}?"
    if not found:
        return f"I find nobody called “{who.words}” in the directory. What is the e-mail address, or whom do you mean?"
    if found[0].address.value in (me.manager.value, me.address.value):
        return f"“{who.words}” is one of us two. Whom do you mean?"
    if found[0].digital:
        return (
            f"{found[0].name} is a digital assistant and takes requests only from its manager. Whom else do you mean?"
        )
    return ""


def _chosen(unclear: Sequence[Who], answer: Mail) -> Generator[Step, Any, tuple[Who, ...]]:
    """Return whom an answer names: by name or address, or by place in the list that was offered."""
    named: tuple[Who, ...] = tuple(told(answer, "people") or ())
    if named:
        return named
    places: tuple[int, ...] = tuple(told(answer, "ordinals") or ())
    if places and unclear:
        candidates = yield from people(unclear[0])
        chosen = [candidates[p - 1 if p > 0 else p] for p in places if 0 < abs(p) <= len(candidates)]
        return tuple(Who(words=g.name, origin=g.address.origin, address=g.address) for g in chosen)
    plain = words.said(answer, 80).strip(" .!").removeprefix("From ").removeprefix("from ")
    if not plain or len(plain.split()) > 4:
        return ()
    who = Who(words=plain, origin=Origin(Source.MANAGER, answer.key, "text"))
    return (who,) if (yield from people(who)) else ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """When somebody works: zone and hours; those outside the company have the manager's zone and the usual hours."""

    zone: str
    hours: str


def hours_of(address: Address, me: Profile) -> Generator[Step, Any, Hours]:
    """Look up when somebody works."""
    found = yield Do(operation="people.find", arguments={"words": address.value})
    known: tuple[Person, ...] = found.people
    if len(known) == 1:
        return Hours(zone=known[0].zone or me.zone, hours=known[0].hours or USUAL)
    return Hours(zone=me.zone, hours=USUAL)
