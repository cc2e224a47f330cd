"""The journal of an assistant at work, replayed: with today's plans, and without a mail of its manager."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from empla.engine.imagining import Imagined, imagine
from empla.engine.replay import replay
from empla.mind.plans import PlanLibrary, Trigger
from empla.mind.steps import Now
from employees.executive_assistant.plans import library
from tests.employees.executive_assistant.conftest import Desk


@pytest.fixture
def worked(desk: Desk) -> Desk:
    """An assistant after two days: a rule, a meeting that keeps to it, an errand that is asked for again, a move."""
    desk.write("Never before 9.")
    desk.write("Book half an hour with Ben on Wednesday morning, about the budget.")
    desk.write("Please get me the supplier list from Carla by tomorrow 10:00.")
    desk.goes_on(timedelta(days=1, hours=3))
    desk.write("Move my meeting with Ben to Thursday morning.")
    return desk


def key_of(desk: Desk, place: int) -> str:
    """Return the key of the manager's mail that came at this place."""
    return str(desk.ada.rows("percept", "key", kind="mail-arrived")[place])


def operations(found: Imagined) -> dict[str, list[str]]:
    """Return the acts that would have been others, by how."""
    acts: dict[str, list[str]] = {}
    for act in found.acts():
        acts.setdefault(act.what, []).append((act.was or act.now).operation)
    return acts


def test_a_working_assistants_journal_has_the_same_digests(worked: Desk) -> None:
    found = replay(worked.ada.store, library)
    assert found.first is None
    assert found.own.cycles == found.cycles == len(worked.ada.rows("journal", "seq")) > 30


def test_a_change_in_one_plan_shows_in_the_first_cycle_that_it_was_in(worked: Desk) -> None:
    changed = PlanLibrary()
    changed.include(library)
    mover = changed.newest("move-meeting")
    assert mover is not None

    def asks_the_time_first(event: Trigger) -> Any:
        yield Now()
        return (yield from mover.body(event))

    changed.add(replace(mover, body=asks_the_time_first))
    found = replay(worked.ada.store, changed)
    assert found.first is not None
    assert found.first.recorded.key.startswith("outcome:"), "the mail was read before the plan was adopted"
    moving = worked.ada.rows("intention", "id", plan="move-meeting")
    assert any(moving[0] in str(change) for change in found.first.now), found.first


def test_without_the_managers_mail_the_booking_is_gone_and_the_errand_is_not(worked: Desk) -> None:
    found = imagine(worked.ada.store, library, [key_of(worked, 1)])
    acts = operations(found)
    assert {"calendar.book", "calendar.book_own", "calendar.invite", "email.send"} <= set(acts["not asked"])
    assert "arranged" in {b.was.functor for b in found.beliefs() if b.was is not None}
    errands = [i for i in found.intentions() if "errand" in (i.was or i.now).plan]
    assert errands == []


def test_without_the_rule_the_times_would_have_been_looked_for_otherwise_and_that_is_where_knowledge_ends(
    worked: Desk,
) -> None:
    found = imagine(worked.ada.store, library, [key_of(worked, 0)])
    acts = operations(found)
    assert "calendar.find_slots" in acts["asked otherwise"]
    assert "calendar.book" in acts["not asked"]
    (booking,) = [i for i in found.intentions() if i.was is not None and i.was.plan == "arrange-meeting"]
    assert (booking.was.stage.value, booking.now.stage.value) == ("done", "active")
    rules = [b for b in found.beliefs() if b.was is not None and b.was.functor == "rule"]
    assert [b.now for b in rules] == [None]
