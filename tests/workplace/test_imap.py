"""What a mail server says is read whole, and nothing that it repeats or injects is taken for more than it is."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from empla.errors import ExternalError, PermissionDenied, ResourceError, TimedOut, ValidationError
from empla.workplace.accounts import Account, Endpoint, Tls
from empla.workplace.folders import Use, listed, used_for
from empla.workplace.imap import ImapSession, Refused
from empla.workplace.imap_wire import ConnectionLost, Response, quoted, read_response


def read(*chunks: bytes, seconds: float = 1) -> list[Response]:
    """Return the responses in what a server sends, chunk by chunk, before it closes the connection."""

    async def main() -> list[Response]:
        reader = asyncio.StreamReader(limit=1000)
        for chunk in chunks:
            reader.feed_data(chunk)
        reader.feed_eof()
        responses = []
        while not reader.at_eof():
            responses.append(await read_response(reader, begin_s=seconds, pause_s=seconds))
        return responses

    return asyncio.run(main())


def test_literals_are_read_by_their_length_whatever_is_in_them() -> None:
    (response,) = read(b'* 1 FETCH (UID 7 BODY[]<0> {14}\r\n)\r\nA1 OK {3}\r\n X ~{2}\r\n\0\xff Y "a\\"(" NIL (b))\r\n')

    fetched = [b"UID", b"7", b"BODY[]<0>", b")\r\nA1 OK {3}\r\n", b"X", b"\0\xff", b"Y", b'a"(', None, [b"b"]]
    assert response.tokens() == [b"1", b"FETCH", fetched]


def test_text_for_people_may_end_in_anything() -> None:
    ok, plus, bye = read(b"* OK see {5}\r\n+ go {99}\r\n* BYE {1}\r\n")

    assert (ok.words(), plus.tag, bye.text) == ([b"OK", b"SEE"], b"+", b"BYE {1}")


@pytest.mark.parametrize("line", [b"* 1 FETCH (UID 7", b"* 1 FETCH UID 7)", b'* LIST () "/ x'])
def test_what_is_not_imap_is_an_error(line: bytes) -> None:
    with pytest.raises(ValidationError):
        read(line + b"\r\n")[0].tokens()


@pytest.mark.parametrize("data", [b"* OK no end", b"* 1 FETCH (BODY[] {10}\r\nshort", b"x" * 5000])
def test_a_response_that_breaks_off_is_a_lost_connection(data: bytes) -> None:
    with pytest.raises(ConnectionLost):
        read(data)


def test_an_enormous_literal_is_not_even_begun() -> None:
    with pytest.raises(ResourceError):
        read(b"* 1 FETCH (BODY[] {9999999999}\r\n")


@pytest.mark.parametrize(("text", "wire"), [("plain", b'"plain"'), ('a"b\\c', b'"a\\"b\\\\c"'), ("ä", b'"\xc3\xa4"')])
def test_strings_are_quoted(text: str, wire: bytes) -> None:
    assert quoted(text) == wire


@pytest.mark.parametrize("text", ["a\r\nA2 LOGOUT", "a\n", "\0"])
def test_a_string_cannot_carry_a_command(text: str) -> None:
    with pytest.raises(ValidationError):
        quoted(text)


class Peer:
    """A mail server that answers each command by what is written down for it; `$` stands for the command's tag."""

    def __init__(self, **answers: str) -> None:
        usual = {"CAPABILITY": "* CAPABILITY IMAP4rev1\r\n$ OK", "EXAMINE": "* OK [UIDVALIDITY 7] x\r\n$ OK"}
        self.answers = {"GREETING": "* OK hello", **usual, **answers}
        self.seen: list[str] = []
        self.context: ssl.SSLContext | None = None

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, EOFError):
            writer.write(self.answers["GREETING"].encode() + b"\r\n")
            while line := (await reader.readline()).decode():
                self.seen.append(line.strip())
                tag, name, *_ = [*line.split(), ""]
                answer = self.answers.get(name, "$ OK done")
                writer.write(answer.replace("$", tag).encode() + b"\r\n" if answer else b"")
                if name == "STARTTLS" and self.context is not None:
                    await writer.start_tls(self.context)
        writer.close()


@contextlib.asynccontextmanager
async def at(
    peer: Peer, *, host: str = "127.0.0.1", tls: Tls = Tls.NONE, context: ssl.SSLContext | None = None, **fields: object
) -> AsyncIterator[Account]:
    """Serve the peer on a free port; an account there, which gives up soon only who never answers."""
    timeout_s = 1.0 if "" in peer.answers.values() else 60.0
    server = await asyncio.start_server(peer.serve, "127.0.0.1", 0, ssl=context)
    end = Endpoint(host=host, port=server.sockets[0].getsockname()[1], tls=tls)
    async with server:
        yield Account.model_validate(
            {
                "address": "ada@corp.example",
                "password": "pa55",
                "imap": end,
                "smtp": end,
                "timeout_s": timeout_s,
                **fields,
            }
        )


def sign_in(peer: Peer, **options: object) -> ImapSession:
    """Open a session with the peer and return it, closed."""

    async def main() -> ImapSession:
        async with at(peer, **options) as account:  # type: ignore[arg-type]
            session = await ImapSession.open(account)
            await session.close()
            return session

    return asyncio.run(main())


