"""One IMAP connection: signing in, reading a folder without marking anything as read, waiting for news.

Folders are opened with EXAMINE and mails fetched with BODY.PEEK, so reading never sets \\Seen: whoever looks into the
employee's mailbox sees it as mail clients left it. Untagged EXISTS responses set `changed` whenever they come.
"""

import asyncio
import base64
import secrets
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from empla.errors import ExternalError, SignedOut, TimedOut, ValidationError
from empla.workplace.accounts import Account, Tls
from empla.workplace.imap_wire import LONGEST_LINE, ConnectionLost, Response, Token, quoted, read_response
from empla.workplace.troubles import trouble

LARGEST_MAIL = 64 << 20
"""Bytes of a mail that are read; what exceeds them stays on the server."""

LONGEST_IDLE_S = 28 * 60.0
"""Servers may end an IDLE after 30 minutes (RFC 2177), so it is renewed before."""

SHORT_LITERAL = 4096
"""Bytes up to which a server with LITERAL- takes a literal without being asked first (RFC 7888)."""

NO_DATE = datetime.fromtimestamp(0, UTC)
"""When a mail came of which the server does not say so in a readable way."""

# A peer that vanished without a word is noticed within a minute, by the kernel: it costs no wake-up of ours.
_KEEPALIVE = (
    (socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1),
    (socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 30),
    (socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, 10),
    (socket.IPPROTO_TCP, socket.TCP_KEEPCNT, 3),
    (socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, 60_000),
)


class Refused(ExternalError):
    """The mail server refused a command (NO or BAD)."""

    code = "imap_refused"


@dataclass(frozen=True, slots=True)
class Stored:
    """One mail of a folder: its UID, size in bytes, date of arrival, and its bytes if they were asked for."""

    uid: int
    size: int
    received: datetime
    raw: bytes | None


