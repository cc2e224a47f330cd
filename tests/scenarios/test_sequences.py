"""A follow-up over days at a real office: agreed, written, stopped by an answer."""

import pytest

from tests.scenarios.conftest import Morning, at


@pytest.fixture
def morning(shared: Morning) -> Morning:
    """One office for all tests of this module, with empty calendars and no question open."""
    return shared.cleared()


def test_a_colleague_is_followed_up_until_the_answer(morning: Morning) -> None:
    confirmed = morning.ask("Follow up with Ben about the audit every 2 days, three times, unless he answers.")
    assert "three times in all" in " ".join(confirmed.text.split())
    morning.move_to(at(0, 9, 5))
    morning.until(lambda: len(morning.written_to("Ben Stone")) == 1)
    morning.move_to(at(2, 9, 30))
    morning.until(lambda: len(morning.written_to("Ben Stone")) == 2)
    first, second = morning.written_to("Ben Stone")
    assert first.message_id in str(second.message["References"])
    morning.people["Ben Stone"].reply(second, "The audit is done, the report comes next week.")
    ended = morning.told("Follow-up with Ben Stone")
    assert "has answered after two mails" in " ".join(ended.text.split())
    assert "> The audit is done" in ended.text
    morning.move_to(at(7, 9))
    morning.settled()
    assert len(morning.written_to("Ben Stone")) == 2


def test_stop_stops_it(morning: Morning) -> None:
    confirmed = morning.ask("Follow up with Carla about the numbers every day, twice.")
    stopped = morning.reply(confirmed, "Stop the follow-up with Carla")
    assert "I have stopped the follow-up with Carla Ruiz" in " ".join(stopped.text.split())
