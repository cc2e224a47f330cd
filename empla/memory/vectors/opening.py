"""The meaning of an employee's episodes, by what the settings say."""

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

import structlog

from empla.config import Home, Settings
from empla.memory.embedding.embedder import Embedder
from empla.memory.vectors.index import VectorIndex
from empla.store.store import Store

if TYPE_CHECKING:
    from empla.memory.vectors.meaning import EpisodeMeaning

FOLDER: Final = "vectors"
"""The folder of the vectors, among an employee's indexes."""


def open_meaning(store: Store, folder: Path, home: Home, settings: Settings) -> "EpisodeMeaning | None":
    """Return the meaning of what a store remembers, its vectors kept in `folder`; None where embeddings are off.

    None too, and told once in the log, where what it needs is not installed: recall then goes by words alone.
    """
    try:
        from empla.memory.embedding.opening import open_embedder

        embedder = open_embedder(home, settings)
        return None if embedder is None else meaning_by(embedder, store, folder, settings)
    except ModuleNotFoundError as error:
        _tell(error.name or str(error))
        return None


def meaning_by(embedder: Embedder, store: Store, folder: Path, settings: Settings) -> "EpisodeMeaning":
    """Return the meaning of what a store remembers, with this embedder."""
    from empla.memory.vectors.meaning import EpisodeMeaning

    return EpisodeMeaning(store, embedder, open_vectors(store, folder, settings))


def open_vectors(store: Store, folder: Path, settings: Settings) -> VectorIndex:
    """Return what keeps an employee's vectors: the Qdrant server that the settings name, else files in `folder`."""
    if settings.vectors:
        from empla.memory.vectors.qdrant import QdrantIndex, connect

        return QdrantIndex(connect(settings.vectors), tenant=store.tenant, employee=store.employee)
    from empla.memory.vectors.mapped import MappedIndex

    return MappedIndex(folder / FOLDER)


@lru_cache
def _tell(package: str) -> None:
    structlog.get_logger(__name__).error(
        "recall goes by words alone: a package is not installed",
        package=package,
        next_step='pip install "empla[vectors]"',
    )
