"""The lease: the fenced right of one process to be one employee (contract 11).

Its row lies in the employee's own store. `epoch` says who may write: every writing transaction reads it first, so from
the moment somebody raises it nothing of the former holder is committed any more, however long that one slept.

On one host an epoch is raised only after proof of death: a lock that the holder has for life (`take_lease`). Between
hosts, where minds are in a database, nobody can see the other die. There the holder renews (`renewed`, a counter), and
each renewal holds for `for_s` seconds, which the holder counts from *before* it sent the renewal. A successor raises
the epoch only when it has seen the row unchanged for as long on its own clock (`Watch`), so that no clocks of two hosts
are ever compared; or at once if the holder handed it back, or if it had that very lock which the successor now has.

Both count on CLOCK_BOOTTIME: seconds go on while a machine is suspended or a process is stopped. What is left to bound
is an act that was on its way when its process was stopped: whoever acts asks `lease_left_s` right before.
"""

import hashlib
import math
import time
from abc import abstractmethod
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Final

from empla.errors import EmplaError, InputError
from empla.store import statements
from empla.store.rows import Rows
from empla.store.tables import EMPLOYEE

NOBODY: Final = ""
"""The holder of a lease that was handed back in good order."""

LEFT: Final = "left"
"""The holder of the lease of an employee who has left: nobody takes it over."""

SLACK: Final = 0.02
"""How much longer a successor watches: clocks of two machines that are not adjusted may differ by 500 ppm each."""

_COLUMNS: Final = ("epoch", "holder", "renewed", "for_s")


class LeaseLost(EmplaError):
    """Another process holds this employee's lease: this one must not write any more. `tried` is what it wanted to."""

    code = "lease_lost"

    def __init__(self, sentence: str = "", *, next_step: str = "", tried: str = "") -> None:
        super().__init__(sentence, next_step=next_step)
        self.tried = tried


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """The row of the lease as somebody saw it."""

    epoch: int
    holder: str
    renewed: int
    for_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """A process that may hold a lease. `lock` tells a lock of one running machine from every other lock there is."""

    host: str
    pid: int
    lock: str = ""

    def __str__(self) -> str:
        return f"{self.host}:{self.pid}" + (f"@{self.lock}" if self.lock else "")


class Watch:
    """What a successor that holds `lock` has seen of a lease, and for how long on its own clock."""

    def __init__(self, lock: str, for_s: int) -> None:
        self._lock = lock
        self._for_s = for_s
        self._seen: Seen | None = None
        self._since = 0.0

    def is_free(self, seen: Seen | None, at_s: float) -> bool:
        """Return whether the lease may be taken over, by what was read of it by `at_s` seconds of a steady clock.

        `at_s` must have been taken after the row was read. InputError if the employee has left.
        """
        if seen is None or self.is_proven(seen):
            return True
        if seen.holder == LEFT:
            raise InputError("this employee has left", next_step="take it out of this home too: `empla offboard`")
        if seen != self._seen:
            self._seen, self._since = seen, at_s
        return at_s - self._since >= max(seen.for_s, self._for_s) * (1 + SLACK)

    def is_proven(self, seen: Seen | None) -> bool:
        """Return whether nobody holds it for certain: it was handed back, or its holder had that very lock for life."""
        mine = f"@{self._lock}" if self._lock else None
        return seen is None or seen.holder == NOBODY or (mine is not None and seen.holder.endswith(mine))


