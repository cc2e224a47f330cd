"""Notice: what the mind sees by itself in what it believes, and tells as an occurrence.

    look       beliefs have changed: the triggers that read them look again, and no other
    due        an instant that a trigger has named has come
    mail       a mail came: whether an answer is owed
    done       an act is done: whether it was an answer that was owed
    at_rest    the cycle comes to rest: goals that have changed are looked at, and who was held back may go on
    began      a version of code and role begins: every trigger looks once

What holds is kept as `noticed(trigger, subject, phase, since, value)`: while it does, nothing more is told of it, and
when it is over it may come again. What will hold at an instant is a row of the timers, named by `next-look(trigger,
at)`. So a trigger over what does not change costs nothing, and nobody asks again and again.

An occurrence that was seen in beliefs acts on nobody's word, for whoever came to hold them may have been anybody, and
carries the label of the least trusted of them (law 5); one of a goal acts on the word of whoever wanted that.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from empla.errors import ValidationError
from empla.mind.beliefs import ANY, Belief
from empla.mind.bodies import said
from empla.mind.goals import Goal
from empla.mind.kinds import BeliefKind, Category
from empla.mind.limits import LOOK_AHEAD, admit
from empla.mind.noticing_findings import AHEAD, ahead, is_lost, look_ahead, look_soon, stir
from empla.mind.noticing_looks import LOOKS, SERIES, Eyes, Owed, Sighting, due_within, look_at_goal
from empla.mind.noticing_triggers import OWED, Anomaly, Answer, Appears, AtRisk, Milestone, OfGoals, Sensed, Trend
from empla.mind.percepts import OCCURRENCE, Outcome, Percept, Status
from empla.mind.readings import Mail
from empla.mind.revising import believe, forget
from empla.mind.state import Due, Occurred
from empla.mind.thinking import Thinking
from empla.mind.values import OWN, Address, Origin, Source

NOTICED = "noticed"
"""Functor of what triggers have seen and still see: (trigger, subject, phase, since, value)."""
NEXT_LOOK = "next-look"
"""Functor of when a trigger looks by itself: (trigger, at)."""
LOOK = "n:"
"""What the timer of a trigger begins with; its name follows."""
STILL_OWED = timedelta(days=7)
"""How long after it was due an answer is still owed."""
SERIES_KEPT = timedelta(days=90)
"""How long the values of a number are kept after the last, where the trigger's window is not longer."""
KINDS = (
    BeliefKind(functor=NOTICED, category=Category.SELF, says="what one of its triggers has seen, and still sees"),
    BeliefKind(functor=NEXT_LOOK, category=Category.TIME, says="when one of its triggers looks again by itself"),
    BeliefKind(functor=SERIES, category=Category.DOMAIN, says="the values of a number that a trigger watches"),
    BeliefKind(functor=OWED, category=Category.COLLEAGUES, says="an answer that it owes somebody, and until when"),
)


# beliefs -------------------------------------------------------------------------------------------------------------


def look(t: Thinking, touched: Mapping[str, None]) -> None:
    """Have the triggers look that read any of these functors, and note if what lies ahead may have changed."""
    reading = t.noticing.by_functor
    for trigger in dict.fromkeys(trigger for functor in touched for trigger in reading.get(functor, ())):
        if isinstance(trigger, Appears):
            _has_appeared(t, trigger)
        else:
            _see(t, trigger)
    ahead(t, touched)


def due(t: Thinking, name: str) -> None:
    """Have a trigger look whose instant has come; a timer that another took the place of does nothing."""
    if name == AHEAD:
        look_ahead(t)
        return
    named = name.removeprefix(LOOK)
    trigger = t.library.triggers.get(named)
    held = t.draft.beliefs.matching(NEXT_LOOK, named)
    if isinstance(trigger, Sensed) and held and held[-1].arguments[1] <= t.draft.at:
        _forget(t, held[-1], "it looks now")
        _see(t, trigger)


def _see(t: Thinking, trigger: Sensed) -> None:
    """Look at what a trigger is about: tell what has come to hold, and let go what holds no longer."""
    eyes = Eyes(t.draft.beliefs, t.library.rules, t.draft.at)
    try:
        found = LOOKS[type(trigger)](eyes, trigger)
    except ValidationError as error:
        t.note("", f"the trigger {trigger.name} cannot be asked: {error.sentence}")
        return
    except Exception as error:  # its author's own function
        t.note("", f"the trigger {trigger.name} raised {type(error).__name__}: {said(error)}")
        return
    origin = eyes.origin(t.percept)
    for subject, series in eyes.kept.items():
        _keep_series(t, trigger, (trigger.name, subject, series), origin)
    _weigh(t, trigger, found, origin)


