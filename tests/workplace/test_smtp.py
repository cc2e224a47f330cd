"""After every failure it is known exactly whether the server can have taken the mail."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
import warnings
from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, AuthResult

from empla import faults
from empla.capabilities.email.mailbox import (
    RecipientsDelayed,
    SmtpReply,
    SubmissionDelayed,
    SubmissionRefused,
    SubmissionUnknown,
)
from empla.errors import InternalError, SignedOut
from empla.governance.permit import Permit
from empla.workplace.accounts import Account, Endpoint, Tls
from empla.workplace.mailbox import StandardMailbox

MakePermit = Callable[[Mapping[str, Any], bytes], Permit]
MAIL = b"From: ada@corp.example\r\nTo: x\r\n\r\n.hidden\r\n..two\r\nend \xc3\xa4"
GRACE, ALAN = "grace@corp.example", "alan@corp.example"


class Peer:
    """An SMTP server (aiosmtpd) that answers as it is told and keeps what it took."""

    def __init__(self) -> None:
        self.taken: list[tuple[str, list[str], bytes]] = []
        self.data_seen = 0
        self.answers: dict[str, str] = {}  # by command; RCPT by address
        self.drop_at: str = ""
        self.hang_at: str = ""
        self.password = "right"

    def authenticate(self, server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        return AuthResult(success=data.password.decode() == self.password, handled=False)

    async def handle_EHLO(self, server: Any, session: Any, envelope: Any, name: str, responses: list[str]) -> list[str]:
        session.host_name = name
        await self._trouble("EHLO", server)
        return responses

    async def handle_MAIL(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:
        await self._trouble("MAIL", server)
        envelope.mail_from = address
        return self.answers.get("MAIL", "250 OK")

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:
        await self._trouble("RCPT", server)
        answer = self.answers.get(address, "250 OK")
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self.data_seen += 1
        answer = self.answers.get("DATA", "250 taken")
        if answer.startswith("250"):
            self.taken.append((envelope.mail_from, envelope.rcpt_tos, envelope.content))
        await self._trouble("DATA", server)
        return answer

    async def _trouble(self, where: str, server: Any) -> None:
        if self.drop_at == where:
            server.transport.abort()
            await asyncio.sleep(0.01)
        if self.hang_at == where:
            await asyncio.sleep(30)


@contextlib.asynccontextmanager
async def running(peer: Peer, **options: Any) -> AsyncIterator[Account]:
    """Serve the peer on a free port; the account that signs in to it."""
    options = {"auth_require_tls": False, "auth_required": True, "authenticator": peer.authenticate, **options}
    loop = asyncio.get_running_loop()

    def serve() -> SMTP:
        with warnings.catch_warnings(action="ignore", category=UserWarning):  # no TLS, but only on the loopback
            return SMTP(peer, hostname="mx", **options)

    server = await loop.create_server(serve, "127.0.0.1", 0)
    end = Endpoint(host="127.0.0.1", port=server.sockets[0].getsockname()[1])
    async with server:
        yield Account.model_validate(
            {
                "address": "ada@corp.example",
                "password": "right",
                "imap": end,
                "smtp": end,
                "timeout_s": 60,
                "taking_s": 60,
            }
        )


class Record:
    """An outbox's on_wire: what was recorded, and how often."""

    def __init__(self) -> None:
        self.replies: list[Mapping[str, SmtpReply]] = []

    async def __call__(self, replies: Mapping[str, SmtpReply]) -> None:
        self.replies.append(replies)


def submit(
    permit: MakePermit,
    peer: Peer,
    *recipients: str,
    record: Any = None,
    account: Mapping[str, Any] | None = None,
    target: Mapping[str, Any] | None = None,
    **options: Any,
) -> Any:
    """Submit MAIL through a mailbox and return the submission; the permit's target is as the gate would decide it."""

    async def main() -> Any:
        async with running(peer, **options) as ours:
            mailbox = StandardMailbox(ours.model_copy(update=dict(account or {})))
            wanted = {"sender": "ada@corp.example", "recipients": list(recipients or (GRACE,)), **(target or {})}
            return await mailbox.submit(permit(wanted, MAIL), record if record is not None else Record())

    return asyncio.run(main())


