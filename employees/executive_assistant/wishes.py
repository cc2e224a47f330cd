"""From the manager's words to a meeting that can be looked for: who, how long, when.

What the words leave open is asked: one question at a time, at most `MOST_QUESTIONS`; every answer continues the same
intention.
"""

from collections.abc import Generator
from dataclasses import dataclass, replace
from typing import Any

from empla.capabilities.directory import Person
from empla.capabilities.email.reading.intents import THRESHOLD
from empla.capabilities.email.reading.people import Who
from empla.capabilities.email.reading.times.model import Window, narrow
from empla.capabilities.email.steps import reply
from empla.mind.readings import Mail, Reading
from empla.mind.steps import Do, Raise, Step
from empla.mind.values import Address
from employees.executive_assistant import words
from employees.executive_assistant.knowing import Profile, Steps, ask, intent

MOST_QUESTIONS = 4
USUAL_MINUTES = 30
"""How long a meeting is when nobody says."""

CONTINUES = frozenset({"answer", "choose", "yes", "schedule", "unknown"})
"""Intents of an answer that still speaks of the same wish; anything else is a request of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Guest:
    """Somebody to be invited."""

    name: str
    address: Address


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is known of the meeting so far. `mail` is the last one from the manager: the one to answer."""

    mail: Mail
    whom: tuple[Who, ...] = ()
    guests: tuple[Guest, ...] = ()
    minutes: int | None = None
    window: Window | None = None
    topic: str = ""
    doubts: tuple[Any, ...] = ()
    unread: tuple[str, ...] = ()
    sure: bool = True
    unplaced: tuple[Who, ...] = ()

    @property
    def length(self) -> int:
        """Return how many minutes it takes."""
        return self.minutes or USUAL_MINUTES

    @property
    def names(self) -> str:
        """Return the guests' names as a person would list them."""
        return words.listed(g.name for g in self.guests)


def first_wish(mail: Mail) -> Wish:
    """Return what a request says."""
    reading = mail.reading
    assert reading is not None
    return Wish(
        mail=mail,
        whom=tuple(reading.value("people") or ()),
        minutes=reading.value("minutes"),
        window=reading.value("window"),
        topic=reading.value("topic") or "",
        doubts=tuple(reading.value("doubts") or ()),
        unread=reading.unread,
        sure=reading.confidence >= THRESHOLD,
    )


def clarified(wish: Wish, me: Profile) -> Generator[Step, Any, Wish | None]:
    """Ask until the wish is clear, and return it; None if the manager lets it go, or does not answer."""
    for _ in range(MOST_QUESTIONS):
        wish = yield from _placed(wish, me)
        question = yield from _question(wish, me)
        if question is None:
            return wish
        answer = yield ask(me.manager, reply(wish.mail, question))
        if answer is None:
            return None
        if intent(answer) in ("no", "cancel"):
            yield reply(answer, "All right, I leave it. Nothing is booked.")
            return None
        if intent(answer) not in CONTINUES:
            yield Raise(kind="mail", fields={"mail": answer})
            return None
        wish = _with_answer(wish, answer)
    yield reply(wish.mail, _GIVEN_UP)
    return None


_GIVEN_UP = (
    "I am sorry, I still do not understand it well enough, so I have booked nothing. "
    "Please write the request once more in one sentence, such as:\n\n"
    "  - Book half an hour with Bob next Tuesday afternoon."
)


def _with_answer(wish: Wish, answer: Mail) -> Wish:
    """Return the wish with what the answer adds. What the question was about is settled by being answered."""
    reading: Reading | None = answer.reading
    assert reading is not None
    later: Window | None = reading.value("window")
    window = later if wish.window is None or later is None else narrow(wish.window, later)
    people = tuple(reading.value("people") or ())
    kept = tuple(w for w in wish.whom if w not in wish.unplaced)
    return replace(
        wish,
        mail=answer,
        whom=(*kept, *people) if people else wish.whom,
        minutes=reading.value("minutes") or wish.minutes,
        window=window if window is not None else wish.window,
        topic=wish.topic or reading.value("topic") or "",
        doubts=tuple(reading.value("doubts") or ()),
        unread=() if wish.unread or wish.doubts else reading.unread,
        sure=wish.sure or intent(answer) in ("yes", "answer", "schedule"),
    )


def _placed(wish: Wish, me: Profile) -> Generator[Step, Any, Wish]:
    """Look up everybody who is mentioned; keep apart those who are nobody, or more than one."""
    guests: dict[str, Guest] = {}
    unplaced = []
    for who in wish.whom:
        found = yield from _people(who)
        if len(found) == 1:
            guests[found[0].address.value] = found[0]
        else:
            unplaced.append(who)
    own = (me.manager.value, me.address.value)
    kept = tuple(guest for address, guest in guests.items() if address not in own)
    return replace(wish, guests=kept, unplaced=tuple(unplaced))


def _people(who: Who) -> Steps:
    looked_up = who.address.value if who.address is not None else who.words
    found = yield Do(operation="people.find", arguments={"words": looked_up})
    people: tuple[Person, ...] = found.people
    if not people and who.address is not None:
        return (Guest(name=who.address.value, address=who.address),)
    return tuple(Guest(name=p.name, address=p.address) for p in people)


def _question(wish: Wish, me: Profile) -> Generator[Step, Any, str | None]:
    """Return the one question to ask next, None if everything needed is known."""
    if wish.doubts:
        return str(wish.doubts[0].question)
    if wish.unplaced:
        return (yield from _who_is(wish.unplaced[0]))
    if wish.unread:
        return f"I could not place “{wish.unread[0]}” in your request. What does it mean for the meeting?"
    if not wish.guests:
        return "Who should be there besides you?"
    if not wish.sure:
        when = f", {words.window(wish.window.said)}" if wish.window is not None else ""
        return f"I understand: {words.length(wish.length)} with {wish.names}{when}. Is that right?"
    return None


def _who_is(who: Who) -> Generator[Step, Any, str]:
    found = yield from _people(who)
    if not found:
        return f"I find nobody called “{who.words}” in the directory. What is their e-mail address?"
    choices = words.listed((f"{g.name} ({g.address})" for g in found), "or")
    return f"Which {who.words} do you mean: {choices}?"
