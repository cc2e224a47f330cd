"""Reading an employee's mind from outside, also while it works: one consistent view, and nothing is changed."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zoneinfo import ZoneInfo

from empla.capabilities import registry
from empla.capabilities.email.sorting import TRIAGED
from empla.config import MIND_FILE, Home
from empla.engine import archive
from empla.governance import ledger
from empla.hr import roles
from empla.mind import codec
from empla.mind.beliefs import Belief
from empla.mind.commitments import Commitment
from empla.mind.goals import Goal
from empla.mind.health import HEALTH, Health
from empla.mind.intentions import OVER, Intention, Stage, StepRecord
from empla.mind.percepts import Percept
from empla.mind.steps import Achieve, Ask, Do, Handle, Step, Together, Unless, Wait, label
from empla.store.copying import copy_mind
from empla.store.minds import is_archived, known_mind
from empla.store.opening import open_store
from empla.store.store import Store
from empla.workplace.blobs import FileBlobs, stored
from runtime.employee import library

_ACTION = (
    *("seq", "id", "intention", "operation", "effect", "percept", "state", "target", "decision", "rule"),
    *("why", "asked_at", "due", "attempt", "on_wire_at", "replies", "ended_at", "outcome"),
)

_PERCEPT = ("key", "kind", "at", "state", "reason", "body", "cycle")


class Mind:
    """What one employee's store holds, decoded."""

    def __init__(self, store: Store, folder: Path) -> None:
        load_kept_types()
        self.store = store
        self.folder = folder

    def kept(self, sha256: str) -> bytes:
        """Return kept bytes; ResourceError if they are gone or damaged."""
        content = stored(self.store, sha256)
        return FileBlobs(self.folder / "blobs").read(sha256) if content is None else content

    def actions(self, **by: Any) -> Sequence[Any]:
        """Return rows of the outbox, in the order they were asked for."""
        return self.store.find("action", by, _ACTION)

    def target(self, action: str) -> Mapping[str, Any]:
        """Return what an action is about, as it was prepared: recipients, subject, times."""
        rows = self.store.find("action", {"id": action}, ("target",))
        found: Mapping[str, Any] = json.loads(rows[0].target) if rows and rows[0].target else {}
        return found

    def last_cycle(self) -> int:
        """Return the number of the last cycle."""
        rows = self.store.find("journal", {}, ("seq",), limit=1, newest=True)
        return int(rows[0].seq) if rows else 0

    def ledger_of(self, action: str) -> list[dict[str, Any]]:
        """Return what the ledger says of an action: the records themselves, never the columns."""
        return [_record(row.record) for row in self.store.find("ledger", {"action": action}, ("record",))]

    def entered(self, event: str) -> int:
        """Return how often the ledger has an event."""
        return len(self.store.find("ledger", {"event": event}, ("seq",)))

    def ledger(self) -> tuple[int, int | None]:
        """Return how many records the ledger has, and the position of the first that breaks the chain."""
        rows = self.store.find("ledger", {}, ("prev", "hash", "record"))
        # What somebody has put there instead of bytes is no record, and breaks the chain like any other change.
        entries = (ledger.Entry(r.prev, r.hash, r.record if isinstance(r.record, bytes) else b"") for r in rows)
        return len(rows), ledger.first_break(entries)

    def intentions(self, **by: Any) -> list[Intention]:
        """Return intentions, eldest first, by `id`, `stage` or `percept`."""
        return [codec.loads(row.body) for row in self.store.find("intention", by, ("body",))]

    def intention(self, intention_id: str) -> Intention | None:
        """Return an intention, None if there is none."""
        return next(iter(self.intentions(id=intention_id)), None)

    def open_intentions(self) -> list[Intention]:
        """Return the intentions that are not over."""
        return [i for stage in Stage if stage not in OVER for i in self.intentions(stage=stage.value)]

    def steps(self, intention: str) -> list[StepRecord]:
        """Return the steps of an intention, in order."""
        return archive.steps(self.store, intention)

    def goal(self, goal_id: str) -> Goal | None:
        """Return a goal, None if there is none."""
        rows = self.store.find("goal", {"id": goal_id}, ("body",))
        return codec.loads(rows[0].body) if rows else None

    def goals(self, **by: Any) -> list[Goal]:
        """Return goals, eldest first, by `name` or `state`."""
        return [codec.loads(row.body) for row in self.store.find("goal", by, ("body",))]

    def beliefs(self, **by: Any) -> list[Belief]:
        """Return beliefs by `functor`, and with `held=1` those that are held; the eldest first."""
        return [codec.loads(row.body) for row in self.store.find("belief", by, ("body",))]

    def belief(self, belief_id: str, of: str = "") -> Belief | None:
        """Return a belief, also one that is held no longer, as an intention that was adopted on it (`of`) knew it.

        None if there is none, or it is not kept.
        """
        return archive.belief(self.store, belief_id, of)

    def is_held(self, belief_id: str) -> bool:
        """Return whether a belief is held now."""
        return bool(self.store.find("belief", {"id": belief_id, "held": 1}, ("seq",)))

    def questions(self) -> list[Any]:
        """Return the open questions."""
        return [codec.loads(row.body) for row in self.store.find("question", {"state": "open"}, ("body",))]

    def promises(self, functor: str) -> list[tuple[str, Commitment]]:
        """Return promises with their ids, as they are held (`empla.mind.commitments`), the eldest first."""
        rows = self.store.find("belief", {"functor": functor, "held": 1}, ("body",))
        held = [codec.loads(row.body).arguments for row in rows]
        return [(promise, made) for promise, made in held if isinstance(made, Commitment)]

    def triaged(self) -> list[tuple[Any, ...]]:
        """Return what was held of each mail that was sorted, in the order in which they came."""
        rows = self.store.find("belief", {"functor": TRIAGED}, ("body",))
        return sorted((codec.loads(row.body).arguments for row in rows), key=lambda found: found[4])

    def asked_in(self, question: str) -> str:
        """Return the subject of the mail that put a question."""
        record = archive.step(self.store, question)
        step = record.step if record is not None else None
        return str(step.by.arguments.get("subject", "")) if isinstance(step, Ask) else ""

    def percept_row(self, key: str) -> Any:
        """Return the inbox row with this key, None if there is none."""
        rows = self.store.find("percept", {"key": key}, _PERCEPT)
        return rows[0] if rows else None

    def percepts(self, kind: str) -> Sequence[Any]:
        """Return the inbox rows of one kind, oldest first."""
        return self.store.find("percept", {"kind": kind}, _PERCEPT)

    def decoded(self, row: Any) -> Percept:
        """Return the percept that an inbox row holds."""
        return archive.read_percept(self.store, row)

    def steps_answered_by(self, key: str) -> list[StepRecord]:
        """Return the steps whose question the mail with this percept key answered."""
        asked = [row.id for row in self.store.find("question", {"state": "answered"}, ("id",))]
        steps = (archive.step(self.store, step) for step in asked)
        known = [(r, r.outcome.value) for r in steps if r is not None and r.outcome is not None]
        return [record for record, value in known if getattr(value, "key", "") == key]

    def set_aside(self) -> Sequence[Any]:
        """Return the inbox rows that were quarantined."""
        return self.store.find("percept", {"state": "quarantined"}, ("key", "kind", "at", "reason"))

    def out_of_order(self) -> list[tuple[str, str, datetime, str]]:
        """Return how integrations stand that do not work: name, state, since when, why."""
        rows = self.store.find("belief", {"functor": HEALTH, "held": 1}, ("body",))
        told = [tuple(codec.loads(row.body).arguments) for row in rows]
        return [(name, state, since, why) for name, state, since, why in told if state != Health.WORKING]


