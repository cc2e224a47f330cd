"""What calendar operations are asked with: closed schemas whose addresses, instants and events carry their origin."""

from datetime import timedelta
from typing import Literal, Self

from pydantic import Field, field_validator, model_validator

from empla.capabilities.calendar.itip import AttendeeReply
from empla.capabilities.calendar.results import EventCopy
from empla.capabilities.contract import Arguments
from empla.mind.values import Address, EventRef, Instant

LONGEST = timedelta(days=366)
"""How long a window may be that a calendar is read for."""


class Window(Arguments):
    """Base of what reads a calendar between two instants."""

    start: Instant
    end: Instant

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        _check_window(self.start, self.end)
        return self


class FindSlots(Arguments):
    """Look for times that suit all `attendees` (name the manager too), inside `windows`, in their working hours.

    `spread` gives one slot a day, as options; without it, those of the earliest day. `weekdays` count from Monday = 0.
    """

    attendees: tuple[Address, ...] = Field(min_length=1)
    minutes: int = Field(gt=0, le=24 * 60)
    windows: tuple[tuple[Instant, Instant], ...] = Field(min_length=1)
    count: int = Field(default=1, gt=0, le=20)
    spread: bool = False
    lead_minutes: int = Field(default=15, ge=0)
    granularity: Literal[15, 30] = 30
    weekdays: tuple[int, ...] = (0, 1, 2, 3, 4)

    @field_validator("windows")
    @classmethod
    def _windows_in_order(cls, windows: tuple[tuple[Instant, Instant], ...]) -> tuple[tuple[Instant, Instant], ...]:
        for start, end in windows:
            _check_window(start, end)
        return windows


class FindFreeBusy(Window):
    """Look when `person` is busy and free between `start` and `end`."""

    person: Address


class ReadAgenda(Window):
    """List what stands in `owner`'s calendar between `start` and `end`."""

    owner: Address


class ReadEvent(Arguments):
    """Read one event of `owner`'s calendar, so that it can be changed."""

    owner: Address
    event: EventRef


class Book(Arguments):
    """Put one event into `owner`'s calendar, if everybody in `check` is still free.

    The employee is its organizer. Without `event` the UID is derived from the step; with it, the same meeting is put
    into another calendar. `check` None: all attendees; empty: nobody. `names` gives display names by address.
    """

    owner: Address
    title: str = Field(min_length=1, max_length=500)
    start: Instant
    end: Instant
    attendees: tuple[Address, ...] = ()
    names: dict[str, str] = Field(default_factory=dict)
    location: str = Field(default="", max_length=1000)
    description: str = Field(default="", max_length=8000)
    event: EventRef | None = None
    check: tuple[Address, ...] | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        _check_window(self.start, self.end)
        return self


class Update(Arguments):
    """Change an event, starting from the `copy` that was read. What is None stays.

    `start` and `end` go together and raise SEQUENCE; `attendees` is the complete new list; `answers` sets what some
    have said. Only what the employee organizes, or what has no organizer, can be moved or given other attendees.
    """

    copy_: EventCopy = Field(alias="copy")
    start: Instant | None = None
    end: Instant | None = None
    title: str | None = Field(default=None, min_length=1, max_length=500)
    location: str | None = Field(default=None, max_length=1000)
    description: str | None = Field(default=None, max_length=8000)
    attendees: tuple[Address, ...] | None = None
    answers: tuple[tuple[Address, Literal["NEEDS-ACTION", "ACCEPTED", "DECLINED", "TENTATIVE"]], ...] = ()

    @model_validator(mode="after")
    def _times_together(self) -> Self:
        if (self.start is None) != (self.end is None):
            raise ValueError("start and end go together")
        if self.start is not None and self.end is not None:
            _check_window(self.start, self.end)
        return self


class Cancel(Arguments):
    """Delete an event from the calendar that its `copy` was read from."""

    copy_: EventCopy = Field(alias="copy")


class ApplyReply(Arguments):
    """Note what an attendee answered in the event that `copy` was read from.

    `sender` is where the reply's mail came from: the authenticated address if there is one.
    """

    copy_: EventCopy = Field(alias="copy")
    reply: AttendeeReply
    sender: Address


class Invite(Arguments):
    """Send the invitation to an event, or its new version, to `to`; `note` is put before its details.

    `sender_name` is the display name of the employee.
    """

    copy_: EventCopy = Field(alias="copy")
    to: tuple[Address, ...] = Field(min_length=1)
    note: str = Field(default="", max_length=4000)
    sender_name: str = Field(default="", max_length=200)


class SendCancel(Invite):
    """Tell `to` that the event is cancelled or, with `uninvite`, that it takes place without them."""

    uninvite: bool = False


def _check_window(start: Instant, end: Instant) -> None:
    if start.value.tzinfo is None or end.value.tzinfo is None:
        raise ValueError("an instant needs a zone")
    if not start.value < end.value:
        raise ValueError("it ends before it starts")
    if end.value - start.value > LONGEST:
        raise ValueError(f"it is longer than {LONGEST.days} days")
