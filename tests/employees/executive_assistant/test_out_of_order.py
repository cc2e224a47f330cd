"""What the manager hears when something had to be set aside, or cannot be reached: once, in plain words."""

from datetime import timedelta
from pathlib import Path

from empla.config import Home
from empla.engine.crashes import LastProcess
from empla.errors import SignedOut
from empla.testing.mailbox import Server
from runtime.cli import quarantined
from tests.employees.executive_assistant.conftest import Desk, said
from tests.employees.executive_assistant.test_when_servers_fail import REQUEST


def dies_over(desk: Desk, intention: str) -> None:
    """Have the process die twice while the body of an intention runs."""
    ada = desk.ada
    for _ in range(2):
        last = LastProcess(
            at=ada.clock.now(), epoch=ada.epoch, phase="body", how="killed by SIGSEGV", counts=True, intention=intention
        )
        ada.restart()
        ada.engine.succeeds(last)
        ada.engine.recover()


def test_a_request_that_stops_the_program_is_told_once_with_what_to_do(desk: Desk) -> None:
    desk.calendars.down = True
    desk.write(REQUEST)
    (intention,) = [i.id for i in desk.ada.engine.state.intentions.values() if "mail" in i.bindings]
    dies_over(desk, intention)
    (told,) = desk.goes_on(timedelta(days=1))
    text = " ".join(said(told).split())
    assert "I was working on your request “Please book half an hour with Ben tomorrow at 2pm.”" in text
    assert "the process died 2 times while its plan ran (the last time: killed by SIGSEGV)" in text
    assert f'empla quarantine retry {intention} --of "Ada Lovelace"' in text
    status = said(desk.answer("What are you working on?"))
    assert "Set aside until somebody decides" in status

    desk.calendars.down = False
    fields = {"intention": intention, "again": True, "by": "maria"}
    desk.ada.tell("command:quarantine", **fields)
    desk.goes_on(timedelta(minutes=5))
    assert desk.ada.rows("intention", "stage", id=intention) != [("quarantined",)]
    assert "Set aside" not in said(desk.answer("What are you working on?"))


def test_a_calendar_that_cannot_be_reached_is_named_with_since_when(desk: Desk) -> None:
    desk.calendars.down = True
    desk.write(REQUEST)
    desk.goes_on(timedelta(minutes=20))
    status = said(desk.answer("What are you working on?"))
    assert "I cannot reach your calendar since Monday, 23 November 2026, 08:00" in " ".join(status.split())
    desk.write("Brief me.")
    brief = said(desk.goes_on(timedelta(minutes=2))[-1])
    assert "I cannot reach your calendar since" in " ".join(brief.split())
    desk.calendars.down = False
    desk.goes_on(timedelta(minutes=10))
    desk.answer("Am I free tomorrow?")
    assert "I cannot reach" not in said(desk.answer("What are you working on?"))


def test_an_account_that_is_not_let_in_is_asked_for_once(desk: Desk) -> None:
    async def closed(*_given: object) -> object:
        raise SignedOut("the calendar server does not let the account in (401)")

    desk.calendars.events = desk.calendars.get = closed
    desk.write("Am I free tomorrow?")
    desk.write("Am I free on Friday?")
    mails = desk.goes_on(timedelta(days=2))
    asked = [m for m in desk.ada.mailbox.taken if str(m["Subject"]).startswith("I am not let in")]
    assert len(asked) == 1 and mails is not None
    assert "Your calendar does not let me in any more" in " ".join(said(asked[0]).split())
    assert "does not let me in since" in said(desk.answer("What are you working on?"))


def test_what_is_set_aside_and_what_failed_for_good_is_listed_with_its_evidence(desk: Desk, tmp_path: Path) -> None:
    desk.calendars.down = True
    desk.write(REQUEST)
    (intention,) = [i.id for i in desk.ada.engine.state.intentions.values() if "mail" in i.bindings]
    dies_over(desk, intention)
    desk.ada.mailbox.script = [Server.REFUSES]
    desk.goes_on(timedelta(minutes=1))
    home = Home(tmp_path / "home")
    home.employee("ada").mkdir(parents=True)
    desk.ada.store.close()
    (tmp_path / "mind.db").rename(home.employee("ada") / "mind.db")
    entries = list(quarantined.entries(home, [{"name": "Ada", "slug": "ada"}]))
    desk.ada.restart()
    kept = {entry["what"]: entry for entry in entries}
    aside = kept["intention"]
    assert (aside["id"], aside["about"] != "", len(aside["crashes"])) == (intention, True, 2)
    assert aside["crashes"][0]["intention"] == intention and aside["crashes"][0]["counts"]
    letter = kept["action"]
    assert letter["reason"] == "550 no such user" and "maria@office.example" in letter["about"]
