"""A scenario: a readable file (TOML) that says who works in a company, who writes what, and what has to come of it.

    [company]
    name = "Berg & Partner"
    zone = "Europe/Berlin"
    first_day = 2026-03-16                # day 1; a Monday

    [[employees]]
    name = "Ada Lane"
    manager = "Anna Berg"

    [[people]]
    name = "Ben Stone"
    zone = "America/New_York"
    answers_after = ["10m", "6h"]         # how soon, in working hours; the other traits are those of `Person`

    [[mails]]
    at = "day 2 10:20"
    from = "Anna Berg"
    to = "Ada Lane"
    text = "Please book half an hour with Ben on Thursday afternoon, about the {nonce} budget."
    expect = { mails = { "Anna Berg" = "1+" }, events = { "Anna Berg" = "0-1" } }

    [traffic]                             # mails a working day, for each employee
    book = 0.8

`{nonce}` is the word by which all that comes of a mail is recognised. What is expected is a count: "2", "0-1", "1+";
`expect = "nothing"` means that nobody is written to and nothing is entered. The page `docs/simulating.md` has it all.
"""

import re
import zoneinfo
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any, Final
from zoneinfo import ZoneInfo

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator

from empla.config import slug
from empla.errors import InputError

_SPAN: Final = re.compile(r"(\d+)\s*(m|min|h|d)")
_WHEN: Final = re.compile(r"day (\d+)(?: (\d{1,2}):(\d{2}))?")
_HOURS: Final = re.compile(r"(\d{1,2}):(\d{2})-(\d{1,2}):(\d{2})")
_COUNT: Final = re.compile(r"(\d+)(?:-(\d+)|(\+))?")
_UNITS: Final = {"m": "minutes", "min": "minutes", "h": "hours", "d": "days"}
MANY: Final = 1_000_000
"""What "1+" counts up to."""


def _span(value: Any) -> Any:
    if isinstance(value, timedelta):
        return value
    found = _SPAN.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise ValueError('write a span such as "30m", "4h" or "2d"')
    return timedelta(**{_UNITS[found[2]]: int(found[1])})


def _count(value: Any) -> Any:
    if isinstance(value, tuple):
        return value
    found = _COUNT.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise ValueError('write a count as text: "2", "0-1" or "1+"')
    least = int(found[1])
    return (least, MANY if found[3] else int(found[2] or least))


def _share(value: float) -> float:
    if not 0 <= value <= 1:
        raise ValueError("write a share from 0 to 1")
    return value


def _hours(value: Any) -> Any:
    found = _HOURS.fullmatch(value) if isinstance(value, str) else None
    if found is None or not (int(found[1]), int(found[2])) < (int(found[3]), int(found[4])) <= (24, 0):
        raise ValueError('write working hours such as "09:00-17:00"')
    return value


def _zone(value: Any) -> Any:
    try:
        ZoneInfo(str(value))
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError('write an IANA zone such as "Europe/Berlin"') from None
    return value


