"""What one employee's process sees of the office: mailbox and calendars, with everything that goes wrong on the way.

The adapters implement the same protocols as those to real servers, pass fault points at the same places, and belong to
one life of a process: what a dead process still calls goes nowhere. What goes wrong, and where, is drawn from the seed:
connections lost before or after a mail is taken, servers that ask to wait, slow ones, a person's change of an event in
the very moment before it is written, an office that is not there for a while.
"""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from empla import faults
from empla.capabilities.calendar.calendars import Busy, CalendarObject, Conflict, Written
from empla.capabilities.calendar.occurrences import occurrences, takes_time_of
from empla.capabilities.calendar.spans import Span
from empla.capabilities.contract import OutcomeUnknown
from empla.capabilities.email.mailbox import (
    Evidence,
    FetchedMail,
    MailCursor,
    OnWire,
    RecipientsDelayed,
    SmtpReply,
    Submission,
    SubmissionDelayed,
    SubmissionRefused,
    SubmissionUnknown,
)
from empla.clock import pause
from empla.errors import ExternalError, PermissionDenied
from empla.governance.permit import Permit
from empla.mind.grants import GrantKind
from empla.workplace.authentication import authenticated_sender, failed_checks
from runtime.simulation.chance import Chance
from runtime.simulation.deeds import Entry
from runtime.simulation.letters import moved
from runtime.simulation.nonces import nonces_in
from runtime.simulation.world import Folder, Office, OtherBytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """How often what goes wrong between an employee and the office: shares of calls, all drawn from the seed."""

    before: float = 0.0
    """The connection is lost before a mail is on the wire, or before a calendar is reached."""
    unseen: float = 0.0
    """A mail or an event is taken, and the connection is lost before that is said."""
    lost: float = 0.0
    """A mail is on the wire, and the connection is lost before it is taken."""
    later: float = 0.0
    """The server asks to come again."""
    slow: float = 0.0
    """The server takes minutes."""
    raced: float = 0.0
    """A person moves an event in the moment before it is changed."""
    again: float = 0.0
    """A mail is brought twice."""


_LONGEST_PAUSE_S: Final = 60.0

NO_TROUBLE: Final = Trouble()


@dataclass
class Weather:
    """What goes wrong in one run. `away` are the spans in which the office is not there."""

    trouble: Trouble
    chance: Chance
    now: Callable[[], datetime]
    away: Sequence[tuple[datetime, datetime]] = ()
    _times: dict[tuple[str, ...], int] = field(default_factory=dict)

    def happens(self, share: float, what: str, *about: str) -> bool:
        """Return whether something goes wrong this time: with the same thing it may be otherwise the next."""
        if not share:
            return False
        key = (what, *about)
        self._times[key] = self._times.get(key, 0) + 1
        return self.chance.happens(share, *key, self._times[key])

    def seconds(self, least: float, most: float, *about: str) -> float:
        """Return how long something takes this time."""
        key = ("seconds", *about)
        self._times[key] = self._times.get(key, 0) + 1
        return self.chance.between(least, most, *key, self._times[key])

    def reach(self) -> None:
        """Raise ExternalError while the office is not there."""
        now = self.now()
        if any(since <= now < until for since, until in self.away):
            raise ExternalError("the office does not answer")


@dataclass
class Desk:
    """What the adapters of one life share. `alive` raises once the process is dead."""

    office: Office
    weather: Weather
    address: str
    alive: Callable[[], None]


