"""What the words of days are understood against, and what they come to before they are put together."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from empla.capabilities.email.reading.times.countries import Order, working_days
from empla.capabilities.email.reading.times.hours import DayTime

FORTNIGHT = 14
"""Days that are looked at if no day was said."""


@dataclass(frozen=True, slots=True)
class Context:
    """Now, in the zone of the one who speaks, and the days that weeks are meant without.

    These are the weekdays in `days_off` and, if there are any, the public holidays of `country`. `order` is how the one
    who speaks writes day and month in numbers.
    """

    now: datetime
    zone: ZoneInfo
    days_off: frozenset[int] = frozenset({5, 6})
    country: str = ""
    order: Order = Order.UNKNOWN

    @property
    def today(self) -> date:
        """The local day."""
        return self.now.date()

    def monday(self) -> date:
        """The Monday of this week."""
        return self.today - timedelta(days=self.today.weekday())

    def stretch(self, first: date, last: date) -> tuple[date, ...]:
        """Return the days from `first` to `last` that are not off."""
        return working_days(self.country, first, last, self.days_off)

    def named_stretch(self, first: date, last: date) -> tuple[date, ...]:
        """Return the days from `first` to `last`, all of them if one of the two is a day off: then they are meant."""
        if not {first.weekday(), last.weekday()} & self.days_off:
            return self.stretch(first, last)
        return tuple(first + timedelta(days=i) for i in range(max(0, min((last - first).days + 1, 370))))

    def open_days(self) -> tuple[date, ...]:
        """Return the days that are meant if none was said."""
        return self.stretch(self.today, self.today + timedelta(days=FORTNIGHT))


@dataclass(frozen=True, slots=True)
class Days:
    """Some days that were said. `weekdays` is set (0-6) for bare weekdays, to be found in what surrounds them."""

    dates: tuple[date, ...]
    grain: str = "day"
    weekdays: frozenset[int] = frozenset()
    monthday: int = 0
    every: bool = False
    weak: bool = False  # "any day": says nothing if a day is said besides
    until: bool = False  # "by Friday": a time of day said with it bounds the last day
    time: DayTime | None = None
    doubt: str = ""
    back: bool = False  # "last week": in the past on purpose

    @property
    def container(self) -> bool:
        """Whether weekdays beside it are meant as days of it."""
        return self.grain in ("week", "month", "open") and not self.weak
