"""What the company of release 0.4 was in the middle of goes on under today's code (contract 15).

How its home was made stands in `tests/fixtures/release-0.4/make.py`: real mailboxes and calendars after a Monday's
work, with open questions, an errand, a follow-up, a reminder, a task and a weekly meeting under way.
"""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from empla.engine.loading import load
from empla.engine.upgrading import breaks
from empla.store.opening import open_store
from runtime.employee import library
from tests.scenarios.conftest import Morning, at, times
from tests.scenarios.taking_over import taken_over

CLARA = "clara.diaz@office.example"


@pytest.fixture
def tuesday(tmp_path: Path) -> Iterator[Morning]:
    """It is Tuesday, 8:30; nobody has answered anything yet."""
    with taken_over("release-0.4", tmp_path, at(1, 8, 30), CLARA) as found:
        found.known = {name: client.newest() for name, client in found.people.items()}
        yield found


def test_nothing_that_is_under_way_breaks(tuesday: Morning) -> None:
    tuesday.end()
    with closing(open_store(tuesday.home.employee(tuesday.slug) / "mind.db", tuesday.slug)) as store:
        assert len(load(store).intentions) > 10
        assert breaks(store, library("executive_assistant")) == []


def test_what_was_promised_is_done_in_its_time(tuesday: Morning) -> None:
    starts = sorted(times(event)[0] for event in tuesday.meetings())
    assert at(1, 14) in starts
    assert at(3, 11) in starts
    tuesday.move_to(at(1, 9, 1))
    assert "sign the lease" in tuesday.told("eminder").text


def test_what_was_asked_for_is_passed_on_when_it_comes(tuesday: Morning) -> None:
    jonas = tuesday.people["Jonas Weber"]
    (question,) = [m for m in jonas.inbox() if m.sender == CLARA and "upplier" in m.subject]
    jonas.reply(question, "Here it is: Alder, Birch and Cedar.")
    passed_on = tuesday.manager.wait_for(lambda letter: "Alder, Birch and Cedar" in letter.text, 60)
    assert passed_on.sender == CLARA


def test_a_question_of_before_is_answered_now(tuesday: Morning) -> None:
    anna = tuesday.manager
    (question,) = [m for m in anna.inbox() if m.sender == CLARA and "Who should be there" in m.text]
    answer = tuesday.reply(question, "Jonas")
    assert "Done. Half an hour with Jonas Weber" in answer.text
    assert at(1, 16) in [times(event)[0] for event in tuesday.meetings()]


def test_the_follow_up_goes_out_when_it_is_due(tuesday: Morning) -> None:
    tuesday.move_to(at(3, 9))
    tuesday.until(lambda: any("udit" in m.subject for m in tuesday.written_to("Maya Okafor")))
