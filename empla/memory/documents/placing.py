"""Places of passages in their document: numbers with room between them, so that few change when something is put in."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Final

STEP: Final = 1024
"""How far apart the passages of a document that is new are."""


def placed(keys: Sequence[str], known: Mapping[str, int]) -> dict[str, int]:
    """Return the place of each passage, by key and in order. Those that are `known` keep theirs where all can.

    They cannot when they stand in another order now, or when there is no room between two of them.
    """
    kept = [(place, known[key]) for place, key in enumerate(keys) if key in known]
    if kept and all(before[1] < after[1] for before, after in pairwise(kept)):
        numbers = [*_filled(len(keys), kept)]
        if all(before < after for before, after in pairwise(numbers)) and numbers[0] > 0:
            return dict(zip(keys, numbers, strict=True))
    return {key: STEP * place for place, key in enumerate(keys, 1)}


def _filled(count: int, kept: Sequence[tuple[int, int]]) -> Iterator[int]:
    """Iterate over the numbers of all places: those that are kept, and evenly between them the others."""
    last = kept[-1]
    edges = [(-1, 0), *kept, (count, last[1] + STEP * (count - last[0]))]
    for (before, low), (after, high) in pairwise(edges):
        gap = after - before
        yield from (low + (high - low) * step // gap for step in range(1, gap))
        if after < count:
            yield high
