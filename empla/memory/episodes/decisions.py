"""What was decided and what came of it, as episodes: intentions that are over, goals, approvals, tasks and promises."""

from collections.abc import Iterator
from datetime import datetime

from empla.capabilities.tasks.doing import REMEMBERED
from empla.memory.episodes.past import Past, label, line, mail_behind, moment, of_mail, people, plain
from empla.memory.model import Episode, EpisodeKind, Importance
from empla.mind.beliefs import Belief
from empla.mind.commitments import COMMITMENT, PROMISES, Commitment, Standing
from empla.mind.goals import Goal
from empla.mind.intentions import Intention, Stage
from empla.mind.state import Decided
from empla.mind.tasks import TASK, Task, TaskState

_NOT_APPLICABLE = ": its condition does not hold"
_TOLD = frozenset({TASK, *PROMISES})
_TASKS = {
    TaskState.ACCEPTED: "Was given a task",
    TaskState.COMPLETED: "Did a task",
    TaskState.FAILED: "Could not do a task",
    TaskState.ESCALATED: "Put a task to the manager",
    TaskState.RELEASED: "Was let off a task",
}


# intentions -----------------------------------------------------------------------------------------------------------


def ended(intention: Intention, past: Past, at: datetime) -> Episode | None:
    """Return the episode of an intention that is over; None for what keeps house, or came to nothing at once."""
    if intention.parent or _is_trivial(intention, past):
        return None
    goal = past.goal(intention.goal) or intention.plan.replace("-", " ")
    mail = mail_behind(intention)
    result = intention.result
    why = (result.sentence or result.code) if result is not None else ""
    said = f", asked for by {mail.sender} in “{mail.subject}”" if mail is not None and mail.sender is not None else ""
    outcome = line(": ".join(part for part in (intention.stage.value, why) if part))
    return Episode(
        key=f"decision:{intention.id}",
        kind=EpisodeKind.DECISION,
        at=intention.ended_at or at,
        text=plain(f"{goal[:1].upper()}{goal[1:]}{said}: {outcome}"),
        thread=mail.thread if mail is not None else "",
        author=past.own,
        people=people(past.own, of_mail(mail) if mail is not None else (), intention.authority.people),
        subject=line(goal),
        outcome=outcome,
        rationale=_rationale(intention),
        importance=Importance.HIGH if intention.stage is Stage.FAILED else Importance.MEDIUM,
        source=label(intention),
        percept=intention.percept,
        intention=intention.id,
    )


def _is_trivial(intention: Intention, past: Past) -> bool:
    if intention.stage is Stage.FAILED:
        return False
    if past.is_quiet(intention.plan, intention.version):
        return True
    # What ends in the cycle in which it began has done nothing in the world.
    return intention.ended_at == intention.adopted_at and intention.authority.principal != "manager"


def _rationale(intention: Intention) -> str:
    """Return why it was done so, and not otherwise."""
    said = f" on the word of the {intention.authority.principal}" if intention.authority.principal else ""
    others = [why for why in intention.passed_over if not why.endswith(_NOT_APPLICABLE)]
    parts = [f"by the plan {intention.plan}{said}"]
    if intention.reasons:
        parts.append(f"chosen for {', '.join(intention.reasons)}")
    if failed := [plan for plan in intention.tried if plan != intention.plan]:
        parts.append(f"after {', '.join(failed)} had failed")
    if others:
        parts.append(f"not {', not '.join(others)}")
    if beside := len(intention.passed_over) - len(others):
        parts.append(f"{beside} other plans did not apply")
    return line("; ".join(parts))


# goals and approvals --------------------------------------------------------------------------------------------------


def aimed(goal: Goal, past: Past, at: datetime) -> Episode | None:
    """Return the episode of a goal that was reached or given up; None for what one plan does by itself."""
    if goal.aim is None:
        return None
    mattered = goal.horizon in ("tactical", "strategic")
    return Episode(
        key=f"goal:{goal.id}:{goal.state}",
        kind=EpisodeKind.DECISION,
        at=at,
        text=plain(f"The goal “{goal.name}” is {goal.state}: {goal.reason}"),
        author=past.own,
        people=people(past.own),
        subject=line(goal.name),
        outcome=goal.state,
        rationale=line(goal.reason),
        importance=Importance.HIGH if mattered else Importance.MEDIUM,
        source=goal.origin.source,
        percept=goal.percept,
    )


