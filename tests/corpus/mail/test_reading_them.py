"""Every mail of the corpus, read: what is found in it, or why it is set aside; and no error in any damaged copy."""

import random
import tracemalloc
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from empla.capabilities.email.reading import Unreadable, new_text, parse, read
from empla.capabilities.email.reading.absence import away_until
from empla.mind import codec
from tests.corpus.mail import large
from tests.corpus.mail.cases import ASSISTANT, MANAGER, Case, Fate, Way
from tests.corpus.mail.table import SMALL, everything

ZONE = "Europe/Berlin"
MONDAY = datetime(2026, 9, 7, 8, 0, tzinfo=ZoneInfo(ZONE))


def test_there_are_more_than_a_hundred_and_each_has_its_name() -> None:
    names = [case.name for case in everything()]
    assert len(names) == len(set(names)) >= 120
    assert all(case.marker in case.raw for case in everything())


@pytest.mark.parametrize("case", everything(), ids=lambda case: case.name)
def test_it_is_read_as_it_is_meant(case: Case) -> None:
    if case.fate is Fate.SET_ASIDE:
        with pytest.raises(Unreadable) as refused:
            parse(case.raw, "k")
        assert case.why in refused.value.sentence
        return
    kept: dict[str, bytes] = {}

    def keep(content: bytes) -> str:
        return kept.setdefault(str(len(kept)), content) and str(len(kept) - 1)

    returned = b"Return-Path: <>\r\n" if case.way is Way.OUTSIDE and not case.envelope else b""
    mail = parse(returned + case.raw, "k", own=(ASSISTANT,), keep=keep)
    assert mail.automatic == (case.why if case.fate is Fate.IGNORED else "")
    if case.new:
        assert new_text(mail.text) == case.new
    assert case.text in mail.text
    assert case.subject in mail.subject
    assert mail.bounced == case.bounced
    assert case.defect in (*mail.defects, "")
    if case.files:
        assert tuple(file.name for file in mail.attachments) == case.files
    assert len(kept) == min(len(mail.attachments), 50)
    reading = read(mail, MONDAY, ZONE, MANAGER)
    assert codec.loads(codec.dumps(reading)) == reading
    assert codec.loads(codec.dumps(mail)) == mail


def understand(raw: bytes) -> None:
    """Read a mail as the employee does; only Unreadable may be raised."""
    try:
        mail = parse(raw, "k", own=(ASSISTANT,))
    except Unreadable:
        return
    away_until(mail.subject, mail.text, MONDAY, ZONE)
    codec.dumps(read(mail, MONDAY, ZONE, MANAGER))


def damaged(raw: bytes, chance: random.Random) -> bytes:
    """Return the mail with some of its bytes lost, doubled, changed, or in the wrong place."""
    data = bytearray(raw[:40_000])
    for _ in range(chance.randint(1, 8)):
        at, length = chance.randrange(len(data) + 1), chance.randint(1, 60)
        match chance.randrange(6):
            case 0:
                del data[at : at + length]
            case 1:
                data[at:at] = data[at : at + length]
            case 2:
                data[at : at + length] = chance.randbytes(length)
            case 3:
                data[at:at] = chance.choice(
                    [b"\r\n\r\n", b"\n", b"\r", b"\x00", b"--=_b1", b"=?", b'"', b"(" * 50, b"\xff"]
                )
            case 4:
                del data[at:]
            case _:
                other = chance.randrange(len(data) + 1)
                data[other:other] = data[at : at + length]
        if not data:
            break
    return bytes(data)


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(SMALL), st.integers(0, 2**32))
def test_no_damage_raises_anything_but_unreadable(case: Case, seed: int) -> None:
    understand(damaged(case.raw, random.Random(seed)))


@pytest.mark.parametrize("kind", ["file", "text"])
def test_a_large_mail_is_not_held_many_times_over(kind: str) -> None:
    raw = {"file": large.file_of, "text": large.text_of}[kind]("large", 25)
    tracemalloc.start()
    try:
        parse(raw, "k")
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 4 * len(raw)
