"""Questions that change nothing: what is on, and when somebody is free."""

from collections.abc import Generator, Iterable, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from empla.capabilities.calendar.results import Agenda, AgendaItem, FreeBusy
from empla.capabilities.calendar.spans import Span as Stretch
from empla.capabilities.calendar.spans import common, merged, span, without
from empla.capabilities.email.reading.people import Who
from empla.capabilities.email.reading.times.model import Span, Window
from empla.mind.plans import PlanLibrary, Trigger, on
from empla.mind.readings import Mail
from empla.mind.steps import ActionFailed, Believe, Do, Now, Step
from employees.executive_assistant import words
from employees.executive_assistant.agendas import awaited_names, entry, in_order
from employees.executive_assistant.guests import Guest, people
from employees.executive_assistant.knowing import Profile, Steps, asks, clauses, profile, told
from employees.executive_assistant.looking import instant
from employees.executive_assistant.talking import answer

library = PlanLibrary()

USUAL = timedelta(minutes=30)
MOST_LINES = 60


@library.plan(on("mail", mail__reading__intent="agenda"), when=asks, goal="say what is on")
def tell_agenda(event: Trigger) -> Steps:
    """List what stands in the manager's calendar; of a colleague only when busy and free."""
    me: Profile = yield from profile()
    mail: Mail = event.mail
    try:
        text = yield from (_free(mail, me) if told(mail, "people") else _agenda(mail, me))
    except ActionFailed as failure:
        text = _unseen(failure)
    yield answer(event, words.paragraphs(text, _left_over(mail)))


@library.plan(on("mail", mail__reading__intent="free"), when=asks, goal="say who is free")
def tell_free(event: Trigger) -> Steps:
    """Say when the manager, or somebody else, is free."""
    me: Profile = yield from profile()
    mail: Mail = event.mail
    try:
        text = yield from _free(mail, me)
    except ActionFailed as failure:
        text = _unseen(failure)
    yield answer(event, words.paragraphs(text, _left_over(mail)))


def _unseen(failure: ActionFailed) -> str:
    said = failure.outcome.sentence.rstrip(". ")
    return f"I cannot look into the calendars just now ({said}). Please ask me once more a little later."


def _left_over(mail: Mail) -> str:
    """Name what else stands in the mail: it was not acted upon."""
    rest = words.listed(f"“{words.sentence(piece)}”" for piece in clauses(mail))
    return f"I do one thing for each mail. This I have not done; please send it by itself: {rest}" if rest else ""


# what is on ----------------------------------------------------------------------------------------------------------


def _agenda(mail: Mail, me: Profile) -> Generator[Step, Any, str]:
    spans = yield from _asked_for(mail, me)
    first, last = min(s.start for s in spans), max(s.end for s in spans)
    between = {"start": instant(first, me), "end": instant(last, me)}
    agenda: Agenda = yield Do(operation="calendar.agenda", arguments={"owner": me.manager, **between})
    items = [i for i in agenda.items if any(i.start.value < s.end and s.start < i.end.value for s in spans)]
    whom: tuple[Who, ...] = tuple(told(mail, "attendees") or ())
    for who in whom:
        known = {g.address.value for g in (yield from people(who))}
        items = [i for i in items if known & {a.value for a in i.attendees}]
    yield Believe(functor="agenda-told", arguments=(mail.key, len(items)))
    partner = f" with {words.listed(w.words for w in whom)}" if whom else ""
    when = _when(spans, me)
    if not items:
        nothing = f"no meeting{partner}" if whom else "nothing"
        return f"You have {nothing} in your calendar {when} ({me.zone})."
    listed = yield from _listed(items, spans, me)
    left = agenda.more + max(0, len(items) - MOST_LINES)
    more = f"and {left} more {'entry' if left == 1 else 'entries'}; ask me about a shorter time to see them all"
    return words.paragraphs(f"In your calendar{partner} {when} ({me.zone}):", listed, more if left else "")


def _listed(items: Sequence[AgendaItem], spans: Sequence[Span], me: Profile) -> Generator[Step, Any, str]:
    """Return the entries, one a line, by day if they lie on several."""
    here = ZoneInfo(me.zone)
    shown = in_order(items)[:MOST_LINES]
    names = yield from awaited_names(shown, me)
    since = min(s.start for s in spans).astimezone(here).date()

    def day_of(item: AgendaItem) -> date:
        return max(since, item.start.value.astimezone(here).date())

    lines = [(day_of(item), entry(item, me, names)) for item in shown]
    one_day = _one_day(spans, me)
    return "\n".join(f"  {line}" for _, line in lines) if one_day else words.in_rows(lines)


# who is free ---------------------------------------------------------------------------------------------------------


def _free(mail: Mail, me: Profile) -> Generator[Step, Any, str]:
    spans = yield from _asked_for(mail, me)
    whom: tuple[Who, ...] = tuple(told(mail, "people") or ())
    if not whom:
        return (yield from _free_manager(spans, me))
    known: list[Guest] = []
    notes = []
    together = True
    for who in whom:
        found = yield from people(who)
        together = together and len(found) < 2  # of several with one name, each is told by itself
        if not found:
            notes.append(f"I find nobody called “{who.words}” in the directory.")
        known += [g for g in found if g.address.value not in {k.address.value for k in known}]
    if told(mail, "with_me") and known and together:
        known.insert(0, Guest(name="you", address=me.manager))
    seen: list[tuple[str, FreeBusy]] = []
    for guest in known:
        looked = yield from _looked(guest, spans, me)
        if looked.readable:
            seen.append((guest.name, looked))
        else:
            notes.append(f"I cannot see the calendar of {guest.name}.")
    if together and len(seen) > 1:
        return words.paragraphs(_together(seen, spans, me), *notes)
    return words.paragraphs(*(_one(name, f, spans, me) for name, f in seen), *notes)