def test_the_very_bytes_arrive_and_the_replies_are_recorded_first(permit: MakePermit) -> None:
    peer, record = Peer(), Record()

    submission = submit(permit, peer, GRACE, ALAN, record=record)

    assert peer.taken == [("ada@corp.example", [GRACE, ALAN], MAIL + b"\r\n")]
    assert submission.reply == SmtpReply(250, "taken")
    assert record.replies == [{GRACE: SmtpReply(250, "OK"), ALAN: SmtpReply(250, "OK")}]


def test_one_refused_recipient_does_not_keep_the_mail_from_the_others(permit: MakePermit) -> None:
    peer, record = Peer(), Record()
    peer.answers[ALAN] = "550 5.1.1 nobody here"

    submission = submit(permit, peer, ALAN, GRACE, record=record)

    assert peer.taken[0][1] == [GRACE]
    assert submission.recipients[ALAN] == SmtpReply(550, "5.1.1 nobody here")
    assert record.replies[0] == submission.recipients


def test_a_copy_to_the_own_address_goes_along_and_counts_as_nobody(permit: MakePermit) -> None:
    peer, record = Peer(), Record()

    submission = submit(permit, peer, GRACE, record=record, target={"copy_to": "ada@corp.example"})

    assert peer.taken[0][1] == [GRACE, "ada@corp.example"]
    assert list(submission.recipients) == list(record.replies[0]) == [GRACE]


def test_whether_the_copy_is_taken_changes_nothing(permit: MakePermit) -> None:
    peer = Peer()
    peer.answers["ada@corp.example"] = "452 4.2.2 full"
    assert submit(permit, peer, GRACE, target={"copy_to": "ada@corp.example"}).reply.code == 250

    refusing = Peer()
    refusing.answers[GRACE] = "550 nobody here"
    with pytest.raises(SubmissionRefused):  # a mail that only its sender would get is not sent
        submit(permit, refusing, GRACE, target={"copy_to": "ada@corp.example"})
    assert refusing.data_seen == 0


def test_a_server_that_asks_to_wait_with_a_recipient_says_nothing_of_other_mails(permit: MakePermit) -> None:
    peer = Peer()
    peer.answers[GRACE] = "450 4.2.0 greylisted"
    with pytest.raises(RecipientsDelayed, match="greylisted"):
        submit(permit, peer, GRACE)


@pytest.mark.parametrize(
    ("answers", "error"),
    [
        ({"MAIL": "550 5.7.1 not yours"}, SubmissionRefused),
        ({"MAIL": "451 later"}, SubmissionDelayed),
        ({"MAIL": "421 closing"}, SubmissionDelayed),
        ({GRACE: "550 no", ALAN: "550 no"}, SubmissionRefused),
        ({GRACE: "550 no", ALAN: "450 busy"}, SubmissionDelayed),
    ],
)
def test_before_the_message_a_refusal_is_final_and_a_delay_is_not(
    permit: MakePermit, answers: dict[str, str], error: type[Exception]
) -> None:
    peer, record = Peer(), Record()
    peer.answers = answers

    with pytest.raises(error, match=next(iter(answers.values()))[:3] if error is SubmissionRefused else None):
        submit(permit, peer, GRACE, ALAN, record=record)
    assert (peer.data_seen, record.replies) == (0, [])


@pytest.mark.parametrize(("answer", "error"), [("554 spam", SubmissionRefused), ("452 full", SubmissionDelayed)])
def test_a_refusal_after_the_final_dot_means_not_taken(permit: MakePermit, answer: str, error: type[Exception]) -> None:
    peer = Peer()
    peer.answers["DATA"] = answer

    with pytest.raises(error, match=answer):
        submit(permit, peer)


@pytest.mark.parametrize("trouble", ["drop_at", "hang_at"])
@pytest.mark.parametrize("where", ["EHLO", "MAIL", "RCPT"])
def test_a_connection_lost_before_the_message_is_only_a_delay(permit: MakePermit, trouble: str, where: str) -> None:
    peer, record = Peer(), Record()
    setattr(peer, trouble, where)

    with pytest.raises(SubmissionDelayed):
        submit(permit, peer, record=record, account={"timeout_s": 0.3})
    assert (peer.data_seen, record.replies) == (0, [])


