"""Answers that change nothing: when somebody is free, what is on, what can be asked; and what cannot be done."""

from collections.abc import Generator
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from empla.capabilities.calendar.results import Agenda, FreeBusy
from empla.capabilities.email.reading import nearest
from empla.capabilities.email.reading.times.model import Span, Window
from empla.capabilities.email.steps import reply, send
from empla.mind.beliefs import BeliefBase
from empla.mind.plans import PlanLibrary, Trigger, on
from empla.mind.readings import Mail
from empla.mind.steps import Believe, Do, Now, Step, query
from empla.mind.values import OWN, Address, Instant
from employees.executive_assistant import words
from employees.executive_assistant.introducing import examples
from employees.executive_assistant.knowing import Profile, Steps, clear, from_manager, profile

library = PlanLibrary()


@library.plan(on("mail", mail__reading__intent="agenda"), when=clear, goal="say what is on")
def tell_agenda(event: Trigger) -> Steps:
    """List what stands in the manager's calendar; of a colleague only when busy and free."""
    me = yield from profile()
    mail: Mail = event.mail
    if mail.reading is not None and mail.reading.value("people"):
        yield from _tell_others(mail, me)
        return
    spans, said = yield from _asked_for(mail, me)
    agenda: Agenda = yield Do(operation="calendar.agenda", arguments={"owner": me.manager, **_between(spans, me)})
    items = [i for i in agenda.items if any(i.start.value < s.end and s.start < i.end.value for s in spans)]
    yield Believe(functor="agenda-told", arguments=(mail.key, len(items)))
    dates = _dates(spans, me)
    if not items:
        yield reply(mail, f"Nothing stands in your calendar for {said} ({dates}).")
        return
    yield reply(mail, f"Your calendar for {said} ({dates}):\n\n{words.agenda(items, me.zone, me.manager)}")


@library.plan(on("mail", mail__reading__intent="free"), when=clear, goal="say who is free")
def tell_free(event: Trigger) -> Steps:
    """Say when the manager, or somebody else, is free."""
    me = yield from profile()
    mail: Mail = event.mail
    if mail.reading is not None and mail.reading.value("people"):
        yield from _tell_others(mail, me)
        return
    spans, said = yield from _asked_for(mail, me)
    found: FreeBusy = yield Do(operation="calendar.free_busy", arguments={"person": me.manager, **_between(spans, me)})
    agenda: Agenda = yield Do(operation="calendar.agenda", arguments={"owner": me.manager, **_between(spans, me)})
    yield reply(mail, _free_text("you", "You are", found, spans, said, me, agenda))


def _tell_others(mail: Mail, me: Profile) -> Generator[Step, Any, None]:
    """Say when others are free; what fills their time is not ours to know."""
    spans, said = yield from _asked_for(mail, me)
    parts = []
    assert mail.reading is not None
    for who in mail.reading.value("people"):
        looked_up = who.address.value if who.address is not None else who.words
        known = yield Do(operation="people.find", arguments={"words": looked_up})
        if len(known.people) != 1:
            several = words.listed((f"{p.name} ({p.address})" for p in known.people), "or")
            parts.append(
                f"Which {who.words} do you mean: {several}?" if several else f"I know nobody called {who.words}."
            )
            continue
        person = known.people[0]
        arguments = {"person": person.address, **_between(spans, me)}
        found: FreeBusy = yield Do(operation="calendar.free_busy", arguments=arguments)
        parts.append(_free_text(person.name, f"{person.name} is", found, spans, said, me, None))
    yield reply(mail, "\n\n".join(parts))


def _free_text(
    who: str, is_: str, found: FreeBusy, spans: tuple[Span, ...], said: str, me: Profile, agenda: Agenda | None
) -> str:
    """Word when somebody is free inside the spans that were asked about."""
    if not found.readable:
        return f"I cannot see the calendar of {who}, so I cannot say."
    here = ZoneInfo(me.zone)
    when = f"{said} ({_dates(spans, me)})"
    busy = [b for b in found.busy if any(b.start.value < s.end and s.start < b.end.value for s in spans)]
    if not busy:
        return f"Yes, {is_.lower() if who == 'you' else is_} free {when}: nothing stands in the calendar."
    free = [(o.start.value.astimezone(here), o.end.value.astimezone(here)) for o in found.free]
    lines = [f"  {words.day(a)}, {words.clock(a)} to {words.clock(b)}" for a, b in free]
    text = f"{is_} not free all the time {when}."
    text += "\n\nFree:\n" + "\n".join(lines) if lines else "\n\nThere is no free time in working hours."
    if agenda is not None and agenda.items:
        text += f"\n\nIn the calendar:\n{words.agenda(agenda.items, me.zone, me.manager)}"
    return text


