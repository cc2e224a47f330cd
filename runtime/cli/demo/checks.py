"""What must be true after the morning: read from outside, with IMAP and CalDAV, never from the program's own tables."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import icalendar

from runtime.client import Client, Letter

if TYPE_CHECKING:
    from runtime.cli.demo.morning import Morning
    from runtime.cli.demo.stage import Stage

ENOUGH_KILLS = 5


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that must be true, whether it is, and by what that shows."""

    name: str
    ok: bool
    evidence: str


def checks(stage: "Stage", morning: "Morning") -> list[Check]:
    """Look at every mailbox and calendar from outside and say what holds."""
    stage.settle()
    seen = _Seen(stage)
    return [
        *_introduction(seen, morning),
        *_once(seen, morning),
        *_first_meeting(stage, seen, morning),
        *_chosen(seen, morning),
        *_answers(morning),
        *_cannot(seen, morning),
        *_clarified(seen, morning),
        *_machines(seen, morning),
        *_kills(stage),
    ]


class _Seen:
    """Everything that ordinary clients see at the end."""

    def __init__(self, stage: "Stage") -> None:
        self.assistant = stage.assistant
        self.manager = stage.manager
        self.people = stage.people
        self.mails = {name: client.inbox() for name, client in stage.people.items()}
        self.calendar = stage.manager.events()
        self.own = stage.manager.address

    def from_assistant(self) -> Iterator[tuple[str, Letter]]:
        for name, letters in self.mails.items():
            for letter in letters:
                if letter.sender == self.assistant:
                    yield name, letter

    def with_guest(self, address: str) -> list[icalendar.Event]:
        return [event for event in self.calendar if address in _guests(event)]

    def invitations(self, client: Client) -> list[Letter]:
        return [m for m in self.mails[client.name] if m.sender == self.assistant and m.invitation is not None]


def _guests(event: icalendar.Event) -> dict[str, str]:
    """Return the attendees' answers by address."""
    found = event.get("ATTENDEE", [])
    attendees = found if isinstance(found, list) else [found]
    return {str(a).lower().removeprefix("mailto:"): str(a.params.get("PARTSTAT", "")) for a in attendees}


def _introduction(seen: _Seen, morning: "Morning") -> Iterator[Check]:
    letters = [m for _, m in seen.from_assistant() if m.subject == "Your new assistant"]
    sentences = sum(line.strip().startswith("- ") for m in letters[:1] for line in m.text.splitlines())
    ok = len(letters) == 1 and sentences == 6
    yield Check("introduced itself once, with six sentences", ok, f"{len(letters)} mail, {sentences} sentences")


def _once(seen: _Seen, morning: "Morning") -> Iterator[Check]:
    answers = Counter(str(m.message["In-Reply-To"] or "") for _, m in seen.from_assistant())
    wrong = {scene: answers[asked] for scene, asked in morning.asked.items() if answers[asked] != 1}
    told = (
        ", ".join(f"{scene}: {count}" for scene, count in wrong.items()) or f"{len(morning.asked)} mails, 1 answer each"
    )
    yield Check("every mail answered exactly once", not wrong, told)
    copies = Counter((name, m.message_id) for name, m in seen.from_assistant())
    twice = [message_id for (_, message_id), count in copies.items() if count > 1]
    yield Check("no mail of the assistant arrived twice", not twice, f"{len(copies)} mails, {len(twice)} twice")
    uids = Counter(str(event["UID"]) for event in seen.calendar)
    doubled = [uid for uid, count in uids.items() if count > 1]
    arranged = [e for e in seen.calendar if seen.assistant in str(e.get("ORGANIZER", "")).lower()]
    ok = not doubled and len(arranged) == 3
    yield Check("every event stands exactly once", ok, f"{len(arranged)} arranged, {len(doubled)} twice")


def _first_meeting(stage: "Stage", seen: _Seen, morning: "Morning") -> Iterator[Check]:
    from runtime.cli.demo.stage import MONDAY, ZONE

    ben = seen.people["Ben Stone"]
    events = seen.with_guest(ben.address)
    if len(events) != 1:
        yield Check("half an hour, next Tuesday afternoon", False, f"{len(events)} events")
        return
    start, end = _times(events[0])
    here = ZoneInfo(ZONE)
    tuesday = (MONDAY + timedelta(days=8)).date()
    local = start.astimezone(here)
    fits = local.date() == tuesday and local.hour >= 12 and end - start == timedelta(minutes=30)
    yield Check(
        "half an hour, next Tuesday afternoon", fits, f"{local:%A %d %B, %H:%M} to {end.astimezone(here):%H:%M}"
    )
    clash = [str(e["SUMMARY"]) for c in (seen.manager, ben) for e in c.events() if _overlap(e, start, end)]
    clash = [title for title in clash if title != str(events[0]["SUMMARY"])]
    yield Check("overlaps nothing in either calendar", not clash, ", ".join(clash) or "both calendars looked at")
    invited = seen.invitations(ben)
    yield Check("Ben was invited once", len(invited) == 1, f"{len(invited)} invitation")
    answer = _guests(events[0]).get(ben.address, "")
    yield Check("the manager's calendar: Ben accepts", answer == "ACCEPTED", answer or "no answer")
    said = morning.answers["book"].text
    named = all(part in said for part in (f"{local:%A}", f"{local.day} {local:%B}", f"{local:%H:%M}", ZONE))
    yield Check("the answer names day, date, time and zone", named, said.splitlines()[0])