def _keep_series(t: Thinking, trigger: Sensed, arguments: tuple[Any, ...], origin: Origin) -> None:
    window = trigger.window if isinstance(trigger, Anomaly | Trend) else None
    for old in t.draft.beliefs.matching(SERIES, *arguments[:2]):
        _forget(t, old, "another value came")
    _hold(t, SERIES, arguments, origin, max(window or SERIES_KEPT, SERIES_KEPT))


def _weigh(t: Thinking, trigger: Sensed, found: list[Sighting], origin: Origin) -> None:
    at = t.draft.at
    now = {s.key: s for s in found if s.since is None or s.since <= at}
    held = {b.arguments[1:3]: b for b in t.draft.beliefs.matching(NOTICED, trigger.name)}
    for key, belief in held.items():
        if key not in now:
            _forget(t, belief, "it is so no longer")
    for key, sighting in now.items():
        if key not in held and not sighting.wavers:
            _hold(t, NOTICED, (trigger.name, *key, at, sighting.value), origin)
            _tell(t, trigger, sighting, origin, _nobody(t))
    _look_again(t, trigger, [s for s in found if s.since is not None and s.since > at])


def _look_again(t: Thinking, trigger: Sensed, coming: list[Sighting]) -> None:
    """Have a trigger look by itself at the first instant from which something more will hold.

    A look that is planned for an earlier instant stays, if it can still come: it plans the next one.
    """
    at = min((s.since for s in coming if s.since is not None), default=None)
    held = t.draft.beliefs.matching(NEXT_LOOK, trigger.name)
    planned = held[-1].arguments[1] if held else None
    if at is None or (planned is not None and planned <= at and not is_lost(planned, t.draft.at)):
        return
    for old in held:
        _forget(t, old, "it looks earlier")
    _hold(t, NEXT_LOOK, (trigger.name, at), OWN)
    t.draft.note(Due(step=f"{LOOK}{trigger.name}", at=at))


def _has_appeared(t: Thinking, trigger: Appears) -> None:
    """Tell of each belief that has come to be held in this cycle and fits."""
    for belief in t.draft.came(trigger.functor):
        fits = len(belief.arguments) >= len(trigger.pattern) and all(
            want is ANY or want == have for want, have in zip(trigger.pattern, belief.arguments, strict=False)
        )
        if fits and (trigger.name, belief.id) not in t.told:
            t.told.add((trigger.name, belief.id))
            sighting = Sighting(subject=belief.id, value=belief.arguments)
            _tell(t, trigger, sighting, belief.origin, _nobody(t))


# answers that are owed -----------------------------------------------------------------------------------------------


def mail(t: Thinking, event: Percept) -> None:
    """Note that an answer to a mail is owed, where a trigger says so."""
    answers = t.noticing.answers
    if not answers:
        return
    came = event.get("mail")
    if not isinstance(came, Mail) or came.sender is None or came.inbox_of is not None or came.automatic:
        return
    for trigger in answers:
        if not t.draft.beliefs.matching(OWED, trigger.name, came.key) and _expects(t, trigger, came):
            _owe(t, trigger, came, event.origin)


def _expects(t: Thinking, trigger: Answer, came: Mail) -> bool:
    try:
        return trigger.expects(came)
    except Exception as error:  # its author's own function
        t.note(came.key, f"the trigger {trigger.name} raised {type(error).__name__}: {said(error)}")
        return False


def _owe(t: Thinking, trigger: Answer, came: Mail, origin: Origin) -> None:
    zones = t.draft.beliefs.matching("profile", "zone")
    zone = str(zones[-1].arguments[1]) if zones else "UTC"
    due_at = due_within(t.draft.at, trigger.within, trigger.hours, zone)
    assert came.sender is not None
    owed = Owed(
        to=came.sender,
        subject=came.subject,
        thread=came.thread,
        mail=came.message_id,
        since=t.draft.at,
        due=due_at,
    )
    _hold(t, OWED, (trigger.name, came.key, owed), origin, due_at - t.draft.at + STILL_OWED)