def _asked_for(mail: Mail, me: Profile) -> Generator[Step, Any, tuple[tuple[Span, ...], str]]:
    """Return the time a question is about, and how it was said; the coming week if it says none."""
    window: Window | None = mail.reading.value("window") if mail.reading is not None else None
    if window is not None and window.spans:
        whole = tuple(Span(start=s.start, end=max(s.end, s.start + timedelta(minutes=30))) for s in window.spans)
        return whole, words.window(window.said)
    now = yield Now()
    return (Span(start=now, end=now + timedelta(days=7)),), "the next seven days"


def _between(spans: tuple[Span, ...], me: Profile) -> dict[str, Instant]:
    start, end = min(s.start for s in spans), max(s.end for s in spans)
    return {"start": Instant(start, me.zone, OWN), "end": Instant(end, me.zone, OWN)}


def _dates(spans: tuple[Span, ...], me: Profile) -> str:
    """Return the dates that the spans cover, so that a misread day shows at once."""
    here = ZoneInfo(me.zone)

    def local(moment: datetime) -> datetime:
        return moment.astimezone(here)

    first = local(min(s.start for s in spans))
    last = local(max(s.end for s in spans) - timedelta(microseconds=1))
    if first.date() != last.date():
        return f"{words.day(first)} to {words.day(last)}, {me.zone}"
    exact = spans[0].end - spans[0].start < timedelta(hours=12)
    hours = f", {words.clock(first)} to {words.clock(local(spans[-1].end))}" if exact else ""
    return f"{words.day(first)}{hours}, {me.zone}"


# what cannot be done -------------------------------------------------------------------------------------------------


@library.plan(on("mail", mail__reading__intent="help"), when=from_manager, goal="say what can be asked")
def tell_help(event: Trigger) -> Steps:
    """List sentences that are understood."""
    yield reply(event.mail, f"You can ask me, for instance:\n\n{examples()}")


@library.plan(
    on("mail", mail__reading__intent={"other-request", "move"}), when=from_manager, goal="decline what cannot be done"
)
def decline(event: Trigger) -> Steps:
    """Say what was understood, that it cannot be done, and ask; promise nothing."""
    mail: Mail = event.mail
    what = mail.reading.value("what") if mail.reading is not None else None
    request = words.sentence(what or mail.text or mail.subject)
    yield Believe(functor="declined", arguments=(mail.key, request))
    yield reply(
        mail,
        f"I understand that you ask for this: “{request}”\n\nI cannot do that, and I have done nothing. "
        f"The nearest thing I can do is: “{nearest(request)}” Shall I do something like that, "
        "or will you see to it yourself?",
    )


@library.plan(on("mail", mail__reading__intent="foreign"), when=from_manager, goal="say which language is understood")
def tell_language(event: Trigger) -> Steps:
    """Say once that only English is understood."""
    told = yield query("language-told")
    if told:
        return
    yield Believe(functor="language-told", arguments=(event.mail.key,))
    yield reply(event.mail, f"I am sorry, I understand only English so far. For instance:\n\n{examples()}")


@library.plan(on("mail", mail__reading__intent="thanks"), when=from_manager, rank=1, goal="leave thanks alone")
def leave_thanks(event: Trigger) -> Steps:
    """Thanks get no answer."""
    yield Believe(functor="thanked", arguments=(event.mail.key,))


@library.plan(on("mail"), when=from_manager, rank=-10, goal="ask what is meant")
def ask_what_is_meant(event: Trigger) -> Steps:
    """Answer what was not understood with the nearest sentence that is."""
    mail: Mail = event.mail
    said = words.sentence(mail.text or mail.subject)
    yield reply(
        mail,
        f"I am not sure what you mean by “{said}”, so I have done nothing.\n\n"
        f"Do you mean something like: “{nearest(said)}”? Please write it once more in one sentence.",
    )


def _stranger_is_new(beliefs: BeliefBase, event: Trigger) -> bool:
    sender: Address | None = event.mail.sender
    return not from_manager(beliefs, event) and sender is not None


@library.plan(on("mail"), when=_stranger_is_new, rank=-20, goal="pass a mail on")
def pass_on(event: Trigger) -> Steps:
    """Tell the manager that somebody else has written; take no orders and answer nothing."""
    me = yield from profile()
    mail: Mail = event.mail
    sender = mail.authenticated or mail.sender
    known = yield query("passed-on", mail.thread)
    if known or sender is None:
        return
    yield Believe(functor="passed-on", arguments=(mail.thread, sender.value))
    vouched = "" if mail.authenticated is not None else " (the mail server does not vouch for the sender)"
    yield send(
        me.manager,
        f"Mail from {sender.value}: {words.sentence(mail.subject, 80)}",
        f"{sender.value} has written to me{vouched}:\n\n“{words.sentence(mail.text, 600)}”\n\n"
        "I take requests only from you, so I have not answered. If I should do something about it, tell me.",
    )
