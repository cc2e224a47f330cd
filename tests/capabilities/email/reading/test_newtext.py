"""What is new in a mail."""

import re

import pytest

from empla.capabilities.email.reading import new_text
from tests.capabilities.email.reading.replies import REPLIES

WROTE = "On Tue, Mar 10, 2026 at 9:00 AM Ada Lovelace <ada@x.example> wrote:"


@pytest.mark.parametrize(
    ("text", "new"),
    [
        (f"Book it.\n\n{WROTE}\n> Which one?\n> 1. Monday", "Book it."),
        (f"{WROTE}\n> Which one?\n> 1. Monday\n\nThe second one.\n\nThanks,\nMax", "The second one."),
        ("On Tue, Mar 10, 2026 at 9:00 AM Ada\n<ada@x.example> wrote:\n> Which?\n\nThe first.", "The first."),
        ("> How long?\n\n45 minutes\n\n> With whom?\n\nBob Stone", "45 minutes\n\n\n\nBob Stone"),
        ("Yes.\n\nFrom: Ada <ada@x.example>\nSent: Monday, 9 March 2026 09:00\nTo: Max\nSubject: x\n\nold", "Yes."),
        ("Yes.\n\n-----Original Message-----\nFrom: Ada\nold", "Yes."),
        ("See below.\n\n---------- Forwarded message ---------\nFrom: Eve\nold", "See below."),
        ("Ja.\n\nAm 10.03.2026 um 09:00 schrieb Ada <ada@x.example>:\n> alt", "Ja."),
        ("Oui.\n\nLe mar. 10 mars 2026 à 09:00, Ada <ada@x.example> a écrit :\n> vieux", "Oui."),
        ("ok\n\n________________________________\nFrom: Ada\nSent: x\nSubject: y\n\nold", "ok"),
        ("Book an hour with Bob\n-- \nMax Power\nCEO", "Book an hour with Bob"),
        ("Book an hour with Bob\n\nBest,\nMax\nCEO | The Company\n+44 123", "Book an hour with Bob"),
        ("Book Bob\n\nCheers, Max", "Book Bob"),
        ("yes\n\nSent from my iPhone", "yes"),
        ("Am I free?\n\nThis email and any attachments are confidential.", "Am I free?"),
        # what libraries get wrong
        ("Please move it\nFrom: Tuesday\nTo: Thursday", "Please move it\nFrom: Tuesday\nTo: Thursday"),
        ("Thanks, and one more: book Bob tomorrow.", "Thanks, and one more: book Bob tomorrow."),
        ("Please book:\n- 30 minutes\n- Bob", "Please book:\n- 30 minutes\n- Bob"),
        ("Thanks\n\nPlease book Bob as well.", "Thanks\n\nPlease book Bob as well."),
        ("Thanks!", "Thanks!"),
    ],
)
def test_quotes_signatures_and_disclaimers_are_left_out(text: str, new: str) -> None:
    assert new_text(text) == new
    assert new_text(text.replace("\n", "\r\n")) == new


@pytest.mark.parametrize(("name", "text", "new"), REPLIES, ids=[name for name, _, _ in REPLIES])
def test_every_clients_way_of_quoting_is_known(name: str, text: str, new: str) -> None:
    assert re.sub(r"\n{2,}", "\n\n", new_text(text)) == new


@pytest.mark.timeout(60)  # what grows with the square of a megabyte has no end
@pytest.mark.parametrize(
    "piece", ["with ", "\n", "On ", "> ", "On x wrote:\n", "From: a\n", "Sent: x\nFrom: y\n", "_", "-- \n"]
)
def test_a_megabyte_of_anything_comes_to_an_end(piece: str) -> None:
    new_text(piece * (1_000_000 // len(piece)))
