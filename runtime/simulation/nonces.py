"""Nonces: one made-up word for each mail that a scenario sends, by which everything that comes of it is recognised.

A nonce reads like a name ("zzumapikolo"), so that people's sentences may hold it, and begins as no English word does.
It stands in the mail's Message-ID, subject and, where the words allow, in what is asked for: what an employee sends or
enters because of it has it in a thread header, a subject, a body or a title.
"""

import re
from typing import Final

_CONSONANTS: Final = "bdfgklmnprtv"
_VOWELS: Final = "aeiou"
_SYLLABLES: Final = tuple(c + v for c in _CONSONANTS for v in _VOWELS)
_LENGTH: Final = 4
_ALL: Final = len(_SYLLABLES) ** _LENGTH
_STEP: Final = 130_003  # coprime with _ALL, so that neighbours look different and no two numbers share a word
_OVERVIEW: Final = re.compile(r"Your \w+")
_FORM: Final = re.compile(rf"zz(?:[{_CONSONANTS}][{_VOWELS}]){{{_LENGTH}}}", re.IGNORECASE)


def nonce(number: int) -> str:
    """Return the nonce of a number; different for every number below 12 960 000."""
    left = (number * _STEP + 77_777) % _ALL
    parts = []
    for _ in range(_LENGTH):
        left, syllable = divmod(left, len(_SYLLABLES))
        parts.append(_SYLLABLES[syllable])
    return f"zz{''.join(parts)}"


def nonces_in(text: str) -> tuple[str, ...]:
    """Return the nonces that stand in a text, each once, in order."""
    return tuple(dict.fromkeys(found.lower() for found in _FORM.findall(text)))


def about(thread: str, subject: str, title: str, text: str) -> tuple[str, ...]:
    """Return what a mail is about: what its thread says, else its title or subject, else what stands in it.

    What looks back or ahead over a day names many things and is about none of them.
    """
    for words in (thread, f"{title} {subject}", "" if _OVERVIEW.match(subject) else text):
        if found := nonces_in(words):
            return found
    return ()
