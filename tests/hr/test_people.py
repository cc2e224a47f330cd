"""People are given a mailbox and a calendar, an address that is theirs for ever, and a zone that exists."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from empla.errors import InputError, PermissionDenied
from empla.hr import hiring, leaving, names
from empla.hr.grants import grant
from empla.hr.leaving import Hands
from empla.hr.people import add_person, people, remove_person
from empla.hr.staffing import Staffing
from empla.mind.grants import GrantKind

if TYPE_CHECKING:
    from tests.hr.conftest import Book, Inboxes


def test_a_person_gets_an_address_a_password_and_the_servers(staffing: Staffing, book: Book) -> None:
    added = add_person(staffing, "  José   Núñez ", zone="Europe/Madrid", hours="8:30-16:00")

    assert (added.name, added.address) == ("José Núñez", "jose.nunez@office.example")
    assert (added.zone, added.hours) == ("Europe/Madrid", "08:30-16:00")
    assert book.calls("account")[-1]["password"] == added.password.get_secret_value()
    assert added.endpoints is not None and added.endpoints.as_data() == {
        "imap": {"host": "127.0.0.1", "port": 1143},
        "smtp": {"host": "127.0.0.1", "port": 1025},
        "caldav": "http://127.0.0.1:1232/",
    }
    assert [p.name for p in people(staffing)] == ["Grace Hopper", "José Núñez"]


def test_zone_and_hours_are_the_companys_unless_given(staffing: Staffing) -> None:
    added = add_person(staffing, "Alan Turing")
    assert (added.zone, added.hours) == ("Europe/Berlin", "09:00-17:00")


@pytest.mark.parametrize(
    ("name", "address"),
    [
        ("Ada Lovelace", "ada.lovelace"),
        ("Ada", "ada"),
        ("Søren Kierkegaard", "soren.kierkegaard"),
        ("Łukasz Żółw", "lukasz.zolw"),
        ("Miles O'Brien", "miles.obrien"),
        ("Anne-Marie Smith-Jones", "anne.marie.smith.jones"),
        ("Jürgen Groß", "jurgen.gross"),
        ("İpek Ilıcalı", "ipek.ilicali"),
    ],
)
def test_names_become_addresses(name: str, address: str) -> None:
    assert names.address_for(name, "office.example") == f"{address}@office.example"


@pytest.mark.parametrize(
    ("arguments", "said", "next_step"),
    [
        ({"name": "Grace Hopper"}, "taken by Grace Hopper", "another name"),
        ({"name": "grâce hopper"}, "taken by Grace Hopper", "another name"),
        ({"name": "Иван Петров"}, "no letters", "give a name"),
        ({"name": "A B", "zone": "Berlin"}, "not a time zone", "did you mean Europe/Berlin?"),
        ({"name": "A B", "zone": "europe/berlin"}, "not a time zone", "did you mean Europe/Berlin?"),
        ({"name": "A B", "zone": "New York"}, "not a time zone", "did you mean America/New_York?"),
        ({"name": "A B", "zone": "Europe/Berln"}, "not a time zone", "Europe/Berlin"),
        ({"name": "A B", "zone": "../../etc/passwd"}, "not a time zone", ""),
        ({"name": "A B", "zone": "Europe"}, "not a time zone", ""),
        ({"name": "A B", "hours": "nine to five"}, "are not working hours", "09:00-17:00"),
        ({"name": "A B", "hours": "17:00-09:00"}, "are not working hours", "09:00-17:00"),
        ({"name": "A B", "hours": "09:00-24:00"}, "are not working hours", "09:00-17:00"),
        ({"name": "A B", "address": "a.b@elsewhere.example"}, "not in the office's domain", "@office.example"),
        ({"name": "No Reply"}, "belongs to the mail server", "another name"),
        ({"name": "A B", "address": "postmaster"}, "belongs to the mail server", "another name"),
        ({"name": "A B", "address": "a b"}, "not an e-mail address", ""),
        ({"name": "A\x1bB"}, "not a person's name", ""),
        ({"name": "A" * 101}, "not a person's name", ""),
    ],
)
def test_what_is_wrong_is_said_and_leaves_nothing_behind(
    staffing: Staffing, book: Book, arguments: dict[str, str], said: str, next_step: str
) -> None:
    with pytest.raises(InputError) as caught:
        add_person(staffing, **arguments)
    assert said in str(caught.value)
    assert next_step in caught.value.next_step
    assert len(people(staffing)) == len(book.calls("account")) == 1


def test_a_name_without_latin_letters_takes_an_address(staffing: Staffing) -> None:
    assert add_person(staffing, "Иван Петров", address="ivan").address == "ivan@office.example"


def test_an_address_is_never_given_again(staffing: Staffing, inboxes: Inboxes) -> None:
    hiring.hire(staffing, hiring.checked(staffing, "executive-assistant", "Ada Lovelace"), send_percept=inboxes.send)
    with pytest.raises(InputError, match="belongs to a digital employee"):
        add_person(staffing, "Ada Lovelace")
    add_person(staffing, "Alan Turing")
    remove_person(staffing, "alan.turing@office.example")
    with pytest.raises(InputError, match="must not reach another"):
        add_person(staffing, "Alan Turing")


def test_who_is_removed_loses_account_and_grants(staffing: Staffing, book: Book) -> None:
    alan = add_person(staffing, "Alan Turing").address
    grant(staffing, GrantKind.CALENDAR, "grace.hopper@office.example", alan)
    grant(staffing, GrantKind.CALENDAR, alan, "grace.hopper@office.example")

    remove_person(staffing, "Alan.Turing@office.example")

    assert [p.name for p in people(staffing)] == ["Grace Hopper"]
    assert len(book.calls("revoke")) == 2
    assert book.calls("close") == [{"call": "close", "address": alan}]
    with pytest.raises(InputError, match="nobody in the office"):
        remove_person(staffing, alan)


def test_owner_and_managers_stay(staffing: Staffing, inboxes: Inboxes) -> None:
    with pytest.raises(PermissionDenied, match="runs this home"):
        remove_person(staffing, "grace.hopper@office.example")
    alan = add_person(staffing, "Alan Turing").address
    request = hiring.checked(staffing, "executive-assistant", "Ada Lovelace", manager=alan)
    hiring.hire(staffing, request, send_percept=inboxes.send)
    with pytest.raises(PermissionDenied, match="manager of Ada Lovelace"):
        remove_person(staffing, alan)
    leaving.leave(staffing, "ada.lovelace", Hands(hand_over=None, halt=lambda _: None))
    remove_person(staffing, alan)
