"""Calendar files as they come, each driven through all that reads or writes one: nothing of it may fail unseen."""

from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from empla.capabilities.calendar.copies import Owner
from empla.capabilities.calendar.events import address_of, listed, load, mark_of, parse
from empla.capabilities.calendar.invites import Invite, read_invite, read_invites
from empla.capabilities.calendar.itip import Refused, cancellation, request
from empla.capabilities.calendar.mending import mended, text_of
from empla.capabilities.calendar.occurrences import occurrences
from empla.capabilities.calendar.shortening import LONGEST
from empla.capabilities.calendar.spans import span
from empla.capabilities.calendar.taking import Incoming, Older, taken_in
from empla.capabilities.email.reading.invitations import invitation
from empla.capabilities.email.reading.mime import parse as parse_mail
from empla.errors import ValidationError
from empla.mind import codec
from empla.mind.values import Origin, Source
from tests.corpus.calendars import Case, cases
from tests.corpus.calendars.made import ORGANIZER, OWNER

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
ZONE = "Europe/Berlin"
OUTSIDE = Origin(Source.PERCEPT, "mail-1", "invitation")
MARIA = Owner(address=OWNER, zone=ZONE)
AT_MOST_S = 60
"""Seconds after which a file is taken for one without an end; they take milliseconds."""
CASES = cases()


def incoming(raw: bytes, sender: str = ORGANIZER) -> Incoming:
    return Incoming(ics=text_of(raw), sender=sender)


def sender_of(case: Case) -> str:
    return "secretary@elsewhere.example" if "sent-by" in case.name else ORGANIZER


def taken(case: Case) -> tuple[str, str, bytes]:
    """Return what becomes of a file, why, and what then stands in the calendar."""
    try:
        read_invites(case.raw, OUTSIDE, zone=ZONE, at=NOW)
        found = taken_in(None, incoming(case.raw, sender_of(case)), MARIA, at=NOW, mark="act-1")
    except ValidationError as error:
        return "unreadable", error.sentence, b""
    if isinstance(found, bytes):
        return "taken", "", found
    assert isinstance(found, Refused)
    return "refused", found.reason, b""


def test_there_are_enough_of_them() -> None:
    assert len(CASES) >= 350


@pytest.mark.timeout(AT_MOST_S)
@pytest.mark.parametrize("case", CASES, ids=lambda c: c.name)
def test_each_file_comes_to_what_it_must(case: Case) -> None:
    comes, why, standing = taken(case)
    assert comes == case.comes, why
    assert case.says in why
    if comes != "taken":
        return
    invite = read_invite(case.raw, OUTSIDE, zone=ZONE, at=NOW)
    if case.first is not None:
        assert invite.spans[0][0].value == datetime.fromisoformat(case.first).replace(tzinfo=UTC)
    if case.count is not None:
        assert len(invite.spans) == case.count
    assert len(codec.dumps(invite)) < 60_000
    assert codec.loads(codec.dumps(invite)) == invite
    stands(standing, invite)
    again = taken_in(standing, incoming(case.raw, sender_of(case)), MARIA, at=NOW, mark="act-2")
    assert isinstance(again, Older), "the same message a second time brings nothing new"


def stands(standing: bytes, invite: Invite) -> None:
    """What was taken in says the same, is the owner's, carries no foreign mark, and can be worked with further."""
    again = read_invite(standing, OUTSIDE, zone=ZONE, at=NOW, method="REQUEST")
    assert (again.uid, again.sequence, again.organizer) == (invite.uid, invite.sequence, invite.organizer)
    assert when(again) == when(invite)
    assert again.attendee(OWNER) is not None
    assert mark_of(standing) == "act-1"
    assert len({str(e["UID"]) for e in load(standing).events}) == 1
    assert all("X-EMPLA-REPLIED" not in a.params for e in load(standing).events for a in listed(e, "ATTENDEE"))
    parse(standing, ZONE)
    request(standing, at=NOW)
    cancellation(standing, at=NOW)
    week = span(NOW, NOW + timedelta(days=7))
    seen = {(o.span.start, o.span.end) for o in occurrences(standing, week, ZONE)}
    inside = {(s, e) for s, e in when(invite) if week.start <= s < week.end}
    assert inside <= seen


def when(invite: Invite) -> list[tuple[datetime, datetime]]:
    return [(s.value, e.value) for s, e in invite.spans]


