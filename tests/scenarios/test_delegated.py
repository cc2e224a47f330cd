"""What comes to the manager's own inbox: seen as far as it is granted, once, and never taken for an order."""

import email
from collections.abc import Iterator
from datetime import UTC, timedelta
from email.message import EmailMessage

import pytest

from empla.clock import SystemClock
from empla.hr.grants import grant, revoke
from empla.mind import codec
from empla.mind.grants import GrantKind
from empla.mind.intentions import Stage
from empla.workplace.blobs import FileBlobs
from runtime.cli import minds
from runtime.client import Client
from runtime.hiring import staff
from runtime.inboxes import sender
from tests.scenarios.conftest import Morning, at, signed_in_as


@pytest.fixture
def morning(shared: Morning) -> Iterator[Morning]:
    """One office for all tests of this module; a grant of the inbox that a test made ends with it."""
    yield shared.cleared()
    take_back(shared, GrantKind.INBOX)


def change(morning: Morning, what: object, kind: GrantKind) -> None:
    with staff(morning.home) as staffing:
        what(staffing, kind, morning.manager.address, morning.assistant, send_percept=sender(morning.home))  # type: ignore[operator]
    morning.move_to(SystemClock(morning.home.clock).now())


def give(morning: Morning, kind: GrantKind) -> None:
    change(morning, grant, kind)
    morning.until(lambda: kind in believed(morning))


def take_back(morning: Morning, kind: GrantKind) -> None:
    change(morning, revoke, kind)
    morning.until(lambda: kind not in believed(morning))


def believed(morning: Morning) -> set[str]:
    """Return the kinds of what the assistant believes to be granted."""
    minds.load_kept_types()
    held = [codec.loads(row.body) for row in morning.rows("belief", "body", functor="granted", held=1)]
    assert {belief.origin.source for belief in held} <= {"policy"}
    assert {belief.arguments[1].value for belief in held} <= {morning.manager.address}
    return {belief.arguments[0] for belief in held}


def seen(morning: Morning) -> list[str]:
    """Return the subjects of the mails that the assistant was told of as the manager's."""
    minds.load_kept_types()
    percepts = [codec.loads(row.body) for row in morning.rows("percept", "body", kind="manager-mail-arrived")]
    blobs = FileBlobs(morning.home.employee(morning.slug) / "blobs")
    return [str(email.message_from_bytes(blobs.read(p["fields"]["blob"]))["Subject"]) for p in percepts]


def ben(morning: Morning) -> Client:
    return morning.people["Ben Stone"]


def invite(morning: Morning, title: str, *to: str) -> str:
    """Have Ben's calendar client invite people, and return the mail's Message-ID."""
    mail = ben(morning)._letter(", ".join(to), f"Invitation: {title}")
    mail.set_content("You are invited.")
    attendees = "".join(f"ATTENDEE;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:mailto:{address}\r\n" for address in to)
    day = at(3, 11).astimezone(UTC)
    ics = (
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//EN\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\n"
        f"UID:{title.replace(' ', '-')}@ben\r\nDTSTAMP:20260907T060000Z\r\n"
        f"DTSTART:{day:%Y%m%dT%H%M%SZ}\r\nDURATION:PT30M\r\n"
        f"SUMMARY:{title}\r\nORGANIZER:mailto:{ben(morning).address}\r\n{attendees}END:VEVENT\r\nEND:VCALENDAR\r\n"
    )
    mail.add_alternative(ics.encode(), "text", "calendar", params={"method": "REQUEST"})
    ben(morning).submit(mail.as_bytes(), to)
    return str(mail["Message-ID"])


def test_an_invitation_to_the_manager_is_seen_and_other_mail_is_not(morning: Morning) -> None:
    ben(morning).send(morning.manager.address, "For your eyes only", "Nobody else shall read this.")
    invite(morning, "Budget round", morning.manager.address)
    morning.until(lambda: "Invitation: Budget round" in seen(morning))
    morning.settled()
    assert "For your eyes only" not in seen(morning)
    box = signed_in_as(morning, morning.assistant)
    assert [m.subject for m in box.inbox(f"Delegated/{morning.manager.address}")] == seen(morning)
    assert believed(morning) == {"calendar", "invitations"}


