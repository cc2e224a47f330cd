"""The times that the manager's standing rules keep free: for whatever the assistant arranges, and what it proposes."""

from collections.abc import Generator, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from empla.capabilities.calendar.results import Agenda, AgendaItem
from empla.capabilities.calendar.spans import Span, merged
from empla.capabilities.standing import RuleKind, StandingRule, crowded, forbidden
from empla.mind.rules import RULE
from empla.mind.steps import Do, Step, query
from empla.mind.values import OWN, Instant
from employees.executive_assistant import ruling, words
from employees.executive_assistant.knowing import Profile

_COUNTED = (RuleKind.MOST, RuleKind.APART)
_MOST_SPANS = 400
"""Spans that a search is told to leave out; of more, the first count."""


def rules_held() -> Generator[Step, Any, dict[int, StandingRule]]:
    """Return the rules in force, by their numbers."""
    return dict((yield query(RULE)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Spared:
    """The times that rules keep free: `hard` by those that forbid, `wished` by those too that merely prefer."""

    hard: tuple[Span, ...] = ()
    wished: tuple[Span, ...] = ()

    def tiers(self) -> tuple[tuple[Span, ...], ...]:
        """Return what to leave out, the most first: what is merely wished for gives way."""
        return (self.wished, self.hard) if self.wished != self.hard else (self.hard,)


def spared(
    me: Profile, within: Span, minutes: int, people: Iterable[str], apart_from: str = ""
) -> Generator[Step, Any, Spared]:
    """Return what the rules keep free of a meeting of `minutes` with `people`.

    The calendar is read only where a rule counts what stands there; the event with the UID `apart_from` does not.
    """
    rules = tuple((yield from rules_held()).values())
    if not rules:
        return Spared()
    whom, house = list(people), house_of(me)
    full: list[Span] = []
    if any(rule.kind in _COUNTED for rule in rules):
        full = yield from too_full(rules, me, within, apart_from)
    hard = forbidden(rules, within, me.zone, minutes=minutes, people=whom, house=house)
    every = forbidden(rules, within, me.zone, minutes=minutes, people=whom, house=house, soft=True)
    return Spared(hard=tuple(merged([*hard, *full])), wished=tuple(merged([*every, *full])))


def too_full(
    rules: Sequence[StandingRule], me: Profile, within: Span, apart_from: str = ""
) -> Generator[Step, Any, list[Span]]:
    """Return the times that lie too near to what stands in the manager's calendar, or on days that hold enough."""
    around = {"start": within.start - timedelta(days=1), "end": within.end + timedelta(days=1)}
    between = {name: Instant(moment, me.zone, OWN) for name, moment in around.items()}
    agenda: Agenda = yield Do(operation="calendar.agenda", arguments={"owner": me.manager, **between})
    standing = [i for i in agenda.items if i.event.uid != apart_from and takes_time(i)]
    meetings = [span_of(i) for i in standing if is_meeting(i, me)]
    return crowded(rules, meetings, [span_of(i) for i in standing], within, me.zone)


def house_of(me: Profile) -> str:
    """Return the manager's own domain."""
    return me.manager.value.rpartition("@")[2]


def span_of(item: AgendaItem) -> Span:
    """Return when an entry is."""
    return Span(item.start.value, item.end.value)


def takes_time(item: AgendaItem) -> bool:
    """Return whether an entry keeps its owner busy at some hours."""
    return not (item.free or item.declined or item.all_day)


def is_meeting(item: AgendaItem, me: Profile) -> bool:
    """Return whether an entry is a meeting with somebody."""
    return takes_time(item) and any(a.value not in (me.manager.value, me.address.value) for a in item.attendees)


def left_out(spans: Iterable[Span], me: Profile) -> tuple[tuple[Instant, Instant], ...]:
    """Return spans as a search for times is told to leave them out."""
    chosen = list(spans)[:_MOST_SPANS]
    return tuple((Instant(s.start, me.zone, OWN), Instant(s.end, me.zone, OWN)) for s in chosen)


def against(rules: dict[int, StandingRule], start: Span, people: Iterable[str], me: Profile) -> tuple[int, ...]:
    """Return the numbers of the rules that a meeting at a time with people is against."""
    whom, house = list(people), house_of(me)
    return tuple(
        number
        for number, rule in sorted(rules.items())
        if not rule.soft
        and (not rule.restricted or any(rule.concerns(p, house) for p in whom))
        and rule.forbids(start.start, start.end, me.zone)
    )


def spoken_against(rules: dict[int, StandingRule], numbers: Iterable[int]) -> str:
    """Return "your rule 2 (no meetings on Wednesdays)"."""
    return words.listed(f"your rule {n} ({ruling.described(rules[n])})" for n in numbers)
