"""Acts as episodes: what was booked, moved, answered or called off, and what else was changed in the world."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from empla.capabilities.calendar.results import (
    BookConflict,
    EventCopy,
    EventMoved,
    EventWritten,
    InviteRefused,
    ReplyRefused,
)
from empla.memory.episodes.past import Act, Past, label, line, mail_behind, people, plain, when
from empla.memory.model import Episode, EpisodeKind, Importance
from empla.mind.intentions import Intention, StepRecord
from empla.mind.steps import Do

_NOT_DONE = BookConflict | EventMoved | ReplyRefused | InviteRefused
"""What comes of an operation that was carried out and changed nothing."""
_OF_MEMORY = "memory."
"""Operations that change memory itself: what they changed is recorded there."""
_MAILTO = re.compile(r"mailto:([^\s;:,\"<>]+)", re.IGNORECASE)
_FOLD = re.compile(r"\r?\n[ \t]")
_VERBS = {"book": "Booked", "update": "Changed", "cancel": "Called off", "hand_over": "Handed over"}
_ANSWERS = {"ACCEPTED": "accepted", "DECLINED": "declined", "TENTATIVE": "might come to", "NEEDS-ACTION": "answered"}


def done(
    record: StepRecord, do: Do, act: Act, value: object, intention: Intention | None, past: Past, at: datetime
) -> Episode | None:
    """Return the episode of an act that changed a calendar, or something else; None where nothing was changed.

    The same change of one meeting in two calendars is one episode: they have one key.
    """
    if isinstance(value, _NOT_DONE) or (isinstance(value, EventWritten) and not value.changed):
        return None
    if do.operation.startswith(_OF_MEMORY):
        return None
    written = getattr(value, "copy", None)
    copy = written if isinstance(written, EventCopy) else do.arguments.get("copy")
    uid = str(act.target.get("uid") or (copy.event.uid if isinstance(copy, EventCopy) else record.id))
    said = _said(do, act.target)
    title = str(act.target.get("title") or act.target.get("subject") or "")
    held = when(str(act.target.get("start", "")), str(act.target.get("end", "")), past.zone)
    who = _who(do.arguments, copy, past)
    behind = mail_behind(intention)
    text = f"{said} “{title}”" if title else said
    text += f": {held}" if held else ""
    others = [one for one in who if one != past.own]
    text += f", with {', '.join(others)}" if others else ""
    return Episode(
        key=f"event:{record.intention}:{said}:{uid}:{act.target.get('start', '')}",
        kind=EpisodeKind.EVENT,
        at=at,
        text=plain(text),
        thread=behind.thread if behind is not None else "",
        author=past.own,
        people=people(past.own, who),
        subject=line(title),
        outcome="done",
        rationale=line(f"to {past.goal(intention.goal)} ({intention.plan})") if intention is not None else "",
        importance=Importance.MEDIUM,
        source=label(intention),
        percept=intention.percept if intention is not None else "",
        intention=record.intention,
        action=record.id,
    )


def _said(do: Do, target: Mapping[str, Any]) -> str:
    """Return what was done, as a person says it."""
    capability, _, name = do.operation.partition(".")
    if capability != "calendar":
        return do.operation
    name = name.removesuffix("_own")
    reply, answer = do.arguments.get("reply"), do.arguments.get("answer")
    if name == "apply_reply" and reply is not None:
        word = _ANSWERS.get(str(reply.answer), "answered")
        return f"{reply.attendee.value.lower()} {word}"
    if name == "take_in":
        return _ANSWERS.get(str(answer), "Took in").capitalize() if answer else "Took in"
    if target.get("delete"):
        return "Called off"
    if name == "update" and do.arguments.get("start") is not None:
        return "Moved"
    return _VERBS.get(name, do.operation)


def _who(arguments: Mapping[str, Any], copy: object, past: Past) -> tuple[str, ...]:
    """Return who takes part: as the calendar object says it, else as was asked for."""
    invited = _MAILTO.findall(_FOLD.sub("", copy.ics)) if isinstance(copy, EventCopy) else ()
    owner = copy.owner if isinstance(copy, EventCopy) else arguments.get("owner")
    asked = tuple(one for one in arguments.get("attendees") or ())
    return tuple(one for one in people(owner, asked, tuple(invited)) if "@" in one)
