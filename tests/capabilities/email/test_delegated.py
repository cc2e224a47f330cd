"""The sensor for others' folders: what is handed on, from when to when, and where it goes on after an end."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from empla.capabilities.contract import Noticed, Place
from empla.capabilities.email import delegated
from empla.capabilities.email.delegated import KEY_PREFIX, MANAGER_MAIL_ARRIVED, DelegatedSensor
from empla.capabilities.email.sensor import percept_key
from empla.clock import pause
from empla.errors import PermissionDenied
from empla.mind.grants import GrantKind
from empla.testing.calendars import MemoryCalendars
from empla.testing.clock import VirtualClock
from empla.testing.mailbox import MemoryFolder, MemoryMailbox, letter
from empla.testing.place import MemoryBlobs, MemoryDirectory

ANNA, BEN, ADA = "anna@office.example", "ben@office.example", "ada@office.example"
MONDAY = datetime(2026, 9, 7, 8, tzinfo=UTC)
INVITATION = (
    b"From: ben@office.example\r\nMessage-ID: <%d@x>\r\nContent-Type: text/calendar; method=REQUEST\r\n\r\n"
    b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"
)


class Watched:
    """A place, the sensor's cursor, and what was handed on."""

    def __init__(self) -> None:
        self.clock = VirtualClock(MONDAY)
        self.mailbox = MemoryMailbox(self.clock, address=ADA)
        self.directory = MemoryDirectory()
        self.place = Place(
            mailbox=self.mailbox,
            calendars=MemoryCalendars(set()),
            directory=self.directory,
            blobs=MemoryBlobs(),
            clock=self.clock,
        )
        self.noticed: list[Noticed] = []
        self.cursor: dict[str, Any] | None = None

    @property
    def folder(self) -> MemoryFolder:
        found = self.mailbox.delegated(ANNA)
        assert found is not None
        return found

    async def deliver(self, noticed: Sequence[Noticed]) -> None:
        self.noticed += noticed
        if noticed:
            self.cursor = dict(noticed[-1].cursor)

    async def during(self, work: Callable[[], Awaitable[None]]) -> None:
        """Watch for as long as `work` takes, and until nothing more happens."""
        watching = asyncio.create_task(DelegatedSensor().watch(self.place, self.cursor, self.deliver))
        await _settled()
        await work()
        await _settled()
        assert not watching.done(), watching
        watching.cancel()
        with pytest.raises(asyncio.CancelledError):
            await watching

    def ids(self) -> list[str]:
        """Return the Message-IDs of what was handed on."""
        blobs = self.place.blobs
        lines = [line for n in self.noticed for line in blobs.read(n.fields["blob"]).splitlines()]
        return [line.partition(b":")[2].strip().decode() for line in lines if line.lower().startswith(b"message-id")]


async def _settled() -> None:
    for _ in range(20):
        await pause(0)


def plain(number: int) -> bytes:
    return letter("ben@office.example", "Hello.", to=ANNA, message_id=f"<{number}@x>")


def run(work: Callable[[Watched], Coroutine[Any, Any, None]]) -> None:
    asyncio.run(work(Watched()))


def test_under_a_grant_of_invitations_only_those_are_handed_on() -> None:
    async def work(seen: Watched) -> None:
        seen.directory.grant(GrantKind.INVITATIONS, ANNA, ADA, MONDAY)

        async def come() -> None:
            seen.folder.deliver(plain(1))
            seen.folder.deliver(INVITATION % 2)
            seen.folder.deliver(plain(3))

        await seen.during(come)
        assert seen.ids() == ["<2@x>"]
        (found,) = seen.noticed
        assert (found.kind, found.fields["owner"].value) == (MANAGER_MAIL_ARRIVED, ANNA)
        assert found.key == KEY_PREFIX + percept_key(INVITATION % 2)

    run(work)