Span = Annotated[timedelta, BeforeValidator(_span)]
Count = Annotated[tuple[int, int], BeforeValidator(_count)]
Share = Annotated[float, BeforeValidator(_share)]
Hours = Annotated[str, BeforeValidator(_hours)]
Zone = Annotated[str, BeforeValidator(_zone)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class When(_Part):
    """An hour of a day of the scenario, on the company's clock; day 1 is the first."""

    day: int
    hour: int = 0
    minute: int = 0

    @model_validator(mode="before")
    @classmethod
    def _written(cls, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        found = _WHEN.fullmatch(value)
        if found is None or int(found[2] or 0) > 23 or int(found[3] or 0) > 59 or not int(found[1]):
            raise ValueError('write a time such as "day 3 10:20"')
        return {"day": int(found[1]), "hour": int(found[2] or 0), "minute": int(found[3] or 0)}


class Company(_Part):
    """The company: its name, mail domain, zone (of all times in the file), and the date of day 1."""

    name: str = "The Company"
    domain: str = "office.example"
    zone: Zone = "Europe/Berlin"
    first_day: date
    hours: Hours = "09:00-17:00"


class Employee(_Part):
    """A digital employee: its role, and the person it works for."""

    name: str
    role: str = "executive_assistant"
    manager: str


class Person(_Part):
    """A person with a mailbox and a calendar, and their temper.

    `answers` is the share of what is asked of them that they answer, `answers_after` how soon (shortest and longest,
    postponed to their working hours), `declines` and `proposes` the shares of invitations that they decline, and for
    which they propose another time; `changes_mind` how often they want something else after all, `moves` how often they
    move what stands in their calendar themselves, `odd` how often they write a mail that is hard to read. While they
    are `away` (first and last day) only their mailbox answers, by itself.
    """

    name: str
    zone: Zone | None = None
    hours: Hours | None = None
    answers: Share = 0.85
    answers_after: tuple[Span, Span] = (timedelta(minutes=5), timedelta(hours=5))
    declines: Share = 0.1
    proposes: Share = 0.05
    changes_mind: Share = 0.1
    moves: Share = 0.03
    odd: Share = 0.03
    away: tuple[When, When] | None = None


class Expected(_Part):
    """What has to come of one mail: how many mails each gets from employees, how many events stand in calendars.

    Who is not named may get any number; with `nothing`, nobody gets anything and nothing is entered. The least that is
    expected has to be there `by` then, or two days after the mail; a run that ends before asks for none of it.
    """

    by: When | None = None
    mails: dict[str, Count] = Field(default_factory=dict)
    events: dict[str, Count] = Field(default_factory=dict)
    nothing: bool = False

    @model_validator(mode="before")
    @classmethod
    def _written(cls, value: Any) -> Any:
        if isinstance(value, str):
            if value != "nothing":
                raise ValueError('write expect = "nothing", or { mails = { "Anna Berg" = "1" } }')
            return {"nothing": True}
        return value


class Mail(_Part):
    """A mail at a given time. `sender` is somebody of the file, or an address elsewhere."""

    at: When
    sender: str = Field(alias="from")
    to: str
    subject: str = ""
    text: str
    headers: dict[str, str] = Field(default_factory=dict)
    expect: Expected = Expected()


class Invitation(_Part):
    """An invitation at a given time, to a meeting that begins at `start` and lasts so long."""

    at: When
    sender: str = Field(alias="from")
    to: str
    title: str = "A meeting about {nonce}"
    start: When
    lasts: Span = timedelta(minutes=30)
    expect: Expected = Expected()


class Event(_Part):
    """What stands in a calendar before the scenario begins; `weekly` events come again every week."""

    owner: str
    title: str
    start: When
    lasts: Span = timedelta(hours=1)
    weekly: bool = False


KINDS: Final = {
    "book": "the manager asks for a meeting",
    "question": "the manager asks what the calendar says",
    "errand": "the manager wants something from a colleague",
    "reminder": "the manager wants to be reminded",
    "thanks": "the manager says thanks",
    "odd": "the manager's mail program writes something odd",
    "wish": "a colleague wants to meet the manager",
    "stranger": "somebody from outside wants to meet the manager",
    "invitation": "somebody invites the manager",
    "newsletter": "a newsletter",
    "bounce": "a report that a mail was not delivered",
    "absence": "an automatic note of absence",
}
"""The kinds of mail that `[traffic]` makes."""


class Traffic(_Part):
    """How many mails of each kind come to each employee on a working day; the seed says when, and which words."""

    rates: dict[str, float] = Field(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def _written(cls, value: Any) -> Any:
        if isinstance(value, dict) and "rates" not in value:
            for kind, rate in value.items():
                if kind not in KINDS:
                    raise ValueError(f"there is no kind {kind!r}; the kinds are {', '.join(KINDS)}")
                if not isinstance(rate, int | float) or rate < 0:
                    raise ValueError(f"write {kind} as a number of mails a working day, such as 0.5")
            return {"rates": value}
        return value


class Scenario(_Part):
    """A whole scenario."""

    company: Company
    employees: tuple[Employee, ...] = Field(min_length=1)
    people: tuple[Person, ...] = Field(min_length=1)
    mails: tuple[Mail, ...] = ()
    invitations: tuple[Invitation, ...] = ()
    events: tuple[Event, ...] = ()
    traffic: Traffic = Traffic()

    @field_validator("employees", "people")
    @classmethod
    def _once(cls, value: tuple[Employee | Person, ...]) -> tuple[Employee | Person, ...]:
        names = [each.name for each in value]
        if twice := next((name for name in names if names.count(name) > 1), None):
            raise ValueError(f"{twice} is there twice")
        return value

    def instant(self, when: When) -> datetime:
        """Return the instant of an hour of the scenario, aware."""
        day = self.company.first_day + timedelta(days=when.day - 1)
        return datetime.combine(day, time(when.hour, when.minute), ZoneInfo(self.company.zone))

    def address(self, who: str) -> str:
        """Return the address of somebody of the file; an address is its own."""
        return who.lower() if "@" in who else f"{slug(who)}@{self.company.domain}"

    def name(self, address: str) -> str:
        """Return the name of whoever of the file has an address; empty for anybody else."""
        names = [*(person.name for person in self.people), *(employee.name for employee in self.employees)]
        return next((name for name in names if self.address(name) == address), "")

    def only(self, names: Sequence[str]) -> "Scenario":
        """Return it with these employees alone, without what was written to the others; InputError for others."""
        known = [employee.name for employee in self.employees]
        if strange := next((name for name in names if name not in known), None):
            raise InputError(f"the scenario has no employee {strange!r}", next_step=f"it has {', '.join(known)}")
        gone = set(known) - set(names)
        return self.model_copy(
            update={
                "employees": tuple(e for e in self.employees if e.name not in gone),
                "mails": tuple(mail for mail in self.mails if mail.to not in gone),
                "invitations": tuple(asked for asked in self.invitations if asked.to not in gone),
                "events": tuple(event for event in self.events if event.owner not in gone),
            }
        )

    def person(self, name: str) -> Person | None:
        """Return a person of the file by name."""
        return next((p for p in self.people if p.name == name), None)

    def zone_of(self, person: Person) -> ZoneInfo:
        """Return in which zone a person lives."""
        return ZoneInfo(person.zone or self.company.zone)

    def hours_of(self, person: Person) -> tuple[time, time]:
        """Return a person's working hours."""
        found = _HOURS.fullmatch(person.hours or self.company.hours)
        assert found is not None  # checked when it was read
        end = time.max if int(found[3]) == 24 else time(int(found[3]), int(found[4]))
        return time(int(found[1]), int(found[2])), end

    def is_away(self, person: Person, at: datetime) -> bool:
        """Return whether a person is away on the day of an instant."""
        if person.away is None:
            return False
        first, last = (self.company.first_day + timedelta(days=when.day - 1) for when in person.away)
        return first <= at.astimezone(self.zone_of(person)).date() <= last

    def ends(self, days: int) -> datetime:
        """Return when a run of so many days ends: midnight after the last."""
        return self.instant(When(day=days + 1))
