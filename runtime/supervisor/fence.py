"""The fence round each employee's process: the limits, and by what they are kept here."""

from dataclasses import dataclass
from typing import Final

from runtime import logs
from runtime.supervisor import memory, usage
from runtime.supervisor.groups import Groups
from runtime.supervisor.limits import Limits

_GROUPS: Final = "control group, RLIMIT_DATA and watch"
_WATCH: Final = "RLIMIT_DATA and watch"


@dataclass(slots=True)
class Fence:
    """One for all employees. `groups` is None where no control group may be made."""

    limits: Limits
    groups: Groups | None = None

    @property
    def means(self) -> str:
        """By what the limits are kept, in words."""
        return _WATCH if self.groups is None else _GROUPS

    def put_round(self, slug: str, pid: int) -> None:
        """Put the kernel's fence round a process that has just begun. Where that fails, the watch is left."""
        if self.groups is None:
            return
        try:
            self.groups.hold(slug, pid, self.limits)
        except OSError as error:
            logs.get(__name__).warning("no control group for an employee", employee=slug, error=str(error))

    def exceeded(self, pid: int) -> str:
        """Return what is wrong with the memory that a process uses, empty if nothing is."""
        most_kib = usage.anonymous_kib(pid)
        if not self.limits.too_much_memory(most_kib):
            return ""
        # That counts what it still shares with its parent; only now is the dear question worth asking.
        cost = memory.of(pid)
        return self.limits.too_much_memory(cost.private) if cost is not None else ""

    def drop(self, slug: str) -> bool:
        """Take the fence away, for the process has ended; return whether it was the fence that ended it."""
        if self.groups is None:
            return False
        starved = self.groups.out_of_memory(slug)
        self.groups.drop(slug)
        return starved
