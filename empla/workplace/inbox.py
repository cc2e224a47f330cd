"""A folder as a stream of mails: what came after a cursor, and waiting for more, over connections that come and go.

There is one connection, kept between calls. When it is lost it is made again, a few times and after short pauses that
differ from account to account, so that a hundred employees do not return at once; then whoever waits is told, and says
how long it is left alone (`empla.engine.failing`).
"""

import asyncio
import hashlib
from dataclasses import replace
from datetime import datetime

import structlog

from empla.capabilities.email.mailbox import FetchedMail, MailCursor
from empla.clock import pause
from empla.errors import EmplaError, ExternalError
from empla.workplace.accounts import Account
from empla.workplace.folders import on_wire
from empla.workplace.imap import LARGEST_MAIL, NO_DATE, ImapSession, Refused, Stored

_FIRST_PAUSE_S = 0.2
_LONGEST_PAUSE_S = 5.0
_QUIET_TRIES = 2
"""How often a lost connection is made again in vain before whoever waits for news hears that nobody watches."""
_STEADY_S = 10.0
"""A connection that held so long counts as good: the next loss starts with the shortest pause again."""

_BATCH_BYTES = 8 << 20
"""A call returns mails of about this size at most, so a full mailbox does not fill the memory."""

_STUB = b"Subject: A mail that the mail server could not give\r\nX-Empla-Not-Fetched: uid %d of %d\r\n\r\n"

_log = structlog.get_logger(__name__)


