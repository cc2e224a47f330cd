"""An account says where its servers are; encryption is the default, and its password is shown nowhere."""

import pytest
from pydantic import ValidationError

from empla.errors import InputError, PermissionDenied
from empla.workplace.accounts import Account, Endpoint, Tls

LOCAL = Endpoint(host="127.0.0.1", port=1143)


def account(**fields: object) -> Account:
    return Account.model_validate(
        {"address": "ada@corp.example", "password": "secret-1", "imap": LOCAL, "smtp": LOCAL, **fields}
    )


@pytest.mark.parametrize(
    ("host", "port", "tls"),
    [
        ("127.0.0.1", 143, Tls.NONE),
        ("::1", 25, Tls.NONE),
        ("localhost", 1143, Tls.NONE),
        ("mail.corp.example", 993, Tls.IMPLICIT),
        ("mail.corp.example", 465, Tls.IMPLICIT),
        ("mail.corp.example", 587, Tls.STARTTLS),
        ("mail.corp.example", 143, Tls.STARTTLS),
        ("10.0.0.1", 2525, Tls.IMPLICIT),
    ],
)
def test_connections_are_encrypted_except_on_the_loopback(host: str, port: int, tls: Tls) -> None:
    assert Endpoint(host=host, port=port).tls is tls
    assert Endpoint(host=host, port=port, tls=Tls.NONE).tls is Tls.NONE


def test_the_password_is_not_shown() -> None:
    assert "secret-1" not in repr(account()) + str(account()) + account().model_dump_json()


def test_the_address_is_the_usual_name_to_sign_in_with() -> None:
    assert account().sign_in == "ada@corp.example"
    assert account(sign_in="ada").sign_in == "ada"


def test_calendars_are_found_by_their_owners_address() -> None:
    ours = account(caldav="https://dav.corp.example/", calendars={"eve@corp.example": "https://elsewhere.example/eve"})

    assert ours.calendar_url("Grace@Corp.example") == "https://dav.corp.example/grace@corp.example/calendar/"
    assert ours.calendar_url("eve@corp.example") == "https://elsewhere.example/eve/"
    assert ours.calendar_url("a/../b@corp.example") == "https://dav.corp.example/a%2F..%2Fb@corp.example/calendar/"
    by_name = account(caldav="https://dav.corp.example", calendar_path="{root}/calendars/{local}/default")
    assert by_name.calendar_url("grace@corp.example") == "https://dav.corp.example/calendars/grace/default/"


@pytest.mark.parametrize("owner", ["", "grace", "..", "a b@c", "a@b/../c", "a@b@c", "<a@b>"])
def test_what_is_no_address_has_no_calendar(owner: str) -> None:
    with pytest.raises(InputError):
        account(caldav="https://dav.corp.example").calendar_url(owner)


def test_an_account_without_calendar_server_says_so() -> None:
    with pytest.raises(PermissionDenied, match="knows no calendar"):
        account().calendar_url("grace@corp.example")


@pytest.mark.parametrize("field", [{"pasword": "x"}, {"calendar_path": "{root}/{user}/"}, {"timeout_s": 0}])
def test_mistakes_are_errors(field: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        account(**field)
