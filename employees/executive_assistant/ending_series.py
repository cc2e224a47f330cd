"""Calling off a series of the manager's own from some day on: asked once, for it cannot be taken back."""

import re
from collections.abc import Generator
from typing import Any

from empla.capabilities.calendar.results import AgendaItem, EventCopy, EventDeleted, EventMoved, EventWritten
from empla.capabilities.email.reading.changecues import SERIES
from empla.capabilities.email.reading.changes import Which
from empla.capabilities.email.steps import reply
from empla.mind.plans import Trigger
from empla.mind.readings import Mail
from empla.mind.steps import ActionFailed, Do, Scope, Step
from employees.executive_assistant import words
from employees.executive_assistant.choosing import UNCHANGED, fitting
from employees.executive_assistant.knowing import Profile, intent, told
from employees.executive_assistant.meetings import own_entry
from employees.executive_assistant.talking import asked

_ONWARDS = re.compile(
    r"\bfrom\b.{1,40}?\bon(?:wards?)?\b(?! (?:mon|tues|wednes|thurs|fri|satur|sun)day)"
    r"|\b(?:whole|entire)\b.{0,30}\bseries\b",
    re.IGNORECASE,
)
_TRIES = 3


def means_what_follows(mail: Mail) -> bool:
    """Return whether a mail speaks of a series from some time on, or of all of it."""
    said = words.said(mail)
    match = SERIES.search(said)
    return bool(match and match["all"]) or _ONWARDS.search(said) is not None


def series_ended(event: Trigger, me: Profile) -> Generator[Step, Any, bool]:
    """Call off the series that a mail means, from its first occurrence that fits; False if it means no such series."""
    mail: Mail = event.mail
    if not means_what_follows(mail):
        return False
    which = Which(
        people=tuple(told(mail, "people") or ()), window=told(mail, "window"), topic=told(mail, "topic") or ""
    )
    if not which.named:
        return False
    found = yield from fitting(which, me)
    items = [i for i in found.items if i.recurring and i.occurrence is not None and own_entry(i, me)]
    if not items or len({i.event.uid for i in items}) > 1:
        return False
    first = items[0]
    when = words.span(first.start.value, first.end.value, me.zone)
    question = words.paragraphs(
        event.get("before") or "",
        f"“{first.title}” is a series. Shall I call it off from {when} on, with all that follow? I cannot put that "
        "back afterwards.",
    )
    said = yield from asked(me, mail, question, f"the series “{first.title}”", UNCHANGED)
    if said is None:
        return True
    if intent(said) != "yes":
        yield reply(said, f"All right. {UNCHANGED}")
        return True
    try:
        done = yield from _ended(first, me)
    except ActionFailed as failure:
        why = failure.outcome.sentence.rstrip(". ")
        yield reply(said, f"I could not call “{first.title}” off ({why}). Please look at your calendar.")
        return True
    text = f"Done. I have called off “{first.title}” from {when} on, with all that follow."
    yield reply(
        said, text if done else f"“{first.title}” has gone from your calendar, or somebody changes it just now."
    )
    return True


def _ended(item: AgendaItem, me: Profile) -> Generator[Step, Any, bool]:
    """Take an occurrence and those after it out of the manager's calendar; False if the series has gone."""
    yield Scope(people=(me.manager,), start=item.start.value, end=item.end.value)
    copy: EventCopy | None = yield Do(operation="calendar.read", arguments={"owner": me.manager, "event": item.event})
    for _ in range(_TRIES):
        if copy is None:
            return False
        done: EventWritten | EventDeleted | EventMoved = yield Do(
            operation="calendar.cancel", arguments={"copy": copy, "occurrence": item.occurrence, "and_future": True}
        )
        if not isinstance(done, EventMoved):
            return True
        copy = done.copy
    return False
