"""People as a mail mentions them; who they are is for the directory to say."""

from dataclasses import dataclass

from empla.mind.codec import registered
from empla.mind.values import Address, Origin


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class Who:
    """Somebody mentioned: the words, the address if they are one, and where the words come from."""

    words: str
    origin: Origin
    address: Address | None = None
