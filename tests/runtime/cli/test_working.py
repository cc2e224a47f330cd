"""A company at work: what runs, writing to an employee, looking back, all through the real office and processes."""

import json
import os
import re
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from .conftest import Office

ADA = "ada.lovelace@office.example"
CLARA = "clara.diaz@office.example"


def until(true: Callable[[], object], within_s: float = 60.0) -> None:
    ends = time.monotonic() + within_s
    while not true():
        assert time.monotonic() < ends
        time.sleep(0.02)


@pytest.fixture(scope="module")
def booked(office: Office) -> dict:
    """A meeting that Ada asked for and Clara booked: the mail and its answer."""
    said = office("mail", "clara", "Please book half an hour with Maya next Tuesday afternoon.", "--json")
    assert said.code == 0, said.err
    return said.json


# running ------------------------------------------------------------------------------------------------------------


def test_the_status_has_the_shape_that_scripts_rely_on(office: Office):
    status = office.data("status")
    assert {"ready", "office", "limits", "employees"} <= status.keys()
    assert status["ready"] is True
    assert status["office"].keys() == {"imap", "smtp", "caldav"}
    assert status["office"]["imap"].keys() == status["office"]["smtp"].keys() == {"host", "port"}
    assert status["office"]["caldav"].keys() == {"url"}
    clara = next(e for e in status["employees"] if e["address"] == CLARA)
    assert {"name", "address", "role", "manager", "state", "pid", "restarts"} <= clara.keys()
    assert (clara["name"], clara["manager"], clara["state"]) == ("Clara Diaz", ADA, "working")
    os.kill(clara["pid"], 0)
    shown = office.ok("status")
    assert shown.startswith("ready\n")
    assert f"127.0.0.1:{status['office']['imap']['port']}" in shown
    assert "executive-assistant   working" in shown


def test_up_twice_is_refused_and_says_who_runs_it(office: Office):
    for words in (["up"], ["up", "--detach"]):
        said = office.start(*words)
        assert said.code == 1
        assert said.err.startswith(f"empla: empla already runs on {office.home} (process ")
        assert "empla down" in said.err
    assert office.data("status")["ready"] is True


def test_who_is_hired_while_it_runs_begins_at_once_and_who_leaves_ends(office: Office):
    hired = office.ok("hire", "executive-assistant", "--name", "Nora Vance")
    assert hired.count("✓") == 9
    assert "Next: empla up" not in hired
    until(lambda: state(office, "Nora Vance") == "working")
    pid = next(e["pid"] for e in office.data("status")["employees"] if e["name"] == "Nora Vance")
    assert office.ok("pause", "nora") == "Nora Vance rests.\n"
    until(lambda: state(office, "Nora Vance") == "paused")
    assert office.ok("resume", "nora") == "Nora Vance works again.\n"
    until(lambda: state(office, "Nora Vance") == "working")
    assert office.ok("restart", "nora") == "Nora Vance is starting afresh.\n"
    assert "Nora Vance is starting afresh.\n" in office.ok("restart", "--all")
    until(lambda: state(office, "Nora Vance") == "working" and "Nora Vance" in office.ok("list"))
    plan = office.data("offboard", "nora", "--plan")["steps"]
    assert [step["step"] for step in plan][:3] == ["leave.hand-over", "leave.pause", "leave.halt"]
    assert "have it hand over" in office.ok("offboard", "nora")
    assert "Nora Vance" not in office.ok("list")
    until(lambda: "Nora Vance" not in office.ok("status"))
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def state(office: Office, name: str) -> str:
    return next((e["state"] for e in office.data("status")["employees"] if e["name"] == name), "")


def test_a_person_added_while_it_runs_can_be_written_to(office: Office):
    added = office.data("people", "add", "Bob Ross")
    status = office.data("status")["office"]
    assert added["imap"] == status["imap"]
    assert office.data("inbox", "--as", "bob") == []
    assert office.ok("inbox", "--as", "bob") == "Bob Ross has no mail.\n"
    office.ok("people", "remove", added["address"])


