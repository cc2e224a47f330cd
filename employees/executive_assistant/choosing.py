"""Which of the meetings in the calendar the manager means: by people, time and topic, by the thread, or by asking."""

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from empla.capabilities.calendar.results import Agenda, AgendaItem, SlotOption
from empla.capabilities.email.reading.changes import Which
from empla.capabilities.email.reading.times.model import Span
from empla.capabilities.email.steps import reply
from empla.mind.plans import Trigger
from empla.mind.readings import Mail
from empla.mind.steps import Do, Now, Step, query
from empla.mind.values import Instant
from employees.executive_assistant import words
from employees.executive_assistant.guests import people
from employees.executive_assistant.knowing import Profile, intent, sure, told
from employees.executive_assistant.looking import instant
from employees.executive_assistant.meetings import arranged, ours
from employees.executive_assistant.proposing import pick
from employees.executive_assistant.talking import asked

LOOK_AHEAD = timedelta(days=92)
UNCHANGED = "I have changed nothing."
_MOST = 9
_ROUNDS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Meant:
    """The meetings that are meant, and the mail to answer. `opening` is what that answer says first."""

    mail: Mail
    items: tuple[AgendaItem, ...]
    opening: str = ""

    def said(self, text: str) -> str:
        """Return an answer's text with what it has to say first."""
        return words.paragraphs(self.opening, text)


@dataclass(frozen=True, slots=True)
class Found:
    """Meetings that fit, whether the mail names any in particular, and who in it is nobody we know."""

    items: tuple[AgendaItem, ...]
    named: bool
    strangers: tuple[str, ...] = ()


Looking = Callable[[Mail, Profile], Generator[Step, Any, Found]]


def meant(
    event: Trigger, me: Profile, verb: str, *, spoken_of: bool = False, looking: Looking | None = None
) -> Generator[Step, Any, Meant | None]:
    """Return what the manager wants to `verb` ("call off"); None if the matter is over and the manager knows.

    With `spoken_of` it is what the thread is about, whatever else the mail says. `looking` is how the first release
    looked for what a mail names.
    """
    mail: Mail = event.mail
    opening: str = event.get("before") or ""
    for _ in range(_ROUNDS):
        found = yield from (of_thread(mail, me) if spoken_of else (looking or _fitting)(mail, me))
        spoken_of = False
        if len(found.items) == 1 and ((found.named and sure(mail)) or not ours(found.items[0], me)):
            return Meant(mail=mail, items=found.items, opening=opening)
        if found.items and found.named and told(mail, "all"):
            return Meant(mail=mail, items=found.items, opening=opening)
        question = _question(found, me, verb)
        answer = yield from asked(me, mail, words.paragraphs(opening, question), f"what to {verb}", UNCHANGED)
        if answer is None:
            return None
        opening = ""
        chosen = chosen_of(answer, found.items)
        if chosen:
            return Meant(mail=answer, items=chosen)
        if intent(answer) in ("no", "cancel", "thanks") or told(answer, "none"):
            yield reply(answer, f"All right. {UNCHANGED}")
            return None
        mail = answer
    yield reply(mail, f"I still cannot tell which one you mean. {UNCHANGED}")
    return None


def _question(found: Found, me: Profile, verb: str) -> str:
    if found.strangers:
        name = found.strangers[0]
        return (
            f"I find nobody called “{name}” in the directory, so I have changed nothing. Which meeting shall I {verb}?"
        )
    if not found.items:
        return f"I find no such meeting in your calendar, so I have changed nothing. Which one shall I {verb}?"
    if len(found.items) == 1:
        item = found.items[0]
        return f"Shall I {verb} “{item.title}”, {words.span(item.start.value, item.end.value, me.zone)}?"
    lines = (f"{i.title}: {words.plain_span(i.start.value, i.end.value, me.zone)}" for i in found.items[:_MOST])
    more = len(found.items) - _MOST
    left = f"\n\nThere are {more} more; name a day if it is none of these." if more > 0 else ""
    return f"Which of these shall I {verb} ({me.zone})?\n\n{words.numbered(lines)}{left}"


def chosen_of(answer: Mail, items: Sequence[AgendaItem]) -> tuple[AgendaItem, ...]:
    """Return what an answer chooses among the meetings that were listed."""
    shown = items[:_MOST]
    if told(answer, "all") or (told(answer, "any") and "all" in words.said(answer).lower()):
        return tuple(items)
    options = [SlotOption(start=i.start, end=i.end) for i in shown]
    picked = pick(answer, options)
    return tuple(i for i, o in zip(shown, options, strict=True) if o is picked)


