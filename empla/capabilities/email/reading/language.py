"""Which language a mail is written in. Short English must never be called foreign, so English has the benefit of
doubt."""

import re
from functools import lru_cache

from py3langid.langid import MODEL_FILE, LanguageIdentifier

from empla.capabilities.email.reading.wordlists import ENGLISH

_LANGUAGES = [
    "en",
    "de",
    "fr",
    "es",
    "it",
    "nl",
    "pt",
    "pl",
    "sv",
    "da",
    "no",
    "fi",
    "cs",
    "tr",
    "ru",
    "uk",
    "ja",
    "zh",
    "ko",
]
_LANGUAGES += ["ar", "he", "el", "hu", "ro"]
_FEWEST = 4
"""Words with fewer of which no language is told."""
_SURE = 0.8
"""The share that another language must have, and English at most a tenth of it."""

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")


def foreign(text: str) -> str:
    """Return the language (ISO 639-1) that `text` is written in if it is surely not English, else nothing."""
    words = [w.lower() for w in _WORD.findall(text[:2_000]) if "@" not in w]
    other_script = sum(1 for w in words for c in w if ord(c) > 0x24F)
    if len(words) < _FEWEST and other_script < 4:
        return ""
    english = sum(w in ENGLISH or w.split("'")[0] in ENGLISH for w in words)
    if words and english / len(words) >= 0.34:
        return ""
    plain = " ".join(words)
    ranked = _identifier().rank(plain)
    best, share = ranked[0]
    if best == "en" or share < _SURE or dict(ranked).get("en", 0.0) > share / 10:
        return ""
    return str(best)


@lru_cache(maxsize=1)
def _identifier() -> LanguageIdentifier:
    whole = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    whole.set_languages(sorted(set(_LANGUAGES) & set(whole.labels)))
    # made anew of what is left: the one that was loaded holds on to all its languages, some 30 MB more
    known = (whole.nb_ptc, whole.nb_pc, whole.nb_classes, whole.tk_nextmove, whole.tk_output)
    return LanguageIdentifier(*known, norm_probs=True, tk_row=whole.tk_row)