class Inbox:
    """The INBOX of one account, or another of its folders; implements `Folder`.

    One call at a time uses the connection; a second one waits for the first.
    """

    def __init__(self, account: Account, folder: str = "INBOX") -> None:
        self._account = account
        self._folder = on_wire(folder)
        self._lock = asyncio.Lock()
        self._session: ImapSession | None = None
        self._failures = 0
        self._try_again_at = 0.0
        self._closed = False

    async def fetch_after(
        self, cursor: MailCursor | None, limit: int = 50, *, since: datetime | None = None
    ) -> list[FetchedMail]:
        """Return up to `limit` mails after `cursor`, oldest first (see `Mailbox` and `Folder`).

        A lost connection is made again once. Raises ExternalError (among them TimedOut) when that fails, too, and
        SignedOut when the server does not let the account in; calling again then waits out the pause first.
        """
        async with self._lock:
            try:
                return await self._fetch(await self._connected(), cursor, limit, since)
            except ExternalError:
                if self._closed:
                    raise
            return await self._fetch(await self._connected(), cursor, limit, since)

    async def wait_for_change(self, timeout_s: float) -> None:
        """Return when the folder may have changed or after `timeout_s` (see `Mailbox.wait_for_change`).

        A lost connection is made again here; having been away counts as a change. Raises ExternalError when that fails
        again and again, and SignedOut when the server does not let the account in.
        """
        async with self._lock:
            loop = asyncio.get_running_loop()
            end = loop.time() + timeout_s
            while not self._closed and loop.time() < end:
                try:
                    async with asyncio.timeout_at(end):
                        session = await self._connected()
                except TimeoutError:
                    return
                except ExternalError:
                    if self._failures > _QUIET_TRIES:
                        raise
                    continue  # the next attempt waits longer
                if session.changed:
                    return
                await self._wait(session, end - loop.time())

    async def close(self) -> None:
        """Close the connection; whoever waits for a change returns."""
        self._closed = True
        if self._session is not None:
            await self._session.close()

    async def _wait(self, session: ImapSession, seconds: float) -> None:
        try:
            if not await session.idle(seconds):
                await pause(max(0.0, min(seconds, self._account.poll_s)))
                await session.noop()
        except ExternalError:
            self._lost()
        except BaseException:
            session.drop()
            raise

    async def _connected(self) -> ImapSession:
        if self._session is not None and self._session.alive:
            return self._session
        await pause(max(0.0, self._try_again_at - asyncio.get_running_loop().time()))
        try:
            self._session = session = await ImapSession.open(self._account)
            await session.examine(self._folder)
        except EmplaError:
            self._lost()
            raise
        except BaseException:
            self._drop()
            raise
        session.changed = True  # who knows what came while nobody was there
        return session

    def _lost(self) -> None:
        now = asyncio.get_running_loop().time()
        if self._session is not None and now - self._session.opened_at > _STEADY_S:
            self._failures = 0
        self._drop()
        pause_s = min(_LONGEST_PAUSE_S, _FIRST_PAUSE_S * 2**self._failures)
        self._failures = min(self._failures + 1, 16)
        self._try_again_at = now + pause_s * self._share()

    def _share(self) -> float:
        """Return a share of one half to one, another for every account and every attempt: derived, never drawn."""
        who = f"{self._account.address} {self._folder!r} {self._failures}".encode()
        return 0.5 + hashlib.sha256(who).digest()[0] / 510

    def _drop(self) -> None:
        if self._session is not None:
            self._session.drop()
            self._session = None

    async def _fetch(
        self, session: ImapSession, cursor: MailCursor | None, limit: int, since: datetime | None
    ) -> list[FetchedMail]:
        validity = session.uidvalidity
        beginning = self._account.beginning if self._folder == b"INBOX" else None
        if cursor is None and beginning is not None:
            cursor = MailCursor(beginning.uidvalidity, beginning.uid)
        after = cursor.uid if cursor is not None and cursor.uidvalidity == validity else 0
        if beginning is not None and not after:  # the folder was numbered anew: the past is told by its date alone
            since = beginning.at
        try:
            session.changed = False
            uids = await session.uids_after(after, since)
            if not uids:
                await session.noop()  # servers search among the mails that they have announced already
                if session.changed:
                    session.changed = False
                    uids = await session.uids_after(after, since)
            chosen = await self._first_batch(session, uids[:limit])
            session.changed = session.changed or len(chosen) < len(uids)
            mails = await self._bodies(session, chosen) if chosen else []
        except ExternalError:
            self._lost()
            raise
        except BaseException:
            self._drop()
            raise
        return [FetchedMail(MailCursor(validity, mail.uid), mail.raw or b"", mail.received) for mail in mails]

    async def _first_batch(self, session: ImapSession, uids: list[int]) -> list[Stored]:
        """Return the first of these mails, without their bytes, that together do not take too much memory."""
        known = {mail.uid: mail for mail in await session.fetch(uids, bodies=False)} if uids else {}
        batch: list[Stored] = []
        held = 0
        for uid in uids:
            mail = known.get(uid, Stored(uid, 0, NO_DATE, None))
            held += min(mail.size, LARGEST_MAIL)
            if batch and held > _BATCH_BYTES:
                break
            batch.append(mail)
            if mail.size > LARGEST_MAIL:
                _log.warning("mail is too large to be read whole", account=self._account.address, uid=uid)
        return batch

    async def _bodies(self, session: ImapSession, batch: list[Stored]) -> list[Stored]:
        """Return the mails with their bytes, without those that were removed meanwhile.

        In place of one that the server cannot give comes a stub that says so: it must not be dropped without a trace,
        and must not keep the later ones from being read (laws 1 and 8).
        """
        found: dict[int, Stored] = {}
        try:
            found = {mail.uid: mail for mail in await session.fetch([mail.uid for mail in batch], bodies=True)}
        except Refused as error:
            if len(batch) > 1:
                return [mail for one in batch for mail in await self._bodies(session, [one])]
            _log.warning("mail cannot be fetched", account=self._account.address, uid=batch[0].uid, reason=str(error))
        if len(found) < len(batch):
            there = set(await session.uids_after(batch[0].uid - 1))
            for mail in batch:
                if mail.uid not in found and mail.uid in there:
                    found[mail.uid] = replace(mail, raw=_STUB % (mail.uid, session.uidvalidity))
        return [found[uid] for uid in sorted(found)]
