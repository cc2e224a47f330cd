"""A mail comes, it is answered, a meeting is booked: what of it is remembered, with whom, and why."""

import json
from typing import Any

from empla.memory.model import EpisodeKind, Importance
from empla.testing.employee import ADA, MARIA
from tests.employees.executive_assistant.conftest import BEN, Desk

COLUMNS = (
    "key", "kind", "at", "author", "people", "thread", "subject", "text", "outcome", "rationale", "importance",
    "source", "percept", "intention", "action",
)  # fmt: skip


def remembered(desk: Desk, kind: EpisodeKind) -> list[Any]:
    """Return the episodes of a kind, oldest first."""
    return list(desk.ada.store.find("episode", {"kind": kind.value}, COLUMNS))


def test_the_managers_mail_is_remembered_with_her_own_words_alone(desk: Desk) -> None:
    answer = desk.answer("Please book half an hour with Ben tomorrow at 14:00.")
    desk.write("Thanks!\n\nAda wrote:\n> Done. Half an hour with Ben Stone\n\n-- \nMaria Mitchell\nDirector", answer)
    first, second = remembered(desk, EpisodeKind.MAIL)
    assert first.text == "Please book half an hour with Ben tomorrow at 14:00."
    assert second.text == "Thanks!"
    assert (first.author, first.source, first.importance) == (MARIA, "manager", Importance.HIGH)
    assert json.loads(first.people) == [MARIA, ADA]
    assert first.thread == second.thread == "<maria-1@office.example>"
    assert first.percept == first.key


def test_what_was_answered_is_remembered_as_it_went_out(desk: Desk) -> None:
    desk.write("Please book half an hour with Ben tomorrow at 14:00.")
    invitation, answer = remembered(desk, EpisodeKind.SENT)
    assert "Done. Half an hour with Ben Stone" in answer.text
    assert "digital assistant" not in answer.text, "the disclosure at the end of a mail is no news"
    assert (answer.author, json.loads(answer.people)) == (ADA, [ADA, MARIA])
    assert json.loads(invitation.people) == [ADA, BEN]
    assert answer.rationale == "to arrange a meeting (arrange-meeting)"
    assert {invitation.thread, answer.thread} == {"<maria-1@office.example>"}


def test_a_meeting_in_two_calendars_is_one_episode(desk: Desk) -> None:
    desk.write("Please book half an hour with Ben tomorrow at 14:00.")
    (booked,) = remembered(desk, EpisodeKind.EVENT)
    assert "Booked “Maria Mitchell and Ben Stone”: Tuesday, 24 November 2026, 14:00 to 14:30 (UTC)" in booked.text
    assert set(json.loads(booked.people)) == {ADA, MARIA, BEN}
    assert booked.thread == "<maria-1@office.example>"
    assert len(desk.meetings(ADA)) == len(desk.meetings(MARIA)) == 1


def test_what_came_of_it_is_remembered_with_the_plan_and_the_reasons(desk: Desk) -> None:
    desk.write("Please book half an hour with Ben tomorrow at 14:00.")
    (decision,) = remembered(desk, EpisodeKind.DECISION)
    assert decision.text == f"Arrange a meeting, asked for by {MARIA} in “A request”: done"
    assert decision.rationale.startswith("by the plan arrange-meeting on the word of the manager")
    assert BEN in json.loads(decision.people)
    assert desk.ada.store.find("intention", {"id": decision.intention}, ("plan",))[0].plan == "arrange-meeting"


def test_a_meeting_that_is_moved_and_called_off_is_remembered_each_time(desk: Desk) -> None:
    desk.write("Please book half an hour with Ben tomorrow at 14:00.")
    desk.write("Move my meeting with Ben to Wednesday at 10.")
    desk.write("Cancel the meeting with Ben on Wednesday.")
    said = [row.text.partition(":")[0].partition(" “")[0] for row in remembered(desk, EpisodeKind.EVENT)]
    assert said == ["Booked", "Moved", "Called off"]


def test_a_question_is_remembered_and_what_answered_it(desk: Desk) -> None:
    question = desk.answer("Please book half an hour tomorrow at 16:00.")
    desk.write("Ben", question)
    (asked,) = remembered(desk, EpisodeKind.QUESTION)
    assert "Who should be there besides you?" in asked.text
    assert remembered(desk, EpisodeKind.MAIL)[1].outcome.endswith(f"answers the question {asked.action}")


def test_a_promise_is_remembered_when_it_is_made_and_when_it_is_kept(desk: Desk) -> None:
    desk.write("Remind me tomorrow at 9 to sign the lease.")
    desk.goes_on(desk.at(1, 9, 1) - desk.ada.clock.now())
    promises = [row for row in remembered(desk, EpisodeKind.DECISION) if row.key.startswith("commitment:")]
    assert [row.outcome for row in promises] == ["open", "kept"]
    assert "sign the lease, by Tuesday, 24 November 2026, 09:00 (UTC)" in promises[0].text
    assert {row.importance for row in promises} == {Importance.HIGH}


def test_what_keeps_house_is_not_remembered(desk: Desk) -> None:
    desk.goes_on(desk.at(2, 8) - desk.ada.clock.now())
    assert desk.ada.rows("journal", "seq"), "it was at work"
    assert [(row.kind, row.text) for row in desk.ada.store.find("episode", (), COLUMNS)] == []
