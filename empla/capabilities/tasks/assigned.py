"""A task from the company's word to its report: taken up as a promise, acknowledged, done, reported; or taken back.

A task acts on the company's word. Where doing it would reach others than the manager, the manager is asked once, with
the words of the task and the addresses that it would reach; a yes makes it the manager's own request (contract 7).
Without that every act of it would be asked about by itself.
"""

from collections.abc import Generator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from empla.capabilities.email.reading.intents import Intent
from empla.capabilities.email.reading.people import Who
from empla.capabilities.email.results import Sent
from empla.capabilities.email.steps import reply, send
from empla.capabilities.tasks import understanding
from empla.capabilities.tasks.doing import TaskResult, patience
from empla.capabilities.tasks.telling import Me, Steps, command_of, moment, myself, paragraphs, short
from empla.mind.beliefs import BeliefBase
from empla.mind.commitments import CLOSED, COMMITMENT, Close, Commitment, MailSent, Promise, Release, Standing
from empla.mind.plans import PlanLibrary, Trigger, on
from empla.mind.readings import Mail, Reading
from empla.mind.steps import Achieve, ActionFailed, Ask, Believe, Do, Forget, Now, Raise, Scope, Step, query
from empla.mind.tasks import TASK, TASK_ASSIGNED, TASK_RELEASED, Task, TaskKind, TaskMoment, TaskState
from empla.mind.values import Address

library = PlanLibrary()

KEPT_IN_MIND = timedelta(days=90)
"""How long a task that is over is held in mind; the tables keep it."""
_TITLE = 60
_NO_PLAN = "no-plan"


def noted(task: Task, state: TaskState, note: str = "") -> Generator[Step, Any, Task]:
    """Hold a task as it is now, in this state."""
    now = yield Now()
    task = replace(task, state=state, history=(*task.history, TaskMoment(at=now, state=state, note=note)))
    yield Forget(functor=TASK, pattern=(task.id,))
    yield Believe(functor=TASK, arguments=(task.id, task), until=now + KEPT_IN_MIND if task.over else None)
    return task


def _give_up(event: Trigger) -> Steps:
    """Say that a task could not be gone on with; it is not left silently."""
    me = yield from myself()
    found = yield query(TASK, event.id)
    if not found or found[-1][1].over:
        return
    why = (event.failure.sentence or event.failure.code).rstrip(". ")
    task = yield from noted(found[-1][1], TaskState.FAILED, why)
    yield from _broken(task, why)
    yield from _told_of_failure(me, task, None, why)


@library.plan(on(TASK_ASSIGNED), name="see-task-through", goal="do a task", recovery=_give_up, quiet=True)
def see_task_through(event: Trigger) -> Steps:
    """Take a task up, acknowledge it, have it done, and report."""
    me = yield from myself()
    now = yield Now()
    task = yield from noted(_taken_up(event, me, now), TaskState.ACCEPTED, f"assigned by {event.by}")
    yield Promise(id=task.id, made=_promise(me, task, now))
    begun = yield from _acknowledged(me, task, event.reading)
    if begun is None:
        return
    task, follows = begun
    yield Promise(id=task.id, made=_promise(me, task, now))
    task = yield from noted(task, TaskState.RUNNING)
    try:
        bindings = {"task": task, "mail": _as_mail(me, task, event.reading, now)}
        value = yield Achieve(goal=f"task-{task.kind.value}", bindings=bindings)
    except ActionFailed as failure:
        yield from _not_done(me, task, follows, failure)
        return
    yield from _done(me, task, follows, value)


def _taken_up(event: Trigger, me: Me, now: datetime) -> Task:
    """Return the task as it is understood."""
    reading: Reading = event.reading
    kind = TaskKind(event.kind) if event.kind else understanding.kind_of(event.text, reading)
    return Task(
        id=event.id,
        text=event.text,
        kind=kind,
        state=TaskState.PENDING,
        creditor=event.creditor or me.manager,
        by=event.by,
        assigned_at=now,
        due=event.due,
        understood=_MEANS[kind],
    )


_MEANS = {
    TaskKind.RESEARCH: "find something out and report it",
    TaskKind.DECISION: "have something decided, and note what was decided",
    TaskKind.ACTION: "get something done, as if you had asked me for it in a mail",
    TaskKind.COORDINATION: "arrange something between people, as if you had asked me for it in a mail",
    TaskKind.MEMORY: "remember something, or tell what I remember",
}


def _promise(me: Me, task: Task, now: datetime) -> Commitment:
    return Commitment(
        debtor=me.address,
        creditor=task.creditor,
        content=short(task.text),
        made_at=task.assigned_at,
        due=task.due if task.due is not None and task.due > now else None,
        thread=task.thread,
        mail=task.mail,
        wants=MailSent(to=task.creditor),
    )


