"""What makes vectors of texts: the protocol, and what goes in and comes out."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SCALE: Final = 256.0
"""By what a component of a token's vector (of length 1) is multiplied to be kept as a signed byte."""

TEXTS: Final = 64
"""Most texts that are encoded at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A text to encode: `words`, read after the texts `before` it (the oldest first). Only its own tokens are kept."""

    words: str
    before: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Encoded:
    """The vectors of a text: `mean`, of length 1, and one for each of its tokens, times `SCALE` as signed bytes.

    A model that gives no vectors of tokens leaves `tokens` with no rows.
    """

    mean: "NDArray[np.float32]"
    tokens: "NDArray[np.int8]"


class Embedder(Protocol):
    """Makes vectors of texts."""

    @property
    def model(self) -> str:
        """Name and version of the model: vectors of one are never compared with another's."""

    @property
    def dims(self) -> int:
        """How long a vector is."""

    def encode(self, texts: Sequence[Text], *, urgent: bool = False) -> list[Encoded]:
        """Return the vectors of at most `TEXTS` texts, in their order.

        `urgent` goes before all that is not, and gives up soon: somebody waits. ExternalError (TimedOut, Delayed,
        RateLimited) if there are none now; then recall does without, and what is to be embedded is tried later.
        """

    def close(self) -> None:
        """Let go of what it holds."""
