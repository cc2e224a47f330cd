"""An employee's memory from outside its process: told to change by percepts, and read.

    tell(home, slug, {"do": "add", ...}, key=...)      has the employee change its memory, once for each key
    with opened(home, slug) as memory: ...             gives its memory to read, also of one who has left

Only who holds the lease writes. An employee that works handles what is told itself; for one that does not, `carry_out`
takes its lease for a moment and does just that: every other percept stays for its own process.
"""

import logging
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import structlog

from empla.clock import SystemClock
from empla.config import MIND_FILE, Home, load_settings
from empla.engine import inbox
from empla.engine.sharing import Sharing
from empla.errors import EmplaError, InputError
from empla.hr.profiles import found
from empla.memory import commands
from empla.memory.commands import MEMORY
from empla.memory.sharing.pools import Pools
from empla.mind.percepts import Percept
from empla.mind.values import OWN
from empla.store.company import EmployeeRow, Status
from empla.store.leasing import Holder, Watch
from empla.store.minds import in_database, is_archived, known_mind, open_mind, open_mind_inbox
from empla.store.opening import open_inbox, open_store
from empla.store.store import Store
from runtime import control
from runtime.embedder.starting import embedding
from runtime.hiring import staff
from runtime.inboxes import wake
from runtime.supervisor import lease

if TYPE_CHECKING:
    from empla.memory.memory import Memory

PATIENCE_S: Final = 20.0
"""Seconds in which somebody who works should have handled what it is told."""

_GLANCES_S: Final = 1.0
_STEP_S: Final = 0.02
_LEASE_S: Final = 60
_WAITS, _HANDLED = "new", "handled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Handled:
    """What became of a word to memory. One that `waits` is done when the employee works again; `why` says why not."""

    key: str
    state: str
    why: str = ""

    @property
    def done(self) -> bool:
        """Whether memory has been changed, or had nothing to change."""
        return self.state == _HANDLED

    @property
    def waits(self) -> bool:
        """Whether nobody has looked at it yet."""
        return self.state == _WAITS


def employee(home: Home, name: str, *, also_gone: bool = False) -> EmployeeRow:
    """Return who is meant by a name or an address. InputError if there is nobody such."""
    with staff(home) as staffing, staffing.store.reading() as company:
        row = found(company, name)
    if row.status == Status.ONBOARDING:
        raise InputError(f"{row.name} is not hired yet", next_step="see `empla list --all`")
    if row.status == Status.OFFBOARDED and not also_gone:
        raise InputError(f"{row.name} has left", next_step="see `empla list`")
    return row


def tell(home: Home, slug: str, fields: Mapping[str, Any], *, key: str) -> Handled:
    """Have an employee change its memory, and return what became of it; told again with the same key it is the same.

    It waits until that is done, set aside with its reason, or `PATIENCE_S` seconds have gone. The home's lock must not
    be held by who calls.
    """
    _insert(home, slug, Percept(key=key, kind=MEMORY, fields=fields, origin=OWN))
    works = wake(home, slug)
    began, asked = time.monotonic(), False
    while (handled := _seen(home, slug, key)).waits:
        waited = time.monotonic() - began
        if waited > PATIENCE_S:
            break
        if not asked and (not works or waited > _GLANCES_S):
            control.run_or_call(home, "memory.apply", {"slug": slug}, lambda _report: carry_out(home, slug))
            asked = True
            continue
        time.sleep(_STEP_S)
    return handled


def change(home: Home, name: str, fields: Mapping[str, Any], *, key: str) -> dict[str, Any]:
    """Have the memory of `name` changed by whoever runs this home, and return what came of it as plain data.

    `key` names the change, and is made its own by the time. InputError with the reason if it cannot be done.
    """
    row = employee(home, name, also_gone=True)
    at = SystemClock(home.clock).now().isoformat()
    said = {**fields, "by": load_settings(home).owner}
    done = tell(home, row.slug, said, key=f"memory:{key}:{at}")
    if not (done.done or done.waits):
        raise InputError(done.why or "it could not be done", next_step=f'see `empla memory search "{row.name}" ...`')
    return {"name": row.name, "slug": row.slug, "key": done.key, "at": at, "waits": done.waits}


