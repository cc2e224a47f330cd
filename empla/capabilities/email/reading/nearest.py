"""The sentence that is surely understood and comes nearest to one that was not."""

import re
from difflib import SequenceMatcher

from empla.capabilities.email.reading.intents import SENTENCES
from empla.capabilities.email.reading.wordlists import SMALL_WORDS

_WORD = re.compile(r"[a-z0-9']+")
_LONGEST = 500


def nearest(text: str) -> str:
    """Return the one of `SENTENCES` that shares the most words with `text`, by letters where they share none."""
    small = text.lower()[:_LONGEST]
    words = set(_WORD.findall(small)) - SMALL_WORDS

    def likeness(sentence: str) -> tuple[float, float]:
        own = set(_WORD.findall(sentence.lower())) - SMALL_WORDS
        return len(words & own) / max(1, len(own)), SequenceMatcher(None, small, sentence.lower()).ratio()

    return max(SENTENCES, key=likeness)
