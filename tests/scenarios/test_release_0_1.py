"""A home that release 0.1 made is taken over: its databases are migrated, and who was hired there goes to work."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from empla.hr.profiles import roster
from empla.store.company import CompanyStore
from tests.scenarios.conftest import MONDAY, Morning, at, times
from tests.scenarios.taking_over import taken_over

CLARA = "clara.diaz@office.example"


@pytest.fixture
def morning(tmp_path: Path) -> Iterator[Morning]:
    with taken_over("release-0.1", tmp_path, MONDAY, CLARA) as found:
        yield found


def test_who_was_hired_by_release_0_1_goes_to_work(morning: Morning) -> None:
    with CompanyStore(morning.home.company_db) as company:
        assert [e.address for e in roster(company)] == [CLARA]
    assert "Hello Anna" in morning.told("Your new assistant").text
    answer = morning.ask("Please book half an hour with Jonas tomorrow at 2pm.")
    assert "Done. Half an hour with Jonas Weber" in answer.text
    (event,) = morning.meetings()
    assert times(event)[0] == at(1, 14)
    assert morning.invited("Jonas Weber").sender == CLARA
