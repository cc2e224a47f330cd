"""How much memory a process costs, as the kernel counts it."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Memory:
    """In KiB. `private` is given back when the process ends; `proportional` shares what several processes map."""

    private: int
    proportional: int


def of(pid: int) -> Memory | None:
    """Return what process `pid` costs; None if there is no such process, or it may not be looked at."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]
    except OSError:
        return None
    kib = {name: int(rest.split()[0]) for name, _, rest in (line.partition(":") for line in lines)}
    return Memory(
        private=kib["Private_Clean"] + kib["Private_Dirty"],
        proportional=kib["Pss"],
    )
