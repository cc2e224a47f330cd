"""Pieces of episodes: what indexes find. A short episode is one piece; a long mail is several that follow one another.

The number of a piece is its episode's number times 64 plus its place, so that numbers go up as episodes do, and the
indexes of words and of vectors speak of the same things.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

PER_EPISODE = 64
"""Pieces that one episode has at most; the last of them is as long as it must be."""

PIECE_CHARACTERS = 900
"""About how long a piece becomes before the next begins: some 150 words, what a paragraph of a letter is at most."""

_BREAKS = re.compile(r"\n\s*\n|\n(?=\s*(?:[-*•]|\d+[.)])\s)")
_SENTENCES = re.compile(r"(?<=[.!?])\s+|\n")


def piece_number(episode: int, place: int) -> int:
    """Return the number of a piece; places count from 0."""
    return episode * PER_EPISODE + place


def episode_of(piece: int) -> int:
    """Return the number of the episode that a piece is of."""
    return piece // PER_EPISODE


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of an episode: somebody's own words, and what the employee noted of what came of it and why.

    Both are found by, but only `text` may be quoted as what somebody said.
    """

    text: str
    came_of: str = ""

    @property
    def words(self) -> str:
        """All that it is found by."""
        return f"{self.text}\n{self.came_of}".strip("\n") if self.came_of else self.text


def parts_of(text: str, outcome: str, rationale: str) -> tuple[Part, ...]:
    """Return an episode in parts, at least one: its text in pieces, with the last what came of it, and why.

    What came of it is a piece of its own where the last has no room for it, unless there are as many as may be.
    """
    pieces = pieces_of(text)
    came_of = "\n".join(filter(None, (outcome, rationale)))
    if not came_of:
        return tuple(map(Part, pieces))
    if len(pieces) == PER_EPISODE or len(pieces[-1]) + len(came_of) < PIECE_CHARACTERS:
        return (*map(Part, pieces[:-1]), Part(pieces[-1], came_of))
    return (*map(Part, pieces), Part("", came_of))


def pieces_of(text: str) -> tuple[str, ...]:
    """Return a text in pieces, at least one: whole paragraphs, and sentences where a paragraph alone is too long."""
    if len(text) <= PIECE_CHARACTERS:
        return (text,)
    pieces = list(_filled(_parts(text)))
    kept = pieces[: PER_EPISODE - 1]
    rest = pieces[PER_EPISODE - 1 :]
    return (*kept, "\n".join(rest)) if rest else tuple(kept)


def _parts(text: str) -> Iterator[str]:
    for paragraph in _BREAKS.split(text):
        if len(paragraph) <= PIECE_CHARACTERS:
            yield paragraph
        else:
            for sentence in _SENTENCES.split(paragraph):
                for start in range(0, len(sentence), PIECE_CHARACTERS):
                    yield sentence[start : start + PIECE_CHARACTERS]


def _filled(parts: Iterator[str]) -> Iterator[str]:
    """Join short parts as long as they fit into one piece."""
    held: list[str] = []
    length = 0
    for part in filter(None, map(str.strip, parts)):
        if held and length + len(part) > PIECE_CHARACTERS:
            yield "\n".join(held)
            held, length = [], 0
        held.append(part)
        length += len(part) + 1
    yield "\n".join(held)
