"""What a change of memory has changed, and everything that followed from it, told from what was kept of it."""

import json
from dataclasses import dataclass
from typing import Any

from empla.memory.asking.looking import Looking
from empla.memory.asking.parts import fact_sentence
from empla.mind.codec import registered
from empla.store.store import Store


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """What came of a change: `run` puts all of it back; each of `now` and `no_longer` is an id and a sentence.

    `why` says why it was not done, "" if it was.
    """

    run: str = ""
    now: tuple[tuple[str, str], ...] = ()
    no_longer: tuple[tuple[str, str], ...] = ()
    why: str = ""


def followed(store: Store, looking: Looking, memory: str) -> Followed:
    """Return what the last change of a memory ("f7") was, with all that was changed together with it."""
    rows = store.find("consolidation", {"memory": memory}, ("run", "undone_at"), newest=True)
    last = next((row for row in rows if not row.undone_at), None)
    if last is None:
        return Followed()
    return of_run(store, looking, last.run)


def of_run(store: Store, looking: Looking, run: str) -> Followed:
    """Return what one run changed of facts: which came, and which are believed no longer."""
    rows = store.find("consolidation", {"run": run}, ("memory", "what", "after"))
    facts = dict.fromkeys(row.memory for row in rows if row.memory[:1] == "f")
    closed = {row.memory for row in rows if _closes(row)}
    came = {row.memory for row in rows if row.what == "added"}
    now, no_longer = [], []
    for fact in facts:
        known = looking.fact(int(fact[1:]))
        if known is None:
            continue
        if fact in closed and known.fact.closed_at is not None:
            no_longer.append((fact, fact_sentence(looking, known)))
        elif fact in came and known.fact.closed_at is None:
            now.append((fact, fact_sentence(looking, known)))
    return Followed(run=run, now=tuple(now), no_longer=tuple(no_longer))


def _closes(row: Any) -> bool:
    return row.what == "changed" and bool(row.after) and bool(json.loads(row.after).get("closed_at"))
