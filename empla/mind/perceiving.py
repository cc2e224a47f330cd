"""Perceive: route a percept or an event to whoever waits for it: its step, its question, else the plans."""

from collections.abc import Callable
from dataclasses import replace

from empla.mind import desiring, forgetting, health, noticing, setting_aside
from empla.mind.answers import answered_question
from empla.mind.beliefs import Belief
from empla.mind.consent import opened_by
from empla.mind.deliberating import Occasion, adopt_for
from empla.mind.ending import cut_off
from empla.mind.goals import GOAL_WORD
from empla.mind.immediate import hold_belief
from empla.mind.intentions import Question, Stage
from empla.mind.percepts import (
    BEGAN,
    INTEGRATION,
    INTENTION_SET_ASIDE,
    INTENTION_WORD,
    MAIL,
    MEMORY_FORGOTTEN,
    OCCURRENCE_MISSED,
    OUTCOME,
    PROFILE,
    TIMER,
    TRIGGER_WORD,
    WAKE,
    Outcome,
    Percept,
    Status,
    is_own,
)
from empla.mind.promising import CLOCK, due
from empla.mind.readings import Mail
from empla.mind.resolving import failed, put, resolve
from empla.mind.revising import forget
from empla.mind.state import Recalled
from empla.mind.steps import Step, Unless, Wait
from empla.mind.thinking import Thinking
from empla.mind.triggers import MISSED, PAUSED


def perceive(t: Thinking, event: Percept) -> None:
    """Route one percept or event."""
    route = _ROUTES.get(event.kind)
    if route is None or (event.kind in _OF_THE_SHELL and not is_own(event)):
        _react(t, event)
    else:
        route(t, event)


def _wake(t: Thinking, event: Percept) -> None:
    intention = t.draft.intention(event.fields["intention"])
    if intention is not None:
        t.make_ready(intention, event.fields.get("waited", 0))


def _profile(t: Thinking, event: Percept) -> None:
    """Take over what the company says of the employee."""
    for name, value in sorted(event.fields.items()):
        for old in t.draft.beliefs.matching("profile", name):
            if old.arguments[1:] != (value,):
                t.raise_all(forget(t.draft, old, "a newer profile", t.library.kinds, t.listens, event.origin))
        hold_belief(t, Belief(functor="profile", arguments=(name, value), origin=event.origin), event.origin)
    t.raise_all(desiring.began(t.draft, t.library, event.key))
    _react(t, event)


def _began(t: Thinking, event: Percept) -> None:
    """Take up what a version of code and role wants that the one before did not."""
    t.raise_all(desiring.began(t.draft, t.library, event.key))
    noticing.began(t)
    _react(t, event)


def _goal_word(t: Thinking, event: Percept) -> None:
    t.raise_all(desiring.said(t.draft, t.library, event))


def _set_aside(t: Thinking, event: Percept) -> None:
    """Let an intention rest that stops the process, and plans hear of it."""
    told = setting_aside.set_aside(t, event)
    if told is not None:
        _react(t, told)


def _integration(t: Thinking, event: Percept) -> None:
    """Believe how an integration stands now, and let plans hear of it."""
    health.note(t, event)
    _react(t, event)


def _missed(t: Thinking, event: Percept) -> None:
    """Hold for a while what was due and did not happen, so that it can be told."""
    why = event.fields["why"]
    if event.fields["count"] > 1:
        why = f"{event.fields['count']} times: {why}"
    arguments = (event.fields["trigger"], event.fields["due"], why)
    hold_belief(t, Belief(functor=MISSED, arguments=arguments, origin=event.origin), event.origin)
    _react(t, event)


def _trigger_word(t: Thinking, event: Percept) -> None:
    """Let a trigger rest, or be due again, as a person says; nothing is made up for."""
    trigger = event.fields["trigger"]
    if event.fields["paused"]:
        hold_belief(t, Belief(functor=PAUSED, arguments=(trigger,), origin=event.origin), event.origin)
    else:
        for old in t.draft.beliefs.matching(PAUSED, trigger):
            by = f"{event.fields['by']} said so"
            t.raise_all(forget(t.draft, old, by, t.library.kinds, t.listens, event.origin))
    _react(t, event)


def _react(t: Thinking, event: Percept) -> None:
    """Give an event to the question that it answers, to the steps that wait for it, or else to plans."""
    if event.kind == MAIL:
        noticing.mail(t, event)
        if _answers(t, event):
            return
    waiting = t.draft.waiting_for(event.kind) if t.draft.awaits(event.kind) else ()
    concerned = [r for r in waiting if _is_what(event, r.step)]
    for record in concerned:
        if isinstance(record.step, Unless):
            t.draft.note(Recalled(action=record.id))
        else:
            resolve(t, record.id, Outcome(status=Status.DONE, value=event))
    if not concerned:
        _adopt(t, event)


