"""What is coming in the calendars: looked at every quarter of an hour, where a trigger depends on events.

What stands there is believed as `coming(owner, uid, start, end, title)` until some time after it is over, so that the
engine can wait for an instant before or after it (`empla.mind.triggers.Around`). Each look begins where the last one
did its own: an event that came and went while nobody looked is found, and late. Which of them leave room for something
else, because they are marked free or last all day, is believed besides.
"""

from collections.abc import Generator, Sequence
from datetime import datetime, timedelta
from typing import Any

from empla.capabilities.calendar.results import Agenda, AgendaItem
from empla.mind.kinds import BeliefKind, Category
from empla.mind.plans import PlanLibrary, Trigger, occurred
from empla.mind.steps import ActionFailed, Believe, Do, Forget, Now, Step, query
from empla.mind.triggers import BESIDE, COMING, FARTHEST, LOOK, MANAGER, OWN, Every
from empla.mind.values import OWN as OWN_CODE
from empla.mind.values import Address, Instant

CALENDAR_LOOK = "calendar-look"
LOOKED = "calendar-looked-at"
"""Functor of when a calendar was looked at last: (owner, at)."""
_AHEAD = FARTHEST + timedelta(days=1)
_LONGEST_ABSENCE = timedelta(days=28)
_MOST = 150
"""Events of one calendar that are followed, the next first: each takes a step or two, and a body has a thousand."""

library = PlanLibrary()
library.declare(BeliefKind(functor=LOOKED, category=Category.TIME, key=(0,), says="when it looked at a calendar"))
library.trigger(Every(name=CALENDAR_LOOK, says="looking at what is coming in the calendars", period=LOOK, quiet=True))


@library.plan(occurred(CALENDAR_LOOK), goal="know what is coming", quiet=True)
def look_what_is_coming(_event: Trigger) -> Generator[Step, Any, None]:
    """Look at both calendars."""
    known = dict((yield query("profile")))
    beside: dict[str, tuple[tuple[str, datetime], ...]] = {}
    for owner, address in ((MANAGER, known.get("manager")), (OWN, known.get("address"))):
        if isinstance(address, Address):
            standing = yield from _look(owner, address, str(known.get("zone") or "UTC"))
            if standing is not None:
                beside[owner] = tuple((i.event.uid, i.start.value) for i in standing if i.free or i.all_day)
    for owner, these in beside.items():
        yield Believe(functor=BESIDE, arguments=(owner, these))


def _look(owner: str, address: Address, zone: str) -> Generator[Step, Any, Sequence[AgendaItem] | None]:
    """Look at one calendar and return what stands there, None if it cannot be seen."""
    now = yield Now()
    looked = yield query(LOOKED, owner)
    since = max(looked[-1][1], now - _LONGEST_ABSENCE) if looked else now
    between = {"start": Instant(since, zone, OWN_CODE), "end": Instant(now + _AHEAD, zone, OWN_CODE)}
    try:
        agenda: Agenda = yield Do(operation="calendar.agenda", arguments={"owner": address, **between})
    except ActionFailed:
        return None  # the next look begins where this one would have
    standing = [item for item in agenda.items if not item.declined][:_MOST]
    found = {(owner, i.event.uid, i.start.value, i.end.value, i.title): i.end.value for i in standing}
    for before in (yield query(COMING, owner)):
        if before not in found and before[3] > since:
            yield Forget(functor=COMING, pattern=before)
    for event, end in found.items():
        yield Believe(functor=COMING, arguments=event, until=end + _AHEAD)
    yield Believe(functor=LOOKED, arguments=(owner, now))
    return standing
