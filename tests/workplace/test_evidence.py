"""What is found out about an account at set-up, and what a missing copy of a sent mail then proves."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, AuthResult

from empla.capabilities.email.mailbox import Evidence
from empla.errors import ExternalError
from empla.governance.permit import Permit
from empla.workplace.accounts import Account, Endpoint
from empla.workplace.mailbox import StandardMailbox
from empla.workplace.probe import probe

Hire = Callable[..., Account]
MakePermit = Callable[[Mapping[str, Any], bytes], Permit]


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

    probed = asyncio.run(probe(account))

    assert probed.usable
    assert [(f.check, f.ok) for f in probed.findings] == [
        ("sign-in", True),
        ("mail", True),
        ("copies", True),
        ("delivery", True),
        ("identity", True),
        ("calendar", True),
    ]
    assert probed.account.evidence is Evidence.AUTHORITATIVE
    assert (probed.account.sent_folder, probed.account.authserv_id) == ("Sent", "office.example")


def test_a_server_that_keeps_no_copies_gives_no_evidence(hire: Hire) -> None:
    account = hire()

    async def main() -> None:
        async with plain_smtp(account.password.get_secret_value()) as end:
            probed = await probe(account.model_copy(update={"smtp": end}), patience_s=0.3)
        found = {finding.check: finding.ok for finding in probed.findings}
        assert found == {"sign-in": True, "mail": True, "copies": False, "delivery": False, "calendar": True}
        assert probed.account.evidence is Evidence.NONE

    asyncio.run(main())


def test_an_account_that_cannot_be_used_says_why(hire: Hire) -> None:
    probed = asyncio.run(probe(hire(password="wrong"), patience_s=0.1))

    assert not probed.usable
    assert {finding.check: finding.ok for finding in probed.findings} == {"sign-in": False, "calendar": False}
    assert "does not let" in probed.findings[0].sentence


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