@pytest.mark.timeout(AT_MOST_S)
@pytest.mark.parametrize("case", CASES, ids=lambda c: c.name)
def test_each_file_may_come_by_mail(case: Case) -> None:
    """Whatever the mail says, it is read; what is kept of its calendar part is short."""
    mail = EmailMessage(policy=SMTP)
    mail["From"], mail["To"], mail["Subject"], mail["Message-ID"] = (
        ORGANIZER,
        OWNER,
        "Invitation",
        "<c@elsewhere.example>",
    )
    mail.set_content("See below.")
    mail.add_attachment(case.raw, "text", "calendar", params={"method": "REQUEST"})
    found = parse_mail(mail.as_bytes(), "mail-1")
    if found.invitation is not None:
        assert len(str(found.invitation["ics"]).encode()) <= LONGEST


def test_what_a_calendar_file_says_of_people_smuggles_nobody_in() -> None:
    """Names and texts that look like further lines stay names and texts."""
    for case in CASES:
        if case.name.startswith(("people-name", "people-text", "people-address")):
            _, _, standing = taken(case)
            (event,) = load(standing).events
            assert {address_of(a) for a in listed(event, "ATTENDEE")} <= {
                OWNER,
                "ben@elsewhere.example",
                "",
                *strange(event),
            }
            assert address_of(event["ORGANIZER"]) == ORGANIZER


def strange(event: object) -> set[str]:
    """Addresses that are one word, however odd: nothing of them becomes a line of its own."""
    return {a for a in map(address_of, listed(event, "ATTENDEE")) if "%0d%0a" in a}


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """A file of the corpus with some of its bytes or lines changed, cut, doubled or taken from another."""
    raw = draw(st.sampled_from([c.raw for c in CASES if len(c.raw) < 4_000]))
    for _ in range(draw(st.integers(1, 4))):
        lines = raw.split(b"\r\n")
        at = draw(st.integers(0, max(0, len(lines) - 1)))
        match draw(st.sampled_from(["cut", "double", "swap", "byte", "value", "foreign"])):
            case "cut":
                del lines[at]
            case "double":
                lines.insert(at, lines[at])
            case "swap":
                lines[0], lines[at] = lines[at], lines[0]
            case "byte":
                place = draw(st.integers(0, max(0, len(lines[at]) - 1)))
                lines[at] = lines[at][:place] + draw(st.binary(max_size=3)) + lines[at][place + 1 :]
            case "value":
                lines[at] = lines[at].partition(b":")[0] + b":" + draw(st.text(max_size=20)).encode()
            case _:
                other = draw(st.sampled_from([c.raw for c in CASES if len(c.raw) < 4_000])).split(b"\r\n")
                lines[at:at] = other[: draw(st.integers(0, len(other)))]
        raw = b"\r\n".join(lines)
    return raw


@given(mutated(), st.sampled_from(["REQUEST", "CANCEL", "ADD", "REPLY", ""]))
@settings(max_examples=100, deadline=None)
def test_no_file_makes_anything_fail_unseen(raw: bytes, method: str) -> None:
    standing = taken_in(None, incoming(SERIES), MARIA, at=NOW)
    assert isinstance(standing, bytes)
    invitation(text_of(raw), method)
    for before in (None, standing):
        try:
            read_invites(raw, OUTSIDE, zone=ZONE, at=NOW, method=method)
            taken_in(before, Incoming(ics=text_of(raw), sender=ORGANIZER, method=method), MARIA, at=NOW)
        except ValidationError:
            continue


SERIES = next(c.raw for c in CASES if c.name == "rule-weekly")


def test_of_an_endless_list_of_people_many_are_kept_and_the_rest_counted() -> None:
    for number, all_kept in ((149, True), (2000, False)):
        case = next(c for c in CASES if c.name == f"people-{number}")
        found = invitation(text_of(case.raw), "REQUEST")
        assert found is not None and len(found.ics.encode()) <= LONGEST
        invite = read_invite(found.ics, OUTSIDE, zone=ZONE, at=NOW)
        assert len(invite.attendees) + invite.more == number + 1
        assert len(listed(load(found.ics).events[0], "ATTENDEE")) >= (150 if all_kept else 300)


def test_what_is_mended_stays_as_it_is() -> None:
    for case in CASES:
        try:
            once = mended(case.raw)
        except ValidationError:
            continue
        assert mended(once) == once, case.name