def _adopt(t: Thinking, event: Percept) -> None:
    """Adopt a plan for an event; a goal that asked for one and finds none learns so."""
    goal = t.draft.goal(str(event.get("goal"))) if event.kind.startswith("goal:") else None
    if goal is not None and goal.state != "active":  # since the plan was asked for
        t.raise_all(desiring.ended(t.draft, t.library, goal, Outcome(status=Status.CANCELLED)))
        return
    name = goal.id if goal is not None else ""
    found = adopt_for(t, Occasion(kind=event.kind, fields=event.fields, percept=event, goal=name))
    if goal is not None and not found:
        none = failed("no-plan", f"there is no applicable plan for the goal {goal.name}")
        t.raise_all(desiring.ended(t.draft, t.library, goal, none))


def _is_what(event: Percept, step: Step) -> bool:
    """Return whether an event is what a step waits for."""
    return isinstance(step, Wait | Unless) and all(event.get(name) == want for name, want in step.fields.items())


def _answers(t: Thinking, event: Percept) -> bool:
    mail = event.get("mail")
    question = answered_question(t.draft.questions(), mail) if isinstance(mail, Mail) else None
    if question is None or not isinstance(mail, Mail):
        return False
    t.draft.put_question(replace(question, state="answered"))
    _grant(t, question, mail)
    resolve(t, question.id, Outcome(status=Status.DONE, value=mail))
    return True


def _grant(t: Thinking, question: Question, mail: Mail) -> None:
    """Let the manager's answer open the addresses that stood in the question."""
    intention = t.draft.intention(question.id.partition(".")[0])
    if intention is None:
        return
    authority = opened_by(intention.authority, question, mail)
    if authority != intention.authority:
        put(t, replace(intention, authority=authority))


def _outcome(t: Thinking, event: Percept) -> None:
    action, outcome = event.fields["action"], event.fields["outcome"]
    noticing.done(t, outcome)
    record = t.draft.step(action)
    if record is None or record.outcome is not None:
        return  # the intention is over, or this was told before
    question = t.draft.question(action)
    if question is None:
        resolve(t, action, outcome)
    elif outcome.status is Status.DONE:
        sent = outcome.value  # None if a person settled it by hand: then the thread is not known
        message_id, thread = getattr(sent, "message_id", ""), getattr(sent, "thread", "")
        t.draft.put_question(replace(question, message_id=message_id, thread=thread))
    else:
        # It never reached the person: a mail of theirs must not be taken for the answer.
        t.draft.put_question(replace(question, state="withdrawn"))
        resolve(t, action, outcome)


def _time_is_up(t: Thinking, event: Percept) -> None:
    """Wake a step, a promise, a trigger or a goal, or end an intention that has used up its time."""
    waiter: str = event.fields["step"]
    if waiter.startswith(CLOCK):
        due(t, waiter)
        return
    if waiter.startswith(noticing.LOOK):
        noticing.due(t, waiter)
        return
    if t.draft.goal(waiter) is not None:
        t.raise_all(desiring.due(t.draft, t.library, waiter))
        return
    if "." not in waiter:
        intention = t.draft.intention(waiter)
        if intention is not None and intention.stage is not Stage.QUARANTINED:  # else when it is settled
            cut_off(t, intention, failed("over-limit", "it took more time than its plan allows"))
        return
    record = t.draft.step(waiter)
    if record is None or record.outcome is not None:
        return
    question = t.draft.question(waiter)
    if question is not None:
        t.draft.put_question(replace(question, state="expired"))
    resolve(t, waiter, Outcome(status=Status.DONE, value=None))


_OF_THE_SHELL: dict[str, Callable[[Thinking, Percept], None]] = {
    BEGAN: _began,
    GOAL_WORD: _goal_word,
    INTENTION_SET_ASIDE: _set_aside,
    INTENTION_WORD: setting_aside.settle,
    INTEGRATION: _integration,
    MEMORY_FORGOTTEN: forgetting.let_go,
    OCCURRENCE_MISSED: _missed,
    TRIGGER_WORD: _trigger_word,
}
"""What only our own code and the company may say; from elsewhere it is an event like others."""
_ROUTES: dict[str, Callable[[Thinking, Percept], None]] = {
    OUTCOME: _outcome,
    TIMER: _time_is_up,
    WAKE: _wake,
    PROFILE: _profile,
    **_OF_THE_SHELL,
}