class DeskMailbox:
    """Implements `Mailbox` over the office in memory."""

    evidence = Evidence.AUTHORITATIVE
    settle_s = 120.0
    taking_s = 300.0

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.address = desk.address
        self._inbox = DeskFolder(desk, lambda: desk.office.boxes[desk.address].inbox)
        self._look = asyncio.Event()

    async def fetch_after(self, cursor: MailCursor | None, limit: int = 50) -> list[FetchedMail]:
        """Return the mails after `cursor`."""
        return await self._inbox.fetch_after(cursor, limit)

    async def wait_for_change(self, timeout_s: float) -> None:
        """Return when a mail comes, or after `timeout_s`."""
        await self._inbox.wait_for_change(timeout_s)

    def delegated(self, owner: str) -> "DeskFolder | None":
        """Return the folder with mails of `owner`."""
        box = self._desk.office.boxes[self.address]
        return DeskFolder(self._desk, lambda: box.delegated.setdefault(owner, Folder()))

    def look_again(self) -> None:
        """Let whoever waits in `told_to_look` go on."""
        self._look.set()

    async def told_to_look(self, timeout_s: float) -> None:
        """Return when `look_again` is called, or after `timeout_s`."""
        with suppress(TimeoutError):
            async with asyncio.timeout(timeout_s):
                await self._look.wait()
        self._look.clear()

    async def submit(self, permit: Permit, on_wire: OnWire) -> Submission:
        """Hand the mail to the office, or fail on the way."""
        desk, weather, trouble = self._desk, self._desk.weather, self._desk.weather.trouble
        content, recipients = permit.payload.content, list(permit.payload.target["recipients"])
        await self._connect(permit.action)
        replies = self._replies(recipients)
        faults.point("smtp.on_wire.before")
        await on_wire(replies)
        faults.point("smtp.on_wire.after")
        if weather.happens(trouble.later, "451 to DATA", permit.action):
            raise SubmissionDelayed("the mail server refused the message: 451 later")
        faults.point("smtp.content.before")
        if weather.happens(trouble.lost, "lost before the dot", permit.action):
            raise SubmissionUnknown("the mail server gave no answer after the message: the connection was lost")
        await self._takes_its_time(permit.action)
        desk.alive()
        try:
            desk.office.submit(self.address, content, [r for r in recipients if replies[r].code == 250])
        except OtherBytes as error:
            raise SubmissionRefused(f"550 {error} was used for another message") from error
        faults.point("smtp.content.written")
        if weather.happens(trouble.unseen, "lost after the dot", permit.action):
            raise SubmissionUnknown("the mail server gave no answer after the message: the connection was lost")
        faults.point("smtp.content.after")
        return Submission(SmtpReply(250, "taken"), replies)

    async def _connect(self, action: str) -> None:
        weather, trouble = self._desk.weather, self._desk.weather.trouble
        await pause(weather.seconds(0.02, 0.2, "connecting", action))
        self._desk.alive()
        try:
            weather.reach()
        except ExternalError as error:
            raise SubmissionDelayed(f"no connection to the mail server: {error.sentence}") from error
        if weather.happens(trouble.before, "no connection", action):
            raise SubmissionDelayed("the mail server went away before the message")
        faults.point("smtp.mail.after")
        if weather.happens(trouble.later, "450 to RCPT", action):
            raise RecipientsDelayed("the mail server asks to wait: 450 greylisted")

    def _replies(self, recipients: Sequence[str]) -> dict[str, SmtpReply]:
        taken, unknown = SmtpReply(250, "ok"), SmtpReply(550, "no such user")
        replies = {to: taken if self._desk.office.takes(to) else unknown for to in recipients}
        if taken not in replies.values():
            raise SubmissionRefused(
                f"the mail server refused all recipients: {', '.join(recipients)}: 550 no such user"
            )
        return replies

    async def _takes_its_time(self, action: str) -> None:
        slow = self._desk.weather.happens(self._desk.weather.trouble.slow, "slow", action)
        await pause(self._desk.weather.seconds(20.0, 200.0, "slow", action) if slow else 0.05)

    async def find_sent(self, message_id: str) -> bool:
        """Return whether the office has filed it in Sent."""
        faults.point("imap.find_sent.before")
        await pause(0.02)
        self._desk.alive()
        self._desk.weather.reach()
        found = message_id in self._desk.office.boxes[self.address].sent
        faults.point("imap.find_sent.after")
        return found

    def authenticated_sender(self, raw: bytes) -> str | None:
        """Return whom the office vouches for, by the rules of the real adapter."""
        return authenticated_sender(raw, authserv_id=self._desk.office.domain, own_address=self.address)

    def failed_checks(self, raw: bytes) -> tuple[str, ...]:
        """Return what the office says of its checks, by the rules of the real adapter."""
        return failed_checks(raw, authserv_id=self._desk.office.domain)

    async def close(self) -> None:
        """Close nothing: there is no connection."""


