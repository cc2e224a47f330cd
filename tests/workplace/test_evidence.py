"""What is found out about an account at set-up, and what a missing copy of a sent mail then proves."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, AuthResult

from empla.capabilities.email.mailbox import Evidence
from empla.errors import ExternalError
from empla.governance.permit import Permit
from empla.workplace.accounts import Account, Endpoint
from empla.workplace.folders import listed
from empla.workplace.imap import ImapSession
from empla.workplace.mailbox import StandardMailbox
from empla.workplace.probe import probe

Hire = Callable[..., Account]
MakePermit = Callable[[Mapping[str, Any], bytes], Permit]


NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


def folders_with_mail(account: Account) -> list[str]:
    """Return which of the account's folders hold a mail."""

    async def main() -> list[str]:
        session = await ImapSession.open(account)
        holding = []
        for folder in await listed(session):
            await session.examine(folder.name)
            if await session.uids_after(0):
                holding.append(folder.shown)
        await session.close()
        return holding

    return asyncio.run(main())


async def ignore(_: object) -> None:
    """An outbox that keeps nothing."""


def letter(account: Account, identifier: str) -> bytes:
    return f"From: {account.address}\r\nTo: {account.address}\r\nMessage-ID: {identifier}\r\n\r\nhello\r\n".encode()


@contextlib.asynccontextmanager
async def plain_smtp(password: str) -> AsyncIterator[Endpoint]:
    """A mail server that takes everything, delivers nothing and files nothing."""

    class Sink:
        async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
            return "250 taken"

    def authenticate(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        return AuthResult(success=data.password.decode() == password)

    options: dict[str, Any] = {"authenticator": authenticate, "auth_require_tls": False}
    server = await asyncio.get_running_loop().create_server(lambda: SMTP(Sink(), **options), "127.0.0.1", 0)
    async with server:
        yield Endpoint(host="127.0.0.1", port=server.sockets[0].getsockname()[1])


def test_the_office_files_sent_mail_as_it_takes_it(hire: Hire) -> None:
    account = hire(evidence=Evidence.LOOKUP, authserv_id="")

    probed = asyncio.run(probe(account, at=NOW))

    assert probed.usable
    assert [(f.check, f.verdict) for f in probed.findings] == [
        ("sign-in", "good"),
        ("folders", "good"),
        ("server", "note"),
        ("append", "good"),
        ("mail", "good"),
        ("delivery", "good"),
        ("copies", "good"),
        ("identity", "good"),
        ("calendar", "good"),
        ("free/busy", "good"),
    ]
    assert folders_with_mail(account) == []
    assert probed.account.evidence is Evidence.AUTHORITATIVE
    assert (probed.account.sent_folder, probed.account.authserv_id) == ("Sent", "office.example")


def test_a_server_that_delivers_nothing_is_of_no_use(hire: Hire) -> None:
    account = hire()

    async def main() -> None:
        async with plain_smtp(account.password.get_secret_value()) as end:
            probed = await probe(account.model_copy(update={"smtp": end}), at=NOW, patience_s=0.3)
        found = {finding.check: finding.verdict for finding in probed.findings}
        assert (found["mail"], found["delivery"], found["calendar"]) == ("good", "failed", "good")
        assert "copies" not in found
        assert not probed.usable

    asyncio.run(main())


def test_an_account_that_cannot_be_used_says_why(hire: Hire) -> None:
    probed = asyncio.run(probe(hire(password="wrong"), at=NOW, patience_s=0.1))

    assert not probed.usable
    failed = {finding.check: finding for finding in probed.findings if finding.verdict == "failed"}
    assert list(failed) == ["sign-in", "mail", "calendar"]
    assert all("password" in finding.mend for finding in failed.values())


def test_a_sent_mail_is_found_and_an_unsent_one_is_not(hire: Hire, permit: MakePermit) -> None:
    account = hire()

    async def main() -> None:
        mailbox = StandardMailbox(account)
        target = {"sender": account.address, "recipients": [account.address]}
        await mailbox.submit(permit(target, letter(account, "<one.two@office.example>")), ignore)
        assert await mailbox.find_sent("<one.two@office.example>")
        assert not await mailbox.find_sent("<one@office.example>")
        await mailbox.close()

    asyncio.run(main())


def test_a_copy_to_the_own_address_is_evidence_where_sent_is_not_filed(hire: Hire, permit: MakePermit) -> None:
    account = hire()

    async def main() -> None:
        target = {"sender": account.address, "recipients": [account.address]}
        await StandardMailbox(account).submit(permit(target, letter(account, "<three@office.example>")), ignore)
        elsewhere = account.model_copy(update={"sent_folder": "Trash", "evidence": Evidence.LOOKUP})
        assert await StandardMailbox(elsewhere).find_sent("<three@office.example>")
        nowhere = account.model_copy(update={"evidence": Evidence.NONE})
        assert not await StandardMailbox(nowhere).find_sent("<three@office.example>")

    asyncio.run(main())


def test_a_missing_folder_or_server_is_not_taken_for_a_missing_mail(hire: Hire) -> None:
    account = hire()

    async def ask(**fields: object) -> bool:
        return await StandardMailbox(account.model_copy(update=fields)).find_sent("<x@office.example>")

    with pytest.raises(ExternalError):
        asyncio.run(ask(sent_folder="No such folder"))
    with pytest.raises(ExternalError):
        asyncio.run(ask(imap=Endpoint(host="127.0.0.1", port=1)))