def decided(word: Decided, past: Past, at: datetime) -> Episode:
    """Return the episode of a person's word on an act that awaited approval."""
    act = past.act(word.action)
    target = act.target if act is not None else {}
    record = past.step(word.action)
    about = str(target.get("subject") or target.get("title") or "")
    what = record.fingerprint.partition(":")[2] if record is not None else word.action
    to = people(target.get("recipients"), target.get("owner"))
    outcome = "approved" if word.approved else "refused"
    text = f"{word.by} {outcome} {what}" + (f" “{about}”" if about else "") + (f" to {', '.join(to)}" if to else "")
    return Episode(
        key=f"decided:{word.action}",
        kind=EpisodeKind.DECISION,
        at=at,
        text=plain(text),
        thread=str(target.get("thread", "")),
        author=word.by.lower(),
        people=people(word.by, past.own, to),
        subject=line(about),
        outcome=outcome,
        importance=Importance.HIGH,
        intention=word.action.partition(".")[0],
        action=word.action,
    )


# tasks and promises ---------------------------------------------------------------------------------------------------


def held(belief: Belief, past: Past, at: datetime) -> Iterator[Episode]:
    """Yield the episodes of what was told, of a task or a promise that came to stand otherwise; none for others."""
    if belief.functor == REMEMBERED and len(belief.arguments) == 4:
        yield _told(belief, past)
    if belief.functor not in _TOLD or len(belief.arguments) != 2:
        return
    name, what = belief.arguments
    if isinstance(what, Task):
        if what.state in _TASKS:
            yield _task(what, belief, past, at)
    elif isinstance(what, Commitment):
        yield _promise(str(name), what, belief, past, at)
        if what.open and what.late_at is not None:
            yield _late(str(name), what, belief, past)


def _told(belief: Belief, past: Past) -> Episode:
    """Return the episode of what somebody told it to remember."""
    name, text, by, at = belief.arguments
    return Episode(
        key=f"told:{name}",
        kind=EpisodeKind.TOLD,
        at=at,
        text=plain(str(text)),
        author=str(by).lower(),
        people=people(str(by), past.own),
        importance=Importance.HIGH,
        source=belief.origin.source,
        percept=belief.origin.ref,
    )


def _task(task: Task, belief: Belief, past: Past, at: datetime) -> Episode:
    result = f"\n{task.result}" if task.result else ""
    due = f", by {moment(task.due, past.zone)}" if task.due is not None else ""
    return Episode(
        key=f"task:{task.id}:{task.state.value}",
        kind=EpisodeKind.TASK,
        at=at,
        text=plain(f"{_TASKS[task.state]}: {task.text}{due}{result}"),
        thread=task.thread,
        author=task.creditor.value.lower() if task.state is TaskState.ACCEPTED else past.own,
        people=people(task.creditor, past.own),
        subject=line(task.text),
        outcome=task.state.value,
        rationale=line(task.history[-1].note if task.history else task.understood),
        importance=Importance.HIGH,
        source=belief.origin.source,
        percept=belief.origin.ref,
    )


def _promise(name: str, made: Commitment, belief: Belief, past: Past, at: datetime) -> Episode:
    own = belief.functor == COMMITMENT
    due = f", by {moment(made.due, past.zone)}" if made.due is not None else ""
    begun = f"Promised {made.creditor}" if own else f"Expects of {made.debtor}"
    text = f"{begun}: {made.content}{due}"
    state = made.standing.value
    if made.standing is not Standing.OPEN:
        text += f". It is {state}: {made.ended}" if made.ended else f". It is {state}"
    # One that is open comes to be held again for each small thing that is noted of it; another date is a new promise.
    told = f"{state}:{made.due.isoformat() if made.due is not None else ''}" if made.open else state
    return _of_promise(f"{belief.functor}:{name}:{told}", made, belief, past, at, text=text, outcome=state)


def _late(name: str, made: Commitment, belief: Belief, past: Past) -> Episode:
    assert made.late_at is not None
    text = f"{'' if belief.functor == COMMITMENT else f'{made.debtor} is '}late: {made.content}, for {made.creditor}"
    key = f"{belief.functor}:{name}:late:{made.due.isoformat() if made.due is not None else ''}"
    return _of_promise(key, made, belief, past, made.late_at, text=text, outcome="late")


def _of_promise(
    key: str, made: Commitment, belief: Belief, past: Past, at: datetime, *, text: str, outcome: str
) -> Episode:
    mail = mail_behind(past.intention(made.carrier)) if made.carrier and not made.thread else None
    return Episode(
        key=key,
        kind=EpisodeKind.DECISION,
        at=at,
        text=plain(text),
        thread=mail.thread if mail is not None else made.thread,
        author=past.own,
        people=people(past.own, made.debtor, made.creditor),
        subject=line(made.content),
        outcome=outcome,
        rationale=line(made.ended),
        importance=Importance.HIGH,
        source=belief.origin.source,
        percept=belief.origin.ref,
    )