class ImapSession:
    """A signed-in connection. Commands are sent one at a time; after any error but Refused it is of no more use."""

    def __init__(self, account: Account, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._account = account
        self._reader = reader
        self._writer = writer
        self._tag = secrets.token_hex(4)  # not guessable: nothing injected before TLS can answer for the server
        self._count = 0
        self.capabilities: frozenset[bytes] = frozenset()
        self.uidvalidity = 0
        self.uidnext = 0
        self.read_only = False
        self.ended = b""
        self.changed = False
        self.opened_at = asyncio.get_running_loop().time()

    @classmethod
    async def open(cls, account: Account) -> "ImapSession":
        """Connect and sign in; ConnectionLost, TimedOut or Refused, SignedOut for a wrong name or password."""
        end = account.imap
        context = account.tls_context() if end.tls is Tls.IMPLICIT else None
        try:
            async with asyncio.timeout(account.timeout_s):
                reader, writer = await asyncio.open_connection(end.host, end.port, ssl=context, limit=LONGEST_LINE)
        except TimeoutError:
            raise TimedOut(
                f"the mail server {end} does not answer", next_step=trouble(TimeoutError()).next_step
            ) from None
        except OSError as error:
            found = trouble(error)
            sentence = f"the mail server {end} cannot be reached: {found.why}"
            raise ConnectionLost(sentence, next_step=found.next_step) from error
        session = cls(account, reader, writer)
        try:
            for level, option, value in _KEEPALIVE:
                writer.get_extra_info("socket").setsockopt(level, option, value)
            await session._greet()
        except BaseException:
            session.drop()
            raise
        return session

    @property
    def alive(self) -> bool:
        """Whether the connection was not lost, as far as is known."""
        return not (self._writer.is_closing() or self._reader.at_eof())

    def drop(self) -> None:
        """Close the connection without a word."""
        self._writer.close()

    async def close(self) -> None:
        """Sign out and close the connection; never fails."""
        try:
            if self.alive:
                self._writer.write(b"%s LOGOUT\r\n" % self._next_tag())
                async with asyncio.timeout(2):
                    await self._writer.drain()
        except (OSError, TimeoutError):
            pass  # it is being closed anyway
        finally:
            self.drop()

    async def examine(self, folder: bytes) -> None:
        """Open a folder for reading; Refused if there is none of this name, ExternalError if it has no UIDs."""
        await self._open(b"EXAMINE ", folder)

    async def select(self, folder: bytes) -> None:
        """Open a folder for writing; `read_only` says whether it may only be read after all. Raises as `examine`."""
        await self._open(b"SELECT ", folder)

    async def _open(self, command: bytes, folder: bytes) -> None:
        self.uidvalidity = self.uidnext = 0
        await self.command(command + quoted(folder))
        self.read_only = self.ended.upper().startswith(b"[READ-ONLY]")
        if not self.uidvalidity:
            raise ExternalError(
                f"the mail server names no UIDVALIDITY for {folder.decode(errors='replace')}",
                next_step="use a server that implements RFC 3501",
            )

    async def uids_after(self, uid: int, since: datetime | None = None) -> list[int]:
        """Return the UIDs above `uid` in the open folder, in order; with `since`, none of those of earlier days."""
        # SINCE knows days only, of the server's zone (RFC 9051, 6.4.4): one more is asked for than may be wanted.
        day = b" SINCE " + (since - timedelta(days=1)).strftime("%d-%b-%Y").encode() if since is not None else b""
        found = await self._search(b"UID %d:*%s" % (uid + 1, day))
        return sorted(n for n in found if n > uid)  # n:* always names the last mail, even below n (RFC 9051, 9)

    async def uids_with(self, message_id: str) -> list[int]:
        """Return the UIDs of the mails in the open folder that have this Message-ID."""
        return sorted(await self._search(b"HEADER Message-ID " + quoted(message_id)))

    async def uids_from(self, sender: str) -> list[int]:
        """Return the UIDs of the mails in the open folder whose From holds this address, in order."""
        return sorted(await self._search(b"FROM " + quoted(sender)))

    async def uids_deleted(self) -> list[int]:
        """Return the UIDs of the mails in the open folder that are marked as deleted."""
        return await self._search(b"DELETED")

    async def fetch(self, uids: Sequence[int], *, bodies: bool) -> list[Stored]:
        """Return these mails of the open folder, in order; those that were removed meanwhile are missing."""
        items = b"UID INTERNALDATE RFC822.SIZE" + (b" BODY.PEEK[]<0.%d>" % LARGEST_MAIL if bodies else b"")
        wanted = set(uids)
        found: dict[int, Stored] = {}
        for response in await self.command(b"UID FETCH %s (%s)" % (_uid_set(uids), items)):
            stored = _stored(response, bodies=bodies)
            if stored is not None and stored.uid in wanted:
                found[stored.uid] = stored
        return [found[uid] for uid in sorted(found)]

    async def idle(self, seconds: float) -> bool:
        """Wait up to `seconds` for the open folder to change; return False if the server has no IDLE."""
        if b"IDLE" not in self.capabilities:
            return False
        loop = asyncio.get_running_loop()
        end = loop.time() + min(seconds, LONGEST_IDLE_S)
        tag = self._send(b"IDLE")
        while (response := await self._read()).tag != b"+":
            if response.tag == tag:
                self.capabilities -= {b"IDLE"}  # announced, but refused
                return False
        while not self.changed and (left := end - loop.time()) > 0:
            try:
                self._note(await read_response(self._reader, begin_s=left, pause_s=self._account.timeout_s))
            except TimedOut:
                break
        self._writer.write(b"DONE\r\n")
        await self._answer(tag, b"IDLE")
        return True

    async def noop(self) -> None:
        """Let the server say what is new."""
        await self.command(b"NOOP")

    async def command(self, line: bytes, *literals: bytes) -> list[Response]:
        """Send one command, return its untagged responses; Refused for NO and BAD.

        Each of `literals` follows the line, as a literal (RFC 7888 where the server has it), and may hold any byte.
        What the server says of the end of the command is in `ended`.
        """
        name = line.split(maxsplit=1)[0]
        if not literals:
            return await self._answer(self._send(line), name)
        tag = self._send(line + b" " + self._announced(literals[0]))
        responses: list[Response] = []
        for place, literal in enumerate(literals):
            if not self._goes_unasked(literal):
                while (response := await self._read()).tag != b"+":
                    if response.tag == tag:
                        raise Refused(f"the mail server refused {name.decode()}: {_readable(response)}")
                    responses.append(response)
            rest = b" " + self._announced(literals[place + 1]) if place + 1 < len(literals) else b""
            self._writer.write(literal + rest + b"\r\n")
        return responses + await self._answer(tag, name)

    def _goes_unasked(self, literal: bytes) -> bool:
        short = len(literal) <= SHORT_LITERAL and b"LITERAL-" in self.capabilities
        return short or b"LITERAL+" in self.capabilities

    def _announced(self, literal: bytes) -> bytes:
        return b"{%d%s}" % (len(literal), b"+" if self._goes_unasked(literal) else b"")

    async def _search(self, criteria: bytes) -> list[int]:
        numbers: list[int] = []
        for response in await self.command(b"UID SEARCH " + criteria):
            words = response.text.split()
            if words and words[0].upper() == b"SEARCH":
                numbers += [int(word) for word in words[1:] if word.isdigit()]
        return numbers

    def _next_tag(self) -> bytes:
        self._count += 1
        return f"{self._tag}.{self._count}".encode()

    def _send(self, line: bytes) -> bytes:
        if not self.alive:
            raise ConnectionLost("the connection to the mail server was lost")
        tag = self._next_tag()
        self._writer.write(tag + b" " + line + b"\r\n")
        return tag

    async def _read(self) -> Response:
        timeout = self._account.timeout_s
        response = await read_response(self._reader, begin_s=timeout, pause_s=timeout)
        self._note(response)
        return response

    def _note(self, response: Response) -> None:
        if response.tag != b"*":
            return
        words = response.words()
        if len(words) == 2 and words[1] == b"EXISTS":
            self.changed = True
        elif words[:1] == [b"BYE"]:
            self.drop()
            raise ConnectionLost(f"the mail server ended the connection: {_readable(response)}")
        elif words[:1] == [b"CAPABILITY"]:
            self.capabilities = frozenset(response.text.upper().split()[1:])
        elif words in ([b"OK", b"[UIDVALIDITY"], [b"OK", b"[UIDNEXT"]):
            number = response.text.split(b"]")[0].split()[-1]
            setattr(self, words[1][1:].decode().lower(), int(number) if number.isdigit() else 0)

    async def _answer(self, tag: bytes, name: bytes) -> list[Response]:
        responses = []
        while (response := await self._read()).tag != tag:
            responses.append(response)
        if response.words()[:1] != [b"OK"]:
            raise Refused(f"the mail server refused {name.decode(errors='replace')}: {_readable(response)}")
        self.ended = response.text[2:].strip()
        return responses

    async def _greet(self) -> None:
        greeting = await self._read()
        if greeting.tag != b"*" or greeting.words()[:1] not in ([b"OK"], [b"PREAUTH"]):
            raise ConnectionLost(f"the mail server greets with {_readable(greeting)!r}")
        await self.command(b"CAPABILITY")
        if self._account.imap.tls is Tls.STARTTLS:
            await self._start_tls()
        if greeting.words()[0] == b"OK":
            await self._sign_in()
            await self.command(b"CAPABILITY")  # servers show more once signed in

    async def _start_tls(self) -> None:
        if b"STARTTLS" not in self.capabilities:
            raise ExternalError(
                f"the mail server {self._account.imap} offers no encryption",
                next_step="give the account's IMAP endpoint as tls = implicit (usually port 993)",
            )
        await self.command(b"STARTTLS")
        if await self._has_more():  # what came before the encryption may be anybody's (CVE-2011-0411 and its kin)
            raise ConnectionLost("the mail server sent more before the connection was encrypted")
        try:
            async with asyncio.timeout(self._account.timeout_s):
                await self._writer.start_tls(self._account.tls_context(), server_hostname=self._account.imap.host)
        except TimeoutError:
            raise TimedOut(f"the mail server {self._account.imap} did not finish its TLS handshake") from None
        except OSError as error:
            found = trouble(error)
            sentence = f"no encrypted connection to {self._account.imap}: {found.why}"
            raise ConnectionLost(sentence, next_step=found.next_step) from error
        await self.command(b"CAPABILITY")

    async def _has_more(self) -> bool:
        try:
            async with asyncio.timeout(0):
                return bool(await self._reader.read(1))
        except TimeoutError:
            return False

    async def _sign_in(self) -> None:
        try:
            if b"AUTH=PLAIN" in self.capabilities:
                await self._authenticate_plain()
            elif b"LOGINDISABLED" in self.capabilities:
                raise SignedOut(
                    f"the mail server {self._account.imap} lets nobody in over an unencrypted connection",
                    next_step="give the IMAP endpoint with tls = implicit or starttls",
                )
            else:
                await self._log_in()
        except Refused as error:
            # What the server said is not passed on: some repeat the whole command in it.
            if "[UNAVAILABLE]" in error.sentence.upper():
                raise Refused(f"the mail server {self._account.imap} lets nobody in at the moment") from None
            raise SignedOut(
                f"the mail server {self._account.imap} does not let {self._account.sign_in} in",
                next_step="check the account's sign-in name and password",
            ) from None

    async def _log_in(self) -> None:
        name, password = self._account.sign_in, self._account.password.get_secret_value()
        if name.isascii() and password.isascii():
            await self.command(b"LOGIN %s %s" % (quoted(name), quoted(password)))
        else:  # a quoted string holds no other letters
            await self.command(b"LOGIN", name.encode(), password.encode())

    async def _authenticate_plain(self) -> None:
        tag = self._send(b"AUTHENTICATE PLAIN")
        while (response := await self._read()).tag != b"+":
            if response.tag == tag:
                raise Refused(f"the mail server refused AUTHENTICATE: {_readable(response)}")
        name, password = self._account.sign_in, self._account.password.get_secret_value()
        self._writer.write(base64.b64encode(f"\0{name}\0{password}".encode()) + b"\r\n")
        await self._answer(tag, b"AUTHENTICATE")


def _uid_set(uids: Sequence[int]) -> bytes:
    return ",".join(map(str, uids)).encode()


def _stored(response: Response, *, bodies: bool) -> Stored | None:
    """Return the mail that a FETCH response is about; None for other responses and for mere changes of flags."""
    if response.tag != b"*" or response.words()[1:] != [b"FETCH"]:
        return None
    match response.tokens():
        case [_, _, list() as items]:
            values = _pairs(items)
        case _:
            raise ValidationError(f"the mail server's FETCH response cannot be read: {_readable(response)}")
    uid, size, date = values.get(b"UID"), values.get(b"RFC822.SIZE"), values.get(b"INTERNALDATE")
    raw = values.get(b"BODY[]<0>", values.get(b"BODY[]")) if bodies else None
    if not (isinstance(uid, bytes) and uid.isdigit()) or (bodies and not isinstance(raw, bytes)):
        return None
    return Stored(
        uid=int(uid),
        size=int(size) if isinstance(size, bytes) and size.isdigit() else 0,
        received=_instant(date) if isinstance(date, bytes) else NO_DATE,
        raw=raw if isinstance(raw, bytes) else None,
    )


def _pairs(items: list[Token]) -> dict[bytes, Token]:
    names = [item.upper() if isinstance(item, bytes) else b"" for item in items[::2]]
    return dict(zip(names, items[1::2], strict=False))


def _instant(internal_date: bytes) -> datetime:
    """Return an INTERNALDATE as an instant."""
    try:
        return datetime.strptime(internal_date.decode("ascii").strip(), "%d-%b-%Y %H:%M:%S %z").astimezone(UTC)
    except ValueError:
        return NO_DATE


def _readable(response: Response) -> str:
    return response.text.decode("utf-8", "replace")[:200]
