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
_OWNED_DAY = re.compile(
    r"(?<!\w)(?P<day>today|tomorrow|yesterday|(?:mon|tues|wednes|thurs|fri|satur|sun)day|tmrw)s"
    r"(?= (?:\w+ )?(?:meeting|mtg|call|chat|sync|lunch|dinner|coffee|review|1:1|standup|stand-up|appointment|session"
    r"|interview"
    r"|workshop|demo|planning|slot|one)\b| \d{1,2}(?:[:.]\d\d)? ?(?:[ap]m)?(?![\w/]))",
    re.IGNORECASE,
)
"""The day of a meeting without its apostrophe: "tomorrows sync"."""


_SLIPS = {
    "wiht": "with", "wtih": "with", "witth": "with", "teh": "the", "hte": "the", "adn": "and", "nad": "and",
    "taht": "that",
    "waht": "what", "pelase": "please", "plase": "please", "plese": "please", "boook": "book",
    "cna": "can", "yuo": "you", "id": "I'd",
}  # fmt: skip
_SMALL = re.compile(
    rf"(?<![\w@.'’-])(?:{'|'.join(sorted(_SLIPS.keys() - {'id'}))})(?![\w@'’-])|(?<!\w)id(?= (?:like|love|need"
    rf"|prefer)\b)"
)
"""Small words in slips that are no other word."""


def mended(text: str) -> str:
    """Return `text` with slips in words of requests mended."""
    owned = (
        _OWNED_DAY.sub(lambda match: "tomorrow's" if match["day"].lower() == "tmrw" else f"{match['day']}'s", text)
        if _OWNED_DAY.search(text)
        else text
    )
    owned = _SMALL.sub(lambda match: _SLIPS[match.group().lower()], owned)
    return _WORD.sub(lambda match: _mended(match.group()), owned)


@lru_cache(maxsize=8192)
def _mended(word: str) -> str:
    if word in _KNOWN or word in LIKE_REQUEST_WORDS:
        return word
    for known in _KNOWN:
        near = abs(len(known) - len(word)) <= 2 and known[0] == word[0] and len(set(known) ^ set(word)) <= 2
        if near and word != f"{known}s" and SequenceMatcher(None, word, known).ratio() >= _CLOSE:
            return known
    return word
