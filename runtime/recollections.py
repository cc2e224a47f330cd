"""What an employee remembers, as plain data for whoever looks at it: one memory, a search, a history, an export."""

import hashlib
import json
import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from empla.clock import SystemClock
from empla.config import Home
from empla.errors import InputError
from empla.hr.profiles import roster
from empla.memory.asking.exporting import exported
from empla.memory.asking.looking import Known, Looking
from empla.memory.asking.parts import ends_of, fact_sentence
from empla.memory.memory import Memory
from empla.memory.model import EVERYTHING, Cue, Importance, Visibility
from empla.memory.working import working_memory
from empla.store.company import EmployeeRow
from empla.store.store import Store
from runtime import memory
from runtime.asking import viewing
from runtime.hiring import staff

MOST_FOUND: Final = 100
_EPISODE: Final = (
    "seq", "kind", "at", "thread", "author", "people", "subject", "text", "outcome", "rationale", "importance",
    "visibility", "source", "percept", "intention", "action", "document", "part", "state", "stands_for", "recorded_at",
)  # fmt: skip
_DOCUMENT: Final = (
    "seq", "place", "name", "media_type", "sha256", "passages", "visibility", "taught_at", "taught_by", "state",
)  # fmt: skip
_HINT: Final = "give an id such as e12, f7, n3 or d2: see `empla memory search`"


def counted(home: Home, name: str) -> dict[str, Any]:
    """Return how much of what kind is remembered: `name`, and numbers by kind."""
    row = memory.employee(home, name, also_gone=True)
    with memory.reading(home, row.slug) as (store, _):
        kinds = _by(store, "episode", "kind", "state = 'kept'")
        return {
            "name": row.name,
            "episodes": kinds,
            "faded": sum(_by(store, "episode", "kind", "state = 'faded'").values()),
            "facts": _by(store, "fact", "basis", "closed_at = '' AND state = 'kept'"),
            "entities": _by(store, "entity", "kind", "state = 'kept' AND stands_for = 0"),
            "documents": sum(_by(store, "document", "media_type", "state = 'kept'").values()),
        }


def _by(store: Store, table: str, column: str, holds: str) -> dict[str, int]:
    text = (
        f"SELECT {column}, COUNT(*) FROM {table} WHERE tenant_id = :by_tenant_id"  # noqa: S608 - names of our own
        f" AND employee_id = :by_employee_id AND {holds} GROUP BY {column} ORDER BY {column}"
    )
    return {row.name: row.count_of for row in store.select(text, {}, ("name", "count_of"), reads=(table,))}


# one memory ----------------------------------------------------------------------------------------------------------


def shown(home: Home, name: str, which: str) -> dict[str, Any]:
    """Return one memory with what it rests on and what rests on it; InputError if there is none of that id."""
    row = memory.employee(home, name, also_gone=True)
    kind, number = which[:1], int(which[1:]) if which[1:].isdecimal() else 0
    if kind not in _SHOWS or not number:
        raise InputError(f"{which!r} is no memory", next_step=_HINT)
    with memory.reading(home, row.slug) as (store, known):
        looking = Looking(store, known.recall, EVERYTHING, SystemClock(home.clock).now())
        found = _SHOWS[kind](store, known, looking, number)
    if found is None:
        raise InputError(f"{row.name} has no memory {which}", next_step=_HINT)
    return {"name": row.name, "id": which, **found}


def _episode(store: Store, known: Memory, looking: Looking, number: int) -> dict[str, Any] | None:
    rows = store.find("episode", {"seq": number}, _EPISODE)
    if not rows:
        return None
    row = rows[0]._asdict()
    around = [{"id": one.id, "at": _at(one.at), "who": looking.name_of(one.author), "text": one.text}
              for one in known.around(f"e{number}")]  # fmt: skip
    return {
        **{name: value for name, value in row.items() if name != "seq"},
        "people": json.loads(row["people"] or "[]"),
        "importance": Importance(row["importance"]).name.lower(),
        "visibility": Visibility(row["visibility"]).name.lower(),
        "who": looking.name_of(row["author"]),
        "used": _used(store, f"e{number}"),
        "facts": _resting(store, looking, f"e{number}"),
        "around": around,
    }


