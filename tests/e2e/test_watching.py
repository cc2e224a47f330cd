"""A company that is watched while it works: logs, presence, events, health and figures, by the program itself."""

import json
import os
import signal
import smtplib
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from empla.config import Home
from empla.store.company import CompanyStore
from empla.store.minds import known_mind
from empla.store.secrets import Cipher
from runtime.bus import events
from runtime.office.process import read_ports
from tests.e2e.test_demo import environment
from tests.ports import own_ports

ASSISTANT = "clara.diaz@office.example"
MANAGER = "anna.berg@office.example"


@dataclass
class Watched:
    home: Home
    port: int

    def empla(self, *words: str, code: int | None = 0) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "runtime.cli", "--home", str(self.home.root), *words],
            env=environment(self.home.root),
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert code is None or done.returncode == code, (words, done.stdout, done.stderr)
        return done.stdout

    def reading(self, *words: str) -> subprocess.Popen[str]:
        """Begin a command that goes on."""
        program = [sys.executable, "-m", "runtime.cli", "--home", str(self.home.root), *words]
        return subprocess.Popen(program, env=environment(self.home.root), stdout=subprocess.PIPE, text=True)

    def status(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.empla("status", "--json"))["employees"][0]
        return found

    def passwords(self) -> list[str]:
        cipher = Cipher(self.home.key)
        with CompanyStore(self.home.company_db) as store, store.reading() as company:
            owners = [*(p.address for p in company.people()), *(e.address for e in company.employees())]
            kept = [row.password for owner in owners for row in company.accounts(owner)]
            kept += [e.secret for e in company.employees() if e.secret]
        return [cipher.decrypt(secret).get_secret_value() for secret in kept]

    def send(self, sender: str, subject: str, text: str, attachment: str = "") -> str:
        letter = EmailMessage()
        letter["From"], letter["To"], letter["Subject"] = sender, ASSISTANT, subject
        letter["Message-ID"] = f"<{time.monotonic_ns()}@tests.example>"
        letter.set_content(text)
        if attachment:
            letter.add_attachment(b"some bytes", maintype="application", subtype="pdf", filename=attachment)
        ports = read_ports(self.home)
        assert ports is not None
        cipher = Cipher(self.home.key)
        with CompanyStore(self.home.company_db) as store, store.reading() as company:
            password = cipher.decrypt(company.accounts(sender)[0].password).get_secret_value()
        with smtplib.SMTP(ports.host, ports.smtp, timeout=60) as smtp:
            smtp.login(sender, password)
            smtp.send_message(letter)
        return str(letter["Message-ID"])

    def log(self) -> list[dict[str, Any]]:
        lines = (self.home.logs / "clara.diaz.jsonl").read_text().splitlines()
        return [json.loads(line) for line in lines]

    def figures(self) -> dict[str, Any]:
        token = self.home.metrics_token.read_text()
        url = f"http://127.0.0.1:{self.port}/metrics"
        request = urllib.request.Request(url, headers={"Authorization": f"Bearer {token}"})
        with urllib.request.urlopen(request, timeout=60) as answer:
            return {f.name: f for f in text_string_to_metric_families(answer.read().decode())}


def until(found: Callable[[], Any], what: str) -> Any:
    began = time.monotonic()
    while not (value := found()):
        assert time.monotonic() - began < 90, what
        time.sleep(0.05)
    return value


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    port = own_ports()
    made = Watched(Home(tmp_path_factory.mktemp("watched") / "home"), port)
    made.empla("init", "--company", "Berg", "--name", "Anna Berg", "--zone", "UTC", "--sample", "--yes")
    with made.home.settings_file.open("a") as settings:
        settings.write(f"metrics_port = {port}\n")
    made.empla("up", "--detach", "--ports", str(own_ports(3)))
    made.empla("hire", "executive-assistant", "--name", "Clara Diaz")
    until(lambda: made.status().get("presence") == "here", "here")
    yield made
    made.empla("down")


def test_no_word_of_a_mail_and_no_secret_stands_in_a_log(company: Watched) -> None:
    people = ("maya.okafor@office.example", MANAGER)
    for number, sender in enumerate(people):
        company.send(
            sender,
            f"CANARYSUBJECT{number} Book half an hour with Jonas tomorrow",
            f"Please book half an hour with Jonas tomorrow at {9 + number}:00 about CANARYBODY{number}.\n",
            f"CANARYFILE{number}.pdf",
        )
    company.send(MANAGER, "CANARYSUBJECT rules", "My password is CANARYSECRET. Never before 9. What are my rules?")

    def all_answered() -> bool:
        sent = [line for line in company.log() if line.get("operation") == "email.send" and line.get("state") == "done"]
        return len(sent) >= 4  # one of them is how she introduced herself

    until(all_answered, "answers")
    said = "".join(path.read_text(errors="replace") for path in company.home.logs.iterdir())
    assert "action ended" in said
    assert "CANARY" not in said
    secrets = [*company.passwords(), company.home.metrics_token.read_text(), company.home.key.read_text()]
    assert len(secrets) > 5
    assert not [number for number, secret in enumerate(secrets) if secret in said]


