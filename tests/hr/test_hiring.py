"""Hiring checks everything first, then does each step once, and what it grants can be seen and taken back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from empla.config import Home
from empla.errors import ExternalError, InputError
from empla.hr import hiring, leaving, profiles
from empla.hr.grants import grant, revoke
from empla.hr.leaving import Hands
from empla.hr.people import add_person
from empla.hr.saga import Progress, Stage
from empla.hr.staffing import Staffing
from empla.mind.grants import GRANT_CHANGED, GrantKind
from empla.store.company import EmployeeRow, Status
from empla.workplace.directory import CompanyDirectory

if TYPE_CHECKING:
    from tests.hr.conftest import Book, Inboxes

ADA = "ada.lovelace@office.example"
GRACE = "grace.hopper@office.example"


def hire(staffing: Staffing, inboxes: Inboxes, name: str = "Ada Lovelace", **more: str) -> EmployeeRow:
    request = hiring.checked(staffing, "executive-assistant", name, **more)
    return hiring.hire(staffing, request, send_percept=inboxes.send)


def test_a_hired_employee_is_active_assisted_and_known(staffing: Staffing, inboxes: Inboxes, book: Book) -> None:
    row = hire(staffing, inboxes)

    assert (row.name, row.address, row.manager) == ("Ada Lovelace", ADA, GRACE)
    assert (row.status, row.phase, row.role, row.role_version) == ("active", "assisted", "executive_assistant", 3)
    assert (row.zone, row.hired_at) == ("Europe/Berlin", datetime(2026, 3, 2, 8, 0, tzinfo=UTC))
    assert [call["address"] for call in book.calls("account")] == [GRACE, ADA]
    assert [(c["kind"], c["owner"], c["to"]) for c in book.calls("grant")] == [
        ("calendar", GRACE, ADA),
        ("invitations", GRACE, ADA),
    ]
    found = CompanyDirectory(staffing.home.company_db).by_address(ADA)
    assert found is not None and found.employee
    assert staffing.home.employee("ada.lovelace").stat().st_mode & 0o777 == 0o700


def test_it_is_told_who_it_is_and_then_asked_to_introduce_itself(staffing: Staffing, inboxes: Inboxes) -> None:
    hire(staffing, inboxes)

    profile, *granted, hired = inboxes.percepts("ada.lovelace")
    assert (profile.kind, hired.kind) == (hiring.PROFILE, hiring.HIRED)
    assert [(g.kind, g.get("kind"), g.get("owner").value, g.get("holds")) for g in granted] == [
        (GRANT_CHANGED, "calendar", GRACE, True),
        (GRANT_CHANGED, "invitations", GRACE, True),
    ]
    assert {g.get("owner").origin.source for g in granted} == {"policy"}
    assert profile.get("manager").value == hired.get("manager").value == GRACE
    assert profile.get("manager").origin.source == "policy"
    assert profile.get("disclosure") == "Ada Lovelace, digital executive assistant to Grace Hopper"
    assert profile.get("limits")["mails_per_day"] == 200


def test_its_process_gets_its_password_and_its_secret(staffing: Staffing, inboxes: Inboxes, book: Book) -> None:
    hire(staffing, inboxes)
    hire(staffing, inboxes, "Alan Turing")

    ada = profiles.load_profile(staffing.store, staffing.cipher, "ada.lovelace")
    alan = profiles.load_profile(staffing.store, staffing.cipher, "alan.turing")
    assert ada.password.get_secret_value() == book.calls("account")[1]["password"]
    assert len(ada.secret.get_secret_value()) == 64 and ada.secret != alan.secret


def test_progress_names_each_step_once(staffing: Staffing, inboxes: Inboxes) -> None:
    heard: list[Progress] = []
    request = hiring.checked(staffing, "executive_assistant", "Ada Lovelace")
    planned = hiring.plan(staffing, request)

    hiring.hire(staffing, request, send_percept=inboxes.send, told=heard.append)

    assert [p.step for p in heard if p.stage is Stage.DONE] == [step["step"] for step in planned]
    assert {step["state"] for step in planned} == {"to do"}
    assert "let it read and write the calendar of Grace Hopper" in [step["does"] for step in planned]


def test_a_plan_changes_nothing(staffing: Staffing, book: Book) -> None:
    before = _everything(staffing)
    hiring.plan(staffing, hiring.checked(staffing, "executive-assistant", "Ada Lovelace"))
    assert _everything(staffing) == before
    assert len(book.calls("account")) == 1


@pytest.mark.parametrize(
    ("role", "name", "manager", "said", "next_step"),
    [
        ("executive-asistant", "Ada Lovelace", "", "there is no role", "did you mean executive-assistant?"),
        ("pilot", "Ada Lovelace", "", "there is: executive-assistant", "hire into one of these"),
        ("executive-assistant", "  ", "", "not a person's name", "give one such as"),
        ("executive-assistant", "Ada\x00Lovelace", "", "not a person's name", ""),
        ("executive-assistant", "Иван", "", "no letters", "give a name such as"),
        ("executive-assistant", "Ada <ada@x>", "", "not a person's name", ""),
        ("executive-assistant", "Grace Hopper", "", "taken by Grace Hopper", "another name"),
        ("executive-assistant", "Ada Lovelace", "gracie.hopper@office.example", "nobody", f"did you mean {GRACE}?"),
        ("executive-assistant", "Ada Lovelace", "nobody", "nobody in the office", "empla people add"),
        ("executive-assistant", "Ada Lovelace", "a@b@c", "not an e-mail address", ""),
    ],
)
def test_what_is_wrong_is_said_and_leaves_nothing_behind(
    staffing: Staffing, book: Book, role: str, name: str, manager: str, said: str, next_step: str
) -> None:
    before = _everything(staffing)
    with pytest.raises(InputError, match=said) as caught:
        hiring.checked(staffing, role, name, manager=manager)
    assert next_step in caught.value.next_step
    assert _everything(staffing) == before
    assert len(book.calls("account")) == 1
    assert list(staffing.home.employees.iterdir()) == []


def test_nobody_to_work_for(home: Home, opened: Callable[[], Staffing]) -> None:
    home.settings_file.unlink()
    with opened() as staffing, pytest.raises(InputError) as caught:
        hiring.checked(staffing, "executive-assistant", "Ada Lovelace")
    assert "empla init" in caught.value.next_step


def test_a_manager_may_be_named_and_may_be_outside(staffing: Staffing, inboxes: Inboxes, book: Book) -> None:
    add_person(staffing, "Jürgen Groß", zone="Asia/Tokyo")
    assert hiring.checked(staffing, "executive-assistant", "Ada Lovelace", manager="jurgen").zone == "Asia/Tokyo"

    row = hire(staffing, inboxes, manager="boss@elsewhere.example")
    assert row.manager == "boss@elsewhere.example"
    assert book.calls("grant") == []


def test_hired_twice_says_what_to_do(staffing: Staffing, inboxes: Inboxes) -> None:
    hire(staffing, inboxes)
    with pytest.raises(InputError, match="already hired") as caught:
        hire(staffing, inboxes, "ada  lovelace")
    assert "empla show" in caught.value.next_step


def test_a_hiring_that_failed_goes_on_with_the_same_words_only(
    staffing: Staffing, inboxes: Inboxes, book: Book
) -> None:
    book.fails_at = "account"
    with pytest.raises(ExternalError, match="the server is away"):
        hire(staffing, inboxes)
    assert profiles.roster(staffing.store) == []
    assert CompanyDirectory(staffing.home.company_db).by_address(ADA) is None
    book.fails_at = ""
    with pytest.raises(InputError, match="has begun") as caught:
        hire(staffing, inboxes, manager="boss@elsewhere.example")
    assert caught.value.next_step.endswith(f'empla hire executive-assistant --name "Ada Lovelace" --manager {GRACE}')

    assert hire(staffing, inboxes).status == Status.ACTIVE
    assert [e.slug for e in profiles.roster(staffing.store)] == ["ada.lovelace"]


def test_grants_are_shown_and_revocable(staffing: Staffing, inboxes: Inboxes, book: Book) -> None:
    hire(staffing, inboxes)
    shown = profiles.show(staffing.store, "Ada")
    assert [(g["kind"], g["owner"]) for g in shown["grants"]] == [("calendar", GRACE), ("invitations", GRACE)]
    assert shown["permissions"]["manager_calendar"] == "read-write" and shown["phase"] == "assisted"

    assert revoke(staffing, GrantKind.CALENDAR, GRACE, ADA)
    assert [g["kind"] for g in profiles.show(staffing.store, "ada.lovelace")["grants"]] == ["invitations"]
    assert book.calls("revoke") == [{"call": "revoke", "kind": "calendar", "owner": GRACE, "to": ADA}]
    assert not revoke(staffing, GrantKind.CALENDAR, GRACE, ADA)

    grant(staffing, GrantKind.CALENDAR, GRACE, ADA)
    grant(staffing, GrantKind.CALENDAR, GRACE, ADA)
    assert len(profiles.show(staffing.store, ADA)["grants"]) == 2
    with pytest.raises(InputError, match="no calendar in the office"):
        grant(staffing, GrantKind.CALENDAR, GRACE, "nobody@office.example")
    with pytest.raises(InputError, match="is not the manager of"):
        grant(staffing, GrantKind.INBOX, add_person(staffing, "Alan Turing").address, ADA)


def test_it_hears_of_every_change_once_and_in_order(staffing: Staffing, inboxes: Inboxes) -> None:
    hire(staffing, inboxes)
    for _ in range(2):  # as a command that is given again after a kill
        grant(staffing, GrantKind.INBOX, GRACE, ADA, send_percept=inboxes.send)
    for _ in range(2):
        revoke(staffing, GrantKind.INBOX, GRACE, ADA, send_percept=inboxes.send)
    grant(staffing, GrantKind.INBOX, GRACE, ADA, send_percept=inboxes.send)

    heard = [p for p in inboxes.percepts("ada.lovelace") if p.get("kind") == "inbox"]
    assert [p.get("holds") for p in heard] == [True, False, True]


def test_who_works_in_an_account_elsewhere_sees_the_folders_that_it_names(
    staffing: Staffing, inboxes: Inboxes, book: Book
) -> None:
    hire(staffing, inboxes, manager="boss@elsewhere.example")
    with pytest.raises(InputError, match="no mailbox in the office"):
        grant(staffing, GrantKind.INBOX, "boss@elsewhere.example", ADA)
    with staffing.store.writing() as company:
        company.accounts(ADA)[0].settings = {"delegated": {"boss@elsewhere.example": "Shared/boss"}}
    grant(staffing, GrantKind.INBOX, "boss@elsewhere.example", ADA)
    assert [(g["kind"], g["owner"]) for g in profiles.show(staffing.store, ADA)["grants"]] == [
        ("inbox", "boss@elsewhere.example")
    ]
    assert book.calls("grant") == []


def test_an_employee_who_leaves_keeps_nothing_but_its_archive(staffing: Staffing, inboxes: Inboxes, book: Book) -> None:
    hire(staffing, inboxes)
    halted: list[tuple[str, str]] = []

    def halt(slug: str) -> None:
        halted.append((slug, profiles.show(staffing.store, slug)["status"]))

    row = leaving.leave(staffing, "Ada Lovelace", Hands(hand_over=None, halt=halt))

    assert halted == [("ada.lovelace", "paused")]
    assert (row.status, row.listed, row.secret) == (Status.OFFBOARDED, False, None)
    assert book.calls("revoke") and book.calls("close") == [{"call": "close", "address": ADA}]
    assert (staffing.home.root / "left" / "ada.lovelace" / "mind.db").exists()
    assert CompanyDirectory(staffing.home.company_db).by_address(ADA) is None
    assert profiles.roster(staffing.store) == []
    with staffing.store.reading() as company:
        assert [a.password for a in company.accounts(ADA)] == [b""]
        assert company.grants() == []
    with pytest.raises(InputError, match="no account to work in"):
        profiles.load_profile(staffing.store, staffing.cipher, "ada.lovelace")
    with pytest.raises(InputError, match="has left already"):
        leaving.leave(staffing, "Ada Lovelace", Hands(hand_over=None, halt=halt))
    with pytest.raises(InputError, match="must not reach another"):
        hire(staffing, inboxes)


def test_who_was_never_hired_to_the_end_can_leave_too(staffing: Staffing, inboxes: Inboxes, book: Book) -> None:
    book.fails_at = "account"
    with pytest.raises(ExternalError):
        hire(staffing, inboxes)
    hands = Hands(hand_over=None, halt=lambda _: None)
    assert leaving.leave(staffing, "Ada Lovelace", hands).status == Status.OFFBOARDED
    assert inboxes.home.employees.exists() and not (staffing.home.root / "left" / "ada.lovelace").exists()


def test_an_employee_is_found_by_what_people_call_it(staffing: Staffing, inboxes: Inboxes) -> None:
    hire(staffing, inboxes, "Zoë Núñez")
    for words in ("zoe.nunez", "Zoë Núñez", "zoe nunez", "zoe.nunez@office.example", "Zoë", "nunez"):
        assert profiles.show(staffing.store, words)["slug"] == "zoe.nunez"
    with pytest.raises(InputError, match="no employee") as caught:
        profiles.show(staffing.store, "Zoe Nunes")
    assert caught.value.next_step == "did you mean zoe.nunez?"


def _everything(staffing: Staffing) -> list[object]:
    with staffing.store.reading() as company:
        rows = [*company.people(), *company.employees(), *company.grants()]
        return [row.model_dump() for row in rows] + [company.saga("hire:ada.lovelace")]
