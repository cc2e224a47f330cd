"""The people of a scenario: what they send by themselves, and what they do about what reaches them.

It is independent of any transport. Whoever plays a scenario hands in the deeds of its `Script` when they are due, shows
each person what comes to them, and does later what they say they will do:

    script = Script(scenario, seed, days)
    due = [*script.deeds]                                    # sorted; each has its instant
    due += script.correspondent(address).sees(raw, at)       # for each mail that reaches somebody
    due += script.correspondent(address).sees_event(ics, at) # for each event that an employee has entered for somebody

Everything they decide is drawn from the seed, the nonce of the matter and how far the talk about it has gone; never
from the order in which things reach them. What has to come of each mail stands in `script.sent`.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Final

import icalendar

from empla.capabilities.email.reading.newtext import new_text
from runtime import itip
from runtime.simulation.chance import Chance
from runtime.simulation.deeds import PATIENCE, Deed, Entry, Post, Sent, order
from runtime.simulation.letters import calendar_of, event_object, letter, moved, text_of, with_calendar
from runtime.simulation.nonces import about, nonce, nonces_in
from runtime.simulation.scenario import Expected, Invitation, Mail, Person, Scenario
from runtime.simulation.traffic import Traffic

LONGEST_TALK: Final = 12
"""Mails of one thread after which nobody goes on with it."""

_CHOICES: Final = ("The first one works.", "The second one, please.", "The first one works.", "None of these.")
_YES_OR_NO: Final = ("yes", "Yes, please.", "yes", "no", "never mind")
_CHANGES: Final = ("Please make it an hour.", "Please move it to Friday morning.", "Cancel it, please.", "Undo that.")
_HERE: Final = (
    "Here it is: {nonce}.\n\n- Alpha 12\n- Beta 7\n- Gamma 3",
    "Please find the {nonce} figures below.\n\nTotal: 1 204",
)
_NOT_YET: Final = ("I will send it next week.", "I do not have it, sorry.", "I am working on it.")


class Script:
    """What the people of one scenario do by themselves in so many days, and who they are."""

    def __init__(self, scenario: Scenario, seed: int, days: int) -> None:
        self.scenario = scenario
        self.ends = scenario.ends(days)
        self._chance = Chance(seed, "scenario")
        made = [*self._scripted(), *Traffic(scenario, self._chance).made(days)]
        posts = [post for post, _ in made if post.at < self.ends]
        self.before: tuple[Entry, ...] = tuple(self._entries())
        """What stands in calendars before the first day."""
        self.deeds: tuple[Post, ...] = tuple(sorted(posts, key=order))
        self.sent: Mapping[str, Sent] = {sent.nonce: sent for post, sent in made if post.at < self.ends}
        """What the scenario sends, and what has to come of each mail, by nonce."""
        self.employees = frozenset(scenario.address(employee.name) for employee in scenario.employees)
        self._people = {
            scenario.address(person.name): Correspondent(person, scenario, self._chance, self.employees)
            for person in scenario.people
        }

    def correspondent(self, address: str) -> "Correspondent":
        """Return the person who has an address; KeyError if nobody in the office has."""
        return self._people[address]

    @property
    def addresses(self) -> Sequence[str]:
        """The addresses of all people."""
        return tuple(self._people)

    def _entries(self) -> list[Entry]:
        before = self.scenario.instant(self.scenario.mails[0].at) if self.scenario.mails else self.ends
        found = []
        for number, event in enumerate(self.scenario.events):
            start = self.scenario.instant(event.start)
            uid = f"standing-{number}@{self.scenario.company.domain}"
            ics = event_object(uid, event.title, start, event.lasts, weekly=event.weekly)
            owner = self.scenario.address(event.owner)
            found.append(Entry(at=min(before, start), nonce="", owner=owner, uid=uid, ics=ics))
        return found

    def _scripted(self) -> list[tuple[Post, Sent]]:
        mails = [self._mail(nonce(number), mail) for number, mail in enumerate(self.scenario.mails)]
        first = len(mails)
        return mails + [self._invitation(nonce(first + n), i) for n, i in enumerate(self.scenario.invitations)]

    def _mail(self, word: str, mail: Mail) -> tuple[Post, Sent]:
        sender = self.scenario.address(mail.sender)
        at = self.scenario.instant(mail.at)
        subject = mail.subject or f"A request, {word}"
        made = letter(
            sender=self._shown(sender),
            to=self.scenario.address(mail.to),
            subject=subject.replace("{nonce}", word),
            text=mail.text.replace("{nonce}", word),
            message_id=f"<mail.{word}@{sender.rpartition('@')[2]}>",
            at=at,
            nonce=word,
            headers=mail.headers,
        )
        return self._both(word, "mail", at, sender, mail.to, made, mail.expect)

    def _invitation(self, word: str, asked: Invitation) -> tuple[Post, Sent]:
        sender, guest = self.scenario.address(asked.sender), self.scenario.address(asked.to)
        at, start = self.scenario.instant(asked.at), self.scenario.instant(asked.start)
        title = asked.title.replace("{nonce}", word)
        domain = sender.rpartition("@")[2]
        made = letter(
            sender=self._shown(sender),
            to=guest,
            subject=f"Invitation: {title}",
            text=f"You are invited: {title}",
            message_id=f"<invitation.{word}@{domain}>",
            at=at,
            nonce=word,
        )
        uid = f"{word}@{domain}"
        calendar = itip.invitation(uid, title, start, start + asked.lasts, organizer=sender, guests=(guest,), at=at)
        return self._both(word, "invitation", at, sender, asked.to, with_calendar(made, calendar, word), asked.expect)

    def _both(
        self, word: str, kind: str, at: datetime, sender: str, to: str, mail: EmailMessage, expect: Expected
    ) -> tuple[Post, Sent]:
        inside = sender.endswith(f"@{self.scenario.company.domain}")
        post = Post(
            at=at,
            nonce=word,
            kind=kind,
            account=sender if inside else "",
            envelope=sender,
            to=self.scenario.address(to),
            raw=mail.as_bytes(),
        )
        named = Expected(
            mails={self.scenario.address(who): count for who, count in expect.mails.items()},
            events={self.scenario.address(who): count for who, count in expect.events.items()},
            nothing=expect.nothing,
        )
        by = self.scenario.instant(expect.by) if expect.by is not None else at + PATIENCE
        return post, Sent(nonce=word, kind=kind, at=at, sender=sender, to=post.to, by=by, expect=named)

    def _shown(self, address: str) -> str:
        name = self.scenario.name(address)
        return f"{name} <{address}>" if name else address


class Correspondent:
    """One person, with their temper."""

    def __init__(self, person: Person, scenario: Scenario, chance: Chance, employees: frozenset[str]) -> None:
        self._person = person
        self._scenario = scenario
        self._chance = chance
        self._employees = employees
        self._handled: dict[str, datetime] = {}
        self.address = scenario.address(person.name)

    def sees(self, raw: bytes, at: datetime) -> Sequence[Deed]:
        """Return what comes of a mail that reaches this person at an instant: what they do, each deed with its own."""
        mail = message_from_bytes(raw, policy=default)
        if not isinstance(mail, EmailMessage):
            return ()
        talk = _Talk(self, mail, at)
        if talk.sender not in self._employees or talk.length > LONGEST_TALK:
            return ()
        if self._scenario.is_away(self._person, at):
            return talk.absent()
        calendar = calendar_of(mail)
        return talk.about(calendar) if calendar is not None else talk.answered()

    def sees_event(self, ics: bytes, at: datetime) -> Sequence[Entry]:
        """Return whether this person moves, later, an event that an employee has entered in their calendar."""
        calendar = icalendar.Calendar.from_ical(ics)
        events = calendar.walk("VEVENT")
        uid = str(events[0]["UID"]) if events else ""
        words = nonces_in(str(events[0].get("SUMMARY", ""))) if events else ()
        if not words or not self._chance.happens(self._person.moves, "moves", self.address, words[0]):
            return ()
        when = self._within_hours(at + self._after("moves", words[0]))
        return (Entry(at=when, nonce=words[0], owner=self.address, uid=uid, ics=moved(ics, timedelta(hours=1))),)

    def _after(self, *name: object) -> timedelta:
        shortest, longest = self._person.answers_after
        seconds = self._chance.between(shortest.total_seconds(), longest.total_seconds(), "after", self.address, *name)
        return timedelta(seconds=int(seconds))

    def _in_turn(self, uid: str, at: datetime) -> datetime:
        """Return when this person comes to a mail about a meeting: never before an earlier one about the same."""
        before = self._handled.get(uid)
        turn = at if before is None else max(at, before + timedelta(seconds=1))
        self._handled[uid] = turn
        return turn

    def _within_hours(self, at: datetime) -> datetime:
        """Return an instant, put off to this person's next working hour if it is none, and until they are back."""
        zone = self._scenario.zone_of(self._person)
        opens, closes = self._scenario.hours_of(self._person)
        local = at.astimezone(zone)
        while True:
            if local.weekday() < 5 and not self._scenario.is_away(self._person, local):
                if local.time() < opens:
                    return datetime.combine(local.date(), opens, zone).astimezone(UTC) + self._spread(at)
                if local.time() < closes:
                    return max(at, local.astimezone(UTC))
            local = datetime.combine(local.date() + timedelta(days=1), datetime.min.time(), zone)

    def _spread(self, at: datetime) -> timedelta:
        """Return how long after they begin this person comes to what waited: not everything in one second."""
        return timedelta(seconds=self._chance.number("spread", self.address, at.isoformat()) % 1800)


