"""Which pieces are weighed at all: of the words, of the person, of the days, and near in meaning."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from empla.memory.recall.sought import Sought
from empla.memory.recall.sources import Asked
from empla.memory.text.index import Bounds, Piece, TextIndex

BY_WORDS: Final = 100
BY_AUTHOR: Final = 50
BY_DAYS: Final = 100
BY_MEANING: Final = 100
BY_BOUNDS: Final = 100
"""Pieces that each way finds at most."""

POSTINGS: Final = 40_000
"""Entries of words that one question may have the index walk through, rarest words first; the rarest always counts."""

DAYS_AFTER: Final = 14
"""For how many days after it something is still talked about."""

_ALL_DAYS: Final = date.max.toordinal()


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidates:
    """The pieces to be weighed, `numbers`, and `pieces`: themselves and their neighbours as far as they may be seen."""

    numbers: Sequence[int]
    pieces: Mapping[int, Piece]


def gather(sought: Sought, index: TextIndex, asked: Asked | None) -> Candidates:
    """Return what is weighed for a question, everything within its bounds."""
    numbers = [*_of_days(sought, index)]
    near = _near(sought, index)
    pieces = dict(index.pieces([*near, *numbers]))
    numbers += _centres(sought, near, pieces)
    if asked is not None:
        numbers += [number for number, _ in asked.nearest(sought.bounds, BY_MEANING)]
    if sought.is_bounded:
        numbers += index.within(sought.bounds, BY_BOUNDS)
    if not numbers and sought.author:  # the words are a name and nothing else
        numbers += index.written(0, _ALL_DAYS, sought.bounds, BY_BOUNDS, sought.author)
    numbers = list(dict.fromkeys(numbers))
    if not sought.bounds.is_open:
        numbers = list(index.visible(numbers, sought.bounds))
    pieces |= index.pieces([number for number in numbers if number not in pieces])
    numbers = [number for number in numbers if number in pieces]
    return Candidates(numbers=numbers, pieces=_with_neighbours(sought, index, numbers, pieces))


def _of_days(sought: Sought, index: TextIndex) -> Sequence[int]:
    """Return what was written about when the question means."""
    return [
        number
        for first, last in sought.spans
        for number in index.written(first, last + DAYS_AFTER, sought.bounds, BY_DAYS, sought.author)
    ]


def _near(sought: Sought, index: TextIndex) -> dict[int, float]:
    """Return the pieces that themselves have the words, and how well."""
    wanted = _affordable(sought)
    found = dict(index.matching(wanted, sought.bounds, BY_WORDS))
    if sought.author:
        found |= dict(index.matching(wanted, sought.bounds, BY_AUTHOR, sought.author))
    return found


def _affordable(sought: Sought) -> dict[str, float]:
    """Return the roots that are looked up: all, unless they are so frequent that it would take long."""
    left = POSTINGS
    chosen: dict[str, float] = {}
    for root in sorted(sought.weights, key=lambda root: (-sought.weights[root], root)):
        cost = sought.frequencies.get(root, 0)
        if cost and (not chosen or cost <= left):
            chosen[root] = sought.weights[root]
            left -= cost
    return chosen


def _centres(sought: Sought, near: Mapping[int, float], pieces: Mapping[int, Piece]) -> list[int]:
    """Return the pieces around which the words stand: their own, and those of two pieces before and one after.

    They are added up here rather than indexed together: a question and its answer seldom use the same words.
    """
    total: dict[int, float] = {}
    for number, score in near.items():
        piece = pieces.get(number)
        if piece is not None:
            for centre in (number, piece.after, piece.after2, piece.before):
                if centre:
                    total[centre] = total.get(centre, 0.0) + score
    ranked = sorted(total, key=lambda centre: (-total[centre], centre))
    if not sought.author:
        return ranked[:BY_WORDS]
    own = [centre for centre in ranked[BY_WORDS:] if centre in pieces and pieces[centre].author in sought.author]
    return ranked[:BY_WORDS] + own[:BY_AUTHOR]


def _with_neighbours(
    sought: Sought, index: TextIndex, numbers: Sequence[int], pieces: Mapping[int, Piece]
) -> dict[int, Piece]:
    """Return the candidates and their neighbours; what the viewer may not see says nothing about what is beside it."""
    own = {number: pieces[number] for number in numbers}
    beside = {
        other
        for piece in own.values()
        for other in (piece.before2, piece.before, piece.after)
        if other and other not in own
    }
    ordered: Sequence[int] = sorted(beside)
    if not sought.bounds.viewer.everything:
        ordered = index.visible(ordered, Bounds(viewer=sought.bounds.viewer))
    own |= {number: pieces[number] for number in ordered if number in pieces}
    return own | dict(index.pieces([number for number in ordered if number not in own]))