def test_logs_are_shown_as_lines_for_people_and_as_they_are(office: Office):
    assert "clara.diaz: begins" in office.ok("logs", "clara")
    lines = [json.loads(line) for line in office.ok("logs", "up", "--json", "-n", "3").splitlines()]
    assert {line["process"] for line in lines} == {"up"}
    assert "office.ready" in office.ok("logs", "office")


# a day --------------------------------------------------------------------------------------------------------------


def test_a_mail_is_answered_and_shown(office: Office, booked: dict):
    assert booked["sent"]["from"] == ADA
    assert booked["sent"]["to"] == CLARA
    answer = booked["answer"]
    assert answer["in_reply_to"] == booked["sent"]["message_id"]
    assert answer["text"].startswith("Done.")
    shown = office.ok("mail", "Clara Diaz", "Am I free on Thursday?", "--subject", "Thursday")
    assert shown.startswith("Ada Lovelace → Clara Diaz   <")
    assert "subject   Re: Thursday" in shown
    assert "Thursday" in shown


def test_a_reply_goes_to_the_last_mail_in_its_thread(office: Office, booked: dict):
    said = office.data("mail", "clara", "What does my week look like?", "--reply")
    mails = office.data("inbox")
    assert mails[-1]["in_reply_to"] == said["sent"]["message_id"]
    assert mails[-1]["subject"].count("Re:") == 1


def test_no_answer_in_time_is_a_failure_that_names_the_mail(office: Office):
    said = office("mail", "clara", "Thanks!", "--wait", "0.2")
    assert said.code == 1
    assert "has not answered <" in said.err
    assert office("mail", "clara", "Thanks again!", "--wait", "0").code == 0


def test_a_mail_to_one_who_rests_waits_and_is_answered_later(office: Office):
    office.ok("pause", "clara")
    until(lambda: state(office, "Clara Diaz") == "paused")
    said = office("mail", "clara", "What can you do?", "--json")
    assert (said.code, said.json["answer"]) == (0, None)
    assert said.err == "Clara Diaz is paused: the mail waits in its mailbox\n"
    office.ok("resume", "clara")
    until(lambda: office.data("inbox")[-1]["in_reply_to"] == said.json["sent"]["message_id"])


def test_nobody_writes_in_an_employees_name(office: Office):
    said = office("mail", "clara", "Hello", "--as", "clara")
    assert said.code == 4
    assert "only its own process writes in its name" in said.err


def test_a_colleague_may_write_too(office: Office):
    said = office("mail", "clara", "Cancel everything.", "--as", "maya", "--wait", "0", "--json").json
    assert said["sent"]["from"] == "maya.okafor@office.example"
    assert said["answer"] is None


def test_the_inbox_is_listed_and_read(office: Office, booked: dict):
    mails = office.data("inbox")
    assert mails[0]["subject"] == "Your new assistant"
    assert [m["number"] for m in mails] == list(range(1, len(mails) + 1))
    assert office.ok("inbox", "--last", "1").count("\n") == 2  # its head and one mail
    shown = office.ok("inbox", "1")
    assert "from      clara.diaz@office.example" in shown
    assert "digital assistant at Acme" in shown
    assert office.data("inbox", "1")["message_id"] == mails[0]["message_id"]
    assert office("inbox", "999").code == 2
    invitation = next(m for m in office.data("inbox", "--as", "Maya Okafor") if m["invitation"])
    assert invitation["invitation"] == "REQUEST"


def test_the_agenda_shows_what_was_booked_in_the_owners_zone(office: Office, booked: dict):
    agenda = office.data("agenda", "--days", "14")
    (meeting,) = [e for e in agenda["events"] if "maya.okafor@office.example" in e["attendees"]]
    assert (agenda["of"], agenda["zone"]) == (ADA, "Europe/Berlin")
    assert meeting["start"].endswith(("+01:00", "+02:00"))
    assert meeting["organizer"] == CLARA
    shown = office.ok("agenda", "--days", "14")
    assert "maya.okafor@office.example (not answered yet)" in shown
    assert meeting["start"][11:16] in shown
    assert "Team meeting" in office.ok("agenda", "--as", "maya", "--days", "14")
    assert office("agenda", "--days", "0").code == 2


