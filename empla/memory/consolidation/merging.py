"""Merging what says the same: of two memories that mean one thing, the older stands, and the other is *merged* into it.

Episodes: what somebody told it to remember, said once more. Mails and what else happened are never merged: that it was
said twice is itself something that happened. Facts: two values of one predicate of one subject that differ in spelling
alone, or in all but a few words ("renewal on 1 March 2027", "the renewal is on 1 March 2027"). The one that stands
rests on the evidence of both.

Nearly the same is judged by shingles: the share of runs of three words that both have (Broder 1997). Texts whose
numbers differ never say the same, however alike they look; nor do texts of which only one denies.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

from empla.memory.consolidation.changes import recorded, was_undone
from empla.memory.consolidation.progress import Consolidating, Terms
from empla.memory.consolidation.rates import BLOCK, MERGE_WITHIN, SAME_FROM, SHINGLE
from empla.memory.knowledge.recording import record_fact, withdraw
from empla.memory.knowledge.statements import Statement
from empla.memory.model import Basis, EpisodeKind, Kept, Visibility
from empla.mind.values import Source
from empla.store.store import Store

MERGED_WHY: Final = "the same as"
STEP: Final = "merge"
_TOLD: Final = ("seq", "kind", "author", "people", "visibility", "source", "subject", "text")
_FACT: Final = (
    *("seq", "subject", "predicate", "object", "object_entity", "basis", "confidence", "visibility", "source"),
    *("closed_at", "state", "said_by", "people"),
)
_WORD = re.compile(r"\w+(?:[.,:]\d+)*", re.UNICODE)
_NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")
_DENIES = re.compile(r"\b(?:not|no|never|none|neither|nor|without|cannot|\w+n['’]t)\b", re.IGNORECASE)
_EMPTY: Final = frozenset({"the", "a", "an", "please", "is", "are", "be", "on", "of", "to", "that", "it", "by"})
_LEGAL: Final = frozenset({"gmbh", "ag", "ltd", "inc", "llc", "sa", "bv", "plc", "corp", "co"})
_BASES: Final = {basis.value: place for place, basis in enumerate(Basis)}


# what is the same ----------------------------------------------------------------------------------------------------


def same(one: str, other: str) -> bool:
    """Return whether two texts say the same."""
    left, right = _bare(one), _bare(other)
    if left == right:
        return True
    if sorted(_NUMBER.findall(one)) != sorted(_NUMBER.findall(other)):
        return False
    if len(_DENIES.findall(one)) != len(_DENIES.findall(other)):
        return False
    mine, theirs = shingles(left), shingles(right)
    return len(mine & theirs) >= SAME_FROM * len(mine | theirs)


def _bare(text: str) -> tuple[str, ...]:
    """Return the words that matter, as they are compared."""
    plain = tuple(word for word in _WORD.findall(text.casefold()) if word not in _EMPTY)
    short = tuple(word for word in plain if word not in _LEGAL)
    return short or plain


def shingles(words: Sequence[str]) -> frozenset[tuple[str, ...]]:
    """Return every run of `SHINGLE` words; of a shorter text itself."""
    return frozenset(tuple(words[n : n + SHINGLE]) for n in range(max(1, len(words) - SHINGLE + 1)))


# episodes, then facts ------------------------------------------------------------------------------------------------


def merge(store: Store, known: Consolidating, _terms: Terms) -> Consolidating:
    """Compare what is new with what is there, some at a time: first what was told, then facts."""
    by = {"kind": EpisodeKind.TOLD.value, "state": Kept.KEPT.value}
    if known.compared < known.upto:
        rows = store.find("episode", by, _TOLD, at_least={"seq": known.compared + 1}, limit=BLOCK)
        for row in rows:
            _merge_told(store, known, row)
        done = known.upto if len(rows) < BLOCK else rows[-1].seq
        return replace(known, compared=done)
    rows = store.find("fact", {}, _FACT, at_least={"seq": known.stated + 1}, limit=BLOCK)
    for row in rows:
        # Facts about entities are one by themselves, and what rules derive follows from others.
        if not (row.closed_at or row.object_entity) and row.state == Kept.KEPT and row.basis != Basis.DERIVED:
            _merge_fact(store, known, row)
    stated = rows[-1].seq if rows else known.stated
    return replace(known, stated=stated) if len(rows) == BLOCK else replace(known, stated=stated, stage="", at=0)


def _merge_told(store: Store, known: Consolidating, row: Any) -> None:
    by = {"author": row.author, "kind": EpisodeKind.TOLD.value, "state": Kept.KEPT.value}
    earlier = store.find("episode", by, _TOLD, at_most={"seq": row.seq - 1}, limit=MERGE_WITHIN, newest=True)
    for other in reversed(earlier):
        seen_alike = (other.people, other.visibility, other.source) == (row.people, row.visibility, row.source)
        if seen_alike and same(f"{other.subject} {other.text}", f"{row.subject} {row.text}"):
            if was_undone(store, f"e{row.seq}", _step("e", row.seq)):
                return
            with recorded(store, known.run, _step("e", row.seq), known.time):
                merged = {"state": Kept.MERGED.value, "stands_for": other.seq}
                store.change("episode", {"seq": row.seq}, merged)
                _add_use(store, f"e{row.seq}", f"e{other.seq}")
            return


def _merge_fact(store: Store, known: Consolidating, row: Any) -> None:
    by = {"subject": row.subject, "predicate": row.predicate, "closed_at": ""}
    for other in store.find("fact", by, _FACT, at_most={"seq": row.seq - 1}):
        if other.state == Kept.KEPT and _same_fact(row, other):
            better, worse = (row, other) if _BASES[row.basis] > _BASES[other.basis] else (other, row)
            if was_undone(store, f"f{worse.seq}", _step("f", worse.seq)):
                return
            with recorded(store, known.run, _step("f", worse.seq), known.time):
                _take_in(store, known, better, worse)
            return


def _same_fact(one: Any, other: Any) -> bool:
    """Return whether two facts about one subject say the same: to the same people, on equally trusted words."""
    said = [(row.visibility, row.source, row.said_by, row.people) for row in (one, other)]
    if said[0] != said[1] or other.object_entity or other.basis == Basis.DERIVED:
        return False
    return same(one.object, other.object)


def _take_in(store: Store, known: Consolidating, better: Any, worse: Any) -> None:
    """Have one fact stand for another: what that one rested on says this one too, and that one is closed."""
    proofs: dict[str, list[str]] = {}
    for row in store.find("support", {"fact": worse.seq}, ("proof", "supporter")):
        proofs.setdefault(row.proof, []).append(row.supporter)
    for proof, supporters in sorted(proofs.items()):
        statement = Statement(
            key=f"{STEP}:f{worse.seq}:{proof}",
            subject=better.subject,
            predicate=better.predicate,
            object=better.object,
            object_entity=better.object_entity,
            basis=Basis(better.basis),
            confidence=worse.confidence,
            said_by=better.said_by,
            rests_on=tuple(supporters),
            visibility=Visibility(better.visibility),
            source=Source(better.source),
        )
        record_fact(store, statement, known.time)
    withdraw(store, [worse.seq], f"{MERGED_WHY} f{better.seq}", known.time)
    store.change("fact", {"seq": worse.seq}, {"state": Kept.MERGED.value})
    _add_use(store, f"f{worse.seq}", f"f{better.seq}")


def _add_use(store: Store, worse: str, better: str) -> None:
    """Have what was of use in one of two memories count for the one that stands."""
    used = store.find("use", {"memory": worse}, ("count", "last_at"))
    if not used:
        return
    before = store.find("use", {"memory": better}, ("count", "last_at"))
    count = used[0].count + sum(row.count for row in before)
    last = max([used[0].last_at, *(row.last_at for row in before)])
    store.put("use", ("memory",), ("count", "last_at"), {"memory": better, "count": count, "last_at": last})


def _step(letter: str, seq: int) -> str:
    return f"{STEP}:{letter}{seq}"
