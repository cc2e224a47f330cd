"""What a mail client may expect of the office's IMAP."""

import asyncio
import imaplib
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import aioimaplib
import pytest

from empla.clock import SystemClock
from empla.config import Home, Settings
from runtime.office import accounts, database, imap_folder, mailboxes
from runtime.office.process import OfficePorts, serve
from tests.runtime.office.waiting import eventually


def until(client: imaplib.IMAP4, wanted: bytes) -> bytes:
    """Read lines until one contains `wanted`."""
    while wanted not in (line := client.readline()):
        assert line, f"the connection ended before {wanted!r} came"
    return line


def idle(client: imaplib.IMAP4) -> None:
    client.send(b"x1 IDLE\r\n")
    until(client, b"+ ")


def test_a_delivery_wakes_a_client_that_idles(clients):
    anna, ben = clients.person("Anna Idle"), clients.person("Ben Idle")
    waiting = clients.imap(ben)
    idle(waiting)
    clients.send(anna, ben)
    assert until(waiting, b"EXISTS") == b"* 1 EXISTS\r\n"


def test_a_mail_that_comes_between_the_last_command_and_idle_is_announced(clients):
    anna, ben = clients.person("Anna Gap"), clients.person("Ben Gap")
    waiting = clients.imap(ben)
    clients.send(anna, ben)
    idle(waiting)
    assert until(waiting, b"EXISTS") == b"* 1 EXISTS\r\n"


def test_a_change_in_one_session_shows_in_the_other(clients):
    anna, ben = clients.person("Anna Two"), clients.person("Ben Two")
    clients.send(anna, ben)
    one, other = clients.imap(ben), clients.imap(ben)
    one.store("1", "+FLAGS", r"(\Flagged $Important)")
    other.noop()
    assert b"$Important" in other.response("FETCH")[1][0]
    one.store("1", "+FLAGS", r"(\Deleted)")
    one.expunge()
    other.noop()
    assert other.response("EXPUNGE")[1] == [b"1"]


def test_keywords_are_offered_and_kept(clients):
    anna, ben = clients.person("Anna Key"), clients.person("Ben Key")
    clients.send(anna, ben)
    client = clients.imap(ben)
    assert rb"\*" in client.response("PERMANENTFLAGS")[1][0]
    client.store("1", "+FLAGS", "(handled $MDNSent)")
    client.logout()
    again = clients.imap(ben)
    assert again.search(None, "KEYWORD", "handled")[1] == [b"1"]
    again.store("1", "-FLAGS", "(handled)")
    assert b"handled" not in again.fetch("1", "(FLAGS)")[1][0]


def test_people_sign_in_with_the_address_or_the_part_before_the_at(office, clients):
    anna = clients.person("Anna Short")
    client = imaplib.IMAP4(*office.imap)
    assert client.login("anna.short", anna.password)[0] == "OK"
    for name, password in ((anna.address, "wrong"), ("nobody", anna.password), (anna.address.upper(), "")):
        with pytest.raises(imaplib.IMAP4.error, match="AUTHENTICATIONFAILED"):
            imaplib.IMAP4(*office.imap).login(name, password or "x")


def test_what_a_client_appends_copies_and_moves_arrives_whole(clients, written):
    anna = clients.person("Anna Folder")
    client = clients.imap(anna)
    raw = written(anna.address, "Notes.", "<notes@office.example>")
    assert client.append("Drafts", r"(\Draft mine)", None, raw)[0] == "OK"
    client.create("Projects/2026")
    client.select("Drafts")
    client.store("1", "+FLAGS", "(later)")
    client.copy("1", "Projects/2026")
    assert client.uid("MOVE", "1", "Trash")[0] == "OK"
    assert clients.mails(anna, "Drafts") == []
    assert clients.mails(anna, "Trash") == clients.mails(anna, "Projects/2026") == [raw]
    client.select("Trash")
    assert rb"\Draft later mine" in client.fetch("1", "(FLAGS)")[1][0]
    client.rename("Projects", "Work")
    assert clients.mails(anna, "Work/2026") == [raw]
    client.delete("Work/2026")
    assert client.select("Work/2026")[0] == "NO"


def test_a_mailbox_made_again_under_its_name_has_another_uidvalidity(clients):
    anna = clients.person("Anna Again")
    client = clients.imap(anna)
    seen = set()
    for _ in range(2):
        client.create("Temporary")
        client.select("Temporary")
        seen.add(client.response("UIDVALIDITY")[1][0])
        client.close()
        client.delete("Temporary")
    assert len(seen) == 2


