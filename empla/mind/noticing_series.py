"""The values of a number over time, and what they say: how far the newest is off, and which way they go. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import sqrt

from empla.mind.codec import registered

Point = tuple[datetime, float]
_DAY = timedelta(days=1)
_EQUAL = 1e-9
"""Share of the mean within which values are alike: what is left over by rounding is no deviation."""


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """The values of a number with when each was seen, the oldest first."""

    points: tuple[Point, ...] = ()

    def with_point(self, at: datetime, value: float, most: int) -> "Series":
        """Return it with one more value; of one instant the last counts, and no more than `most` are kept."""
        others = tuple(p for p in self.points if p[0] != at)
        return replace(self, points=(*others, (at, value))[-most:])

    def within(self, window: timedelta | None, at: datetime) -> tuple[Point, ...]:
        """Return the values that are no older than `window` at `at`."""
        return self.points if window is None else tuple(p for p in self.points if at - p[0] <= window)


def mean(values: Sequence[float]) -> float:
    """Return the mean of at least one value."""
    return sum(values) / len(values)


def deviation(values: Sequence[float]) -> float:
    """Return the standard deviation of a sample (n - 1) of at least two values, 0 where they are alike."""
    middle = mean(values)
    spread = sqrt(sum((value - middle) ** 2 for value in values) / (len(values) - 1))
    return spread if spread > abs(middle) * _EQUAL else 0.0


def z_score(before: Sequence[float], newest: float) -> float | None:
    """Return by how many standard deviations the newest value is off; None where those before it were all alike."""
    spread = deviation(before)
    return (newest - mean(before)) / spread if spread else None


def slope(points: Sequence[Point]) -> float | None:
    """Return the rise a day of the least-squares line through some values; None if all are of one instant."""
    if len(points) < 2:
        return None
    days = [(at - points[0][0]) / _DAY for at, _ in points]
    middle, average = mean(days), mean([value for _, value in points])
    spread = sum((day - middle) ** 2 for day in days)
    if spread == 0:
        return None
    return sum((d - middle) * (value - average) for d, (_, value) in zip(days, points, strict=True)) / spread
