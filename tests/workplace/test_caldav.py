"""Every write is conditional: nobody's change is overwritten, and a lost answer is never taken for a success."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import AsyncIterator, Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from empla import faults
from empla.capabilities.calendar.calendars import Busy, Conflict, Written
from empla.capabilities.contract import OutcomeUnknown
from empla.errors import (
    EmplaError,
    ExternalError,
    InputError,
    InternalError,
    PermissionDenied,
    RateLimited,
    TimedOut,
    ValidationError,
)
from empla.governance.permit import Permit
from empla.workplace.accounts import Account, Endpoint
from empla.workplace.caldav import StandardCalendars, _multistatus, _uid_of
from empla.workplace.http import HttpClient, NotSent
from runtime.office import accounts
from runtime.office.testing import RunningOffice

Hire = Callable[..., Account]
MakePermit = Callable[[Mapping[str, Any], bytes], Permit]
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture(params=["office", "xandikos"])
def anywhere(request: pytest.FixtureRequest) -> Hire:
    """Make accounts, in every test at the office and once more at Xandikos."""
    return request.getfixturevalue(f"at_{request.param}")


def event(uid: str, title: str = "Talk", start: datetime = NOON, **lines: str) -> bytes:
    body = {
        "UID": uid,
        "DTSTAMP": "20261101T000000Z",
        "DTSTART": f"{start:%Y%m%dT%H%M%SZ}",
        "DURATION": "PT1H",
        "SUMMARY": title,
        **lines,
    }
    text = "".join(f"{name}:{value}\r\n" for name, value in body.items())
    wrapped = (
        f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//t//EN\r\nBEGIN:VEVENT\r\n{text}END:VEVENT\r\nEND:VCALENDAR\r\n"
    )
    return wrapped.encode()


class Writer:
    """Writes to the calendar of one account's owner, each time with a permit."""

    def __init__(self, account: Account, permit: MakePermit, owner: str | None = None) -> None:
        self.calendars = StandardCalendars(account)
        self.owner = owner or account.address
        self._permit = permit

    async def put(self, uid: str, content: bytes, if_match: str | None = None) -> Written | Conflict:
        target = {"owner": self.owner, "uid": uid, "if_match": if_match, "delete": False}
        return await self.calendars.write(self._permit(target, content))

    async def delete(self, uid: str, if_match: str | None) -> Written | Conflict:
        target = {"owner": self.owner, "uid": uid, "if_match": if_match, "delete": True}
        return await self.calendars.write(self._permit(target, b""))


def test_an_event_is_made_read_changed_and_deleted(anywhere: Hire, permit: MakePermit) -> None:
    async def main() -> None:
        ours = Writer(anywhere(), permit)
        calendars, owner = ours.calendars, ours.owner
        assert await calendars.get(owner, "a@x") is None
        made = await ours.put("a@x", event("a@x"))
        assert isinstance(made, Written)
        read = await calendars.get(owner, "a@x")
        assert read is not None and (read.uid, read.etag) == ("a@x", made.etag) and b"SUMMARY:Talk" in read.ics
        changed = await ours.put("a@x", event("a@x", "Longer talk"), made.etag)
        assert isinstance(changed, Written) and changed.etag != made.etag
        assert await ours.delete("a@x", changed.etag) == Written("")
        assert await calendars.get(owner, "a@x") is None
        await calendars.close()

    asyncio.run(main())


def test_a_write_that_meets_anothers_change_changes_nothing(anywhere: Hire, permit: MakePermit) -> None:
    account = anywhere()

    async def main() -> None:
        ours, person = Writer(account, permit), Writer(account, permit)
        made = await ours.put("a@x", event("a@x"))
        assert isinstance(made, Written)
        theirs = await person.put("a@x", event("a@x", "Moved by a person"), made.etag)
        assert isinstance(theirs, Written)

        assert await ours.put("a@x", event("a@x", "Again")) == Conflict(theirs.etag)
        assert await ours.put("a@x", event("a@x", "Mine"), made.etag) == Conflict(theirs.etag)
        assert await ours.delete("a@x", made.etag) == Conflict(theirs.etag)
        read = await ours.calendars.get(ours.owner, "a@x")
        assert read is not None and b"Moved by a person" in read.ics

        await person.delete("a@x", theirs.etag)
        assert await ours.put("a@x", event("a@x"), made.etag) == Conflict(None)
        await ours.calendars.close()
        await person.calendars.close()

    asyncio.run(main())


