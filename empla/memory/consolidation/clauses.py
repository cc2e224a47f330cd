"""The parts of a sentence that say several things: "Acme's renewal is on 3 March, and that Bob is our contact" is two.

Pure. A sentence is parted where something new begins that says something by itself, and only where what stands before
has said something too: "Bob works for Smith and Sons" is one thing. What goes on about the same ("and is new") is said
of it again by name.
"""

import re
from collections.abc import Iterator
from typing import Final

_VERB: Final = (
    r"(?:is|are|was|has|have|works?|worked|reports?|prefers?|likes?|knows?|uses?|costs?|lives?|joined|left|moved|falls"
    r"|comes|runs|looks|renews|expires|ends|belongs|owns|manages|leads|goes)\b"
)
_CAPITAL: Final = r"[A-ZÀ-Þ][\w&'’.-]*"
_NAME: Final = rf"{_CAPITAL}(?: (?:{_CAPITAL}|of|von|van|de|der)){{0,4}}"
_THING: Final = r"(?: (?!(?:and|but|that)\b)[\w&'’.-]+){1,5}?"
_SUBJECT: Final = (
    rf"(?:{_NAME}(?:{_THING})?|(?:[Mm]y|[Oo]ur|[Tt]he|[Hh]is|[Hh]er|[Tt]heir|[Ii]ts){_THING}|I|he|she|they|it)"
)
_NEXT: Final = re.compile(
    rf"\s*;\s*(?:and\s+)?(?:that\s+)?|,?\s+(?:and|but)(?:\s+also)?\s+that\s+|,\s+that\s+(?={_SUBJECT} {_VERB})"
    rf"|,?\s+(?:and|but|while)\s+(?={_SUBJECT} {_VERB})|,\s+(?={_NAME} {_VERB})|,?\s+and\s+(?={_VERB})"
)
_ABOUT: Final = re.compile(rf"(?:I|{_NAME})(?= {_VERB})")
_GOES_ON: Final = re.compile(_VERB)
_SAYS: Final = re.compile(rf"(?:\b{_VERB}|[’']s (?=now |the |a |an |our |\w+ing )|['’]m\b)")


def clauses(sentence: str) -> Iterator[str]:
    """Yield what a sentence says, part by part, as it was written."""
    about = ""
    for part in _parts(sentence):
        if (named := _ABOUT.match(part)) is not None:
            about = named[0]
        yield f"{about} {part}" if about and _GOES_ON.match(part) else part


def _parts(sentence: str) -> Iterator[str]:
    start = 0
    for match in _NEXT.finditer(sentence):
        part = sentence[start : match.start()].strip(" ,;")
        if part and _SAYS.search(part):
            yield part
            start = match.end()
    if rest := sentence[start:].strip(" ,;"):
        yield rest
