"""Control groups: the kernel's own fence round each employee (cgroup v2).

Made only in a subtree that is ours: the group of this process is not the machine's root, memory and processor are
handed down to it, it may be written to, and nobody else is in it. So it is under systemd with `Delegate=yes`, and in a
container whose first process this is. The supervisor moves itself (and with it office and zygote) into the child
`supervisor`, because a group with children may hold no process of its own.

Files as in the kernel's Documentation/admin-guide/cgroup-v2.rst.
"""

import contextlib
import os
from pathlib import Path
from typing import Final, Self

from runtime.supervisor.limits import Limits

_MOUNT: Final = Path("/sys/fs/cgroup")
_OWN: Final = "supervisor"
_NEEDED: Final = frozenset({"memory", "cpu"})
_PERIOD_US: Final = 100_000


class Groups:
    """The employees' groups, under one of ours."""

    def __init__(self, root: Path) -> None:
        self._root = root

    @classmethod
    def delegated(cls, mount: Path = _MOUNT, own: Path = Path("/proc/self/cgroup")) -> Self | None:
        """Return the groups of this process if it may make some, and move it to where it may; None if it may not."""
        try:
            line = next(line for line in own.read_text().splitlines() if line.startswith("0::/"))
            root = mount / line.removeprefix("0::/")
            if not (root / "cgroup.type").exists():  # the machine's root has none
                return None
            if not set((root / "cgroup.controllers").read_text().split()) >= _NEEDED:
                return None
            if (root / "cgroup.procs").read_text().split() != [str(os.getpid())]:
                return None
            supervisor = root / _OWN
            supervisor.mkdir(exist_ok=True)
            (supervisor / "cgroup.procs").write_text(str(os.getpid()))
            (root / "cgroup.subtree_control").write_text("+memory +cpu")
        except (OSError, StopIteration):
            return None
        return cls(root)

    def hold(self, slug: str, pid: int, limits: Limits) -> None:
        """Put a process into its employee's group, under these limits. OSError if the kernel does not take it."""
        group = self._group(slug)
        group.mkdir(exist_ok=True)
        self.limit(slug, limits)
        (group / "memory.oom.group").write_text("1")
        (group / "cgroup.procs").write_text(str(pid))

    def limit(self, slug: str, limits: Limits) -> None:
        """Set the limits of an employee's group. OSError if there is no such group."""
        group = self._group(slug)
        (group / "memory.max").write_text(str(limits.wall_mib << 20) if limits.memory_mib else "max")
        quota = f"{limits.cpu * _PERIOD_US:.0f}" if limits.cpu else "max"
        (group / "cpu.max").write_text(f"{quota} {_PERIOD_US}")

    def out_of_memory(self, slug: str) -> bool:
        """Return whether the kernel has killed this employee's process at its wall."""
        try:
            events = (self._group(slug) / "memory.events").read_text().splitlines()
        except OSError:
            return False
        return any(line.startswith("oom_kill ") and line.split()[1] != "0" for line in events)

    def drop(self, slug: str) -> None:
        """Remove an employee's group; its process has ended."""
        with contextlib.suppress(OSError):
            self._group(slug).rmdir()

    def _group(self, slug: str) -> Path:
        return self._root / f"employee-{slug}"
