"""The meaning of an employee's episodes, by what the settings say."""

from pathlib import Path
from typing import Final

from empla.config import Home, Settings
from empla.memory.embedding.embedder import Embedder
from empla.memory.embedding.opening import open_embedder
from empla.memory.vectors.index import VectorIndex
from empla.memory.vectors.meaning import EpisodeMeaning
from empla.store.store import Store

FOLDER: Final = "vectors"
"""The folder of the vectors, among an employee's indexes."""


def open_meaning(store: Store, folder: Path, home: Home, settings: Settings) -> EpisodeMeaning | None:
    """Return the meaning of what a store remembers, its vectors kept in `folder`; None where embeddings are off."""
    embedder = open_embedder(home, settings)
    return None if embedder is None else meaning_by(embedder, store, folder, settings)


def meaning_by(embedder: Embedder, store: Store, folder: Path, settings: Settings) -> EpisodeMeaning:
    """Return the meaning of what a store remembers, with this embedder."""
    return EpisodeMeaning(store, embedder, open_vectors(store, folder, settings))


def open_vectors(store: Store, folder: Path, settings: Settings) -> VectorIndex:
    """Return what keeps an employee's vectors. InputError if what it needs is not installed."""
    from empla.memory.vectors.mapped import MappedIndex

    return MappedIndex(folder / FOLDER)
