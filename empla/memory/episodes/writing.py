"""Writing episodes into the truth: once for each key, whoever makes them, however often."""

import json
from collections.abc import Iterable
from datetime import datetime

from empla.memory.model import Episode
from empla.store.store import Store, instant

_json = json.JSONEncoder(ensure_ascii=False).encode
_BY_KEY = ("key",)
"""What names an episode; of one that is known nothing is changed, also if it was forgotten since."""


def write(store: Store, episodes: Iterable[Episode], at: datetime) -> None:
    """Write episodes in the current transaction; `at` is when they are recorded."""
    recorded = instant(at)
    for episode in episodes:
        store.put("episode", _BY_KEY, _BY_KEY, row(episode, recorded))


def row(episode: Episode, recorded_at: str) -> dict[str, object]:
    """Return the row of an episode."""
    return {
        "key": episode.key,
        "kind": episode.kind.value,
        "at": instant(episode.at),
        "thread": episode.thread,
        "author": episode.author,
        "people": _json(episode.people),
        "subject": episode.subject,
        "text": episode.text,
        "outcome": episode.outcome,
        "rationale": episode.rationale,
        "importance": int(episode.importance),
        "visibility": int(episode.visibility),
        "source": episode.source.value,
        "percept": episode.percept,
        "intention": episode.intention,
        "action": episode.action,
        "document": episode.document,
        "part": episode.part,
        "recorded_at": recorded_at,
    }