def _record(content: bytes) -> dict[str, Any]:
    """Return what a record says, also one that somebody has changed beyond reading."""
    try:
        found: dict[str, Any] = json.loads(content)
        return {"event": found["event"], "at": found["at"], **found}
    except (ValueError, TypeError, KeyError):
        return {"event": "unreadable", "at": ""}


def load_kept_types() -> None:
    """Load every type that an employee may keep, of capabilities and of roles: only then can it be decoded."""
    registry.installed()
    for role in roles.roles():
        library(role.name)


@contextmanager
def opened(home: Home, slug: str) -> Iterator[Mind | None]:
    """Give the mind of an employee, also of one who has left; None if it has not begun to have one."""
    with known_mind(home, slug) as store:
        if store is None:
            yield None
            return
        with store.reading():
            yield Mind(store, _folder(home, slug))


@contextmanager
def copied(home: Home, slug: str) -> Iterator[Mind | None]:
    """Give the mind of an employee as it is now, in a copy that is thrown away, for whoever needs it for long.

    The copy is a SQLite file also where minds are in a database. A store of an older empla is brought up to date there.
    None if there is no mind yet.
    """
    with TemporaryDirectory(prefix="empla-") as place:
        path = Path(place) / MIND_FILE
        if not copy_mind(home, slug, path):
            yield None
            return
        with closing(open_store(path, slug)) as store:
            yield Mind(store, _folder(home, slug))


def _folder(home: Home, slug: str) -> Path:
    return home.archive(slug) if is_archived(home, slug) else home.employee(slug)


# words --------------------------------------------------------------------------------------------------------------


def recipients(target: Mapping[str, Any]) -> str:
    """Return whom an action reaches: recipients of a mail, or whose calendar."""
    return ", ".join(target.get("recipients", ())) or str(target.get("owner", ""))


def meant_for(arguments: Mapping[str, Any]) -> str:
    """Return whom an act that was never prepared would reach, by its arguments."""
    named = arguments.get("to") or arguments.get("owner") or ""
    people = named if isinstance(named, tuple | list) else (named,)
    return ", ".join(str(person) for person in people if person)


def about(target: Mapping[str, Any]) -> str:
    """Return what an action is about: the subject of a mail or the title of a meeting."""
    return str(target.get("subject") or target.get("title") or "")


def waits_for(steps: Sequence[StepRecord], zone: str) -> str:
    """Return in words what an intention waits for, times in this zone, empty if nothing."""
    waiting = [record.step for record in steps if record.outcome is None and not isinstance(record.step, Together)]
    return "; ".join(_awaited(step, zone) for step in waiting)


def _awaited(step: Step, zone: str) -> str:
    until = getattr(step, "until", None)
    at_most = f" until {until.astimezone(ZoneInfo(zone)):%a %d %b %H:%M}" if until is not None else ""
    match step:
        case Ask():
            return f"the answer of {step.who.value}"
        case Wait():
            return f"{step.kind.replace('-', ' ')}{at_most}".strip()
        case Achieve():
            return f"“{step.goal}”, which it has undertaken for this"
        case Handle():
            return f"what it does about the {step.kind.replace('-', ' ')}"
        case Do():
            return f"{step.operation} to be done"
        case Unless():
            return f"{step.by.operation} to be done, unless {step.kind.replace('-', ' ')} comes first"
    return label(step)
