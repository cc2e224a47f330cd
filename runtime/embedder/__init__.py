"""The embedder: one process per home that makes vectors of texts, for all who work there."""

from typing import Final

PAGE: Final = "progress"
"""The file in its folder in which it says that it gets on."""
