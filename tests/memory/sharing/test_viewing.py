"""Who may see what of an employee's memory is said by the directory, and by the address that is vouched for, alone."""

from typing import ClassVar

import pytest

from empla.capabilities.directory import Granted, Person
from empla.memory.model import EVERYTHING, Visibility
from empla.memory.sharing.viewing import NOBODY, addresses_of, viewer_of
from empla.mind.values import Address, Origin, Source
from empla.store.opening import open_store

ADA, OTTO = "ada@office.example", "otto@office.example"
MAYA, JONAS, KIM = "maya@office.example", "jonas@office.example", "kim@office.example"


class Office:
    """Ada leads Maya and Jonas, Otto leads Kim."""

    _leads: ClassVar = {MAYA: ADA, JONAS: ADA, KIM: OTTO, ADA: "", OTTO: ""}

    def find(self, words: str) -> list[Person]:
        return []

    def by_address(self, address: str) -> Person | None:
        if address.strip().lower() not in self._leads:
            return None
        lead = self._leads[address.strip().lower()]
        origin = Origin(Source.DIRECTORY)
        assists = Address(lead, origin) if lead else None
        return Person(name=address, address=Address(address, origin), zone="UTC", hours="09:00-17:00", assists=assists)

    def granted(self, to: str) -> list[Granted]:
        return []


@pytest.mark.parametrize(
    ("asks", "least"),
    [
        (JONAS, Visibility.TEAM),
        (OTTO, Visibility.COMPANY),
        (KIM, Visibility.COMPANY),
        ("eve@elsewhere.example", Visibility.PUBLIC),
    ],
)
def test_the_directory_says_what_is_seen(asks, least):
    viewer = viewer_of(Office(), MAYA, asks.upper())
    assert (viewer.least, viewer.addresses, viewer.everything) == (least, (asks,), False)


@pytest.mark.parametrize("asks", [MAYA, ADA, "owner@office.example"])
def test_itself_its_manager_and_the_owner_see_everything(asks):
    assert viewer_of(Office(), MAYA, asks, owner="owner@office.example") == EVERYTHING


def test_for_whom_nobody_vouches_only_what_is_public_is_there():
    assert viewer_of(Office(), MAYA, "") == NOBODY
    assert viewer_of(Office(), "unknown@office.example", "") == NOBODY
    assert viewer_of(Office(), "unknown@office.example", KIM).least == Visibility.COMPANY


def test_other_addresses_count_only_on_a_word_that_is_trusted(tmp_path):
    store = open_store(tmp_path / "mind.db", "maya")
    store.epoch = 1
    store.take_lease(1, "test")
    with store.transaction():
        rows = {"kind": "mail", "at": "", "thread": "", "author": "", "people": "[]", "subject": "", "text": ""}
        rows |= {"outcome": "", "rationale": "", "importance": 2, "visibility": 0, "percept": ""}
        rows |= {"intention": "", "action": "", "document": 0, "part": 0}
        store.add("episode", {**rows, "key": "a", "source": "percept"})
        store.add("episode", {**rows, "key": "b", "source": "manager"})
        eve = store.add("entity", {"kind": "person", "name": "Eve"})
        for value, evidence in (
            ("eve@elsewhere.example", "e1"),
            (ADA, "e1"),
            ("eve@private.example", "e2"),
            ("eve@home.example", "owner@office.example"),
        ):
            row = {"entity": eve, "kind": "address", "value": value, "shown": value, "evidence": evidence}
            store.add("alias", row)
    assert addresses_of(store, "eve@elsewhere.example") == ()  # that she is Eve stands only in her own mail
    assert addresses_of(store, "eve@private.example") == ("eve@home.example",)
    store.close()