def _chosen(seen: _Seen, morning: "Morning") -> Iterator[Check]:
    offered = [
        line.strip() for line in morning.answers["no-slot"].text.splitlines() if line.strip()[:2] in ("1.", "2.", "3.")
    ]
    yield Check("three options where there is no time", len(offered) == 3, "; ".join(offered) or "none")
    events = seen.with_guest(seen.people["Carla Ruiz"].address)
    if len(events) != 1 or len(offered) < 2:
        yield Check("the second option is booked", False, f"{len(events)} events")
        return
    start, _ = _times(events[0])
    from runtime.cli.demo.stage import ZONE

    local = start.astimezone(ZoneInfo(ZONE))
    said = f"{local:%A}, {local.day} {local:%B %Y}, {local:%H:%M}"
    yield Check("the second option is booked", said in offered[1], said)


def _answers(morning: "Morning") -> Iterator[Check]:
    free, agenda = morning.answers["free"].text, morning.answers["agenda"].text
    ok = "Thursday" in free and "Dentist" in free
    yield Check("“Am I free on Thursday?” answered rightly", ok, free.splitlines()[0])
    ok = "Dentist" in agenda and "Board lunch" in agenda
    yield Check("the week is told from the calendar", ok, f"{len(agenda.splitlines())} lines")
    after = morning.answers["after"].text
    yield Check("the mail after the mangled one answered", "Wednesday" in after, after.splitlines()[0])


def _cannot(seen: _Seen, morning: "Morning") -> Iterator[Check]:
    said = morning.answers["cannot"].text
    ok = "flight to Rome" in said and "cannot" in said and "?" in said
    yield Check("what it cannot do, it says, and asks", ok, said.splitlines()[0])


def _clarified(seen: _Seen, morning: "Morning") -> Iterator[Check]:
    question = morning.answers["ambiguous"].text
    ok = question.count("?") == 1 and "Sam Young" in question and "Sam Ortega" in question
    yield Check("one precise question where two are meant", ok, question.splitlines()[0])
    right = seen.with_guest(seen.people["Sam Ortega"].address)
    wrong = seen.invitations(seen.people["Sam Young"])
    lengths = [(_times(e)[1] - _times(e)[0]) // timedelta(minutes=1) for e in right]
    ok = lengths == [45] and not wrong
    yield Check(
        "the answer goes on with the same request",
        ok,
        f"{', '.join(map(str, lengths)) or 'no'} minutes with Sam Ortega, {len(wrong)} meetings with Sam Young",
    )


def _machines(seen: _Seen, morning: "Morning") -> Iterator[Check]:
    answered = [m for _, m in seen.from_assistant() if any(m.answers(mail_id) for mail_id in morning.unanswered)]
    to_carla = [m for n, m in seen.from_assistant() if n == "Carla Ruiz" and m.invitation is None]
    ok = not answered and not to_carla
    yield Check("auto-reply, bounce, list: no answer", ok, f"{len(answered) + len(to_carla)} answers")
    told = [m for n, m in seen.from_assistant() if n == seen.manager.name and "cannot read" in m.subject]
    yield Check("mangled mail set aside, manager told once", len(told) == 1, f"{len(told)} mail")


def _kills(stage: "Stage") -> Iterator[Check]:
    ok = stage.kills >= ENOUGH_KILLS and stage.falls >= 1
    yield Check("all this through kill -9", ok, f"{stage.kills} of its process, {stage.falls} of `empla up`")


def _times(event: icalendar.Event) -> tuple[datetime, datetime]:
    start, end = event.DTSTART, event.DTEND
    assert isinstance(start, datetime)
    assert isinstance(end, datetime)
    return start, end


def _overlap(event: icalendar.Event, start: datetime, end: datetime) -> bool:
    first, last = _times(event)
    return first < end and start < last
