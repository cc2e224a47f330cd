"""The slope of a line through points, without being led by a few of them: Theil (1950) and Sen (1968)."""

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

_Z: Final = 1.959964
"""Of the normal distribution, for 95 %."""


@dataclass(frozen=True, slots=True)
class Slope:
    """The median of all slopes between two points, and its 95 % confidence interval by Kendall's statistic."""

    value: float
    low: float
    high: float

    @property
    def contains_zero(self) -> bool:
        """Whether nothing says that it rises or falls."""
        return self.low <= 0.0 <= self.high


def theil_sen(xs: Sequence[float], ys: Sequence[float]) -> Slope:
    """Return the slope of `ys` over `xs`, which differ. ValueError for fewer than three points."""
    count = len(xs)
    if count < 3:
        raise ValueError("a slope needs three points")
    slopes = sorted(
        (ys[j] - ys[i]) / (xs[j] - xs[i]) for i in range(count) for j in range(i + 1, count) if xs[i] != xs[j]
    )
    # The variance of Kendall's S, smaller where values are tied (Sen 1968, section 4).
    ties = sum(t * (t - 1) * (2 * t + 5) for t in (list(ys).count(y) for y in set(ys)) if t > 1)
    spread = _Z * math.sqrt(max(0.0, (count * (count - 1) * (2 * count + 5) - ties) / 18))
    low = max(0, math.floor((len(slopes) - spread) / 2))
    high = min(len(slopes) - 1, math.ceil((len(slopes) + spread) / 2))
    return Slope(statistics.median(slopes), slopes[low], slopes[high])
