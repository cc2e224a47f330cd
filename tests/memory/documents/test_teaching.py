"""Being taught: a version of a document stands as a whole or not at all, and what stays the same stays what it is."""

from datetime import datetime
from itertools import pairwise

import pytest

from empla.memory.documents import parting, teaching
from empla.memory.documents.passages import cut
from empla.memory.documents.reading import read
from empla.memory.knowledge.entities import add_entity
from empla.memory.knowledge.recording import record_fact
from empla.memory.knowledge.statements import Statement
from empla.memory.model import Basis, Visibility

from .conftest import PLACE, Pupil, handbook
from .papers import prose

CHAPTERS = [prose(n, 60) for n in range(12)]


def test_a_document_is_passages_that_can_be_cited(pupil: Pupil) -> None:
    pupil.learn("# Travel\n\nBy train.\n\n## Hotels\n\nAt most 120 EUR.\n", visibility=Visibility.TEAM)
    document = teaching.standing(pupil.employee.store, PLACE)
    assert (document.name, document.passages, document.visibility) == ("handbook.md", 2, Visibility.TEAM)
    first, second = pupil.passages()
    assert (first.subject, first.text) == ("handbook.md, Travel", "By train.")
    assert (second.subject, second.text) == ("handbook.md, Travel > Hotels", "At most 120 EUR.")
    for passage in (first, second):
        assert passage.thread == f"doc:{document.seq}"
        assert passage.visibility == Visibility.TEAM
        assert passage.source == "percept"  # whoever taught it, its words are data


def test_passages_stand_in_the_order_of_the_document_by_place_and_by_time(pupil: Pupil) -> None:
    pupil.learn(handbook(CHAPTERS))
    pupil.learn(handbook([*CHAPTERS[:3], prose(50, 60), prose(51, 60), *CHAPTERS[3:]]))
    rows = pupil.passages()
    assert [row.text for row in rows] == [*CHAPTERS[:3], prose(50, 60), prose(51, 60), *CHAPTERS[3:]]
    assert all(before.at < after.at for before, after in pairwise(rows))
    span = datetime.fromisoformat(rows[-1].at) - datetime.fromisoformat(rows[0].at)
    assert span.total_seconds() < 1


def test_taught_again_only_what_changed_is_new(pupil: Pupil) -> None:
    pupil.learn("\n\n".join(f"# {n}\n\n{words}" for n, words in enumerate(CHAPTERS)))
    before = {row.text: row.seq for row in pupil.passages()}
    changed = [*CHAPTERS[:5], prose(99, 60), *CHAPTERS[6:]]
    document = read("handbook.md", handbook(changed).replace("Chapter ", "").encode())
    row = teaching.standing(pupil.employee.store, PLACE)
    told = teaching.difference(pupil.employee.store, row, cut(document))
    assert (told.new, told.same, told.replaced) == (1, 11, 1)
    pupil.learn(handbook(changed).replace("Chapter ", ""))
    after = {row.text: row.seq for row in pupil.passages()}
    assert {text: seq for text, seq in after.items() if text in before} == {
        text: seq for text, seq in before.items() if text in after
    }
    assert after.keys() - before.keys() == {prose(99, 60)}
    gone = pupil.employee.rows("episode", "text", "stands_for", state="replaced")
    assert gone == [(CHAPTERS[5], after[prose(99, 60)])]


def test_the_same_again_changes_nothing_and_a_former_version_brings_its_passages_back(pupil: Pupil) -> None:
    first, second = handbook(CHAPTERS), handbook(CHAPTERS[2:])
    pupil.learn(first)
    before = [(row.seq, row.part) for row in pupil.passages()]
    changes = len(pupil.employee.rows("consolidation", "seq"))
    keys = pupil.learn(first)
    assert [(row.seq, row.part) for row in pupil.passages()] == before
    assert not any("episode" in row for row in pupil.employee.rows("consolidation", "memory")[changes:])
    pupil.learn(second)
    assert pupil.texts() == CHAPTERS[2:]
    assert set(pupil.learn(first)).isdisjoint(keys)  # else it would be taken for what was handled long ago
    assert pupil.texts() == CHAPTERS
    assert {row.seq for row in pupil.passages()} == {seq for seq, _ in before}


def test_equal_passages_are_told_apart_and_each_keeps_its_number(pupil: Pupil) -> None:
    text = "# A\n\nSee the manual.\n\n# B\n\nOther.\n\n# A\n\nSee the manual.\n"
    pupil.learn(text)
    before = [row.seq for row in pupil.passages()]
    assert pupil.texts() == ["See the manual.", "Other.", "See the manual."]
    pupil.learn(text.replace("Other", "Another"))
    after = [row.seq for row in pupil.passages()]
    assert (after[0], after[2]) == (before[0], before[2])


