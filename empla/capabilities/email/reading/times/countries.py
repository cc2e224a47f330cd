"""What the country of a zone says of dates: the order of day and month in numbers, and its public holidays.

A zone stands in one country (the `zone.tab` of the time zone database); UTC and zones of a fixed offset stand in none.
Public holidays are those of the whole country, as the library `holidays` knows them; those of a region are not counted.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache
from importlib import resources
from types import MappingProxyType


class Order(StrEnum):
    """How a country writes 3/12: the day first, the month first, or one cannot tell."""

    DAY_FIRST = "day-first"
    MONTH_FIRST = "month-first"
    UNKNOWN = ""


_MONTH_FIRST = frozenset(["US", "PR", "GU", "VI", "AS", "MP", "FM", "MH", "PW", "JP", "CN", "TW", "KR", "HU", "MN"])
_BOTH = frozenset(["CA", "PH", "ZA", "KE", "GH", "PA", "TG", "KY", "GL", "LT", "IR", "SE"])
"""Countries in which both orders are usual, or the year comes first so that people write the rest as they like."""
_NONE: Mapping[date, str] = MappingProxyType({})


def country_of(zone: str) -> str:
    """Return the country (ISO 3166, two letters) that an IANA zone stands in; nothing if it stands in none."""
    return _countries().get(zone, "")


def order_of(country: str) -> Order:
    """Return how numbers of day and month are written in a country."""
    if not country or country in _BOTH:
        return Order.UNKNOWN
    return Order.MONTH_FIRST if country in _MONTH_FIRST else Order.DAY_FIRST


def name_of(country: str) -> str:
    """Return the English name of a country, its two letters if it has none."""
    return _names().get(country, country)


def public_holidays(country: str, first: date, last: date) -> dict[date, str]:
    """Return the days from `first` to `last` on which the whole country is off, with their English names."""
    if not country:
        return {}
    found: dict[date, str] = {}
    for year in range(first.year, last.year + 1):
        found |= {day: name for day, name in _of_year(country, year).items() if first <= day <= last}
    return found


def holiday(day: date, country: str) -> str:
    """Return the English name of the public holiday on a day, nothing if it is none."""
    return _of_year(country, day.year).get(day, "") if country else ""


@lru_cache(maxsize=64)
def _of_year(country: str, year: int) -> Mapping[date, str]:
    import holidays  # its tables take a tenth of a second, and many mails name no week

    try:
        known = holidays.country_holidays(country, years=year, language="en_US")
    except NotImplementedError:
        return _NONE
    return MappingProxyType({day: str(name) for day, name in known.items() if day.year == year})


def working_days(country: str, first: date, last: date, days_off: frozenset[int]) -> tuple[date, ...]:
    """Return the days from `first` to `last` (at most 370) that are no public holiday and no weekday in `days_off`."""
    count = max(0, min((last - first).days + 1, 370))
    days = [day for i in range(count) if (day := first + timedelta(days=i)).weekday() not in days_off]
    off = public_holidays(country, days[0], days[-1]) if days and days_off else {}
    return tuple(day for day in days if day not in off)


@lru_cache(maxsize=1)
def _countries() -> dict[str, str]:
    rows = [line.split("\t") for line in _table("zone.tab")]
    found = {row[2]: row[0] for row in rows}
    # Names of before, and those that the table leaves out because another zone has kept the same time since 1970.
    return {"US/Eastern": "US", "US/Central": "US", "US/Mountain": "US", "US/Pacific": "US", **found}


@lru_cache(maxsize=1)
def _names() -> dict[str, str]:
    names = {row[0]: row[1] for line in _table("iso3166.tab") if len(row := line.split("\t")) > 1}
    return {**names, "GB": "the United Kingdom", "US": "the United States", "NL": "the Netherlands"}


def _table(name: str) -> list[str]:
    text = resources.files("tzdata").joinpath("zoneinfo", name).read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]
