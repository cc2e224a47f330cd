"""Many more episodes than were asked about: latency, what recall loses among them, and how fast they are taken in.

Distractors are the conversations over again, of other people, at other times, with other rare words; where there is no
LoCoMo, office talk that is made of a few words.
"""

import json
import random
import re
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import chain, islice
from pathlib import Path
from typing import Any

from empla.memory.recall import candidates
from empla.memory.text.reading import catch_up
from empla.memory.text.sqlite import FileIndex
from empla.store.opening import open_store
from empla.store.store import instant
from tests.bench.memory.locomo import Conversation, write
from tests.bench.memory.measuring import Asked, figure
from tests.bench.memory.recalling import Meanings, ask, remembering

_WORD = re.compile(r"[A-Za-z]+")
_RARE, _SORTS = 10, 50
MILLION = 1_000_000
POSTINGS = (20_000, 40_000, 100_000)


def pooled(conversations: Sequence[Conversation], episodes: int) -> Iterator[dict[str, Any]]:
    """Yield all conversations for one memory, and distractors up to so many episodes."""
    base = [row for conversation in conversations for row in conversation.rows]
    return islice(chain(base, distractors(base)), episodes)


def distractors(base: Sequence[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield the rows over and over, each time of others and with other rare words."""
    counts = Counter(word for row in base for word in {*_WORD.findall(row["text"].lower())})
    rare = {word for word, count in counts.items() if count <= _RARE}
    copy = 0
    while True:
        copy += 1
        for row in base:
            yield _copied(row, copy, rare)


def _copied(row: dict[str, Any], copy: int, rare: set[str]) -> dict[str, Any]:
    sort = f"x{copy % _SORTS}"

    def other(match: re.Match[str]) -> str:
        return match[0] + sort if match[0].lower() in rare else match[0]

    people = [_somebody(address, copy) for address in json.loads(row["people"])]
    at = datetime.fromisoformat(row["at"]) + timedelta(days=7 * (copy % 100))
    return row | {
        "key": f"{copy}/{row['key']}", "thread": f"{copy}/{row['thread']}", "people": json.dumps(people),
        "author": _somebody(row["author"], copy), "text": _WORD.sub(other, row["text"]), "at": instant(at),
    }  # fmt: skip


def _somebody(address: str, copy: int) -> str:
    """Return somebody else, whose name is nobody's who is asked about."""
    name, _, host = address.partition("@")
    return f"{name[::-1]}{'abcdefghij'[copy % 10]}{copy}@{host}"


def made_up(episodes: int) -> list[dict[str, Any]]:
    """Return office talk without any data: some thousand words, frequent ones more often, in short threads."""
    chance = random.Random(0)
    words = ["".join(chance.choice("bdfgklmnprst") + chance.choice("aeiou") for _ in range(3)) for _ in range(5_000)]
    weights = [1 / (rank + 5) for rank in range(len(words))]
    began = datetime(2025, 1, 6, 8, 0, tzinfo=UTC)
    rows = []
    for number in range(episodes):
        author = f"{chance.choice(words)}@office.example"
        text = " ".join(chance.choices(words, weights, k=20)).capitalize() + ". We meet on Tuesday."
        rows.append(
            {
                "key": str(number),
                "kind": "mail",
                "at": instant(began + timedelta(minutes=7 * number)),
                "thread": str(number // 6),
                "author": author,
                "people": json.dumps([author]),
                "subject": "",
                "text": text,
                "outcome": "",
                "rationale": "",
                "importance": 2,
                "visibility": 0,
                "source": "percept",
                "percept": "",
                "intention": "",
                "action": "",
            }
        )
    return rows


def crowded(conversations: Sequence[Conversation], episodes: int, meanings: Meanings | None = None) -> list[Asked]:
    """Ask all questions of one memory of so many episodes."""
    with remembering(pooled(conversations, episodes), meanings) as memory:
        return _each(memory, conversations)


def _each(memory: Any, conversations: Sequence[Conversation]) -> list[Asked]:
    asked, offset = [], 0
    for conversation in conversations:
        asked += [ask(memory, conversation, question, offset=offset) for question in conversation.questions]
        offset += len(conversation.rows)
    return asked


def ingest(rows: Iterable[dict[str, Any]], folder: Path) -> list[dict[str, Any]]:
    """Return how fast episodes that stand in the truth are taken into the index of words, in one batch."""
    store = open_store(folder / "mind.db", "ada")
    store.take_lease(1, "bench")
    write(store, rows)
    index = FileIndex(folder / "text.db")
    wall, cpu = time.perf_counter(), time.process_time()
    taken = catch_up(store, index)
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    index.close()
    store.close()
    size = (folder / "text.db").stat().st_size / taken
    return [
        figure(
            "episodes taken in without vectors, a second of the processor", taken / cpu, "/s", 20_000, better="higher"
        ),
        figure("episodes taken in without vectors, a second", taken / wall, "/s", better="higher"),
        figure("index of words, an episode", size, "bytes"),
    ]


def a_million(conversations: Sequence[Conversation]) -> Iterator[tuple[str, list[Asked]]]:
    """Ask all questions of a memory of a million episodes, with frequent words pruned at several limits."""
    rows = pooled(conversations, MILLION)
    usual = candidates.POSTINGS
    with remembering(rows, None) as memory:
        for postings in POSTINGS:
            candidates.POSTINGS = postings
            yield f"{MILLION:,} episodes, {postings:,} postings", _each(memory, conversations)
    candidates.POSTINGS = usual
