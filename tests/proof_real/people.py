"""The people of the proof: their ordinary mail and calendar clients, and a server elsewhere.

What they do is decided by the scenario's correspondents; here it only goes over the wire. Who has got something new is
asked of the office's files, because forty clients that look after every move of the clock would take most of the hour.
What has come is then fetched by IMAP.
"""

import base64
import contextlib
import http.client
import imaplib
import re
import smtplib
import sqlite3
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import quote

from aiosmtpd.smtp import SMTP, Envelope, Session

from empla.errors import TimedOut
from runtime.cli.demo.outside import Outside
from runtime.office import calendars, database
from runtime.office.process import OfficePorts
from runtime.simulation.deeds import Entry, Post
from tests.proof_real.real_home import RealHome

_PATIENCE_S: Final = 30.0
_UID: Final = re.compile(rb"^UID:(.*?)\r?\n", re.MULTILINE)


class Elsewhere(Outside):
    """The servers of everybody outside: they take every mail, and keep its bytes."""

    def __init__(self) -> None:
        super().__init__()
        self.taken: list[tuple[str, bytes]] = []
        self._lock = threading.Lock()

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Take a mail for everybody whom it is for."""
        raw = envelope.content if isinstance(envelope.content, bytes) else b""
        with self._lock:
            self.taken += [(recipient.lower(), raw) for recipient in envelope.rcpt_tos]
        return "250 OK"


@dataclass
class People:
    """Everybody's clients. `ports` are the office's own, whatever employees are told."""

    real: RealHome
    ports: OfficePorts
    handed_in: int = 0
    again: int = 0
    _seen: dict[str, int] = field(default_factory=dict)
    _files: dict[Path, int] = field(default_factory=dict)
    _own: dict[Path, bytes] = field(default_factory=dict)
    _db: sqlite3.Connection | None = None

    # mail -----------------------------------------------------------------------------------------------------

    def hand_in(self, post: Post) -> None:
        """Hand a mail in, again and again while the office is not there: the same bytes are taken once."""
        self._until_there(lambda: self._submit(post))
        self.handed_in += 1

    def _submit(self, post: Post) -> None:
        with smtplib.SMTP(self.ports.host, self.ports.smtp, timeout=20) as smtp:
            if post.account:
                smtp.login(post.account, self.real.passwords[post.account].get_secret_value())
            smtp.sendmail(post.envelope, [post.to], post.raw)

    def _until_there(self, do) -> object:
        deadline = time.monotonic() + _PATIENCE_S
        while True:
            try:
                return do()
            except (OSError, imaplib.IMAP4.abort, smtplib.SMTPServerDisconnected, http.client.HTTPException) as error:
                if time.monotonic() > deadline:
                    raise TimedOut("the office does not answer") from error
            self.again += 1
            time.sleep(0.05)

    def news(self, addresses: Sequence[str]) -> Iterator[tuple[str, bytes]]:
        """Yield what has come to these people since they looked last."""
        if self._db is None:
            self._db = sqlite3.connect(f"{database.path(self.real.home).as_uri()}?mode=ro", uri=True, timeout=10)
        newest = dict(self._db.execute("SELECT account, next_uid - 1 FROM mailbox WHERE name = 'INBOX'"))
        for address in addresses:
            if newest.get(address, 0) > self._seen.get(address, 0):
                for raw in self.mails(address, after=self._seen.get(address, 0)):
                    yield address, raw
                self._seen[address] = newest[address]

    def mails(self, address: str, *, after: int = 0, folder: str = "INBOX") -> Sequence[bytes]:
        """Return the mails in a mailbox by IMAP, oldest first."""
        return self._until_there(lambda: self._fetched(address, after, folder))

    def _fetched(self, address: str, after: int, folder: str) -> Sequence[bytes]:
        with imaplib.IMAP4(self.ports.host, self.ports.imap, timeout=60) as imap:
            imap.login(address, self.real.passwords[address].get_secret_value())
            imap.select(folder, readonly=True)
            _, found = imap.uid("SEARCH", f"UID {after + 1}:*")
            uids = [uid for uid in map(int, found[0].split()) if uid > after]
            raws = []
            for start in range(0, len(uids), 100):
                wanted = ",".join(map(str, uids[start : start + 100]))
                _, parts = imap.uid("FETCH", wanted, "(BODY.PEEK[])")
                raws += [part[1] for part in parts if isinstance(part, tuple)]
            return raws

    # calendars ------------------------------------------------------------------------------------------------

    def entered(self, addresses: Sequence[str]) -> Iterator[tuple[str, bytes]]:
        """Yield the objects in these people's calendars that others have written since they looked last."""
        for address in addresses:
            folder = self._folder(address)
            at = folder.stat().st_mtime_ns  # every write there replaces a file
            if self._files.get(folder) == at:
                continue
            self._files[folder] = at
            for path in self._objects(address):
                changed = path.stat().st_mtime_ns
                if self._files.get(path) == changed:
                    continue
                self._files[path] = changed
                ics = path.read_bytes()
                if self._own.get(path) != ics:
                    yield address, ics

    def enter(self, entry: Entry) -> None:
        """Put an object into its owner's calendar, in place of the one with its UID, or take that one out."""
        path = self._at(entry.owner, entry.uid)
        if path is None and not entry.ics:
            return
        name = path.name if path is not None else f"{quote(entry.uid, safe='@')}.ics"
        if entry.ics:
            self.put(entry.owner, name, entry.ics)
        else:
            self._until_there(lambda: self._dav("DELETE", entry.owner, name))

    def put(self, owner: str, name: str, ics: bytes) -> None:
        """Write one object of somebody's own calendar."""
        self._until_there(lambda: self._dav("PUT", owner, name, ics))
        path = self._folder(owner) / name
        with contextlib.suppress(FileNotFoundError):
            self._own[path] = path.read_bytes()

    def calendar(self, owner: str) -> bytes:
        """Return a whole calendar, by CalDAV."""
        return self._until_there(lambda: self._dav("GET", owner, ""))

    def _at(self, owner: str, uid: str) -> Path | None:
        wanted = uid.encode()
        for path in self._objects(owner):
            with contextlib.suppress(FileNotFoundError):
                if any(found == wanted for found in _unfolded_uids(path.read_bytes())):
                    return path
        return None

    def _objects(self, owner: str) -> list[Path]:
        return sorted(self._folder(owner).glob("*.ics"))

    def _folder(self, owner: str) -> Path:
        return calendars.storage(self.real.home) / "collection-root" / owner / "calendar"

    def _dav(self, method: str, owner: str, name: str, content: bytes | None = None) -> bytes:
        known = f"{owner}:{self.real.passwords[owner].get_secret_value()}".encode()
        headers: Mapping[str, str] = {
            "Authorization": f"Basic {base64.b64encode(known).decode()}",
            "Content-Type": "text/calendar; charset=utf-8",
        }
        server = http.client.HTTPConnection(self.ports.host, self.ports.caldav, timeout=20)
        try:
            server.request(method, f"/{quote(owner, safe='@')}/calendar/{name}", body=content, headers=dict(headers))
            response = server.getresponse()
            body = response.read()
        finally:
            server.close()
        if response.status >= 500:
            raise ConnectionError(f"{method} {name}: {response.status}")
        return body


def _unfolded_uids(ics: bytes) -> list[bytes]:
    return [uid.strip() for uid in _UID.findall(ics.replace(b"\r\n ", b""))]
