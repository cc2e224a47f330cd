"""Meaning: the vectors of an employee's episodes, made of the truth a little at a time, and what is nearest to a cue.

Each piece is read after the two before it in its thread, in one sequence, and only its own tokens' vectors are kept: a
short answer means what it answers. Vectors are made later than episodes, whenever there is time, so an episode costs
nothing here when it happens; while nobody makes any, recall goes by words alone.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, TypeVar

import numpy as np
import structlog
from numpy.typing import NDArray

from empla.errors import EmplaError, ExternalError, InputError, ResourceError, SignedOut, ValidationError
from empla.memory.embedding.embedder import SCALE, Embedder, Encoded, Text
from empla.memory.model import EpisodeKind, Kept, Visibility
from empla.memory.text.index import Bounds, Mark
from empla.memory.text.pieces import parts_of, piece_number
from empla.memory.vectors.index import Entry, Label, VectorIndex
from empla.store.store import Store

BEFORE: Final = 2
"""Pieces before it that a piece is read after. Measured on chats: with none less is found, with more no more."""
AT_ONCE: Final = 16
"""Episodes whose vectors are made and kept in one step, and texts that are encoded at once."""

_CHANGES: Final = 64
_SPARE: Final = 4
_READ_AS: Final = "headed"
"""How episodes are read, as part of the model's name: vectors of what was read otherwise are made anew."""
_WORDS: Final = ("seq", "at", "subject", "text", "outcome", "rationale")
_COLUMNS: Final = (*_WORDS, "kind", "thread", "people", "visibility", "state")

_LOST: Final = (ExternalError, ResourceError, SignedOut)
_NONE_NOW: Final = (*_LOST, InputError, ValidationError)
Found = TypeVar("Found")

log = structlog.get_logger(__name__)


class EpisodeMeaning:
    """The meaning of one employee's episodes: a store to read them from, who makes vectors, and what keeps them."""

    def __init__(self, store: Store, embedder: Embedder, index: VectorIndex) -> None:
        self._store = store
        self._embedder = embedder
        self._index = index
        self._told = False
        self._behind = False

    @property
    def is_behind(self) -> bool:
        """Whether the last time something new could not be taken, because nobody made vectors of it."""
        return self._behind

    def asked(self, words: str) -> "AskedCue | None":
        """Return a cue as vectors; None while nobody can make any, which is told once in the log."""
        try:
            self._index.use(f"{self._embedder.model} {_READ_AS}", self._embedder.dims)
            (vectors,) = self._embedder.encode([Text(words=words)], urgent=True)
        except _NONE_NOW as error:
            self._tell(error)
            return None
        self._told = False
        return AskedCue(vectors, self._index)

    def catch_up(self, limit: int = 0) -> int:
        """Make the vectors of what is new in the truth, of at most `limit` episodes (0: all); return of how many.

        Fewer, if nobody can make any now; but what was forgotten is erased all the same.
        """
        taken, self._behind = 0, False
        try:
            self._index.use(f"{self._embedder.model} {_READ_AS}", self._embedder.dims)
            while not limit or taken < limit:
                if (count := self._step(min(AT_ONCE, limit - taken or AT_ONCE))) is None:
                    break
                taken += count
            if limit:
                self._erase()  # that waits for nobody
        except _LOST as error:
            self._tell(error)
            self._behind = True
            self._erase()
        return taken

    def rebuild(self) -> None:
        """Make everything anew."""
        self._index.clear()
        self.catch_up()

    def close(self) -> None:
        """Let go of files and connections."""
        self._index.close()
        self._embedder.close()

    def _erase(self) -> None:
        """Erase what was forgotten, as far as that can be done without anybody who makes vectors."""
        try:
            mark = self._index.mark()
            while (news := self._news(mark, 0)).mark != mark:
                self._index.erase(news.gone)
                mark = news.mark
        except _LOST as error:
            self._tell(error)

    def _step(self, at_once: int) -> int | None:
        """Take so many episodes; return how many were, None if there is nothing more to take."""
        mark = self._index.mark()
        news = self._news(mark, at_once)
        if news.mark == mark:
            return None
        pieces = [piece for row in news.rows for piece in self._pieces(row)]
        vectors = self._encoded([text for _, _, text in pieces])
        entries = [
            Entry(number=number, label=label, vectors=found)
            for (number, label, _), found in zip(pieces, vectors, strict=True)
            if found is not None
        ]
        gone = [*news.gone, *(row.seq for row in news.rows if row.seq <= mark.episode)]
        return len(news.rows) if self._index.take(mark, news.mark, entries, gone) else None

    def _news(self, mark: Mark, at_once: int) -> "_News":
        """Return what is new since a mark: some changes to older episodes, and the next ones."""
        with self._store.reading():
            changes = self._store.find(
                "consolidation", (), ("seq", "memory"), at_least={"seq": mark.change + 1}, limit=_CHANGES
            )
            numbers = {int(c.memory[1:]) for c in changes if c.memory[:1] == "e" and c.memory[1:].isdecimal()}
            old = sorted(number for number in numbers if number <= mark.episode)
            changed = self._store.find("episode", (), _COLUMNS, one_of=("seq", old)) if old else ()
            fresh: Sequence[Any] = ()
            if at_once:
                fresh = self._store.find("episode", (), _COLUMNS, at_least={"seq": mark.episode + 1}, limit=at_once)
        rows = [row for row in (*changed, *fresh) if row.state == Kept.KEPT]
        return _News(
            mark=Mark(
                episode=fresh[-1].seq if fresh else mark.episode, change=changes[-1].seq if changes else mark.change
            ),
            rows=rows,
            gone=sorted({*old} - {row.seq for row in rows}),
        )

    def _pieces(self, row: Any) -> Iterator[tuple[int, Label, Text]]:
        """Yield the number, label and text of each piece of an episode's row."""
        own = [part.words for part in parts_of(row.text, row.outcome, row.rationale)]
        label = Label(
            at=datetime.fromisoformat(row.at),
            kind=EpisodeKind(row.kind),
            people=tuple(json.loads(row.people)),
            visibility=Visibility(row.visibility),
        )
        own[0] = _headed(row, own[0])
        chain = [*self._before(row), *own]
        first = len(chain) - len(own)
        for place, words in enumerate(own):
            before = chain[max(0, first + place - BEFORE) : first + place]
            yield piece_number(row.seq, place), label, Text(words=words, before=tuple(before))

    def _before(self, row: Any) -> list[str]:
        """Return the last pieces before an episode in its thread."""
        if not row.thread:
            return []
        by = {"thread": row.thread, "state": Kept.KEPT}
        near = self._store.find(
            "episode", by, _WORDS, at_most={"at": row.at}, newest=True, order="at", limit=BEFORE + _SPARE
        )
        earlier = sorted((one for one in near if (one.at, one.seq) < (row.at, row.seq)), key=lambda r: (r.at, r.seq))
        pieces: list[str] = []
        for one in earlier:
            own = [part.words for part in parts_of(one.text, one.outcome, one.rationale)]
            pieces += [_headed(one, own[0]), *own[1:]]
        return pieces[-BEFORE:]

    def _encoded(self, texts: Sequence[Text]) -> list[Encoded | None]:
        """Return the vectors of texts; None for one that the embedder can do nothing with, so that others go on."""
        found: list[Encoded | None] = []
        for first in range(0, len(texts), AT_ONCE):
            some = texts[first : first + AT_ONCE]
            try:
                found += self._embedder.encode(some)
            except (InputError, ValidationError) as error:
                if len(some) == 1:
                    log.warning("a text has no vectors", why=error.sentence)
                    found.append(None)
                else:
                    found += [self._encoded([one])[0] for one in some]
        return found

    def _tell(self, error: EmplaError) -> None:
        """Say once, until there are vectors again, why there are none now."""
        if not self._told:
            self._told = True
            log.warning("no vectors are made now", why=error.sentence, next_step=error.next_step)


