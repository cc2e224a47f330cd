"""Fault 17: one employee dies each time it is started.

Asked: back-off of 1, 2, 4 ... 300 s with jitter, anew after 10 minutes well; shown as sick within a minute; the others
are not harmed (their 95th percentile rises by 10 % at most). Here: the rules as figures; a real supervisor with one
that fails at once, or dies over its mail, beside others that work on; and that the manager and the operator are told
once. It is given up after five deaths, some seven seconds with the real figures.
"""

import json

import pytest

from runtime import progress
from runtime.supervisor.restarts import RestartRule, Restarts
from tests.runtime.supervisor.conftest import Company, until


def waits(rule: RestartRule, lives_s: float, deaths: int) -> list[float | None]:
    """Return the waits after each death of one that lives so long each time, without jitter."""
    restarts, found, at = Restarts(rule, draw=lambda: 0.0), list[float | None](), 0.0
    for _ in range(deaths):
        wait = restarts.after_death(started=at, died=at + lives_s)
        found.append(wait)
        at += lives_s + (wait or 0.0)
    return found


def test_back_off_doubles_up_to_five_minutes_and_begins_anew_after_ten_well():
    assert waits(RestartRule(), 15.0, 12) == [0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]
    assert set(waits(RestartRule(), 601.0, 6)) == {0}


def test_jitter_keeps_those_apart_that_died_of_one_cause():
    def third() -> float:
        restarts = Restarts()
        return [restarts.after_death(started=at, died=at + 15) or 0.0 for at in (0, 100, 200)][-1]

    drawn = {third() for _ in range(50)}
    assert len(drawn) > 25
    assert all(1.6 <= wait <= 2.4 for wait in drawn)


def test_with_the_real_figures_it_is_given_up_within_a_minute():
    found = waits(RestartRule(), 0.2, 5)
    assert found == [0, 1, 2, 4, None]
    assert sum(wait * 1.2 for wait in found if wait) + 5 * 0.2 < 60


def rounds(crew: Company, slug: str) -> int:
    """Return how often an employee that counts has come round."""
    page = progress.read(crew.home.employee(slug) / "progress")
    assert page is not None
    return page.cycle


@pytest.mark.parametrize(("behaviour", "state"), [("fails at once", "stopped"), ("chokes", "quarantined")])
def test_one_in_a_crash_loop_is_shown_as_sick_and_the_others_work_on(crew: Company, behaviour: str, state: str):
    crew.settings["rule"] = {"limit": 4, "first_s": 0.2}
    crew.employ("ada", behaviour)
    for other in ("bob", "cid"):
        crew.employ(other, "counts")
    crew.start()
    until(lambda: crew.status()["employees"] and crew.employee("ada")["restarts"] > 0)
    assert "failed with exit code" in crew.employee("ada")["last_end"]
    until(lambda: crew.employee("bob")["state"] == "working")
    before = {other: rounds(crew, other) for other in ("bob", "cid")}
    until(lambda: crew.employee("ada")["state"] == state)
    assert all(rounds(crew, other) > before[other] for other in before), "they have come round meanwhile"
    ada = crew.employee("ada")
    assert ada["restarts"] == 3
    assert ada["reason"].startswith("it died 4 times")
    for other in ("bob", "cid"):
        shown = crew.employee(other)
        assert (shown["state"], shown["restarts"]) == ("working", 0)
        assert len(crew.lives(other)) == 1


def pickup(crew: Company) -> list[str]:
    """Return the subjects of what was left for the office, the stand-in of which delivers nothing."""
    mails = sorted((crew.home.office / "pickup").glob("*.eml"))
    return [line[9:] for mail in mails for line in mail.read_text().splitlines() if line.startswith("Subject: ")]


def test_the_manager_is_told_once_however_often_up_is_started_and_once_when_it_works_again(crew: Company):
    crew.settings["rule"] = {"limit": 2, "first_s": 0.05, "window_s": 1.0}
    crew.employ("ada", "fails at once")
    sick = ["Ada does not work at the moment"]
    for _ in range(2):
        up = crew.up()
        until(lambda: crew.employee("ada")["state"] == "stopped")
        assert pickup(crew) == sick
        up.terminate()
        up.wait()
    crew.behave("ada", "works")
    crew.up()
    until(lambda: len(pickup(crew)) == 2)
    assert pickup(crew) == [*sick, "Ada works again"]
    mail = min((crew.home.office / "pickup").glob("*.eml")).read_text()
    assert "To: boss@office.example" in mail
    assert "Auto-Submitted: auto-generated" in mail
    assert "it died 2 times" in mail
    told = [json.loads(line) for line in (crew.home.logs / "up.jsonl").read_text().splitlines()]
    assert [line["employee"] for line in told if line["event"] == "employee given up"] == ["ada", "ada"]
