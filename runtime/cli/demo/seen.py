"""Everything that ordinary mail and calendar clients see at the end."""

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

import icalendar

from runtime.cli.demo.stage import ZONE, Stage
from runtime.client import Client, Letter


class Seen:
    """The mailboxes of everybody, the stranger's among them, and the manager's calendar."""

    def __init__(self, stage: Stage) -> None:
        self.assistant = stage.assistant
        self.manager = stage.manager
        self.people = stage.people
        self.stranger = stage.stranger
        everybody = {**stage.people, stage.stranger.name: stage.stranger}
        self.mails = {name: client.inbox() for name, client in everybody.items()}
        self.calendar = stage.manager.events()

    def from_assistant(self) -> Iterator[tuple[str, Letter]]:
        """Return every mail that it wrote, with whose mailbox it lies in."""
        for name, letters in self.mails.items():
            for letter in letters:
                if letter.sender == self.assistant:
                    yield name, letter

    def written_to(self, client: Client) -> list[Letter]:
        """Return what it wrote to somebody, oldest first."""
        return [letter for name, letter in self.from_assistant() if name == client.name]

    def with_guest(self, address: str) -> list[icalendar.Event]:
        """Return the events in the manager's calendar to which somebody is invited."""
        return [event for event in self.calendar if address in guests(event)]

    def invitations(self, client: Client) -> list[Letter]:
        """Return the invitations that somebody has from it."""
        return [m for m in self.written_to(client) if m.invitation is not None]

    def clashes(self, event: icalendar.Event, *calendars: list[icalendar.Event]) -> list[str]:
        """Return what overlaps an event in the manager's calendar, and in others."""
        start, end = times(event)
        uid = str(event["UID"])
        every = (e for calendar in (self.calendar, *calendars) for e in calendar)
        return [str(e["SUMMARY"]) for e in every if str(e["UID"]) != uid and _overlap(e, start, end)]


def guests(event: icalendar.Event) -> dict[str, str]:
    """Return the attendees' answers by address."""
    found = event.get("ATTENDEE", [])
    attendees = found if isinstance(found, list) else [found]
    return {str(a).lower().removeprefix("mailto:"): str(a.params.get("PARTSTAT", "")) for a in attendees}


def times(event: icalendar.Event) -> tuple[datetime, datetime]:
    """Return when an event begins and ends, in the zone of the demo."""
    start, end = event.DTSTART, event.DTEND
    assert isinstance(start, datetime)
    assert isinstance(end, datetime)
    here = ZoneInfo(ZONE)
    return start.astimezone(here), end.astimezone(here)


def span(start: datetime, end: datetime) -> str:
    """Return a time as evidence shows it."""
    return f"{start:%A %d %B, %H:%M} to {end:%H:%M}"


def offered(letter: Letter) -> list[str]:
    """Return the numbered lines of a mail."""
    return [line.strip() for line in letter.text.splitlines() if line.strip()[:2] in ("1.", "2.", "3.")]


def _overlap(event: icalendar.Event, start: datetime, end: datetime) -> bool:
    first, last = times(event)
    return first < end and start < last
