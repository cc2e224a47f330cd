"""`empla quarantine`: what could not be read is seen, saved, read again and dropped from outside."""

import smtplib
from pathlib import Path

from .conftest import Office
from .test_working import CLARA, until

RAW = b"From: nobody at all\r\nTo: clara.diaz@office.example\r\nMessage-ID: <q-%d@x.example>\r\n\r\nWho am I?\r\n"


def deliver(office: Office, number: int) -> None:
    """Have a mail without a sender's address come to Clara."""
    end = office.data("status")["office"]["smtp"]
    with smtplib.SMTP(end["host"], end["port"], timeout=20) as smtp:
        smtp.sendmail("nobody@x.example", [CLARA], RAW % number)


def test_what_cannot_be_read_is_listed_shown_saved_retried_and_dropped(office: Office, tmp_path: Path) -> None:
    for number in (1, 2):
        deliver(office, number)
    until(lambda: len(office.data("quarantine", "list")) == 2)
    first, second = office.data("quarantine", "list", "--of", "clara")
    assert (first["name"], first["kind"]) == ("Clara Diaz", "mail-arrived")
    assert first["reason"] == "The mail names no sender."
    assert first["id"] in office.ok("quarantine", "list")
    shown = office.ok("quarantine", "show", first["id"])
    assert "The mail names no sender." in shown
    assert "From: nobody at all" in shown

    saved = tmp_path / "saved.eml"
    office.ok("quarantine", "export", first["id"], str(saved))
    assert saved.read_bytes().endswith(RAW % 1)
    assert office("quarantine", "export", first["id"], str(saved)).code == 2, "it is not written over"

    office.ok("quarantine", "retry", first["id"])
    until(lambda: failed_reads(office) == 3)
    until(lambda: len(office.data("quarantine", "list")) == 2)  # it cannot be read today either

    assert office.start("quarantine", "drop", second["id"]).code != 0, "nobody said yes"
    office.ok("quarantine", "drop", second["id"], "--yes")
    until(lambda: [e["key"] for e in office.data("quarantine", "list")] == [first["key"]])
    office.ok("quarantine", "drop", first["id"][:8], "--yes")
    until(lambda: office.ok("quarantine", "list") == "Nothing is set aside.\n")
    assert office("quarantine", "show", "zz").code == 2


def failed_reads(office: Office) -> int:
    """Return how often reading a mail has failed."""
    done = office.data("history", "clara", "--all", "--last", "500")
    return sum(deed["operation"] == "email.read" and deed["state"] == "failed" for deed in done)
