"""What is at hand about one matter, as the tables have it: its thread, its intentions, tasks, people, preferences.

All of it is read from the employee's own tables and kept nowhere else, so that it is the same after a crash.
"""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from empla.capabilities.standing import StandingRule
from empla.errors import InputError
from empla.memory.episodes.past import mail_behind
from empla.memory.knowledge.recalling import RecalledFacts
from empla.memory.model import EVERYTHING, Kept
from empla.mind import codec
from empla.mind.beliefs import Belief
from empla.mind.commitments import COMMITMENT, EXPECTATION, promised
from empla.mind.intentions import OVER, Intention, Stage, StepRecord
from empla.mind.percepts import PROFILE
from empla.mind.preferences import CORRECTION, OBSERVED_PREFERENCE, OWN_PREFERENCE, PREFERENCE, holds
from empla.mind.rules import RULE
from empla.mind.steps import Achieve, Ask, Do, Unless, Wait, label
from empla.mind.tasks import TASK, TASK_ASSIGNED, Task
from empla.store.store import Store

_TURN = ("seq", "kind", "at", "author", "people", "subject", "text", "source", "intention")
_INTENTION: Final = re.compile(r"i\d+")
_EPISODE: Final = re.compile(r"e(\d+)")
_TELLING: Final = Do | Ask | Unless | Wait | Achieve
"""Steps that say how far an intention is; the others only look and note."""
MOST_STEPS: Final = 30
MOST_FACTS: Final = 12
MOST_INTENTIONS: Final = 20
_PREFERENCES: Final = (PREFERENCE, OWN_PREFERENCE, OBSERVED_PREFERENCE, CORRECTION)


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One thing at hand: its id, its words, why it is there, and the label of its words ("" for our own)."""

    id: str
    text: str
    why: str
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Focus:
    """The matter: its thread, and the intention if that is what was named. `turns` are its episodes, newest first."""

    thread: str
    intention: str
    turns: Sequence[Any]


def focus_on(store: Store, named: str) -> Focus:
    """Return the matter of an intention ("i12"), a thread, or an episode ("e7") of it; "" is the latest of all.

    InputError if nothing of that name is known.
    """
    if _INTENTION.fullmatch(named):
        intention = _intention(store, named)
        if intention is None:
            raise InputError(f"there is no intention {named}", next_step="see `empla history`")
        return Focus(thread=_thread_of(store, intention), intention=named, turns=_turns(store, intention))
    thread = named or _latest(store)
    if (episode := _EPISODE.fullmatch(named)) is not None:
        rows = store.find("episode", {"seq": int(episode[1])}, ("thread",))
        thread = rows[0].thread if rows else ""
    found = _in_thread(store, thread) if thread else ()
    if not found:
        raise InputError(
            f"nothing is remembered of {named!r}" if named else "nothing is remembered yet",
            next_step="name an intention (i12), an episode (e7) or a thread",
        )
    return Focus(thread=thread, intention="", turns=found)


def _latest(store: Store) -> str:
    rows = store.find("episode", {"state": Kept.KEPT}, ("thread",), order="at", newest=True, limit=50)
    return next((row.thread for row in rows if row.thread), "")


def _thread_of(store: Store, intention: Intention) -> str:
    mail = mail_behind(intention)
    if mail is not None and mail.thread:
        return mail.thread
    rows = store.find("episode", {"intention": intention.id}, ("thread",))
    return next((row.thread for row in rows if row.thread), "")


def _turns(store: Store, intention: Intention) -> Sequence[Any]:
    """Return the turns of an intention's thread; of one without, what the intention did."""
    thread = _thread_of(store, intention)
    if thread:
        return _in_thread(store, thread)
    rows = store.find("episode", {"intention": intention.id, "state": Kept.KEPT}, _TURN)
    return sorted(rows, key=lambda row: (row.at, row.seq), reverse=True)


