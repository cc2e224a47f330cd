"""Who makes vectors, by what the settings say.

none                        nobody: recall goes by words
minilm                      the home's own process, with MiniLM
https://HOST/v1 MODEL       the home's own process, by a provider's API
unix:/path                  another home's process, by its socket
"""

from pathlib import Path
from typing import TYPE_CHECKING, Final

from empla.config import Home, Settings

if TYPE_CHECKING:
    from empla.memory.embedding.client import SocketEmbedder

UNIX: Final = "unix:"


def open_embedder(home: Home, settings: Settings) -> "SocketEmbedder | None":
    """Return who makes vectors for the employees of a home; None for nobody. It is connected when it is first asked."""
    if settings.embeddings == "none":
        return None
    from empla.memory.embedding.client import SocketEmbedder  # it needs numpy, which may not be there

    if settings.embeddings.startswith(UNIX):
        return SocketEmbedder(Path(settings.embeddings.removeprefix(UNIX)))
    return SocketEmbedder(home.embedder_socket)


def has_process(settings: Settings) -> bool:
    """Return whether a home runs an embedder of its own."""
    return settings.embeddings != "none" and not settings.embeddings.startswith(UNIX)
