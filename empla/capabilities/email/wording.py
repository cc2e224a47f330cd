"""How a mail is worded for whom it goes to: their name, the greeting, the close, its length. Pure.

Plans say what a mail says; how its reader wants to be addressed stands in beliefs (`empla.mind.preferences`), and is
applied here, where the bytes are made. So a preference counts from the very next mail on, whichever plan writes it and
however long that plan has been waiting; and a replay, which compares what plans asked for, is not disturbed by it.

A preference is applied for the one person that a mail goes to; to several, only what holds for everybody.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from empla.mind.preferences import CALL, CLOSING, GREETING, LINES, Wishes

WIDTH: Final = 78
"""Characters that a mail program shows in a line: a longer paragraph counts as several."""
REST: Final = "The rest of this mail is attached, as you want few lines."
REST_NAME: Final = "rest.txt"

USUAL_GREETING: Final = "Hello"
_SALUTATION = re.compile(
    r"(?P<word>Hello|Hi|Dear|Good morning|Good afternoon|Good evening)(?: (?P<name>[^\n,]{1,60}))?,(?=\s)"
)
_CLOSE = re.compile(r"\n\n(?:[A-Z][\w’' ]{2,30},?)(?:\n[^\n]{1,60})?$")
_QUOTE = re.compile(r"^>", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Worded:
    """A mail's text as it goes out; `rest` is what did not fit into the lines that its reader wants."""

    text: str
    rest: str = ""


def worded(text: str, to: Sequence[str], name: str, wishes: Wishes) -> Worded:
    """Return a text as whoever it goes to wants it; `name` is the writer's own."""
    reader = to[0] if len(to) == 1 else ""
    text = _addressed(text, wishes.preferred(reader, CALL) if reader else "", wishes.preferred(reader, GREETING))
    text = _corrected(text, wishes.corrections(reader))
    close = _closing(wishes.preferred(reader, CLOSING), wishes.unwanted_closings())
    if close and not _closes(text, close):
        text = f"{text.rstrip()}\n\n{close},\n{name}"
    lines = wishes.preferred(reader, LINES)
    return _shortened(text, int(lines)) if lines.isdecimal() and int(lines) > 0 else Worded(text)


def _addressed(text: str, call: str, greeting: str) -> str:
    """Return a text whose salutation has the name, and the word, that its reader wants; one that has none gets one."""
    found = _SALUTATION.match(text)
    if found is None:
        return f"{greeting or USUAL_GREETING} {call},\n\n{text}" if call else text
    words = (greeting or found["word"], call or found["name"] or "")
    return f"{' '.join(filter(None, words))},{text[found.end() :]}"


# words, close, length ------------------------------------------------------------------------------------------------


def _corrected(text: str, corrections: dict[str, str]) -> str:
    """Return a text with words put right, but for what is quoted."""
    if not corrections:
        return text
    pattern = re.compile("|".join(rf"\b{re.escape(wrong)}\b" for wrong in sorted(corrections, key=len, reverse=True)))
    lines = (
        line if _QUOTE.match(line) else pattern.sub(lambda m: corrections[m[0]], line) for line in text.split("\n")
    )
    return "\n".join(lines)


def _closing(wanted: str, unwanted: Sequence[str]) -> str:
    return "" if wanted.casefold() in {one.casefold() for one in unwanted} else wanted


def _closes(text: str, close: str) -> bool:
    """Return whether a text already ends with this close."""
    found = _CLOSE.search(text.rstrip())
    return found is not None and found[0].strip().casefold().startswith(close.casefold())


def _shortened(text: str, lines: int) -> Worded:
    """Return the first lines of a text, and the rest of it; whole lines, and no empty ones."""
    paragraphs = [line.rstrip() for line in text.split("\n") if line.strip()]
    if sum(map(_length, paragraphs)) <= lines:
        return Worded(text)
    kept: list[str] = []
    room = lines - 1  # one is for saying that there is more
    for paragraph in paragraphs:
        if kept and sum(map(_length, kept)) + _length(paragraph) > room:
            break
        kept.append(paragraph)
        if sum(map(_length, kept)) >= room:
            break
    rest = "\n".join(paragraphs[len(kept) :])
    return Worded("\n".join([*kept, REST]), rest) if rest else Worded(text)


def _length(paragraph: str) -> int:
    return -(-len(paragraph) // WIDTH)