def server_context(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


def test_name_and_password_are_quoted() -> None:
    peer = Peer()
    sign_in(peer, sign_in='a"b', password="p a\\ss")

    assert peer.seen[1].split(maxsplit=1)[1] == 'LOGIN "a\\"b" "p a\\\\ss"'


@pytest.mark.parametrize(
    ("answers", "error"),
    [
        ({"LOGIN": "$ NO [AUTHENTICATIONFAILED] bad pa55"}, PermissionDenied),
        ({"LOGIN": "$ BAD what is LOGIN ada pa55"}, PermissionDenied),
        ({"LOGIN": "$ NO [UNAVAILABLE] later, pa55"}, Refused),
        ({"LOGIN": ""}, TimedOut),
        ({"LOGIN": "* BYE no"}, ConnectionLost),
        ({"GREETING": "* BYE full"}, ConnectionLost),
        ({"GREETING": "SSH-2.0-x"}, ConnectionLost),
        ({"CAPABILITY": "* CAPABILITY AUTH=PLAIN\r\n$ OK", "AUTHENTICATE": "$ NO"}, PermissionDenied),
    ],
)
def test_a_sign_in_that_fails_says_why_without_the_password(answers: dict[str, str], error: type[Exception]) -> None:
    with pytest.raises(error) as caught:
        sign_in(Peer(**answers))
    assert "pa55" not in f"{caught.value!r} {caught.value.__cause__!r}"


def test_tls_from_the_first_byte(certificate: Path) -> None:
    context = server_context(certificate)
    sign_in(Peer(), host="localhost", tls=Tls.IMPLICIT, context=context, ca_file=certificate)

    with pytest.raises(ConnectionLost, match="cannot be reached"):
        sign_in(Peer(), host="localhost", tls=Tls.IMPLICIT, context=context)


def test_starttls_comes_before_the_password(certificate: Path) -> None:
    peer = Peer(CAPABILITY="* CAPABILITY IMAP4rev1 STARTTLS IDLE\r\n$ OK")
    peer.context = server_context(certificate)
    session = sign_in(peer, host="localhost", tls=Tls.STARTTLS, ca_file=certificate)

    assert [line.split()[1] for line in peer.seen][:4] == ["CAPABILITY", "STARTTLS", "CAPABILITY", "LOGIN"]
    assert b"IDLE" in session.capabilities


@pytest.mark.parametrize(
    "answers",
    [
        {},
        {"GREETING": "* PREAUTH come in"},
        {"CAPABILITY": "* CAPABILITY STARTTLS\r\n$ OK", "STARTTLS": "$ OK go\r\n* CAPABILITY AUTH=PLAIN"},
        {"CAPABILITY": "* CAPABILITY STARTTLS\r\n$ OK", "STARTTLS": "$ NO not now"},
    ],
)
def test_without_the_encryption_asked_for_no_password_is_sent(answers: dict[str, str]) -> None:
    peer = Peer(**answers)
    with pytest.raises(ExternalError):
        sign_in(peer, tls=Tls.STARTTLS)
    assert not [line for line in peer.seen if "LOGIN" in line or "AUTH" in line]


def in_session(peer: Peer, work: Callable[[ImapSession], Awaitable[object]]) -> object:
    async def main() -> object:
        async with at(peer) as account:
            session = await ImapSession.open(account)
            try:
                return await work(session)
            finally:
                await session.close()

    return asyncio.run(main())


@pytest.mark.parametrize(
    ("folders", "sent"),
    [
        ('* LIST (\\HasNoChildren) "/" INBOX\r\n* LIST (\\Sent) "/" "Gesendet &- mehr"', b"Gesendet &- mehr"),
        ('* LIST () "." INBOX\r\n* LIST () "." INBOX.Sent', b"INBOX.Sent"),
        ('* LIST () "/" {10}\r\nSent Items', b"Sent Items"),
        ("* LIST () NIL INBOX", None),
        (
            '* LIST () "." INBOX\r\n* LIST () "." "INBOX.&AMk-l&AOk-ments envoy&AOk-s"',
            b"INBOX.&AMk-l&AOk-ments envoy&AOk-s",
        ),
        ('* LIST (\\Noselect) "/" Sent\r\n* LIST () "/" "&kAFP4W4IMH8-"', b"&kAFP4W4IMH8-"),
    ],
)
def test_the_folder_for_sent_mail_is_found(folders: str, sent: bytes | None) -> None:
    async def found(session: ImapSession) -> bytes | None:
        folder = used_for(await listed(session), Use.SENT)
        return folder.name if folder is not None else None

    assert in_session(Peer(LIST=folders + "\r\n$ OK"), found) == sent


def test_a_folder_without_uids_cannot_be_used() -> None:
    with pytest.raises(ExternalError, match="UIDVALIDITY"):
        in_session(Peer(EXAMINE="$ OK"), lambda session: session.examine(b"INBOX"))


def test_the_last_mail_is_not_new_although_every_range_names_it() -> None:
    peer = Peer(UID="* SEARCH 3\r\n* SEARCH 9 8\r\n$ OK")
    assert in_session(peer, lambda session: session.uids_after(7)) == [8, 9]


def test_an_announced_idle_that_is_refused_is_not_tried_again() -> None:
    peer = Peer(CAPABILITY="* CAPABILITY IDLE\r\n$ OK", IDLE="$ BAD")

    async def twice(session: ImapSession) -> list[bool]:
        return [await session.idle(1), await session.idle(1)]

    assert in_session(peer, twice) == [False, False]
    assert len([line for line in peer.seen if "IDLE" in line]) == 1