def test_one_correlation_id_leads_from_the_mail_to_the_act(company: Watched) -> None:
    before = len(company.log())
    company.send(MANAGER, "Another meeting", "Please book half an hour with Maya on Friday at 10:00, about the budget.")

    def ended() -> list[dict[str, Any]]:
        fresh = company.log()[before:]
        return [line for line in fresh if line.get("operation") == "email.send" and line.get("state") == "done"]

    answers = until(ended, "an answer")
    fresh = company.log()[before:]
    noticed = {line["correlation"] for line in fresh if line["event"] == "noticed"}
    assert noticed & {line["correlation"] for line in answers}
    of_it = {line["event"] for line in fresh if line.get("correlation") in noticed}
    assert of_it >= {"noticed", "decided", "action ended"}


def test_a_killed_process_is_seen_to_be_gone_and_here_again(company: Watched) -> None:
    was = company.status()
    os.kill(was["pid"], signal.SIGKILL)
    until(lambda: company.status()["pid"] not in (None, was["pid"]), "another process")
    until(lambda: company.status().get("presence") == "here", "here again")


def test_the_status_says_who_is_here_and_a_probe_that_all_is_well(company: Watched) -> None:
    until(lambda: company.status()["state"] == "working" and company.status().get("presence") == "here", "here again")
    assert {"since", "seen"} <= set(company.status())
    until(lambda: company.empla("health", "ready", code=None).strip() == "ready", "ready")
    assert json.loads(company.empla("health", "live", "--json")) == {"live": True}
    company.empla("health", "well", code=2)


def test_readers_of_a_group_go_on_where_it_stopped(company: Watched) -> None:
    """At least once: what was printed as a reader was killed may come again, nothing is left out."""
    with known_mind(company.home, "clara.diaz") as store:
        assert store is not None
        head = events.offsets(store)
    read: list[tuple[str, int]] = []

    def go_on(enough: Callable[[], bool]) -> None:
        reader = company.reading("bus", "tail", "--group", "audit", "--json")
        assert reader.stdout is not None
        while not enough():
            read.append(place(reader.stdout.readline()))
        reader.kill()
        # What it had printed by then is done, so it counts too; a line that was cut short is not.
        read.extend(place(line) for line in reader.stdout if line.endswith("\n"))
        reader.wait()

    def place(line: str) -> tuple[str, int]:
        event = json.loads(line)
        return event["table"], event["offset"]

    def offsets(table: str) -> list[int]:
        return sorted({offset for of, offset in read if of == table})

    def all_of_it() -> bool:
        return all(offsets(table)[: head[table]] == list(range(1, head[table] + 1)) for table in ("journal", "ledger"))

    go_on(lambda: len(read) >= 4)
    assert [offset for of, offset in read if of == "journal"][:4] == [1, 2, 3, 4], "in order for a group of one"
    go_on(all_of_it)
    assert read.count(("journal", 1)) == 1, "the second went on and did not begin again"


def test_a_wake_up_and_what_came_of_it_are_seen_on_the_bus(company: Watched) -> None:
    words = ["bus", "tail", "Clara", "--json"]
    watcher = company.reading(*words)
    assert watcher.stdout is not None
    assert json.loads(watcher.stdout.readline())["kind"] == "presence"
    company.empla("assign", "Clara", "Ask Jonas for the supplier list", "--due", "Friday")
    seen = []
    while not seen or seen[-1].get("what") != "task-assigned":
        seen.append(json.loads(watcher.stdout.readline()))
    watcher.kill()
    watcher.wait()
    woken = [said for said in seen if said["kind"] == "wake"]
    assert woken[0]["employee"] == "clara.diaz"
    assert woken[0]["up_to"] > 0


def test_the_figures_agree_with_the_tables(company: Watched) -> None:
    def agrees() -> bool:
        figures = company.figures()
        done = [s for s in figures["empla_actions"].samples if s.labels["operation"] == "email.send"]
        return bool(done) and figures["empla_inbox_percepts"].samples[0].value == 0

    until(agrees, "figures")
    figures = company.figures()
    assert {s.labels["employee"] for s in figures["empla_employee_state"].samples} == {"clara.diaz"}
    assert figures["empla_process_private_memory_bytes"].samples[0].value > 1 << 20
    assert all(name.startswith("empla_") for name in figures)