def _as_mail(me: Me, task: Task, reading: Reading, now: datetime) -> Mail:
    """Return the words of a task as the plans for a mail take them; what they answer goes into the task's thread."""
    return Mail(
        key=f"task:{task.id}",
        message_id=task.mail,
        blob="",
        subject=_title(task),
        sender=me.manager,
        authenticated=None,
        to=(me.address,),
        thread=task.thread,
        sent=now,
        text=task.text,
        reading=reading,
        task=task.id,
    )


def _title(task: Task) -> str:
    return f"Task: {short(task.text, _TITLE)}"


# acknowledging -------------------------------------------------------------------------------------------------------


def _acknowledged(me: Me, task: Task, reading: Reading) -> Generator[Step, Any, tuple[Task, Sent] | None]:
    """Say what was understood and by when, and ask whether it may be done where it reaches others.

    Return the task with the thread in which it is seen to, and the mail that the report follows; None if it is over.
    """
    for_another = task.creditor.value != me.manager.value
    outward = task.kind in (TaskKind.ACTION, TaskKind.COORDINATION) and understanding.reaches_others(reading)
    until = f"It is due {moment(task.due, me.zone)}." if task.due is not None else "No time was set for it."
    whom = f" for {task.creditor}" if for_another else ""
    of = f"By {command_of(task.by, me)} I have been given this task{whom}:"
    what = paragraphs(of, f"  {short(task.text)}", f"I understand it so: {task.understood}. {until}")
    if not (outward or for_another):
        begin = "I begin now, and tell you what comes of it."
        sent: Sent = yield send(me.manager, _title(task), paragraphs(what, begin))
        return replace(task, mail=sent.message_id, thread=sent.thread), sent
    answer = yield from _asked(me, task, reading, what)
    if answer is None:
        return None
    task = replace(task, mail=answer.message_id, thread=answer.thread)
    yield Scope(people=(me.manager, task.creditor))
    follows = Sent(message_id=answer.message_id, thread=answer.thread)
    if for_another:
        text = paragraphs(
            f"{task.by} has given me this task for you:", f"  {short(task.text)}", f"I begin now. {until}"
        )
        follows = yield send(task.creditor, _title(task), text)
    return task, follows


def _asked(me: Me, task: Task, reading: Reading, what: str) -> Generator[Step, Any, Mail | None]:
    """Ask the manager whether a task may be done; return a yes, None if there is none: then the task is over."""
    reached = yield from _reached(me, task, reading)
    listed = "\n".join(f"  - {name}" for name, _ in reached) or f"  - your own calendar ({me.manager})"
    text = paragraphs(
        what, f"It would reach:\n\n{listed}", "Shall I? Please answer yes or no; until then I do nothing of it."
    )
    grants = tuple(address for _, address in reached) or (me.manager,)
    now = yield Now()
    question = send(me.manager, _title(task), text)
    answer: Mail | None = yield Ask(
        who=me.manager, by=question, patience=patience(task, now), allowed=("yes", "no"), grants=grants
    )
    intent = answer.reading.intent if answer is not None and answer.reading is not None else ""
    if answer is not None and intent == Intent.YES:
        return answer
    if answer is None:
        why = f"{me.manager_name} has not said whether I may"
        task = yield from noted(task, TaskState.ESCALATED, why)
        yield from _broken(task, why)
        yield from _told_of_failure(me, task, None, why)
    elif intent in (Intent.NO, Intent.CANCEL):
        yield from _let_go(me, task, f"{me.manager_name} said no")
        yield reply(answer, "All right, I leave it.")
    else:
        yield from _let_go(me, task, f"{me.manager_name} asked for something else instead")
        yield Raise(kind="mail", fields={"mail": answer})
    return None


def _reached(me: Me, task: Task, reading: Reading) -> Generator[Step, Any, tuple[tuple[str, Address], ...]]:
    """Return whom a task would reach, as a person reads it and as an address: those who are named and known."""
    found: dict[str, tuple[str, Address]] = {}
    if task.creditor.value != me.manager.value:
        found[task.creditor.value] = (str(task.creditor), task.creditor)
    named: tuple[Who, ...] = (*(reading.value("people") or ()), *(reading.value("to") or ()))
    for who in (one for one in named if isinstance(one, Who)):
        known = yield Do(operation="people.find", arguments={"words": who.address.value if who.address else who.words})
        if len(known.people) == 1:
            person = known.people[0]
            found[person.address.value] = (f"{person.name} <{person.address}>", person.address)
        elif who.address is not None:
            found[who.address.value] = (str(who.address), who.address)
    return tuple(one for address, one in found.items() if address != me.manager.value)


