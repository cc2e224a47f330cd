"""A home that an earlier release has left, taken over by today's code."""

import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from empla.clock import SystemClock
from empla.config import Home, load_settings, save_settings
from empla.store.company import CompanyStore
from empla.store.secrets import Cipher
from empla.workplace.directory import CompanyDirectory
from runtime.client import Client
from runtime.hiring import staff
from runtime.office.process import read_ports
from runtime.office.testing import running_office
from tests.scenarios.conftest import Morning

FIXTURES = Path(__file__).parents[1] / "fixtures"
LATER_EPOCH = 1000
"""The epoch of a process that comes after all that the release had."""


@contextmanager
def taken_over(release: str, folder: Path, now: datetime, assistant: str) -> Iterator[Morning]:
    """Unpack the home of a release, let its office run, and have its assistant work from the instant `now` on."""
    with tarfile.open(FIXTURES / release / "home.tar.gz") as kept:
        kept.extractall(folder, filter="data")
    home = Home(folder / "home")
    settings = load_settings(home)
    save_settings(home, settings.model_copy(update={"ports": 0}))  # those that it had may be another's on this machine
    with at_work(home, now, assistant) as found:
        yield found


@contextmanager
def at_work(home: Home, now: datetime, assistant: str) -> Iterator[Morning]:
    """Let the office of a home run that was left somewhere, and its assistant work from the instant `now` on."""
    home.create()
    SystemClock.set_to(home.clock, now)
    with staff(home):  # what `empla up` does first: the company's database is brought up to date
        pass
    with running_office(home):
        found = Morning(home, _people(home), assistant)
        found.begin(LATER_EPOCH)
        try:
            yield found
        finally:
            found.end()
            assert found.failure is None, found.failure


def _people(home: Home) -> dict[str, Client]:
    ports = read_ports(home)
    assert ports is not None
    directory = CompanyDirectory(home.company_db)
    people = {}
    with CompanyStore(home.company_db) as store, store.reading() as company:
        for person in directory.everybody():
            account = company.account(person.address.value, "office")
            assert account is not None
            password = Cipher(home.key).decrypt(account.password)
            people[person.name] = Client(
                ports, person.address.value, person.name, password, SystemClock(home.clock).now
            )
    directory.close()
    return people