def test_objects_that_other_clients_named_are_found_by_uid_and_changed_in_place(
    anywhere: Hire, permit: MakePermit
) -> None:
    account = anywhere()

    async def main() -> None:
        client = HttpClient(account)
        url = account.calendar_url(account.address) + "7F3A.ics"
        await client.request("PUT", url, event("odd/uid with spaces"), {"Content-Type": "text/calendar"})
        await client.close()
        ours = Writer(account, permit)
        read = await ours.calendars.get(ours.owner, "odd/uid with spaces")
        assert read is not None
        await ours.calendars.close()

        restarted = Writer(account, permit)  # what was seen before a restart is forgotten
        assert isinstance(await restarted.put(read.uid, event(read.uid, "New"), read.etag), Written)
        assert [o.uid for o in await restarted.calendars.events(ours.owner, NOON, NOON + HOUR)] == [read.uid]
        assert isinstance(await restarted.put(read.uid, event(read.uid, "Second")), Conflict)
        await restarted.calendars.close()

    asyncio.run(main())


def test_a_uid_that_cannot_stand_in_a_path_is_kept_all_the_same(anywhere: Hire, permit: MakePermit) -> None:
    async def main() -> None:
        ours = Writer(anywhere(), permit)
        for uid in ("../../x", "ä b/c?d#e", "x" * 300, "<&>"):
            assert isinstance(await ours.put(uid, event(uid)), Written)
            read = await ours.calendars.get(ours.owner, uid)
            assert read is not None and read.uid == uid
        await ours.calendars.close()

    asyncio.run(main())


def test_events_are_those_with_an_instance_in_the_time(anywhere: Hire, permit: MakePermit) -> None:
    async def main() -> None:
        ours = Writer(anywhere(), permit)
        await ours.put("once@x", event("once@x"))
        await ours.put("later@x", event("later@x", start=NOON + 3 * HOUR))
        await ours.put("weekly@x", event("weekly@x", start=NOON - timedelta(days=28), RRULE="FREQ=WEEKLY"))
        found = await ours.calendars.events(ours.owner, NOON - HOUR, NOON + HOUR)
        assert [o.uid for o in found] == ["once@x", "weekly@x"]
        assert all(o.etag and o.ics.endswith(b"END:VCALENDAR\r\n") for o in found)
        await ours.calendars.close()

    asyncio.run(main())


def test_a_colleague_sees_when_somebody_is_busy_and_nothing_else(hire: Hire, permit: MakePermit) -> None:
    grace, ada = hire(), hire()

    async def main() -> None:
        theirs = Writer(grace, permit)
        await theirs.put("firm@x", event("firm@x", "Secret talks"))
        await theirs.put("maybe@x", event("maybe@x", start=NOON + 2 * HOUR, STATUS="TENTATIVE"))
        await theirs.put("free@x", event("free@x", start=NOON + 4 * HOUR, TRANSP="TRANSPARENT"))
        await theirs.calendars.close()

        ours = StandardCalendars(ada)
        busy = await ours.free_busy(grace.address, NOON - HOUR, NOON + 10 * HOUR)
        assert busy == [Busy(NOON, NOON + HOUR), Busy(NOON + 2 * HOUR, NOON + 3 * HOUR, tentative=True)]
        with pytest.raises(PermissionDenied, match="may not be used"):
            await ours.events(grace.address, NOON, NOON + HOUR)
        with pytest.raises(PermissionDenied):
            await ours.get(grace.address, "firm@x")
        with pytest.raises(PermissionDenied):
            await Writer(ada, permit, grace.address).put("b@x", event("b@x"))
        await ours.close()

    asyncio.run(main())


