"""A month of an assistant's mail, seeded: who writes what, and what people answer to what they get."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP

from tests.corpus.mail.cases import Case, Fate, Way
from tests.corpus.mail.structure import ics
from tests.corpus.mail.table import SMALL

SHARES = {
    "request": 30,
    "question": 12,
    "thanks": 3,
    "colleague": 9,
    "stranger": 8,
    "newsletter": 16,
    "bounce": 5,
    "absence": 6,
    "invitation": 3,
    "odd": 5,
    "broken": 3,
}
"""Of a hundred mails; what is missing to them are answers, which come as there is something to answer."""

_WHO = ("Ben", "Carla", "Ben and Carla")
_DAYS = ("tomorrow", "on Wednesday", "on Thursday", "on Friday", "next Tuesday", "next week", "this week")
_HOURS = ("", " in the morning", " in the afternoon", " at 10", " at 3pm")
_ABOUT = ("budget", "roadmap", "hiring", "supplier", "launch", "audit", "training", "offsite", "pricing", "support")
_QUESTIONS = (
    "Am I free {day}?",
    "What does my week look like?",
    "When is {who} free {day}?",
    "What can you do?",
    "Is Ben free on Thursday?",
    "What do I have {day}?",
)
_REQUESTS = (
    "Please book half an hour with {who} {day}{hour}, about the {about}.",
    "Set up 45 minutes with {who} {day}.",
    "Book an hour with {who} {day}{hour} about {about} {number}.",
    "Cancel the meeting with {who} {day}.",
    "Move my meeting with {who} to {day}{hour}.",
    "Could you find me a new office chair?",
    "Please have a look at the {about} again.",
)
_ANSWERS = ("The first one works.", "never mind", "yes", "no", "The second one, please.", "Cancel it.")


@dataclass(frozen=True, slots=True)
class Post:
    """One mail: of what kind, in whose name it is handed in (empty: from outside), by which envelope, and its bytes."""

    kind: str
    who: str
    envelope: str
    raw: bytes


class Month:
    """Makes the mails of a month; the same seed makes the same mails."""

    def __init__(self, seed: int, assistant: str, people: dict[str, str]) -> None:
        self._chance = random.Random(seed)
        self._assistant = assistant
        self._people = people
        self._number = 0
        usable = [case for case in SMALL if case.way is not Way.APPENDED and f"<{case.name}@".encode() in case.raw]
        self._broken = [case for case in usable if case.fate is Fate.SET_ASIDE]
        self._odd = [case for case in usable if case.fate is Fate.ANSWERED]
        self._bounces = [case for case in usable if case.why in ("bounce", "delay")]

    def mails(self, count: int, now: datetime) -> Iterator[Post]:
        """Return the next so many mails."""
        kinds = self._chance.choices([*SHARES], weights=[*SHARES.values()], k=count)
        return (self.mail(kind, now) for kind in kinds)

    def mail(self, kind: str, now: datetime) -> Post:
        """Return one mail of a kind."""
        self._number += 1
        match kind:
            case "request" | "question":
                words = self._chance.choice(_REQUESTS if kind == "request" else _QUESTIONS)
                return self._letter(kind, "Anna Berg", self._filled(words), now)
            case "thanks":
                return self._letter(kind, "Anna Berg", "Thanks!", now)
            case "colleague":
                return self._letter(
                    kind, self._chance.choice(["Ben Stone", "Carla Ruiz"]), self._filled("Can we meet {day}?"), now
                )
            case "odd":
                return self._from_corpus(kind, self._chance.choice(self._odd), "Anna Berg")
            case "broken":
                return self._from_corpus(kind, self._chance.choice(self._broken), "Anna Berg")
            case "bounce":
                return self._from_corpus(kind, self._chance.choice(self._bounces), "")
        return self._from_outside(kind, now)

    def answer(self, to: EmailMessage, who: str, now: datetime) -> Post:
        """Return what somebody answers to a mail of the assistant."""
        self._number += 1
        mail = self._begun(f"{who} <{self._people[who]}>", f"Re: {to['Subject']}", now)
        mail["In-Reply-To"] = str(to["Message-ID"])
        mail["References"] = f"{to['References'] or ''} {to['Message-ID']}".strip()
        quoted = "\n".join(f"> {line}" for line in str(to.get_content()).splitlines()[:20])
        mail.set_content(
            f"{self._chance.choice(_ANSWERS)}\n\nOn {to['Date']}, Ada Lane <{self._assistant}> wrote:\n{quoted}\n"
        )
        return Post("answer", who, self._people[who], mail.as_bytes())

    def chance(self, share: float) -> bool:
        """Return True in this share of all calls."""
        return self._chance.random() < share

    def _filled(self, words: str) -> str:
        pick = self._chance.choice
        return words.format(who=pick(_WHO), day=pick(_DAYS), hour=pick(_HOURS), about=pick(_ABOUT), number=self._number)

    def _letter(self, kind: str, who: str, text: str, now: datetime) -> Post:
        mail = self._begun(f"{who} <{self._people[who]}>", text[:40], now)
        mail.set_content(text)
        return Post(kind, who, self._people[who], mail.as_bytes())

    def _from_outside(self, kind: str, now: datetime) -> Post:
        sender = f"{kind}{self._chance.randrange(40)}@elsewhere.example"
        mail = self._begun(f"Somebody <{sender}>", f"About {self._chance.choice(_ABOUT)} {self._number}", now)
        envelope = sender
        if kind == "newsletter":
            mail["List-Unsubscribe"] = "<mailto:out@elsewhere.example>"
            mail.set_content("Fifty percent off! " * self._chance.randrange(5, 400))
            mail.add_alternative("<p>Fifty percent off!</p>" * self._chance.randrange(5, 400), subtype="html")
        elif kind == "absence":
            mail["Auto-Submitted"] = "auto-replied"
            mail.set_content("I am out of the office until next Friday.")
            envelope = ""
        elif kind == "invitation":
            mail.set_content("You are invited.")
            calendar = ics("REQUEST", f"{self._number}@elsewhere.example")
            mail.add_alternative(calendar.replace("\n", "\r\n"), subtype="calendar", params={"method": "REQUEST"})
        else:
            mail.set_content(self._filled("Could Ms Berg see us {day}? It is about the {about}."))
        return Post(kind, "", envelope, mail.as_bytes())

    def _begun(self, sender: str, subject: str, now: datetime) -> EmailMessage:
        mail = EmailMessage(policy=SMTP)
        mail["From"], mail["To"], mail["Subject"] = sender, self._assistant, subject
        mail["Date"] = now
        mail["Message-ID"] = f"<{self._number}@month.example>"
        return mail

    def _from_corpus(self, kind: str, case: Case, who: str) -> Post:
        """Return a mail of the corpus under a Message-ID of its own."""
        raw = case.raw.replace(f"<{case.name}@corpus.example>".encode(), f"<{self._number}@month.example>".encode())
        who = who if case.way is Way.MANAGER else ""
        return Post(kind, who, self._people[who] if who else case.envelope, raw)