# looking -------------------------------------------------------------------------------------------------------------


def _fitting(mail: Mail, me: Profile) -> Generator[Step, Any, Found]:
    """Return the meetings that fit what the manager says: its people, its time, its topic; else those of the thread."""
    topic = told(mail, "topic") or " ".join(mail.reading.unread if mail.reading else ())
    which = Which(people=tuple(told(mail, "people") or ()), window=told(mail, "window"), topic=topic)
    if which.named:
        return (yield from fitting(which, me))
    those = yield from of_thread(mail, me)
    if those.items:
        return those
    now = yield Now()
    items = yield from standing(me, now, (Span(start=now, end=now + LOOK_AHEAD),))
    return Found(tuple(i for i in items if arranged(i, me)), named=False)


def fitting(which: Which, me: Profile) -> Generator[Step, Any, Found]:
    """Return the meetings that fit the words for one. An hour without a day is today's, else that of any day."""
    now = yield Now()
    window, topic = which.window, which.topic.lower()
    spans = window.spans if window is not None and window.spans else (Span(start=now, end=now + LOOK_AHEAD),)
    items = yield from standing(me, now, spans)
    if topic == "next":
        coming = [i for i in items if i.start.value > now and not i.all_day]
        return Found(tuple(coming[:1]), named=False)
    strangers = []
    people_there = []
    for who in which.people:
        known = {g.address.value for g in (yield from people(who))}
        people_there.append(known)
        if not known:
            strangers.append(who.words)
    found = _named(items, people_there, topic)
    if not found and window is not None and window.exact and not window.dated:
        items = yield from standing(me, now, (Span(start=now, end=now + LOOK_AHEAD),))
        hours = {h.since for h in window.times}
        here = ZoneInfo(me.zone)
        found = [i for i in _named(items, people_there, topic) if i.start.value.astimezone(here).time() in hours]
    if not which.people and not topic and any(arranged(i, me) for i in found):
        found = [i for i in found if arranged(i, me)]
    return Found(tuple(found), named=True, strangers=tuple(strangers))


def _named(items: Sequence[AgendaItem], people_there: Sequence[set[str]], topic: str) -> list[AgendaItem]:
    return [
        i
        for i in items
        if all(known & {a.value for a in i.attendees} for known in people_there)
        and (not topic or about(topic, i.title))
    ]


def of_thread(mail: Mail, me: Profile) -> Generator[Step, Any, Found]:
    """Return the meetings that were spoken of in the thread of a mail."""
    uids = {uid for _, uid in (yield query("spoken-of", mail.thread))}
    now = yield Now()
    items = yield from standing(me, now, (Span(start=now, end=now + LOOK_AHEAD),))
    return Found(tuple(i for i in items if i.event.uid in uids), named=True)


def standing_now(uid: str, me: Profile, occurrence: Instant | None) -> Generator[Step, Any, AgendaItem | None]:
    """Return the meeting with this UID as it stands, of a series that `occurrence`; None if it does not any more."""
    now = yield Now()
    items = yield from standing(me, now, (Span(start=now, end=now + LOOK_AHEAD),))
    which = occurrence.value if occurrence is not None else None
    return next((i for i in items if i.event.uid == uid and (which is None or _is(i, which))), None)


def _is(item: AgendaItem, occurrence: datetime) -> bool:
    return item.occurrence is not None and item.occurrence.value == occurrence


def about(topic: str, title: str) -> bool:
    """Return whether a title is about what was said."""
    said = words.title(topic).lower()
    return said in title.lower() or title.lower() in said


def standing(me: Profile, now: datetime, spans: Sequence[Span]) -> Generator[Step, Any, list[AgendaItem]]:
    """Return what stands in the manager's calendar, and in one's own what was arranged without the manager."""
    start, end = min(s.start for s in spans), max(s.end for s in spans)
    between = {"start": instant(start, me), "end": instant(max(end, start + timedelta(minutes=1)), me)}
    found: dict[tuple[str, datetime], AgendaItem] = {}
    for owner in (me.manager, me.address):
        agenda: Agenda = yield Do(operation="calendar.agenda", arguments={"owner": owner, **between})
        for item in agenda.items:
            if item.end.value > now and any(_meets(s, item) for s in spans):
                found.setdefault((item.event.uid, item.start.value), item)
    return sorted(found.values(), key=lambda i: (i.start.value, i.event.uid))


def _meets(span: Span, item: AgendaItem) -> bool:
    if span.start == span.end:
        return item.start.value <= span.start < item.end.value
    return item.start.value < span.end and span.start < item.end.value
