"""What the assistant notices by itself, at a real office: an answer at risk, a silence, findings in the brief."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from empla.mind.limits import LOOK_AHEAD
from empla.mind.triggers import DAILY_PRIORITIES, WEEKLY_PLANNING
from runtime.client import Letter
from tests.scenarios.conftest import Company, Morning, at, working

HEADING = "This I noticed by myself:"


@pytest.fixture
def morning(company: Company, tmp_path: Path) -> Iterator[Morning]:
    """An assistant at work on a Monday at eight that has taken up its duties."""
    with working(company, tmp_path) as found:
        found.end()
        found.with_duties = True
        found.begin(2)
        found.settled()
        yield found


def fired(morning: Morning, name: str) -> list[str]:
    """Return the occurrences of a trigger, each with what it is about."""
    rows = morning.rows("occurrence", "trigger", state="fired")
    return [row.trigger for row in rows if row.trigger.partition(":")[0] == name]


def brief(morning: Morning, day: int, subject: str) -> Letter:
    morning.move_to(at(day, 7, 31))
    return morning.told(subject)


def test_who_waits_for_an_answer_is_named_before_it_is_late(morning: Morning) -> None:
    ben = morning.people["Ben Stone"]
    ben.send(morning.assistant, "Lunch", "Could I have half an hour with Anna on Thursday?")
    morning.until(lambda: bool(morning.rows("belief", "body", functor="owed", held=1)))
    morning.move_to(at(0, 11, 5))
    morning.until(lambda: [f.rpartition(":mail:")[0] for f in fired(morning, "answer-within-4-hours")] != [])
    (risk,) = fired(morning, "answer-within-4-hours")
    assert risk.startswith("answer-within-4-hours:at-risk:")
    told = brief(morning, 1, "Your Tuesday")
    assert HEADING in told.text and "Ben Stone waits for an answer to “Lunch” until Monday" in told.text


def test_an_answer_in_time_keeps_it(morning: Morning) -> None:
    morning.people["Ben Stone"].send(morning.assistant, "Lunch", "Could I have half an hour with Anna on Thursday?")
    question = morning.told("asks for a meeting")
    morning.manager.reply(question, "Yes")
    morning.until(lambda: not morning.rows("belief", "body", functor="owed", held=1))
    told = brief(morning, 1, "Your Tuesday")
    assert "waits for an answer" not in told.text
    assert fired(morning, "answer-within-4-hours") == []


def test_a_silence_of_three_days_and_guests_who_have_not_answered_stand_in_the_brief(morning: Morning) -> None:
    morning.ask("Please get me the supplier list from Carla by Friday of next week, noon.")
    morning.ask("Book half an hour with Ben on Friday at 2pm")
    for day, subject in ((1, "Your Tuesday"), (2, "Your Wednesday"), (3, "Your Thursday")):
        assert "for three days" not in brief(morning, day, subject).text
    morning.move_to(at(3, 14, 10))
    morning.until(lambda: bool(fired(morning, "no-answer-in-3-days")))
    morning.until(lambda: "guests-silent" in "".join(row.body for row in morning.rows("belief", "body", held=1)))
    told = brief(morning, 4, "Your Friday")
    assert HEADING in told.text
    assert "Carla Ruiz has not answered for three days" in told.text
    assert "Ben Stone has not answered the invitation" in told.text
    assert told.text.count(HEADING) == 1


def test_the_standing_triggers_find_somebody_who_listens(morning: Morning) -> None:
    morning.move_to(at(7, 9, 30))
    morning.until(lambda: bool(fired(morning, WEEKLY_PLANNING)) and bool(fired(morning, DAILY_PRIORITIES)))
    morning.until(lambda: {"plan-week", "set-priorities"} <= {row.plan for row in morning.rows("intention", "plan")})
    morning.settled()
    stages = {
        row.stage for row in morning.rows("intention", "plan", "stage") if row.plan in ("plan-week", "set-priorities")
    }
    assert stages == {"done"}
    assert LOOK_AHEAD in [row.name for row in morning.rows("goal", "name", state="active")]