def _headed(row: Any, words: str) -> str:
    """Return the first piece of an episode with its heading: what a mail is about, or what a photo shows."""
    return f"{words} [{row.subject}]" if row.subject else words


@dataclass(frozen=True, slots=True, kw_only=True)
class _News:
    """What is new: rows of episodes to be read, numbers of those that are gone, and how far that is."""

    mark: Mark
    rows: Sequence[Any]
    gone: Sequence[int]


class AskedCue:
    """One cue as vectors."""

    def __init__(self, vectors: Encoded, index: VectorIndex) -> None:
        self._index = index
        self._mean = vectors.mean
        self._lost = False
        self._tokens: NDArray[np.float32] = vectors.tokens.astype(np.float32) / np.float32(SCALE)

    def nearest(self, bounds: Bounds, limit: int) -> Sequence[tuple[int, float]]:
        """Return the pieces within bounds that are nearest in meaning, with their cosine."""
        return self._unless_lost(lambda: self._index.nearest(self._mean, bounds, limit), ())

    def cosines(self, pieces: Sequence[int]) -> Mapping[int, float]:
        """Return the cosines of these pieces."""
        return self._unless_lost(lambda: self._index.cosines(self._mean, pieces), {})

    def likeness(self, pieces: Sequence[int]) -> Mapping[int, float]:
        """Return how well each piece's tokens answer the cue's; none if the model gives no vectors of tokens."""
        if not len(self._tokens):
            return {}
        return self._unless_lost(lambda: self._index.likeness(self._tokens, pieces), {})

    def _unless_lost(self, ask: Callable[[], Found], nothing: Found) -> Found:
        """Ask the index, unless it has failed before in this recall: then the rest goes by words."""
        if self._lost:
            return nothing
        try:
            return ask()
        except _LOST as error:
            self._lost = True
            log.warning("vectors cannot be searched now", why=error.sentence, next_step=error.next_step)
            return nothing
