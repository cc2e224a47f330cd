"""The pickup folder: mails that the supervisor leaves for the office to deliver, each exactly once.

A file `office/pickup/KEY.eml` is a whole mail. It is delivered in the transaction that remembers its key, and removed
after that, so a crash in between delivers nothing a second time, however often the file is left. Only who owns the home
can write there, so it needs no sign-in; the office says of it that nobody signed in, and so it is nobody's order.

Recipients at other domains get it by the relay, in the name of whoever runs the home, who also gets the report if that
fails. What can be delivered to nobody is logged and forgotten.

The folder is looked at when the office starts and when it is told to (`wake`); nothing happens meanwhile.
"""

import asyncio
import sqlite3
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from empla.clock import Clock, pause
from empla.config import Home, Settings
from empla.errors import ResourceError
from empla.faults import point
from runtime import logs
from runtime.office import delivery, headers, mailboxes, outgoing
from runtime.office.database import transaction
from runtime.office.delivery import Filed
from runtime.supervisor.notices import pickup_folder

log = logs.get("office.pickup")

AGAIN_S = 5.0
"""Seconds of pause while the database takes nothing."""


class Pickup:
    """Delivers what lies in the folder. `filed` is told of what was filed, `queued` of mail for the relay, if any."""

    def __init__(
        self,
        db: sqlite3.Connection,
        clock: Clock,
        home: Home,
        settings: Settings,
        filed: Callable[[list[Filed]], None],
        queued: Callable[[], None] | None = None,
    ) -> None:
        self._db = db
        self._clock = clock
        self._folder = pickup_folder(home)
        self._domain = settings.domain
        self._owner = settings.owner.lower()
        self._filed = filed
        self._queued = queued
        self._news = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin, with what was left before."""
        self._news.set()
        self._task = asyncio.create_task(self._run())

    def wake(self) -> None:
        """Look into the folder: there may be something new."""
        self._news.set()

    async def stop(self) -> None:
        """End; what is not delivered waits for the next time."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    async def _run(self) -> None:
        while True:
            await self._news.wait()
            self._news.clear()
            try:
                self.deliver_all()
            except (ResourceError, OSError) as error:
                log.warning("pickup.full", error=str(error))
                await pause(AGAIN_S)
                self._news.set()

    def deliver_all(self) -> None:
        """Deliver everything that lies there, oldest key first. ResourceError or OSError if it cannot be kept now."""
        for path in sorted(self._folder.glob("*.eml")):
            try:
                self._deliver(path)
            except (ResourceError, OSError):
                raise
            except Exception:  # one mail that cannot be read must not keep the others
                log.exception("pickup.failed", key=path.stem)

    def _deliver(self, path: Path) -> None:
        raw, now = path.read_bytes(), self._clock.now()
        with transaction(self._db):
            fresh = self._db.execute(
                "INSERT INTO picked_up VALUES (?, ?) ON CONFLICT DO NOTHING", (path.stem, now.isoformat())
            ).rowcount
            filed, queues = self._put(path.stem, raw, now) if fresh else ([], False)
        point("pickup.delivered")
        self._filed(filed)
        if queues and self._queued is not None:
            self._queued()
        path.unlink(missing_ok=True)

    def _put(self, key: str, raw: bytes, now: datetime) -> tuple[list[Filed], bool]:
        """Put a mail where it belongs, inside a transaction; say what was filed, and whether the relay has work."""
        mail = headers.split(raw)
        to = sorted(headers.addresses(mail.values(b"to")))
        local = [address for address in to if self._has_account(address)]
        foreign = [address for address in to if headers.domain_of(address) != self._domain and self._may_send]
        if not local and not foreign:
            log.error("pickup.undeliverable", key=key, to=to)
            return [], False
        stamp = headers.Stamp(domain=self._domain, mail_from="", helo="supervisor", peer="127.0.0.1", at=now)
        kept = headers.stamped(mail, stamp)
        content = mailboxes.keep(self._db, kept)
        if foreign:
            outgoing.queue(self._db, content, self._owner, self._owner, foreign, now)
        log.info("pickup.delivered", key=key, to=to)
        return delivery.receive(self._db, local, content, kept, now), bool(foreign)

    @property
    def _may_send(self) -> bool:
        """Whether there is a relay, and somebody in whose name to send."""
        return self._queued is not None and self._has_account(self._owner)

    def _has_account(self, address: str) -> bool:
        row = self._db.execute("SELECT 1 FROM account WHERE address = ? AND NOT closed", (address,)).fetchone()
        return row is not None
