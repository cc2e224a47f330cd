"""People at their desks during a trial: each reads what comes and answers it, whatever dies meanwhile."""

import email
import imaplib
import re
import smtplib
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage

from tests.crash.an_office import CrashOffice
from tests.crash.harness import Mind

LOOKS_S = 0.02
"""How often somebody looks: seldom enough that looking costs the office little."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What somebody answers, with files by their names."""

    text: str
    files: Mapping[str, bytes] = field(default_factory=dict)


Manner = Callable[[EmailMessage], Answer | None]
"""What somebody answers to a mail; None: nothing."""


@dataclass
class Desk:
    """One person. `number` is the trial's, and stands in the Message-IDs of the answers."""

    office: CrashOffice
    who: str
    number: int
    manner: Manner

    def inbox(self, after: int = 0) -> list[EmailMessage]:
        """Return the mails in the person's INBOX, but for the first `after` of them."""
        with imaplib.IMAP4(*self.office.office.imap) as session:
            session.login(f"{self.who}@office.example", self.office.passwords[self.who])
            session.select("INBOX", readonly=True)
            _, (uids,) = session.uid("SEARCH", "ALL")
            fetched = [session.uid("FETCH", uid, "(BODY.PEEK[])")[1] for uid in uids.decode().split()[after:]]
        # A server may tell something else in between: a mail is what comes with its size.
        found = [part[1] for answer in fetched for part in answer if isinstance(part, tuple)]
        return [email.message_from_bytes(raw, policy=email.policy.default) for raw in found]

    @contextmanager
    def sitting(self) -> Iterator[None]:
        """Read and answer what comes inside the block."""
        stopping = threading.Event()
        with imaplib.IMAP4(*self.office.office.imap) as session:
            session.login(f"{self.who}@office.example", self.office.passwords[self.who])
            thread = threading.Thread(target=self._sit, args=(session, _mails(session), stopping))
            thread.start()
            try:
                yield
            finally:
                stopping.set()
                thread.join(20)

    def _sit(self, session: imaplib.IMAP4, read: int, stopping: threading.Event) -> None:
        while not stopping.wait(LOOKS_S):
            if _mails(session) > read:
                for mail in self.inbox(after=read):
                    read += 1
                    said = self.manner(mail)
                    if said is not None:
                        self._answer(mail, said, read)

    def _answer(self, asked: EmailMessage, said: Answer, place: int) -> None:
        mail = EmailMessage()
        mail["From"], mail["To"] = f"{self.who.capitalize()} <{self.who}@office.example>", "ada@office.example"
        mail["Subject"] = f"Re: {str(asked['Subject']).removeprefix('Re: ')}"
        mail["Message-ID"] = f"<request-{self.number}.{self.who}.{place}@office.example>"
        mail["In-Reply-To"] = mail["References"] = str(asked["Message-ID"])
        mail.set_content(said.text)
        for name, content in said.files.items():
            mail.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
        with smtplib.SMTP(*self.office.office.smtp) as smtp:
            smtp.login(f"{self.who}@office.example", self.office.passwords[self.who])
            smtp.send_message(mail)


def _mails(session: imaplib.IMAP4) -> int:
    _, (line,) = session.status("INBOX", "(MESSAGES)")
    told = re.search(rb"MESSAGES (\d+)", line)
    assert told is not None
    return int(told[1])


@contextmanager
def at_their_desks(desks: Sequence[Desk]) -> Iterator[None]:
    """Let all of them read and answer inside the block."""
    with ExitStack() as sitting:
        for desk in desks:
            sitting.enter_context(desk.sitting())
        yield


def settled(mind: Mind) -> str:
    """Return what the employee did and holds, without ids and instants.

    When people answer is their affair, so that the order of steps and the seconds of a belief differ between trials.
    """
    left = mind.left()
    acts = sorted((operation, decision) for _, operation, _, decision, _ in left.acts)
    goals = sorted((name, state) for _, name, state in left.goals)
    beliefs = sorted(re.sub(r"[0-9a-f]{24,}|request-\d+[\w.]*", "#", f"{b[0]} {b[1]}") for b in left.beliefs)
    return "\n".join(map(str, [acts, goals, *(re.sub(r'"v":"[^"]*"|"took_s":[\d.]+', "#", b) for b in beliefs)]))