# looking back -------------------------------------------------------------------------------------------------------


def test_the_history_says_what_was_done_to_whom_and_by_which_rule(office: Office, booked: dict):
    deeds = office.data("history", "clara")
    assert {d["effect"] for d in deeds} <= {"own", "act", "tell"}
    answer = next(d for d in deeds if d["message_id"] == booked["answer"]["message_id"])
    assert (answer["to"], answer["state"], answer["rule"]) == (ADA, "done", "to-manager")
    assert [record["event"] for record in answer["ledger"]] == ["decided", "done"]
    invitation = next(d for d in deeds if d["operation"] == "calendar.invite")
    assert invitation["rule"] == "assisted:within-request"
    assert len(office.data("history", "clara", "--all")) > len(deeds)
    assert "assisted:within-request" in office.ok("history", "clara")


def test_why_goes_from_the_mail_back_to_the_words_it_came_from(office: Office, booked: dict):
    why = office.data("why", booked["answer"]["message_id"].strip("<>"))
    (story,) = why["found"]
    assert (story["employee"], story["direction"]) == ("Clara Diaz", "sent")
    assert story["ledger"]["intact"] is True
    path = {}
    nodes = [story["tree"]]
    while nodes:
        node = nodes.pop()
        path.setdefault(node["what"], node)
        nodes += reversed(node["below"])
    assert {"mail sent", "action", "step", "plan", "goal", "belief", "reading", "slot", "percept", "raw mail"} <= set(
        path
    )
    assert path["action"]["facts"]["gate"] == "allow by to-manager"
    assert path["plan"]["text"].startswith("arrange-meeting")
    assert path["plan"]["facts"]["passed_over"]
    assert path["authority"]["text"] == "on the word of the manager"
    assert path["reading"]["text"].startswith("schedule, confidence 0.")
    assert path["reading"]["facts"]["vouched_sender"] == ADA
    assert path["raw mail"]["facts"]["Message-ID"] == booked["sent"]["message_id"]
    shown = office.ok("why", booked["answer"]["message_id"])
    assert "“half an hour”" in shown
    assert "The ledger is whole" in shown


def test_why_goes_from_a_mail_that_came_on_to_what_it_led_to(office: Office, booked: dict):
    (story,) = office.data("why", booked["sent"]["message_id"])["found"]
    assert story["direction"] == "received"
    plans = [node for node in story["tree"]["below"] if node["what"] == "plan"]
    below = [node for plan in plans for node in plan["below"]]
    sent = [node["facts"].get("message_id") for node in below if node["what"] == "action"]
    assert booked["answer"]["message_id"] in sent
    assert "calendar.book" in office.ok("why", booked["sent"]["message_id"])


def test_why_knows_which_question_a_mail_answered(office: Office):
    asked = office.data("mail", "clara", "Book half an hour with Zebedee on Friday.")
    assert "?" in asked["answer"]["text"]
    answered = office.data("mail", "clara", "maya.okafor@office.example", "--reply")
    (story,) = office.data("why", answered["sent"]["message_id"])["found"]
    (answer,) = [node for node in story["tree"]["below"] if node["what"] == "answer"]
    assert answer["text"].endswith("of arrange-meeting")
    (back,) = office.data("why", answered["answer"]["message_id"])["found"]
    assert "ask ada.lovelace@office.example: answered" in json.dumps(back)


def test_a_ledger_that_somebody_changed_is_found_out(office: Office, booked: dict, tmp_path: Path):
    copy = office.copied(tmp_path)
    assert copy.data("why", booked["answer"]["message_id"])["found"][0]["ledger"]["intact"] is True
    mind = copy.home / "employees" / "clara.diaz" / "mind.db"
    with closing(sqlite3.connect(mind)) as db:
        (number,) = db.execute("SELECT min(seq) FROM ledger WHERE CAST(record AS TEXT) LIKE '%allow%'").fetchone()
    for change in ("CAST(replace(record, 'allow', 'asked') AS BLOB)", "'not even bytes'"):
        with closing(sqlite3.connect(mind)) as db, db:
            db.execute(f"UPDATE ledger SET record = {change} WHERE seq = {number}")
        assert f"THE LEDGER IS BROKEN at record {number}" in copy.ok("why", booked["answer"]["message_id"])
    sick = copy("doctor")
    assert (sick.code, f"record {number} of" in sick.out) == (1, True)


