"""A calendar as plain data and as text: each occurrence, in its owner's zone."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
import recurring_ical_events

from empla.errors import ExternalError
from runtime.cli import printing


def entries(calendar: icalendar.Calendar, now: datetime, days: int, zone: str) -> list[dict[str, Any]]:
    """Return what stands in the calendar from today for `days` days, by time; recurring events one by one."""
    here = ZoneInfo(zone)
    start = now.astimezone(here).replace(hour=0, minute=0, second=0, microsecond=0)
    try:
        found = recurring_ical_events.of(calendar, skip_bad_series=True).between(start, start + timedelta(days=days))
    except ValueError as error:
        raise ExternalError(f"the calendar cannot be read: {error}") from error
    return sorted((_entry(event, here) for event in found), key=lambda e: (e["start"], e["title"]))


def _entry(event: icalendar.Event, here: ZoneInfo) -> dict[str, Any]:
    start = event.start
    end = event.end
    all_day = not isinstance(start, datetime)
    attendees = event.get("ATTENDEE", [])
    return {
        "uid": str(event.get("UID", "")),
        "title": str(event.get("SUMMARY", "")),
        "start": _shown(start, here),
        "end": _shown(end, here),
        "all_day": all_day,
        "status": str(event.get("STATUS", "")).lower(),
        "organizer": _address(event.get("ORGANIZER", "")),
        "attendees": {
            _address(a): str(a.params.get("PARTSTAT", "NEEDS-ACTION")).lower()
            for a in (attendees if isinstance(attendees, list) else [attendees])
        },
    }


def _shown(moment: date | datetime, here: ZoneInfo) -> str:
    if not isinstance(moment, datetime):
        return moment.isoformat()
    aware = moment if moment.tzinfo is not None else moment.replace(tzinfo=here)  # floating: wherever its owner is
    return aware.astimezone(UTC).astimezone(here).isoformat()


def _address(value: object) -> str:
    return str(value).removeprefix("mailto:").removeprefix("MAILTO:")


def show(data: Mapping[str, Any], name: str) -> None:
    """Print an agenda, day by day."""
    if not data["events"]:
        printing.line(f"Nothing stands in {name}'s calendar in the next {data['days']} days.")
        return
    printing.line(f"{name}, times in {data['zone']}", "dim")
    for day, events in groupby(data["events"], key=lambda e: e["start"][:10]):
        printing.line()
        printing.line(f"{date.fromisoformat(day):%A, %d %B %Y}", "bold")
        printing.table([_row(event) for event in events], "", "", "", indent=2)


def _row(event: Mapping[str, Any]) -> tuple[str, str, str]:
    if event["all_day"]:
        when = "all day"
    else:
        last = event["end"][11:16] if event["end"][:10] == event["start"][:10] else event["end"][:16].replace("T", " ")
        when = f"{event['start'][11:16]}–{last}"
    with_whom = ", ".join(
        a if said == "accepted" else f"{a} ({said.replace('needs-action', 'not answered yet')})"
        for a, said in event["attendees"].items()
    )
    title = event["title"] or "busy"
    return when, title + (" (cancelled)" if event["status"] == "cancelled" else ""), with_whom
