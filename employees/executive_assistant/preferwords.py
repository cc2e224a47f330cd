"""How the assistant words preferences. Pure."""

from collections.abc import Iterable

from empla.mind.preferences import (
    CALL,
    CLOSING,
    CORRECTION,
    DIAL_IN,
    GREETING,
    IN_PERSON,
    JUST_BOOK,
    LINES,
    NOT_CLOSING,
    NOT_WAY,
    PHONE,
    VIDEO,
    WAY,
    Held,
    Wanted,
)
from employees.executive_assistant import words

_WAYS = {
    JUST_BOOK: "book the first time that suits, rather than propose some",
    PHONE: "hold meetings by phone that name no place",
    VIDEO: "hold meetings by video that name no place",
    IN_PERSON: "hold meetings in person",
}


def described(held: Held, me: str = "") -> str:
    """Return what a preference comes to: "I call Robert Stone “Rob”"; `me` is the address of whom it is told to."""
    value, whom = held.preferred.value, _whom(held, me)
    if held.key in (WAY, NOT_WAY):
        way = _WAYS.get(held.scope, held.scope)
        return f"I {way}" if held.key == WAY else f"I do not {way}"
    said = {
        CALL: f"I call {whom} “{value}”",
        GREETING: f"I greet {whom} with “{value}”",
        CLOSING: f"I end mails with “{value}”",
        NOT_CLOSING: f"I never end a mail with “{value}”",
        LINES: f"my mails{f' to {whom}' if held.person else ''} have at most {value} lines, and the rest is attached",
        DIAL_IN: f"every invitation has the dial-in {value}",
        CORRECTION: f"I write “{value}”, never “{held.scope}”",
    }
    return said.get(held.key, f"{held.key}: {value}")


def _whom(held: Held, me: str) -> str:
    if held.person == me:
        return "you"
    return held.preferred.name or held.person or "everybody"


def listed(held: Iterable[Held], me: str) -> str:
    """Return preferences one a line, under their numbers."""
    by_number = sorted(held, key=lambda h: h.preferred.number)
    return "\n".join(f"  {h.preferred.number}. {words.capital(described(h, me))}." for h in by_number)


def noticed(held: Iterable[Held], me: str) -> str:
    """Return what was merely observed, one a line, each with how sure it is."""
    lines = [
        f"  - {words.capital(described(h, me))} ({h.preferred.agreed} times, {h.preferred.confidence:.0%} sure)."
        for h in held
    ]
    return "\n".join(sorted(lines))


def asks_for_value(wanted: Wanted, name: str) -> str:
    """Return the question for what a preference leaves open, "" if nothing."""
    if wanted.value:
        return ""
    if wanted.key == DIAL_IN:
        return "Which dial-in shall I add? Please send me the number or the link."
    return f"What is the short form of {name}’s name?" if wanted.key == CALL else "Which one do you mean?"
