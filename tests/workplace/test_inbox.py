"""Mail comes in once and whole, whatever becomes of the connection, and reading leaves no mark."""

from __future__ import annotations

import asyncio
import imaplib
import smtplib
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from empla.capabilities.email.mailbox import MailCursor
from empla.errors import ExternalError, PermissionDenied
from empla.workplace import imap, inbox
from empla.workplace.accounts import Account
from empla.workplace.mailbox import StandardMailbox

if TYPE_CHECKING:
    from tests.workplace.conftest import Network

Hire = Callable[..., Account]
MakeNetwork = Callable[[Any], Any]


@pytest.fixture(params=["office", "dovecot"])
def hire(request: pytest.FixtureRequest) -> Hire:
    """Make accounts, in every test at the office and once more at Dovecot."""
    return request.getfixturevalue(f"at_{request.param}")


def deliver(account: Account, *bodies: str | bytes) -> None:
    """Put mails into the account's INBOX, as a colleague's mail client would."""
    with smtplib.SMTP(account.smtp.host, account.smtp.port) as client:
        client.login(account.sign_in, account.password.get_secret_value())
        for body in bodies:
            text = body.encode() if isinstance(body, str) else body
            head = f"From: {account.address}\r\nTo: {account.address}\r\n\r\n".encode()
            client.sendmail(account.address, [account.address], head + text)


def bodies(mails: list[Any]) -> list[str]:
    return [mail.raw.partition(b"\r\n\r\n")[2].decode("latin-1").strip() for mail in mails]


def connected(network: Network, account: Account, **fields: Any) -> StandardMailbox:
    return StandardMailbox(account.model_copy(update={"imap": network.endpoint, **fields}))


def test_mails_come_in_order_after_a_cursor(hire: Hire) -> None:
    account = hire()

    async def main() -> None:
        mailbox = StandardMailbox(account)
        assert await mailbox.fetch_after(None) == []
        deliver(account, "one", "two", "three")
        first = await mailbox.fetch_after(None, limit=2)
        rest = await mailbox.fetch_after(first[-1].cursor)
        assert (bodies(first), bodies(rest)) == (["one", "two"], ["three"])
        assert await mailbox.fetch_after(rest[-1].cursor) == []
        assert rest[0].received.tzinfo is not None
        await mailbox.close()

    asyncio.run(main())


def test_when_more_is_there_than_was_fetched_nobody_waits(hire: Hire) -> None:
    account = hire()

    async def main() -> None:
        mailbox = StandardMailbox(account)
        deliver(account, "one", "two")
        await mailbox.fetch_after(None, limit=1)
        await mailbox.wait_for_change(86_400)
        await mailbox.close()

    asyncio.run(main())


def test_reading_marks_nothing_as_read(hire: Hire) -> None:
    account = hire()
    deliver(account, "one")

    async def main() -> None:
        mailbox = StandardMailbox(account)
        assert len(await mailbox.fetch_after(None)) == 1
        await mailbox.close()

    asyncio.run(main())
    with imaplib.IMAP4(account.imap.host, account.imap.port) as client:
        client.login(account.sign_in, account.password.get_secret_value())
        client.select("INBOX", readonly=True)
        assert b"Seen" not in client.fetch("1", "(FLAGS)")[1][0]


def test_another_uidvalidity_starts_at_the_first_mail(hire: Hire) -> None:
    account = hire()
    deliver(account, "one")

    async def main() -> None:
        mailbox = StandardMailbox(account)
        mails = await mailbox.fetch_after(None)
        elsewhen = MailCursor(mails[0].cursor.uidvalidity + 1, 10_000)
        assert bodies(await mailbox.fetch_after(elsewhen)) == ["one"]
        await mailbox.close()

    asyncio.run(main())


