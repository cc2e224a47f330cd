"""The index of words: what it is told of episodes, what it is asked, and what every implementation must do.

It is derived from the episode rows of the employee's store and may be lost at any time. `mark` says up to which rows it
has read the truth: episodes by their number, and changes to older rows by the numbers of `consolidation`, the log in
which every writer that changes a row of memory names it. `take` moves the mark and writes what belongs to the move in
one transaction, and does nothing if the mark is no longer what the caller read: of two processes that catch up at once
one does the work.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, Protocol

from empla.memory.model import EVERYTHING, EpisodeKind, Viewer


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """What everything found has to meet; indexes hold it in their queries.

    `people` are groups of addresses: of each group one has to have taken part, as author or otherwise. `since` is the
    first instant, `until` the first that is too late. No `kinds`: all of them.
    """

    viewer: Viewer = EVERYTHING
    people: tuple[tuple[str, ...], ...] = ()
    since: datetime | None = None
    until: datetime | None = None
    kinds: tuple[EpisodeKind, ...] = ()

    @property
    def is_open(self) -> bool:
        """Whether everything meets them."""
        return self.viewer.everything and not (self.people or self.since or self.until or self.kinds)


class Mark(NamedTuple):
    """How far an index has read the truth: numbers of the last episode, change, and alias."""

    episode: int = 0
    change: int = 0
    alias: int = 0


class Piece(NamedTuple):
    """What the index knows of one piece.

    `before2`, `before`, `after` and `after2` are its neighbours in its thread, in order of time, 0 where there is none.
    `author` is the number of a person of the index, `people` those of all who took part ("3 17"). `day` is an ordinal
    in UTC, `spans` the days it speaks of as pairs of ordinals ("739000-739006;..."), `roots` its content words in
    order, `length` how many. `flags` are those of `empla.memory.text.features`.
    """

    number: int
    thread: str
    at: str
    day: int
    author: int
    kind: str
    importance: int
    visibility: int
    flags: int
    length: int
    spans: str
    roots: str
    people: str = ""
    before2: int = 0
    before: int = 0
    after: int = 0
    after2: int = 0


class Entry(NamedTuple):
    """One episode as the index is given it: pieces without neighbours and numbers of persons, and who took part."""

    pieces: tuple[Piece, ...]
    author: str
    people: tuple[str, ...]


class Naming(NamedTuple):
    """By which words somebody with an address is called; those with one `entity`, unless it is 0, are one person."""

    address: str
    entity: int
    words: tuple[str, ...]


class Called(NamedTuple):
    """Somebody whom a word may name: the number of a person of the index, and the entity that this one is, or 0.

    One who `writes` is the author of something.
    """

    person: int
    entity: int
    writes: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """What an index is told at once.

    `entries` replace what was known of their episodes; episodes in `gone` are dropped, and with `wipe` nothing of them
    may be left in any file. `names` are in place of what was known by the same addresses; of the entities in `nobody`
    nothing is known any more.
    """

    entries: Sequence[Entry] = ()
    gone: Sequence[int] = ()
    names: Sequence[Naming] = ()
    nobody: Sequence[int] = ()
    wipe: bool = False


class Totals(NamedTuple):
    """How many pieces there are, and how many content words they have together."""

    pieces: int
    length: int


class TextIndex(Protocol):
    """An index of words.

    Every method raises ResourceError or ExternalError for a file or server that fails; a file that is damaged is
    dropped and made anew, and its mark is then back at the beginning.
    """

    def mark(self) -> Mark:
        """Return how far the truth was read."""

    def take(self, expected: Mark, mark: Mark, news: News) -> bool:
        """Move the mark from `expected` and write what is new; false, and nothing done, if it is another by now."""

    def finish(self) -> None:
        """Leave nothing in any file of what was dropped for good, where a death has left that undone."""

    def totals(self) -> Totals:
        """Return what there is on the whole."""

    def frequencies(self, roots: Sequence[str]) -> Mapping[str, int]:
        """Return in how many pieces each root stands; one that stands in none may be left out."""

    def matching(
        self, roots: Mapping[str, float], bounds: Bounds, limit: int, authors: Sequence[int] = ()
    ) -> Sequence[tuple[int, float]]:
        """Return the pieces that have these roots (with their weights) best, and how well; of these authors, if any."""

    def written(
        self, first_day: int, last_day: int, bounds: Bounds, limit: int, authors: Sequence[int] = ()
    ) -> Sequence[int]:
        """Return pieces of these days, the important and the later first."""

    def within(self, bounds: Bounds, limit: int) -> Sequence[int]:
        """Return pieces within bounds, the later first: where the words say nothing."""

    def pieces(self, numbers: Sequence[int]) -> Mapping[int, Piece]:
        """Return these pieces; numbers that there are not any more are left out."""

    def visible(self, numbers: Sequence[int], bounds: Bounds) -> Sequence[int]:
        """Return which of these pieces are within bounds: for neighbours, and for what another index has found."""

    def called(self, words: Sequence[str]) -> Mapping[str, Sequence[Called]]:
        """Return whom each of these words, lower-cased and without accents, may name."""

    def persons(self, addresses: Sequence[str]) -> Mapping[str, int]:
        """Return the numbers of the persons with these addresses who are known."""

    def together(self, address: str) -> tuple[str, ...]:
        """Return all addresses of whoever has this one, itself first."""

    def addresses(self, persons: Sequence[int]) -> tuple[str, ...]:
        """Return the addresses of persons."""

    def clear(self) -> None:
        """Forget everything; the mark is at the beginning."""

    def close(self) -> None:
        """Let go of the file or connection."""
