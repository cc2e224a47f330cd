"""Taking a compound question apart, by rules: each of its questions finds evidence of its own.

    Who introduced us to Acme, and when did they sign?   ->  who introduced us to Acme / when did they sign? Acme
    What did Bob and Carol say about the price?          ->  what did Bob say ... / what did Carol say ...

A question that refers to what another names ("they", "it") is given the names of that one. A model may do the same
(`empla.memory.recall.sources.Splitter`); the rules need none.
"""

import re
from collections.abc import Callable, Sequence
from typing import Final

from empla.memory.text.analysis import roots

MOST: Final = 4
"""Questions into which one is taken apart at most; of more, the first."""

_ASKS: Final = r"(?:who|whom|whose|what|when|where|which|why|how)"
_SENTENCE = re.compile(r"(?<=\?)\s+")
_AND_ASKS = re.compile(
    rf",?\s+(?:and|but|or)(?:\s+also|\s+then)?\s+(?=(?:(?:in|on|at|to|for|from|with|by|since)\s+)?{_ASKS}\b)", re.I
)
_NAME: Final = r"[A-Z][\w'’-]*(?:\s+[A-Z][\w'’-]*)?"
_TWO = re.compile(rf"\b(?:both\s+)?({_NAME})\s+(?:and|or|versus|vs\.?)\s+({_NAME})")
_TOGETHER = re.compile(r"\b(?:together|each other|one another|between|both|same|share|in common)\b", re.I)
_REFERS = re.compile(r"\b(?:they|them|their|theirs|he|him|his|she|her|hers|it|its|there|that one)\b", re.I)
_NAMED = re.compile(rf"(?<!^)(?<![.?!]\s){_NAME}")


def split(words: str, is_person: Callable[[str], bool]) -> Sequence[str]:
    """Return the questions that a text asks, itself alone if it asks one; `is_person` tells of a name what it is."""
    questions = [part for sentence in _SENTENCE.split(words.strip()) for part in _AND_ASKS.split(sentence)]
    if not all(map(roots, questions)):
        return [words]  # "..., and why?" has nothing to look for
    parts = [one for question in _referring(questions) for one in _of_each(question, is_person)]
    parts = list(dict.fromkeys(part.strip() for part in parts))
    return parts[:MOST] if len(parts) > 1 else [words]


def _referring(questions: Sequence[str]) -> list[str]:
    """Return questions of which each that says "they" and names nobody has the names of the one before it."""
    found: list[str] = []
    names: list[str] = []
    for question in questions:
        own = _NAMED.findall(question)
        if not own and names and _REFERS.search(question):
            found.append(f"{question} {' '.join(names)}")
        else:
            found.append(question)
            names = own or names
    return found


def _of_each(question: str, is_person: Callable[[str], bool]) -> list[str]:
    """Return one question for each of two persons who are named side by side, unless it asks what they do together."""
    match = _TWO.search(question)
    if match is None or _TOGETHER.search(question) or not (is_person(match[1]) and is_person(match[2])):
        return [question]
    before, after = question[: match.start()], question[match.end() :]
    return [f"{before}{match[1]}{after}", f"{before}{match[2]}{after}"]