class DeskFolder:
    """Implements `Folder` over a folder in memory."""

    def __init__(self, desk: Desk, folder: Callable[[], Folder]) -> None:
        self._desk = desk
        self._folder = folder
        self._failures = 0

    async def fetch_after(
        self, cursor: MailCursor | None, limit: int = 50, *, since: datetime | None = None
    ) -> list[FetchedMail]:
        """Return the mails after `cursor`, none that came before `since`.

        Out of reach, it waits longer each time before it says so, as the real one waits before it connects again.
        """
        self._desk.alive()
        try:
            self._desk.weather.reach()
        except ExternalError:
            self._failures += 1
            await pause(min(_LONGEST_PAUSE_S, 2.0**self._failures))
            raise
        self._failures = 0
        found = self._folder().after(cursor)
        return [mail for mail in found if since is None or mail.received >= since][:limit]

    async def wait_for_change(self, timeout_s: float) -> None:
        """Return when a mail comes, or after `timeout_s`."""
        event, folder = asyncio.Event(), self._folder()
        folder.waiting.append(event)
        try:
            async with asyncio.timeout(timeout_s):
                await event.wait()
        except TimeoutError:
            return
        finally:
            folder.waiting.remove(event)

    async def close(self) -> None:
        """Close nothing: there is no connection."""


class DeskCalendars:
    """Implements `Calendars` over the office in memory."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def events(self, owner: str, start: datetime, end: datetime) -> list[CalendarObject]:
        """Return the objects with an instance between `start` and `end`."""
        await self._asked("report", owner, writes=False)
        within = Span(start, end)
        return [o for o in self._desk.office.of(owner) if occurrences(o.ics, within, "UTC")]

    async def get(self, owner: str, uid: str) -> CalendarObject | None:
        """Return one object."""
        await self._asked("get", owner, writes=False)
        return self._desk.office.events.get((owner, uid))

    async def free_busy(self, owner: str, start: datetime, end: datetime) -> list[Busy]:
        """Return when somebody of the office is busy; PermissionDenied for anybody else."""
        await self._asked("report", "", writes=False)
        if owner not in self._desk.office.boxes or not owner.endswith(f"@{self._desk.office.domain}"):
            raise PermissionDenied(f"the calendar of {owner} may not be read")
        within = Span(start, end)
        found = (o for each in self._desk.office.of(owner) for o in occurrences(each.ics, within, "UTC"))
        busy = (takes_time_of(o.meeting, owner) for o in found)
        return sorted((b for b in busy if b is not None), key=lambda b: (b.start, b.end, b.tentative))

    async def write(self, permit: Permit) -> Written | Conflict:
        """Create, change or delete one object, if it is what the payload's condition says."""
        target, weather = permit.payload.target, self._desk.weather
        owner, uid, if_match = target["owner"], target["uid"], target.get("if_match")
        await self._asked("put", owner, writes=True)
        self._race(owner, uid)
        content = None if target.get("delete") else permit.payload.content
        outcome = self._desk.office.write(owner, uid, content, if_match)
        faults.point("caldav.put.after")
        if isinstance(outcome, Written) and weather.happens(weather.trouble.unseen, "lost after PUT", permit.action):
            raise OutcomeUnknown("the calendar server gave no answer: the connection was lost")
        return outcome

    async def close(self) -> None:
        """Close nothing: there is no connection."""

    async def _asked(self, how: str, owner: str, *, writes: bool) -> None:
        """Reach the server, or fail on the way. `owner` is whose calendar has to be open; empty: nobody's."""
        weather = self._desk.weather
        faults.point(f"caldav.{how}.before")
        await pause(weather.seconds(0.01, 0.1, "calendar", self._desk.address))
        self._desk.alive()
        weather.reach()
        if weather.happens(weather.trouble.before, "calendar", how, self._desk.address):
            raise ExternalError("the calendar server does not answer")
        if owner and not self._desk.office.may(GrantKind.CALENDAR, owner, self._desk.address):
            raise PermissionDenied(f"the calendar of {owner} may not be {'written' if writes else 'read'}")

    def _race(self, owner: str, uid: str) -> None:
        """Now and then, have the owner move an event in the moment before it is changed."""
        weather, standing = self._desk.weather, self._desk.office.events.get((owner, uid))
        if standing is None or owner == self._desk.address or not weather.happens(weather.trouble.raced, "race", uid):
            return
        found = nonces_in(standing.ics.decode(errors="replace"))
        later = moved(standing.ics, timedelta(minutes=30))
        nonce = found[0] if found else ""
        self._desk.office.enter(Entry(at=weather.now(), nonce=nonce, owner=owner, uid=uid, ics=later))
