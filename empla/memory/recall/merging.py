"""What several questions found, as one list; and as much of it as there is room for."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import zip_longest
from typing import Final

from empla.memory.model import Recollection
from empla.memory.tokens import PER_TOKEN, tokens_in

_AROUND: Final = 12
"""Tokens of what is said with each memory: its id, who, and when."""


def merged(lists: Sequence[Sequence[Recollection]]) -> list[Recollection]:
    """Return what several questions found by turns, the best of each first; what two found counts once, at its best.

    Scores of two questions cannot be compared, their places can: so none of them crowds out the others.
    """
    found: dict[str, Recollection] = {}
    for turn in zip_longest(*lists):
        for hit in sorted((hit for hit in turn if hit is not None), key=lambda hit: (-hit.score, hit.id)):
            if hit.id not in found or found[hit.id].score < hit.score:
                found[hit.id] = hit
    return list(found.values())


def tokens(hit: Recollection) -> int:
    """Return about how many tokens a memory takes where it is shown to a model."""
    return tokens_in(hit.text, hit.subject, hit.came_of) + _AROUND


def within(
    hits: Sequence[Recollection], limit: int, budget: int
) -> tuple[tuple[Recollection, ...], int, Mapping[str, int]]:
    """Return the first that fit into `limit` and a budget of tokens, their tokens, and why how many others do not.

    One that is too long for what is left is passed over, for a shorter one may still fit; the best is cut to fit rather
    than left out.
    """
    kept: list[Recollection] = []
    left = budget
    passed = 0
    for hit in hits:
        if len(kept) == limit:
            break
        if not kept and tokens(hit) > left:
            hit = replace(hit, text=hit.text[: max(0, (left - _AROUND) * PER_TOKEN - len(hit.subject))], came_of="")
        if tokens(hit) > left:
            passed += 1
            continue
        kept.append(hit)
        left -= tokens(hit)
    reasons = {"budget": passed, "limit": len(hits) - len(kept) - passed}
    return tuple(kept), budget - left, {reason: number for reason, number in reasons.items() if number}
