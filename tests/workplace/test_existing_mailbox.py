"""A mailbox that is years old: the past is left alone, and nothing is missed when the server numbers it anew."""

from __future__ import annotations

import asyncio
import imaplib
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from empla.capabilities.email.mailbox import Evidence, MailCursor
from empla.capabilities.email.sensor import percept_key
from empla.workplace import filing
from empla.workplace.accounts import Account
from empla.workplace.imap import ImapSession
from empla.workplace.inbox import Inbox
from empla.workplace.mailbox import StandardMailbox
from empla.workplace.probe import probe
from tests.servers.dovecot import PASSWORD
from tests.servers.site import Site

if TYPE_CHECKING:
    from collections.abc import Callable

LONG_AGO = datetime(2019, 5, 4, 12, 0, tzinfo=UTC)


def append(account: Account, *subjects: str, folder: str = "INBOX", at: datetime | None = None) -> None:
    with imaplib.IMAP4(account.imap.host, account.imap.port) as client:
        client.login(account.sign_in, PASSWORD)
        date = imaplib.Time2Internaldate(at) if at is not None else ""
        for subject in subjects:
            client.append(folder, "", date, f"Subject: {subject}\r\nMessage-ID: <{subject}@x>\r\n\r\n".encode())


def subjects(mails: list[Any]) -> list[str]:
    return [mail.raw.split(b"Subject: ")[1].split(b"\r\n")[0].decode() for mail in mails]


async def read(account: Account, cursor: MailCursor | None = None) -> list[Any]:
    mailbox = StandardMailbox(account)
    try:
        return await mailbox.fetch_after(cursor)
    finally:
        await mailbox.close()


def maildir(site: Site, account: Account) -> Path:
    return site.store.folder / "mail" / account.sign_in


def number_anew(site: Site, account: Account) -> None:
    """Have the server lose its numbers, as after a restore: every mail gets a new one, in a new UIDVALIDITY."""
    for name in ("dovecot-uidlist", "dovecot.index", "dovecot.index.log", "dovecot.index.cache"):
        (maildir(site, account) / name).unlink(missing_ok=True)
    time.sleep(1.05)  # it takes the UIDVALIDITY from the clock, in seconds


def begun(site: Site, account: Account) -> Account:
    """Return the account as it is hired into now."""
    return asyncio.run(probe(account, at=datetime.now(UTC), patience_s=0.7)).account


def test_the_past_of_a_mailbox_is_not_read_unless_wanted(plain_site: Site) -> None:
    account = plain_site.account("veteran")
    append(account, "old1", "old2", at=LONG_AGO)
    hired = begun(plain_site, account)
    append(account, "new")

    assert subjects(asyncio.run(read(hired))) == ["new"]
    everything = hired.model_copy(update={"beginning": None})
    assert subjects(asyncio.run(read(everything))) == ["old1", "old2", "new"]


def test_what_comes_while_it_is_tried_is_not_taken_for_the_past(plain_site: Site) -> None:
    account = plain_site.account("busy")
    plain_site.agent.on_data = lambda _sender, _raw: append(account, "meanwhile") is None
    try:
        hired = begun(plain_site, account)
    finally:
        plain_site.agent.on_data = lambda _sender, _raw: True

    assert subjects(asyncio.run(read(hired))) == ["meanwhile"] * 3


def test_a_mailbox_that_is_numbered_anew_gives_nothing_twice_and_misses_nothing(plain_site: Site) -> None:
    account = plain_site.account("moved")
    append(account, "old1", "old2", at=LONG_AGO)
    hired = begun(plain_site, account)
    append(account, "first")
    before = asyncio.run(read(hired))

    number_anew(plain_site, account)
    append(account, "second")
    after = asyncio.run(read(hired, before[-1].cursor))

    assert after[-1].cursor.uidvalidity != before[-1].cursor.uidvalidity
    assert subjects(after) == ["first", "second"]
    assert percept_key(after[0].raw) == percept_key(before[0].raw), "so the inbox knows it already"


