"""What the seed decides: drawn from a name, not from a sequence.

Every decision has a name of its own (who, about what, which question), and is drawn from the hash of seed and name. So
it does not depend on how often somebody else was asked before, on the order in which mails arrive, or on the process.
"""

import hashlib
from collections.abc import Sequence
from typing import Final, TypeVar

T = TypeVar("T")

_WHOLE: Final = float(1 << 64)


class Chance:
    """Draws of one seed, each under a name. `Chance(7, "Ben").share("answers", nonce)` is always the same number."""

    def __init__(self, seed: int, *name: object) -> None:
        self._prefix = "\x1f".join(map(str, (seed, *name)))
        self._seed = seed

    def share(self, *name: object) -> float:
        """Return a number from 0 to 1, 1 excluded."""
        return self.number(*name) / _WHOLE

    def happens(self, share: float, *name: object) -> bool:
        """Return True in this share of all names."""
        return self.share(*name) < share

    def pick(self, among: Sequence[T], *name: object) -> T:
        """Return one of these; IndexError if there is none."""
        return among[self.number(*name) % len(among)]

    def between(self, least: float, most: float, *name: object) -> float:
        """Return a number from `least` to `most`."""
        return least + (most - least) * self.share(*name)

    def count(self, mean: float, *name: object) -> int:
        """Return a whole number whose mean over all names is `mean`: the one below it or the one above."""
        whole = int(mean)
        return whole + self.happens(mean - whole, *name)

    def number(self, *name: object) -> int:
        """Return a whole number of 64 bits."""
        words = "\x1f".join((self._prefix, *map(str, name)))
        return int.from_bytes(hashlib.blake2b(words.encode(), digest_size=8).digest(), "big")
