"""Vectors in mapped files, searched exactly: the embedded index of one employee.

What is compared first is one bit for each dimension, whether it is positive, so that a search among a hundred thousand
touches 5 MB of the 150; the vectors themselves are only those of the best by that. Where conditions leave few, all of
those are compared.
"""

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cached_property
from hashlib import blake2b
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from empla.errors import Delayed
from empla.faults import point
from empla.memory.embedding.embedder import SCALE
from empla.memory.text.index import Bounds, Mark
from empla.memory.text.pieces import PER_EPISODE
from empla.memory.vectors.files import COLUMNS, LABEL, PERSON, Files, Head, let_go, row_type
from empla.memory.vectors.index import Entry, Label

EXACTLY: Final = 1024
"""Up to how many rows all vectors are compared."""
SHARE: Final = 128
"""Else of how many rows one is compared by its whole vector, `EXACTLY` at least."""

PATIENCE_S: Final = 5.0
"""Seconds that who has to write waits for another that writes."""

MOST_HELD: Final = 32 << 20
"""Bytes of the vectors, and of those of tokens, that a process comes to hold of what it has looked at."""

_PAGE: Final = 4096
_BLOCK: Final = 8192
_MANY_DEAD: Final = 1000
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)

Rows = NDArray[np.intp]


class MappedIndex:
    """The vectors in a folder, which is made when something is written."""

    def __init__(self, folder: Path) -> None:
        self._files = Files(folder)
        self._seen: _View | None = None

    @property
    def model(self) -> str:
        """The model whose vectors these are; empty while there are none."""
        return self._view().head.model

    def use(self, model: str, dims: int) -> None:
        """Be of this model: another's vectors are erased."""
        if _is_of(self._view().head, model, dims):
            return
        with self._files.writing(wait_s=PATIENCE_S):
            if not _is_of(self._view().head, model, dims):
                self._begin(replace(self._files.empty(), model=model, dims=dims))

    def mark(self) -> Mark:
        """Return how far the truth was read."""
        return self._view().head.mark

    def __len__(self) -> int:
        return len(self._view().ordered)

    def take(self, expected: Mark, mark: Mark, entries: Sequence[Entry], gone: Sequence[int]) -> bool:
        """Move the mark, keep `entries` and erase what is `gone`, as a whole."""
        try:
            with self._files.writing():
                return self._take(expected, mark, entries, gone)
        except Delayed:
            return False

    def _take(self, expected: Mark, mark: Mark, entries: Sequence[Entry], gone: Sequence[int]) -> bool:
        view = self._current()
        head = view.head
        if head.mark != expected or any(entry.vectors.mean.shape != (head.dims,) for entry in entries):
            return False  # what is damaged is of no model until it is used for one again
        doomed = view.of_episodes({*gone, *(entry.number // PER_EPISODE for entry in entries)})
        grown = self._files.append(head, _rows(head, entries)) if entries else head
        self._commit(replace(grown, mark=mark, gone=tuple(map(int, doomed))))
        if _wastes(self._view()):
            self._compact(self._view())
        return True

    def erase(self, episodes: Sequence[int]) -> None:
        """Erase the vectors of these episodes, with their bytes."""
        if not self._files.head():
            return
        with self._files.writing(wait_s=PATIENCE_S):
            view = self._current()
            doomed = view.of_episodes(set(episodes))
            if len(doomed):
                self._commit(replace(view.head, gone=tuple(map(int, doomed))))

    def nearest(self, vector: NDArray[np.float32], bounds: Bounds, limit: int) -> list[tuple[int, float]]:
        """Return the pieces within bounds that are nearest to `vector`."""
        view = self._view()
        rows = view.within(bounds)
        if len(rows) > EXACTLY:
            rows = _likely(view, rows, vector, max(EXACTLY, len(rows) // SHARE, limit))
        view.looks_at("means", len(rows) * (view.head.dims * 4 + _PAGE))
        cosines = view.columns["means"][rows] @ vector
        best = np.lexsort((view.columns["numbers"][rows], -cosines))[:limit]
        return [(int(view.columns["numbers"][rows[place]]), float(cosines[place])) for place in best]

    def cosines(self, vector: NDArray[np.float32], pieces: Sequence[int]) -> Mapping[int, float]:
        """Return the cosine of each of these pieces that has a vector."""
        view = self._view()
        rows = view.of_pieces(pieces)
        found = view.columns["means"][rows] @ vector
        return dict(zip(view.columns["numbers"][rows].tolist(), found.tolist(), strict=True))

    def likeness(self, tokens: NDArray[np.float32], pieces: Sequence[int]) -> Mapping[int, float]:
        """Return for each piece how well its tokens answer a cue's."""
        view = self._view()
        rows = view.of_pieces(pieces)
        labels = view.columns["labels"][rows]
        rows, labels = rows[labels["tokens"] > 0], labels[labels["tokens"] > 0]
        if not len(rows):
            return {}
        view.looks_at("tokens", int(labels["tokens"].sum()) * view.head.dims + len(rows) * _PAGE)
        held = view.columns["tokens"]
        parts = [held[first : first + count] for first, count in zip(labels["first"], labels["tokens"], strict=True)]
        starts = np.concatenate(([0], np.cumsum(labels["tokens"], dtype=np.intp)[:-1]))
        cosines = np.concatenate(parts).astype(np.float32) @ (tokens.T / np.float32(SCALE))
        found = np.maximum.reduceat(cosines, starts, axis=0).mean(1)
        return dict(zip(view.columns["numbers"][rows].tolist(), found.tolist(), strict=True))

    def clear(self) -> None:
        """Erase everything; the mark is at the beginning."""
        with self._files.writing(wait_s=PATIENCE_S):
            head = self._view().head
            self._begin(replace(self._files.empty(), model=head.model, dims=head.dims))

    def close(self) -> None:
        """Let go of the mapped files."""
        self._seen = None

    def _view(self) -> "_View":
        if self._seen is None or self._seen.raw != self._files.head():
            self._seen = _View(*self._files.read())
        return self._seen

    def _current(self) -> "_View":
        """Return what counts, to whoever holds the lock, with what another had begun to erase erased."""
        view = self._view()
        self._finish(view)
        return view

    def _begin(self, head: Head) -> None:
        self._files.commit(head)
        self._files.sweep(head)

    def _commit(self, head: Head) -> None:
        self._files.commit(head)
        self._finish(self._view())

    def _finish(self, view: "_View") -> None:
        """Erase what the head says is gone: its bytes become zeros. Done twice it is the same."""
        head, columns = view.head, view.columns
        gone = np.array([row for row in head.gone if not columns["labels"]["dead"][row]], np.intp)
        if not len(gone):
            return
        labels = columns["labels"][gone]
        for column in ("means", "signs"):
            self._files.erase(head, column, [(row, 1) for row in gone.tolist()])
        self._files.erase(head, "tokens", zip(labels["first"].tolist(), labels["tokens"].tolist(), strict=True))
        people = np.flatnonzero(np.isin(columns["people"]["row"], gone)).tolist()
        nobody = np.zeros((), PERSON)
        nobody["row"] = -1
        self._files.overwrite(head, "people", [(row, nobody.tobytes()) for row in people])
        point("vectors erased")
        dead = np.zeros((), LABEL)
        dead["dead"] = 1
        # The last, for it says that the rest is done.
        self._files.overwrite(head, "labels", [(row, dead.tobytes()) for row in gone.tolist()])

    def _compact(self, view: "_View") -> None:
        """Write what is alive into a new generation, in the order of its numbers."""
        rows = view.ordered
        old = view.columns
        labels = old["labels"][rows]
        kept = [
            old["tokens"][first : first + count] for first, count in zip(labels["first"], labels["tokens"], strict=True)
        ]
        place = np.full(view.head.rows + 1, -1, np.int64)  # the last is nobody's
        place[rows] = np.arange(len(rows))
        people = old["people"][place[old["people"]["row"]] >= 0]
        people["row"] = place[people["row"]]
        labels["first"] = np.concatenate(([0], np.cumsum(labels["tokens"], dtype=np.int64)[:-1]))
        fresh = replace(self._files.empty(), model=view.head.model, dims=view.head.dims, mark=view.head.mark)
        tokens = np.concatenate(kept) if kept else old["tokens"][:0]
        columns = {name: old[name][rows] for name in ("numbers", "means", "signs")}
        self._begin(self._files.append(fresh, {**columns, "labels": labels, "tokens": tokens, "people": people}))


class _View:
    """What one head has count, as it was read: rows are numbered as they lie in the columns."""

    def __init__(self, raw: bytes, head: Head, columns: dict[str, NDArray[Any]]) -> None:
        self.raw = raw
        self._looked = dict.fromkeys(columns, 0)
        self.head = head
        self.columns = columns

    def looks_at(self, column: str, size: int) -> None:
        """Note that so many bytes of a column are looked at; once they are many, those from before are let go of.

        Else a process would come to hold all of a file of a gigabyte, though it can have any of it back at once.
        """
        self._looked[column] += size
        if self._looked[column] > MOST_HELD:
            let_go(self.columns[column])
            self._looked[column] = size

    @cached_property
    def alive(self) -> NDArray[np.bool_]:
        alive: NDArray[np.bool_] = self.columns["labels"]["dead"] == 0
        alive[list(self.head.gone)] = False
        return alive

    @cached_property
    def ordered(self) -> Rows:
        """The rows that are alive, in the order of their numbers."""
        rows = np.flatnonzero(self.alive)
        return rows[np.argsort(self.columns["numbers"][rows], kind="stable")]  # nearly sorted, and the sort profits

    @cached_property
    def _numbers(self) -> NDArray[np.int64]:
        numbers: NDArray[np.int64] = self.columns["numbers"][self.ordered]
        return numbers

    def of_pieces(self, pieces: Sequence[int]) -> Rows:
        """Return the rows of those of these pieces that have one."""
        wanted = np.unique(np.array(pieces, np.int64))
        places = np.searchsorted(self._numbers, wanted)
        there = places < len(self._numbers)
        there[there] = self._numbers[places[there]] == wanted[there]
        return self.ordered[places[there]]

    def of_episodes(self, episodes: set[int]) -> Rows:
        """Return the rows of all pieces of these episodes."""
        numbers = np.array(sorted(episodes), np.int64) * PER_EPISODE
        firsts, lasts = np.searchsorted(self._numbers, numbers), np.searchsorted(self._numbers, numbers + PER_EPISODE)
        spans = [self.ordered[first:last] for first, last in zip(firsts, lasts, strict=True) if last > first]
        return np.concatenate(spans) if spans else np.zeros(0, np.intp)

    def within(self, bounds: Bounds) -> Rows:
        """Return the rows that meet all conditions."""
        labels = self.columns["labels"]
        let = self.alive if bounds.is_open else self.alive.copy()
        if not bounds.viewer.everything:
            let &= (labels["visibility"] >= bounds.viewer.least) | self._took_part(bounds.viewer.addresses)
        for group in bounds.people:
            let &= self._took_part(group)
        if bounds.since is not None:
            let &= labels["at"] >= _instant(bounds.since)
        if bounds.until is not None:
            let &= labels["at"] < _instant(bounds.until)
        if bounds.kinds:
            let &= np.isin(labels["kind"], [_kind(kind) for kind in bounds.kinds])
        return np.flatnonzero(let)

    def _took_part(self, addresses: Sequence[str]) -> NDArray[np.bool_]:
        """Return for each row whether one of these took part in it."""
        found = np.zeros(self.head.rows, np.bool_)
        people = self.columns["people"]
        for address in addresses:
            found[people["row"][people["who"] == _who(address)]] = True
        return found


def _likely(view: _View, rows: Rows, vector: NDArray[np.float32], wanted: int) -> Rows:
    """Return those rows, some more than `wanted`, whose vectors have most signs in common with `vector`."""
    signs, mine = view.columns["signs"], _signs(vector[None])[0]
    everything = len(rows) == view.head.rows
    differ = np.zeros(len(rows), np.uint16)
    for first in range(0, len(rows), _BLOCK):
        block = signs[first : first + _BLOCK] if everything else signs[rows[first : first + _BLOCK]]
        for word, bits in enumerate(mine):
            differ[first : first + _BLOCK] += np.bitwise_count(block[:, word] ^ bits)
    within = np.cumsum(np.bincount(differ))
    return rows[differ <= np.searchsorted(within, wanted)]


def _rows(head: Head, entries: Sequence[Entry]) -> dict[str, NDArray[Any]]:
    """Return entries as rows of each column, to stand behind those that count."""
    rows = {name: np.zeros(len(entries), row_type(name, head.dims)) for name in COLUMNS}
    people: list[tuple[int, int]] = []
    first = head.tokens
    for place, entry in enumerate(entries):
        rows["numbers"][place] = entry.number
        rows["means"][place] = entry.vectors.mean
        count = len(entry.vectors.tokens)
        rows["labels"][place] = _label(entry.label, first, count)
        first += count
        people += [(_who(address), head.rows + place) for address in entry.label.people]
    rows["signs"] = _signs(rows["means"])
    rows["tokens"] = np.concatenate([entry.vectors.tokens.reshape(-1, head.dims) for entry in entries])
    rows["people"] = np.array(people, PERSON)
    return rows


def _label(label: Label, first: int, count: int) -> NDArray[np.void]:
    row = np.zeros((), LABEL)
    row["at"], row["kind"], row["visibility"] = _instant(label.at), _kind(label.kind), label.visibility
    row["first"], row["tokens"] = first, count
    return row


def _signs(vectors: NDArray[np.float32]) -> NDArray[np.uint64]:
    bits = np.packbits(vectors > 0, axis=1)
    whole = np.zeros((len(bits), -(-bits.shape[1] // 8) * 8), np.uint8)
    whole[:, : bits.shape[1]] = bits
    return whole.view(np.uint64)


def _is_of(head: Head, model: str, dims: int) -> bool:
    return (head.model, head.dims) == (model, dims)


def _who(address: str) -> int:
    """Return by what an address is found: what would collide with it could not be made in a lifetime."""
    return int.from_bytes(blake2b(address.encode(), digest_size=8).digest(), "little")


def _kind(kind: str) -> int:
    return zlib.crc32(kind.encode())


def _instant(at: datetime) -> int:
    """Return microseconds since 1970, exactly."""
    return (at - _EPOCH) // timedelta(microseconds=1)


def _wastes(view: _View) -> bool:
    dead = view.head.rows - len(view.ordered)
    return dead > max(_MANY_DEAD, len(view.ordered))