def _let_go(me: Me, task: Task, why: str) -> Generator[Step, Any, None]:
    """End a task that is not wanted; whoever assigned it for another hears of it by the task's state."""
    yield Release(id=task.id, sentence=why)
    yield from noted(task, TaskState.RELEASED, why)


# the end -------------------------------------------------------------------------------------------------------------


def _done(me: Me, task: Task, follows: Sent, value: Any) -> Generator[Step, Any, None]:
    """Report what came of a task, and close the promise with that report."""
    result = value if isinstance(value, TaskResult) else TaskResult(sentence=str(value or "It is done."))
    task = replace(task, result=result.sentence, evidence=result.evidence)
    late = " It came late." if task.due is not None and (yield Now()) > task.due else ""
    text = paragraphs(f"This task is done:{late}", f"  {short(task.text)}", result.sentence)
    try:
        sent: Sent = yield send(task.creditor, f"Done: {short(task.text, _TITLE)}", text, follows=follows)
        yield Close(id=task.id, standing=Standing.KEPT, sentence=short(result.sentence), evidence=sent.message_id)
    except ActionFailed as failure:
        why = failure.outcome.sentence.rstrip(". ")
        yield from noted(task, TaskState.COMPLETED, f"done, but I could not report it: {why}")
        return
    yield from noted(task, TaskState.COMPLETED, "done and reported")


def _not_done(me: Me, task: Task, follows: Sent, failure: ActionFailed) -> Generator[Step, Any, None]:
    """Put a task to the manager that there is no way to do, or say that it did not work."""
    why = (failure.outcome.sentence or failure.code).rstrip(". ")
    state = TaskState.FAILED
    if failure.code == _NO_PLAN:
        state = TaskState.ESCALATED
        why = f"I know no way to do a task like this ({task.kind.value})"
    task = yield from noted(replace(task, result=why), state, why)
    yield from _broken(task, why)
    yield from _told_of_failure(me, task, follows, why)


def _broken(task: Task, why: str) -> Generator[Step, Any, None]:
    try:
        yield Close(id=task.id, standing=Standing.BROKEN, sentence=why)
    except ActionFailed:
        return  # it is closed already


def _told_of_failure(me: Me, task: Task, follows: Sent | None, why: str) -> Generator[Step, Any, None]:
    """Tell the manager, and whoever else assigned a task, that it is not done, and why."""
    tried = (
        "I looked for a plan for it, among my own and those of plug-ins, and found none."
        if task.state is TaskState.ESCALATED and task.history[-1].note.startswith("I know no way")
        else ""
    )
    text = paragraphs(
        "This task I could not do:",
        f"  {short(task.text)}",
        f"{why[:1].upper()}{why[1:]}. {tried}".strip(),
        "I leave it to you, and do nothing more about it. Assign it anew if it shall still be done by me.",
    )
    title = f"Not done: {short(task.text, _TITLE)}"
    for_another = task.creditor.value != me.manager.value
    yield send(me.manager, title, text, follows=None if for_another else follows)
    if for_another:
        try:
            yield send(task.creditor, title, text.partition("I leave it")[0], follows=follows)
        except ActionFailed:
            return  # the manager knows


def _is_of_a_task(beliefs: BeliefBase, event: Trigger) -> bool:
    found = beliefs.matching(TASK, event.id)
    return bool(found) and not found[-1].arguments[1].over


@library.plan(on(f"{COMMITMENT}-{CLOSED}"), when=_is_of_a_task, goal="note that a task is over", quiet=True)
def note_that_it_is_over(event: Trigger) -> Steps:
    """Note that a task is over whose promise somebody else has ended: when the employee leaves, say."""
    found = yield query(TASK, event.id)
    state = TaskState.COMPLETED if event.made.standing is Standing.KEPT else TaskState.RELEASED
    yield from noted(found[-1][1], state, event.reason)


# taken back ----------------------------------------------------------------------------------------------------------


@library.plan(on(TASK_RELEASED), goal="let a task go", quiet=True)
def release_task(event: Trigger) -> Steps:
    """End a task that is taken back, with all that is under way for it, and tell the manager what had begun."""
    me = yield from myself()
    found = yield query(TASK, event.id)
    if not found or found[-1][1].over:
        return
    task: Task = found[-1][1]
    begun = [
        f"  - {short(made.content, 120)}"
        for name, made in (yield query(COMMITMENT))
        if made.open and task.thread and made.thread == task.thread and name != task.id
    ]
    yield from _let_go(me, task, f"taken back by {event.by}")
    under_way = "This was under way for it, and nobody else has been told that it is wanted no more:"
    text = paragraphs(
        f"By {command_of(event.by, me)} this task is taken back:",
        f"  {short(task.text)}",
        f"{under_way}\n\n" + "\n".join(begun) if begun else "",
    )
    yield send(me.manager, f"Taken back: {short(task.text, _TITLE)}", text)
