"""What each trigger sees in the beliefs: for which subjects what it watches for holds, or will hold from when on."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from empla.mind import logic
from empla.mind.beliefs import Belief, BeliefBase
from empla.mind.codec import registered
from empla.mind.commitments import EXPECTATION, promised
from empla.mind.goals import Goal
from empla.mind.logic import Inquiry, Rules
from empla.mind.noticing_series import Series, mean, slope, z_score
from empla.mind.noticing_triggers import (
    ABOVE,
    AT_RISK,
    BELOW,
    FALLS,
    LATE,
    OWED,
    REACHED,
    RISES,
    SLIPPED,
    Anomaly,
    Answer,
    AtRisk,
    Measured,
    Milestone,
    Sensed,
    Silence,
    Threshold,
    Trend,
)
from empla.mind.values import Address, Origin, Source

SERIES = "series"
"""Functor of the values that a trigger has seen: (trigger, subject, Series)."""
MOST_SUBJECTS = 200
"""How many subjects of one trigger are looked at, in the order of what they are called."""
_TRUST = {source: place for place, source in enumerate(Source)}


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class Owed:
    """An answer that is owed to somebody, for a mail of theirs: since when, until when, and in which thread."""

    to: Address
    subject: str
    thread: str
    mail: str
    since: datetime
    due: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """One subject of which something holds.

    With `since` in the future it will hold from then on. `wavers`: it holds no longer, but it is not clearly over.
    """

    subject: str = ""
    phase: str = ""
    value: Any = None
    expected: Any = None
    since: datetime | None = None
    wavers: bool = False

    @property
    def key(self) -> tuple[str, str]:
        """Return what tells it apart from the others of its trigger."""
        return self.subject, self.phase


@dataclass(slots=True)
class Eyes:
    """Beliefs as they are looked at: what is found is remembered as the least trusted source of it (law 5).

    `kept` are the values to be held for a subject from now on.
    """

    beliefs: BeliefBase
    rules: Rules
    at: datetime
    goals: tuple[Goal, ...] = ()
    kept: dict[str, Series] = field(default_factory=dict)
    _worst: Source = Source.OWN

    def matching(self, functor: str, *pattern: Any) -> list[Belief]:
        """Return the beliefs that fit, oldest first, as `BeliefBase.matching` does."""
        found = self.beliefs.matching(functor, *pattern, at=self.at)
        for belief in found:
            self._has_seen(belief.origin.source)
        return found

    def ask(self, inquiry: Inquiry) -> list[dict[str, Any]]:
        """Return all answers to a query; ValidationError if it cannot be asked."""
        found = logic.find(self.beliefs, self.rules, inquiry, at=self.at)
        for name in found.sources:
            self._has_seen(Source(name))
        return found.solutions

    def origin(self, percept: str) -> Origin:
        """Return the origin of what is concluded from all that was seen."""
        return Origin(self._worst, percept)

    def _has_seen(self, source: Source) -> None:
        if _TRUST[source] > _TRUST[self._worst]:
            self._worst = source


Look = Callable[[Eyes, Any], list[Sighting]]


# numbers -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Reading:
    subject: str
    value: float
    observed_at: datetime | None


def _readings(eyes: Eyes, trigger: Measured) -> list[_Reading]:
    """Return the numbers that a trigger is about, each subject once."""
    if isinstance(trigger.of, str):
        held = eyes.matching(trigger.of)
        value = number(held[-1].arguments[-1]) if held and held[-1].arguments else None
        return [] if value is None else [_Reading("", value, held[-1].observed_at)]
    found: dict[str, _Reading] = {}
    for answer in eyes.ask(trigger.of):
        value = number(answer.get(trigger.variable))
        subject = called(answer.get(trigger.subject)) if trigger.subject else ""
        if value is not None and subject not in found:
            found[subject] = _Reading(subject, value, None)
    return [found[subject] for subject in sorted(found)[:MOST_SUBJECTS]]


def number(value: Any) -> float | None:
    """Return a value as a number, None if it is none."""
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def called(value: Any) -> str:
    """Return how a subject is called."""
    return value.value if isinstance(value, Address) else str(value)


def _threshold(eyes: Eyes, trigger: Threshold) -> list[Sighting]:
    found = []
    readings = _readings(eyes, trigger)
    if not readings and isinstance(trigger.of, str):  # not known just now: it says nothing
        return [Sighting(phase=ABOVE, wavers=True), Sighting(phase=BELOW, wavers=True)]
    for reading in readings:
        for phase, bound, over in ((ABOVE, trigger.above, 1.0), (BELOW, trigger.below, -1.0)):
            beyond = None if bound is None else (reading.value - bound) * over
            if beyond is not None and beyond >= -trigger.calm:
                sighting = Sighting(
                    subject=reading.subject, phase=phase, value=reading.value, expected=bound, wavers=beyond <= 0
                )
                found.append(sighting)
    return found


def _series(eyes: Eyes, trigger: Anomaly | Trend) -> list[tuple[str, Series]]:
    """Return the series of each subject, with the newest value, if it is a new one.

    A belief tells when its value was observed; of a query only another value is a new one.
    """
    found = []
    for reading in _readings(eyes, trigger):
        held = eyes.beliefs.matching(SERIES, trigger.name, reading.subject)
        known: Series = held[-1].arguments[2] if held else Series()
        last = known.points[-1] if known.points else None
        at = reading.observed_at or eyes.at
        seen = last is not None and (last[1] == reading.value if reading.observed_at is None else last[0] == at)
        if not seen or (last is not None and last[1] != reading.value):
            known = known.with_point(at, reading.value, trigger.most)
            eyes.kept[reading.subject] = known
        found.append((reading.subject, known))
    return found


def _anomaly(eyes: Eyes, trigger: Anomaly) -> list[Sighting]:
    found = []
    for subject, series in _series(eyes, trigger):
        newest = series.points[-1][1]
        before = [value for _, value in series.within(trigger.window, eyes.at) if (_, value) != series.points[-1]]
        if len(before) < trigger.samples:
            continue
        middle = mean(before)
        if abs(newest - middle) <= trigger.least:
            continue
        off = z_score(before, newest)
        if off is None and newest == middle:
            continue
        far = off is None or abs(off) >= trigger.z
        if far or (off is not None and abs(off) > trigger.z - trigger.calm):
            phase = ABOVE if newest > middle else BELOW
            found.append(
                Sighting(subject=subject, phase=phase, value=newest, expected=round(middle, 6), wavers=not far)
            )
    return found


def _trend(eyes: Eyes, trigger: Trend) -> list[Sighting]:
    found = []
    sign = 1.0 if trigger.bound > 0 else -1.0
    for subject, series in _series(eyes, trigger):
        points = series.within(trigger.window, eyes.at)
        if len(points) < trigger.samples:
            continue
        way = slope(points) if trigger.how == "slope" else points[-1][1] - points[0][1]
        beyond = None if way is None else (way - trigger.bound) * sign
        if way is not None and beyond is not None and beyond >= -trigger.calm:
            phase = RISES if sign > 0 else FALLS
            wavers = beyond < 0
            seen = Sighting(subject=subject, phase=phase, value=round(way, 6), expected=trigger.bound, wavers=wavers)
            found.append(seen)
    return found


# answers -------------------------------------------------------------------------------------------------------------


def _answer(eyes: Eyes, trigger: Answer) -> list[Sighting]:
    found = []
    for belief in eyes.matching(OWED, trigger.name):
        owed: Owed = belief.arguments[2]
        about = {"subject": belief.arguments[1], "value": owed.to.value, "expected": owed.due}
        found.append(Sighting(phase=AT_RISK, since=max(owed.since, owed.due - trigger.notice), **about))
        found.append(Sighting(phase=SLIPPED, since=owed.due, **about))
    return found


def _silence(eyes: Eyes, trigger: Silence) -> list[Sighting]:
    found = []
    for belief in eyes.matching(EXPECTATION):
        made = promised(belief)
        if made is not None and made.open and trigger.about(made):
            subject, since = str(belief.arguments[0]), made.made_at + trigger.after
            found.append(Sighting(subject=subject, value=made.debtor.value, expected=made.due, since=since))
    return found


def due_within(start: datetime, span: timedelta, hours: str, zone: str) -> datetime:
    """Return when a span of time is over that counts only in these hours, Monday to Friday, in a zone.

    `hours` are "09:00-17:00", and the result is in UTC as `start` is; without hours every hour counts. A zone that this
    machine does not know is taken for UTC.
    """
    if not hours:
        return start + span
    opens, closes = (time.fromisoformat(text) for text in hours.split("-"))
    try:
        here = ZoneInfo(zone)
    except (ValueError, OSError, KeyError):  # ZoneInfoNotFoundError is a KeyError
        here = ZoneInfo("UTC")
    day, left = start.astimezone(here).date(), span
    while True:
        if day.weekday() < 5:
            begins = max(start, datetime.combine(day, opens, here).astimezone(start.tzinfo))
            ends = datetime.combine(day, closes, here).astimezone(start.tzinfo)
            if begins < ends:
                if left <= ends - begins:
                    return begins + left
                left -= ends - begins
        day += timedelta(days=1)


LOOKS: Mapping[type[Sensed], Look] = {
    Threshold: _threshold,
    Anomaly: _anomaly,
    Trend: _trend,
    Answer: _answer,
    Silence: _silence,
}
"""How each kind of trigger that reads beliefs looks at them."""


# goals ---------------------------------------------------------------------------------------------------------------


def look_at_goal(trigger: Milestone | AtRisk, goal: Goal) -> Sighting | None:
    """Return what a trigger sees in a goal, None if it is nothing."""
    if trigger.goal and trigger.goal != goal.name:
        return None
    if isinstance(trigger, AtRisk):
        if goal.over or not goal.alarm:
            return None
        phase = LATE if goal.alarm == "late" else AT_RISK
        return Sighting(subject=goal.id, phase=phase, value=goal.risk, expected=goal.deadline)
    done = 1.0 if goal.state == "achieved" else 0.0 if goal.over else goal.progress or 0.0
    if done < trigger.share:
        return None
    return Sighting(subject=goal.id, phase=REACHED, value=done, expected=trigger.share)