def test_numbered_anew_before_the_first_look_the_past_is_still_the_past(plain_site: Site) -> None:
    account = plain_site.account("restored")
    append(account, "old", at=LONG_AGO)
    hired = begun(plain_site, account)
    number_anew(plain_site, account)
    append(account, "new")

    assert subjects(asyncio.run(read(hired))) == ["new"]


def test_ten_thousand_old_mails_cost_one_question(plain_site: Site, network: Callable[[Any], Any]) -> None:
    account = plain_site.account("hoarder")
    append(account, "the first")
    folder = maildir(plain_site, account) / "cur"
    seed = next(p for p in (*folder.iterdir(), *(folder.parent / "new").iterdir()) if p.is_file())
    for number in range(10_000):
        (folder / f"{1_000_000_000 + number}.M1P1.x:2,S").hardlink_to(seed)
    hired = begun(plain_site, account)
    assert hired.beginning is not None and hired.beginning.uid >= 10_001
    append(account, "new")

    told: list[bytes] = []

    def heard(data: bytes) -> bytes:
        told.append(data)
        return data

    async def read_over_a_network() -> list[Any]:
        async with network(hired.imap) as between:
            between.downstream = heard
            return await read(hired.model_copy(update={"imap": between.endpoint}))

    mails = asyncio.run(read_over_a_network())

    assert subjects(mails) == ["new"]
    assert sum(map(len, told)) < 10_000, "not a word of each of the old ones"


def test_a_server_without_idle_is_asked_again_and_again(bare_site: Site) -> None:
    account = bare_site.account("polled", poll_s=0.05)

    async def main() -> None:
        mailbox = StandardMailbox(account)
        assert await mailbox.fetch_after(None) == []
        waiting = asyncio.create_task(mailbox.wait_for_change(30))
        await asyncio.to_thread(append, account, "here")
        await asyncio.wait_for(waiting, 60)
        assert subjects(await mailbox.fetch_after(None)) == ["here"]
        await mailbox.close()

    asyncio.run(main())


def test_a_copy_to_oneself_is_found_where_nothing_is_filed(
    plain_site: Site, permit: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    plain_site.account("colleague")
    account = plain_site.account("alone", evidence=Evidence.LOOKUP, copy_to_self=True)
    to = f"colleague@{plain_site.agent.domain}"
    content = f"From: {account.address}\r\nTo: {to}\r\nMessage-ID: <copy@x>\r\n\r\nhello\r\n".encode()
    target = {"sender": account.address, "recipients": [to], "copy_to": account.address}

    async def main() -> None:
        mailbox = StandardMailbox(account)

        async def recorded(_: object) -> None:
            assert not await mailbox.find_sent("<copy@x>")

        await mailbox.submit(permit(target, content), recorded)
        assert await mailbox.find_sent("<copy@x>")
        await mailbox.close()

    asyncio.run(main())


def test_a_folder_of_another_language_is_read(bare_site: Site) -> None:
    account = bare_site.account("german")
    append(account, "hallo", folder='"INBOX.Gesendete Objekte"')

    async def main() -> list[Any]:
        folder = Inbox(account, "INBOX.Gesendete Objekte")
        drafts = Inbox(account, "INBOX.Entwürfe")
        try:
            assert await drafts.fetch_after(None) == []
            return await folder.fetch_after(None)
        finally:
            await folder.close()
            await drafts.close()

    assert subjects(asyncio.run(main())) == ["hallo"]


@pytest.mark.parametrize("kind", ["plain_site", "bare_site"])
def test_what_is_filed_is_what_was_given_and_can_be_taken_out_again(kind: str, request: pytest.FixtureRequest) -> None:
    account = request.getfixturevalue(kind).account("filing")
    raw = b"Message-ID: <filed@x>\r\nSubject: {3}\r\n\r\n)\r\nA1 OK\r\n" + "ümläüt".encode() * 900

    async def main() -> None:
        session = await ImapSession.open(account)
        try:
            uids = await filing.append(session, b"INBOX", raw, "<filed@x>")
            assert [mail.raw for mail in await session.fetch(uids, bodies=True)] == [raw]
            assert await filing.remove(session, uids)
            assert await session.uids_after(0) == []
        finally:
            await session.close()

    asyncio.run(main())
