"""LoCoMo through the product's own recall: quality, abstention, latency, with and without vectors; and plain FTS5."""

import re
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from empla.memory.memory import Memory
from empla.memory.model import Cue
from empla.memory.recall.sources import Meaning
from empla.store.opening import open_store
from empla.store.store import Store
from tests.bench.memory import learning
from tests.bench.memory.locomo import CATEGORIES, UNANSWERABLE, Conversation, Question, write
from tests.bench.memory.measuring import KS, Asked, auc, figure, interval, interval_over, measured

NO_BUDGET = 1_000_000
Meanings = Callable[[Store, Path], Meaning]
"""Makes the vectors of a store's episodes, in a folder."""


class Once:
    """An embedder that reads each text once, however often the same memory is made."""

    def __init__(self, embedder: Any) -> None:
        self._embedder = embedder
        self._known: dict[Any, Any] = {}
        self.model, self.dims = embedder.model, embedder.dims

    def encode(self, texts: Sequence[Any], *, urgent: bool = False) -> list[Any]:
        """Return the vectors of texts; cues are read anew each time, as in an employee's life."""
        if urgent:
            return self._embedder.encode(texts, urgent=True)
        fresh = [text for text in texts if text not in self._known]
        self._known |= dict(zip(fresh, self._embedder.encode(fresh), strict=True)) if fresh else {}
        return [self._known[text] for text in texts]

    def close(self) -> None:
        """It is closed with the process."""


@contextmanager
def remembering(rows: Iterable[dict[str, Any]], meanings: Meanings | None) -> Iterator[Memory]:
    """Give a memory of these episodes, up to date."""
    with tempfile.TemporaryDirectory(prefix="empla-bench-") as folder:
        store = open_store(Path(folder) / "mind.db", "ada")
        store.take_lease(1, "bench")
        write(store, rows)
        index = Path(folder) / "recall"
        memory = Memory(store, index, meaning=meanings(store, index) if meanings else None)
        memory.catch_up()
        yield memory
        memory.close()
        store.close()


def ask(memory: Memory, conversation: Conversation, question: Question, limit: int = 20, offset: int = 0) -> Asked:
    """Ask one question, and measure what came of it; `limit` hits are looked at."""
    cue = Cue(words=question.words, at=conversation.after, limit=limit)
    wall, cpu = time.perf_counter(), time.process_time()
    recalled = memory.recall(cue, NO_BUDGET)
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    found = [int(hit.id[1:]) - offset for hit in recalled.hits]
    shares, rank = measured(found, question.gold)
    return Asked(
        conversation=conversation.name, category=question.category, recall=shares, rank=rank,
        answerable=recalled.answerable, wall_ms=1e3 * wall, cpu_ms=1e3 * cpu,
        parts=(found, [hit.parts for hit in recalled.hits], question.gold),
    )  # fmt: skip


def all_asked(conversations: Sequence[Conversation], meanings: Meanings | None, limit: int = 20) -> list[Asked]:
    """Ask every question of the conversation that it is about, each in a memory of its own."""
    asked = []
    for conversation in conversations:
        with remembering(conversation.rows, meanings) as memory:
            asked += [ask(memory, conversation, question, limit) for question in conversation.questions]
    return asked


