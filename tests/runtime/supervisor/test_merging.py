"""Equal memory kept once: employees ask the kernel for it, and nobody else does."""

from pathlib import Path

import pytest

from .conftest import Company


def asks(pid: int | str) -> bool:
    return "ksm_merge_any: yes" in Path(f"/proc/{pid}/ksm_stat").read_text()


def test_the_kernel_is_asked_to_merge_what_employees_have_and_nothing_else(company: Company):
    told = Path("/proc/self/ksm_stat")
    if not told.exists() or "ksm_merge_any" not in told.read_text():
        pytest.skip("a kernel that does not say")
    company.employ("ada")
    up = company.up()
    assert asks(company.employee("ada")["pid"])
    assert not asks(up.pid)