def test_before_an_upgrade_it_is_seen_what_new_code_would_break(office: Office, booked: dict, tmp_path: Path):
    assert office.data("upgrade", "--check") == []
    copy = office.copied(tmp_path)
    with closing(sqlite3.connect(copy.home / "employees" / "clara.diaz" / "mind.db")) as db, db:
        # As if the plan had begun with another step.
        db.execute("UPDATE step SET body = replace(body, '0:query\"', '0:forget\"')")
    found = copy("upgrade", "--check")
    assert found.code == 1
    assert "step 0:forget became 0:query" in " ".join(found.out.split())


def test_an_employee_shows_what_it_is_at(office: Office, booked: dict):
    shown = office.data("show", "clara")
    assert shown["state"] == "working"
    meeting = next(i for i in shown["intentions"] if i["goal"] == "keep a meeting")
    assert "until" in meeting["waits_for"]
    assert re.search(r"keep a meeting +since", office.ok("show", "clara"))


def test_an_act_whose_outcome_nobody_knows_is_shown_and_settled(office: Office):
    action = next(d["action"] for d in office.data("history", "clara") if d["operation"] == "email.send")
    assert office("settle", "clara", action, "--happened").code == 2
    for happened, state in (("--happened", "reconciled"), ("--not-happened", "done")):
        forget_outcome(office, action)
        assert [a["action"] for a in office.data("show", "clara")["unknown_actions"]] == [action]
        assert f"{action} --happened | --not-happened" in office.ok("show", "clara")
        sick = office("doctor")
        assert (sick.code, f"nobody knows whether {action} happened" in sick.out) == (1, True)
        office.ok("settle", "clara", action, happened)
        until(lambda: deed(office, action)["state"] == state)  # noqa: B023
    assert [r["event"] for r in deed(office, action)["ledger"]].count("settled") == 2
    introductions = [m for m in office.data("inbox") if (m["subject"], m["from"]) == ("Your new assistant", CLARA)]
    assert len(introductions) == 1, "the office knew that it had this mail"
    assert office("doctor").code == 0


def deed(office: Office, action: str) -> dict:
    return next(d for d in office.data("history", "clara") if d["action"] == action)


def forget_outcome(office: Office, action: str) -> None:
    """Make an action look as if its connection had broken at the wrong moment, as `Outbox.unknown` leaves it."""
    with closing(sqlite3.connect(office.home / "employees" / "clara.diaz" / "mind.db", timeout=10)) as db, db:
        db.execute("UPDATE action SET state = 'unknown', attempt = attempt + 1 WHERE id = ?", (action,))


def test_the_doctor_finds_nothing_wrong_at_work(office: Office):
    until(lambda: state(office, "Clara Diaz") == "working")
    found = office.data("doctor")
    assert found["ok"] is True, found
    assert {"python", "ports", "rights", "company.db", "key", "ledger of Clara Diaz"} <= {
        c["name"] for c in found["checks"]
    }


# last, for it looks at everything that was said before ----------------------------------------------------------------


def test_no_command_but_init_and_people_add_prints_a_password_and_no_log_holds_one(office: Office):
    secrets = [office.made["owner"]["password"], *(c["password"] for c in office.made["colleagues"])]
    printed = [s for s in office.said if s.words[0] != "init" and s.words[:2] != ("people", "add")]
    assert len(printed) > 30
    logs = "".join(path.read_text(errors="replace") for path in (office.home / "logs").iterdir())
    for secret in secrets:
        assert not [s.words for s in printed if secret in s.out + s.err]
        assert secret not in logs
