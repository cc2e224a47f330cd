"""Manners: rules of conduct that hold for every mail that goes out (law 7).

They are checked here, in the gate, whatever a plan believes: no answer to what must not be answered, one answer per
message, budgets per thread, correspondent and day, and quiet hours for what nobody waits for.
"""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

PER_THREAD_AND_DAY = 20
PER_CORRESPONDENT_AND_DAY = 40
PER_DAY = 200
NOTICES_PER_DAY = 60
"""Mails to the manager that answer nothing: approvals and what went wrong have a budget of their own."""
PER_MINUTE = 30
"""What is more waits for the next minute; it is not lost."""
QUIET_FROM, QUIET_UNTIL = time(21, 0), time(6, 30)
"""Local hours in which nobody is written to who did not just write, by default."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Conduct:
    """What was sent lately: the facts that manners judge by. Counts are of mails in the last day, or minute."""

    answered: bool = False
    in_thread: int = 0
    to_correspondent: int = 0
    today: int = 0
    notices_today: int = 0
    this_minute: int = 0


def objection(automatic: str, conduct: Conduct, *, answers: bool, to_manager: bool) -> tuple[str, str] | None:
    """Return (rule, why) if good manners forbid a mail, None if they do not.

    The manager may write as often as there are minutes in a day and is answered each time, within the day's limit.
    """
    if automatic:
        return "manners:automatic", f"the mail to be answered is automatic ({automatic})"
    if answers and conduct.answered:
        return "manners:one-answer", "this message was answered before"
    if conduct.in_thread >= PER_THREAD_AND_DAY:
        return "manners:thread-budget", f"{conduct.in_thread} mails in this thread in a day"
    if to_manager and not answers:
        many = conduct.notices_today >= NOTICES_PER_DAY
        return ("limits:notices", f"{conduct.notices_today} notices in a day") if many else None
    if conduct.to_correspondent >= PER_CORRESPONDENT_AND_DAY and not to_manager:
        return "manners:correspondent-budget", f"{conduct.to_correspondent} mails to this person in a day"
    if conduct.today >= PER_DAY:
        return "limits:day", f"{conduct.today} mails in a day"
    return None


def quiet_until(at: datetime, zone: str) -> datetime | None:
    """Return when quiet hours end if `at` lies in them, else None."""
    local = at.astimezone(ZoneInfo(zone))
    if QUIET_UNTIL <= local.time() < QUIET_FROM:
        return None
    day = local.date() + timedelta(days=1) if local.time() >= QUIET_FROM else local.date()
    return datetime.combine(day, QUIET_UNTIL, ZoneInfo(zone))
