"""What becomes of the rules when another is set: which one it takes the place of, and how one is corrected. Pure."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from empla.capabilities.email.reading.newtext import new_text
from empla.capabilities.email.reading.slots import Setting, leftovers
from empla.capabilities.email.reading.standing import clock_time
from empla.capabilities.email.reading.standing_times import When, nearest_days, rule_times, shut
from empla.capabilities.standing import DAY, RuleKind, StandingRule
from empla.mind.readings import Mail
from empla.mind.values import OWN

Rules = Mapping[int, StandingRule]

_ONCE = re.compile(
    r"\b(?:only|just) (?:for |on )?(?:(?:this|the coming|next) (?:week|time|once|\w+day)|once|(?:for )?now)\b"
    r"|\b(?:this|the coming) (?:week|\w+day)s?(?: only)?\b|\bonce only\b|\b(?:this|one) time only\b",
    re.IGNORECASE,
)
_OFTEN = re.compile(r"\b(?:always|every|each|weekly|all of them|in general|from now on|permanently)\b", re.IGNORECASE)
_SMALL = frozenset(
    """
    actually no not sorry rather instead better make that this it i meant mean only just for week the coming please
    should be said of and once time now oh well to on from rule change always every each say but correction
    """.split()  # noqa: SIM905
)
_MEASURES = (RuleKind.MOST, RuleKind.APART)
_ANSWERS = (RuleKind.ACCEPT, RuleKind.DECLINE, RuleKind.ASK)
_TIMES = (RuleKind.AVOID, RuleKind.ONLY)


def same(one: StandingRule, other: StandingRule) -> bool:
    """Return whether two rules come to the same, in whatever words."""
    return _bare(one) == _bare(other)


def replaced(new: StandingRule, rules: Rules) -> tuple[int, ...]:
    """Return the rules that a new one contradicts, or says anew: it takes their place."""
    return tuple(sorted(number for number, old in rules.items() if _replaces(new, old)))


def _replaces(new: StandingRule, old: StandingRule) -> bool:
    if _about(new) != _about(old):
        return False
    kinds = {new.kind, old.kind}
    if kinds <= set(_ANSWERS):
        return _times(new) == _times(old)
    if new.kind in _MEASURES:
        return new.kind is old.kind and new.weekdays == old.weekdays
    if not kinds <= set(_TIMES) or (new.first, new.last) != (old.first, old.last):
        return False
    if new.longer or old.longer:
        return bool(new.longer and old.longer) and _times(replace(new, longer=old.longer)) == _times(old)
    if new.kind is not old.kind:
        return _times(new) == _times(old)
    return new.weekdays == old.weekdays and _same_edge(new, old)


def _same_edge(new: StandingRule, old: StandingRule) -> bool:
    """ "Never before 10" takes the place of "never before 9", and not of "never after 5"."""
    if new.kind is RuleKind.ONLY or new.hours == old.hours:
        return True
    if len(new.hours) != 1 or len(old.hours) != 1:
        return False
    ((since, until),), ((before, after),) = new.hours, old.hours
    return (since == before == 0) or (until == after == DAY and since != 0 and before != 0)


def _about(rule: StandingRule) -> tuple[object, ...]:
    return frozenset(p.value for p in rule.people), frozenset(rule.domains), rule.whose


def _times(rule: StandingRule) -> tuple[object, ...]:
    return rule.weekdays, rule.hours, rule.first, rule.last, rule.longer, rule.up_to


def _bare(rule: StandingRule) -> tuple[object, ...]:
    return rule.kind, _about(rule), _times(rule), rule.minutes, rule.count, rule.soft


def meant(pattern: StandingRule, kind: str, rules: Rules) -> tuple[int, ...]:
    """Return the rules that words such as "the Friday rule" mean: those that are about all that is said."""
    people, domains = {p.value for p in pattern.people}, set(pattern.domains)

    def fits(rule: StandingRule) -> bool:
        return (
            (not kind or rule.kind.value == kind)
            and set(pattern.weekdays) <= set(rule.weekdays)
            and (not pattern.hours or _hours_meet(pattern, rule))
            and people <= {p.value for p in rule.people}
            and domains <= set(rule.domains)
            and (pattern.whose is rule.whose or not pattern.restricted or bool(people or domains))
            and (not pattern.longer or bool(rule.longer))
            and (pattern.first is None or pattern.first == rule.first or rule.first is None)
        )

    found = tuple(sorted(number for number, rule in rules.items() if fits(rule)))
    exact = tuple(
        n for n in found if set(rules[n].weekdays) == set(pattern.weekdays) and rules[n].hours == pattern.hours
    )
    return exact or found


def _hours_meet(pattern: StandingRule, rule: StandingRule) -> bool:
    return any(a < d and c < b for a, b in pattern.hours for c, d in rule.hours)


# correcting -----------------------------------------------------------------------------------------------------------


def at_hour(rule: StandingRule, minute: int) -> StandingRule | None:
    """Return the rule with its one hour moved: "make that 10, not 9"; None if it has none, or several."""
    if len(rule.hours) != 1:
        return None
    ((since, until),) = rule.hours
    if rule.kind is RuleKind.AVOID and since == 0:
        return replace(rule, hours=((0, minute),)) if 0 < minute < DAY else None
    if until == DAY:
        return replace(rule, hours=((minute, DAY),))
    return None


def with_times(rule: StandingRule, when: When) -> StandingRule:
    """Return the rule with the times that are said anew; what is not said of them stays."""
    hours = shut(when.hours) if rule.kind is RuleKind.AVOID else when.hours
    return replace(
        rule,
        weekdays=when.weekdays or rule.weekdays,
        hours=hours or rule.hours,
        first=when.first or rule.first,
        last=when.last or rule.last,
    )


def once(rule: StandingRule, setting: Setting) -> StandingRule | None:
    """Return a rule of every week as one of the coming days only; None if it names no weekday."""
    if not rule.weekdays or rule.first is not None:
        return None
    first, last = nearest_days(rule.weekdays, setting)
    return replace(rule, first=first, last=last, weekdays=rule.weekdays if first != last else ())


def corrected(rule: StandingRule, mail: Mail, now: datetime, zone: str) -> StandingRule | None:
    """Return the rule as a mail about it corrects it; None if the mail says anything else."""
    text = new_text(mail.text[:4000]).replace("’", "'").strip()
    if not text or len(text) > 200:
        return None
    setting = Setting(now, zone, OWN)
    minute = clock_time(text)
    if minute >= 0:
        return at_hour(rule, minute)
    if _ONCE.search(text) and not leftovers(_ONCE.sub("", text), _SMALL):
        return once(rule, setting)
    if _OFTEN.search(text) and not leftovers(_OFTEN.sub("", text), _SMALL):
        return replace(rule, first=None, last=None)
    when = rule_times(text, setting)
    if not when.any() or when.doubts or when.except_ is not None or leftovers(when.left, _SMALL):
        return None
    changed = with_times(rule, when)
    return changed if changed != rule else None
