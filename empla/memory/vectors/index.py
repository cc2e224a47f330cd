"""What keeps vectors and finds the nearest: the protocol, and what goes in and comes out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from empla.memory.embedding.embedder import Encoded
from empla.memory.model import EpisodeKind, Visibility
from empla.memory.text.index import Bounds, Mark

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """By what vectors are let through or left out: when it was, what it is, who took part, who may see it."""

    at: datetime
    kind: EpisodeKind
    people: tuple[str, ...] = ()
    visibility: Visibility = Visibility.PRIVATE


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """The vectors of the piece (`empla.memory.text.pieces`) with this number."""

    number: int
    label: Label
    vectors: Encoded


class VectorIndex(Protocol):
    """Vectors by the numbers of pieces, of one employee and one model.

    It remembers how far the truth was read, kept together with what was read. Several processes may read while one
    writes. What is damaged is empty, with its mark at the beginning, so that it is made again. Every method raises
    ResourceError or ExternalError for a file or server that fails.
    """

    @property
    def model(self) -> str:
        """The model whose vectors these are; empty while there are none."""

    def use(self, model: str, dims: int) -> None:
        """Be of this model: another's vectors are erased, and the mark is at the beginning."""

    def mark(self) -> Mark:
        """Return how far the truth was read."""

    def __len__(self) -> int:
        """Return how many pieces have vectors."""

    def take(self, expected: Mark, mark: Mark, entries: Sequence[Entry], gone: Sequence[int]) -> bool:
        """Move the mark from `expected`; false, and nothing done, if it is another by now.

        So it is if somebody else writes, and if the index is not of the model whose vectors these are.

        Episodes in `gone` are erased, with their bytes, and so is what the episodes of `entries` had before. It happens
        as a whole or not at all.
        """

    def erase(self, episodes: Sequence[int]) -> None:
        """Erase the vectors of these episodes, with their bytes; harmless for those that have none."""

    def nearest(self, vector: "NDArray[np.float32]", bounds: Bounds, limit: int) -> Sequence[tuple[int, float]]:
        """Return the pieces within bounds that are nearest to `vector`, with their cosine, the nearest first."""

    def cosines(self, vector: "NDArray[np.float32]", pieces: Sequence[int]) -> Mapping[int, float]:
        """Return the cosine of each of these pieces that has a vector."""

    def likeness(self, tokens: "NDArray[np.float32]", pieces: Sequence[int]) -> Mapping[int, float]:
        """Return for each of these pieces the mean, over a cue's tokens, of the largest cosine to one of its own.

        Those that have no vectors of tokens are left out.
        """

    def clear(self) -> None:
        """Erase everything; the mark is at the beginning."""

    def close(self) -> None:
        """Let go of files and connections."""
