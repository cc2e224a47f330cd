"""A home that release 0.1 made is taken over: its databases are migrated, and who was hired there goes to work."""

import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from empla.clock import SystemClock
from empla.config import Home
from empla.hr.profiles import roster
from empla.store.company import CompanyStore
from empla.store.secrets import Cipher
from empla.workplace.directory import CompanyDirectory
from runtime.client import Client
from runtime.hiring import staff
from runtime.office.process import read_ports
from runtime.office.testing import running_office
from tests.scenarios.conftest import MONDAY, Morning, at, times

KEPT = Path(__file__).parents[1] / "fixtures" / "release-0.1" / "home.tar.gz"
CLARA = "clara.diaz@office.example"


@pytest.fixture
def morning(tmp_path: Path) -> Iterator[Morning]:
    with tarfile.open(KEPT) as kept:
        kept.extractall(tmp_path, filter="data")
    home = Home(tmp_path / "home")
    SystemClock.set_to(home.clock, MONDAY)
    with staff(home):  # what `empla up` does first: the company's database is brought up to date
        pass
    with running_office(home):
        ports = read_ports(home)
        assert ports is not None
        now = SystemClock(home.clock).now
        directory = CompanyDirectory(home.company_db)
        people = {}
        with CompanyStore(home.company_db) as store, store.reading() as company:
            for person in directory.everybody():
                account = company.account(person.address.value, "office")
                assert account is not None
                password = Cipher(home.key).decrypt(account.password)
                people[person.name] = Client(ports, person.address.value, person.name, password, now)
        directory.close()
        found = Morning(home, people, CLARA)
        found.begin()
        try:
            yield found
        finally:
            found.end()
            assert found.failure is None, found.failure


def test_who_was_hired_by_release_0_1_goes_to_work(morning: Morning) -> None:
    with CompanyStore(morning.home.company_db) as company:
        assert [e.address for e in roster(company)] == [CLARA]
    assert "Hello Anna" in morning.told("Your new assistant").text
    answer = morning.ask("Please book half an hour with Jonas tomorrow at 2pm.")
    assert "Done. Half an hour with Jonas Weber" in answer.text
    (event,) = morning.meetings()
    assert times(event)[0] == at(1, 14)
    assert morning.invited("Jonas Weber").sender == CLARA