def done(t: Thinking, outcome: Outcome) -> None:
    """Let go the answers that an act has given: a mail to whoever waits for it, in that thread."""
    if not t.noticing.answers or outcome.status is not Status.DONE:
        return
    recipients = getattr(outcome.value, "recipients", ())
    thread = getattr(outcome.value, "thread", "")
    if not recipients or not thread:
        return
    reached = {r.value if isinstance(r, Address) else r for r in recipients}
    for belief in t.draft.beliefs.matching(OWED):
        owed: Owed = belief.arguments[2]
        if owed.thread == thread and owed.to.value in reached:
            _forget(t, belief, "it was answered")


# goals, and what lies ahead ------------------------------------------------------------------------------------------


def at_rest(t: Thinking) -> bool:
    """Look at what is looked at once nothing else is left to do; return whether that leaves something to do."""
    if t.draft.initiative_moved:
        admit(t)
        t.draft.initiative_moved = False
    noticing = t.noticing
    if noticing.goals:
        for goal in t.draft.changed_goals():
            _see_goal(t, goal)
        judged = {g.id for g in t.draft.changed_goals() if g.aim is not None and g.name != LOOK_AHEAD}
        new = {(name,) for name in judged} - t.told
        if noticing.ahead_of_goals and new:
            t.told |= new
            look_soon(t)
    return not t.is_quiet


def _see_goal(t: Thinking, goal: Goal) -> None:
    for trigger in t.noticing.of_goals:
        if not isinstance(trigger, Milestone | AtRisk):
            continue
        sighting = look_at_goal(trigger, goal)
        held = {b.arguments[2]: b for b in t.draft.beliefs.matching(NOTICED, trigger.name, goal.id)}
        for phase, belief in held.items():
            if sighting is None or sighting.phase != phase or goal.over:
                _forget(t, belief, "it is so no longer")
        told = (trigger.name, goal.id, sighting.phase) if sighting is not None else ()
        if sighting is None or told in t.told:
            continue
        t.told.add(told)
        if sighting.phase in held:
            continue
        origin = Origin(goal.origin.source, t.percept)
        if not goal.over:
            _hold(t, NOTICED, (trigger.name, goal.id, sighting.phase, t.draft.at, sighting.value), origin)
        _tell(t, trigger, sighting, origin, origin)


# beginning -----------------------------------------------------------------------------------------------------------


def began(t: Thinking) -> None:
    """Let go what triggers that are there no longer have seen, and have the others look."""
    triggers = t.library.triggers
    for functor in (NOTICED, NEXT_LOOK, SERIES, OWED):
        for belief in t.draft.beliefs.matching(functor):
            if not isinstance(triggers.get(belief.arguments[0]), Sensed):
                _forget(t, belief, "the role has no such trigger any more")
    for trigger in triggers.values():
        if isinstance(trigger, Sensed) and not isinstance(trigger, Appears | OfGoals):
            _see(t, trigger)
    stir(t)


# telling -------------------------------------------------------------------------------------------------------------


def _nobody(t: Thinking) -> Origin:
    """Return the word of nobody, because of what is handled now."""
    return Origin(Source.PERCEPT, t.percept)


def _tell(t: Thinking, trigger: Sensed, sighting: Sighting, seen: Origin, word: Origin) -> None:
    """Record an occurrence, and tell whoever listens: on whose word, and with the label of what was seen."""
    at = t.draft.at
    t.draft.note(
        Occurred(trigger=trigger.name, subject=sighting.subject, phase=sighting.phase, at=at, percept=t.percept)
    )
    if not t.listens(OCCURRENCE):
        return
    fields = {
        "trigger": trigger.name,
        "due": at,
        "zone": "UTC",
        "late_s": 0.0,
        "missed": (),
        "more": 0,
        "subject": sighting.subject,
        "phase": sighting.phase,
        "value": sighting.value,
        "expected": sighting.expected,
        "seen": seen,
    }
    t.raise_all([Percept(key=t.percept, kind=OCCURRENCE, fields=fields, origin=word)])


def _hold(
    t: Thinking, functor: str, arguments: tuple[Any, ...], origin: Origin, lasts: timedelta | None = None
) -> None:
    at = t.draft.at
    until = at + lasts if lasts is not None else None
    belief = Belief(functor=functor, arguments=arguments, origin=origin, observed_at=at, valid_until=until)
    t.raise_all(believe(t.draft, belief, t.library.kinds, t.listens, origin))


def _forget(t: Thinking, belief: Belief, reason: str) -> None:
    t.raise_all(forget(t.draft, belief, reason, t.library.kinds, t.listens, OWN))
