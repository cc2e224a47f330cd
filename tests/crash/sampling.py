"""At which fault points an ordinary run kills, and at which `make crash-all` does: all of them."""

import os
from collections.abc import Iterator, Mapping, Sequence

EVERYTHING = os.environ.get("EMPLA_CRASH_ALL") == "1"
"""Whether the whole matrix is wanted."""

ONE_IN = 4


def sampled(points: Sequence[str]) -> list[int]:
    """Return numbers of points, counted from 1: of each name at least one, and of many of one name every fourth.

    A name is a place in the code, so every commit and every call is hit; which of its turns differs by name, and is
    always the same for the same points.
    """
    if EVERYTHING:
        return list(range(1, len(points) + 1))
    places: dict[str, list[int]] = {}
    for number, name in enumerate(points, start=1):
        places.setdefault(name, []).append(number)
    turns = enumerate(places.values())
    return sorted(number for turn, those in turns for number in those[turn % min(ONE_IN, len(those)) :: ONE_IN])


def pairs(firsts: Sequence[int], second: Mapping[int, int], turn: int = 0) -> Iterator[tuple[int, int]]:
    """Return pairs of kill points: one of the first start, out of `firsts`, and one of the start that recovers from it.

    `second` has, for each of `firsts`, how many points that recovery passes. A dozen, spread evenly, others in every
    `turn`; or up to 20 x 20 of them where everything is wanted.
    """
    rows, columns = (20, 20) if EVERYTHING else (4, 3)
    for row, place in enumerate(_spread(len(firsts), rows, shift=turn)):
        n = firsts[place - 1]
        # A sample that is not everything looks at other columns in every row.
        for m in _spread(second[n], columns, shift=0 if EVERYTHING else row + turn):
            yield n, m


def _spread(count: int, most: int, shift: int = 0) -> list[int]:
    if count <= most:
        return list(range(1, count + 1))
    return sorted({1 + (round(i * count / most) + shift) % count for i in range(most)})
