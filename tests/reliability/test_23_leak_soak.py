"""Fault 23: what leaks. An employee lives through a week, and takes no more at its end than after its first days.

To reach, over seven simulated days: memory at most 5 % more, descriptors and threads flat. Counted by the kernel, from
outside. `make test` plays two days, which tells descriptors and threads that leak, and memory that leaks badly.
"""

from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.proof_real.company import company
from tests.proof_real.misfortunes import Counts
from tests.proof_real.playing import Run, Sample

_NOTHING = Counts(kills=0, offices=0, falls=0, stops=0, hangs=0, jumps=0, full=0, brokers=0)


def _undisturbed(folder: Path, *, days: int, employees: int, mails: int) -> list[Sequence[Sample]]:
    """Return what each of two employees took over the second half of so many days."""
    run = Run.of(company(days, employees, mails, 4), seed=4, days=days, folder=folder, much=_NOTHING)
    run.live()
    lives = [[sample for sample in run.samples if sample.slug == slug] for slug in run.spared]
    assert all(len({sample.pid for sample in life}) == 1 for life in lives)
    return [life[len(life) // 2 :] for life in lives]


def _is_flat(life: Sequence[Sample], *, growth: float) -> None:
    first, last = life[0], life[-1]
    assert last.descriptors <= first.descriptors + 1
    assert last.threads <= first.threads + 1
    assert last.private_kib <= first.private_kib * (1 + growth)


def test_two_days_leave_no_descriptor_and_no_thread_behind(tmp_path: Path) -> None:
    # Its second day has the first night of memory in it: what reads and searches it is loaded then, once.
    for life in _undisturbed(tmp_path, days=2, employees=2, mails=24):
        _is_flat(life, growth=0.5)


@pytest.mark.soak
@pytest.mark.timeout(7200)
def test_a_week_takes_no_more_memory_than_its_first_half(tmp_path: Path) -> None:
    for life in _undisturbed(tmp_path, days=7, employees=4, mails=700):
        _is_flat(life, growth=0.05)
