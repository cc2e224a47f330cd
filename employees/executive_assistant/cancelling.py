"""Calling off a meeting that the assistant arranged: found in the manager's calendar, taken out, everybody told."""

from collections.abc import Generator, Sequence
from datetime import timedelta
from typing import Any

from empla.capabilities.calendar.results import Agenda, AgendaItem
from empla.capabilities.directory import Person
from empla.capabilities.email.reading.people import Who
from empla.capabilities.email.reading.times.model import Span
from empla.capabilities.email.steps import reply
from empla.mind.plans import PlanLibrary, Trigger, on
from empla.mind.readings import Mail
from empla.mind.steps import Do, Now, Raise, Scope, Step
from empla.mind.values import OWN, Address, Instant
from employees.executive_assistant import words
from employees.executive_assistant.keeping import call_off
from employees.executive_assistant.knowing import Profile, Steps, ask, from_manager, intent, profile

library = PlanLibrary()

LOOK_AHEAD = timedelta(days=60)


@library.plan(on("mail", mail__reading__intent="cancel"), when=from_manager, goal="call a meeting off")
def cancel_meeting(event: Trigger) -> Steps:
    """Call off the one meeting that the manager means."""
    me = yield from profile()
    mail: Mail = event.mail
    items = yield from _meant(mail, me)
    if not items:
        yield reply(mail, "I find no such meeting in your calendar, so I have changed nothing. Which one do you mean?")
        return
    if len(items) > 1:
        chosen = yield from _which(mail, me, items)
        if chosen is None:
            return
        mail, items = chosen
    item = items[0]
    when = words.span(item.start.value, item.end.value, me.zone)
    if item.organizer is None or item.organizer.value != me.address.value:
        yield reply(mail, f"“{item.title}”, {when}, was not arranged by me, so I cannot call it off. "
                    "I have changed nothing; would you take it out yourself?")  # fmt: skip
        return
    guests = yield from _guests(item, me)
    yield Scope(people=(me.manager, *guests), start=item.start.value, end=item.end.value)
    yield from call_off(me, item.event, guests)
    told = f", and told {words.listed(g.value for g in guests)}" if guests else ""
    yield reply(mail, f"Done. I have called off “{item.title}”, {when}{told}.")


def _meant(mail: Mail, me: Profile) -> Generator[Step, Any, list[AgendaItem]]:
    """Return the meetings that fit what the manager says: its people, its time, its topic."""
    reading = mail.reading
    assert reading is not None
    now = yield Now()
    window = reading.value("window")
    spans = window.spans if window is not None else (Span(start=now, end=now + LOOK_AHEAD),)
    start, end = min(s.start for s in spans), max(s.end for s in spans)
    arguments = {
        "owner": me.manager,
        "start": Instant(start, me.zone, OWN),
        "end": Instant(max(end, start + timedelta(minutes=1)), me.zone, OWN),
    }
    agenda: Agenda = yield Do(operation="calendar.agenda", arguments=arguments)
    found = [i for i in agenda.items if any(_meets(s, i) for s in spans) and i.end.value > now]
    people = yield from _addresses(tuple(reading.value("people") or ()))
    if people:
        found = [i for i in found if people <= {a.value for a in i.attendees}]
    topic = (reading.value("topic") or "").lower()
    if topic:
        found = [i for i in found if topic in i.title.lower()] or found
    if not people and not topic:
        own = [i for i in found if i.organizer is not None and i.organizer.value == me.address.value]
        found = own or found
    return found


def _meets(span: Span, item: AgendaItem) -> bool:
    if span.start == span.end:
        return item.start.value <= span.start < item.end.value
    return item.start.value < span.end and span.start < item.end.value


def _addresses(people: Sequence[Who]) -> Generator[Step, Any, set[str]]:
    found: set[str] = set()
    for who in people:
        looked_up = who.address.value if who.address is not None else who.words
        known = yield Do(operation="people.find", arguments={"words": looked_up})
        found |= {p.address.value for p in known.people}
    return found


def _which(
    mail: Mail, me: Profile, items: Sequence[AgendaItem]
) -> Generator[Step, Any, tuple[Mail, list[AgendaItem]] | None]:
    """Ask which of several meetings is meant."""
    lines = [
        f"  {number}. {item.title}: {words.span(item.start.value, item.end.value, me.zone)}"
        for number, item in enumerate(items[:9], 1)
    ]
    answer: Mail | None = yield ask(me.manager, reply(mail, "Which of these do you mean?\n\n" + "\n".join(lines)))
    if answer is None:
        return None
    places: tuple[int, ...] = (answer.reading.value("ordinals") if answer.reading is not None else None) or ()
    if len(places) == 1 and 0 < places[0] <= len(lines):
        return answer, [items[places[0] - 1]]
    if intent(answer) not in ("no", "answer", "choose", "yes", "unknown"):
        yield Raise(kind="mail", fields={"mail": answer})
        return None
    yield reply(answer, "All right, I have changed nothing.")
    return None


def _guests(item: AgendaItem, me: Profile) -> Generator[Step, Any, tuple[Address, ...]]:
    """Return those to be told; who stands in the directory is reached on its word, not on the calendar's."""
    guests = []
    for address in item.attendees:
        if address.value in (me.manager.value, me.address.value):
            continue
        known = yield Do(operation="people.find", arguments={"words": address.value})
        people: tuple[Person, ...] = known.people
        guests.append(people[0].address if people else address)
    return tuple(guests)
