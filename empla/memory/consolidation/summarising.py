"""Summaries of threads: the sentences of a thread that say most of it, each with who said it, in their order.

They are extractive, so nothing is put into anybody's mouth, and the same turns give the same words. A sentence counts
the more of the thread's frequent words it has (Luhn 1958), and for what people look for later: a question, a decision,
a date, an amount, a promise. A thread is summarised when it has been quiet for a day; when it goes on and is quiet
again, the summary is made anew and takes the former's place.

A summary rests on its turns, which are named in its `rationale` (`turns_of`). It is no more trusted than the least
trusted of them, no more visible than the least visible, and its people are those who took part in every turn: nobody
learns from it what they did not see.
"""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from empla.capabilities.email.reading.newtext import new_text
from empla.memory.consolidation.changes import recorded, was_undone
from empla.memory.consolidation.progress import Consolidating, Terms
from empla.memory.consolidation.rates import (
    BLOCK,
    LEAST_TURNS,
    LONGEST_SENTENCE,
    MOST_TURNS,
    MOST_WAITING,
    QUIET,
    SUMMARY_SENTENCES,
)
from empla.memory.model import EpisodeKind, Importance, Kept
from empla.mind.values import Source
from empla.store.store import Store, instant

TURNS: Final = (EpisodeKind.MAIL, EpisodeKind.SENT, EpisodeKind.EVENT, EpisodeKind.QUESTION, EpisodeKind.DECISION)
"""Kinds of episodes that are turns of a thread."""

_COLUMNS: Final = (
    *("seq", "kind", "at", "author", "people", "subject", "text", "outcome"),
    *("importance", "visibility", "source", "state"),
)
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z0-9“\"(])|\n+")
_WORD = re.compile(r"[^\W\d_]{4,}")
_NUMBER = re.compile(r"\d")
_POLITE = re.compile(
    r"(?:hello|hi|hey|dear|good (?:morning|afternoon|evening)|best|kind regards|regards|thanks|thank you|cheers|sincerely"  # noqa: E501
    r"|yours|many thanks|all the best|best wishes)\b[^.?!]{0,40}[,.!]?",
    re.IGNORECASE,
)
_TELLING = (
    (re.compile(r"\?"), 1.0),
    (re.compile(r"\b(?:agreed?|decided?|confirm(?:ed)?|accept(?:ed)?|declined?|cancel(?:led)?|approved?|book(?:ed)?)\b", re.I), 1.5),  # noqa: E501
    (re.compile(r"\b(?:will|shall|promise|send you|by (?:mon|tues|wednes|thurs|fri)day|deadline|until|due)\b", re.I), 1.0),  # noqa: E501
    (re.compile(r"\d"), 0.75),
    (re.compile(r"[€$£]|\b(?:EUR|USD|GBP|CHF)\b"), 1.0),
)  # fmt: skip
_STOP: Final = frozenset(
    [
        "that",
        "this",
        "with",
        "from",
        "have",
        "been",
        "will",
        "would",
        "could",
        "should",
        "there",
        "their",
        "they",
        "them",
        "then",
        "than",
        "when",
        "what",
        "which",
        "were",
        "your",
        "yours",
        "ours",
        "about",
        "just",
        "also",
        "some",
        "into",
        "only",
        "very",
        "much",
        "more",
        "most",
        "here",
    ]
)


@dataclass(frozen=True, slots=True)
class _Said:
    """One sentence of a thread: in which turn, by whom."""

    turn: int
    place: int
    author: str
    text: str


def summarise(store: Store, known: Consolidating, _terms: Terms) -> Consolidating:
    """Summarise threads with new turns that have been quiet for long enough, some at a time."""
    quiet_since = known.time - QUIET
    if not known.at:  # first those that were not quiet the last time
        still = tuple(thread for thread in known.waiting if not _summarised(store, known, thread, quiet_since))
        return replace(known, at=known.threaded + 1, waiting=still)
    if len(known.waiting) >= MOST_WAITING:
        return replace(known, stage="", at=0)
    columns = ("seq", "thread", "kind")
    rows = [
        r for r in store.find("episode", (), columns, at_least={"seq": known.at}, limit=BLOCK) if r.seq <= known.upto
    ]
    threads = dict.fromkeys(row.thread for row in rows if row.thread and row.kind in TURNS)
    waiting = dict.fromkeys(known.waiting)
    for thread in threads:
        if not _summarised(store, known, thread, quiet_since):
            waiting[thread] = None
    last = rows[-1].seq if rows else known.threaded
    known = replace(known, threaded=last, waiting=tuple(waiting))
    return replace(known, at=last + 1) if len(rows) == BLOCK else replace(known, stage="", at=0)


def _summarised(store: Store, known: Consolidating, thread: str, quiet_since: datetime) -> bool:
    """See to one thread; return False if it is not quiet yet."""
    newest = store.find("episode", {"thread": thread}, ("at",), limit=MOST_TURNS, newest=True)
    if any(row.at > instant(quiet_since) for row in newest):
        return False
    _summary(store, known, thread)
    return True


