"""Triggers as a role's file declares them, each a `[[trigger]]`: what makes something due, and what if it is missed.

name = "month-end"                    what a plan listens for: occurred("month-end")
says = "closing the month"            what it is for, in words for people
cron = "0 9 28 * *"                   or: every = "30m"
                                      or: dates = ["2026-12-24T09:00"]
                                      or: first = 2026-01-05, at = "09:00", weeks = 2 (or months, days)
                                      or: before = "10m" (or after = "1h"), owner = "manager", title = "review"
zone = "Europe/Berlin"                left out: that of whom it works for
missed = "coalesce"                   what was missed is made up for once; "late": each time; "skip": not at all
within = "2h"                         what is later than that is left out
"""

import re
from datetime import date, datetime, timedelta
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from empla.errors import ValidationError
from empla.mind.triggers import MANAGER, Around, Cron, Dates, Every, Missed, Policy, Regular, Timed

_UNITS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800}  # seconds
_LONGEST_DAYS = 3_650
"""Days of the longest span: with more nothing is meant, and instants at such a distance may not exist at all."""
_YEARS = range(2000, 2200)


def _span(text: str) -> str:
    if not re.fullmatch(r"\d{1,12}[smhdw]", text, re.ASCII):
        raise ValueError(f'{text[:40]!r} is no span of time: write "30m", "2h" or "1d"')
    if _seconds(text) > _LONGEST_DAYS * _UNITS["d"]:
        raise ValueError(f"{text!r} is too long: give ten years ({_LONGEST_DAYS}d) at most")
    return text


def _seconds(span: str) -> int:
    return int(span[:-1]) * _UNITS[span[-1]]


Span = Annotated[str, AfterValidator(_span)]


class DeclaredTrigger(BaseModel):
    """One `[[trigger]]` of a role."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    says: str = ""
    zone: str = ""
    missed: Missed = Missed.COALESCE
    within: Span | None = None
    cron: str | None = None
    every: Span | None = None
    dates: tuple[str, ...] = ()
    first: date | None = None
    at: str = ""
    months: int = Field(default=0, ge=0, le=120)
    weeks: int = Field(default=0, ge=0, le=_LONGEST_DAYS // 7)
    days: int = Field(default=0, ge=0, le=_LONGEST_DAYS)
    before: Span | None = None
    after: Span | None = None
    owner: str = MANAGER
    title: str = ""

    @model_validator(mode="after")
    def _fits(self) -> Self:
        try:
            self.declared()
        except ValidationError as error:
            raise ValueError(error.sentence) from error
        for year in (*([self.first.year] if self.first else ()), *(datetime.fromisoformat(d).year for d in self.dates)):
            if year not in _YEARS:
                raise ValueError(f"the trigger {self.name!r} names the year {year}: it must be from 2000 to 2199")
        return self

    def declared(self) -> Timed:
        """Return it as the mind knows it; ValidationError if it says nothing of when, or in two ways."""
        ways = [n for n in ("cron", "every", "dates", "first", "before", "after") if getattr(self, n)]
        if len(ways) != 1:
            raise ValidationError(f"the trigger {self.name!r} must say in one way when it is due, not in {len(ways)}")
        policy = Policy(missed=self.missed, within=_length(self.within))
        same: dict[str, Any] = {"name": self.name, "says": self.says, "zone": self.zone, "policy": policy}
        if self.cron:
            return Cron(when=self.cron, **same)
        if self.dates:
            return Dates(when=self.dates, **same)
        if self.first:
            apart: dict[str, Any] = {"months": self.months, "weeks": self.weeks, "days": self.days}
            return Regular(first=self.first, at=self.at, **apart, **same)
        if (period := _length(self.every)) is not None:
            return Every(period=period, **same)
        around: dict[str, Any] = {"before": _length(self.before), "after": _length(self.after)}
        return Around(**around, owner=self.owner, title=self.title, **same)


def _length(span: str | None) -> timedelta | None:
    return None if span is None else timedelta(seconds=_seconds(span))