def carry_out(home: Home, slug: str) -> int:
    """Do what an employee's memory was told and that nobody has done yet, if nobody is that employee just now.

    Return how many words were handled; 0 too where its process lives, for that one does them itself. To be called by
    who has the home's lock.
    """
    from runtime import forgetting  # which uses this module, too

    try:
        with lease.take(_folder(home, slug) / lease.LOCK) as held, closing(_opened_to_write(home, slug)) as store:
            if not _made_ours(home, store, held):
                return 0
            try:
                handled = _apply(store, clock := SystemClock(home.clock))
                forgetting.carry_through(home, store, _folder(home, slug), clock)
                if not is_archived(home, slug):
                    Sharing(store, Pools.of(home)).all(clock.now())
                return handled
            finally:
                if store.is_leased_by_time:
                    store.hand_back_lease()
    except lease.LeaseHeld:
        return 0


@contextmanager
def opened(home: Home, slug: str) -> Iterator["Memory"]:
    """Give an employee's memory to read, its index brought up to date; InputError if it has none yet."""
    with reading(home, slug) as (_, memory):
        yield memory


@contextmanager
def reading(home: Home, slug: str) -> Iterator[tuple[Store, "Memory"]]:
    """Give an employee's store to read, and its memory on it as `opened` does."""
    from empla.memory.memory import Memory

    if not structlog.is_configured():  # a command prints its answer and nothing else
        structlog.configure(
            wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING),
            logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        )
    with known_mind(home, slug) as store:
        if store is None:
            raise InputError(f"{slug} has not begun to work, and remembers nothing yet", next_step="see `empla status`")
        folder = _folder(home, slug) / "recall"
        settings = load_settings(home)
        with embedding(home, settings), closing(Memory(store, folder, settings=settings, home=home)) as memory:
            memory.catch_up(soon=True)
            yield store, memory


# parts ----------------------------------------------------------------------------------------------------------------


def _folder(home: Home, slug: str) -> Path:
    return home.archive(slug) if is_archived(home, slug) else home.employee(slug)


def _insert(home: Home, slug: str, percept: Percept) -> None:
    gone = is_archived(home, slug)
    with closing(open_inbox(home.archive(slug) / MIND_FILE, slug) if gone else open_mind_inbox(home, slug)) as store:
        inbox.send(store, percept, SystemClock(home.clock).now())


def _seen(home: Home, slug: str, key: str) -> Handled:
    with known_mind(home, slug) as store:
        rows = store.find("percept", {"key": key}, ("state", "reason")) if store is not None else ()
    return Handled(key=key, state=rows[0].state, why=rows[0].reason) if rows else Handled(key=key, state=_WAITS)


def _opened_to_write(home: Home, slug: str) -> Store:
    if is_archived(home, slug):
        return open_store(home.archive(slug) / MIND_FILE, slug)
    return open_mind(home, slug)


def _made_ours(home: Home, store: Store, held: lease.Lease) -> bool:
    """Take the lease in the employee's store too; return False where another host may be the employee."""
    seen = store.seen_lease()
    if in_database(home) and not is_archived(home, store.employee):
        if not Watch(lease.identity(held.fd), load_settings(home).lease_s).is_proven(seen):
            return False
        store.take_over(seen, Holder(host="memory", pid=0, lock=lease.identity(held.fd)), _LEASE_S)
        return True
    epoch = held.raise_epoch()
    while seen is not None and epoch <= seen.epoch:  # an archive out of a database counts its epochs in the row alone
        epoch = held.raise_epoch()
    store.take_lease(epoch, "memory")
    return True


def _apply(store: Store, clock: SystemClock) -> int:
    """Handle the words to memory that wait, as the engine would: each in a part, one that fails is set aside."""
    with store.transaction("memory"):
        rows = store.find("percept", {"kind": MEMORY, "state": _WAITS}, ("key", "kind", "body"))
        for row in rows:
            settled = {"state": _HANDLED}
            try:
                with store.part():
                    commands.run(store, inbox.read(row), clock.now())
            except EmplaError as error:
                settled = {"state": "quarantined", "reason": error.sentence}
            store.change("percept", {"key": row.key}, settled)
    return len(rows)
