"""Somebody is forgotten: after it no store holds a word of them, and the employee works on."""

from empla.engine.replay import replay
from empla.memory.forgetting import proving, task
from empla.mind.bodies import unguarded
from empla.testing.employee import MARIA
from empla.testing.mailbox import letter
from tests.employees.executive_assistant.conftest import Desk
from tests.memory.forgetting.conftest import RECEIPT, begin, carry_through, folder, forget, holders, integrity

ZED = "zed.quill@acme.example"
WORDS = (ZED, "Zed Quill", "Brandywine")


def zed_writes(
    desk: Desk, text: str = "Could we speak about the Brandywine merger?\nThe figures are quite secret."
) -> None:
    desk.arrives(letter(f"Zed Quill <{ZED}>", text, subject="The Brandywine merger", message_id="<zed-1@acme.example>"))


def some_days(desk: Desk) -> None:
    desk.write("Please book half an hour with Ben tomorrow at 14:00.")
    zed_writes(desk)
    desk.write("Please remember that Zed Quill of Acme prefers mornings.")
    desk.goes_on()


def settle_everything(desk: Desk) -> None:
    """Let everything that is open come to its end."""
    from datetime import timedelta

    desk.goes_on(timedelta(days=30))


def test_after_forgetting_no_file_holds_a_word(desk: Desk) -> None:
    some_days(desk)
    settle_everything(desk)
    assert holders(desk, *WORDS), "there is something to forget"
    forget(desk, person=ZED)
    assert holders(desk, *WORDS) == []
    assert integrity(desk) == "ok"


def test_what_is_left_says_that_it_was_erased_and_proves_it(desk: Desk) -> None:
    some_days(desk)
    settle_everything(desk)
    forget(desk, person=ZED)
    rows = desk.ada.rows("episode", "text", "author", "outcome", state="forgotten")
    assert rows
    assert all((text, author) == ("", "") and outcome.startswith("erased ") for text, author, outcome in rows)
    (entry,) = proving.entries(desk.ada.store)
    assert entry["by"] == MARIA
    assert entry["counts"]["episode"] == len(rows)
    assert {outcome.removeprefix("erased ") for _, _, outcome in rows} <= set(entry["erased"].values())
    assert proving.is_of(entry, RECEIPT, ZED)
    assert not proving.is_of(entry, "another receipt", ZED)
    assert not proving.is_of(entry, RECEIPT, "somebody@else.example")
    assert proving.broken_at(desk.ada.store) == 0


def test_others_are_remembered_as_before(desk: Desk) -> None:
    some_days(desk)
    settle_everything(desk)
    before = {r for r in desk.ada.rows("episode", "seq", "text", "people") if "ben@" in r[2]}
    forget(desk, person=ZED)
    assert before
    assert before <= set(desk.ada.rows("episode", "seq", "text", "people", state="kept"))


def test_a_replay_begins_after_it_and_comes_out_the_same(desk: Desk) -> None:
    some_days(desk)
    settle_everything(desk)
    forget(desk, person=ZED)
    desk.write("Please book half an hour with Ben on Thursday at 14:00.")
    found = replay(desk.ada.store, desk.ada.mindset.library, unguarded)
    assert found.since == task.beginning(desk.ada.store) > 0
    assert found.cycles > 0
    assert found.own.otherwise == 0
    assert found.erased == 0


def test_killed_at_every_piece_it_comes_to_the_same_end(desk: Desk) -> None:
    some_days(desk)
    settle_everything(desk)
    begin(desk, person=ZED)
    pieces = 0
    while task.under_way(desk.ada.store) is not None:
        next(carry_through(desk), None)
        desk.ada.restart()
        pieces += 1
        assert pieces < 200
    assert pieces > 20
    assert holders(desk, *WORDS) == []
    assert len(proving.entries(desk.ada.store)) == 1
    assert proving.broken_at(desk.ada.store) == 0
    desk.ada.restart()
    assert desk.answer("Please book half an hour with Ben on Thursday at 15:00.")


def test_told_twice_it_is_done_once(desk: Desk) -> None:
    some_days(desk)
    settle_everything(desk)
    forget(desk, person=ZED)
    forget(desk, person=ZED)
    assert len(proving.entries(desk.ada.store)) == 1


def test_the_kept_bytes_of_their_mails_go(desk: Desk) -> None:
    some_days(desk)
    settle_everything(desk)
    kept = desk.ada.place.blobs.kept
    assert any(b"Brandywine" in content for content in kept.values())
    forget(desk, person=ZED)
    assert not any(b"Brandywine" in content or b"Zed Quill" in content for content in kept.values())
    assert any(b"with Ben" in content for content in kept.values())
    assert folder(desk).exists()