def test_a_granted_calendar_can_be_written_to(office: RunningOffice, hire: Hire, permit: MakePermit) -> None:
    grace, ada = hire(), hire()
    accounts.grant_calendar(office.home, grace.address, ada.address)

    async def main() -> None:
        ours = Writer(ada, permit, grace.address)
        assert isinstance(await ours.put("a@x", event("a@x")), Written)
        assert [o.uid for o in await ours.calendars.events(grace.address, NOON, NOON + HOUR)] == ["a@x"]
        await ours.calendars.close()

    asyncio.run(main())


def test_a_wrong_password_and_an_unknown_owner_are_refused(hire: Hire) -> None:
    account = hire()

    async def main() -> None:
        wrong = StandardCalendars(account.model_copy(update={"password": type(account.password)("wr0ng")}))
        with pytest.raises(PermissionDenied) as caught:
            await wrong.events(account.address, NOON, NOON + HOUR)
        assert "wr0ng" not in repr(caught.value)
        with pytest.raises(EmplaError):
            await StandardCalendars(account).free_busy("nobody@office.example", NOON, NOON + HOUR)
        await wrong.close()

    asyncio.run(main())


def test_deleting_needs_the_entity_tag(anywhere: Hire, permit: MakePermit) -> None:
    with pytest.raises(InternalError, match="entity tag"):
        asyncio.run(Writer(anywhere(), permit).delete("a@x", None))


class Peer:
    """A web server that answers as it is told: a status and body by method, or `drop`, `hang`, `trickle`."""

    def __init__(self, **answers: str) -> None:
        self.answers = answers
        self.seen: list[str] = []
        self.arrived = asyncio.Event()
        self.open = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.open += 1
        try:
            with contextlib.suppress(OSError, EOFError):
                while await self._answer(reader, writer):
                    pass
        finally:
            self.open -= 1
            writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        lengths = [line.split(":")[1] for line in head.splitlines() if line.lower().startswith("content-length:")]
        await reader.readexactly(int(lengths[0]) if lengths else 0)
        method = head.split()[0]
        self.seen.append(method)
        self.arrived.set()
        answer = self.answers.get(method, "404 none")
        if answer == "drop":
            return False
        if answer == "hang":
            await reader.read()
            return False
        if answer == "break in the head":
            writer.write(b"HTTP/1.1 207 Multi-Status\r\nContent-Len")
            return False
        if answer == "break":
            writer.write(b"HTTP/1.1 207 Multi-Status\r\nContent-Length: 1000\r\n\r\n<multistatus><response>")
            return False
        if answer == "trickle":
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
            for _ in range(1000):
                writer.write(b".")
                await writer.drain()
                await asyncio.sleep(0.05)
        status, _, body = answer.partition("\n")
        writer.write(f"HTTP/1.1 {status}\r\nContent-Length: {len(body.encode())}\r\n\r\n{body}".encode())
        return not status.endswith("close")


@contextlib.asynccontextmanager
async def at(peer: Peer) -> AsyncIterator[Account]:
    """Serve the peer on a free port; an account there, which gives up soon only what has no end."""
    endless = {"hang", "trickle"} & {*peer.answers.values()}
    server = await asyncio.start_server(peer.serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    end = Endpoint(host="127.0.0.1", port=port)
    async with server:
        yield Account.model_validate(
            {
                "address": "ada@corp.example",
                "password": "x",
                "imap": end,
                "smtp": end,
                "caldav": f"http://127.0.0.1:{port}/",
                "timeout_s": 1.0 if endless else 60.0,
            }
        )


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ("drop", OutcomeUnknown),
        ("hang", OutcomeUnknown),
        ("break", OutcomeUnknown),
        ("trickle", OutcomeUnknown),
        ("500 broken", OutcomeUnknown),
        ("502 gateway", OutcomeUnknown),
        ("503 busy", RateLimited),
        ("507 full", ExternalError),
        ("403 no", PermissionDenied),
        ("401 who", PermissionDenied),
        ("301 elsewhere", ExternalError),
    ],
)
def test_a_failed_write_is_unknown_only_where_it_may_have_taken_place(
    permit: MakePermit, answer: str, error: type[Exception]
) -> None:
    peer = Peer(PUT=answer)

    async def main() -> None:
        async with at(peer) as account:
            writer = Writer(account, permit)
            with pytest.raises(error) as caught:
                await writer.put("a@x", event("a@x"))
            assert isinstance(caught.value, OutcomeUnknown) == (error is OutcomeUnknown)
            await writer.calendars.close()

    asyncio.run(main())
    assert peer.seen == ["PUT"]  # a write is never repeated by itself