def test_until_the_last_part_has_come_the_former_version_stands(pupil: Pupil, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parting, "MOST_PASSAGES", 3)
    pupil.learn("# Old\n\nThe former version.\n")
    keys = pupil.teach(handbook(CHAPTERS), up_to=3)
    assert len(keys) == 4
    pupil.employee.work()
    pupil.employee.restart()
    pupil.employee.work()
    assert pupil.texts() == ["The former version."]
    assert pupil.teach(handbook(CHAPTERS)) == keys  # the command is given again: the parts that came are there
    pupil.employee.work()
    assert pupil.texts() == CHAPTERS
    for body in pupil.employee.rows("percept", "body", kind="command:memory"):
        assert CHAPTERS[0][:20] not in body  # the words stand where they can be forgotten, and nowhere else


def test_a_part_that_is_missing_is_said_and_nothing_changes(pupil: Pupil, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parting, "MOST_PASSAGES", 3)
    data = handbook(CHAPTERS)
    keys = pupil.teach(data, up_to=1)
    sent = pupil.teach(data, place="/elsewhere.md")
    store = pupil.employee.store
    with store.transaction("test"):
        store.change("percept", {"key": keys[0]}, {"key": "lost"})
        store.change("percept", {"key": sent[1]}, {"key": "lost too"})
    pupil.employee.work()
    assert pupil.texts("/elsewhere.md") == []
    (why,) = pupil.employee.rows("percept", "reason", key=sent[-1])
    assert "part 2 of elsewhere.md is missing" in why


def test_who_may_see_it_changes_for_every_passage(pupil: Pupil) -> None:
    pupil.learn(handbook(CHAPTERS), visibility=Visibility.COMPANY)
    numbers = [row.seq for row in pupil.passages()]
    pupil.learn(handbook(CHAPTERS), visibility=Visibility.PRIVATE)
    assert {row.visibility for row in pupil.passages()} == {Visibility.PRIVATE}
    assert [row.seq for row in pupil.passages()] == numbers
    named = pupil.employee.rows("consolidation", "memory", what="changed")
    assert {f"e{number}" for number in numbers} <= set(named)  # so that every index hears of it


def test_a_document_that_is_dropped_is_known_no_longer_and_can_be_taught_again(pupil: Pupil) -> None:
    pupil.learn(handbook(CHAPTERS))
    before = [row.seq for row in pupil.passages()]
    number = teaching.standing(pupil.employee.store, PLACE).seq
    pupil.tell("drop", do="teach", drop=[number], by="maria@office.example")
    assert pupil.texts() == []
    assert pupil.employee.rows("document", "state") == ["replaced"]
    pupil.tell("drop again", do="teach", drop=[number], by="maria@office.example")
    assert "there is no document" in pupil.employee.rows("percept", "reason", key="drop again")[0]
    pupil.learn(handbook(CHAPTERS))
    assert [row.seq for row in pupil.passages()] == before


def test_what_was_forgotten_does_not_come_back_by_being_taught_again(pupil: Pupil) -> None:
    pupil.learn(handbook(CHAPTERS))
    store, forgotten = pupil.employee.store, pupil.passages()[4].seq
    with store.transaction("forget"):
        store.change("episode", {"seq": forgotten}, {"state": "forgotten", "text": "", "subject": ""})
    pupil.learn(handbook(CHAPTERS[1:]))
    pupil.learn(handbook(CHAPTERS))
    assert pupil.employee.rows("episode", "state", "text", seq=forgotten) == [("forgotten", "")]


def test_being_taught_can_be_undone(pupil: Pupil) -> None:
    pupil.learn(handbook(CHAPTERS))
    pupil.learn(handbook(CHAPTERS[3:]))
    run = pupil.employee.rows("consolidation", "run")[-1]
    pupil.tell("undo", do="undo", what=run)
    assert pupil.texts() == CHAPTERS
    pupil.learn(handbook(CHAPTERS[3:]))
    assert pupil.texts() == CHAPTERS[3:]


def test_what_rests_on_a_passage_alone_is_believed_no_more_when_it_is_gone(pupil: Pupil) -> None:
    pupil.learn("# Prices\n\nA lamp costs 9 EUR.\n\n# Hours\n\nOpen from nine.\n")
    passage = pupil.passages()[0].seq
    store, at = pupil.employee.store, pupil.employee.clock.now()
    with store.transaction("test"):
        lamp = add_entity(store, "product", "lamp", at)
        price = Statement(
            key="test:price", subject=lamp, predicate="price", object="9 EUR", basis=Basis.TAUGHT,
            rests_on=(f"e{passage}",),
        )  # fmt: skip
        fact = record_fact(store, price, at)

    def closed() -> bool:
        return bool(pupil.employee.rows("fact", "closed_at", seq=fact)[0])

    assert not closed()
    pupil.learn("# Prices\n\nA lamp costs 9 EUR.\n\n# Hours\n\nOpen from ten.\n")
    assert not closed()
    pupil.learn("# Prices\n\nA lamp costs 12 EUR.\n\n# Hours\n\nOpen from ten.\n")
    assert closed()
    pupil.learn("# Prices\n\nA lamp costs 9 EUR.\n\n# Hours\n\nOpen from ten.\n")
    assert not closed()
    pupil.tell("drop", do="teach", drop=[1], by="maria@office.example")
    assert closed()
