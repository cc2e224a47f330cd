"""The lease on one host: at most one process is an employee, and each successor has a higher epoch (contract 11).

The holder keeps a flock for life, so the lock is free only when the holder is dead: a stopped (SIGSTOP) or hanging
process still has it. The supervisor takes the lock, raises the epoch beside it, and hands the *open lock* to the new
process, so there is no moment in which somebody else could slip in. The lock follows the open file, which the kernel
closes with the last process that has it.

`lease.epoch` beside the lock holds the last epoch given out; it is replaced atomically and synced, so an epoch is never
given out twice. The employee's store compares its own row with it in every transaction.
"""

import fcntl
import hashlib
import json
import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

from empla.clock import pause
from empla.errors import ResourceError, ValidationError
from runtime.supervisor.durably import write_durably

LOCK: Final = "lease.lock"
EPOCH: Final = "lease.epoch"
CALENDARS: Final = "calendars.lock"
"""What the office's calendar server holds for life, in the office's folder."""

PATIENCE_S: Final = 6.0
"""Seconds in which a holder whose supervisor died must have ended by itself."""

_STEP_S: Final = 0.02


class LeaseHeld(ResourceError):
    """Another process holds the lease."""

    code = "lease_held"


@dataclass(frozen=True, slots=True)
class Holder:
    """Who said that it holds the lock. `started` (clock ticks since boot) tells a process from a later namesake."""

    pid: int
    started: int

    @property
    def alive(self) -> bool:
        """Whether that very process still exists."""
        return started_at(self.pid) == self.started


class Lease:
    """A lock that is held, and the epoch that goes with it."""

    def __init__(self, path: Path, fd: int) -> None:
        self.path = path
        self.fd = fd

    def raise_epoch(self) -> int:
        """Give out the next epoch, durably. Only whoever holds the lock may ask, and this object is that."""
        epoch = read_epoch(self.path) + 1
        write_durably(self.path.with_name(EPOCH), f"{epoch}\n".encode())
        return epoch

    def sign(self, pid: int) -> None:
        """Write the process that was handed the lock into it."""
        sign(self.fd, pid)

    def close(self) -> None:
        """Let go. A process that was handed the open lock keeps it."""
        if self.fd >= 0:
            os.close(self.fd)
            self.fd = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()


def take(path: Path) -> Lease:
    """Take the lock at `path` without waiting; LeaseHeld if somebody has it."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(fd)
        who = holder(path)
        raise LeaseHeld(
            f"{path.parent.name}: process {who.pid if who else 'unknown'} holds the lease",
            next_step="wait for it to end; it does so within five seconds of its supervisor",
        ) from error
    return Lease(path, fd)


async def obtain(path: Path, *, patience_s: float = PATIENCE_S) -> Lease:
    """Take the lock at `path`, waiting for its holder to end, and ending it by force after `patience_s` seconds.

    Only whoever runs the home (`home.lock`) may call this: a holder that it does not know is left over from a
    supervisor that died, and has had its five seconds. LeaseHeld if the lock does not come free even so.
    """
    started = time.monotonic()
    killed = False
    while True:
        try:
            return take(path)
        except LeaseHeld:
            waited = time.monotonic() - started
            if waited > 2 * patience_s:
                raise
            if waited > patience_s and not killed:
                killed = _kill_holder(path)
        await pause(_STEP_S)


def _kill_holder(path: Path) -> bool:
    who = holder(path)
    if who is None:
        return False
    try:
        pidfd = os.pidfd_open(who.pid)
    except ProcessLookupError:
        return True
    try:
        if who.alive:  # looked at after the pidfd was opened: it is that process, and stays so
            signal.pidfd_send_signal(pidfd, signal.SIGKILL)
    except ProcessLookupError:
        return True
    finally:
        os.close(pidfd)
    return True


def sign(fd: int, pid: int) -> None:
    """Write process `pid` into the lock that is held by `fd`, for people and for whoever must end it if it hangs."""
    text = json.dumps({"pid": pid, "started": started_at(pid)}).encode()
    os.ftruncate(fd, 0)
    os.pwrite(fd, text, 0)


def identity(fd: int) -> str:
    """Return the name of the lock that is held by `fd`, such as no other lock has, on this machine or another.

    A machine's name alone would not do: two homes on it have locks of their own, and after a reboot nobody has any.
    """
    file = os.fstat(fd)
    boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    return hashlib.sha256(f"{boot}:{file.st_dev}:{file.st_ino}".encode()).hexdigest()[:16]


def holder(path: Path) -> Holder | None:
    """Return who signed the lock last; None if nobody did. Believe it only while the lock is held."""
    try:
        said = json.loads(path.read_text())
        return Holder(pid=int(said["pid"]), started=int(said["started"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def read_epoch(path: Path) -> int:
    """Return the last epoch given out beside the lock at `path`, 0 if none was."""
    file = path.with_name(EPOCH)
    try:
        return int(file.read_text())
    except FileNotFoundError:
        return 0
    except ValueError as error:
        raise ValidationError(
            f"{file} does not hold a number", next_step="write the epoch of the lease row in mind.db into it"
        ) from error


def started_at(pid: int) -> int:
    """Return when a process started, in clock ticks since boot; 0 if there is no such process."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return 0
    # The second field is the program's name in brackets and may hold anything, so count from its end.
    fields = stat.rpartition(")")[2].split()
    return 0 if fields[0] in "ZX" else int(fields[19])
