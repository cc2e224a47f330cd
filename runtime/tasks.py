"""Tasks from outside an employee's process: assigned, taken back, and how far each has got.

The words are read by the reader of mails, and the task goes into the employee's inbox as the company's own word. What
the employee makes of it stands in its beliefs (`empla.mind.tasks`); one that it has not seen yet lies in its inbox.
"""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from empla.capabilities.email.reading import read, times
from empla.clock import SystemClock
from empla.config import Home, load_settings
from empla.engine import inbox
from empla.errors import InputError
from empla.mind import codec
from empla.mind.beliefs import Belief
from empla.mind.readings import Mail, Reading
from empla.mind.tasks import OVER, TASK, TASK_ASSIGNED, TASK_RELEASED, Task, TaskKind, TaskState
from empla.mind.values import Address, Origin, Source
from empla.store.company import EmployeeRow, Status
from empla.store.minds import known_mind
from empla.store.store import Store
from empla.workplace.directory import CompanyDirectory
from employees.executive_assistant.hours import due_of
from runtime.inboxes import sender
from runtime.memory import employee

LONGEST = 4_000
"""Characters of a task; the reader of mails reads no more."""
_DUE_HINT = "for instance: --due “Friday 16:00”, --due tomorrow, --due 2026-12-04T16:00"
_KEY = "task"


def assign(home: Home, name: str, text: str, *, due: str = "", kind: str = "", by: str = "") -> dict[str, Any]:
    """Give an employee a task, and return it with its id. InputError if it is empty, too long, or due before now.

    `by` is whom it is for, by name or address: by default the employee's manager.
    """
    text = " ".join(text.split())
    if not text:
        raise InputError("the task is empty", next_step='say what is to be done: empla assign NAME "..."')
    if len(text) > LONGEST:
        raise InputError(f"the task has {len(text)} characters; {LONGEST} are read", next_step="write it shorter")
    if kind and kind not in set(TaskKind):
        raise InputError(f"there is no kind of task {kind!r}", next_step=f"name one of {', '.join(TaskKind)}")
    row = employee(home, name)
    now = SystemClock(home.clock).now()
    until = _due(due, now, row.zone)
    creditor = _creditor(home, by, row) if by else None
    reading = _read(text, now, row.zone)
    task_id = f"t{codec.digest([row.slug, text, now])[:8]}"
    owner = load_settings(home).owner
    fields = {
        "id": task_id,
        "text": text,
        "kind": kind,
        "due": until,
        "creditor": creditor,
        "by": owner,
        "reading": reading,
    }
    sender(home)(row.slug, f"{_KEY}:{task_id}", TASK_ASSIGNED, fields)
    return {
        "id": task_id,
        "name": row.name,
        "text": text,
        "kind": kind or None,
        "due": until.isoformat() if until is not None else None,
        "creditor": creditor.value if creditor is not None else row.manager,
        "by": owner,
        "paused": row.status == Status.PAUSED,
    }


def release(home: Home, name: str, task_id: str) -> dict[str, Any]:
    """Take a task back; what was not begun of it is not done. InputError if there is no such task, or it is over."""
    row = employee(home, name)
    task = _one(home, row, task_id)
    if task["state"] in OVER:
        raise InputError(f"task {task_id} is {task['state']}", next_step=f'see `empla tasks "{row.name}" --all`')
    by = load_settings(home).owner
    sender(home)(row.slug, f"{_KEY}:{task_id}:released", TASK_RELEASED, {"id": task_id, "by": by})
    return {"id": task_id, "name": row.name, "text": task["text"], "by": by}


def held(home: Home, name: str, *, everything: bool = False) -> dict[str, Any]:
    """Return an employee's tasks, the eldest first: `name`, and `tasks`; only those not over, unless `everything`."""
    row = employee(home, name, also_gone=True)
    tasks = _tasks(home, row)
    return {"name": row.name, "tasks": [t for t in tasks if everything or t["state"] not in OVER]}


def one(home: Home, name: str, task_id: str) -> dict[str, Any]:
    """Return one task with its history; InputError if there is none of that id."""
    row = employee(home, name, also_gone=True)
    return {"name": row.name, **_one(home, row, task_id)}


def _one(home: Home, row: EmployeeRow, task_id: str) -> dict[str, Any]:
    tasks = _tasks(home, row)
    for task in tasks:
        if task["id"] == task_id:
            return task
    raise InputError(f"{row.name} has no task {task_id!r}", next_step=f'see `empla tasks "{row.name}" --all`')


# what is said --------------------------------------------------------------------------------------------------------