def test_a_uid_that_is_taken_under_another_name_is_a_conflict(permit: MakePermit) -> None:
    async def main() -> None:
        async with at(Peer(PUT="409 conflict\n<error><no-uid-conflict/></error>", REPORT="503 busy")) as account:
            assert await Writer(account, permit).put("a@x", event("a@x")) == Conflict(None)

    asyncio.run(main())


@pytest.mark.parametrize("answer", ["hang", "trickle"])
def test_reading_ends_when_the_server_does_not_come_to_an_end(answer: str) -> None:
    async def main() -> None:
        async with at(Peer(REPORT=answer)) as account:
            calendars = StandardCalendars(account)
            with pytest.raises(TimedOut):
                await asyncio.wait_for(calendars.free_busy(account.address, NOON, NOON + HOUR), 30)
            await calendars.close()

    asyncio.run(main())


@pytest.mark.parametrize("answer", ["break", "break in the head"])
def test_an_answer_that_breaks_off_is_a_connection_that_was_lost_and_nothing_that_was_said(answer: str) -> None:
    async def main() -> None:
        async with at(Peer(REPORT=answer)) as account:
            calendars = StandardCalendars(account)
            with pytest.raises(ExternalError, match="lost"):
                await calendars.free_busy(account.address, NOON, NOON + HOUR)
            await calendars.close()

    asyncio.run(main())


def test_a_kept_connection_that_the_server_closed_is_made_again() -> None:
    peer = Peer(GET="200 fine\nx")

    async def main() -> None:
        async with at(peer) as account:
            client = HttpClient(account)
            assert (await client.request("GET", account.caldav)).body == b"x"
            assert (await client.request("GET", account.caldav)).status == 200
            assert peer.open == 1
            peer.answers["GET"] = "200 close"
            await client.request("GET", account.caldav)
            assert (await client.request("GET", account.caldav)).status == 200
            await client.close()

    asyncio.run(main())


def test_nobody_there_means_nothing_was_written(permit: MakePermit) -> None:
    async def main() -> None:
        async with at(Peer()) as account:
            gone = account.model_copy(update={"caldav": "http://127.0.0.1:1/"})
        with pytest.raises(NotSent) as caught:
            await Writer(gone, permit).put("a@x", event("a@x"))
        assert not isinstance(caught.value, OutcomeUnknown)

    asyncio.run(main())


@pytest.mark.parametrize("url", ["ftp://x/", "http:///x", "http://h:port/", "nonsense", "http://127.0.0.1:0/"])
def test_what_is_no_web_address_is_refused(url: str) -> None:
    async def main() -> None:
        async with at(Peer()) as account:
            with pytest.raises(InputError):
                await HttpClient(account).request("GET", url)

    asyncio.run(main())


def test_a_header_cannot_carry_another(permit: MakePermit) -> None:
    peer = Peer()

    async def main() -> None:
        async with at(peer) as account:
            with pytest.raises(InputError):
                await Writer(account, permit).put("a@x", event("a@x"), '"1"\r\nX-Other: y')

    asyncio.run(main())
    assert peer.seen == []


