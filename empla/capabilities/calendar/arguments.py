"""What calendar operations are asked with: closed schemas whose addresses, instants and events carry their origin."""

from datetime import datetime, timedelta
from typing import Literal, Self

from pydantic import Field, field_validator, model_validator

from empla.capabilities.calendar.itip import AttendeeReply
from empla.capabilities.calendar.results import EventCopy
from empla.capabilities.contract import Arguments
from empla.mind.values import Address, EventRef, Instant, Source

LONGEST = timedelta(days=366)
"""How long a window may be that a calendar is read for."""

Said = Literal["NEEDS-ACTION", "ACCEPTED", "DECLINED", "TENTATIVE"]


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
    The events in `apart_from` do not count as busy time; `avoid` are spans that are not used although they are free.
    """

    attendees: tuple[Address, ...] = Field(min_length=1)
    minutes: int = Field(gt=0, le=24 * 60)
    windows: tuple[tuple[Instant, Instant], ...] = Field(min_length=1)
    count: int = Field(default=1, gt=0, le=20)
    spread: bool = False
    lead_minutes: int = Field(default=15, ge=0)
    granularity: Literal[15, 30] = 30
    weekdays: tuple[int, ...] = (0, 1, 2, 3, 4)
    apart_from: tuple[EventRef, ...] = Field(default=(), max_length=100)
    avoid: tuple[tuple[Instant, Instant], ...] = Field(default=(), max_length=500)

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
    into another calendar. `check` None: all attendees; empty: nobody. `names` gives display names by address. `rule`
    (an RRULE) makes it a series; the check is for its first occurrence.
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
    rule: str = Field(default="", max_length=500)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        _check_window(self.start, self.end)
        return self


class Update(Arguments):
    """Change an event, starting from the `copy` that was read. What is None stays.

    `start` and `end` go together and raise SEQUENCE; `attendees` is the complete new list; `answers` sets what some
    have said. Only what the employee organizes, or what has no organizer, can be moved or given other attendees.
    `occurrence` names the one of a series that is changed. A new time is only entered if everybody in `check` is free.
    """

    copy_: EventCopy = Field(alias="copy")
    start: Instant | None = None
    end: Instant | None = None
    title: str | None = Field(default=None, min_length=1, max_length=500)
    location: str | None = Field(default=None, max_length=1000)
    description: str | None = Field(default=None, max_length=8000)
    attendees: tuple[Address, ...] | None = None
    answers: tuple[tuple[Address, Said], ...] = ()
    occurrence: Instant | None = None
    check: tuple[Address, ...] = ()

    @model_validator(mode="after")
    def _times_together(self) -> Self:
        if (self.start is None) != (self.end is None):
            raise ValueError("start and end go together")
        if self.start is not None and self.end is not None:
            _check_window(self.start, self.end)
        return self


class Cancel(Arguments):
    """Delete an event from the calendar that its `copy` was read from; or one `occurrence` of a series.

    With `and_future` that occurrence and all that follow.
    """

    copy_: EventCopy = Field(alias="copy")
    occurrence: Instant | None = None
    and_future: bool = False


class HandOver(Arguments):
    """Make the owner of the calendar that `copy` was read from its organizer, under `name`."""

    copy_: EventCopy = Field(alias="copy")
    name: str = ""


class ApplyReply(Arguments):
    """Note what an attendee answered in the event that `copy` was read from.

    `sender` is where the reply's mail came from: the authenticated address if there is one. `speaks_for` are those for
    whom the directory lets the sender answer; their addresses must come from there.
    """

    copy_: EventCopy = Field(alias="copy")
    reply: AttendeeReply
    sender: Address
    speaks_for: tuple[Address, ...] = ()

    @field_validator("speaks_for")
    @classmethod
    def _known(cls, people: tuple[Address, ...]) -> tuple[Address, ...]:
        return checked_known(people)


class TakeIn(Arguments):
    """Take a message of an organizer into `owner`'s calendar, where `copy` stands now (None: nothing is there yet).

    `ics` is the message, `method` what its Content-Type names. `sender` is where its mail came from, `vouched` whether
    the server vouches for that. `answer` is what the owner says; None leaves it as it is. `uid` chooses one of several
    events. `newest` is the latest version that is known although nothing of it stands in the calendar.
    """

    owner: Address
    ics: str = Field(min_length=1, max_length=200_000)
    sender: Address
    vouched: bool = False
    method: str = Field(default="", max_length=40)
    copy_: EventCopy | None = Field(default=None, alias="copy")
    answer: Said | None = None
    uid: str = Field(default="", max_length=1_000)
    newest: tuple[int, datetime] | None = None
    speaks_for: tuple[Address, ...] = ()

    @field_validator("speaks_for")
    @classmethod
    def _known(cls, people: tuple[Address, ...]) -> tuple[Address, ...]:
        return checked_known(people)

    @model_validator(mode="after")
    def _of_owner(self) -> Self:
        if self.copy_ is not None and self.copy_.owner.value.lower() != self.owner.value.lower():
            raise ValueError("the copy was read from another calendar")
        return self


class Answering(Arguments):
    """Base of what is sent to the organizer `to` of an invitation `ics` for `attendee`: the manager, or the employee.

    `occurrence` names one of a series; `comment` is a sentence for the organizer.
    """

    ics: str = Field(min_length=1, max_length=200_000)
    attendee: Address
    to: Address
    occurrence: Instant | None = None
    comment: str = Field(default="", max_length=2_000)
    sender_name: str = Field(default="", max_length=200)
    attendee_name: str = Field(default="", max_length=200)


class Respond(Answering):
    """Answer an invitation."""

    answer: Literal["ACCEPTED", "DECLINED", "TENTATIVE"]


class Counter(Answering):
    """Propose another time for an event that somebody else organizes."""

    start: Instant
    end: Instant

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        _check_window(self.start, self.end)
        return self


class Refresh(Answering):
    """Ask an organizer for the present version of an event."""


class DeclineCounter(Arguments):
    """Tell the attendee `to` that the event of `copy`, or its `occurrence`, stays when it is."""

    copy_: EventCopy = Field(alias="copy")
    to: Address
    occurrence: Instant | None = None
    comment: str = Field(default="", max_length=2_000)
    sender_name: str = Field(default="", max_length=200)


class SendInvitation(Arguments):
    """Send the invitation to an event, or its new version, to `to`; `note` is put before its details.

    `sender_name` is the display name of the employee. `occurrence` is the one of a series that the mail is about.
    """

    copy_: EventCopy = Field(alias="copy")
    to: tuple[Address, ...] = Field(min_length=1)
    note: str = Field(default="", max_length=4000)
    sender_name: str = Field(default="", max_length=200)
    occurrence: Instant | None = None


class SendCancel(SendInvitation):
    """Tell `to` that the event is cancelled or, with `uninvite`, that it takes place without them.

    With `and_future` it is an occurrence and all that follow.
    """

    uninvite: bool = False
    and_future: bool = False


def checked_known(people: tuple[Address, ...]) -> tuple[Address, ...]:
    """Return the addresses; ValueError if one of them only comes from outside."""
    if any(person.origin.source is Source.PERCEPT for person in people):
        raise ValueError("for whom somebody may speak, only the directory says")
    return people


def _check_window(start: Instant, end: Instant) -> None:
    if start.value.tzinfo is None or end.value.tzinfo is None:
        raise ValueError("an instant needs a zone")
    if not start.value < end.value:
        raise ValueError("it ends before it starts")
    if end.value - start.value > LONGEST:
        raise ValueError(f"it is longer than {LONGEST.days} days")
