"""One question asked of all indexes, and a compound one taken apart, asked in parts and merged."""

import logging
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import structlog

from empla.memory.model import Cue, Recalled, Recollection
from empla.memory.recall import facts, merging
from empla.memory.recall.answerable import answerable
from empla.memory.recall.candidates import gather
from empla.memory.recall.scoring import Scored, score
from empla.memory.recall.sought import seek
from empla.memory.recall.sources import FactSource, Meaning, Splitter
from empla.memory.recall.splitting import split
from empla.memory.text.analysis import bare, words
from empla.memory.text.index import TextIndex
from empla.memory.text.pieces import episode_of

log = structlog.get_logger(__name__)

_DESCRIBED: Final = re.compile(
    r"\b(?:the\s+)?(?:company|firm|customer|client|supplier|person|colleague|boss|manager|team|man|woman)"
    r"\s+(?:that|which|who|whom|where)\s+[^,:;?]+|\b[A-Z][\w'’-]*(?:['’]s)\s+(?:company|employer|boss|manager|firm|team)\b"
)
"""Somebody or something that is described by how it stands to another."""

SPARE: Final = 10
"""Hits that are read out of the truth besides as many as are wanted: some may be too long for what room is left."""

Read = Callable[[Sequence[Scored]], Sequence[Recollection]]
"""Reads the episodes of scored pieces out of the truth, in their order; those that are not kept are left out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """Where is looked: the index of words, what reads the truth, and what there may be besides."""

    index: TextIndex
    read: Read
    meaning: Meaning | None = None
    facts: FactSource | None = None
    splitter: Splitter | None = None


def recall(cue: Cue, budget: int, sources: Sources) -> Recalled:
    """Return what belongs to a cue, as much as its limit and a budget of tokens have room for."""
    asked = _questions(cue, sources)
    answers = [_ask(cue, question, sources) for question in asked]
    hits = merging.merged([answer.hits for answer in answers])
    kept, tokens, left_out = merging.within(hits, cue.limit, budget)
    sure = min(answer.answerable for answer in answers) if kept else 0.0
    if log.is_enabled_for(logging.DEBUG):  # to say it takes a twentieth of the time
        log.debug(
            "recall",
            questions=len(asked),
            found=len(hits),
            answerable=round(sure, 3),
            tokens=tokens,
            hits=[{"id": hit.id, "score": round(hit.score, 3), **_rounded(hit.parts)} for hit in kept],
        )
    return Recalled(hits=kept, answerable=sure, tokens=tokens, left_out=left_out, asked=tuple(asked))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answer:
    hits: Sequence[Recollection]
    answerable: float


def _ask(cue: Cue, question: str, sources: Sources) -> _Answer:
    """Ask one question of everything, and merge by score."""
    totals = sources.index.totals()
    sought = seek(cue, question, sources.index, totals.pieces)
    asked = sources.meaning.asked(sought.as_author) if sources.meaning is not None else None
    found = gather(sought, sources.index, asked)
    scored = score(sought, found, totals, cue.at, asked)
    hits = _read(scored, cue.limit + SPARE, sources.read)
    sure = answerable(scored, sought)
    if sources.facts is not None and not sought.is_bounded:  # a fact happened at no time, and nobody took part in it
        stated = facts.facts(sought, sources.facts, scored)
        sure = max([sure, *(_stated(fact) for fact in stated if "author" in fact.parts or not sought.named)])
        hits += stated
    hits.sort(key=lambda hit: (-hit.score, hit.id))
    return _Answer(hits=hits, answerable=sure)


def _read(scored: Sequence[Scored], limit: int, read: Read) -> list[Recollection]:
    """Return the best piece of each episode, as it is in the truth, with its score."""
    best: dict[int, Scored] = {}
    for one in scored:
        best.setdefault(episode_of(one.piece.number), one)
        if len(best) == limit:
            break
    return list(read(list(best.values())))


def _stated(fact: Recollection) -> float:
    """Return how sure it is that a fact answers: as sure as it says what the question is made of."""
    return min(1.0, fact.parts.get("covered", 0.0))


def _rounded(parts: Mapping[str, float]) -> dict[str, float]:
    return {name: round(value, 3) for name, value in parts.items()}


# compound questions ---------------------------------------------------------------------------------------------------


def _questions(cue: Cue, sources: Sources) -> Sequence[str]:
    """Return the questions that a cue asks, each with what it refers to put in its place."""
    if sources.splitter is not None:
        asked: Sequence[str] = sources.splitter.split(cue.words) or [cue.words]
    else:
        asked = split(cue.words, lambda name: _is_person(name, sources.index))
    if sources.facts is None:
        return asked
    return [_resolved(question, cue, sources.facts) for question in asked]


def _is_person(name: str, index: TextIndex) -> bool:
    called = index.called([bare(word) for word in words(name)])
    return bool(called)


def _resolved(question: str, cue: Cue, source: FactSource) -> str:
    """Return a question with who is meant in place of how: facts tell who "the company that Bob works for" is."""
    match = _DESCRIBED.search(question)
    if match is None:
        return question
    for entity in source.named(match[0]):
        for other in source.related(match[0], entity.number, cue.viewer):
            return f"{question[: match.start()]}{other.name}{question[match.end() :]}"
    return question
