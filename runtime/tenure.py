"""How an employee's process comes by its lease, keeps it, and ends when it has lost it (contract 11).

On one host the process was born with proof: it holds the lock for life, and its epoch was raised before it began. Where
minds are in a database another host may be the same employee, and then

    take_turn      waits until nobody holds the lease, or nobody can, and takes it
    keep_lease     renews it at half its time; while it cannot, attempts are given up before the lease ends
    note_loss      after another host took over: writes into the inbox, as anybody may, what this process still tried
"""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Final

import structlog

from empla.clock import pause
from empla.config import load_settings
from empla.engine import inbox
from empla.engine.employee import STORE_TROUBLE, EmployeeEngine
from empla.mind.percepts import Percept
from empla.mind.values import OWN
from empla.store.leasing import Holder, LeaseLost, Seen, Watch, boot_s, spread
from empla.store.minds import in_database
from empla.store.store import Store
from runtime.progress import WAITING
from runtime.seat import Seat

LEASE_LOST: Final = "lease-lost"
"""Kind of the percept that tells of it; fields epoch, holder, tried, under_way (ids of actions), successor."""

ASK_S: Final = 1.0
"""Seconds between two looks at a lease that somebody else holds, and up to one more."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Taken:
    """A lease that was taken. `by_waiting` says that its former holder was seen no more, and may yet live."""

    by_waiting: bool = False


async def take_turn(seat: Seat, store: Store) -> Taken | None:
    """Take the lease; None if told to stop before it came free. InputError if the employee has left."""
    if not in_database(seat.home):
        store.take_lease(seat.epoch, str(_holder("")))
        return Taken()
    for_s = load_settings(seat.home).lease_s
    watch, looks, told = Watch(seat.lock, for_s), 0, ""
    while not seat.stopping.is_set():
        seen = store.seen_lease()
        if watch.is_free(seen, boot_s()):
            with suppress(LeaseLost):  # another host was faster: its lease is watched from now on
                return _taken(seat, store, watch, seen, for_s)
        elif seen is not None and seen.holder != told:
            told = seen.holder
            seat.progress.mark(WAITING, percept=told.partition("@")[0])
            log.info("another host is this employee", holder=told, epoch=seen.epoch)
        looks += 1
        await rest(seat, looks)
    return None


def _taken(seat: Seat, store: Store, watch: Watch, seen: Seen | None, for_s: int) -> Taken:
    proven = watch.is_proven(seen)
    # Signed without our lock until what the former holder left is seen to: should we die before, so must our successor.
    store.take_over(seen, _holder(seat.lock if proven else ""), for_s)
    log.info("lease taken", epoch=store.epoch, by_waiting=not proven, before=seen.holder if seen is not None else "")
    return Taken(by_waiting=not proven)


def settle_in(seat: Seat, store: Store, engine: EmployeeEngine, taken: Taken) -> None:
    """See to what a former holder left that may yet live; after that our lock is proof for whoever comes next here."""
    if taken.by_waiting:
        engine.took_over()
        store.sign_lease(_holder(seat.lock))


@asynccontextmanager
async def kept(seat: Seat, store: Store, engine: EmployeeEngine) -> AsyncIterator[None]:
    """Keep the lease while inside; on one host nothing has to be done for that, nor is anything committed."""
    if not store.is_leased_by_time:
        yield
        return
    keeping = asyncio.create_task(keep_lease(store, engine, load_settings(seat.home).lease_s), name="lease")
    try:
        yield
    finally:
        keeping.cancel()


async def keep_lease(store: Store, engine: EmployeeEngine, for_s: float) -> None:
    """Renew the lease for as long as the process lives; when it is lost, `engine` stops."""
    failures = 0
    while True:
        await pause(for_s / 2 if failures == 0 else min(ASK_S + spread(store.employee, failures), for_s / 6))
        try:
            store.renew_lease()
            failures = 0
            engine.wake()  # a command on another host may have put something into the inbox, and could not tell
        except LeaseLost as error:
            engine.lose(error)
            return
        except STORE_TROUBLE as error:
            failures += 1
            if failures == 1:
                log.warning("the lease cannot be renewed", why=error.sentence)
            if store.lease_left_s() < for_s / 3:
                engine.break_off()


def note_loss(seat: Seat, store: Store, under_way: tuple[str, ...], error: LeaseLost) -> None:
    """Record that the lease was lost, and what was tried after; what cannot be recorded is logged at least."""
    epoch = store.epoch
    store.forgo_lease()
    fields = {"epoch": epoch, "holder": str(_holder("")), "tried": error.tried, "under_way": under_way}
    log.error("lease lost", why=error.sentence, **fields)
    with suppress(*STORE_TROUBLE):
        seen = store.seen_lease()
        fields["successor"] = seen.holder.partition("@")[0] if seen is not None else ""
        key = f"{LEASE_LOST}:{epoch}:{fields['holder']}"
        inbox.send(store, Percept(key=key, kind=LEASE_LOST, fields=fields, origin=OWN), seat.clock.now())


def hand_back(store: Store) -> None:
    """Let another host take over at once; where that cannot be written, it waits for the end of the lease."""
    if store.epoch is not None and store.is_leased_by_time:
        with suppress(LeaseLost, *STORE_TROUBLE):
            store.hand_back_lease()


async def rest(seat: Seat, times: int) -> None:
    """Wait a second or two before asking again, unless told to stop."""
    with suppress(TimeoutError):
        async with asyncio.timeout(ASK_S + spread(seat.slug, times)):
            await seat.stopping.wait()


def _holder(lock: str) -> Holder:
    return Holder(host=os.uname().nodename, pid=os.getpid(), lock=lock)
