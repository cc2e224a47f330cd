"""Vectors made up for tests, each from its number, and the answers that a plain computation gives."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

import numpy as np

from empla.memory.embedding.embedder import SCALE, Encoded
from empla.memory.model import EpisodeKind, Visibility
from empla.memory.text.index import Bounds
from empla.memory.text.pieces import piece_number
from empla.memory.vectors.index import Entry, Label

DIMS = 64
MODEL = "made-up/1"
MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)


def unit(seed: int, dims: int = DIMS) -> np.ndarray:
    """Return a vector of length 1 that belongs to a number."""
    vector = np.random.default_rng(seed).standard_normal(dims).astype(np.float32)
    return vector / np.linalg.norm(vector)


def encoded(seed: int, tokens: int = 3, dims: int = DIMS) -> Encoded:
    rows = np.array([unit(1_000 + 31 * seed + place, dims) for place in range(tokens)]).reshape(tokens, dims)
    return Encoded(mean=unit(seed, dims), tokens=np.round(rows * SCALE).astype(np.int8))


def entry(
    episode: int,
    place: int = 0,
    *,
    seed: int | None = None,
    people: Iterable[str] = (),
    visibility: Visibility = Visibility.PRIVATE,
    kind: EpisodeKind = EpisodeKind.MAIL,
    days: float = 0,
    tokens: int = 3,
) -> Entry:
    """Return an entry of an episode; `days` is how long after a Monday it was."""
    label = Label(at=MONDAY + timedelta(days=days), kind=kind, people=tuple(people), visibility=visibility)
    number = piece_number(episode, place)
    return Entry(number=number, label=label, vectors=encoded(number if seed is None else seed, tokens))


def meets(one: Entry, bounds: Bounds) -> bool:
    """Say in plain words what bounds mean."""
    label, viewer = one.label, bounds.viewer
    took_part = not {*viewer.addresses}.isdisjoint(label.people)
    return (
        (viewer.everything or label.visibility >= viewer.least or took_part)
        and all(not {*group}.isdisjoint(label.people) for group in bounds.people)
        and (bounds.since is None or label.at >= bounds.since)
        and (bounds.until is None or label.at < bounds.until)
        and (not bounds.kinds or label.kind in bounds.kinds)
    )


def nearest(entries: Sequence[Entry], vector: np.ndarray, bounds: Bounds, limit: int) -> list[int]:
    """Return what a search has to find: everything compared, one after the other."""
    found = [(-float(one.vectors.mean @ vector), one.number) for one in entries if meets(one, bounds)]
    return [number for _, number in sorted(found)[:limit]]


def likeness(one: Entry, cue: np.ndarray) -> float:
    """Return the mean over the cue's tokens of the largest cosine."""
    return float((one.vectors.tokens.astype(np.float32) / SCALE @ cue.T).max(0).mean())