def _fact(store: Store, _known: Memory, looking: Looking, number: int) -> dict[str, Any] | None:
    found = looking.fact(number)
    if found is None:
        return None
    episodes = looking.episodes(found.fact.rests_on)
    premises = [looking.fact(int(one[1:])) for one in found.fact.rests_on if one.startswith("f")]
    return {
        **_fact_data(looking, found),
        "said_by": found.fact.said_by,
        "rule": found.fact.rule,
        "visibility": found.fact.visibility.name.lower(),
        "used": _used(store, f"f{number}"),
        "rests_on": [
            *({"id": one.hit.id, "at": _at(one.hit.at), "who": looking.name_of(one.hit.author), "text": one.hit.text}
              for one in episodes.values()),
            *({"id": one.id, "at": _at(one.fact.recorded_at), "who": "", "text": fact_sentence(looking, one)}
              for one in premises if one is not None),
        ],
        "facts": _resting(store, looking, f"f{number}"),
    }  # fmt: skip


def _fact_data(looking: Looking, known: Known) -> dict[str, Any]:
    subject, obj = ends_of(looking, known)
    fact = known.fact
    return {
        "id": known.id,
        "text": fact_sentence(looking, known),
        "subject": subject,
        "predicate": fact.predicate,
        "object": obj,
        "basis": fact.basis.value,
        "confidence": fact.confidence,
        "since": _at(known.begins),
        "until": _at(known.ends),
        "recorded_at": _at(fact.recorded_at),
        "closed_at": _at(fact.closed_at),
        "closed_why": fact.closed_why,
        "replaces": f"f{fact.replaces}" if fact.replaces else "",
    }


def _resting(store: Store, looking: Looking, which: str) -> list[dict[str, Any]]:
    """Return the facts that rest on a memory."""
    rows = store.find("support", {"supporter": which}, ("fact",))
    found = [looking.fact(number) for number in dict.fromkeys(row.fact for row in rows)]
    return [{"id": one.id, "text": fact_sentence(looking, one)} for one in found if one is not None]


def _entity(store: Store, _known: Memory, looking: Looking, number: int) -> dict[str, Any] | None:
    entity = looking.entity(number)
    if entity is None:
        return None
    about = [*looking.facts(entity.number), *looking.facts(entity.number, back=True)]
    return {
        "kind": entity.kind,
        "called": entity.name,
        "names": list(entity.names),
        "addresses": list(entity.addresses),
        "facts": [{"id": one.id, "text": fact_sentence(looking, one)} for one in about if not one.overruled],
    }


def _document(store: Store, _known: Memory, looking: Looking, number: int) -> dict[str, Any] | None:
    rows = store.find("document", {"seq": number}, _DOCUMENT)
    if not rows:
        return None
    row = {name: value for name, value in rows[0]._asdict().items() if name != "seq"}
    parts = store.find("episode", {"document": number, "state": "kept"}, ("seq", "subject", "text"), order="part")
    passages = [{"id": f"e{part.seq}", "subject": part.subject, "text": part.text} for part in parts]
    return {**row, "visibility": Visibility(row["visibility"]).name.lower(), "around": passages}


_SHOWS: Final[dict[str, Callable[[Store, Memory, Looking, int], dict[str, Any] | None]]] = {
    "e": _episode,
    "f": _fact,
    "n": _entity,
    "d": _document,
}


def _used(store: Store, which: str) -> int:
    rows = store.find("use", {"memory": which}, ("count",))
    return int(rows[0].count) if rows else 0


def _at(at: datetime | None) -> str | None:
    return at.isoformat() if at is not None else None


# several -------------------------------------------------------------------------------------------------------------


