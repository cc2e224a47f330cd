"""How somebody is called is a preference; that somebody is to be called is not."""

from datetime import UTC, datetime

import pytest

from empla.capabilities.email.reading.preferring import preferring
from empla.capabilities.email.reading.slots import Setting
from empla.mind.preferences import CALL
from empla.mind.readings import Mail
from empla.mind.values import Address, Origin, Source

SETTING = Setting(now=datetime(2026, 11, 22, 9, tzinfo=UTC), zone="Europe/Berlin", origin=Origin(Source.PERCEPT, "1"))


def read(text: str):
    anna = Address("anna@berg.example", SETTING.origin)
    mail = Mail(key="1", message_id="<1@x>", blob="", subject="", sender=anna, authenticated=anna, text=text)
    return preferring(text, SETTING, mail)


@pytest.mark.parametrize(
    ("text", "person", "name"),
    [
        ("Please call Jonas Weber Joni.", "Jonas Weber", "Joni"),
        ("Call Jonas Weber Joni from now on", "Jonas Weber", "Joni"),
        ("call Jonas Joni", "Jonas", "Joni"),
        ("call Robert Stone as Rob", "Robert Stone", "Rob"),
        ("Call Robert Stone Bobby.", "Robert Stone", "Bobby"),
        ("Please call Robert Bob", "Robert", "Bob"),
        ("Call Jonas Weber JW", "Jonas Weber", "JW"),
        ("call Bob Stone Robert", "Bob Stone", "Robert"),
        ("call him Rob", "him", "Rob"),
    ],
)
def test_how_somebody_is_called_is_a_preference(text: str, person: str, name: str) -> None:
    found = read(text)
    assert found is not None
    wanted = found.slots["wanted"].value
    assert (wanted.key, wanted.person, wanted.value) == (CALL, person, name)


@pytest.mark.parametrize(
    "text",
    [
        "Please call Jonas Weber",
        "Call Jonas Weber tomorrow",
        "Call Jonas Weber at 3",
        "Call Jonas Weber on Monday",
        "Call Jonas Weber Monday",
        "Call Anna Maria Schmidt",
        "Call Maria Marino",
        "Call Jonas Jones",
        "Call Tom Thomas",
        "Call Peter Pan",
    ],
)
def test_that_somebody_is_to_be_called_is_none(text: str) -> None:
    assert read(text) is None
