"""The analysis of English: the roots of a text's content words. What is indexed and what is asked go the same way.

Inflection goes first (plural, past, -ing, forms that follow no rule), then derivation, as long as four letters remain:
"adopted", "adopting" and "adoption" have one root. There is no dictionary but the irregular forms. For other languages
another analysis would stand here.
"""

import re
from functools import lru_cache
from typing import Final

from empla.config import plain
from empla.memory.text.english import IRREGULAR, STOP, SUFFIXES

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
_REMEMBERED: Final = 30_000
"""Words whose root is kept at hand: most texts use few, and an employee's process is to stay small."""

_VOWELS: Final = frozenset("aeiouy")


def words(text: str) -> list[str]:
    """Return the words of a text in order, lower-cased, with what follows an apostrophe."""
    return _WORD.findall(text.lower())


def bare(word: str) -> str:
    """Return a word without accents and without what follows an apostrophe: "Zoë's" is "zoe"."""
    word = word.replace("’", "'").partition("'")[0]
    return word if word.isascii() else plain(word)


def roots(text: str) -> list[str]:
    """Return the roots of the content words of a text, in order."""
    return roots_of(words(text))


def roots_of(found: list[str]) -> list[str]:
    """Return the roots of words, without those that say nothing."""
    return list(filter(None, map(root_of, found)))


@lru_cache(_REMEMBERED)
def root_of(word: str) -> str:
    """Return the root of a lower-cased word; empty for one that says nothing."""
    stem = _stem(bare(word))
    return "" if stem in STOP else _root(stem)


def _stem(word: str) -> str:
    """Take off inflection: plural, past, -ing."""
    if word in IRREGULAR:
        return IRREGULAR[word]
    if len(word) <= 3 or not word.isalpha():
        return word
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("sses", "shes", "ches", "xes", "zzes")):
        word = word[:-2]
    elif word.endswith("s") and word[-2] not in "sui":
        word = word[:-1]
    word = _without_tense(word)
    if word in IRREGULAR:
        return IRREGULAR[word]
    return word[:-1] if len(word) > 3 and word.endswith("e") else word


def _without_tense(word: str) -> str:
    """Take off -ing and -ed, and half of the letter that is doubled before them."""
    base = word[:-3] if word.endswith("ing") else word[:-2] if word.endswith("ed") else ""
    if len(base) < 3 or _VOWELS.isdisjoint(base):
        return word
    if word.endswith("ied"):
        return word[:-3] + "y"
    if word.endswith("eed"):
        return word
    return base[:-1] if len(base) > 3 and base[-1] == base[-2] and base[-1] not in "lsz" else base


def _root(stem: str) -> str:
    """Take off up to two endings that make one word of another."""
    if not stem.isalpha():
        return stem
    if len(stem) < 6:
        return stem[:-1] if len(stem) > 4 and stem[-1] in "yi" else stem
    for _ in range(2):
        suffix = next((s for s in SUFFIXES if stem.endswith(s) and len(stem) - len(s) >= 4), None)
        if suffix is None:
            break
        stem = stem[: -len(suffix)]
        if stem[-1] == stem[-2] and stem[-1] not in "lsz":
            stem = stem[:-1]
    return stem