def test_large_mails_and_mails_with_nul_bytes_arrive_byte_for_byte(hire: Hire) -> None:
    account = hire()
    large = ("0123456789" * 7 + "\r\n") * (5_000_000 // 72)
    tricky = b"\0 {17}\r\n* 1 EXISTS\r\n)\r\nA1 OK done\r\n\xff\xfe \0"
    deliver(account, large, tricky)

    async def main() -> None:
        mailbox = StandardMailbox(account)
        (first,) = await mailbox.fetch_after(None, limit=1)
        (second,) = await mailbox.fetch_after(first.cursor)
        assert first.raw.endswith(large.encode())
        without_nul = tricky.replace(b"\0", b"\x80")  # as some servers give it, for a literal may hold no NUL
        assert second.raw.rstrip(b"\r\n").endswith((tricky, without_nul))
        await mailbox.close()

    asyncio.run(main())


def test_a_full_mailbox_is_taken_in_pieces(hire: Hire, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inbox, "_BATCH_BYTES", 6_500)
    account = hire()
    deliver(account, "a" * 3000, "b" * 1000, "c" * 3000, "d" * 9000)

    async def main() -> None:
        mailbox = StandardMailbox(account)
        pieces: list[list[str]] = []
        cursor = None
        while mails := await mailbox.fetch_after(cursor):
            pieces.append([body[:1] for body in bodies(mails)])
            cursor = mails[-1].cursor
        assert pieces == [["a", "b"], ["c"], ["d"]]
        await mailbox.close()

    asyncio.run(main())


def test_a_new_mail_is_noticed_at_once(hire: Hire, network: MakeNetwork) -> None:
    account = hire()

    async def main() -> None:
        async with network(account.imap) as between:
            mailbox = connected(between, account)
            await mailbox.fetch_after(None)
            waiting = asyncio.create_task(mailbox.wait_for_change(30))
            await between.waiting.wait()
            await asyncio.to_thread(deliver, account, "now")
            await asyncio.wait_for(waiting, 20)
            assert bodies(await mailbox.fetch_after(None)) == ["now"]
            await mailbox.close()

    asyncio.run(main())


def test_waiting_ends_by_itself_and_nothing_is_said_meanwhile(hire: Hire, network: MakeNetwork) -> None:
    account = hire()
    said: list[bytes] = []

    def asked(data: bytes) -> bytes:
        said.append(data)
        return data

    async def main() -> None:
        async with network(account.imap) as between:
            mailbox = connected(between, account)
            await mailbox.fetch_after(None)
            between.upstream = asked
            await mailbox.wait_for_change(0.5)
            assert b"IDLE" in said[0]
            assert b"".join(said[1:]) in (b"", b"DONE\r\n")
            await mailbox.close()

    asyncio.run(main())


def test_a_long_wait_is_renewed_before_servers_end_it(
    hire: Hire, network: MakeNetwork, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imap, "LONGEST_IDLE_S", 0.2)
    account = hire()

    async def main() -> None:
        said, renewed = b"", asyncio.Event()

        def asked(data: bytes) -> bytes:
            nonlocal said
            said += data
            if said.count(b" IDLE\r\n") == 4:
                renewed.set()
            return data

        async with network(account.imap) as between:
            between.upstream = asked
            mailbox = connected(between, account)
            await mailbox.fetch_after(None)
            began = time.monotonic()
            waiting = asyncio.create_task(mailbox.wait_for_change(60))
            await renewed.wait()
            assert time.monotonic() - began >= 3 * 0.2, "not before it is time"
            await asyncio.to_thread(deliver, account, "at last")
            await waiting
            assert said.count(b" IDLE\r\n") == said.count(b"DONE\r\n")
            assert between.connections == 1
            await mailbox.close()

    asyncio.run(main())


def test_a_server_without_idle_is_polled(hire: Hire, network: MakeNetwork) -> None:
    account = hire()

    async def main() -> None:
        async with network(account.imap) as between:
            between.downstream = lambda data: data.replace(b" IDLE", b" XDLE")
            mailbox = connected(between, account, poll_s=0.05)
            await mailbox.fetch_after(None)
            waiting = asyncio.create_task(mailbox.wait_for_change(30))
            await asyncio.to_thread(deliver, account, "polled")
            await asyncio.wait_for(waiting, 20)
            assert bodies(await mailbox.fetch_after(None)) == ["polled"]
            await mailbox.close()

    asyncio.run(main())


def test_a_connection_cut_in_the_middle_of_a_mail_is_made_again(hire: Hire, network: MakeNetwork) -> None:
    account = hire()
    deliver(account, "x" * 60_000, "second")

    async def main() -> None:
        async with network(account.imap) as between:
            mailbox = connected(between, account)
            between.cut_after = 30_000
            mails = await mailbox.fetch_after(None)
            assert [len(body) for body in bodies(mails)] == [60_000, 6]
            assert between.connections == 2
            await mailbox.close()

    asyncio.run(main())


def test_a_connection_cut_while_waiting_is_made_again_and_loses_nothing(hire: Hire, network: MakeNetwork) -> None:
    account = hire()

    async def main() -> None:
        async with network(account.imap) as between:
            mailbox = connected(between, account)
            await mailbox.fetch_after(None)
            waiting = asyncio.create_task(mailbox.wait_for_change(30))
            await between.waiting.wait()
            between.refusing = True
            between.cut()
            await asyncio.to_thread(deliver, account, "meanwhile")
            between.refusing = False
            await asyncio.wait_for(waiting, 20)
            assert bodies(await mailbox.fetch_after(None)) == ["meanwhile"]
            await mailbox.close()

    asyncio.run(main())


def test_a_half_open_connection_is_found_out_at_the_end_of_the_wait(hire: Hire, network: MakeNetwork) -> None:
    account = hire()

    async def main() -> None:
        async with network(account.imap) as between:
            mailbox = connected(between, account, timeout_s=1.5)
            await mailbox.fetch_after(None)
            between.stalled = True
            deliver(account, "unannounced")
            await mailbox.wait_for_change(0.2)
            between.stalled = False
            assert bodies(await mailbox.fetch_after(None)) == ["unannounced"]
            assert between.connections == 2
            await mailbox.close()

    asyncio.run(main())


def test_a_server_that_is_away_is_asked_ever_more_rarely(hire: Hire, network: MakeNetwork) -> None:
    account = hire()

    async def main() -> None:
        async with network(account.imap) as between:
            between.refusing = True
            mailbox = connected(between, account)
            with pytest.raises(ExternalError):
                await mailbox.fetch_after(None)
            with pytest.raises(ExternalError):  # nobody may believe that somebody watches
                await mailbox.wait_for_change(30)
            assert 2 <= between.connections <= 8
            between.refusing = False
            await mailbox.wait_for_change(10)
            assert await mailbox.fetch_after(None) == []
            await mailbox.close()

    asyncio.run(main())


def test_a_server_that_ends_every_wait_is_not_asked_in_a_circle(hire: Hire, network: MakeNetwork) -> None:
    account = hire()

    async def main() -> None:
        async with network(account.imap) as between:
            between.downstream = lambda data: b"* BYE go away\r\n" if data.lower().startswith(b"+ idl") else data
            mailbox = connected(between, account)
            end = time.monotonic() + 1.5
            while (left := end - time.monotonic()) > 0:
                await mailbox.fetch_after(None)
                await mailbox.wait_for_change(left)
            assert between.connections <= 8
            await mailbox.close()

    asyncio.run(main())


def test_a_wrong_password_is_said_without_the_password(hire: Hire) -> None:
    account = hire(password="wr0ng-passw0rd")

    async def main() -> None:
        mailbox = StandardMailbox(account)
        with pytest.raises(PermissionDenied) as caught:
            await mailbox.fetch_after(None)
        assert "password" in caught.value.next_step
        assert "wr0ng" not in repr(caught.value) + repr(caught.value.__cause__)
        await mailbox.close()

    asyncio.run(main())


def test_a_mail_that_the_server_cannot_give_does_not_hold_up_the_others(hire: Hire, network: MakeNetwork) -> None:
    account = hire()
    deliver(account, "one", "two", "three")

    async def main() -> None:
        plain = StandardMailbox(account)
        broken = (await plain.fetch_after(None))[1].cursor.uid
        await plain.close()

        def spoil(data: bytes) -> bytes:
            asks = b"BODY.PEEK" in data and str(broken).encode() in data.split(b"UID FETCH ")[1].split()[0].split(b",")
            return data.replace(b"BODY.PEEK", b"NOBODY.PE") if asks else data

        async with network(account.imap) as between:
            between.upstream = spoil
            mailbox = connected(between, account)
            mails = await mailbox.fetch_after(None)
            assert bodies(mails) == ["one", "", "three"]
            assert f"uid {broken} of".encode() in mails[1].raw
            await mailbox.close()

    asyncio.run(main())


def test_a_mail_that_vanishes_while_it_is_fetched_is_passed_over(hire: Hire, network: MakeNetwork) -> None:
    account = hire()
    deliver(account, "one", "two")

    async def main() -> None:
        def hide(data: bytes) -> bytes:  # the server finds UIDs that nothing is behind
            return data.replace(b"* SEARCH ", b"* SEARCH 99990 ") if first else data

        async with network(account.imap) as between:
            first = [True]
            between.downstream = hide
            between.upstream = lambda data: first.clear() or data if b"BODY" in data else data
            mailbox = connected(between, account)
            assert bodies(await mailbox.fetch_after(None)) == ["one", "two"]
            await mailbox.close()

    asyncio.run(main())


def test_whoever_stops_waiting_leaves_a_mailbox_that_works(hire: Hire, network: MakeNetwork) -> None:
    account = hire()

    async def main() -> None:
        async with network(account.imap) as between:
            mailbox = connected(between, account)
            await mailbox.fetch_after(None)
            waiting = asyncio.create_task(mailbox.wait_for_change(30))
            await between.waiting.wait()
            waiting.cancel()
            await asyncio.gather(waiting, return_exceptions=True)
            deliver(account, "later")
            assert bodies(await mailbox.fetch_after(None)) == ["later"]
            await mailbox.close()

    asyncio.run(main())


def test_closing_ends_the_wait(hire: Hire, network: MakeNetwork) -> None:
    account = hire()

    async def main() -> None:
        async with network(account.imap) as between:
            mailbox = connected(between, account)
            await mailbox.fetch_after(None)
            waiting = asyncio.create_task(mailbox.wait_for_change(30))
            await between.waiting.wait()
            await mailbox.close()
            await asyncio.wait_for(waiting, 20)

    asyncio.run(main())
