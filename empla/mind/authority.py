"""On whose word an intention acts, and what it has read (laws 5 and 7, contracts 5 to 7)."""

from collections.abc import Mapping
from dataclasses import fields as fields_of
from dataclasses import is_dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Any

from empla.mind.beliefs import BeliefBase
from empla.mind.grants import GRANTED
from empla.mind.intentions import Authority, Intention
from empla.mind.percepts import Percept
from empla.mind.persona import MAY_RISK
from empla.mind.preferences import CORRECTION, PREFERENCE
from empla.mind.readings import Mail
from empla.mind.rules import RULE
from empla.mind.steps import Scope
from empla.mind.values import Origin, Source

GUARDED = frozenset({RULE, GRANTED, MAY_RISK, PREFERENCE, CORRECTION, "profile"})
"""Functors by which the gate decides, what may be risked, how things are to be done, and who the employee is and works
for: only who acts on the manager's or the company's word may hold or withdraw them. So what stands there is that word,
whatever else an intention may have read."""

_TRUST = {source: place for place, source in enumerate(Source)}
_PRINCIPALS = {Source.OWN: "company", Source.POLICY: "company", Source.MANAGER: "manager"}
_SOURCES = {"company": Source.OWN, "manager": Source.MANAGER, "": Source.PERCEPT}


def raised_by(intention: Intention, kind: str, fields: Mapping[str, Any]) -> Percept:
    """Return the event that an intention raises; it has no more authority than the intention itself."""
    return Percept(key=intention.percept, kind=kind, fields=fields, origin=word_of(intention))


def word_of(intention: Intention) -> Origin:
    """Return on whose word an intention acts, as the origin of what it changes and raises."""
    return Origin(_SOURCES[intention.authority.principal], intention.percept)


def authority_of(event: Percept, beliefs: BeliefBase) -> Authority:
    """Return the authority of an intention that begins with `event`.

    Only the identity that the receiving server vouches for makes a mail the manager's (contract 6). What our own
    company code raises without a mail (hiring, triggers) carries the company's; and the words of a task, which look
    like a mail, carry what whoever raises them has.
    """
    mail = event.get("mail")
    if isinstance(mail, Mail) and mail.inbox_of is not None:
        return Authority(principal="", percept=event.key)  # written to somebody else: nobody's order
    if not isinstance(mail, Mail) or mail.task:
        return Authority(principal=_PRINCIPALS.get(event.origin.source, ""), percept=event.key)
    return Authority(principal="manager" if vouched_by(mail, managers(beliefs)) else "", percept=event.key)


def managers(beliefs: BeliefBase) -> frozenset[str]:
    """Return the address of whom the employee works for."""
    return frozenset(belief.arguments[1].value for belief in beliefs.matching("profile", "manager"))


def vouched_by(mail: Mail, people: frozenset[str]) -> bool:
    """Return whether the server vouches that a mail is from one of these."""
    return mail.authenticated is not None and mail.authenticated.value in people


def may_hold(authority: Authority, functor: str) -> bool:
    """Return whether an intention with this authority may change the beliefs of a functor."""
    return functor not in GUARDED or bool(authority.principal)


def widened(authority: Authority, scope: Scope) -> Authority:
    """Return the authority with the people and times that the request covers."""
    return replace(authority, people=tuple(scope.people), start=scope.start, end=scope.end)


def label_of(intention: Intention) -> Origin:
    """Return the origin of what an intention concludes: no better than the least trusted thing it has read."""
    worst = max((Source(name) for name in intention.reads), key=_TRUST.__getitem__, default=Source.OWN)
    return Origin(worst, intention.percept)


def sources_of(value: Any) -> tuple[str, ...]:
    """Return every kind of source that a value carries, sorted: the label of what was read."""
    found: set[str] = set()
    _collect(value, found)
    return tuple(sorted(found)) if found else ()


_NO_ORIGIN = frozenset({type(None), bool, int, float, str, datetime, date, time, timedelta})


def _collect(value: Any, found: set[str]) -> None:
    kind = type(value)
    if kind in _NO_ORIGIN:
        return
    if kind is Origin:
        found.add(value.source.value)
    elif isinstance(value, tuple | list):
        for part in value:
            _collect(part, found)
    elif isinstance(value, Mapping):
        for part in value.values():
            _collect(part, found)
    else:
        for name in _names_in(value.__class__):
            _collect(getattr(value, name), found)


@cache
def _names_in(kind: type) -> tuple[str, ...]:
    """Return the names of a dataclass's fields; none of any other type."""
    return tuple(f.name for f in fields_of(kind)) if is_dataclass(kind) else ()
