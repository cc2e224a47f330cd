"""The relay's worker: hands mail to other domains over to the relay, and tells the sender of what did not go.

What it promises:

* The office has taken a mail when it stands in Sent and in the queue, which is one transaction. From then on it is
  `sent` or `failed` at last, and of what failed the sender gets a report in that very transaction. Nothing is lost.
* All due recipients of a mail are one submission, of the same bytes with the same Message-ID in every attempt.
* Between the relay's 250 and our commit, and from the final dot until that 250, both sides own the mail (RFC 1047). A
  crash or a broken connection in there repeats the submission: the relay may have it twice then. Each such attempt is
  committed before the mail is sent and stays counted in the row (`attempts`, `unsure`); `empla doctor` tells of those
  that were sent after one. Nothing is doubled unseen.
* A refusal for good (5xx) fails at once. Anything else is tried again, after a minute, two, four, up to an hour each
  with some jitter, and given up two days after it was queued. A relay that lets nobody in, for whatever reason, is no
  fault of the mail's.

It waits on new rows and the next due time, and does nothing while nothing is queued.
"""

import asyncio
import contextlib
import secrets
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from aiosmtplib import SMTPResponse

from empla.clock import Clock, pause
from empla.errors import ResourceError
from runtime import logs
from runtime.office import delivery, headers, mailboxes, outgoing
from runtime.office.bounce import bounce
from runtime.office.database import transaction
from runtime.office.delivery import Filed
from runtime.office.outgoing import LONGEST_PAUSE_S, Batch, Recipient
from runtime.office.relay_client import Lost, RelayServer, Unreachable, submit

log = logs.get("office.relay")

FIRST_PAUSE_S = 60.0
"""Seconds before the second attempt; each pause after it is twice as long."""

PATIENCE = timedelta(days=2)
"""How long a mail is tried."""

END_S = 1.5
"""Seconds that a mail on the wire has to end when the office does."""

FULL_S = 5.0
"""Seconds of pause while the database takes nothing."""

_JITTER = secrets.SystemRandom()
_REPLY_LIMIT = 500


