"""Occurrences: what the clock makes due fires once, or it is written down why not.

The next firing of each trigger is a row, written ahead. When its instant has passed, what becomes of it, and of others
that passed with it, is decided once, by the trigger's policy: in one transaction the row is decided, the percept is
written under a key of the same trigger, instant and zone, and the next row is. So nothing fires twice, however often
the process dies or the clock is moved, and what is left out stands there with the reason and is told to the mind.

A row is as good as the rules by which it was computed. When a process begins, and when the zone, a person's word or
what is known of a calendar changes, the rows that wait are compared with what is declared now; one that fits no longer
is cancelled, with why, and the right one written.

    due          it waits: the next of its trigger
    fired        its percept stands in the inbox
    skipped      it was over before anybody could see to it (`count` instants, from `instant` to `last`)
    coalesced    it was made up for together with a later one
    cancelled    the trigger, its zone or the rules of that have changed, or a person has paused it
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from empla.engine.schedule_policy import decide
from empla.engine.schedule_rows import NOTHING_MISSING, WAS_PAUSED, OccurrenceRows, moment_of
from empla.engine.schedule_times import Moment, Passed, Times
from empla.mind.beliefs import BeliefBase
from empla.mind.percepts import PROFILE
from empla.mind.triggers import COMING, PAUSED, Around, Declared, Timed
from empla.mind.values import EventRef, Origin, Source
from empla.store.store import Store


@dataclass(frozen=True, slots=True)
class Setting:
    """What decides, besides the triggers, when something is due; as long as it is the same, so are the rows that wait.

    The employee's zone, what a person has paused, and what is known of calendars (arguments of `COMING`).
    """

    zone: str
    paused: frozenset[str]
    coming: tuple[tuple[Any, ...], ...] = ()


class Schedule:
    """The timed triggers of one employee, and their rows."""

    def __init__(self, store: Store, triggers: Mapping[str, Declared]) -> None:
        self._rows = OccurrenceRows(store)
        self._triggers = {name: t for name, t in triggers.items() if isinstance(t, Timed)}
        self._around = any(isinstance(t, Around) for t in self._triggers.values())
        self._times: dict[tuple[str, str], Times] = {}

    def setting(self, beliefs: BeliefBase) -> Setting:
        """Return what is believed of zone, pauses and, where something depends on them, events."""
        zones = [b for b in beliefs.matching(PROFILE, "zone") if b.arguments[1]]
        paused = frozenset(belief.arguments[0] for belief in beliefs.matching(PAUSED))
        coming = tuple(b.arguments for b in beliefs.matching(COMING)) if self._around else ()
        return Setting(_known(str(zones[-1].arguments[1])) if zones else "", paused, coming)

    # what waits -----------------------------------------------------------------------------------------------

    def settle(self, setting: Setting, now: datetime) -> None:
        """Let the rows that wait be those of what is declared now, in the current transaction."""
        waiting = self._rows.waiting()
        for name, rows in waiting.items():
            if name not in self._triggers:
                self._cancel(rows, "nothing declares this trigger any more", now)
        for name, trigger in self._triggers.items():
            rows = waiting.get(name, [])
            zone = trigger.zone or setting.zone
            if not zone:
                continue  # the employee does not know yet where it is
            if isinstance(trigger, Around):  # paused, its instants pass one by one: no rule tells later what they were
                self._settle_around(trigger, rows, zone, setting, now)
            elif name in setting.paused:
                self._cancel(rows, WAS_PAUSED, now)
            elif rows:
                self._settle_next(trigger, rows[0], zone, now)
            else:
                self._await_next(trigger, zone, self._times_of(trigger, zone).moment(now))

    def _settle_next(self, trigger: Timed, row: Any, zone: str, now: datetime) -> None:
        """Let what waits be due when it is now, if the trigger or the zone is another, or the zone has other rules."""
        times = self._times_of(trigger, zone)
        if row.rule != trigger.rule:
            self._rows.cancel(row, "its rule was changed", now)
            self._await_next(trigger, zone, times.moment(now))
            return
        before = moment_of(row)
        right_before = before.at - _SECOND
        found = times.on_the_wall(before.wall) if times.by_the_wall else times.after(times.moment(right_before))
        if row.zone == zone and found is not None and found.at == before.at:
            return
        why = f"the zone is {zone} now" if row.zone != zone else f"the rules of {zone} have changed"
        self._rows.decided(row, "cancelled", now, why=why)
        if not times.by_the_wall:
            found = times.after(times.moment(min(now, right_before)))
        self._await(trigger, zone, found)

    def _await_next(self, trigger: Timed, zone: str, last: Moment) -> None:
        self._await(trigger, zone, self._times_of(trigger, zone).after(last))

    def _await(self, trigger: Timed, zone: str, found: Moment | None) -> None:
        """Write ahead the next row: this moment's, or that of the first after it that is not over."""
        while found is not None and self._rows.has_decided(trigger.name, found, zone):
            found = self._times_of(trigger, zone).after(found)
        if found is not None:
            self._rows.await_(trigger.name, found, zone, trigger.rule)

    def _cancel(self, rows: Sequence[Any], why: str, now: datetime) -> None:
        for row in rows:
            self._rows.cancel(row, why, now)

    def _times_of(self, trigger: Timed, zone: str) -> Times:
        known = self._times.get((trigger.name, zone))
        if known is None:
            known = self._times[trigger.name, zone] = Times(trigger, zone)
        return known

    # what is due ----------------------------------------------------------------------------------------------

    def decide(self, name: str, setting: Setting, now: datetime) -> None:
        """Decide on what waits of a trigger and has passed, and on all that passed with it, in this transaction."""
        rows = [row for row in self._rows.waiting_of(name) if moment_of(row).at <= now]
        trigger = self._triggers.get(name)
        if not rows or trigger is None:
            return  # it was moved or cancelled when the rows were settled
        if isinstance(trigger, Around):
            self._decide_around(trigger, rows, setting, now)
            return
        row = rows[0]
        passed = self._times_of(trigger, row.zone).passed(moment_of(row), now)
        decision = decide(trigger.policy, passed, now)
        missing = self._rows.left_out_before(name)
        if decision.left_out is not None:
            self._rows.leave_out(row, decision.left_out, now, quiet=trigger.quiet)
            missing = missing.later(decision.left_out)
        for moment in decision.fires:
            if moment == passed.first:
                self._rows.decided(row, "fired", now)
            elif not self._rows.fired(name, moment, row.zone, trigger.rule, now):
                continue
            self._rows.tell(name, row.zone, moment, now, missing)
            missing = NOTHING_MISSING
        self._await_next(trigger, row.zone, passed.latest[-1])

    # events of calendars --------------------------------------------------------------------------------------

    def _settle_around(self, trigger: Around, rows: Sequence[Any], zone: str, setting: Setting, now: datetime) -> None:
        """Wait for the instant of every event that is known and fits, and for no other."""
        wanted = _around(trigger, setting)
        for row in rows:
            if moment_of(row).at not in wanted or row.zone != zone or row.rule != trigger.rule:
                self._rows.decided(row, "cancelled", now, why="the event was moved or called off")
        times = self._times_of(trigger, zone)
        for moment in map(times.moment, wanted):
            if not self._rows.has_decided(trigger.name, moment, zone):
                self._rows.await_(trigger.name, moment, zone, trigger.rule)

    def _decide_around(self, trigger: Around, rows: Sequence[Any], setting: Setting, now: datetime) -> None:
        """Decide on the instants of events that have passed; of those made up for together, all events are named."""
        if trigger.name in setting.paused:
            for row in rows:
                self._rows.pause(row, now)
            return
        events = _around(trigger, setting)
        by_moment = {moment_of(row): row for row in sorted(rows, key=lambda row: row.instant)}
        moments = tuple(by_moment)
        decision = decide(trigger.policy, Passed(moments[0], len(moments), moments), now)
        missing = self._rows.left_out_before(trigger.name)
        named: tuple[EventRef, ...] = ()
        if decision.left_out is not None:
            missing = missing.later(decision.left_out)
            if not trigger.quiet:
                self._rows.tell_missed(trigger.name, by_moment[moments[0]].zone, decision.left_out, now)
            for moment in moments[: decision.left_out.count]:
                self._rows.decided(by_moment[moment], decision.left_out.state, now, why=decision.left_out.why)
                named += events.get(moment.at, ()) if decision.left_out.state == "coalesced" else ()
        for moment in decision.fires:
            row = by_moment[moment]
            self._rows.decided(row, "fired", now)
            named += events.get(moment.at, ())
            self._rows.tell(trigger.name, row.zone, moment, now, missing, named)
            missing, named = NOTHING_MISSING, ()


@cache
def _known(zone: str) -> str:
    """Return a zone, or UTC where this machine knows none of that name: better at another hour than never."""
    try:
        return ZoneInfo(zone).key
    except (ValueError, OSError, KeyError):  # ZoneInfoNotFoundError is a KeyError
        return "UTC"


def _around(trigger: Around, setting: Setting) -> dict[datetime, tuple[EventRef, ...]]:
    """Return when a trigger is due for the events that are known, and for which of them."""
    found: dict[datetime, tuple[EventRef, ...]] = {}
    for owner, uid, start, end, title in sorted(setting.coming):
        if owner == trigger.owner and trigger.title.lower() in title.lower():
            at = start - trigger.before if trigger.before is not None else end + (trigger.after or timedelta(0))
            found[at] = (*found.get(at, ()), EventRef(uid, 0, Origin(Source.RECORD, uid, owner)))
    return dict(sorted(found.items()))


_SECOND = timedelta(seconds=1)