def test_without_a_grant_nothing_is_looked_at_and_a_new_one_counts_at_once() -> None:
    async def work(seen: Watched) -> None:
        async def granted_meanwhile() -> None:
            assert seen.mailbox.folders == {}
            seen.directory.grant(GrantKind.CALENDAR, ANNA, ADA, MONDAY)
            seen.mailbox.look_again()
            await _settled()
            assert seen.mailbox.folders == {}
            seen.directory.grant(GrantKind.INBOX, ANNA, ADA, MONDAY)
            seen.folder.deliver(plain(1))
            seen.mailbox.look_again()

        await seen.during(granted_meanwhile)
        assert seen.ids() == ["<1@x>"]

    run(work)


def test_a_folder_that_cannot_be_read_keeps_nobody_elses_closed_and_is_tried_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Only where none can be read is it the sensor that fails: others' folders have one integration."""
    paused: list[float] = []
    again = asyncio.Event()

    async def pauses(seconds: float) -> None:
        paused.append(seconds)
        await again.wait()

    async def closed(*_arguments: Any, **_more: Any) -> Any:
        raise PermissionDenied("this folder may not be read")

    async def work(seen: Watched) -> None:
        for owner in (ANNA, BEN):
            seen.directory.grant(GrantKind.INBOX, owner, ADA, MONDAY)
        bens = seen.mailbox.delegated(BEN)
        assert bens is not None
        with monkeypatch.context() as patch:
            patch.setattr(delegated, "pause", pauses)
            patch.setattr(bens, "fetch_after", closed)

            async def come() -> None:
                seen.folder.deliver(plain(1))
                await _settled()
                assert seen.ids() == ["<1@x>"] and paused == [delegated.SHUT_S]
                patch.undo()
                bens.deliver(plain(2))
                again.set()

            await seen.during(come)
        assert sorted(seen.ids()) == ["<1@x>", "<2@x>"]
        monkeypatch.setattr(seen.folder, "fetch_after", closed)
        monkeypatch.setattr(bens, "fetch_after", closed)
        with pytest.raises(PermissionDenied):
            await DelegatedSensor().watch(seen.place, seen.cursor, seen.deliver)

    run(work)


def test_what_came_before_the_grant_stays_closed_also_under_a_second_one() -> None:
    async def work(seen: Watched) -> None:
        seen.folder.deliver(plain(1))
        seen.clock.advance(timedelta(hours=1))
        seen.directory.grant(GrantKind.INBOX, ANNA, ADA, seen.clock.now())

        async def taken_back_and_given_again() -> None:
            seen.folder.deliver(plain(2))
            await _settled()
            seen.directory.revoke(GrantKind.INBOX, ANNA, ADA)
            seen.folder.deliver(plain(3))
            seen.mailbox.look_again()
            await _settled()
            seen.clock.advance(timedelta(hours=1))
            seen.directory.grant(GrantKind.INBOX, ANNA, ADA, seen.clock.now())
            seen.mailbox.look_again()
            await _settled()
            seen.folder.deliver(plain(4))

        await seen.during(taken_back_and_given_again)
        assert seen.ids() == ["<2@x>", "<4@x>"]

    run(work)


def test_after_an_end_it_goes_on_where_it_stood() -> None:
    async def work(seen: Watched) -> None:
        seen.directory.grant(GrantKind.INBOX, ANNA, ADA, MONDAY)

        async def two() -> None:
            seen.folder.deliver(plain(1))
            seen.folder.deliver(plain(2))

        async def another() -> None:
            seen.folder.deliver(plain(3))

        await seen.during(two)
        assert seen.cursor == {ANNA: {"uidvalidity": 1, "uid": 2}}
        await seen.during(another)
        assert seen.ids() == ["<1@x>", "<2@x>", "<3@x>"]

    run(work)


def test_a_delivery_that_fails_ends_the_watch_and_loses_nothing() -> None:
    async def work(seen: Watched) -> None:
        seen.directory.grant(GrantKind.INBOX, ANNA, ADA, MONDAY)
        seen.folder.deliver(plain(1))

        async def full(_: Sequence[Noticed]) -> None:
            raise RuntimeError("the disk is full")

        with pytest.raises(RuntimeError):
            await DelegatedSensor().watch(seen.place, seen.cursor, full)
        assert seen.cursor is None

        async def nothing() -> None:
            return None

        await seen.during(nothing)
        assert seen.ids() == ["<1@x>"]

    run(work)