@pytest.mark.parametrize(
    "body", ["no xml", "<!DOCTYPE x [<!ENTITY a 'b'>]><multistatus/>", "<multistatus><response></multistatus>"]
)
def test_an_answer_that_is_no_multistatus_is_set_aside(body: str) -> None:
    async def main() -> None:
        async with at(Peer(REPORT=f"207 multi\n{body}")) as account:
            with pytest.raises(ValidationError):
                await StandardCalendars(account).events(account.address, NOON, NOON + HOUR)

    asyncio.run(main())


def test_free_busy_that_cannot_be_read_is_set_aside() -> None:
    async def main() -> None:
        async with at(Peer(REPORT="200 ok\nBEGIN:VCALENDAR\nnonsense")) as account:
            with pytest.raises(ValidationError, match="cannot be read"):
                await StandardCalendars(account).free_busy(account.address, NOON, NOON + HOUR)

    asyncio.run(main())


def test_the_uid_is_the_components_not_its_alarms() -> None:
    ics = b"BEGIN:VCALENDAR\nBEGIN:VEVENT\nBEGIN:VALARM\nUID:alarm\nEND:VALARM\nUID;X=1:lo\r\n ng\\,one\nEND:VEVENT\n"

    assert _uid_of(ics) == "long,one"
    assert _uid_of(b"BEGIN:VCALENDAR\nUID:x\nEND:VCALENDAR") is None


def test_line_ends_are_restored() -> None:
    answer = (
        b'<D:multistatus xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><D:response><D:href>/a%20b.ics</D:href>'
        b'<D:propstat><D:prop><D:getetag>"1"</D:getetag><C:calendar-data>BEGIN:X&#13;\nS:1\xe2\x80\xa82\nEND:X\n'
        b"</C:calendar-data></D:prop></D:propstat></D:response></D:multistatus>"
    )

    assert list(_multistatus(answer)) == [("/a%20b.ics", '"1"', "BEGIN:X\r\nS:1\u20282\r\nEND:X\r\n".encode())]


def test_there_is_one_thread_and_it_ends_with_the_client(anywhere: Hire) -> None:
    async def main() -> None:
        before = set(threading.enumerate())
        account = anywhere()
        calendars = StandardCalendars(account)
        await asyncio.gather(*(calendars.free_busy(account.address, NOON, NOON + HOUR) for _ in range(3)))
        (worker,) = set(threading.enumerate()) - before
        await calendars.close()
        worker.join(timeout=60)
        assert not worker.is_alive()

    asyncio.run(main())


def test_a_request_that_is_given_up_is_ended_and_the_next_one_works() -> None:
    peer = Peer(GET="hang")

    async def main() -> None:
        async with at(peer) as account:
            client = HttpClient(account.model_copy(update={"timeout_s": 30.0}))
            await client.request("PROPFIND", account.caldav)  # its connection is kept
            peer.arrived.clear()
            asked = asyncio.create_task(client.request("GET", account.caldav))
            await peer.arrived.wait()
            asked.cancel()
            await asyncio.gather(asked, return_exceptions=True)
            peer.answers["GET"] = "200 fine"
            assert (await asyncio.wait_for(client.request("GET", account.caldav), 20)).status == 200
            await client.close()

    asyncio.run(main())


def test_fault_points_stand_around_every_request(anywhere: Hire, permit: MakePermit, tmp_path: Any) -> None:
    page = tmp_path / "faults"
    faults.create(page)

    async def main() -> None:
        ours = Writer(anywhere(), permit)
        faults.arm(page)
        made = await ours.put("a@x", event("a@x"))
        assert isinstance(made, Written)
        await ours.delete("a@x", made.etag)
        await ours.calendars.get(ours.owner, "a@x")
        await ours.calendars.close()

    try:
        asyncio.run(main())
    finally:
        faults.arm(None)
    methods = ["put", "delete", "get", "report"]
    assert faults.passed(page) == [f"caldav.{method}.{side}" for method in methods for side in ("before", "after")]
