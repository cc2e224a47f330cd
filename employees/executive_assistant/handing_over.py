"""What becomes of one meeting when the assistant that arranged it leaves: done by the intention that keeps it."""

from collections.abc import Generator
from enum import StrEnum
from typing import Any

from empla.capabilities.calendar.results import EventCopy, EventMoved
from empla.capabilities.email.steps import send
from empla.mind.steps import ActionFailed, Believe, Do, Step
from empla.mind.values import Source
from employees.executive_assistant import words
from employees.executive_assistant.booking import Arrangement
from employees.executive_assistant.knowing import Profile

LEAVING = "leaving"
"""Functor of what is to become of the meetings: (choice)."""
HANDED_OVER = "handed-over"
"""Functor of what became of a meeting: (UID, title, start, what, names of those who could not be told)."""
_ATTEMPTS = 3


class Choice(StrEnum):
    """What is to become of the meetings that the assistant has arranged."""

    HAND_OVER = "hand-over"  # they stand, and the manager organizes them from now on
    CANCEL = "cancel"
    KEEP = "keep"  # they stand as they are, and nobody is written to


def handed_over(me: Profile, meeting: Arrangement, choice: str) -> Generator[Step, Any, None]:
    """Hand one meeting over, or call it off, and note what came of it."""
    untold: tuple[str, ...] = ()
    what = {Choice.KEEP: "stands as it is", Choice.CANCEL: "called off"}.get(Choice(choice), "yours to organize now")
    try:
        if choice == Choice.CANCEL:
            untold = yield from _called_off(me, meeting)
        elif choice == Choice.HAND_OVER:
            untold = yield from _made_the_managers(me, meeting)
    except ActionFailed as failure:
        undone = "called off" if choice == Choice.CANCEL else "handed over"
        what = f"NOT {undone} ({failure.outcome.sentence.rstrip('. ')})"
    told = (meeting.event.uid, meeting.title, meeting.start.value, what, untold)
    yield Believe(functor=HANDED_OVER, arguments=told)


def _called_off(me: Profile, meeting: Arrangement) -> Generator[Step, Any, tuple[str, ...]]:
    copies = []
    for owner in (me.address, me.manager):
        copies.append((yield Do(operation="calendar.read", arguments={"owner": owner, "event": meeting.event})))
    own, theirs = copies
    standing = own or theirs
    if standing is None:
        return ()
    guests = [g for g in meeting.guests if g.address.origin.source is not Source.PERCEPT]
    arguments = {"copy": standing, "to": tuple(g.address for g in guests), "sender_name": me.name}
    refused: tuple[str, ...] = ()
    if guests:
        refused = (yield Do(operation="calendar.send_cancel", arguments=arguments)).refused
    yield from _changed("calendar.cancel_own", own, {})
    yield from _changed("calendar.cancel", theirs, {})
    return tuple(g.name for g in meeting.guests if g.address.value in refused or g not in guests)


def _made_the_managers(me: Profile, meeting: Arrangement) -> Generator[Step, Any, tuple[str, ...]]:
    if not meeting.without_me:
        read = {"owner": me.manager, "event": meeting.event}
        copy: EventCopy | None = yield Do(operation="calendar.read", arguments=read)
        yield from _changed("calendar.hand_over", copy, {"name": me.manager_name})
    untold = []
    when = words.span(meeting.start.value, meeting.end.value, me.zone)
    for guest in meeting.guests:
        text = (
            f"Hello {guest.name.split()[0]},\n\nI am leaving {me.company}. “{meeting.title}”, {when}, stands as it is. "
            f"For anything about it please write to {me.manager_name} <{me.manager}>; mail to me arrives no more."
        )
        try:
            if guest.address.origin.source is Source.PERCEPT:
                untold.append(guest.name)
            else:
                yield send(guest.address, f"Whom to write to: {meeting.title}", text)
        except ActionFailed:
            untold.append(guest.name)
    return tuple(untold)


def _changed(operation: str, copy: EventCopy | None, more: dict[str, Any]) -> Generator[Step, Any, None]:
    """Change one calendar's copy, on what stands there if somebody changed it meanwhile; one that is gone stays so."""
    for _ in range(_ATTEMPTS):
        if copy is None:
            return
        done = yield Do(operation=operation, arguments={"copy": copy, **more})
        if not isinstance(done, EventMoved):
            return
        copy = done.copy
