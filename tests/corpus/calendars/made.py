"""How the files of the corpus are made, and what is expected of each."""

from dataclasses import dataclass

OWNER, ORGANIZER = "maria@office.example", "carla@elsewhere.example"
"""In whose calendar a file is taken, and who sends it unless it says otherwise."""

STANDARD = ("UID:u-1", "DTSTAMP:20261120T080000Z", f"ORGANIZER;CN=Carla Ruiz:mailto:{ORGANIZER}", "SUMMARY:Talk")
INVITED = f"ATTENDEE;RSVP=TRUE;PARTSTAT=NEEDS-ACTION:mailto:{OWNER}"
AT_TEN = ("DTSTART:20261124T090000Z", "DTEND:20261124T100000Z")
"""Tuesday, 24 November 2026, 10:00 to 11:00 in Berlin."""


@dataclass(frozen=True)
class Case:
    """One file. `comes`: "taken" (it stands in the calendar), "refused" (read, not taken in) or "unreadable".

    `first` is when it begins next after Monday, 23 November 2026, 8:00 UTC ("2026-11-24T09:00"), `count` how often it
    takes place in the year after that (12 stands for twelve and more); None where that is not the point. `says` is part
    of the reason, where it is refused or unreadable.
    """

    name: str
    raw: bytes
    comes: str
    first: str | None = None
    count: int | None = None
    says: str = ""


def folded(*lines: str, end: str = "\r\n") -> bytes:
    """Return lines as a file."""
    return "".join(f"{line}{end}" for line in lines).encode()


def event(*lines: str, standard: tuple[str, ...] = STANDARD, invited: str = INVITED) -> tuple[str, ...]:
    """Return the lines of one event: what every invitation says, and these."""
    people = (invited,) if invited else ()
    return ("BEGIN:VEVENT", *standard, *people, *lines, "END:VEVENT")


def calendar(*lines: str, method: str = "REQUEST", head: tuple[str, ...] = ()) -> tuple[str, ...]:
    """Return the lines of a calendar with these inside."""
    what = (f"METHOD:{method}",) if method else ()
    return ("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Some//Client//EN", *what, *head, *lines, "END:VCALENDAR")


def invitation(*lines: str, head: tuple[str, ...] = (), method: str = "REQUEST") -> bytes:
    """Return an invitation to one event."""
    return folded(*calendar(*event(*lines), head=head, method=method))


def taken(name: str, raw: bytes, first: str | None = None, count: int | None = None) -> Case:
    """Return a file that is taken in."""
    return Case(name, raw, "taken", first, count)


def refused(name: str, raw: bytes, says: str) -> Case:
    """Return a file that is understood and not taken in."""
    return Case(name, raw, "refused", says=says)


def unreadable(name: str, raw: bytes, says: str = "") -> Case:
    """Return a file that cannot be read."""
    return Case(name, raw, "unreadable", says=says)
