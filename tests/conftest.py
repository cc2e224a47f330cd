"""What holds for all tests: how many examples are tried, in which order modules are played, and by how many workers."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest
from hypothesis import settings

ROOT = Path(__file__).parent

# An example may take as long as the machine lets it. With EMPLA_EXAMPLES=1000 a search is a thorough one, where a test
# does not name a number of its own.
settings.register_profile("empla", deadline=None, max_examples=int(os.environ.get("EMPLA_EXAMPLES", "50")))
settings.load_profile("empla")

# A shell that begins this in the background has it ignore interrupts, and what the tests start would do so too.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

LONG = ("proof_real", "crash", "reliability", "e2e", "hr/test_killed.py", "runtime", "proof", "plugins", "scenarios")
"""What begins first, in this order: processes by the dozen. Begun last, it would keep one of two workers waiting."""


def pytest_xdist_auto_num_workers() -> int | None:
    """Return one worker more than there are processors: tests wait half of their time, for disks and processes."""
    if "PYTEST_XDIST_AUTO_NUM_WORKERS" in os.environ:
        return None  # somebody has chosen
    return len(os.sched_getaffinity(0)) + 1


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put long modules first."""
    items.sort(key=lambda item: _place(item.path.relative_to(ROOT).as_posix()) if item.path.is_relative_to(ROOT) else 0)


def _place(path: str) -> int:
    return next((place for place, long in enumerate(LONG) if path.startswith(long)), len(LONG))
