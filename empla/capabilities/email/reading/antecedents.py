"""What "him" and "it" stand for: the sentence that was told just before, and the one person who is named in it."""

import re
from functools import lru_cache

from empla.capabilities.email.reading.newtext import new_text
from empla.capabilities.email.reading.phrases import whom
from empla.capabilities.email.reading.slots import Setting
from empla.capabilities.email.reading.wordlists import ENGLISH
from empla.mind.readings import Mail

_LOOKED_AT = 1_500
_ENDS = re.compile(r"(?<=[.!?;])\s+|\n\s*\n?|\s+[-–—]\s+")
_SOLE = re.compile(r"(?<![\w'])(?:him|her)(?![\w'])", re.IGNORECASE)
_MANY = re.compile(
    r"(?<=\bchase )them\b|(?<=\bask )them\b|(?<=\bnudge )them\b|(?<=\bping )them\b|(?<=\bremind )them\b"
    r"|(?<=\btell )them\b"
    r"|(?<=\bfrom )them\b|(?<=\bwith )them\b|(?<=\bpoke )them\b|(?<=\bup )them\b",
    re.IGNORECASE,
)
"""What stands for people, and not for things: "get them" are these."""
_AT = re.compile(
    r"(?<![\w.@'-])(?:(?-i:[A-Z])(?=[a-z])|(?=[\w.+-]+@))|(?<=\bfrom )(?=[a-z])|(?<=\bwith )(?=[a-z])", re.IGNORECASE
)
_NO_NAME = re.compile(
    r"(?:(?:I|We|The|This|That|These|Those|He|She|It|They|You|My|Our|His|Her|Their|No|Not|Still|And|But|So|If|When"
    r"|As|For"
    r"|Keep|Watch|Get|Ask|Remind|Tell|Move|Cancel|Book|Wait|Look|Check|Find|Send|Let|Make|Give|Put|Has|Have|Did|Is"
    r"|Are|Was"
    r"|Will|Should|Must|Maybe|Perhaps|Once|Where|What|Who|How|Why|Which|Chase|Follow|Write|Mail|Email|Call"
    r"|Hi|Hello|Hey|Dear|Just|Please|Can|Could|Would|Also|Then|Thanks|Thank|There|Here|Now|Yes|Ok|Okay|Nothing"
    r"|Yesterday"
    r"|Today|Tomorrow|Unfortunately|Apparently|Any|Some|All|After|Before|In|On|At|Re|Quick|Good|Sorry|Best|Regards)\b)",
)


def said_before(sentence: str, mail: Mail) -> str:
    """Return the sentence that stands before a request in its mail, "" if none does. Shorthand in it may be turned."""
    return _before(sentence, mail.text[:_LOOKED_AT])


@lru_cache(maxsize=128)
def _before(sentence: str, written: str) -> str:
    text = new_text(written)
    key = sentence.strip()[-24:].lower()
    words = [" ".join(piece.split()) for piece in _ENDS.split(text) if piece.strip()]
    at = next((n for n, piece in enumerate(words) if n and _same_end(piece, key)), 0)
    return words[at - 1].replace("’", "'") if at else ""


def _same_end(piece: str, key: str) -> bool:
    plain = piece.strip(" .!?").lower()
    return bool(key) and (key in plain or plain.endswith(key[-10:].strip(" .!?")))


def with_names(sentence: str, before: str, setting: Setting) -> str:
    """Return a request with the name that "him", "her" or "them" stands for, if just one is named before it."""
    if (pronoun := _SOLE.search(sentence) or _MANY.search(sentence)) is None:
        return sentence
    named = whom_it_names(sentence[: pronoun.start()], setting)
    if named:
        return sentence
    name = sole_name(before, setting) if before else ""
    if not name:
        return sentence
    after = sentence[pronoun.end() :]
    owned = pronoun.group().lower() == "her" and re.match(
        r"\s+(?!by|on|until|for|again|about|to|and|at|when|if|in|the)\w", after
    )
    return sentence if owned else f"{sentence[: pronoun.start()]}{name}{after}"


def whom_it_names(words: str, setting: Setting) -> list[str]:
    """Return those who are named with a capital or an address, each once."""
    found: list[str] = []
    for at in _AT.finditer(words):
        word = re.match(r"[\w'-]*", words[at.start() :])
        first = not at.start() and word is not None and word.group().lower() in ENGLISH
        if first or _NO_NAME.match(words, at.start()):
            continue
        people, _ = whom(words, at.start(), setting)
        found += [who.words for who in people if who.words not in found and not any(who.words in one for one in found)]
    return found


def sole_name(words: str, setting: Setting) -> str:
    """Return the one who is named in a sentence, "" if nobody or more than one is."""
    found = whom_it_names(words, setting)
    return found[0] if len(found) == 1 else ""