def _read(text: str, now: datetime, zone: str) -> Reading:
    mail = Mail(key=_KEY, message_id="", blob="", subject="", sender=None, authenticated=None, text=text)
    return read(mail, now, zone, "", home=zone, source=Source.POLICY)


def _due(said: str, now: datetime, zone: str) -> datetime | None:
    """Return by when words say that something is due, None for no words."""
    said = said.strip()
    if not said:
        return None
    due = _instant(said, zone)
    if due is None:
        window = times(said, now, zone, Origin(Source.POLICY, _KEY, "due")).window
        if window is None and not any(character.isdigit() for character in said):
            raise InputError(f"I do not know when “{said}” is", next_step=_DUE_HINT)
        due = due_of(window, now) if window is not None and window.spans else None
    if due is None or due <= now:
        raise InputError(f"“{said}” is no time to come", next_step=_DUE_HINT)
    return due


def _instant(said: str, zone: str) -> datetime | None:
    """Return an instant written as in ISO 8601, with date and time; in this zone if it names none."""
    try:
        found = datetime.fromisoformat(said) if "T" in said.upper() else None
    except ValueError:
        return None
    return found.replace(tzinfo=ZoneInfo(zone)) if found is not None and found.tzinfo is None else found


def _creditor(home: Home, words: str, row: EmployeeRow) -> Address | None:
    """Return whom a task is for; None for the manager. InputError if it is not clear who is meant."""
    directory = CompanyDirectory(home.company_db)
    try:
        known = directory.find(words)
    finally:
        directory.close()
    if len(known) > 1:
        raise InputError(
            f"{words!r} may be {' or '.join(p.address.value for p in known)}", next_step="give the address"
        )
    if not known:
        raise InputError(f"nobody in the office is called {words!r}", next_step="see `empla people` and `empla list`")
    address = known[0].address
    return None if address.value == row.manager else address


# how far it is -------------------------------------------------------------------------------------------------------


def _tasks(home: Home, row: EmployeeRow) -> list[dict[str, Any]]:
    with known_mind(home, row.slug) as store:
        if store is None:
            return []
        with store.reading():
            return _all_tasks(store, row)


def _all_tasks(store: Store, row: EmployeeRow) -> list[dict[str, Any]]:
    known = _believed(store)
    waiting = [_pending(store, p, row) for p in store.find("percept", {"kind": TASK_ASSIGNED}, _PERCEPT)]
    seen = {task.id for task in known}
    fresh = [task for task in waiting if task["id"] not in seen]
    return sorted([*map(_shown, known), *fresh], key=lambda task: (task["assigned_at"], task["id"]))


_PERCEPT = ("key", "kind", "body", "at", "state", "reason")


def _believed(store: Store) -> list[Task]:
    """Return each task as it was last held, also when it is held no longer."""
    latest: dict[str, Task] = {}
    for row in store.find("belief", {"functor": TASK}, ("body",)):
        belief: Belief = codec.loads(row.body)
        task = belief.arguments[1]
        if isinstance(task, Task) and len(task.history) >= len(latest[task.id].history if task.id in latest else ()):
            latest[task.id] = task
    return list(latest.values())


def _shown(task: Task) -> dict[str, Any]:
    return {
        "id": task.id,
        "text": task.text,
        "kind": task.kind.value,
        "state": task.state.value,
        "creditor": task.creditor.value,
        "by": task.by,
        "assigned_at": task.assigned_at.isoformat(),
        "due": task.due.isoformat() if task.due is not None else None,
        "understood": task.understood,
        "result": task.result,
        "evidence": task.evidence,
        "history": [{"at": m.at.isoformat(), "state": m.state.value, "note": m.note} for m in task.history],
    }


def _pending(store: Store, row: Any, employee: EmployeeRow) -> dict[str, Any]:
    """Return a task that lies in the inbox; one that was set aside has failed before it began."""
    fields = inbox.read(row).fields
    set_aside = row.state in ("quarantined", "dropped")
    state = TaskState.FAILED if set_aside else TaskState.PENDING
    creditor = fields["creditor"]
    return {
        "id": fields["id"],
        "text": fields["text"],
        "kind": fields["kind"] or None,
        "state": state.value,
        "creditor": creditor.value if creditor is not None else employee.manager,
        "by": fields["by"],
        "assigned_at": row.at,
        "due": fields["due"].isoformat() if fields["due"] is not None else None,
        "understood": "",
        "result": f"it was set aside: {row.reason}" if set_aside else "",
        "evidence": "",
        "history": [{"at": row.at, "state": state.value, "note": row.reason if set_aside else "not seen yet"}],
    }
