"""What recall asks besides the index of words: meaning, facts, and who takes compound questions apart."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from empla.memory.model import Entity, Recollection, Viewer
from empla.memory.text.index import Bounds


class Asked(Protocol):
    """One cue as the vectors see it."""

    def nearest(self, bounds: Bounds, limit: int) -> Sequence[tuple[int, float]]:
        """Return the pieces within bounds that are nearest in meaning, with their cosine, the nearest first."""

    def cosines(self, pieces: Sequence[int]) -> Mapping[int, float]:
        """Return the cosines of these pieces; those that have no vector yet are left out."""

    def likeness(self, pieces: Sequence[int]) -> Mapping[int, float]:
        """Return for these pieces the mean, over the cue's tokens, of the largest cosine to one of its tokens.

        It is late interaction (ColBERT's MaxSim) over vectors that were read in their context. An index that keeps no
        vectors of tokens returns none.
        """


class Meaning(Protocol):
    """Vectors of pieces (`empla.memory.text.pieces`), kept beside the truth as the index of words is."""

    def asked(self, words: str) -> Asked | None:
        """Return the cue as vectors; None while nobody can make any (recall then goes by words alone).

        In `words` whoever is named and wrote what is looked for is already "I": names mislead small models.
        """

    @property
    def is_behind(self) -> bool:
        """Whether something new is there that could not be taken, because nobody made vectors of it."""

    def catch_up(self, limit: int = 0) -> int:
        """Read what is new in the truth, at most `limit` episodes (0: all); return how many were taken."""

    def rebuild(self) -> None:
        """Make everything anew."""

    def close(self) -> None:
        """Let go of files and connections."""


class FactSource(Protocol):
    """Facts that are believed now, as recall needs them."""

    def named(self, words: str) -> Sequence[Entity]:
        """Return the entities that a text names, each where it stands for exactly one; with names and addresses."""

    def recall(
        self, roots: Sequence[str], entities: Sequence[int], viewer: Viewer, limit: int
    ) -> Sequence[Recollection]:
        """Return facts that a viewer may see and that are about these entities or speak of these roots.

        Each is a sentence in `text` ("Bob Stone works for Acme"), of kind "fact", cited by its id, with what it rests
        on; `people` are the addresses of whom it is about. Recall weighs them itself.
        """

    def related(self, words: str, entity: int, viewer: Viewer) -> Sequence[Entity]:
        """Return what stands to an entity in the relation that the words name ("the company that Bob works for")."""


class Splitter(Protocol):
    """Takes a compound question apart; a model may be one."""

    def split(self, words: str) -> Sequence[str]:
        """Return the questions that a text asks, itself alone if it asks one."""
