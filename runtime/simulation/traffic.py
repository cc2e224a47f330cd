"""The mails of ordinary days: which come, when, in which words. All of it is drawn from the seed, by name."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from email.message import EmailMessage
from typing import Final, TypeVar
from zoneinfo import ZoneInfo

from empla.config import slug
from runtime import itip
from runtime.simulation.chance import Chance
from runtime.simulation.deeds import PATIENCE, Post, Sent
from runtime.simulation.letters import letter, report, with_calendar
from runtime.simulation.nonces import nonce
from runtime.simulation.scenario import KINDS, MANY, Employee, Expected, Person, Scenario

T = TypeVar("T")

SCRIPTED: Final = 1000
"""Numbers below this are those of the mails that the file itself has."""
_MOST_A_DAY: Final = 40
_DAYS: Final = ("tomorrow", "on Wednesday", "on Thursday", "on Friday", "next Tuesday", "next week", "this week")
_HOURS: Final = ("", "", " in the morning", " in the afternoon", " at 10", " at 3pm")
_ABOUT: Final = ("budget", "roadmap", "hiring", "supplier", "launch", "audit", "training", "pricing", "support")
_OUTSIDE: Final = "elsewhere.example"
_NOTHING: Final = Expected(nothing=True)

_WORDS: Final = {
    "book": (
        "Please book half an hour with {who} {day}{hour}, about the {nonce} {about}.",
        "Set up 45 minutes with {who} {day}, about {nonce}.",
        "Could you arrange an hour with {who} {day}{hour} about the {nonce} {about}?",
        "I need to talk to {who} about {nonce}.",
    ),
    "question": (
        "Am I free {day}?",
        "What does my week look like?",
        "When is {colleague} free {day}?",
        "What do I have {day}?",
        "What are you working on?",
        "What can you do?",
    ),
    "errand": (
        "Please get me the {nonce} {about} list from {colleague} by tomorrow 15:00.",
        "Ask {colleague} for the {nonce} report.",
        "Please get me the {nonce} figures from {colleague} by Friday 12:00.",
    ),
    "reminder": (
        "Remind me tomorrow at 11:00 to call {nonce}.",
        "Remind me in 3 hours to write to {nonce}.",
        "Remind me on Friday at 9:30 to sign the {nonce} contract.",
    ),
    "thanks": ("Thanks!", "Thank you very much.", "Great, thank you!"),
    "wish": (
        "Can we meet {day}? It is about {nonce}.",
        "Could I have half an hour with you {day}{hour}, about the {nonce} {about}?",
    ),
    "stranger": (
        "Could {manager} see us {day}? It is about {nonce}.",
        "We would like to show {manager} our {nonce} {about}. Would {day} suit?",
    ),
}


@dataclass(frozen=True, slots=True)
class Traffic:
    """Makes the mails of the days of one scenario."""

    scenario: Scenario
    chance: Chance

    def made(self, days: int) -> Iterator[tuple[Post, Sent]]:
        """Return every mail of so many days, with what has to come of it."""
        for day in range(1, days + 1):
            date_of_day = self.scenario.company.first_day + timedelta(days=day - 1)
            if date_of_day.weekday() > 4:
                continue
            for number, employee in enumerate(self.scenario.employees):
                for place, kind in enumerate(KINDS):
                    rate = self.scenario.traffic.rates.get(kind, 0.0)
                    count = min(self.chance.count(rate, "how many", kind, employee.name, day), _MOST_A_DAY)
                    for turn in range(count):
                        index = ((day * len(self.scenario.employees) + number) * len(KINDS) + place) * _MOST_A_DAY
                        word = nonce(SCRIPTED + index + turn)
                        yield from _One(self, employee, kind, word, date_of_day).mail()


@dataclass(frozen=True, slots=True)
class _One:
    """One mail to be: for whom, of which kind, with which nonce, on which day."""

    made_by: Traffic
    employee: Employee
    kind: str
    nonce: str
    day: date

    @property
    def _scenario(self) -> Scenario:
        return self.made_by.scenario

    @property
    def _manager(self) -> Person:
        found = self._scenario.person(self.employee.manager)
        assert found is not None  # checked when the file was read
        return found

    @property
    def _colleagues(self) -> list[Person]:
        return [p for p in self._scenario.people if p.name != self.employee.manager] or [self._manager]

    def mail(self) -> Iterator[tuple[Post, Sent]]:
        """Return the mail, or nothing if who would write it is away."""
        match self.kind:
            case "book" | "question" | "errand" | "reminder" | "thanks":
                yield from self._by(self._manager, self._expected())
            case "wish":
                yield from self._by(self._pick(self._colleagues, "by"), self._expected())
            case "odd":
                yield from self._odd()
            case "invitation":
                yield from self._invitation()
            case _:
                yield from self._from_outside()

    def _expected(self) -> Expected:
        """Return what has to come of it, whatever else happens."""
        manager = self._scenario.address(self.employee.manager)
        match self.kind:
            case "thanks":
                return _NOTHING
            case "book":
                return Expected(mails={manager: (1, MANY)}, events={manager: (0, 1)})
            case "reminder":
                return Expected(mails={manager: (1, MANY)}, events={manager: (0, 0)})
            case "wish" | "stranger":  # the manager may have said no to whoever it is not long ago
                return Expected(events={manager: (0, 1)})
            case _:
                return Expected(mails={manager: (1, MANY)})

    def _by(self, person: Person, expected: Expected) -> Iterator[tuple[Post, Sent]]:
        """Return a letter of somebody in the office, at one of their working hours."""
        at = self._working_hour(person)
        if self._scenario.is_away(person, at):
            return
        mail = self._letter(f"{person.name} <{self._scenario.address(person.name)}>", self._words(), at)
        yield self._sent(at, self._scenario.address(person.name), mail.as_bytes(), expected)

    def _odd(self) -> Iterator[tuple[Post, Sent]]:
        """Return a letter of the manager that a strange mail program has made."""
        person = self._manager
        at = self._working_hour(person)
        if self._scenario.is_away(person, at):
            return
        sender = f"{person.name} <{self._scenario.address(person.name)}>"
        raw = self._letter(sender, "Am I free on Thursday?", at).as_bytes()
        number = self.made_by.chance.number("odd", self.nonce) % 5
        if number == 0:  # words in HTML alone, in a charset of last century
            html = b"<html><body><p>Am I free on <b>Thursday</b>?</p><p>Gr\xfc\xdfe</p></body></html>"
            raw = _with(raw, b'Content-Type: text/html; charset="windows-1252"', html)
        elif number == 1:  # a charset that nobody knows
            raw = _with(raw, b'Content-Type: text/plain; charset="x-mac-klingon"', b"Am I free on Thursday?\r\n")
        elif number == 2:  # nothing said
            raw = _with(raw, b"Content-Type: text/plain", b"")
        elif number == 3:  # a multipart without its parts
            raw = _with(raw, b'Content-Type: multipart/mixed; boundary="none"', b"Am I free on Thursday?\r\n")
        else:  # bare line feeds
            raw = raw.replace(b"\r\n", b"\n")
        manager = self._scenario.address(person.name)
        yield self._sent(at, manager, raw, Expected(events={manager: (0, 0)}))

    def _invitation(self) -> Iterator[tuple[Post, Sent]]:
        """Return an invitation to the manager, of a colleague or of somebody elsewhere."""
        manager = self._scenario.address(self.employee.manager)
        inside = self.made_by.chance.happens(0.5, "inside", self.nonce)
        person = self._pick(self._colleagues, "by")
        at = self._working_hour(person)
        if inside and self._scenario.is_away(person, at):
            return
        sender = self._scenario.address(person.name) if inside else self._stranger()
        begins = datetime.combine(
            self.day + timedelta(days=2 + self.made_by.chance.number("day", self.nonce) % 6),
            time(10 + self.made_by.chance.number("hour", self.nonce) % 6),
            ZoneInfo(self._scenario.company.zone),
        )
        title = f"{self._pick(_ABOUT, 'about').capitalize()} {self.nonce}"
        uid = f"{self.nonce}@{sender.rpartition('@')[2]}"
        end = begins + timedelta(minutes=30)
        calendar = itip.invitation(uid, title, begins, end, organizer=sender, guests=(manager,), at=at)
        mail = with_calendar(
            self._letter(sender, "You are invited.", at, to=manager, subject=title), calendar, self.nonce
        )
        expected = Expected(events={manager: (0, 1)})
        account = sender if inside else ""
        yield self._sent(at, account, mail.as_bytes(), expected, envelope=sender, to=manager)

    def _from_outside(self) -> Iterator[tuple[Post, Sent]]:
        at = self._any_hour()
        sender = self._stranger()
        shown = f"Somebody <{sender}>"
        match self.kind:
            case "stranger":
                mail = self._letter(shown, self._words(), at)
                yield self._sent(at, "", mail.as_bytes(), self._expected(), envelope=sender)
            case "newsletter":
                text = "Fifty percent off! " * (5 + self.made_by.chance.number("long", self.nonce) % 100)
                headers = {"List-Unsubscribe": f"<mailto:out@{_OUTSIDE}>", "Precedence": "bulk"}
                mail = self._letter(shown, text, at, headers=headers)
                yield self._sent(at, "", mail.as_bytes(), _NOTHING, envelope=sender)
            case "absence":
                headers = {"Auto-Submitted": "auto-replied"}
                mail = self._letter(shown, "I am out of the office until next Friday.", at, headers=headers)
                yield self._sent(at, "", mail.as_bytes(), _NOTHING)
            case _:
                raw = report(self._to, f"nobody@{_OUTSIDE}", at, self._message_id(_OUTSIDE), self.nonce)
                yield self._sent(at, "", raw, _NOTHING)

    @property
    def _to(self) -> str:
        return self._scenario.address(self.employee.name)

    def _letter(
        self,
        sender: str,
        text: str,
        at: datetime,
        *,
        to: str = "",
        subject: str = "",
        headers: dict[str, str] | None = None,
    ) -> EmailMessage:
        return letter(
            sender=sender,
            to=to or self._to,
            subject=subject or f"About {self._pick(_ABOUT, 'about')}, {self.nonce}",
            text=text,
            message_id=self._message_id(sender.rpartition("@")[2].rstrip(">")),
            at=at,
            nonce=self.nonce,
            headers=headers or {},
        )

    def _message_id(self, domain: str) -> str:
        return f"<{self.kind}.{self.nonce}@{domain}>"

    def _sent(
        self, at: datetime, account: str, raw: bytes, expected: Expected, *, envelope: str = "", to: str = ""
    ) -> tuple[Post, Sent]:
        post = Post(
            at=at,
            nonce=self.nonce,
            kind=self.kind,
            account=account,
            envelope=envelope or account,
            to=to or self._to,
            raw=raw,
        )
        sender = account or envelope
        sent = Sent(
            nonce=self.nonce, kind=self.kind, at=at, sender=sender, to=post.to, by=at + PATIENCE, expect=expected
        )
        return post, sent

    def _words(self) -> str:
        names = [person.name for person in self._colleagues]
        colleague = self._pick(names, "colleague")
        second = self._pick(names, "second")
        both = colleague != second and self.made_by.chance.happens(0.3, "both", self.nonce)
        return self._pick(_WORDS[self.kind], "words").format(
            who=f"{colleague} and {second}" if both else colleague,
            colleague=colleague,
            manager=self.employee.manager,
            day=self._pick(_DAYS, "day"),
            hour=self._pick(_HOURS, "hour"),
            about=self._pick(_ABOUT, "about"),
            nonce=self.nonce,
        )

    def _stranger(self) -> str:
        number = self.made_by.chance.number("stranger", self.nonce) % 60
        return f"{slug(self.kind)}{number}@{_OUTSIDE}"

    def _pick(self, among: Sequence[T], name: str) -> T:
        return self.made_by.chance.pick(among, name, self.nonce)

    def _working_hour(self, person: Person) -> datetime:
        opens, closes = self._scenario.hours_of(person)
        zone = self._scenario.zone_of(person)
        first = datetime.combine(self.day, opens, zone).astimezone(UTC)
        last = datetime.combine(self.day, closes, zone).astimezone(UTC)
        return _at(first, last, self.made_by.chance.share("when", self.nonce))

    def _any_hour(self) -> datetime:
        first = datetime.combine(self.day, time(0), ZoneInfo(self._scenario.company.zone)).astimezone(UTC)
        return _at(first, first + timedelta(hours=23), self.made_by.chance.share("when", self.nonce))


def _at(first: datetime, last: datetime, share: float) -> datetime:
    """Return an instant between two, a whole second."""
    return first + timedelta(seconds=int((last - first).total_seconds() * share))


def _with(raw: bytes, content_type: bytes, body: bytes) -> bytes:
    """Return a mail with another content."""
    head = raw.partition(b"\r\n\r\n")[0].split(b"\r\n")
    kept = [line for line in head if not line.lower().startswith((b"content-", b"mime-version"))]
    return b"\r\n".join([*kept, b"MIME-Version: 1.0", content_type, b"", body])
