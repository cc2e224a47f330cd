"""What the manager wants of the brief and of the notes before meetings: said by mail, kept as one belief."""

from collections.abc import Generator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from empla.capabilities.email.reading.times.countries import country_of, holiday
from empla.capabilities.email.reading.times.model import Hours
from empla.mind.codec import registered
from empla.mind.plans import PlanLibrary, Trigger, on
from empla.mind.readings import Mail
from empla.mind.steps import Believe, Forget, Raise, Step, query
from employees.executive_assistant import words
from employees.executive_assistant.knowing import Profile, Steps, from_manager, profile, sure, told
from employees.executive_assistant.talking import answer

library = PlanLibrary()

CHANGED = "brief-changed"
"""Kind of the event that the manager wants it otherwise."""
ASKED_FOR = "brief-asked-for"
"""Kind of the event that the manager wants the brief now; fields `mail` and `before`."""
USUAL_LEAD = 60
_WANTED = "brief-wanted"
_WEEK = tuple(range(7))
_SHORTEST_LEAD, _LONGEST_LEAD = 10, 24 * 60


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """When the brief comes (local time, weekdays from Monday 0 on), and how long before meetings the notes do."""

    at: str
    days: tuple[int, ...] = (0, 1, 2, 3, 4)
    brief: bool = True
    notes: bool = True
    lead: int = USUAL_LEAD

    def next_after(self, now: datetime, zone: str) -> datetime:
        """Return the next morning at which a brief is due after `now`; public holidays have none."""
        here = ZoneInfo(zone)
        country = country_of(zone)
        day = now.astimezone(here).date()
        hour = time.fromisoformat(self.at)
        for ahead in range(60):
            morning = datetime.combine(day + timedelta(days=ahead), hour, here)
            if morning > now and self.on(morning.date(), country):
                return morning
        return datetime.combine(day + timedelta(days=60), hour, here)

    def on(self, day: date, country: str) -> bool:
        """Return whether a brief is due on a day."""
        return day.weekday() in self.days and not holiday(day, country)


def wanted() -> Generator[Step, Any, Wanted]:
    """Return what is wanted: what the manager has said, else what the role has."""
    said = yield query(_WANTED)
    if said:
        found: Wanted = said[-1][0]
        return found
    schedule = dict((yield query("profile"))).get("schedule") or {}
    return Wanted(at=str(schedule.get("brief_at", "07:30")))


@library.plan(on("mail", mail__reading__intent="brief"), when=from_manager, goal="brief as it is wanted")
def want_brief(event: Trigger) -> Steps:
    """Brief now, or note how it is wanted from now on and say what that comes to."""
    me: Profile = yield from profile()
    mail: Mail = event.mail
    if not sure(mail):
        yield answer(event, "I am not sure what you want of the brief. For instance: “Send me the brief at 7:30.”")
        return
    if told(mail, "now"):
        yield Raise(kind=ASKED_FOR, fields={"mail": mail, "before": event.get("before") or ""})
        return
    before = yield from wanted()
    after = _changed(before, mail)
    yield Forget(functor=_WANTED)
    yield Believe(functor=_WANTED, arguments=(after,))
    yield Raise(kind=CHANGED)
    yield answer(event, _said(after, me, notes=bool(told(mail, "preparation"))))


def _changed(before: Wanted, mail: Mail) -> Wanted:
    off = bool(told(mail, "stop"))
    if told(mail, "preparation"):
        lead = min(max(told(mail, "lead") or before.lead, _SHORTEST_LEAD), _LONGEST_LEAD)
        return replace(before, notes=not off, lead=lead)
    hours: Hours | None = told(mail, "at")
    days = told(mail, "days") or before.days
    days = tuple(day for day in days if day not in (told(mail, "not_on") or ())) or _WEEK
    at = hours.since.strftime("%H:%M") if hours is not None else before.at
    return replace(before, at=at, days=days, brief=not off)


def _said(after: Wanted, me: Profile, *, notes: bool) -> str:
    if notes:
        if not after.notes:
            return "All right, no more notes before meetings. “Prepare me for my meetings” brings them back."
        return f"All right, before each meeting with others you have my notes, {words.length(after.lead)} ahead."
    if not after.brief:
        return "All right, no brief any more. “Start the brief again” brings it back, “brief me” gets it once."
    days = _days(after.days)
    return f"All right, the brief comes at {after.at} ({me.zone}) {days}, but for public holidays."


def _days(days: tuple[int, ...]) -> str:
    if days == (0, 1, 2, 3, 4):
        return "on working days"
    return "every day" if len(days) == len(_WEEK) else f"on {words.listed(f'{words.DAYS[day]}s' for day in days)}"
