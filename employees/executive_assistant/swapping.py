"""Letting two meetings change places: both are changed, or neither."""

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from empla.capabilities.calendar.results import AgendaItem, FreeBusy
from empla.capabilities.email.reading.changes import Which
from empla.capabilities.email.steps import reply
from empla.mind.plans import PlanLibrary, Trigger, on
from empla.mind.readings import Mail
from empla.mind.steps import Do, Hold, Scope, Step
from empla.mind.values import Address
from employees.executive_assistant import words
from employees.executive_assistant.choosing import UNCHANGED, chosen_of, fitting, of_thread
from employees.executive_assistant.entering import (
    Difference,
    Entered,
    NotEntered,
    about_told,
    entered,
    told_later,
    told_of,
)
from employees.executive_assistant.guests import Guest
from employees.executive_assistant.knowing import Profile, Steps, from_manager, intent, profile, told
from employees.executive_assistant.looking import instant
from employees.executive_assistant.meetings import COVERED, named_guests, not_ours, ours
from employees.executive_assistant.talking import asked

library = PlanLibrary()

_ROUNDS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """One of the two, those invited to it, and when it shall be."""

    item: AgendaItem
    guests: tuple[Guest, ...]
    start: datetime
    end: datetime


@library.plan(on("mail", mail__reading__intent="swap"), when=from_manager, goal="let two meetings change places")
def swap_meetings(event: Trigger) -> Steps:
    """Let the two meetings that the manager means change places."""
    me: Profile = yield from profile()
    found = yield from _both(event, me)
    if found is None:
        return
    mail, pair = found
    for item in pair:
        why_not = "" if ours(item, me) else not_ours(item, me, "move")
        if why_not:
            yield reply(mail, why_not)
            return
    places = yield from _exchanged(pair, mail, me)
    yield Hold(spans=tuple((p.start, p.end) for p in places), until=min(p.start for p in places))
    in_the_way = yield from _in_the_way(places, me)
    if in_the_way:
        question = f"They cannot simply change places: {in_the_way}. Shall I do it all the same?"
        said = yield from asked(me, mail, question, "two meetings that change places", UNCHANGED)
        if said is None:
            return
        if intent(said) != "yes":
            yield reply(said, f"All right. {UNCHANGED}")
            return
        mail = said
    yield from _swapped(places, mail, me)


# which two -----------------------------------------------------------------------------------------------------------


def _both(event: Trigger, me: Profile) -> Generator[Step, Any, tuple[Mail, tuple[AgendaItem, AgendaItem]] | None]:
    """Return the two meetings and the mail to answer; asks which are meant. None: the matter is over."""
    mail: Mail = event.mail
    before: str = event.get("before") or ""
    first: Which | None = told(mail, "first")
    second: Which | None = told(mail, "second")
    if first is None or second is None or first == second:
        both = yield from (_all_that_fit(first, mail, me))
        picked = yield from _two(both, mail, me, before)
        return picked
    chosen = []
    for which in (first, second):
        items = yield from (of_thread(mail, me) if not which.named else fitting(which, me))
        apart = [i for i in items.items if i not in chosen]
        one = yield from _one(apart, items.strangers, mail, me, before)
        if one is None:
            return None
        mail, item = one
        before = ""
        chosen.append(item)
    return mail, (chosen[0], chosen[1])


def _all_that_fit(which: Which | None, mail: Mail, me: Profile) -> Generator[Step, Any, Sequence[AgendaItem]]:
    found = yield from (fitting(which, me) if which is not None and which.named else of_thread(mail, me))
    return tuple(found.items)


def _two(
    items: Sequence[AgendaItem], mail: Mail, me: Profile, before: str
) -> Generator[Step, Any, tuple[Mail, tuple[AgendaItem, AgendaItem]] | None]:
    if len(items) == 2:
        return mail, (items[0], items[1])
    listed = "\n\n" + words.numbered(_line(i, me) for i in items) if len(items) > 2 else ""
    question = words.paragraphs(
        before, f"Which two shall I let change places? Please name both in one sentence.{listed}"
    )
    said = yield from asked(me, mail, question, "two meetings that shall change places", UNCHANGED)
    if said is None:
        return None
    places = [p for p in (told(said, "ordinals") or ()) if 0 < p <= len(items)]
    if len(places) == 2:
        return said, (items[places[0] - 1], items[places[1] - 1])
    yield reply(said, f"All right. {UNCHANGED} You can write, for instance: “Swap Ben and Carla tomorrow.”")
    return None


def _one(
    items: Sequence[AgendaItem], strangers: Sequence[str], mail: Mail, me: Profile, before: str
) -> Generator[Step, Any, tuple[Mail, AgendaItem] | None]:
    """Return the one that is meant, asking if several may be."""
    for _ in range(_ROUNDS):
        if len(items) == 1:
            return mail, items[0]
        if not items:
            whom = f" with “{strangers[0]}”" if strangers else ""
            yield reply(mail, words.paragraphs(before, f"I find no such meeting{whom} in your calendar. {UNCHANGED}"))
            return None
        question = f"Which of these do you mean ({me.zone})?\n\n{words.numbered(_line(i, me) for i in items)}"
        said = yield from asked(me, mail, words.paragraphs(before, question), "two meetings to swap", UNCHANGED)
        if said is None:
            return None
        if intent(said) in ("no", "cancel") or told(said, "none"):
            yield reply(said, f"All right. {UNCHANGED}")
            return None
        mail, before = said, ""
        items = chosen_of(said, items) or items
    yield reply(mail, f"I still cannot tell which one you mean. {UNCHANGED}")
    return None


