"""Equal memory of employees kept once by the kernel (KSM), where who runs the machine has turned that on.

CPython counts references inside the objects, so whatever an employee only looks at it makes a copy of, page by page:
most of what it has of its own differs from the zygote's memory, or from a colleague's, in nothing. Linux can find such
pages and keep one of them until somebody writes to it. It looks only at processes that ask for it, and only where
`/sys/kernel/mm/ksm/run` is 1, which no program of ours sets: it takes processor time of the kernel's own, and who may
run programs on the machine can learn from how long a write takes that an equal page was there.
"""

import ctypes
from typing import Final

_PR_SET_MEMORY_MERGE: Final = 67  # prctl(2), Linux 6.4


def ask_to_merge() -> None:
    """Ask that this process's memory be merged, and that of all it forks; a kernel that cannot refuses, no more."""
    zero = ctypes.c_ulong(0)
    ctypes.CDLL(None).prctl(_PR_SET_MEMORY_MERGE, ctypes.c_ulong(1), zero, zero, zero)
