"""The built-in plans for the kinds of task; a role's or a plug-in's go before them."""

from collections.abc import Generator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from empla.capabilities.email.reading.intents import Intent
from empla.capabilities.email.reading.newtext import new_text
from empla.capabilities.email.results import Sent
from empla.capabilities.email.steps import send
from empla.capabilities.tasks import understanding
from empla.capabilities.tasks.telling import Me, Steps, command_of, moment, myself, paragraphs, short
from empla.mind.answers import WORDS
from empla.mind.beliefs import BeliefBase
from empla.mind.codec import registered
from empla.mind.commitments import COMMITMENT, Commitment, Standing
from empla.mind.kinds import BeliefKind, Category
from empla.mind.percepts import Outcome, Status
from empla.mind.plans import PlanLibrary, Trigger, goal
from empla.mind.readings import Mail
from empla.mind.steps import ActionFailed, Ask, Believe, Handle, Now, Step, query
from empla.mind.tasks import Task

library = PlanLibrary()

REMEMBERED = "remembered"
"""Functor of what the employee was told to remember: (id of the task, text, who said so, when)."""
DECISION = "decision"
"""Functor of what was decided: (id of the task, the question, the decision, by whom, when)."""
library.declare(
    # Without an end: who has something remembered, or decided, may ask for it years later.
    BeliefKind(functor=REMEMBERED, category=Category.DOMAIN, says="what it was told to remember"),
    BeliefKind(functor=DECISION, category=Category.DOMAIN, says="what was decided when it had a task decided"),
)
PATIENCE = timedelta(days=3)
"""How long a question about a task stays open, if the task is not due before."""
BUILT_IN = -10
"""Rank of the plans here."""
_MOST_RECALLED = 20


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class TaskResult:
    """What came of a task: in a sentence, and what shows it (a Message-ID, the UID of an event) if something does."""

    sentence: str
    evidence: str = ""


def failed(code: str, sentence: str) -> ActionFailed:
    """Return what a plan raises to end without success."""
    return ActionFailed(Outcome(status=Status.FAILED, code=code, sentence=sentence))


def patience(task: Task, now: Any) -> timedelta:
    """Return how long an answer is waited for: until the task is due, three days at most, an hour at least."""
    left = task.due - now if task.due is not None else PATIENCE
    return max(timedelta(hours=1), min(left, PATIENCE))


# memory --------------------------------------------------------------------------------------------------------------


@library.plan(goal("task-memory"), rank=BUILT_IN, name="remember-or-recall", quiet=True)
def remember_or_recall(event: Trigger) -> Steps:
    """Tell what is remembered if that is asked, else remember the words."""
    me = yield from myself()
    task: Task = event.task
    about = understanding.recalled(task.text)
    if about is not None:
        return (yield from _recalled(me, about))
    text = understanding.remembered(task.text) or task.text
    now = yield Now()
    yield Believe(functor=REMEMBERED, arguments=(task.id, text, task.by, now))
    return TaskResult(sentence=f"I remember from now on: {short(text)}")


def _recalled(me: Me, about: str) -> Generator[Step, Any, TaskResult]:
    wanted = understanding.telling(about)
    known = yield query(REMEMBERED)
    found = [one for one in known if not wanted or wanted & understanding.telling(one[1])]
    lines = [f"  - {short(text)} ({by}, {moment(at, me.zone)})" for _, text, by, at in found[-_MOST_RECALLED:]]
    of = f" of {short(about, 80)}" if about else ""
    if not lines:
        return TaskResult(sentence=f"I was told nothing{of}.")
    return TaskResult(sentence=f"This is what I was told{of}:\n\n" + "\n".join(lines))


# decisions -----------------------------------------------------------------------------------------------------------


@library.plan(goal("task-decision"), rank=BUILT_IN, name="have-it-decided", quiet=True)
def have_it_decided(event: Trigger) -> Steps:
    """Put it to the manager as a question, and note what is decided."""
    me = yield from myself()
    task: Task = event.task
    known = understanding.options(task.text)
    listed = "\n".join(f"  {number}. {option}" for number, option in enumerate(known, 1))
    how = "Answer with the number, or in your own words." if known else "Answer in your own words."
    until = f"It is to be decided by {moment(task.due, me.zone)}." if task.due is not None else ""
    of = f"By {command_of(task.by, me)} I am to have this decided:"
    text = paragraphs(of, f"  {short(task.text)}", listed, until, how)
    question = send(me.manager, f"A decision: {short(task.text, 60)}", text, follows=_thread(event.mail))
    now = yield Now()
    answer: Mail | None = yield Ask(who=me.manager, by=question, patience=patience(task, now), allowed=(WORDS,))
    if answer is None:
        raise failed("no-answer", f"{me.manager_name} has not decided it")
    decision = _decision(answer, known)
    now = yield Now()
    yield Believe(functor=DECISION, arguments=(task.id, task.text, decision, me.manager, now))
    return TaskResult(sentence=f"{me.manager_name} has decided: {decision}", evidence=answer.message_id)


def _decision(answer: Mail, known: tuple[str, ...]) -> str:
    reading = answer.reading
    said = short(new_text(answer.text) or answer.subject)
    intent = reading.intent if reading is not None else ""
    ordinals = tuple(reading.value("ordinals") or ()) if reading is not None else ()
    return understanding.chosen(said, ordinals, known, yes=intent == Intent.YES, no=intent == Intent.NO)


def _thread(mail: Mail) -> Sent:
    return Sent(message_id=mail.message_id, thread=mail.thread)


# what a mail with these words would have done ------------------------------------------------------------------------


def _is_understood(_beliefs: BeliefBase, event: Trigger) -> bool:
    return event.mail.reading is not None and understanding.is_understood(event.mail.reading)


@library.plan(goal("task-action"), when=_is_understood, rank=BUILT_IN, name="act-as-by-mail", quiet=True)
@library.plan(goal("task-coordination"), when=_is_understood, rank=BUILT_IN, name="coordinate-as-by-mail", quiet=True)
def do_as_by_mail(event: Trigger) -> Steps:
    """Have the words handled as if they stood in a mail of the manager's, and tell what came of it."""
    mail: Mail = event.mail
    value = yield Handle(kind="mail", fields={"mail": mail})
    made: list[Commitment] = [
        kept for name, kept in (yield query(COMMITMENT)) if kept.thread == mail.thread and name != event.task.id
    ]
    broken = [one for one in made if one.standing is Standing.BROKEN]
    if broken:
        raise failed("not-kept", broken[-1].ended or broken[-1].content)
    released = [one for one in made if one.standing is Standing.RELEASED]
    if made and len(released) == len(made):
        raise failed("not-wanted", released[-1].ended or "it was wanted no more")
    if made:
        return TaskResult(sentence=made[-1].ended, evidence=made[-1].evidence)
    if mail.reading is not None and mail.reading.intent == Intent.SCHEDULE:
        if not value:
            raise failed("nothing-booked", "nothing was booked; why stands in my mails about it")
        return TaskResult(
            sentence="It is arranged; when and with whom stands in my mail about it.", evidence=str(value)
        )
    return TaskResult(sentence="I have seen to it, and written what came of it.")
