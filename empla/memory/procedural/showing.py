"""Everything an employee knows of how to do things, as plain data: on whose word, since when, how sure, and why."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

from empla.capabilities.standing import StandingRule
from empla.mind import codec
from empla.mind.beliefs import Belief
from empla.mind.learning import APPROACH, GAP, Approach, Gap
from empla.mind.preferences import CORRECTION, OBSERVED_PREFERENCE, OWN_PREFERENCE, PREFERENCE, holds
from empla.mind.rules import RULE
from empla.store.store import Store

_PREFERENCES: Final = (PREFERENCE, OWN_PREFERENCE, OBSERVED_PREFERENCE, CORRECTION)


def procedures(store: Store, at: datetime) -> dict[str, list[dict[str, Any]]]:
    """Return what holds at `at`, by kind: `preferences`, `corrections`, `rules`, `approaches` and `gaps`.

    Each has `evidence` (keys of percepts, ids of episodes), `scope`, `basis` ("explicit" or "observed") and
    `confidence` (0..1). An observed preference has `counts` only once it was seen often enough to be obeyed.
    """
    with store.reading():
        preferences = [_preference(belief) for functor in _PREFERENCES for belief in held(store, functor, at)]
        return {
            "preferences": [p for p in preferences if p["key"] != CORRECTION],
            "corrections": [p for p in preferences if p["key"] == CORRECTION],
            "rules": sorted(map(_rule, held(store, RULE, at)), key=lambda rule: int(rule["number"])),
            "approaches": [_approach(belief.arguments[2]) for belief in held(store, APPROACH, at)],
            "gaps": [_gap(belief.arguments[1]) for belief in held(store, GAP, at)],
        }


def held(store: Store, functor: str, at: datetime) -> Iterator[Belief]:
    """Yield the beliefs of a functor that hold, oldest first."""
    for row in store.find("belief", {"functor": functor, "held": 1}, ("body",)):
        belief: Belief = codec.loads(row.body)
        if belief.valid_until is None or at < belief.valid_until:
            yield belief


def _preference(belief: Belief) -> dict[str, Any]:
    found = holds(belief)
    preferred = found.preferred
    return {
        "number": preferred.number,
        "person": found.person,
        "name": preferred.name,
        "key": found.key,
        "scope": found.scope,
        "value": preferred.value,
        "basis": preferred.basis,
        "confidence": preferred.confidence,
        "counts": preferred.counts,
        "said": preferred.said,
        "by": preferred.by,
        "evidence": list(preferred.evidence),
        "agreed": preferred.agreed,
        "disagreed": preferred.disagreed,
        "since": preferred.since.isoformat() if preferred.since is not None else None,
    }


def _rule(belief: Belief) -> dict[str, Any]:
    number: int
    rule: StandingRule
    number, rule = belief.arguments
    return {
        "number": number,
        "kind": rule.kind.value,
        "scope": "meetings",
        "said": rule.said,
        "basis": "explicit",
        "confidence": 1.0,
        "evidence": [belief.origin.ref] if belief.origin.ref else [],
        "since": rule.set_at.isoformat() if rule.set_at is not None else None,
    }


def _approach(approach: Approach) -> dict[str, Any]:
    return {
        "plan": approach.plan,
        "scope": approach.context,
        "basis": "observed",
        "confidence": round(approach.done / approach.tries, 4) if approach.tries else 0.0,
        "tries": approach.tries,
        "done": approach.done,
        "failures": dict(approach.codes),
        "took_s": approach.took_s,
        "evidence": [],
        "since": approach.last_at.isoformat() if approach.last_at is not None else None,
    }


def _gap(gap: Gap) -> dict[str, Any]:
    return {
        "kind": gap.kind,
        "scope": "",
        "basis": "observed",
        "confidence": 1.0,
        "count": gap.count,
        "reason": gap.reason,
        "evidence": [],
        "since": gap.first_at.isoformat(),
    }