def _looked(guest: Guest, spans: Sequence[Span], me: Profile) -> Generator[Step, Any, FreeBusy]:
    between = {"start": instant(min(s.start for s in spans), me), "end": instant(max(s.end for s in spans), me)}
    found: FreeBusy = yield Do(operation="calendar.free_busy", arguments={"person": guest.address, **between})
    return found


def _free_manager(spans: Sequence[Span], me: Profile) -> Generator[Step, Any, str]:
    found = yield from _looked(Guest(name="you", address=me.manager), spans, me)
    text = _one("you", found, spans, me)
    if not _one_day(spans, me) or not _busy(found, spans):
        return text
    between = {"start": instant(min(s.start for s in spans), me), "end": instant(max(s.end for s in spans), me)}
    agenda: Agenda = yield Do(operation="calendar.agenda", arguments={"owner": me.manager, **between})
    items = [i for i in agenda.items if not i.free and not i.declined]
    if not items:
        return text
    listed = yield from _listed(items, spans, me)
    return words.paragraphs(text, f"In your calendar:\n{listed}")


def _one(name: str, found: FreeBusy, spans: Sequence[Span], me: Profile) -> str:
    """Say when one person is free inside the spans that were asked about."""
    mine = name == "you"
    is_ = "you are" if mine else f"{name} is"
    when = f"{_when(spans, me)} ({me.zone})"
    if not _busy(found, spans):
        return f"Yes, {is_} free {when}." if _one_day(spans, me) else f"Yes, {is_} free all the time {when}."
    free = common(_stretches(spans), (span(o.start.value, o.end.value) for o in found.free))
    if _exact(spans):
        return f"No, {is_} not free {when}."
    if not free:
        return f"No, {is_} not free within working hours {when}."
    return _times(f"{words.capital(is_)} free", free, spans, me)


def _together(seen: Sequence[tuple[str, FreeBusy]], spans: Sequence[Span], me: Profile) -> str:
    """Say when several people are free at the same time."""
    names = words.listed(name for name, _ in seen)
    both = "both free" if len(seen) == 2 else "all free"
    when = f"{_when(spans, me)} ({me.zone})"
    if _exact(spans):
        busy = [name for name, f in seen if _busy(f, spans)]
        if not busy:
            return f"Yes, {names} are {both} {when}."
        are = "are" if len(busy) > 1 or busy == ["you"] else "is"
        rest = [name for name, _ in seen if name not in busy]
        free = f" {words.capital(words.listed(rest))} {'are' if len(rest) > 1 or rest == ['you'] else 'is'} free."
        return f"No, {words.listed(busy)} {are} not free {when}.{free if rest else ''}"
    free_now = _stretches(spans)
    for _, found in seen:
        free_now = common(free_now, (span(o.start.value, o.end.value) for o in found.free))
    if not free_now:
        return f"No, at no time within working hours are {names} {both} {when}."
    return _times(f"{words.capital(names)} are {both}", free_now, spans, me)


def _times(subject: str, free: Sequence[Stretch], spans: Sequence[Span], me: Profile) -> str:
    """Name the free stretches of time: on one day in a sentence, on several in rows."""
    here = ZoneInfo(me.zone)
    days: dict[date, list[str]] = {}
    for one in free:
        local = one.start.astimezone(here).date()
        days.setdefault(local, []).append(words.hours(one.start, one.end, me.zone))
    if _one_day(spans, me):
        of_day = next(iter(days))
        return f"{subject} on {words.day(of_day)} from {words.listed(days[of_day])} ({me.zone})."
    rows = "\n".join(f"  {words.day(of_day)}: {words.listed(hours)}" for of_day, hours in days.items())
    return f"{subject} ({me.zone}, within working hours):\n\n{rows}"


def _busy(found: FreeBusy, spans: Sequence[Span]) -> bool:
    return any(b.start.value < s.end and s.start < b.end.value for b in found.busy for s in spans)


def _stretches(spans: Iterable[Span]) -> list[Stretch]:
    return merged(span(s.start, s.end) for s in spans)


# the time that is asked about ----------------------------------------------------------------------------------------


def _asked_for(mail: Mail, me: Profile) -> Generator[Step, Any, tuple[Span, ...]]:
    """Return the time a question is about; the coming week if it says none. An exact time lasts as long as is said."""
    window: Window | None = told(mail, "window")
    if window is not None and window.spans:
        lasts = timedelta(minutes=told(mail, "minutes") or 0) or USUAL
        return tuple(Span(start=s.start, end=max(s.end, s.start + lasts)) for s in window.spans)
    now = yield Now()
    end = datetime.combine(now.astimezone(ZoneInfo(me.zone)).date() + timedelta(days=7), time(), ZoneInfo(me.zone))
    return (Span(start=now, end=end),)


def _exact(spans: Sequence[Span]) -> bool:
    return len(spans) == 1 and spans[0].end - spans[0].start < timedelta(hours=3)


def _one_day(spans: Sequence[Span], me: Profile) -> bool:
    here = ZoneInfo(me.zone)
    first = min(s.start for s in spans).astimezone(here)
    last = (max(s.end for s in spans) - timedelta(microseconds=1)).astimezone(here)
    return first.date() == last.date()


def _when(spans: Sequence[Span], me: Profile) -> str:
    """Return the dates that the spans cover, and the hours if they are not whole days."""
    first, last = min(s.start for s in spans), max(s.end for s in spans)
    said = words.dates(first, last, me.zone)
    if (
        _one_day(spans, me)
        and not without([span(first, last)], _stretches(spans))
        and last - first < timedelta(hours=12)
    ):
        return f"{said}, {words.hours(first, last, me.zone)}"
    return said
