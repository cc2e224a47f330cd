"""Fault 10: the IMAP connection fails, in every way it can, between a real office and a whole assistant.

Asked: noticed within 60 s, no mail missed or acted on twice; a sign-in that fails asks a person once. How soon a peer
that is gone without a word is found out is the kernel's (keep-alive after 30 s, at most 60 s without an answer), and is
read off the socket here. Single commands of the adapter are cut in `tests/workplace/test_inbox.py`.
"""

import asyncio
import socket
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing

import pytest

from empla.workplace.accounts import Account, Endpoint
from empla.workplace.imap import ImapSession
from runtime.office.process import read_ports
from tests.scenarios.conftest import Morning, signed_in_as
from tests.servers.network import Network, between


@pytest.fixture
def wire(morning: Morning) -> Iterator[Network]:
    """The network between the assistant and its mailbox."""
    morning.end()
    ports = read_ports(morning.home)
    assert ports is not None
    with between(Endpoint(host=ports.host, port=ports.imap)) as network:
        morning.reached = lambda account: account.model_copy(update={"imap": network.endpoint, "timeout_s": 2.0})
        morning.begin(2)
        yield network
        network.stalled = network.refusing = False
        morning.end()


def asked(morning: Morning, number: int) -> str:
    text = f"Please book half an hour with Ben on Thursday at {9 + number}:00."
    return morning.manager.send(morning.assistant, f"Request {number}", text)


def settled_once(morning: Morning, requests: list[str]) -> None:
    """Each request has one answer, one meeting, and was perceived once."""
    for request in requests:
        morning.manager.answer_to(request, 30)
    inbox = morning.manager.inbox()
    assert [sum(m.answers(r) for m in inbox) for r in requests] == [1] * len(requests)
    assert len(morning.meetings()) == len(requests)
    perceived = [row.key for row in morning.rows("percept", "key", kind="mail-arrived")]
    assert len(perceived) == len(set(perceived))


def cut_in_a_mail(wire: Network) -> None:
    wire.cut_after = 700


def cut_while_waiting(wire: Network) -> None:
    wire.within(wire.cut)


def away_for_a_while(wire: Network) -> None:
    wire.refusing = True
    wire.within(wire.cut)


def says_bye(wire: Network) -> None:
    wire.downstream = lambda data: b"* BYE the server goes down\r\n" if data.lower().startswith(b"+ idl") else data
    wire.within(wire.cut)


@pytest.mark.parametrize("trouble", [cut_in_a_mail, cut_while_waiting, away_for_a_while, says_bye])
def test_no_mail_is_missed_or_acted_on_twice(
    morning: Morning, wire: Network, trouble: Callable[[Network], None]
) -> None:
    requests = [asked(morning, 0)]
    morning.manager.answer_to(requests[0], 30)
    for number in (1, 2, 3):
        trouble(wire)
        requests.append(asked(morning, number))
        morning.until(lambda: wire.connections > 1)
        wire.refusing, wire.downstream = False, bytes
    settled_once(morning, requests)


def test_a_mailbox_that_is_numbered_anew_is_read_again_and_nothing_is_done_twice(morning: Morning) -> None:
    requests = [asked(morning, 0), asked(morning, 1)]
    settled_once(morning, requests)
    morning.end()
    with closing(sqlite3.connect(morning.home.office / "office.db")) as office, office:
        office.execute(
            "UPDATE mailbox SET uidvalidity = uidvalidity + 7 WHERE account = ? AND name = 'INBOX'",
            (morning.assistant,),
        )
    requests.append(asked(morning, 2))
    morning.begin(2)
    settled_once(morning, requests)


def test_a_peer_that_is_gone_without_a_word_is_found_out_within_a_minute(morning: Morning) -> None:
    own = signed_in_as(morning, morning.assistant)

    async def main() -> None:
        ports = own.ports
        end = Endpoint(host=ports.host, port=ports.imap)
        account = Account(address=own.address, password=own._password, imap=end, smtp=end)
        session = await ImapSession.open(account)
        held = session._writer.get_extra_info("socket")
        silent, between_tries, tries, unanswered = (
            held.getsockopt(socket.IPPROTO_TCP, option)
            for option in (socket.TCP_KEEPIDLE, socket.TCP_KEEPINTVL, socket.TCP_KEEPCNT, socket.TCP_USER_TIMEOUT)
        )
        assert held.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) == 1
        assert silent + between_tries * tries <= 60
        assert unanswered <= 60_000
        await session.close()

    asyncio.run(main())
