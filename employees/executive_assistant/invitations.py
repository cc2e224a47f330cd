"""What an invitation to the manager comes to, and what the manager's answer about it says. Pure."""

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from empla.capabilities.calendar.events import Answer, parse
from empla.capabilities.calendar.invites import Invite, read_invite
from empla.capabilities.calendar.results import EventCopy
from empla.capabilities.email.reading.newtext import new_text
from empla.capabilities.email.reading.times.grammar import times
from empla.capabilities.email.reading.times.model import Window
from empla.errors import EmplaError
from empla.mind.readings import Mail
from empla.mind.values import Origin, Source
from employees.executive_assistant import words
from employees.executive_assistant.knowing import Profile, told


class Choice(StrEnum):
    """What becomes of an invitation: an answer (PARTSTAT of RFC 5545), another time, or nothing."""

    ACCEPTED = "ACCEPTED"
    DECLINED = "DECLINED"
    TENTATIVE = "TENTATIVE"
    COUNTER = "COUNTER"
    LEFT = "LEFT"


def read(mail: Mail, me: Profile, now: datetime) -> Invite | None:
    """Return the invitation in a mail; None if there is none that can be understood."""
    if mail.invitation is None:
        return None
    method, origin = str(mail.invitation.get("method") or ""), Origin(Source.PERCEPT, mail.key, "invitation")
    try:
        return read_invite(str(mail.invitation["ics"]), origin, zone=me.zone, at=now, method=method)
    except EmplaError:
        return None


def vouched(mail: Mail, invite: Invite) -> bool:
    """Return whether the server vouches that the mail came from the organizer."""
    return (
        mail.authenticated is not None
        and invite.organizer is not None
        and mail.authenticated.value == invite.organizer.value
    )


def version(invite: Invite) -> tuple[str, str, int, str]:
    """Return which event an invitation is about, which occurrence of it, and which version of that it is."""
    occurrence = invite.occurrence.isoformat() if invite.occurrence is not None else ""
    start = invite.start.value.isoformat() if invite.start is not None else ""
    return invite.uid, occurrence, invite.sequence, start


def settled(copy: EventCopy | None, invite: Invite, me: Profile) -> bool:
    """Return whether the invitation needs no answer any more: it stands in the calendar, answered, at that time."""
    if copy is None or invite.occurrence is not None:
        return False
    try:
        standing = parse(copy.ics, me.zone)
    except EmplaError:
        return True  # whatever stands there, it is not to be touched
    mine = standing.attendee(me.manager.value)
    answered = mine is None or mine.answer is not Answer.NEEDS_ACTION
    newer = standing.sequence > invite.sequence
    same_time = invite.start is not None and standing.start == invite.start.value
    return newer or (standing.sequence == invite.sequence and answered and same_time)


def named(invite: Invite, me: Profile) -> str:
    """Return what it is, in words that name it: "“Budget”, Tuesday, 8 September 2026, 10:00 to 10:30 (...)"."""
    title = f"“{words.sentence(invite.title, 120)}”" if invite.title.strip() else "a meeting without a title"
    return f"{title}, {when(invite, me)}" if when(invite, me) else title


def when(invite: Invite, me: Profile) -> str:
    """Return when it is; of a series how it recurs, from when on."""
    if invite.start is None or invite.end is None:
        return ""
    if invite.all_day:
        time = words.day(invite.start.value)
    else:
        time = words.span(invite.start.value, invite.end.value, me.zone)
    if invite.recurring and invite.occurrence is None:
        return f"{invite.recurrence or 'again and again'}, from {time}"
    return time


# the manager's answer -------------------------------------------------------------------------------------------------

_COUNTER = re.compile(
    r"\b(?:propos\w*|suggest\w*|counter\w*|(?:an)?other (?:time|day|slot)|offer\w*|instead|reschedul\w*|move it|rather"
    r"|better|a different (?:time|day))\b"
)
_TENTATIVE = re.compile(r"\b(?:tentative(?:ly)?|maybe|provisional(?:ly)?|perhaps|pencil)\b")
_DECLINE = re.compile(
    r"\b(?:declin\w*|reject\w*|refus\w*|say no|turn (?:it|this|them|him|her) down|skip (?:it|this)|no(?!t\b)|nope"
    r"|nah|i can't"
    r"|cannot|i won't|don't accept|do not accept|not going|cancel it)\b"
)
_ACCEPT = re.compile(
    r"\b(?:accept\w*|yes|yep|yeah|sure|ok(?:ay)?|fine|say yes|go ahead|take it|confirm\w*|i(?:'ll"
    r"| will) (?:be there|go|come"
    r"|join|attend)|please do|agreed|gladly|of course|works)\b"
)
_LEAVE = re.compile(
    r"\b(?:leave it|ignore (?:it|this)|do nothing|don't (?:answer|reply|respond)|i(?:'ll| will) (?:answer|reply"
    r"|do it))\b"
)


_LONGEST = 300
"""Characters of an answer in which a time is looked for."""


@dataclass(frozen=True, slots=True)
class Said:
    """What an answer chooses; `window` is when, if it names a time."""

    choice: Choice | None
    window: Window | None = None


def chosen(answer: Mail, invite: Invite, zone: str) -> Said:
    """Return what the manager's answer to a question about an invitation chooses; None if it cannot be told."""
    said = new_text(answer.text[:2000]).replace("’", "'") or answer.subject
    text = said.lower()
    window: Window | None = told(answer, "to") or told(answer, "window")
    if window is None and answer.sent is not None and len(said) < _LONGEST:
        found = times(said, answer.sent, zone, Origin(Source.MANAGER, answer.key, "text"))
        if found.doubts:
            return Said(None)
        window = found.window
    if _LEAVE.search(text):
        return Said(Choice.LEFT)
    accepts, declines = bool(_ACCEPT.search(text)), bool(_DECLINE.search(text))
    if window is not None and not (accepts and _holds(window, invite) and not _COUNTER.search(text)):
        return Said(Choice.COUNTER, window)
    if _COUNTER.search(text):
        return Said(Choice.COUNTER)
    if _TENTATIVE.search(text):
        return Said(Choice.TENTATIVE)
    if declines != accepts:
        return Said(Choice.DECLINED if declines else Choice.ACCEPTED)
    return Said(None)


def _holds(window: Window, invite: Invite) -> bool:
    """Whether a time that is named is the one of the invitation itself: "yes, Tuesday at ten is fine"."""
    if invite.start is None:
        return False
    start = invite.start.value
    return any(s.start <= start < s.end or s.start == s.end == start for s in window.spans)
