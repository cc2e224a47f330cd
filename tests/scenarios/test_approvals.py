"""What no request covers is asked about first: here a mail to a guest who stands in no directory."""

from datetime import timedelta

import pytest
from pydantic import SecretStr

from runtime.client import Client, Letter
from runtime.office import accounts
from tests.scenarios.conftest import MONDAY, Morning

GUS = "gus.fox@office.example"


@pytest.fixture
def gus(morning: Morning) -> Client:
    """Somebody with a mailbox whom the company's directory does not know, and who is invited for tomorrow at two."""
    accounts.add_account(morning.home, GUS, "Gus Fox", "a good password")
    found = Client(morning.manager.ports, GUS, "Gus Fox", SecretStr("a good password"), morning.manager._now)
    morning.ask(f"Book half an hour with {GUS} and Ben tomorrow at 2pm.")
    found.wait_for(lambda m: m.invitation is not None, 60)
    return found


def cancelled(morning: Morning) -> Letter:
    """Call the meeting off, and return the question about Gus."""
    answer = morning.ask("Cancel the meeting with Ben tomorrow.")
    assert answer.new.startswith("Done. I have called off")
    assert "and told Ben Stone" in answer.text
    assert GUS in answer.text
    assert morning.meetings() == []
    return morning.told("May I?")


def cancellations(client: Client) -> int:
    return sum(1 for m in client.inbox() if m.invitation is not None and str(m.invitation["METHOD"]) == "CANCEL")


def test_yes_lets_it_be_done_and_the_manager_hears_so(morning: Morning, gus: Client) -> None:
    question = cancelled(morning)
    assert GUS in question.text
    assert "your request does not cover" in question.text
    assert cancellations(gus) == 0
    morning.manager.reply(question, "Yes, please.")
    gus.wait_for(lambda m: m.invitation is not None and str(m.invitation["METHOD"]) == "CANCEL", 60)
    assert f"I have told {GUS}" in morning.told("Called off").text


def test_no_leaves_it(morning: Morning, gus: Client) -> None:
    morning.manager.reply(cancelled(morning), "No")
    assert f"I have not told {GUS}" in morning.told("Called off").text
    assert cancellations(gus) == 0


def test_no_answer_is_a_no(morning: Morning, gus: Client) -> None:
    cancelled(morning)
    morning.move_to(MONDAY + timedelta(days=2, hours=1))
    assert f"I have not told {GUS}" in morning.told("Called off").text
    assert cancellations(gus) == 0


def test_what_is_neither_yes_nor_no_is_asked_again(morning: Morning, gus: Client) -> None:
    again = morning.reply(cancelled(morning), "Hm, what do you mean")
    assert "yes or no" in again.text
    assert cancellations(gus) == 0
    morning.manager.reply(again, "yes")
    gus.wait_for(lambda m: m.invitation is not None and str(m.invitation["METHOD"]) == "CANCEL", 60)