@pytest.mark.parametrize("trouble", ["drop_at", "hang_at"])
def test_a_connection_lost_after_the_message_leaves_it_unknown(permit: MakePermit, trouble: str) -> None:
    peer, record = Peer(), Record()
    setattr(peer, trouble, "DATA")

    with pytest.raises(SubmissionUnknown):
        submit(permit, peer, record=record, account={"taking_s": 0.3})
    assert len(peer.taken) == len(record.replies) == 1


def test_when_on_wire_cannot_be_recorded_nothing_is_sent(permit: MakePermit) -> None:
    peer = Peer()

    async def fail(_: object) -> None:
        raise InternalError("the disk is full")

    with pytest.raises(InternalError, match="disk is full"):
        submit(permit, peer, record=fail)
    assert peer.data_seen == 0


def test_nobody_listening_is_a_delay(permit: MakePermit) -> None:
    with pytest.raises(SubmissionDelayed, match="no connection"):
        submit(permit, Peer(), account={"smtp": Endpoint(host="127.0.0.1", port=1)})


def test_a_wrong_password_is_a_fault_of_its_own_and_is_not_repeated_to_anybody(permit: MakePermit) -> None:
    peer = Peer()
    peer.password = "another"

    with pytest.raises(SignedOut, match="does not let") as caught:
        submit(permit, peer)
    assert "right" not in repr(caught.value)
    assert "password" in caught.value.next_step


@pytest.mark.parametrize("address", ["x@y>\r\nRCPT TO:<z@y", "x y@z", "nobody", "<x@y>"])
def test_an_address_cannot_carry_a_command(permit: MakePermit, address: str) -> None:
    peer = Peer()

    with pytest.raises(SubmissionRefused, match="not an e-mail address"):
        submit(permit, peer, GRACE, address)
    assert peer.data_seen == 0


def test_a_payload_that_is_no_mail_is_a_fault_of_ours(permit: MakePermit) -> None:
    async def main() -> None:
        async with running(Peer()) as account:
            await StandardMailbox(account).submit(permit({"owner": "x"}, b"BEGIN:VCALENDAR"), Record())

    with pytest.raises(InternalError):
        asyncio.run(main())


def test_starttls_encrypts_before_the_password(permit: MakePermit, certificate: Path) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    peer = Peer()

    def through(**fields: Any) -> Any:
        async def main() -> Any:
            async with running(peer, tls_context=context, require_starttls=True, auth_require_tls=True) as ours:
                end = Endpoint(host="localhost", port=ours.smtp.port, tls=Tls.STARTTLS)
                mailbox = StandardMailbox(ours.model_copy(update={"smtp": end, **fields}))
                target = {"sender": "ada@corp.example", "recipients": [GRACE]}
                return await mailbox.submit(permit(target, MAIL), Record())

        return asyncio.run(main())

    assert through(ca_file=certificate).reply.code == 250
    with pytest.raises(SubmissionDelayed, match="certificate"):
        through()


def test_a_server_that_offers_no_encryption_gets_no_password(permit: MakePermit) -> None:
    peer = Peer()

    async def main() -> None:
        async with running(peer) as ours:
            end = Endpoint(host="127.0.0.1", port=ours.smtp.port, tls=Tls.STARTTLS)
            mailbox = StandardMailbox(ours.model_copy(update={"smtp": end}))
            await mailbox.submit(permit({"sender": "ada@corp.example", "recipients": [GRACE]}, MAIL), Record())

    with pytest.raises(SubmissionDelayed, match="STARTTLS"):
        asyncio.run(main())
    assert peer.taken == []


def test_fault_points_stand_around_every_command(permit: MakePermit, tmp_path: Path) -> None:
    page = tmp_path / "faults"
    faults.create(page)
    faults.arm(page)
    try:
        submit(permit, Peer(), GRACE, ALAN)
    finally:
        faults.arm(None)

    passed = faults.passed(page)
    steps = ["connect", "ehlo", "login", "mail", "rcpt", "rcpt", "on_wire", "data"]
    content = ["smtp.content.before", "smtp.content.written", "smtp.content.after"]
    assert passed == [f"smtp.{step}.{side}" for step in steps for side in ("before", "after")] + content


def test_a_relay_that_asks_for_no_password_gets_none(permit: MakePermit) -> None:
    peer = Peer()

    assert submit(permit, peer, auth_required=False, auth_require_tls=True)
    assert len(peer.taken) == 1
