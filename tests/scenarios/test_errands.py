"""Errands at a real office: asked, reminded, passed on with the file, listed, through days and a restart."""

from datetime import timedelta
from email.message import EmailMessage
from email.policy import SMTP

import pytest

from runtime.cli import employees
from runtime.client import Client, Letter
from tests.scenarios.conftest import Morning, at

PDF = b"%PDF-1.4 the suppliers\r\n\x00\xff\n"


@pytest.fixture
def morning(shared: Morning) -> Morning:
    """One office for all tests of this module, with empty calendars and no question open."""
    return shared.cleared()


def ben(morning: Morning) -> Client:
    return morning.people["Ben Stone"]


def asked(morning: Morning, client: Client) -> Letter:
    """Wait for what the assistant asks somebody."""
    return client.wait_for(lambda m: m in morning._news(client.name, [m]) and m.sender == morning.assistant, 60)


def send_file(client: Client, letter: Letter, text: str, name: str, content: bytes) -> str:
    """Answer a mail with a file, as a mail client does."""
    mail = EmailMessage(policy=SMTP)
    mail["From"], mail["To"] = client.address, letter.sender
    mail["Subject"], mail["Message-ID"] = f"Re: {letter.subject}", f"<with-file-{name}@office.example>"
    mail["In-Reply-To"], mail["References"] = letter.message_id, letter.message_id
    mail.set_content(text)
    mail.add_attachment(content, maintype="application", subtype="pdf", filename=name)
    client.submit(mail.as_bytes(), [letter.sender])
    return str(mail["Message-ID"])


def test_the_supplier_list(morning: Morning, capsys: pytest.CaptureFixture[str]) -> None:
    confirmed = morning.ask("Please get me the supplier list from Ben by Wednesday 10:00.")
    assert "I have asked Ben Stone for the supplier list" in " ".join(confirmed.text.split())
    question = asked(morning, ben(morning))
    assert question.subject == "Supplier list, for Anna Berg"
    assert "Anna Berg asks you for the supplier list." in question.text
    shown = employees.shown(morning.home, morning.slug)
    assert [p["content"] for p in shown["expectations"] if p["standing"] == "open"] == ["the supplier list"]
    employees.print_shown(shown, morning.home)
    printed = capsys.readouterr().out
    assert "Has promised" in printed
    assert "get the supplier list from Ben Stone" in " ".join(printed.split())
    sent = send_file(ben(morning), question, "Here is the list.", "suppliers.pdf", PDF)
    passed = morning.told("Supplier list")
    assert "> Here is the list." in passed.text
    (file,) = passed.message.iter_attachments()
    assert (file.get_filename(), file.get_payload(decode=True)) == ("suppliers.pdf", PDF)
    morning.settled()
    shown = employees.shown(morning.home, morning.slug)
    assert [(p["standing"], p["evidence"]) for p in shown["expectations"]] == [("kept", sent)]
    assert all(p["standing"] == "kept" for p in shown["commitments"])


def test_reminders_warnings_and_a_restart_in_between(morning: Morning) -> None:
    morning.ask("Ask Carla for the audit report until Thursday 15:00.")
    carla = morning.people["Carla Ruiz"]
    question = asked(morning, carla)
    morning.move_to(at(2, 9))
    morning.until(lambda: len(morning.written_to("Carla Ruiz")) >= 2)
    morning.end()
    morning.begin(epoch=2)
    morning.move_to(at(3, 14, 30))
    warned = morning.told("Not here yet")
    assert "Nothing has come from Carla Ruiz yet for the audit report" in " ".join(warned.text.split())
    answered = carla.reply(question, "The auditors found nothing; the report says so on its first page.")
    passed = morning.told("Carla Ruiz: Audit report")
    assert "found nothing" in passed.text
    assert answered
    reminders = [m for m in morning.written_to("Carla Ruiz") if m.subject.startswith("Re:")]
    assert len(reminders) in (1, 2)
    assert all(question.message_id in str(m.message["References"]) for m in reminders)


def test_remind_me_in_two_hours_and_snooze(morning: Morning) -> None:
    now = morning.people["Anna Berg"]._now()
    confirmed = morning.ask("Remind me in 2 hours to call the bank")
    assert "I will remind you" in confirmed.text
    morning.move_to(now + timedelta(hours=2, minutes=10))
    reminder = morning.told("Reminder: call the bank")
    assert confirmed.message_id in str(reminder.message["References"])
    again = morning.reply(reminder, "Snooze until tomorrow at 9")
    assert "09:00" in again.text
