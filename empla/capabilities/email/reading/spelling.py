"""Slips in the few words by which requests are told: "plz schdule a meting". Words of time are mended by `times.words`.

Only a word that is close to just one of these and that is no other word is mended; names begin with a capital and are
left alone.
"""

import re
from difflib import SequenceMatcher
from functools import lru_cache

from empla.capabilities.email.reading.wordlists import LIKE_REQUEST_WORDS, REQUEST_WORDS

_KNOWN = sorted(REQUEST_WORDS)
_WORD = re.compile(r"(?<![\w@.'’-])[a-z]{5,14}(?![\w@'’-])")
_CLOSE = 0.84


def mended(text: str) -> str:
    """Return `text` with slips in words of requests mended."""
    return _WORD.sub(lambda match: _mended(match.group()), text)


@lru_cache(maxsize=8192)
def _mended(word: str) -> str:
    if word in _KNOWN or word in LIKE_REQUEST_WORDS:
        return word
    for known in _KNOWN:
        near = abs(len(known) - len(word)) <= 2 and known[0] == word[0] and len(set(known) ^ set(word)) <= 2
        if near and word != f"{known}s" and SequenceMatcher(None, word, known).ratio() >= _CLOSE:
            return known
    return word
