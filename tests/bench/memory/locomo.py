"""LoCoMo's conversations as an employee's memory, and its questions with the turns that answer them.

The data (CC BY-NC 4.0, github.com/snap-research/locomo) is no part of the project: its path is given. A turn is an
episode, a session a thread, the speaker the author, the caption of a photo the subject.
"""

import json
import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from empla.store.store import Store, instant

CATEGORIES = {1: "multi-hop", 2: "temporal", 3: "open-domain", 4: "single-hop"}
UNANSWERABLE = 5
_TURN = re.compile(r"D(\d+):(\d+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A question, its category, and the numbers of the turns that answer it, counted from 1."""

    words: str
    category: int
    gold: frozenset[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """One conversation: rows of episodes, questions, and a day after its end."""

    name: str
    rows: Sequence[dict[str, Any]]
    questions: Sequence[Question]
    after: datetime


def path_of(given: str) -> Path | None:
    """Return where the data lies: as given, else EMPLA_LOCOMO; None if there is none."""
    found = given or os.environ.get("EMPLA_LOCOMO", "")
    return Path(found) if found and Path(found).exists() else None


def load(path: Path) -> list[Conversation]:
    """Read all conversations."""
    return [_conversation(one) for one in json.loads(path.read_text())]


def write(store: Store, rows: Iterable[dict[str, Any]]) -> None:
    """Write rows as the engine would, some hundred in a transaction."""
    coming = iter(rows)
    while some := list(islice(coming, 500)):
        with store.transaction(gathers=True):
            for row in some:
                store.add("episode", row)


def _conversation(one: dict[str, Any]) -> Conversation:
    talk, places, rows = one["conversation"], {}, []
    people = json.dumps(sorted({_address(talk["speaker_a"]), _address(talk["speaker_b"])}))
    sessions = sorted((key for key in talk if re.fullmatch(r"session_\d+", key)), key=lambda key: int(key[8:]))
    at = datetime.min.replace(tzinfo=UTC)
    for session in sessions:
        began = datetime.strptime(talk[session + "_date_time"], "%I:%M %p on %d %B, %Y").replace(tzinfo=UTC)
        for place, turn in enumerate(talk[session]):
            at = began + timedelta(seconds=place)
            places[turn["dia_id"]] = len(rows) + 1
            rows.append(episode(f"{one['sample_id']}/{session}", turn, at, people))
    asked = [
        Question(words=q["question"], category=q["category"], gold=gold)
        for q in one["qa"]
        if (gold := frozenset(places[turn] for turn in _turns(q["evidence"]) if turn in places))
    ]
    return Conversation(name=one["sample_id"], rows=rows, questions=asked, after=at + timedelta(days=1))


def _turns(evidence: Sequence[str]) -> set[str]:
    """Return the turns that are named, in one spelling: some are written "D8:6; D9:17" or "D30:05"."""
    return {f"D{int(a)}:{int(b)}" for text in evidence for a, b in _TURN.findall(text)}


def _address(speaker: str) -> str:
    return f"{speaker.lower()}@chat.example"


def episode(thread: str, turn: dict[str, Any], at: datetime, people: str) -> dict[str, Any]:
    """Return a turn as the row of an episode."""
    return {
        "key": f"{thread}/{turn['dia_id']}", "kind": "mail", "at": instant(at), "thread": thread,
        "author": _address(turn["speaker"]), "people": people, "subject": turn.get("blip_caption") or "",
        "text": turn["text"], "outcome": "", "rationale": "", "importance": 2, "visibility": 0, "source": "percept",
        "percept": "", "intention": "", "action": "",
    }  # fmt: skip