def _line(item: AgendaItem, me: Profile) -> str:
    return f"{item.title}: {words.plain_span(item.start.value, item.end.value, me.zone)}"


# where to ------------------------------------------------------------------------------------------------------------


def _exchanged(
    pair: tuple[AgendaItem, AgendaItem], mail: Mail, me: Profile
) -> Generator[Step, Any, tuple[_Place, _Place]]:
    """Return each where the other one was. Where they would overlap, the later one begins when the other ends."""
    early, late = sorted(pair, key=lambda i: (i.start.value, i.event.uid))
    before, after = late, early  # in their new order
    first_end = early.start.value + (before.end.value - before.start.value)
    second_start = max(late.start.value, first_end) if _same_day(early, late, me) else late.start.value
    lengths = (before.end.value - before.start.value, after.end.value - after.start.value)
    first = _Place(
        item=before,
        guests=(yield from named_guests(before, mail, me)),
        start=early.start.value,
        end=early.start.value + lengths[0],
    )
    second = _Place(
        item=after,
        guests=(yield from named_guests(after, mail, me)),
        start=second_start,
        end=second_start + lengths[1],
    )
    return first, second


def _same_day(one: AgendaItem, other: AgendaItem, me: Profile) -> bool:
    return words.dates(one.start.value, one.end.value, me.zone) == words.dates(
        other.start.value, other.end.value, me.zone
    )


def _in_the_way(places: Sequence[_Place], me: Profile) -> Generator[Step, Any, str]:
    """Return who is busy at the new times with something else than these two; empty if nobody is."""
    said = []
    for place in places:
        busy = []
        people = [Guest(name="you", address=me.manager)] if _attends(place.item, me) else []
        for guest in (*people, *place.guests):
            if (yield from _busy(guest.address, place, [p.item for p in places], me)):
                busy.append(guest.name)
        if busy:
            are = "are" if len(busy) > 1 or busy == ["you"] else "is"
            when = words.span(place.start, place.end, me.zone)
            said.append(f"{words.listed(busy)} {are} not free for “{place.item.title}” on {when}")
    return words.listed(said)


def _attends(item: AgendaItem, me: Profile) -> bool:
    return not item.attendees or me.manager.value in {a.value for a in item.attendees}


def _busy(who: Address, place: _Place, apart: Sequence[AgendaItem], me: Profile) -> Generator[Step, Any, bool]:
    between = {"start": instant(place.start, me), "end": instant(place.end, me)}
    seen: FreeBusy = yield Do(operation="calendar.free_busy", arguments={"person": who, **between})
    own = [(i.start.value, i.end.value) for i in apart]
    for span in seen.busy:
        rest = [(max(span.start.value, place.start), min(span.end.value, place.end))]
        for start, end in own:
            rest = [r for a, b in rest for r in ((a, min(b, start)), (max(a, end), b)) if r[0] < r[1]]
        if rest:
            return True
    return False


# changing ------------------------------------------------------------------------------------------------------------


def _swapped(places: tuple[_Place, _Place], mail: Mail, me: Profile) -> Generator[Step, Any, None]:
    """Change both, tell everybody, and answer; if the second does not take it, the first is put back."""
    moments = [m for p in places for m in (p.start, p.end, p.item.start.value, p.item.end.value)]
    covered = {g.address.value: g.address for p in places for g in p.guests if g.address.origin.source in COVERED}
    yield Scope(people=(me.manager, *covered.values()), start=min(moments), end=max(moments))
    done: list[Entered] = []
    for place in places:
        try:
            done.append((yield from entered(me, place.item, _difference(place, me), mail.thread)))
        except NotEntered as why:
            back = yield from _back(places[: len(done)], me, mail)
            yield reply(mail, f"I could not change “{place.item.title}”: {why}. {back}")
            return
    said = []
    waiting: list[tuple[Entered, Guest, AgendaItem]] = []
    for place, entry in zip(places, done, strict=True):
        told_them = yield from told_of(me, entry.after, place.guests, place.item)
        waiting += [(entry, guest, place.item) for guest in told_them.waiting]
        when = words.span(place.start, place.end, me.zone)
        said.append(f"“{place.item.title}” is now on {when}. {about_told(told_them, 'I have asked * anew')}".strip())
    yield reply(mail, words.paragraphs("Done. The two have changed places.", *said))
    for entry, guest, item in waiting:
        yield from told_later(me, entry.after, [guest], item)


def _difference(place: _Place, me: Profile) -> Difference:
    return Difference(start=instant(place.start, me), end=instant(place.end, me))


def _back(places: Sequence[_Place], me: Profile, mail: Mail) -> Generator[Step, Any, str]:
    """Put the first one back where it was; nobody has been told of it yet."""
    for place in places:
        old = Difference(start=place.item.start, end=place.item.end)
        try:
            yield from entered(me, place.item, old, mail.thread)
        except NotEntered:
            return f"“{place.item.title}” I had moved already and could not put back; please look at your calendar."
    return "Both meetings stand where they were." if places else UNCHANGED