class Leased(Rows):
    """Rows that only the holder of the lease may write; `transaction` is the store's."""

    epoch: int | None
    _until = math.inf  # when our last renewal ends; never, where a lock on this host proves that we live
    _for_s = 0

    @abstractmethod
    def transaction(self, name: str = "write", *, gathers: bool = False) -> AbstractContextManager[None]:
        """Commit everything written inside, or nothing."""

    @abstractmethod
    def find(self, name: str, by: Mapping[str, Any] | tuple[()], columns: tuple[str, ...]) -> Sequence[Any]:
        """Return `columns` of the rows that fit, in order of seq."""

    @property
    def is_leased_by_time(self) -> bool:
        """Whether this process holds a lease that has to be renewed, because other hosts cannot see it live."""
        return self._for_s > 0

    def lease_left_s(self) -> float:
        """Return how many seconds the lease holds for certain; infinite where a lock on this host proves it."""
        return self._until - boot_s() if self._for_s else math.inf

    def seen_lease(self) -> Seen | None:
        """Return the row of the lease, None if nobody ever had it."""
        found = self.find("lease", (), _COLUMNS)
        return Seen(**found[0]._asdict()) if found else None

    def take_lease(self, epoch: int, holder: str) -> None:
        """Make `epoch` the one that may write; LeaseLost if the store has seen a later one.

        For who has proof that no other process of this host is the employee, and where there can be no other host.
        """
        self.epoch = None
        with self.transaction("lease"):
            known = self.seen_lease()
            if known is not None and known.epoch >= epoch:
                raise LeaseLost(f"epoch {epoch} is not after {known.epoch}", tried="lease")
            self._write_lease({"epoch": epoch, "holder": holder, "renewed": 0, "for_s": 0})
        self.epoch, self._for_s = epoch, 0

    def take_over(self, seen: Seen | None, holder: Holder, for_s: int) -> None:
        """Raise the epoch above that of the lease as it was `seen`, for renewals of `for_s` seconds.

        Only after `Watch.is_free`. LeaseLost if it has changed meanwhile.
        """
        self.epoch = None
        before = boot_s()
        epoch = seen.epoch + 1 if seen is not None else 1
        renewed = seen.renewed + 1 if seen is not None else 0
        with self.transaction("lease"):
            if self.seen_lease() != seen:
                raise LeaseLost("another process was faster", tried="lease")
            self._write_lease({"epoch": epoch, "holder": str(holder), "renewed": renewed, "for_s": for_s})
        self.epoch, self._for_s, self._until = epoch, for_s, before + for_s

    def renew_lease(self) -> None:
        """Renew it, by a commit of its own; LeaseLost if another process has taken over. Nothing is due on one host."""
        if not self._for_s:
            return
        before = boot_s()
        with self.transaction("renew"):
            seen = self.seen_lease()
            if seen is not None:
                self._write_lease({**_values(seen), "renewed": seen.renewed + 1})
        self._until = before + self._for_s

    def assure_lease(self) -> None:
        """Renew it if less than half of it is left, so that what is begun now has time; raises as `renew_lease`."""
        if self._for_s and self.lease_left_s() < self._for_s / 2:
            self.renew_lease()

    def sign_lease(self, holder: Holder) -> None:
        """Say more exactly who holds it."""
        with self.transaction("sign"):
            seen = self.seen_lease()
            if seen is not None:
                self._write_lease({**_values(seen), "holder": str(holder)})

    def hand_back_lease(self, to: str = NOBODY) -> None:
        """Let a successor on any host take over at once; after that only percepts can be inserted here."""
        with self.transaction("hand-back"):
            seen = self.seen_lease()
            if seen is not None:
                self._write_lease({**_values(seen), "holder": to, "renewed": seen.renewed + 1})
        self.forgo_lease()

    def leave(self) -> None:
        """Delete every row of the employee, and leave word in its lease that nobody may be it any more."""
        with self.transaction("leave"):
            for name in EMPLOYEE.tables:
                if name != "lease":
                    self._run(statements.erase(self._kind, name), self._by_key)
            seen = self.seen_lease()
            if seen is not None:
                self._write_lease({**_values(seen), "holder": LEFT, "for_s": 0})
        self.forgo_lease()

    def forgo_lease(self) -> None:
        """Write no more rows: this process has lost its lease, or gave it back. Percepts it may still insert."""
        self.epoch, self._for_s = None, 0

    def _check_lease(self, tried: str) -> None:
        row = self._run(statements.find(self._kind, "lease", (), ("epoch",), share=True), self._by_key).fetchone()
        if row is None or row[0] != self.epoch:
            found = "none" if row is None else row[0]
            raise LeaseLost(f"this process has epoch {self.epoch}, the store has {found}", tried=tried)

    def _write_lease(self, values: Mapping[str, Any]) -> None:
        row = {**self._same["lease"], **values, "seq": 1}
        self._run(statements.insert(self._kind, "lease", ("seq",), _COLUMNS), row)


def _values(seen: Seen) -> dict[str, Any]:
    return {column: getattr(seen, column) for column in _COLUMNS}


def spread(who: str, attempt: int) -> float:
    """Return a part of a second, always the same for the same words, by which those who wait do not ask all at once."""
    return int.from_bytes(hashlib.sha256(f"{who}:{attempt}".encode()).digest()[:4]) / 2**32


def boot_s() -> float:
    """Return seconds that go on while the machine is suspended, and that nobody can set (CLOCK_BOOTTIME)."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)