def _in_thread(store: Store, thread: str) -> Sequence[Any]:
    rows = store.find("episode", {"thread": thread, "state": Kept.KEPT}, _TURN, order="at")
    return sorted(rows, key=lambda row: (row.at, row.seq), reverse=True)


# the thread -----------------------------------------------------------------------------------------------------------


def turns(focus: Focus) -> Iterator[Item]:
    """Yield the turns of the thread, newest first."""
    for place, row in enumerate(focus.turns):
        said = row.text if row.text else row.subject
        why = "the latest turn" if place == 0 else f"turn {place + 1} of the thread, counted back"
        text = f"{row.at[:16]} {row.kind} by {row.author or 'nobody known'}: {said}"
        yield Item(id=f"e{row.seq}", text=text, why=why, source=row.source)


# intentions -----------------------------------------------------------------------------------------------------------


def intentions(store: Store, focus: Focus) -> Iterator[Item]:
    """Yield the intentions that see to the matter, those that go on first, each with its steps."""
    named = [focus.intention, *(row.intention for row in focus.turns)]
    known = {name: found for name in dict.fromkeys(named) if name and (found := _intention(store, name)) is not None}
    for one in _open(store):
        mail = mail_behind(one)
        if focus.thread and mail is not None and mail.thread == focus.thread:
            known[one.id] = one
    for one in sorted(known.values(), key=lambda i: (i.stage in OVER, -int(i.id[1:])))[:MOST_INTENTIONS]:
        why = "named" if one.id == focus.intention else "it sees to this thread"
        yield Item(id=one.id, text="\n".join(_told(store, one)), why=why)


def _told(store: Store, intention: Intention) -> Iterator[str]:
    goal = store.find("goal", {"id": intention.goal}, ("name",)) if intention.goal else ()
    word = f", on the word of the {intention.authority.principal}" if intention.authority.principal else ""
    yield f"{goal[0].name if goal else intention.plan} (plan {intention.plan}{word}): {intention.stage.value}"
    if intention.reasons:
        yield f"  chosen for {', '.join(intention.reasons)}"
    steps = [codec.loads(row.body) for row in store.find("step", {"intention": intention.id}, ("body",))]
    telling = sorted((s for s in steps if isinstance(s.step, _TELLING)), key=lambda s: s.place)
    if len(telling) > MOST_STEPS:
        yield f"  ({len(telling) - MOST_STEPS} steps before)"
    yield from (f"  {_step(step)}" for step in telling[-MOST_STEPS:])


def _step(record: StepRecord) -> str:
    step, outcome = record.step, record.outcome
    name = label(step.by) if isinstance(step, Ask | Unless) else label(step)
    asked = f" of {step.who}" if isinstance(step, Ask) else ""
    until = f" until {step.until.isoformat(timespec='minutes')}" if isinstance(step, Wait) and step.until else ""
    became = "waits" if outcome is None else f"{outcome.status.value} {outcome.sentence or outcome.code}".rstrip()
    return f"{record.id} {name}{asked}{until}: {became}"


def _intention(store: Store, name: str) -> Intention | None:
    rows = store.find("intention", {"id": name}, ("body",))
    found: Intention | None = codec.loads(rows[0].body) if rows else None
    return found


def _open(store: Store) -> Iterator[Intention]:
    for stage in Stage:
        if stage not in OVER:
            yield from (codec.loads(row.body) for row in store.find("intention", {"stage": stage.value}, ("body",)))


# tasks and promises ---------------------------------------------------------------------------------------------------