class _Talk:
    """One mail of an employee to one person, and what they say to it."""

    def __init__(self, person: Correspondent, mail: EmailMessage, at: datetime) -> None:
        self._who = person
        self._mail = mail
        self._at = at
        header = mail["From"]
        self.sender = str(header.addresses[0].addr_spec).lower() if header is not None and header.addresses else ""
        self.length = len(str(mail["References"] or "").split())
        self._new = new_text(text_of(mail))
        found = about(
            f"{mail['In-Reply-To'] or ''} {mail['References'] or ''}", str(mail["Subject"] or ""), "", self._new
        )
        self.nonce = found[0] if found else ""
        self._name = (self.nonce or str(mail["Subject"]), self.sender, str(mail["Subject"]), self.length)

    def absent(self) -> Sequence[Deed]:
        """Return the automatic note of whoever is away, to automatic mail too, as some programs write it."""
        if self.length > 1:
            return ()
        headers = {"Auto-Submitted": "auto-replied"}
        text = "I am away and will answer when I am back."
        return (self._post("away", text, self._at + timedelta(seconds=2), headers=headers),)

    def about(self, calendar: icalendar.Calendar) -> Sequence[Deed]:
        """Return what is done about an invitation, or about one that is taken back."""
        events = [event for event in calendar.walk("VEVENT") if isinstance(event, icalendar.Event)]
        if not events or not self._nonce_of(events[0]):
            return ()
        event, uid = events[0], str(events[0]["UID"])
        at = self._who._in_turn(uid, self._in_time("invited"))
        if str(calendar.get("METHOD", "")) == "CANCEL":
            return (self._entry(at, uid, b""),)
        if str(calendar.get("METHOD", "")) != "REQUEST" or not self._happens(self._who._person.answers, "invited"):
            return ()
        temper, share = self._who._person, self._who._chance.share("invited", self._who.address, *self._name, uid)
        if share < temper.declines:
            return (self._said(event, "DECLINED", at),)
        if share < temper.declines + temper.proposes and isinstance(event.DTSTART, datetime):
            later = timedelta(hours=1)
            start, end = event.DTSTART + later, event.DTEND + later
            said = itip.other_time(event, self._who.address, start, end, "An hour later would suit me better.", at)
            return (self._with_calendar("counter", "New time proposed", said, at),)
        entered = self._entry(at, uid, itip.stored(event).to_ical())
        return (entered, self._said(event, "ACCEPTED", at))

    def answered(self) -> Sequence[Deed]:
        """Return what is answered to a mail in words."""
        if not self.nonce:
            return ()
        words = self._words()
        if not words:
            return ()
        return (self._post("answer", words, self._in_time("answer")),)

    def _words(self) -> str:
        """Return what this person says, nothing if they say nothing."""
        name = self._name
        chance, temper = self._who._chance, self._who._person
        if not self._happens(temper.answers, "answers"):
            return ""
        plain = " ".join(self._new.split())
        if "asks you for" in plain or plain.startswith("I asked you for"):
            if self._happens(0.75, "has it"):
                return chance.pick(_HERE, "here", *name).format(nonce=self.nonce)
            return chance.pick(_NOT_YET, "not yet", *name)
        if "?" in plain:
            several = sum(" to " in line and ":" in line for line in self._new.splitlines()) > 1
            return chance.pick(_CHOICES if several else _YES_OR_NO, "says", *name)
        if plain.startswith("Done.") and self._happens(temper.changes_mind, "changes"):
            return chance.pick(_CHANGES, "change", *name)
        return ""

    def _nonce_of(self, event: icalendar.Event) -> str:
        found = nonces_in(str(event.get("SUMMARY", "")))
        self.nonce = self.nonce or (found[0] if found else "")
        return self.nonce

    def _happens(self, share: float, what: str) -> bool:
        return self._who._chance.happens(share, what, self._who.address, *self._name)

    def _in_time(self, what: str) -> datetime:
        return self._who._within_hours(self._at + self._who._after(what, *self._name))

    def _entry(self, at: datetime, uid: str, ics: bytes) -> Entry:
        return Entry(at=at, nonce=self.nonce, owner=self._who.address, uid=uid, ics=ics)

    def _said(self, event: icalendar.Event, partstat: str, at: datetime) -> Post:
        said = itip.answer(event, self._who.address, partstat, at)
        return self._with_calendar("reply", partstat.capitalize(), said, at)

    def _with_calendar(self, kind: str, subject: str, said: icalendar.Calendar, at: datetime) -> Post:
        word = self._message_word(kind)
        mail = letter(
            sender=self._shown,
            to=self.sender,
            subject=f"{subject}: {said.walk('VEVENT')[0].get('SUMMARY', '')}",
            text=f"{self._who._person.name}: {subject.lower()}",
            message_id=f"<{word}@{self._domain}>",
            at=at,
        )
        return self._posted(kind, with_calendar(mail, said, word), at)

    def _post(self, kind: str, text: str, at: datetime, *, headers: Mapping[str, str] | None = None) -> Post:
        subject = str(self._mail["Subject"] or "")
        mail = letter(
            sender=self._shown,
            to=self.sender,
            subject=subject if subject.lower().startswith("re:") else f"Re: {subject}",
            text=text,
            message_id=f"<{self._message_word(kind)}@{self._domain}>",
            at=at,
            answering=self._mail,
            headers=headers or {},
        )
        if kind == "answer" and self._happens(self._who._person.odd, "odd"):
            for name in ("In-Reply-To", "References"):  # as some mail programs forget them
                del mail[name]
        return self._posted(kind, mail, at)

    def _posted(self, kind: str, mail: EmailMessage, at: datetime) -> Post:
        own = self._who.address
        return Post(at=at, nonce=self.nonce, kind=kind, account=own, envelope=own, to=self.sender, raw=mail.as_bytes())

    def _message_word(self, kind: str) -> str:
        """Return a word for a Message-ID that is the same whenever this very mail is answered."""
        number = self._who._chance.number("message", kind, self._who.address, str(self._mail["Message-ID"]))
        return f"{kind}.{self.nonce or 'plain'}.{number:016x}"

    @property
    def _shown(self) -> str:
        return f"{self._who._person.name} <{self._who.address}>"

    @property
    def _domain(self) -> str:
        return self._who.address.rpartition("@")[2]
