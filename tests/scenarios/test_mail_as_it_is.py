"""A mailbox into which everything falls: each mail is answered, ignored for a reason, passed on, or set aside."""

from collections import Counter
from datetime import timedelta
from typing import Any

from empla.clock import SystemClock
from empla.mind import codec
from empla.workplace.blobs import FileBlobs
from tests.corpus.mail.cases import MANAGER, Case, Fate, Way
from tests.corpus.mail.table import everything
from tests.scenarios.conftest import Morning, signed_in_as

BATCH = 24
"""Mails between two moves of the clock: the gate lets 30 a minute go."""
A_DAY = 100
"""Mails a day: the gate lets 200 go."""
LARGEST_HERE = 40 * 1024 * 1024
"""Bytes of a mail that the office takes."""


def bring(morning: Morning, case: Case) -> None:
    """Have a mail come in the way it comes."""
    match case.way:
        case Way.MANAGER:
            morning.manager.submit(case.raw, [morning.assistant])
        case Way.OUTSIDE:
            morning.deliver(case.raw, case.envelope)
        case Way.APPENDED:
            append(morning, case.raw)


def append(morning: Morning, raw: bytes) -> None:
    """Put the very bytes into the assistant's INBOX, as a migration does; `imaplib` alone would mend line ends."""
    own = signed_in_as(morning, morning.assistant)
    with own._imap() as imap:
        imap.literal = raw  # type: ignore[assignment]
        done, said = imap._simple_command("APPEND", "INBOX")
        assert done == "OK", said
        imap.literal = None


def arrived(morning: Morning) -> list[Any]:
    return morning.rows("percept", "key", "state", "reason", "body", kind="mail-arrived")


def at_rest(morning: Morning, expected: int) -> bool:
    """Whether so many mails have come, all of them were thought about, and nothing is under way."""
    rows = arrived(morning)
    busy = [r for s in ("ready", "claimed", "on_wire") for r in morning.rows("action", "id", state=s)]
    return len(rows) == expected and not busy and not morning.rows("percept", "key", state="new")


def brought(morning: Morning, cases: list[Case]) -> None:
    """Have all of them come, a few at a time, with days between."""
    before = len(arrived(morning))
    for number, case in enumerate(cases):
        bring(morning, case)
        if number % BATCH == BATCH - 1 or case is cases[-1]:
            expected = before + number + 1
            morning.until(lambda expected=expected: at_rest(morning, expected), 120)
            step = timedelta(days=1) if number // A_DAY != (number + BATCH) // A_DAY else timedelta(seconds=90)
            morning.move_to(SystemClock(morning.home.clock).now() + step)


def known(morning: Morning, cases: list[Case]) -> dict[str, Any]:
    """Return the percept of each case, by the case's name: known by its mark in the very bytes that were kept."""
    blobs = FileBlobs(morning.home.employee(morning.slug) / "blobs")
    kept = {row.key: blobs.read(codec.loads(row.body)["fields"]["blob"])[:400_000] for row in arrived(morning)}
    found = {}
    for row in arrived(morning):
        names = [case.name for case in cases if case.marker in kept[row.key]]
        assert len(names) <= 1
        found |= dict.fromkeys(names, row)
    return found


def test_every_mail_of_the_corpus_is_accounted_for(morning: Morning) -> None:
    cases = [case for case in everything() if len(case.raw) < LARGEST_HERE]
    before = {m.uid for m in morning.manager.inbox()}
    brought(morning, cases)
    percepts = known(morning, cases)
    assert sorted(percepts) == sorted(case.name for case in cases)
    letters = [m for m in morning.manager.inbox() if m.uid not in before]
    answers = Counter(str(m.message["In-Reply-To"] or "").strip() for m in letters)
    by_subject = {m.subject: m for m in letters}

    wrong = []
    for case in cases:
        row = percepts[case.name]
        became = what_became(morning, row)
        reply = next((m for m in letters if m.answers(case.message_id)), by_subject.get(f"Re: Case {case.name}"))
        if case.fate is Fate.ANSWERED and (reply is None or case.why not in reply.text):
            wrong.append((case.name, "not answered", became))
        if case.fate is not Fate.ANSWERED and reply is not None:
            wrong.append((case.name, "answered", reply.text))
        if case.fate is Fate.IGNORED and became != ("handled", case.why):
            wrong.append((case.name, became))
        if case.fate is Fate.SET_ASIDE and (became[0] != "quarantined" or case.why not in became[1]):
            wrong.append((case.name, became))
        if case.fate is Fate.PASSED_ON and (became != ("handled", "") or not plans(morning, row.key)):
            wrong.append((case.name, became))
    assert not wrong, "\n".join(map(str, wrong))
    assert {count for message_id, count in answers.items() if message_id} == {1}, "no mail has two answers"
    assert any(m.subject.endswith("more mails that I cannot read") for m in letters), "a flood of them is one mail"
    assert sum(m.subject == "A mail that I cannot read" for m in letters) <= 4


def what_became(morning: Morning, row: Any) -> tuple[str, str]:
    """Return what became of a mail: its state, and the reason why it is set aside or not answered."""
    if row.state == "quarantined":
        return row.state, row.reason
    (read,) = morning.rows("action", "outcome", percept=row.key, operation="email.read")
    return row.state, codec.loads(read.outcome).value.automatic


def plans(morning: Morning, key: str) -> set[str]:
    """Return the plans that took a mail on."""
    return {row.plan for row in morning.rows("intention", "plan", percept=key)} - {"perceive-mail"}


def test_one_who_writes_as_the_manager_without_being_vouched_for_is_not_answered(morning: Morning) -> None:
    cases = [case for case in everything() if case.name == "claims-to-be-the-manager"]
    brought(morning, cases)
    told = morning.told(f"Mail from {MANAGER}")
    assert "does not vouch" in told.text
    assert morning.meetings() == []
