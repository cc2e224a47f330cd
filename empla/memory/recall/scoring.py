"""How well each candidate fits: a sum of parts, each a weight times what was found.

The weights are round and set by hand. What was measured of them stands in ARCHITECTURE.md: each may be halved or half
as large again without much change, so there is nothing to be gained by fitting them.
"""

import math
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from empla.memory.model import EpisodeKind, Importance
from empla.memory.recall.candidates import DAYS_AFTER, Candidates
from empla.memory.recall.sought import Sought
from empla.memory.recall.sources import Asked
from empla.memory.text.features import NAME, NUMBER, QUESTION, TIME
from empla.memory.text.index import Piece, Totals

WEIGHTS: Final[Mapping[str, float]] = {
    "near": 1.0,  # the words, in it and around it (BM25), as a share of the best
    "covered": 1.0,  # how much of the question is found in it and around it, by the weight of its words
    "thread": 1.0,  # how much of the question its whole thread has, as a share of the best thread
    "own": 1.0,  # the words, in itself alone
    "author": 1.5,  # written by the one person who is named
    "people": 0.5,  # those who are named took part
    "date": 1.5,  # written about when the question means
    "mentioned": 1.0,  # speaks of the days that the question means
    "when": 1.0,  # the question asks when, and it says a time
    "many": 0.5,  # how many, and it has a number
    "name": 0.5,  # who or where, and it has a name
    "answer": 0.5,  # it follows a question that has the words
    "length": 0.5,  # says more (the logarithm of its words)
    "question": -0.5,  # is a question itself
    "decided": 1.0,  # the question is about a situation like it, and it says what was decided
    "recent": 0.3,  # the question says nothing of time: halved every half year
    "important": 0.3,  # per level above the usual
}
WITH_MEANING: Final[Mapping[str, float]] = {
    **{name: weight for name, weight in WEIGHTS.items() if name != "own"},
    "thread": 0.5,  # the vectors were read in their context, and know the thread
    "meaning": 12.0,  # the mean, over the question's tokens, of the nearest of its own
}
ROUGH_MEANING: Final = 7.0
"""Weight of the cosine of whole pieces: for choosing those that are looked at token by token, or where tokens are not
kept."""

WEIGHED: Final = 64
"""Candidates that are looked at token by token."""

_K1, _B = 1.2, 0.75  # BM25's usual values
_WINDOW: Final = 4  # two before, itself, one after
_DAYS_BEFORE: Final = 7
_HALVED_DAYS: Final = 182.0


@dataclass(slots=True)
class Scored:
    """A candidate, the parts of its score, each weighted already, and their sum."""

    piece: Piece
    parts: dict[str, float]
    score: float = 0.0


def score(sought: Sought, found: Candidates, totals: Totals, at: datetime, asked: Asked | None = None) -> list[Scored]:
    """Return the candidates with their scores, the best first; of equals the later."""
    if not found.numbers:
        return []
    scored = _by_words(sought, found, totals, at, WEIGHTS if asked is None else WITH_MEANING)
    if asked is not None:
        scored = _by_meaning(scored, asked)
    for one in scored:
        one.score = sum(one.parts.values())
    scored.sort(key=lambda one: (-one.score, -one.piece.number))
    return scored


def _by_meaning(scored: Sequence[Scored], asked: Asked) -> list[Scored]:
    """Add how near in meaning the most promising are; what has no vectors yet counts as the mean of the others."""
    cosines = asked.cosines([one.piece.number for one in scored])
    usual = _mean(cosines.values())
    rough = {one.piece.number: ROUGH_MEANING * cosines.get(one.piece.number, usual) for one in scored}
    for one in scored:
        one.score = sum(one.parts.values()) + rough[one.piece.number]
    best = sorted(scored, key=lambda one: (-one.score, one.piece.number))[:WEIGHED]
    likeness = asked.likeness([one.piece.number for one in best])
    usual = _mean(likeness.values())
    weight = WITH_MEANING["meaning"]
    for one in best:
        number = one.piece.number
        one.parts["meaning"] = weight * likeness.get(number, usual) if likeness else rough[number]
    return best


def _mean(values: Collection[float]) -> float:
    return sum(values) / len(values) if values else 0.0


# by words and features ------------------------------------------------------------------------------------------------


class _Matched:
    """Which words of the question stand in each piece, and how much that comes to."""

    def __init__(self, sought: Sought, pieces: Mapping[int, Piece], totals: Totals) -> None:
        self._weights = sought.weights
        self._mean_own = totals.length / (totals.pieces or 1) or 1.0
        self._pieces = pieces
        self.total = sum(sought.weights.values()) or 1.0
        weights = sought.weights
        self.roots = {
            number: [root for root in piece.roots.split() if root in weights] for number, piece in pieces.items()
        }
        self.own = {number: self._bm25(roots, pieces[number].length, 1) for number, roots in self.roots.items()}

    def around(self, piece: Piece) -> tuple[float, float]:
        """Return for a piece with its neighbours BM25, and the share of the question that is found."""
        near: list[str] = []
        length = 0
        pieces = self._pieces
        for number in (piece.before2, piece.before, piece.number, piece.after):
            if number in pieces:
                near += self.roots[number]
                length += pieces[number].length
        return (self._bm25(near, length, _WINDOW), self.share(set(near))) if near else (0.0, 0.0)

    def share(self, roots: Iterable[str]) -> float:
        """Return the share of the question's weight that these roots have."""
        return sum(map(self._weights.__getitem__, sorted(roots))) / self.total

    def _bm25(self, roots: Sequence[str], length: int, pieces: int) -> float:
        """Return how well these roots of the question fit, each as often as it stands in so many pieces."""
        if not roots:
            return 0.0
        flat = _K1 * (1 - _B + _B * length / (pieces * self._mean_own))
        if len(roots) == 1:
            return self._weights[roots[0]] * (_K1 + 1) / (1 + flat)
        counts: dict[str, int] = {}
        for root in roots:
            counts[root] = counts.get(root, 0) + 1
        fits = 0.0
        for root, n in counts.items():
            fits += self._weights[root] * n * (_K1 + 1) / (n + flat)
        return fits


