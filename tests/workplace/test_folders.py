"""Folders are known by their use, by the names that clients give them in any language, and by what people call them."""

from __future__ import annotations

import asyncio

import pytest

from empla.errors import PermissionDenied
from empla.workplace.accounts import Account, Endpoint
from empla.workplace.folders import Folder, Use, decoded, encoded, named, on_wire, used_for
from empla.workplace.imap import ImapSession

NAMES = [
    ("Sent", b"Sent"),
    ("R&D", b"R&-D"),
    ("Entwürfe", b"Entw&APw-rfe"),
    ("Éléments envoyés", b"&AMk-l&AOk-ments envoy&AOk-s"),
    ("送信済み", b"&kAFP4W4IMH8-"),
    ("台北/日本語", b"&U,BTFw-/&ZeVnLIqe-"),
    ("😀", b"&2D3eAA-"),
]


@pytest.mark.parametrize(("shown", "wire"), NAMES)
def test_names_go_over_the_wire_in_seven_bits_and_come_back(shown: str, wire: bytes) -> None:
    assert encoded(shown) == wire
    assert decoded(wire) == shown


@pytest.mark.parametrize("broken", [b"A&B", b"&***-", b"&AM-", b"\xff"])
def test_a_name_that_is_not_in_that_form_is_shown_as_well_as_it_can_be(broken: bytes) -> None:
    assert decoded(broken)


def folder(name: str, separator: str = "/", *marks: bytes) -> Folder:
    return Folder(encoded(name), separator, frozenset(marks))


@pytest.mark.parametrize(
    ("there", "found"),
    [
        ([folder("INBOX"), folder("Versendet", "/", b"\\sent"), folder("Sent")], "Versendet"),
        ([folder("INBOX", "."), folder("INBOX.Sent", ".")], "INBOX.Sent"),
        ([folder("INBOX", "."), folder("INBOX.sent items", ".")], "INBOX.sent items"),
        ([folder("Archive/Sent"), folder("Sent")], "Archive/Sent"),
        ([folder("Gesendete Objekte")], "Gesendete Objekte"),
        ([folder("E\u0301le\u0301ments envoye\u0301s")], "E\u0301le\u0301ments envoye\u0301s"),
        ([folder("Отправленные")], "Отправленные"),
        ([folder("INBOX"), folder("Presents")], ""),
        ([], ""),
    ],
)
def test_the_folder_for_sent_mail_is_known(there: list[Folder], found: str) -> None:
    chosen = used_for(there, Use.SENT)
    assert (chosen.shown if chosen is not None else "") == found


def test_a_folder_is_named_as_people_read_it_or_as_it_is_on_the_wire() -> None:
    there = [folder("INBOX"), folder("Entwürfe"), folder("R&D")]
    assert [named(there, name) for name in ("entwürfe", "Entw&APw-rfe", "R&D", "R&-D", "Nothing")] == [
        there[1],
        there[1],
        there[2],
        there[2],
        None,
    ]
    assert (on_wire("Entwürfe"), on_wire("Entw&APw-rfe")) == (b"Entw&APw-rfe", b"Entw&APw-rfe")


@pytest.mark.parametrize("capability", ["IMAP4rev1", "IMAP4rev1 LITERAL+", "IMAP4rev1 LITERAL-"])
def test_a_password_outside_ascii_goes_as_a_literal(capability: str) -> None:
    seen: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"* OK hello\r\n")
        while line := await reader.readline():
            tag, rest = line.split(b" ", 1)
            while rest.rstrip().endswith(b"}"):
                announced = rest.rstrip()[rest.rindex(b"{") + 1 : -1]
                if not announced.endswith(b"+"):
                    writer.write(b"+ go on\r\n")
                seen.append(await reader.readexactly(int(announced.rstrip(b"+"))))
                rest = await reader.readline()
            answer = b"* CAPABILITY " + capability.encode() + b"\r\n" if b"CAPABILITY" in line else b""
            writer.write(answer + tag + b" OK done\r\n")
        writer.close()

    async def main() -> None:
        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        end = Endpoint(host="127.0.0.1", port=server.sockets[0].getsockname()[1])
        account = Account.model_validate(
            {"address": "ada@corp.example", "password": "pässwörd", "imap": end, "smtp": end, "timeout_s": 60}
        )
        async with server:
            session = await ImapSession.open(account)
            await session.close()

    asyncio.run(main())
    assert seen == [b"ada@corp.example", "pässwörd".encode()]


def test_a_server_that_takes_no_password_in_the_open_is_told_none() -> None:
    seen: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"* OK hello\r\n")
        while line := await reader.readline():
            seen.append(line)
            writer.write(b"* CAPABILITY IMAP4rev1 STARTTLS LOGINDISABLED\r\n" + line.split()[0] + b" OK\r\n")
        writer.close()

    async def main() -> None:
        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        end = Endpoint(host="127.0.0.1", port=server.sockets[0].getsockname()[1])
        account = Account.model_validate({"address": "a@corp.example", "password": "secret", "imap": end, "smtp": end})
        async with server:
            await ImapSession.open(account)

    with pytest.raises(PermissionDenied) as caught:
        asyncio.run(main())
    assert "starttls" in caught.value.next_step
    assert not [line for line in seen if b"secret" in line]
