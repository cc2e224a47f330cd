"""What the index keeps of an episode: its pieces, each with its roots, the days it speaks of, and what sort it is."""

import re
from collections.abc import Iterable
from datetime import date
from typing import Any, Final

from empla.capabilities.email.reading.times.past import days_spoken_of, has_number, speaks_of_time
from empla.memory.text.analysis import roots_of, words
from empla.memory.text.index import Entry, Piece
from empla.memory.text.pieces import parts_of, piece_number

COLUMNS: Final = (
    "seq", "kind", "at", "thread", "author", "people", "subject", "text", "outcome", "rationale", "importance",
    "visibility", "state",
)  # fmt: skip
"""Columns of an episode's row that the index reads."""


QUESTION: Final = 1
"""Flag of a piece that ends with a question mark."""
TIME: Final = 2
"""Flag of one that says when, or for how long."""
NUMBER: Final = 4
"""Flag of one that says how many."""
NAME: Final = 8
"""Flag of one that has a proper noun within a sentence."""

_WHEN = re.compile(
    r"\b(?:yesterday|today|tonight|tomorrow|ago|recently|just|weekend|since|\d+(?:st|nd|rd|th)"
    r"|(?:last|next|this|past|previous|coming|upcoming) (?:(?:few|couple|two|three) )?(?:of )?"
    r"(?:night|evening|morning|weekend|weeks?|months?|years?|days|summer|winter|spring|fall|autumn)"
    r"|for (?:a|the past|the last|\w+) (?:days?|weeks?|months?|years?)|(?:19|20)\d\d|in may"
    r"|january|february|march|april|june|july|august|september|october|november|december"
    r"|monday|tuesday|wednesday|thursday|friday|saturday|sunday)\b"
)
_COUNTS: Final = frozenset(
    """one two three four five six seven eight nine ten eleven twelve dozen once twice first second third couple few
    several hundred thousand million""".split()  # noqa: SIM905
)
_NAME = re.compile(r"(?<=[a-z,] )[A-Z][a-z]+")
_BASE: Final = Piece(0, "", "", 0, 0, "", 0, 0, 0, 0, "", "")


def entry(row: Any, people: tuple[str, ...]) -> Entry:
    """Return what the index is given of an episode's row (`COLUMNS`); `people` as they were read out of it."""
    day = date.fromisoformat(row.at[:10])
    parts = parts_of(row.text, row.outcome, row.rationale)
    pieces = tuple(
        _piece(row, day, place, part.words, row.subject if place == 0 else "") for place, part in enumerate(parts)
    )
    return Entry(pieces, row.author, people)


def _piece(row: Any, day: date, place: int, text: str, heading: str) -> Piece:
    own = words(text)
    found = roots_of(own)
    spans = ""
    flags = QUESTION if text.rstrip().endswith("?") else 0
    if speaks_of_time(own):
        lowered = text.lower()
        spans = ";".join(f"{first}-{last}" for first, last in days_spoken_of(lowered, own, day))
        if _WHEN.search(lowered):
            flags |= TIME
    if heading:
        headed = words(heading)
        found = found + roots_of(headed)
        own = own + headed
    if not _COUNTS.isdisjoint(own) or has_number(own):
        flags |= NUMBER
    if _NAME.search(text):
        flags |= NAME
    return Piece(
        piece_number(row.seq, place), row.thread, row.at, day.toordinal(), 0, row.kind, row.importance, row.visibility,
        flags, len(found), spans, " ".join(found),
    )  # fmt: skip


_NOBODY: Final = frozenset(
    """info sales support office admin contact team hr no reply noreply mail billing accounts help service services
    newsletter news notifications notification postmaster webmaster hello jobs press legal finance it security
    calendar events orders invoices customer customers care desk do not""".split()  # noqa: SIM905
)
"""Parts of addresses that name no person."""

_LETTERS = re.compile(r"[^\W\d_]{2,}")


def names_in(address: str) -> tuple[str, ...]:
    """Return the words by which somebody is likely called, by the address alone: "bob.stone@acme" is bob, stone."""
    local = address.partition("@")[0].partition("+")[0]
    return tuple(word for word in dict.fromkeys(_LETTERS.findall(local.lower())) if word not in _NOBODY)


def names_of(shown: Iterable[str]) -> tuple[str, ...]:
    """Return the words of names as they are shown, each once."""
    return tuple(dict.fromkeys(word for name in shown for word in _LETTERS.findall(name.lower())))