def _summary(store: Store, known: Consolidating, thread: str) -> None:
    by = {"thread": thread, "state": Kept.KEPT.value}
    newest = store.find("episode", by, _COLUMNS, limit=MOST_TURNS, newest=True)
    turns = [row for row in reversed(newest) if row.kind in TURNS and row.text.strip()]
    if len(turns) < LEAST_TURNS:
        return
    key = key_of(thread, turns[-1].seq)
    if store.find("episode", {"key": key}, ("seq",)):
        return
    former = [row.seq for row in newest if row.kind == EpisodeKind.SUMMARY]
    if any(was_undone(store, f"e{seq}", _step(thread)) for seq in former):
        return
    with recorded(store, known.run, _step(thread), known.time):
        made = store.add("episode", _row(thread, key, turns, known.time))
        for seq in former:
            store.change("episode", {"seq": seq}, {"state": Kept.REPLACED.value, "stands_for": made})


def _step(thread: str) -> str:
    return f"summarise:{_short(thread)}"


def key_of(thread: str, last: int) -> str:
    """Return the key of the summary of a thread whose newest turn has this number."""
    return f"summary:{_short(thread)}:{last}"


def _short(thread: str) -> str:
    return hashlib.sha256(thread.encode()).hexdigest()[:16]


def turns_of(rationale: str) -> tuple[str, ...]:
    """Return the ids of the episodes on which a summary rests, by its rationale."""
    return tuple(re.findall(r"\be\d+\b", rationale))


_TRUST: Final = {source.value: place for place, source in enumerate(Source)}


def _row(thread: str, key: str, turns: Sequence[Any], at: datetime) -> dict[str, Any]:
    """Return the summary as a row of episodes."""
    of_all = set.intersection(*(set(json.loads(row.people)) for row in turns))
    return {
        "key": key,
        "kind": EpisodeKind.SUMMARY.value,
        "at": turns[-1].at,
        "thread": thread,
        "author": "",
        "people": json.dumps(sorted(of_all)),
        "subject": next((row.subject for row in turns if row.subject), ""),
        "text": summary(turns),
        "outcome": turns[-1].outcome,
        "rationale": f"made of {', '.join(f'e{row.seq}' for row in turns)}",
        "importance": max((row.importance for row in turns), default=Importance.MEDIUM),
        "visibility": min(row.visibility for row in turns),
        "source": max((row.source for row in turns), key=lambda source: _TRUST.get(source, len(_TRUST))),
        "percept": "",
        "intention": "",
        "action": "",
        "recorded_at": instant(at),
    }


# the words -----------------------------------------------------------------------------------------------------------


def summary(turns: Sequence[Any]) -> str:
    """Return the sentences of a thread that say most of it, one a line, each with its day and who said it."""
    said = [one for number, row in enumerate(turns) for one in _sentences(number, row)]
    often = Counter(word for one in said for word in set(_words(one.text)))
    ranked = sorted(said, key=lambda one: (-_worth(one, often, len(turns)), one.turn, one.place))
    chosen: list[_Said] = []
    for one in ranked:
        if not any(_alike(one, other) for other in chosen):
            chosen.append(one)
        if len(chosen) == SUMMARY_SENTENCES:
            break
    chosen.sort(key=lambda one: (one.turn, one.place))
    return "\n".join(f"{turns[one.turn].at[:10]} {one.author}: {one.text}" for one in chosen)


def _sentences(number: int, row: Any) -> list[_Said]:
    pieces = (" ".join(piece.split()) for piece in _SENTENCE.split(new_text(row.text)))
    kept = [
        piece for piece in pieces if (len(_words(piece)) > 1 or _NUMBER.search(piece)) and not _POLITE.fullmatch(piece)
    ]
    author = row.author or "I"
    return [_Said(number, place, author, _cut(piece)) for place, piece in enumerate(kept)]


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST_SENTENCE else f"{text[: LONGEST_SENTENCE - 1].rstrip()}…"


def _words(text: str) -> list[str]:
    return [word for word in _WORD.findall(text.lower()) if word not in _STOP]


def _worth(one: _Said, often: Counter[str], turns: int) -> float:
    """Return what a sentence is worth; rounded, so that no last digit decides."""
    words = set(_words(one.text))
    central = sum(often[word] - 1 for word in words) / (len(words) + 2)
    telling = sum(worth for pattern, worth in _TELLING if pattern.search(one.text))
    edge = 1.0 if one.place == 0 and one.turn in (0, turns - 1) else 0.0  # what began it, and how it stands
    return round(central + telling + edge, 6)


def _alike(one: _Said, other: _Said) -> bool:
    mine, theirs = set(_words(one.text)), set(_words(other.text))
    return bool(mine and theirs) and len(mine & theirs) / len(mine | theirs) > 0.6
