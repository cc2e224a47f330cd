"""What are you working on? Honest answers at a real office."""

import pytest

from tests.scenarios.conftest import Morning


@pytest.fixture
def morning(shared: Morning) -> Morning:
    """One office for all tests of this module, with empty calendars and no question open."""
    return shared.cleared()


def words(text: str) -> str:
    return " ".join(text.split())


def test_a_day_of_work_is_told_as_it_was(morning: Morning) -> None:
    assert "Nothing is open" in words(morning.ask("What are you working on?").text)
    morning.ask("Book half an hour with Ben on Wednesday at 14:00, about the budget.")
    morning.ask("Get the supplier list from Carla by Friday 12:00.")
    open_ = words(morning.ask("What is still open?").text)
    assert "get the supplier list from Carla Ruiz, due Friday, 11 September 2026, 12:00" in open_
    assert "Ben Stone: “Budget”, Wednesday, 9 September 2026, 14:00" in open_
    done = words(morning.ask("What have you done today?").text)
    assert "invited Ben Stone: “Invitation: Budget" in done or "invited Ben Stone: “Budget" in done
    assert "wrote to Carla Ruiz: “Supplier list, for Anna Berg” (sent)" in done
    happened = words(morning.ask("What happened with the supplier list?").text)
    assert "There is no answer yet." in happened
    ben = morning.people["Ben Stone"]
    ben.answer_invitation(morning.invited("Ben Stone"), "ACCEPTED")
    morning.until(lambda: "Ben Stone has accepted" in words(morning.ask("Did you book the meeting with Ben?").text))


def test_nobody_but_the_manager_is_told_anything(morning: Morning) -> None:
    ben = morning.people["Ben Stone"]
    ben.send(morning.assistant, "Hello", "What are you working on?")
    morning.told("Mail from ben.stone")
    assert morning.written_to("Ben Stone") == []
