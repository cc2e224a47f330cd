"""Holding the manager's standing rules: their numbers, their end, and which meetings that stand are against one."""

from collections.abc import Generator
from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from empla.capabilities.calendar.results import Agenda, AgendaItem
from empla.capabilities.standing import RuleKind, StandingRule
from empla.mind.rules import RULE, RULE_DROPPED
from empla.mind.steps import ActionFailed, Believe, Do, Forget, Now, Step, query
from employees.executive_assistant import ruling, words
from employees.executive_assistant.guests import names_of
from employees.executive_assistant.knowing import Profile
from employees.executive_assistant.looking import instant
from employees.executive_assistant.sparing import against, is_meeting, span_of

LOOK_AHEAD = timedelta(weeks=8)
"""How far ahead meetings that stand are held against a new rule."""
MOST_NAMED = 5
_NUMBER = "rule-number"
"""Functor of the highest number that a rule has had: (number,)."""


def kept(rule: StandingRule, me: Profile) -> Generator[Step, Any, int]:
    """Hold a rule under a number that no other has had; one that ends on a day is held until then."""
    highest = max((n for (n,) in (yield query(_NUMBER))), default=0)
    number = highest + 1
    yield Forget(functor=_NUMBER)
    yield Believe(functor=_NUMBER, arguments=(number,))
    yield Believe(functor=RULE, arguments=(number, rule), until=_ends(rule, me))
    return number


def _ends(rule: StandingRule, me: Profile) -> datetime | None:
    if rule.last is None:
        return None
    return datetime.combine(rule.last + timedelta(days=1), time(), ZoneInfo(me.zone))


def put_away(number: int, rule: StandingRule, why: str) -> Generator[Step, Any, None]:
    """Hold a rule no longer; that it was, and why it ended, stays known."""
    yield Forget(functor=RULE, pattern=(number,))
    yield Believe(functor=RULE_DROPPED, arguments=(number, rule, why))


def amended(number: int, old: StandingRule, new: StandingRule, me: Profile) -> Generator[Step, Any, str]:
    """Hold a rule as it was put right, under its number; return what to say."""
    now = yield Now()
    made = replace(new, set_at=now)
    yield Forget(functor=RULE, pattern=(number,))
    yield Believe(functor=RULE, arguments=(number, made), until=_ends(made, me))
    names = yield from names_of(made.people)
    standing = yield from meetings_against(made, me)
    text = f"Rule {number} is now: {ruling.described(made, names)}. Before it was: {ruling.described(old, names)}."
    return words.paragraphs(text, standing)


def meetings_against(rule: StandingRule, me: Profile) -> Generator[Step, Any, str]:
    """Name the meetings that stand in times which a rule now keeps free; they stay."""
    if rule.kind not in (RuleKind.AVOID, RuleKind.ONLY) or rule.soft:
        return ""
    now = yield Now()
    between = {"start": instant(now, me), "end": instant(now + LOOK_AHEAD, me)}
    try:
        agenda: Agenda = yield Do(operation="calendar.agenda", arguments={"owner": me.manager, **between})
    except ActionFailed:
        return "I could not look whether meetings stand in that time already; none is changed."
    found = [i for i in agenda.items if is_meeting(i, me) and _is_against(rule, i, me)]
    if not found:
        return ""
    lines = [f"  {words.plain_span(i.start.value, i.end.value, me.zone)}: {i.title}" for i in found[:MOST_NAMED]]
    if len(found) > MOST_NAMED:
        lines.append(f"  and {len(found) - MOST_NAMED} more")
    count = "One meeting stands" if len(found) == 1 else f"{len(found)} meetings stand"
    stays = "It stays" if len(found) == 1 else "They stay"
    return words.paragraphs(
        f"{count} in that time already ({me.zone}):", "\n".join(lines), f"{stays} unless you say so."
    )


def _is_against(rule: StandingRule, item: AgendaItem, me: Profile) -> bool:
    others = (a.value for a in item.attendees if a.value != me.manager.value)
    return bool(against({0: rule}, span_of(item), others, me))
