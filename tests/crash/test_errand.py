"""An errand at the real office, killed on its way: asked once, answered once with the file, passed on once.

Bob is a person: he waits for the mail that asks him and answers it, whatever happens to the process meanwhile.
"""

import email
import imaplib
import os
import re
import smtplib
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from itertools import count
from pathlib import Path

import pytest

from tests.crash.an_office import CrashOffice, crash_office
from tests.crash.harness import Line, Mind, Trial, WarmProcess, fresh
from tests.crash.workloads import prepare

EVERYTHING = os.environ.get("EMPLA_CRASH_ALL") == "1"
SAMPLE = 24
"""Kill points of an ordinary run, spread evenly; all of them where everything is wanted."""
REQUEST = "Please get me the supplier list from Bob by Friday 16:00."
FILE = b"%PDF-1.4 suppliers\x00\xff"
NUMBERS = count(1)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CrashOffice]:
    with crash_office(tmp_path_factory.mktemp("errand-office")) as running:
        yield running


@dataclass
class Bob:
    """Answers the first mail that is new in his INBOX, with a file."""

    office: CrashOffice
    number: int

    @contextmanager
    def at_his_desk(self) -> Iterator[None]:
        stopping = threading.Event()
        before = len(self.inbox())
        thread = threading.Thread(target=self._answer, args=(before, stopping))
        thread.start()
        try:
            yield
        finally:
            stopping.set()
            thread.join(20)

    def inbox(self, who: str = "bob") -> list[EmailMessage]:
        """Return the mails in somebody's INBOX."""
        with imaplib.IMAP4(*self.office.office.imap) as session:
            session.login(f"{who}@office.example", self.office.passwords[who])
            session.select("INBOX", readonly=True)
            _, (uids,) = session.uid("SEARCH", "ALL")
            found = [session.uid("FETCH", uid, "(BODY.PEEK[])")[1][0][1] for uid in uids.decode().split()]
        return [email.message_from_bytes(raw, policy=email.policy.default) for raw in found]  # type: ignore[misc]

    def _answer(self, before: int, stopping: threading.Event) -> None:
        with imaplib.IMAP4(*self.office.office.imap) as session:
            session.login("bob@office.example", self.office.passwords["bob"])
            while not stopping.is_set():
                _, (line,) = session.status("INBOX", "(MESSAGES)")
                if int(re.search(rb"MESSAGES (\d+)", line)[1]) > before:  # type: ignore[index]
                    break
                time.sleep(0.01)
        if stopping.is_set():
            return
        asked = self.inbox()[-1]
        mail = EmailMessage()
        mail["From"], mail["To"] = "Bob <bob@office.example>", "ada@office.example"
        mail["Subject"], mail["Message-ID"] = (
            f"Re: {asked['Subject']}",
            f"<request-{self.number}.answer@office.example>",
        )
        mail["In-Reply-To"] = mail["References"] = str(asked["Message-ID"])
        mail.set_content("Here it is.")
        mail.add_attachment(FILE, maintype="application", subtype="pdf", filename="suppliers.pdf")
        with smtplib.SMTP(*self.office.office.smtp) as smtp:
            smtp.login("bob@office.example", self.office.passwords["bob"])
            smtp.send_message(mail)


def settled(mind: Mind) -> str:
    """Return what the employee did and holds, without ids and instants.

    When Bob answers is his affair, so that the order of steps and the seconds of a promise differ between trials.
    """
    left = mind.left()
    acts = sorted((operation, decision) for _, operation, _, decision, _ in left.acts)
    goals = sorted((name, state) for _, name, state in left.goals)
    beliefs = sorted(re.sub(r"[0-9a-f]{24,}|request-\d+", "#", f"{b[0]} {b[1]}") for b in left.beliefs)
    return "\n".join(map(str, [acts, goals, *(re.sub(r'"v":"[^"]*"', "#", b) for b in beliefs)]))


@dataclass
class ErrandPath:
    """One request, one question to Bob, one confirmation, one answer passed on."""

    warm: WarmProcess
    office: CrashOffice
    folder: Path
    line: Line
    undisturbed: str = ""

    def run(self, deaths: Sequence[int]) -> Trial:
        """Run one trial in a fresh home, and look at what came of it."""
        number = next(NUMBERS)
        home = fresh(self.folder / "template", self.folder / "home", {})
        bob = Bob(self.office, number)
        self.office.begin(home, REQUEST, number)
        with bob.at_his_desk():
            trial = self.warm.run("errand", home, deaths, {**self.office.params(), "secret": f"errand {number}"})
        self.line.count(trial)
        self.check(trial, bob)
        return trial

    def check(self, trial: Trial, bob: Bob) -> None:
        """Count from outside; compare what the employee holds with an undisturbed run."""
        seen, mind = self.office.seen(), Mind(trial.home)
        resent = len(mind.rows("SELECT 1 FROM ledger WHERE event = 'absent'"))
        self.line.lost += seen.answers < 2 or seen.invitations < 1
        self.line.doubled += seen.answers > 2 or seen.invitations > 1
        self.line.suppressed += self.office.suppressed()
        self.line.resent += resent
        assert (seen.answers, seen.invitations) == (2, 1), f"{seen} after {trial}"
        (file,) = bob.inbox("maria")[-1].iter_attachments()
        assert (file.get_filename(), file.get_payload(decode=True)) == ("suppliers.pdf", FILE)
        assert self.office.suppressed() <= resent
        assert not mind.unknown()
        left = settled(mind)
        self.undisturbed = self.undisturbed or left
        assert left == self.undisturbed, f"another end after {trial}"
        self.line.count_arrived({"passed on": seen.answers - 1, "asked": seen.invitations})


def test_one_errand_at_the_office(warm: WarmProcess, office: CrashOffice, folder: Path, line: Line) -> None:
    prepare(folder / "template")
    path = ErrandPath(warm, office, folder, line)
    (points,) = path.run([]).starts
    line.points = len(points)
    step = 1 if EVERYTHING else max(1, len(points) // SAMPLE)
    for n in range(1, len(points) + 1, step):
        trial = path.run([n])
        assert trial.deaths == 1
    for n in range(1 + step // 2, len(points) + 1, step * (1 if EVERYTHING else 6)):
        path.run([n, 3])