def figures(
    name: str, asked: Sequence[Asked], wanted: tuple[float, float] | None = None, peer: Sequence[Asked] = ()
) -> tuple[list[dict[str, Any]], list[str]]:
    """Return the figures of one way, and what is to be said of them; `wanted` are recall at 5 and at 10 in per cent."""
    answered = [one for one in asked if one.category != UNANSWERABLE]
    others = [one for one in peer if one.category != UNANSWERABLE]
    rows, notes = [], [f"{name}: {len(answered)} questions of categories 1-4"]
    for place, k in enumerate(KS):
        values = [100 * one.recall[place] for one in answered]
        beside = float(np.mean([100 * one.recall[place] for one in others])) if others else None
        rows.append(
            figure(
                f"{name}: recall@{k}",
                float(np.mean(values)),
                "%",
                wanted[place] if wanted and place < len(wanted) else None,
                better="higher",
                peer="FTS5" if others else "",
                peer_value=beside,
            )
        )
        low, high = interval(values)
        groups = [[100 * o.recall[place] for o in answered if o.conversation == c] for c in _names(answered)]
        lowest, highest = interval_over(groups)
        notes.append(f"  @{k}: 95 % {low:.1f}-{high:.1f} over questions, {lowest:.1f}-{highest:.1f} over conversations")
    rows.append(
        figure(f"{name}: mean reciprocal rank", float(np.mean([o.rank for o in answered])), "", better="higher")
    )
    for category, called in CATEGORIES.items():
        values = [100 * one.recall[1] for one in answered if one.category == category]
        if values:
            rows.append(figure(f"{name}: {called}, recall@10", float(np.mean(values)), "%", better="higher"))
    for conversation in _names(answered):
        some = [one.recall for one in answered if one.conversation == conversation]
        notes.append(
            f"  {conversation}: " + ", ".join(f"@{k} {100 * m:.1f}" for k, m in zip(KS, np.mean(some, 0), strict=True))
        )
    return rows, notes


def abstention(name: str, asked: Sequence[Asked]) -> list[dict[str, Any]]:
    """Return how well answerable questions are told from those of category 5."""
    value = auc([one.answerable for one in asked], [one.category != UNANSWERABLE for one in asked])
    return [figure(f"{name}: AUC of answerable against category 5", value, "", 0.85, better="higher")]


def latency(
    name: str, asked: Sequence[Asked], p50: float | None = None, p99: float | None = None
) -> list[dict[str, Any]]:
    """Return how long a recall took, of the wall and of the processor."""
    rows = []
    for kind, values in (("", [o.wall_ms for o in asked]), (", processor", [o.cpu_ms for o in asked])):
        for share, target in ((50, p50), (99, p99)):
            rows.append(figure(f"{name}: recall p{share}{kind}", float(np.percentile(values, share)), "ms", target))
    return rows


def learned(name: str, asked: Sequence[Asked]) -> list[dict[str, Any]]:
    """Return recall by weights that were learned on the other conversations."""
    found = learning.leave_one_out([one for one in asked if one.category != UNANSWERABLE])
    means = 100 * np.mean(found, 0)
    return [
        figure(f"{name}: learned weights, leave one conversation out, recall@{k}", float(mean), "%", better="higher")
        for k, mean in zip((5, 10), means, strict=True)
    ]


def plain(conversations: Sequence[Conversation]) -> list[Asked]:
    """Ask plain FTS5: author, text and caption in one field, Porter's stems, any of the words, BM25."""
    asked = []
    for conversation in conversations:
        table = sqlite3.connect(":memory:")
        table.execute("CREATE VIRTUAL TABLE turn USING fts5(words, tokenize='porter unicode61')")
        table.executemany(
            "INSERT INTO turn(rowid, words) VALUES (?, ?)",
            [
                (n, f"{r['author'].partition('@')[0]} {r['text']} {r['subject']}")
                for n, r in enumerate(conversation.rows, 1)
            ],
        )
        for question in conversation.questions:
            match = " OR ".join(f'"{word}"' for word in re.findall(r"\w+", question.words.lower()))
            found = [
                row[0]
                for row in table.execute("SELECT rowid FROM turn WHERE turn MATCH ? ORDER BY rank LIMIT 20", (match,))
            ]
            shares, rank = measured(found, question.gold)
            asked.append(
                Asked(
                    conversation=conversation.name,
                    category=question.category,
                    recall=shares,
                    rank=rank,
                    answerable=0.0,
                    wall_ms=0.0,
                    cpu_ms=0.0,
                )
            )
    return asked


def _names(asked: Sequence[Asked]) -> list[str]:
    return list(dict.fromkeys(one.conversation for one in asked))
