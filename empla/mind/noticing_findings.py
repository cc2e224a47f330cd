"""What lies ahead: the opportunities, problems and risks that the detectors find, held as beliefs while they are there.

    finding(kind, id, what, weight, since)     what was found: its kind, and in words; `id` is DETECTOR:SUBJECT
    unweighed(id, goal, subject)               that nobody has judged it yet, and the aim that would see to it
    weighed(id)                                that it was judged; for a week, so that what comes and goes is told once
    remark(id, what)                           that it is worth telling: whoever briefs the manager names it, once
    next-reflection(last, at)                  when all was looked at last, and will be again; None if nothing changes

It is looked at once what a detector reads has changed, a minute later (so that what belongs together has come), and not
again for five minutes; and at the instants from which something will count. Nobody looks while nothing changes.

The standing goal `look-ahead` is missed while a finding is unweighed; the plan that weighs them is in
`empla.capabilities.initiative`.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from empla.errors import ValidationError
from empla.mind.beliefs import ANY, Belief
from empla.mind.bodies import said
from empla.mind.goals import Aim
from empla.mind.kinds import BeliefKind, Category
from empla.mind.limits import LOOK_AHEAD
from empla.mind.noticing_detectors import Detector, Spotted
from empla.mind.noticing_looks import Eyes
from empla.mind.revising import believe, forget
from empla.mind.state import Due
from empla.mind.terms import lit, no, query
from empla.mind.thinking import Thinking
from empla.mind.values import OWN, Origin

FINDING = "finding"
UNWEIGHED = "unweighed"
WEIGHED = "weighed"
REMARK = "remark"
NEXT_REFLECTION = "next-reflection"
AHEAD = "n:*"
"""The timer of the next look; no trigger is called so."""
SETTLES = timedelta(minutes=1)
"""How long after a change it is looked at."""
RESTS = timedelta(minutes=5)
"""How long nothing is looked at again."""
MOST_FOUND = 20
"""How many findings of one detector are held; those that weigh most."""
FOUND_FOR = timedelta(days=30)
"""How long a finding is held; one that is still there then is a new one."""
REMEMBERED = timedelta(days=7)
"""How long it is remembered that a finding was weighed, and how long a remark waits to be told."""

AIM = Aim(
    name=LOOK_AHEAD,
    kind="maintain",
    horizon="tactical",
    holds=query(no(lit(UNWEIGHED, ANY, ANY, ANY))),
    importance=0.3,
)
"""That no opportunity, problem or risk is overlooked."""

KINDS = (
    BeliefKind(functor=FINDING, category=Category.DOMAIN, says="an opportunity, a problem or a risk that it has found"),
    BeliefKind(functor=UNWEIGHED, category=Category.SELF, says="a finding that it has not judged yet"),
    BeliefKind(functor=WEIGHED, category=Category.SELF, lasts=REMEMBERED, says="a finding that it has judged"),
    BeliefKind(functor=REMARK, category=Category.SELF, lasts=REMEMBERED, says="what the next brief is to name"),
    BeliefKind(functor=NEXT_REFLECTION, category=Category.TIME, says="when it looks ahead again"),
)


# when ----------------------------------------------------------------------------------------------------------------


def ahead(t: Thinking, touched: Mapping[str, None]) -> None:
    """Have what lies ahead looked at soon, if a detector reads one of these functors."""
    read = t.noticing.ahead
    if any(functor in read for functor in touched):
        look_soon(t)


def stir(t: Thinking) -> None:
    """Have what lies ahead looked at soon, if there is anything to look at: a version of the role begins."""
    noticing = t.noticing
    known = any(t.draft.beliefs.matching(functor) for functor in sorted(noticing.ahead))
    if known or t.draft.beliefs.matching(FINDING):
        look_soon(t)


def look_soon(t: Thinking) -> None:
    """Have what lies ahead looked at in a minute, or when five are over since it was last."""
    last, planned = _reflection(t)
    soon = t.draft.at + SETTLES
    if last is not None:
        soon = max(soon, last + RESTS)
    if planned is None or planned > soon or is_lost(planned, t.draft.at):
        _plan(t, last, soon)


def is_lost(planned: datetime, at: datetime) -> bool:
    """Return whether a look was planned for an instant so long past that its timer comes no more: it was set aside, or
    the clock was put back over it. One that has just passed has its timer under way.
    """
    return at - planned > RESTS


def look_ahead(t: Thinking) -> None:
    """Look, if it is time, and hold what is found; a timer that another took the place of does nothing."""
    _, planned = _reflection(t)
    if planned is None or planned > t.draft.at:
        return
    coming: list[datetime] = []
    for detector in t.library.detectors.values():
        coming += _look(t, detector)
    for belief in t.draft.beliefs.matching(FINDING):
        if belief.arguments[1].partition(":")[0] not in t.library.detectors:
            _over(t, belief)
    again = min(coming, default=None)
    _plan(t, t.draft.at, None if again is None else max(again, t.draft.at + RESTS))


def _reflection(t: Thinking) -> tuple[datetime | None, datetime | None]:
    held = t.draft.beliefs.matching(NEXT_REFLECTION)
    return held[-1].arguments if held else (None, None)


def _plan(t: Thinking, last: datetime | None, at: datetime | None) -> None:
    for old in t.draft.beliefs.matching(NEXT_REFLECTION):
        _forget(t, old, "it looks ahead at another time")
    until = t.draft.at + RESTS if at is None else None  # without a plan only its rest is to be remembered
    _hold(t, Belief(functor=NEXT_REFLECTION, arguments=(last, at), observed_at=t.draft.at, valid_until=until))
    if at is not None:
        t.draft.note(Due(step=AHEAD, at=at))


# what ----------------------------------------------------------------------------------------------------------------


def _look(t: Thinking, detector: Detector) -> list[datetime]:
    """Hold what a detector finds now, and let go what it does not find any more; return when more will count."""
    eyes = Eyes(t.draft.beliefs, t.library.rules, t.draft.at, tuple(t.draft.goals()) if detector.goals else ())
    try:
        found = detector.found(eyes)
    except ValidationError as error:
        t.note("", f"the detector {detector.name} cannot be asked: {error.sentence}")
        return []
    except Exception as error:  # its author's own function
        t.note("", f"the detector {detector.name} raised {type(error).__name__}: {said(error)}")
        return []
    now = [s for s in found if s.since is None or s.since <= t.draft.at]
    now.sort(key=lambda s: (-_weight(detector, s), s.subject))
    _held(t, detector, now[:MOST_FOUND], eyes.origin(t.percept))
    return [s.since for s in found if s.since is not None and s.since > t.draft.at]


def _held(t: Thinking, detector: Detector, found: list[Spotted], origin: Origin) -> None:
    names = {f"{detector.name}:{s.subject}": s for s in found}
    held = {b.arguments[1]: b for b in t.draft.beliefs.matching(FINDING, detector.kind)}
    for name, belief in held.items():
        if name.partition(":")[0] == detector.name and name not in names:
            _over(t, belief)
    for name, spotted in names.items():
        _find(t, detector, name, spotted, held.get(name), origin)


def _find(t: Thinking, detector: Detector, name: str, spotted: Spotted, known: Belief | None, origin: Origin) -> None:
    """Hold one finding; one that is known keeps since when it is there, and is not weighed again."""
    at = t.draft.at
    what, weight = detector.worded(spotted), _weight(detector, spotted)
    since: datetime = known.arguments[4] if known is not None else at
    until = since + FOUND_FOR if spotted.until is None else min(since + FOUND_FOR, spotted.until)
    arguments = (detector.kind, name, what, weight, since)
    if until <= at or (known is not None and (known.arguments, known.valid_until) == (arguments, until)):
        return
    remarks = t.draft.beliefs.matching(REMARK, name) if known is not None else []
    if known is not None:
        _forget(t, known, "it is otherwise now")
    found = Belief(functor=FINDING, arguments=arguments, origin=origin, observed_at=at, valid_until=until)
    _hold(t, found)
    for remark in remarks:  # it fell with the finding that it rested on
        _hold(t, replace(remark, arguments=(name, what), supporters=(found.proposition,)))
    if known is None and not t.draft.beliefs.matching(WEIGHED, name, at=at):
        unweighed = (name, detector.goal, spotted.subject)
        _hold(t, Belief(functor=UNWEIGHED, arguments=unweighed, origin=origin, observed_at=at, valid_until=until))


def _over(t: Thinking, finding: Belief) -> None:
    """Let a finding go that is there no longer; one that nobody was told of yet is weighed anew if it comes back."""
    name = finding.arguments[1]
    gone = t.draft.beliefs.matching(UNWEIGHED, name)
    if t.draft.beliefs.matching(REMARK, name):
        gone += t.draft.beliefs.matching(WEIGHED, name)
    for belief in (finding, *gone):
        _forget(t, belief, "it is there no longer")


def _weight(detector: Detector, spotted: Spotted) -> float:
    weight = detector.weight if spotted.weight is None else spotted.weight
    return round(min(1.0, max(0.0, weight)), 2)


def _hold(t: Thinking, belief: Belief) -> None:
    t.raise_all(believe(t.draft, belief, t.library.kinds, t.listens, belief.origin))


def _forget(t: Thinking, belief: Belief, reason: str) -> None:
    t.raise_all(forget(t.draft, belief, reason, t.library.kinds, t.listens, OWN))