def test_bytes_are_kept_once_and_go_with_the_last_mailbox(office, clients):
    anna, ben, cleo = (clients.person(f"{name} Once") for name in ("Anna", "Ben", "Cleo"))
    with closing(sqlite3.connect(database.path(office.home))) as db:
        before = db.execute("SELECT count(*) FROM content").fetchone()
        with clients.smtp(anna) as client:
            client.sendmail(anna.address, [ben.address, cleo.address], f"From: {anna.address}\r\n\r\nHi.\r\n")
        assert db.execute("SELECT count(*) FROM content").fetchone() == (before[0] + 1,)
        for who, mailbox in ((anna, "Sent"), (ben, "INBOX"), (cleo, "INBOX")):
            client = clients.imap(who, mailbox)
            client.store("1", "+FLAGS.SILENT", r"(\Deleted)")
            client.expunge()
        assert db.execute("SELECT count(*) FROM content").fetchone() == before


def test_a_session_far_behind_is_brought_up_to_date(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(imap_folder, "CHANGES_KEPT", 4)

    def work(ports: OfficePorts) -> None:
        one, other = (imaplib.IMAP4(ports.host, ports.imap) for _ in range(2))
        for client in (one, other):
            client.login("anna", "secret")
            client.select()
        one.store("3", "+FLAGS", r"(\Deleted)")
        one.expunge()
        one.store("1:19", "+FLAGS", "(seen-by-one)")
        other.noop()
        assert other.response("EXPUNGE")[1] == [b"3"]
        assert other.search(None, "KEYWORD", "seen-by-one")[1] == [b" ".join(b"%d" % n for n in range(1, 20))]

    with_mails(tmp_path, 20, work)


def test_a_thousand_mails_are_searched_by_message_id_and_listed_without_parsing_one(tmp_path: Path, monkeypatch):
    parsed, read = [], []
    parse, raw = imap_folder.parse, mailboxes.raw
    monkeypatch.setattr(imap_folder, "parse", lambda given: parsed.append(len(given)) or parse(given))
    monkeypatch.setattr(mailboxes, "raw", lambda db, content: read.append(content) or raw(db, content))

    def work(ports: OfficePorts) -> None:
        client = imaplib.IMAP4(ports.host, ports.imap)
        client.login("anna", "secret")
        client.select()
        assert client.search(None, "HEADER", "Message-ID", "<mail-500@example>")[1] == [b"501"]
        assert client.uid("SEARCH", "HEADER", "message-id", "<MAIL-7@EXAMPLE>")[1] == [b"8"]
        assert client.search(None, "(UNSEEN HEADER Message-ID mail-99@)")[1] == [b"100"]
        assert client.search(None, "SEEN", "HEADER", "Message-ID", "<mail-500@example>")[1] == [b""]
        assert client.search(None, "HEADER", "Message-ID", "<none@example>")[1] == [b""]
        assert len(client.fetch("1:*", "(UID FLAGS INTERNALDATE RFC822.SIZE)")[1]) == 1000
        assert (parsed, read) == ([], [])
        client.fetch("1:10", "(ENVELOPE BODY.PEEK[HEADER.FIELDS (Subject)])")
        assert len(parsed) == 10
        assert max(parsed) < 200  # headers only: the body has a thousand bytes
        assert len(client.fetch("7", "(BODY.PEEK[])")[1][0][1]) > 1000
        assert len(parsed) == 10
        assert len(read) == 1

    with_mails(tmp_path, 1000, work)


def test_message_ids_are_looked_up_in_an_index(tmp_path: Path):
    with closing(database.connect(Home(tmp_path))) as db:
        statements: list[str] = []
        db.set_trace_callback(statements.append)
        mailboxes.with_message_id(db, 1, "<one@example>")
        plan = db.execute(f"EXPLAIN QUERY PLAN {statements[0]}").fetchone()[-1]
    assert "USING COVERING INDEX message_by_id (mailbox=? AND message_id=?)" in plan


def test_flags_of_many_mails_change_in_one_commit(tmp_path: Path, monkeypatch):
    commits = []
    monkeypatch.setattr(database.faults, "point", commits.append)

    def work(ports: OfficePorts) -> None:
        client = imaplib.IMAP4(ports.host, ports.imap)
        client.login("anna", "secret")
        client.select()
        commits.clear()
        client.store("1:*", "+FLAGS", r"(\Seen)")
        assert commits.count("office.committed") == 1

    with_mails(tmp_path, 200, work)


def test_a_change_that_cannot_be_kept_is_refused_and_not_shown(tmp_path: Path, monkeypatch):
    keep = mailboxes.set_flags

    def full(db: sqlite3.Connection, mailbox_id: int, uid: int, flags: frozenset[str]) -> None:
        if uid == 3:
            raise sqlite3.OperationalError("database or disk is full")
        keep(db, mailbox_id, uid, flags)

    def work(ports: OfficePorts) -> None:
        client, other = (imaplib.IMAP4(ports.host, ports.imap) for _ in range(2))
        for each in (client, other):
            each.login("anna", "secret")
            each.select()
        monkeypatch.setattr(mailboxes, "set_flags", full)
        status, reason = client.store("1:5", "+FLAGS", r"(\Flagged)")
        assert (status, b"full" in reason[0]) == ("NO", True)
        monkeypatch.setattr(mailboxes, "set_flags", keep)
        for each in (client, other):
            assert each.search(None, "FLAGGED")[1] == [b""]
        client.store("1:5", "+FLAGS", r"(\Flagged)")
        other.noop()
        assert len(other.response("FETCH")[1]) == 5

    with_mails(tmp_path, 5, work)


def test_commands_of_a_closed_account_are_refused(office, clients):
    anna = clients.person("Anna Gone")
    client = clients.imap(anna)
    accounts.close_account(office.home, anna.address)
    assert client.select()[0] == "NO"


def with_mails(root: Path, count: int, work) -> None:
    """Run an office in this process whose Anna has mails, and do `work` in a thread."""
    home = Home(root)
    accounts.add_account(home, "anna@office.example", "Anna", "secret")
    with closing(database.connect(home)) as db, database.transaction(db):
        inbox = mailboxes.mailbox(db, "anna@office.example", "INBOX")
        for number in range(count):
            raw = (
                f"From: a@b.example\r\nMessage-ID: <mail-{number}@example>\r\nSubject: {number}\r\n\r\n{'x' * 1000}\r\n"
            )
            mailboxes.add(db, inbox.id, mailboxes.keep(db, raw.encode()), frozenset(), SystemClock().now())

    async def run() -> None:
        async with serve(home, Settings(), SystemClock(), OfficePorts()) as ports:
            await asyncio.to_thread(work, ports)

    asyncio.run(run())


def test_ten_idle_clients_cost_no_work(own_office, own_clients):
    psutil = pytest.importorskip("psutil")
    anna = own_clients.person("Anna Quiet")
    waiting = [own_clients.imap(anna) for _ in range(10)]
    for client in waiting:
        idle(client)
    process = psutil.Process(own_office.process.pid)

    def rests() -> bool:
        before = process.num_ctx_switches().voluntary
        time.sleep(0.5)  # the one thing to be seen here is that nothing happens in a while
        return process.num_ctx_switches().voluntary - before <= 2

    assert eventually(rests), "once the last of them has been seen to"


def test_an_asynchronous_client_idles_fetches_and_searches(clients):
    anna, ben = clients.person("Anna Async"), clients.person("Ben Async")

    async def work() -> None:
        client = aioimaplib.IMAP4(*clients.office.imap, timeout=20)
        await client.wait_hello_from_server()
        await client.login(ben.address, ben.password)
        await client.select("INBOX")
        idling = await client.idle_start(timeout=20)
        await asyncio.to_thread(clients.send, anna, ben, "Wake up.", "<wake@office.example>")
        assert b"1 EXISTS" in await client.wait_server_push()
        client.idle_done()
        await asyncio.wait_for(idling, 20)
        found = await client.uid_search('HEADER Message-ID "<wake@office.example>"', charset=None)
        assert found.lines[0] == b"1"
        fetched = await client.uid("fetch", "1:*", "(UID INTERNALDATE BODY.PEEK[])")
        assert any(b"Wake up." in line for line in fetched.lines)
        await client.logout()

    asyncio.run(work())


def test_a_read_mail_is_seen_and_a_peeked_one_is_not(clients):
    anna, ben = clients.person("Anna Seen"), clients.person("Ben Seen")
    for _ in range(2):
        clients.send(anna, ben)
    client = clients.imap(ben)
    client.fetch("1", "(BODY[])")
    client.fetch("2", "(BODY.PEEK[])")
    assert clients.imap(ben).search(None, "SEEN")[1] == [b"1"]


def test_searches_that_the_index_cannot_answer_still_are(clients, written):
    anna = clients.person("Anna Search")
    client = clients.imap(anna)
    for number in range(3):
        client.append("INBOX", "", None, written(anna.address, f"Text {number}", f"<s{number}@x>", To="ben@x.example"))
    for criteria, found in (
        ("NOT HEADER Message-ID <s1@x>", b"1 3"),
        ("OR HEADER Message-ID <s1@x> HEADER Message-ID <s2@x>", b"2 3"),
        ("HEADER Message-ID <s1@x> HEADER Message-ID <s2@x>", b""),
        ("HEADER Message-ID <s1@x> TEXT nothing", b""),
        ('HEADER Message-ID <s1@x> BODY "text 1"', b"2"),
        ("UID 1:2 HEADER Message-ID <s2@x>", b""),
        ("TO ben HEADER Message-ID @x", b"1 2 3"),
    ):
        assert client.search(None, criteria)[1] == [found], criteria