def tasks(store: Store) -> Iterator[Item]:
    """Yield tasks that wait, tasks and promises under way, and tasks that are over, the latest first."""
    for row in store.find("percept", {"state": "new"}, ("key", "kind", "body")):
        if row.kind == TASK_ASSIGNED:
            fields = codec.loads(row.body)["fields"]
            yield Item(id=str(fields["id"]), text=f"pending: {fields['text']}", why="nobody has looked at it yet")
    held = [b for functor in (TASK, COMMITMENT, EXPECTATION) for b in _beliefs(store, functor)]
    work = [b.arguments[1] for b in held if isinstance(b.arguments[1], Task)]
    for task in sorted((t for t in work if not t.over), key=lambda t: (_due(t.due), t.id)):
        yield Item(id=task.id, text=f"{task.state.value}: {task.text}{_by(task.due)}", why="under way")
    made = [(str(b.arguments[0]), b.functor, m) for b in held if (m := promised(b)) is not None and m.open]
    for name, functor, promise in sorted(made, key=lambda one: (_due(one[2].due), one[0])):
        who = f"owed to {promise.creditor}" if functor == COMMITMENT else f"expected of {promise.debtor}"
        yield Item(id=name, text=f"{who}: {promise.content}{_by(promise.due)}", why="an open promise")
    for task in sorted((t for t in work if t.over), key=_ended, reverse=True):
        yield Item(id=task.id, text=f"{task.state.value}: {task.text}. {task.result}".strip(), why="it is over")


def _ended(task: Task) -> tuple[datetime, str]:
    return task.history[-1].at if task.history else task.assigned_at, task.id


def _by(due: datetime | None) -> str:
    return f", by {due.isoformat(timespec='minutes')}" if due is not None else ""


def _due(due: datetime | None) -> str:
    return due.isoformat() if due is not None else "9"


def _beliefs(store: Store, functor: str) -> list[Belief]:
    return [codec.loads(row.body) for row in store.find("belief", {"functor": functor, "held": 1}, ("body",))]


# people ---------------------------------------------------------------------------------------------------------------


def people(store: Store, focus: Focus) -> Iterator[Item]:
    """Yield those who take part, the latest first, with what is known of each."""
    facts = RecalledFacts(store)
    own = _own(store)
    for address in dict.fromkeys(who for row in focus.turns for who in (row.author, *json.loads(row.people))):
        if not address or address == own:
            continue
        entity = next((e for e in facts.named(address) if address in e.addresses), None)
        known = facts.recall((), (entity.number,), EVERYTHING, MOST_FACTS) if entity is not None else ()
        name = f"{entity.name} <{address}>" if entity is not None and entity.name != address else address
        said = "; ".join(f"{hit.text} [{hit.id}]" for hit in known) or "nothing is known of them yet"
        yield Item(id=address, text=f"{name}: {said}", why="they take part", source=_least(hit.source for hit in known))


def _own(store: Store) -> str:
    told = {b.arguments[0]: b.arguments[1] for b in _beliefs(store, PROFILE)}
    return str(told.get("address", "")).lower()


def _least(sources: Iterable[str]) -> str:
    found = sorted(set(sources), key=_TRUST.index)
    return found[-1] if found else ""


_TRUST: Final = ("own", "policy", "manager", "directory", "record", "percept")


# preferences ----------------------------------------------------------------------------------------------------------


def preferences(store: Store, focus: Focus) -> Iterator[Item]:
    """Yield standing rules, and the preferences and corrections that hold for everybody or for those who take part."""
    here = {who for row in focus.turns for who in (row.author, *json.loads(row.people))}
    for belief in sorted(_beliefs(store, RULE), key=lambda b: int(b.arguments[0])):
        number, rule = belief.arguments[:2]
        if isinstance(rule, StandingRule):
            yield Item(id=f"rule {number}", text=rule.said or rule.kind.value, why="a standing rule")
    for functor in _PREFERENCES:
        for belief in sorted(_beliefs(store, functor), key=lambda b: json.dumps(codec.encode(b.arguments))):
            held = holds(belief)
            if held.person and held.person not in here:
                continue
            of = held.person or "everybody"
            scope = f" ({held.scope})" if held.scope else ""
            said = f"{held.key}{scope} of {of}: {held.preferred.value}"
            why = "said so" if functor != OBSERVED_PREFERENCE else f"observed {held.preferred.agreed} times"
            yield Item(
                id=f"preference {held.preferred.number}" if held.preferred.number else belief.id, text=said, why=why
            )
