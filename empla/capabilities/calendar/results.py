"""What calendar operations give back to a plan: kept values, with origin."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from empla.capabilities.calendar.slots import Why
from empla.mind.codec import registered
from empla.mind.values import Address, EventRef, Instant


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class SlotOption:
    """A time that suits everybody."""

    start: Instant
    end: Instant


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class Obstacle:
    """Why there is no slot: past, short, hours, busy or held; `who` it concerns, empty if nobody in particular."""

    why: Why
    who: tuple[Address, ...] = ()


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class Slots:
    """What `calendar.find_slots` found, in order of time.

    Without `slots`, `obstacles` say why and `alternatives` are the nearest ones outside the windows. `unseen` are those
    whose calendar may not be read: they were taken to be free, so the answer should say that they must agree.
    """

    slots: tuple[SlotOption, ...] = ()
    obstacles: tuple[Obstacle, ...] = ()
    alternatives: tuple[SlotOption, ...] = ()
    unseen: tuple[Address, ...] = ()


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class BusySpan:
    """When somebody is busy; `tentative` if that is not settled."""

    start: Instant
    end: Instant
    tentative: bool = False


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class FreeBusy:
    """When `person` is busy and, inside the person's working hours, free. Not `readable`: nothing is known."""

    person: Address
    busy: tuple[BusySpan, ...] = ()
    free: tuple[SlotOption, ...] = ()
    readable: bool = True


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class AgendaItem:
    """One occurrence of an event in somebody's calendar.

    `tentative`: it is not settled; `unanswered`: its owner has not answered the invitation; `declined`: its owner will
    not be there; `awaited` are the others who have not answered. `free`: it takes no time (a note, a birthday).
    `occurrence` names which one of a series it is, for what is to be done about that one only.
    """

    event: EventRef
    title: str
    start: Instant
    end: Instant
    all_day: bool = False
    recurring: bool = False
    location: str = ""
    organizer: Address | None = None
    attendees: tuple[Address, ...] = ()
    awaited: tuple[Address, ...] = ()
    tentative: bool = False
    unanswered: bool = False
    declined: bool = False
    free: bool = False
    occurrence: Instant | None = None


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class Agenda:
    """The occurrences in a window, in order of time; `more` is how many further ones were left out."""

    owner: Address
    items: tuple[AgendaItem, ...] = ()
    more: int = 0


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class EventCopy:
    """A calendar object as it was read from, or written to, `owner`'s calendar: what a later change starts from.

    `empla.capabilities.calendar.events.parse(copy.ics)` shows what it says.
    """

    owner: Address
    event: EventRef
    etag: str
    ics: str


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class Booked:
    """The event stands in the calendar."""

    event: EventRef
    etag: str
    copy: EventCopy


class Clash(StrEnum):
    """What a booking met."""

    BUSY = "busy"  # somebody is not free any more
    EXISTS = "exists"  # the calendar holds another event with this UID
    HELD = "held"  # the time was kept for another meeting when this was asked for


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class BookConflict:
    """Nothing was booked: `who` is busy (in `busy`), the time is kept for another meeting, or an event with this UID
    that is not ours stands there."""

    clash: Clash
    who: tuple[Address, ...] = ()
    busy: tuple[BusySpan, ...] = ()


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class EventWritten:
    """The change stands in the calendar (`changed` false: there was nothing to change)."""

    event: EventRef
    etag: str
    copy: EventCopy
    changed: bool = True


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class EventMoved:
    """Nothing was written: somebody else changed the event since it was read. `copy` is what stands there now.

    None: it is gone. Decide again on that copy; never write over it.
    """

    copy: EventCopy | None


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class EventDeleted:
    """The event stands in that calendar no more."""

    event: EventRef


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyRefused:
    """The reply does not count, and why: in a sentence for a person, and as a word (`itip.WhyNot`)."""

    reason: str
    why: str = ""


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class InviteRefused:
    """The calendar message was not taken in, and why, in a sentence for a person."""

    reason: str


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class InvitationSent:
    """The mail server took a calendar message; `refused` are recipients it did not take it for, with its words."""

    message_id: str
    recipients: tuple[str, ...]
    refused: Mapping[str, str] = field(default_factory=dict)