class Relay:
    """Sends what is queued; `filed` is told of the reports that it files."""

    def __init__(
        self,
        db: sqlite3.Connection,
        clock: Clock,
        server: RelayServer,
        domain: str,
        filed: Callable[[list[Filed]], None],
    ) -> None:
        self._db = db
        self._clock = clock
        self._server = server
        self._domain = domain
        self._filed = filed
        self._queued = asyncio.Event()
        self._on_wire: frozenset[str] = frozenset()
        self._ending = False
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin, with what was queued before."""
        self._task = asyncio.create_task(self._run())

    def wake(self) -> None:
        """Look at the queue: there is something new."""
        self._clock.work()
        self._queued.set()

    async def stop(self) -> None:
        """End. A mail on the wire may take a moment to get its answer; what has none is tried again next time."""
        self._ending = True
        if self._task is None:
            return
        if self._on_wire:
            await asyncio.wait({self._task}, timeout=END_S)
        self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._task

    async def _run(self) -> None:
        while not self._ending:
            self._clock.work()
            self._queued.clear()
            try:
                await self._send(outgoing.due(self._db, self._clock.now()))
                await self._rest(outgoing.next_due(self._db))
            except (ResourceError, sqlite3.Error) as error:
                log.warning("relay.full", error=str(error))
                await pause(FULL_S)
            except Exception:  # a fault of ours must not end the worker: mail would wait without a word
                log.exception("relay.failed")
                await pause(FIRST_PAUSE_S)

    async def _rest(self, until: datetime | None) -> None:
        """Return when something new is queued, or at `until`."""
        if self._ending:
            return
        waiting: list[asyncio.Task[Any]] = [asyncio.create_task(self._queued.wait())]
        if until is not None:
            waiting.append(asyncio.create_task(self._until(until)))
        if not self._queued.is_set():
            self._clock.rest(until)
        try:
            await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in waiting:
                task.cancel()

    async def _until(self, instant: datetime) -> None:
        # No longer than a pause: an instant beyond that is one of a clock that was set back.
        await self._clock.sleep_until(min(instant, self._clock.now() + timedelta(seconds=LONGEST_PAUSE_S)))

    async def _send(self, batches: Sequence[Batch]) -> None:
        """Submit each mail once; if the relay lets nobody in, that was an attempt for all of them."""
        for number, batch in enumerate(batches):
            if self._ending:
                return
            try:
                replies = await self._submitted(batch)
            except Unreachable as error:
                log.warning("relay.unreachable", error=str(error), waiting=len(batches) - number)
                for each in batches[number:]:
                    await self._settled(each, {}, str(error))
                return
            except Lost as error:
                log.warning("relay.lost", message_id=batch.message_id, error=str(error))
                await self._settled(batch, {}, str(error))
            except (ResourceError, sqlite3.Error):
                raise
            except Exception as error:  # one mail that cannot be sent must not hold up the others
                log.exception("relay.failed", message_id=batch.message_id)
                await self._settled(batch, {}, f"it could not be sent: {type(error).__name__}")
            else:
                await self._settled(batch, replies)

    async def _submitted(self, batch: Batch) -> Mapping[str, SMTPResponse]:
        self._on_wire = frozenset()
        content = headers.outbound(mailboxes.raw(self._db, batch.content))
        by_address = {recipient.address: recipient for recipient in batch.recipients}

        def on_wire(accepted: Sequence[str]) -> None:
            with transaction(self._db):
                outgoing.began(self._db, [by_address[address] for address in accepted])
            self._on_wire = frozenset(accepted)

        return await submit(self._server, batch.sender, list(by_address), content, on_wire)

    async def _settled(self, batch: Batch, replies: Mapping[str, SMTPResponse], instead: str = "") -> None:
        """Write down what came of an attempt, however long the database takes to take it: else it would be repeated."""
        while True:
            try:
                with transaction(self._db):
                    filed = self._settle(batch, replies, instead)
                self._on_wire = frozenset()
                self._filed(filed)
                return
            except ResourceError as error:
                log.warning("relay.full", message_id=batch.message_id, error=str(error))
                await pause(FULL_S)

    def _settle(self, batch: Batch, replies: Mapping[str, SMTPResponse], instead: str) -> list[Filed]:
        """Mark each recipient by the relay's word, or say `instead` that there was none; file the report if need be."""
        now = self._clock.now()
        head = mailboxes.header(self._db, batch.content)  # before the last row lets go of the mail
        failed = {}
        for recipient in batch.recipients:
            reply = replies.get(recipient.address)
            began = recipient.address in self._on_wire
            if reply is not None or not began:
                outgoing.ended(self._db, recipient, began=began)
            said = instead if reply is None else _words(reply)
            kind = 0 if reply is None else reply.code // 100
            if kind == 2:
                outgoing.sent(self._db, recipient, said)
            elif kind == 5 or now - batch.queued_at >= PATIENCE:
                failed[recipient.address] = said if kind == 5 else f"{said} (4.4.7: tried for two days)"
                outgoing.failed(self._db, recipient, said)
            else:
                outgoing.postponed(self._db, recipient, now + _pause_after(recipient), said)
            log.info("relay.tried", message_id=batch.message_id, to=recipient.address, reply=said)
        return self._report(batch, head, failed, now) if failed else []

    def _report(self, batch: Batch, head: bytes, failed: Mapping[str, str], now: datetime) -> list[Filed]:
        if not batch.sender:
            return []  # the null sender asks for silence (RFC 5321, 4.5.5)
        report = bounce(head, to=batch.account, domain=self._domain, at=now, queued_at=batch.queued_at, failed=failed)
        content = mailboxes.keep(self._db, report)
        return delivery.receive(self._db, [batch.account], content, report, now)


def _pause_after(recipient: Recipient) -> timedelta:
    """Return the pause after this attempt: from one minute to one hour, and a quarter more or less."""
    seconds = min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2 ** min(recipient.attempts, 10))
    return timedelta(seconds=seconds * _JITTER.uniform(0.75, 1.25))


def _words(reply: SMTPResponse) -> str:
    text = " ".join(f"{reply.code} {reply.message}".split())
    return text.encode("utf-8", "replace").decode()[:_REPLY_LIMIT]