def searched(home: Home, name: str, words: str, *, by: str = "", limit: int = 10) -> dict[str, Any]:
    """Return what is recalled for words, the best first, with the parts of each score; as `by` may see it."""
    row = memory.employee(home, name, also_gone=True)
    with memory.reading(home, row.slug) as (store, known):
        viewer, _ = viewing(home, store, row, by)
        at = SystemClock(home.clock).now()
        cue = Cue(words=words, at=at, zone=row.zone, viewer=viewer, limit=min(limit, MOST_FOUND))
        recalled = known.recall(cue)
        looking = Looking(store, known.recall, viewer, at)
        hits = [
            {
                "id": hit.id,
                "kind": hit.kind,
                "at": _at(hit.at),
                "who": looking.name_of(hit.author),
                "subject": hit.subject,
                "text": hit.text,
                "came_of": "; ".join(hit.came_of.splitlines()),
                "score": round(hit.score, 3),
                "parts": {part: round(value, 3) for part, value in hit.parts.items()},
            }
            for hit in recalled.hits
        ]
    return {
        "name": row.name,
        "hits": hits,
        "answerable": round(recalled.answerable, 3),
        "left_out": dict(recalled.left_out),
    }


def history(home: Home, name: str, which: str) -> dict[str, Any]:
    """Return all that was ever held of what a fact says: what was so before, what was corrected and why, changes."""
    row = memory.employee(home, name, also_gone=True)
    if which[:1] != "f" or not which[1:].isdecimal():
        raise InputError(f"{which!r} is no fact", next_step="give an id such as f7: see `empla memory search`")
    with memory.reading(home, row.slug) as (store, known):
        looking = Looking(store, known.recall, EVERYTHING, SystemClock(home.clock).now())
        fact = looking.fact(int(which[1:]))
        if fact is None:
            raise InputError(f"{row.name} has no memory {which}", next_step=_HINT)
        all_of_it = looking.history(fact.fact.subject, fact.fact.predicate)
        ids = [one.id for one in all_of_it]
        columns = ("seq", "run", "step", "at", "memory", "what", "undone_at")
        changes = store.find("consolidation", {}, columns, one_of=("memory", ids))
        return {
            "name": row.name,
            "facts": [_fact_data(looking, one) for one in all_of_it],
            "changes": [change._asdict() for change in changes],
        }


def context(home: Home, name: str, focus: str, budget: int) -> dict[str, Any]:
    """Return the working memory of a matter: an intention, a thread, an episode of it; by default of the latest."""
    row = memory.employee(home, name, also_gone=True)
    with memory.reading(home, row.slug) as (store, known):
        at = SystemClock(home.clock).now()
        found = working_memory(store, focus, at, budget=budget, zone=row.zone, recalls=known.recall)
        return {"name": row.name, "text": found.text(), **found.data()}


# as a whole ----------------------------------------------------------------------------------------------------------


def export(home: Home, name: str, file: Path) -> dict[str, Any]:
    """Write all that is remembered into a file that only its owner may read; it is entered in the employee's ledger."""
    row = memory.employee(home, name, also_gone=True)
    if file.exists():
        raise InputError(f"{file} is there already", next_step="name another file")
    at, digest, size = SystemClock(home.clock).now(), hashlib.sha256(), 0
    fresh = file.with_name(f"{file.name}.part")
    try:
        with (
            memory.reading(home, row.slug) as (store, _),
            os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out,
        ):
            for piece in exported(store, row.name, at):
                data = piece.encode()
                digest.update(data)
                size += len(data)
                out.write(data)
            out.flush()
            os.fsync(out.fileno())
        fresh.replace(file)
    except OSError as error:
        raise InputError(f"{file} cannot be written: {error.strerror}", next_step="name another file") from error
    fields = {"do": "exported", "sha256": digest.hexdigest(), "size": size}
    done = memory.change(home, row.name, fields, key="export")
    return {"name": row.name, "file": str(file), "size": size, "sha256": digest.hexdigest(), "waits": done["waits"]}


def rebuild(home: Home, names: list[str], told: Callable[[str], None]) -> list[dict[str, Any]]:
    """Make the indexes of employees anew from the truth; nothing that is remembered changes. `told` hears whose."""
    rebuilt = []
    for row in _rows(home, names):
        told(row.name)
        with memory.reading(home, row.slug) as (store, known):
            known.rebuild()
            rebuilt.append(
                {"name": row.name, "episodes": sum(_by(store, "episode", "kind", "state = 'kept'").values())}
            )
    return rebuilt


def _rows(home: Home, names: list[str]) -> list[EmployeeRow]:
    if names:
        return [memory.employee(home, name, also_gone=True) for name in names]
    with staff(home) as staffing:
        return list(roster(staffing.store))
