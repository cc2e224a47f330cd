"""What is meant by a topic, a document, a time or ids; what is still needed stays; whose name it is not stays too."""

from datetime import timedelta

import pytest

from empla.errors import InputError, PermissionDenied
from empla.memory.forgetting import proving
from empla.memory.forgetting.command import sought
from empla.memory.forgetting.finding import Target, find
from empla.memory.knowledge.entities import add_entity, name_entity
from empla.memory.knowledge.recording import record_fact
from empla.memory.knowledge.statements import Statement
from empla.memory.model import Basis
from empla.testing.employee import MARIA
from empla.testing.mailbox import letter
from tests.employees.executive_assistant.conftest import BEN, Desk
from tests.memory.documents.conftest import Pupil
from tests.memory.forgetting.conftest import forget, holders


def test_a_topic_goes_wherever_it_is_spoken_of(desk: Desk) -> None:
    desk.write("Please remember that Project Nightjar begins in May.")
    desk.write("Please book half an hour with Ben tomorrow at 14:00.")
    desk.goes_on(timedelta(days=30))
    forget(desk, topic="project nightjar")
    assert holders(desk, "project nightjar") == []
    assert any("with Ben" in text for text in desk.ada.rows("episode", "text", state="kept"))


def test_one_memory_goes_with_what_quotes_it(desk: Desk) -> None:
    line = "The vault is opened with seven turns to the left."
    desk.arrives(letter(f"Ben Stone <{BEN}>", line, subject="Vault", message_id="<ben-1@office.example>", vouched=BEN))
    desk.goes_on(timedelta(days=30))
    number = next(seq for seq, text in desk.ada.rows("episode", "seq", "text") if line in text)
    assert holders(desk, line)
    forget(desk, ids=(f"e{number}",))
    assert holders(desk, line) == []
    assert "Ben Stone" in str(desk.ada.rows("belief", "body")) or holders(desk, BEN), "who Ben is is still known"


def test_what_was_derived_of_it_goes_too(desk: Desk) -> None:
    store, at = desk.ada.store, desk.ada.clock.now()
    desk.ada.work()
    with store.transaction():
        ivy, acme = add_entity(store, "person", "Ivy Marsh", at), add_entity(store, "company", "Acme", at)
        name_entity(store, ivy, "address", "ivy@acme.example", at)
        said = Statement(key="t:1", subject=ivy, predicate="works_for", object_entity=acme, basis=Basis.STATED)
        other = Statement(key="t:2", subject=acme, predicate="based_in", object="Berlin", basis=Basis.STATED)
        first, second = record_fact(store, said, at), record_fact(store, other, at)
    forget(desk, person="ivy@acme.example")
    assert desk.ada.rows("fact", "object", "state", seq=first) == [("", "forgotten")]
    assert desk.ada.rows("fact", "object", "state", seq=second) == [("Berlin", "kept")]
    assert desk.ada.rows("entity", "name", "state", seq=ivy) == [("", "forgotten")]
    assert holders(desk, "ivy@acme.example", "ivy marsh") == []


def test_a_stranger_who_calls_himself_as_the_manager_takes_nothing_of_hers_with_him(desk: Desk) -> None:
    desk.arrives(letter("Maria Mitchell <maria.mitchell@evil.example>", "Pay this.", message_id="<e1@evil.example>"))
    desk.write("Please book half an hour with Ben tomorrow at 14:00.")
    meant = find(desk.ada.store, Target(person="maria.mitchell@evil.example"))
    assert not {term for term in meant.terms if "@" not in term}
    theirs = {a for seq in meant.episodes for a in desk.ada.rows("episode", "author", seq=seq)}
    assert theirs == {"maria.mitchell@evil.example"}


def test_without_whom_it_cannot_work_is_not_forgotten(desk: Desk) -> None:
    desk.ada.work()
    with pytest.raises(PermissionDenied, match="cannot be forgotten"):
        sought(desk.ada.store, {"person": MARIA})
    with pytest.raises(InputError, match="there is no e999"):
        sought(desk.ada.store, {"ids": ("e999",)})
    with pytest.raises(InputError, match="one of"):
        sought(desk.ada.store, {"person": "x@y.example", "topic": "z"})


def test_what_is_still_needed_is_kept_and_named_until_it_is_given_up(desk: Desk) -> None:
    desk.write("Please book half an hour with Ben tomorrow at 14:00.")  # whoever keeps the meeting waits for it
    forget(desk, person=BEN)
    (entry,) = proving.entries(desk.ada.store)
    assert entry["kept"] > 0
    assert holders(desk, BEN)
    begun = "forget:again"
    forget(desk, person=BEN, also_open=True, run=begun)
    stages = set(desk.ada.rows("intention", "stage"))
    assert "dropped" in stages
    assert [h for h in holders(desk, BEN) if h not in ("mind.db", "mind.db belief", "mind.db journal")] == []


def test_a_document_goes_whole(desk: Desk) -> None:
    pupil = Pupil(desk.ada)
    pupil.learn("# Doors\n\nThe blue door is never locked at night.\n\n# Tea\n\nTea is at four o'clock sharp.\n")
    assert holders(desk, "the blue door")
    forget(desk, document="d1")
    assert holders(desk, "the blue door", "tea is at four", "handbook.md") == []
    assert desk.ada.rows("document", "name", "state") == [("", "forgotten")]
