"""Forgetting by policy: what is older than the company keeps memories, and what is more than is recalled.

What is older than `Terms.retention` is forgotten: its words are erased, here and in what was kept to put changes back,
and that cannot be undone. Of more than `MOST_KEPT` episodes of a kind the oldest fade, which can be; the manager is
told of it by a percept of kind `memory-full`, once a night, with how many.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

from empla.memory.consolidation.changes import recorded
from empla.memory.consolidation.fading import STEP as FADE
from empla.memory.consolidation.progress import Consolidating, Terms
from empla.memory.consolidation.rates import BLOCK, MOST_KEPT
from empla.memory.consolidation.summarising import turns_of
from empla.memory.knowledge.recording import episodes_changed
from empla.memory.model import EpisodeKind, Importance, Kept
from empla.mind.percepts import Percept
from empla.mind.values import OWN
from empla.store.store import Store, instant

MEMORY_FULL: Final = "memory-full"
"""Kind of the percept that more is remembered than is recalled; fields `kind`, `faded` (how many tonight), `most`."""
FORGOTTEN: Final = "forgotten"
STEP: Final = "retire"
PIECE: Final = 5 * BLOCK
"""Rows that one piece erases or lets fade."""
_WORDS: Final = ("thread", "author", "subject", "text", "outcome", "rationale", "percept", "intention", "action")
_ERASED: Final = {**dict.fromkeys(_WORDS, ""), "people": "[]", "state": Kept.FORGOTTEN.value}
_KINDS: Final = tuple(MOST_KEPT)


def retire(store: Store, known: Consolidating, terms: Terms) -> Consolidating:
    """Forget what is too old, and let fade what is too much, some at a time; `at` counts the kinds that are done."""
    if terms.retention is not None and not known.at:
        rows = _forgettable(store, {"at": instant(known.time - terms.retention)})
        erased = [seq for row in rows for seq in (row.seq, *_summaries(store, row))]
        for seq in dict.fromkeys(erased):
            _erase(store, known, seq)
        if erased:
            episodes_changed(store, erased, known.time)  # what was only read out of them is believed no longer
        if len(rows) == PIECE:
            return known
    if known.at == len(_KINDS):
        return replace(known, stage="", at=0)
    kind = _KINDS[known.at]
    if _let_oldest_fade(store, known, kind, terms) == PIECE:
        return known
    return replace(known, at=known.at + 1)


def _summaries(store: Store, row: Any) -> list[int]:
    """Return the summaries that have words of an episode."""
    if not row.thread or row.kind == EpisodeKind.SUMMARY:
        return []
    by = {"thread": row.thread, "kind": EpisodeKind.SUMMARY.value}
    return [s.seq for s in store.find("episode", by, ("seq", "rationale")) if f"e{row.seq}" in turns_of(s.rationale)]


def _forgettable(store: Store, before: dict[str, str]) -> Sequence[Any]:
    """Return the oldest episodes that are too old; documents have an owner who takes them back."""
    kinds = [kind.value for kind in EpisodeKind if kind is not EpisodeKind.PASSAGE]
    states = [state.value for state in Kept if state is not Kept.FORGOTTEN]
    found: list[Any] = []
    for state in states:
        more = store.find(
            "episode",
            {"state": state},
            ("seq", "thread", "kind"),
            at_most=before,
            limit=PIECE - len(found),
            one_of=("kind", kinds),
        )
        found += more
        if len(found) >= PIECE:
            break
    return found[:PIECE]


def _erase(store: Store, known: Consolidating, seq: int) -> None:
    """Erase the words of an episode, and those that were kept to put its changes back."""
    memory = f"e{seq}"
    store.change("episode", {"seq": seq}, {**_ERASED, "key": f"{FORGOTTEN}:{seq}"})
    store.change("consolidation", {"memory": memory}, {"before": "", "after": ""})
    row = {"run": known.run, "step": f"{STEP}:{memory}", "at": instant(known.time), "memory": memory}
    store.add("consolidation", {**row, "what": FORGOTTEN, "before": "", "after": ""})


def _let_oldest_fade(store: Store, known: Consolidating, kind: EpisodeKind, terms: Terms) -> int:
    """Let the oldest of a kind fade that are more than are recalled, but for critical ones; return how many did."""
    most = MOST_KEPT[kind]
    by = {"kind": kind.value, "state": Kept.KEPT.value}
    newest = store.find("episode", by, ("seq",), limit=1, newest=True)
    if not newest or newest[0].seq <= most:
        return 0  # there cannot be more of them than there are episodes
    more = len(store.find("episode", by, ("seq",))) - most
    if more <= 0:
        return 0
    least = {"importance": Importance.HIGH.value}
    rows = store.find("episode", by, ("seq",), at_most=least, limit=min(PIECE, more))
    for row in rows:
        with recorded(store, known.run, f"{FADE}:e{row.seq}", known.time):
            store.change("episode", {"seq": row.seq}, {"state": Kept.FADED.value})
    key = f"{MEMORY_FULL}:{known.run}:{kind.value}"
    fields = {"kind": kind.value, "faded": more, "most": most}
    terms.tell(store, Percept(key=key, kind=MEMORY_FULL, fields=fields, origin=OWN), known.time)
    return len(rows)