def test_an_inbox_is_seen_from_the_grant_on_until_it_ends_without_a_restart(morning: Morning) -> None:
    ben(morning).send(morning.manager.address, "Before the grant", "Early.")
    give(morning, GrantKind.INBOX)
    ben(morning).send(morning.manager.address, "Under the grant", "Can you look at the figures?")
    morning.until(lambda: "Under the grant" in seen(morning))
    take_back(morning, GrantKind.INBOX)
    ben(morning).send(morning.manager.address, "After the grant", "Late.")
    morning.settled()
    assert not {"Before the grant", "After the grant"} & set(seen(morning))
    assert morning.written_to("Ben Stone") == []


def test_what_was_not_read_when_a_grant_ended_stays_unread(morning: Morning) -> None:
    give(morning, GrantKind.INBOX)
    morning.end()
    ben(morning).send(morning.manager.address, "Unread until the end", "Hello.")
    change(morning, revoke, GrantKind.INBOX)
    morning.begin(epoch=2)
    morning.until(lambda: GrantKind.INBOX not in believed(morning))
    invite(morning, "A later one", morning.manager.address)
    morning.until(lambda: "Invitation: A later one" in seen(morning))
    assert "Unread until the end" not in seen(morning)
    change(morning, grant, GrantKind.INBOX)  # and a new grant does not open what came under the old one
    ben(morning).send(morning.manager.address, "Read again", "Hello.")
    morning.until(lambda: "Read again" in seen(morning))
    assert "Unread until the end" not in seen(morning)


def test_a_restart_goes_on_where_it_stood(morning: Morning) -> None:
    invite(morning, "Before the restart", morning.manager.address)
    morning.until(lambda: "Invitation: Before the restart" in seen(morning))
    morning.end()
    invite(morning, "During the restart", morning.manager.address)
    morning.begin(epoch=3)
    morning.until(lambda: "Invitation: During the restart" in seen(morning))
    assert len(seen(morning)) == len(set(seen(morning)))


def test_a_mail_to_both_is_handled_as_the_assistants_own(morning: Morning) -> None:
    invite(morning, "For both", morning.manager.address, morning.assistant)
    morning.until(lambda: "Invitation: For both" in seen(morning))
    morning.settled()
    noted = [codec.loads(row.body).arguments for row in morning.rows("belief", "body", functor="noted")]
    assert "own-copy" in {reason for _, reason, _ in noted}
    told = [m for m in morning.written_to("Anna Berg") if "For both" in m.subject]
    assert len(told) <= 1


def test_what_the_manager_writes_to_himself_is_no_order(morning: Morning) -> None:
    give(morning, GrantKind.INBOX)
    anna = morning.manager
    anna.send(anna.address, "Note to self", "Please book half an hour with Ben tomorrow at 2pm.")
    morning.until(lambda: "Note to self" in seen(morning))
    morning.settled()
    assert morning.meetings() == []
    assert morning.written_to("Ben Stone") == []
    principals = {
        codec.loads(row.body).authority.principal
        for row in morning.rows("intention", "body")
        if codec.loads(row.body).kind in ("manager-mail-arrived", "manager-mail")
    }
    assert principals == {""}
    assert all(codec.loads(row.body).stage is not Stage.FAILED for row in morning.rows("intention", "body"))


def test_its_own_mails_to_the_manager_do_not_come_back(morning: Morning) -> None:
    give(morning, GrantKind.INBOX)
    answer = morning.ask("What can you do?")
    forwarded = EmailMessage()
    forwarded["From"], forwarded["To"] = ben(morning).address, morning.manager.address
    forwarded["Subject"], forwarded["Message-ID"] = "Last of all", "<last@office.example>"
    forwarded.set_content("Hello.")
    ben(morning).submit(forwarded.as_bytes(), [morning.manager.address])
    morning.until(lambda: "Last of all" in seen(morning))
    assert answer.subject not in seen(morning)
    assert morning.failure is None
    morning.move_to(SystemClock(morning.home.clock).now() + timedelta(seconds=1))
