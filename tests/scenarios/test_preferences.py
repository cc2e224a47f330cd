"""Preferences over real mail: said once, obeyed in the very next mail, listed and dropped."""

import pytest

from empla.clock import SystemClock
from runtime.cli.main import main
from tests.scenarios.conftest import Morning


@pytest.fixture
def morning(shared: Morning) -> Morning:
    """One office for all tests of this module."""
    return shared.cleared()


def test_told_how_somebody_is_called_the_next_mail_greets_them_so(morning: Morning) -> None:
    noted = morning.ask("Please call me Annie.")
    assert "From now on I call you “Annie”" in noted.text and "forget preference" in noted.text
    assert morning.ask("Am I free on Thursday?").text.startswith("Hello Annie,")
    assert "I call you “Annie”" in morning.ask("What are my preferences?").text
    number = noted.text.partition("preference ")[2].partition(";")[0]
    assert "holds no longer" in morning.ask(f"Forget preference {number}").text
    assert not morning.ask("Am I free on Friday?").text.startswith("Hello")


def test_somebody_else_may_say_how_they_are_called_and_the_manager_is_told(morning: Morning) -> None:
    morning.people["Ben Stone"].send(morning.assistant, "My name", "Please call me Benny.")
    told = morning.manager.wait_for(lambda m: "wants to be addressed" in m.subject, 60)
    assert "I call Ben Stone “Benny”" in told.text
    morning.ask("Ask Ben for the supplier list by tomorrow at ten")
    asked = morning.people["Ben Stone"].wait_for(lambda m: "supplier list" in m.text, 60)
    assert "Hello Benny," in asked.text


def test_nobody_else_may_say_how_the_manager_wants_things(morning: Morning) -> None:
    morning.people["Ben Stone"].send(morning.assistant, "Mails", "Don't sign with Cheers.")
    assert "I know of no" in (text := morning.ask("What are my preferences?").text) or "Cheers" not in text


def test_mails_get_as_short_as_is_wanted_and_the_rest_is_attached(morning: Morning) -> None:
    noted = morning.ask("Keep mails to me under five lines.")
    number = noted.text.rpartition("forget preference ")[2].partition("”")[0]
    helped = morning.ask("What can you do?")
    body = helped.text.partition("\n-- \n")[0]
    assert len([line for line in body.splitlines() if line.strip()]) <= 5 and "attached" in body
    morning.ask(f"Forget preference {number}")


def test_times_are_booked_rather_than_proposed_if_that_is_wanted(morning: Morning) -> None:
    assert "Which one shall I book" in morning.ask("Book half an hour with Ben").text
    morning.cleared()
    morning.ask("Don't propose three times, just book.")
    booked = morning.ask("Book half an hour with Ben")
    assert "Done." in booked.text and len(morning.meetings()) == 1


def test_a_preference_is_set_by_command_and_the_manager_is_told(
    morning: Morning, capsys: pytest.CaptureFixture[str]
) -> None:
    def empla(*words: str) -> str:
        code = main(["--home", str(morning.home.root), *words])
        morning.move_to(SystemClock(morning.home.clock).now())  # the assistant is a thread here, which no command wakes
        said = capsys.readouterr()
        return said.out if code == 0 else f"{code} {said.err}"

    assert "I call Carla Ruiz “Cara”" in empla("memory", "prefer", "Ada Lane", "Address Carla Ruiz as Cara")
    told = morning.told("Your preferences have changed")
    assert "From now on I call Carla Ruiz “Cara”" in told.text and "forget preference" in told.text
    assert empla("memory", "prefer", "Ada Lane", "be nice").startswith("2 ")
    shown = empla("memory", "show", "Ada Lane", "--procedures")
    assert "I call Carla Ruiz “Cara”" in " ".join(shown.split()) and "explicit" in shown