def _by_words(
    sought: Sought, found: Candidates, totals: Totals, at: datetime, weights: Mapping[str, float]
) -> list[Scored]:
    """Return the candidates in the order in which they were found, with all parts that need no vectors."""
    pieces = [found.pieces[number] for number in found.numbers]
    matched = _Matched(sought, found.pieces, totals)
    around = [matched.around(piece) for piece in pieces]
    best_near = max(near for near, _ in around) or 1.0
    best_own = max(matched.own[piece.number] for piece in pieces) or 1.0
    threads = _threads(pieces, matched)
    today = at.date().toordinal() if sought.is_timeless else 0
    present = _present(sought, pieces)
    scored = []
    for piece, (near, covered) in zip(pieces, around, strict=True):
        parts = {
            "near": weights["near"] * near / best_near,
            "covered": weights["covered"] * covered,
            "thread": weights["thread"] * threads[piece.thread or piece.number],
            "length": weights["length"] * math.log1p(piece.length),
        }
        if "own" in weights:
            parts["own"] = weights["own"] * matched.own[piece.number] / best_own
        before = found.pieces.get(piece.before)
        if before is not None and before.flags & QUESTION:
            parts["answer"] = weights["answer"] * min(1.0, matched.own[before.number] / best_own)
        if sought.named:
            parts["people"] = weights["people"] * present[piece.people]
        _add_features(parts, sought, piece, weights)
        _add_standing(parts, piece, today, weights)
        scored.append(Scored(piece=piece, parts=parts))
    return scored


def _threads(pieces: Sequence[Piece], matched: _Matched) -> dict[str | int, float]:
    """Return for each thread how much of the question its candidates have together, as a share of the best thread's.

    What belongs to no thread is one by itself.
    """
    roots: dict[str | int, set[str]] = defaultdict(set)
    for piece in pieces:
        roots[piece.thread or piece.number].update(matched.roots[piece.number])
    shares = {thread: matched.share(some) for thread, some in roots.items()}
    best = max(shares.values()) or 1.0
    return {thread: share / best for thread, share in shares.items()}


def _present(sought: Sought, pieces: Sequence[Piece]) -> dict[str, float]:
    """Return which share of those who are named took part, by who took part: it is the same few people mostly."""
    shares: dict[str, float] = {}
    for people in {piece.people for piece in pieces} if sought.named else ():
        there = set(map(int, people.split()))
        shares[people] = sum(not there.isdisjoint(person) for person in sought.named) / len(sought.named)
    return shares


def _add_features(parts: dict[str, float], sought: Sought, piece: Piece, weights: Mapping[str, float]) -> None:
    """Add what a piece is, as far as the question asks for that."""
    flags = piece.flags
    if flags & QUESTION:
        parts["question"] = weights["question"]
    if sought.when and flags & TIME:
        parts["when"] = weights["when"]
    if sought.many and flags & NUMBER:
        parts["many"] = weights["many"]
    if sought.name and flags & NAME:
        parts["name"] = weights["name"]
    if piece.author in sought.author:
        parts["author"] = weights["author"]
    if sought.situation and piece.kind == EpisodeKind.DECISION:
        parts["decided"] = weights["decided"]
    if sought.spans:
        if any(first - _DAYS_BEFORE <= piece.day <= last + DAYS_AFTER for first, last in sought.spans):
            parts["date"] = weights["date"]
        if _speaks_of(piece, sought.spans):
            parts["mentioned"] = weights["mentioned"]


def _speaks_of(piece: Piece, spans: Sequence[tuple[int, int]]) -> bool:
    """Whether a piece speaks of one of these days, or was written on it."""
    said = [(piece.day, piece.day)]
    for span in filter(None, piece.spans.split(";")):
        first, _, last = span.partition("-")
        said.append((int(first), int(last)))
    return any(one <= last and other >= first for first, last in spans for one, other in said)


def _add_standing(parts: dict[str, float], piece: Piece, today: int, weights: Mapping[str, float]) -> None:
    """Add how important a piece is, and how recent if nothing else is asked of time (`today` is 0 otherwise)."""
    if piece.importance != Importance.MEDIUM:
        parts["important"] = weights["important"] * (piece.importance - Importance.MEDIUM)
    if today:
        parts["recent"] = weights["recent"] * 0.5 ** (max(0, today - piece.day) / _HALVED_DAYS)
