"""Cutting a document into passages of a size that can be recalled and cited, at borders that a reader would choose.

A passage ends where a section ends, else at a paragraph or, in a long one, at a sentence, after `FEWEST` to `MOST`
words. Which of several borders is taken follows from the words after each, not from how far it is from the beginning:
when a sentence is put in, the cuts that come later stay where they were, and most passages stay what they are.
"""

import re
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Final

from empla.memory.documents.document import Document, Form, Paragraph, Section

FEWEST: Final = 80
"""Words that a passage has, unless its section is shorter. Of the room up to `MOST` the cut makes its choice: with 80 a
changed paragraph changes 1.4 passages on average and 6 at worst of 200 paragraphs without headings, with 120 3 and 24;
passages have 130 words on average."""
MOST: Final = 200
"""Words that a passage has at most, but for the head of a table that is said again."""
LONGEST: Final = 4_000
"""Characters of a passage, for text without words."""
_WHOLE: Final = 60
"""Words of a paragraph that is never cut."""
_LONGEST_HEAD: Final = 300
"""Characters of the head of a table that is said again."""
_SCRAP: Final = 30
"""Words that are too few to be left over for a passage of their own."""

_SENTENCE: Final = re.compile(r"(?<=[.!?…。！？])[\"'”’)\]]*\s+(?=[\"'“‘(\[]?[^\sa-z])|(?<=[。！？])")
_ABBREVIATED: Final = re.compile(
    r"(?:\b(?:e\.g|i\.e|cf|vs|etc|no|nr|art|sec|fig|approx|mr|mrs|ms|dr|prof|st|inc|ltd|co|p|pp)\.|(?:^|\s)[A-Z]\.)$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A piece of a document: its words, its headings from the outermost in, and on which pages it stands (0: none)."""

    text: str
    path: tuple[str, ...] = ()
    page: int = 0
    until: int = 0


def cut(document: Document) -> list[Passage]:
    """Return the passages of a document, in order."""
    found: list[Passage] = []
    for path, sections in groupby(document.sections, key=lambda section: section.path):
        found += _cut_section(path, list(sections))
    return found


def citation(name: str, passage: Passage) -> str:
    """Return how a passage is cited: "handbook.pdf, p. 12, Travel > Hotels"."""
    pages = f"p. {passage.page}" if passage.until <= passage.page else f"pp. {passage.page}-{passage.until}"
    return ", ".join(part for part in (name, pages if passage.page else "", " > ".join(passage.path)) if part)


# pieces --------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Piece:
    """What is never cut: a paragraph, or a sentence of a long one. `opens` is whether a paragraph begins with it."""

    paragraph: Paragraph
    page: int
    words: int
    opens: bool


def _cut_section(path: tuple[str, ...], sections: Sequence[Section]) -> Iterator[Passage]:
    pieces = [
        piece for section in sections for paragraph in section.paragraphs for piece in _pieces(paragraph, section)
    ]
    start, left = 0, sum(piece.words for piece in pieces)
    while start < len(pieces):
        end = _end(pieces, start, left)
        taken = pieces[start:end]
        yield Passage(text=_joined(taken), path=path, page=taken[0].page, until=taken[-1].page)
        start, left = end, left - sum(piece.words for piece in taken)


def _end(pieces: Sequence[_Piece], start: int, left: int) -> int:
    """Return where the passage that begins at `start` ends; `left` words are to come, its own among them."""
    words = characters = 0
    borders: list[int] = []
    for place in range(start, len(pieces)):
        words += pieces[place].words
        characters += len(pieces[place].paragraph.text)
        if (words > MOST or characters > LONGEST) and place > start:
            return min(borders, key=lambda border: _rank(pieces, border)) if borders else place
        if words >= FEWEST and left - words >= _SCRAP:
            borders.append(place + 1)
    return len(pieces)


def _rank(pieces: Sequence[_Piece], border: int) -> tuple[int, int]:
    return _badness(pieces, border), zlib.crc32(pieces[border].paragraph.text.encode(errors="replace"))


def _badness(pieces: Sequence[_Piece], place: int) -> int:
    """Return how badly a border before this piece reads: 0 between paragraphs, more where things belong together."""
    before, after = pieces[place - 1].paragraph, pieces[place]
    if before.text.rstrip().endswith(":"):
        return 3  # "You need:" belongs to what follows
    if not after.opens:
        return 2
    return 1 if after.paragraph.form is not Form.TEXT and before.form is after.paragraph.form else 0


def _pieces(paragraph: Paragraph, section: Section) -> Iterator[_Piece]:
    words = len(paragraph.text.split())
    if words <= _WHOLE and len(paragraph.text) <= LONGEST // 2:
        yield _Piece(paragraph, section.page, words, opens=True)
        return
    for number, text in enumerate(_bits(paragraph)):
        yield _Piece(replace(paragraph, text=text), section.page, len(text.split()), opens=number == 0)


def _bits(paragraph: Paragraph) -> Iterator[str]:
    """Return the sentences of a long paragraph, or its lines where those count; each no longer than a passage."""
    parts = paragraph.text.split("\n") if paragraph.form is Form.VERBATIM else sentences(paragraph.text)
    for part in parts:
        words = part.split()
        if len(words) <= MOST and len(part) <= LONGEST:
            yield part
        else:
            yield from _chopped(part, words)


def _chopped(part: str, words: Sequence[str]) -> Iterator[str]:
    """Cut what has no sentences, every `FEWEST` words; a word without end in pieces of `LONGEST` characters."""
    if len(words) > MOST and len(part) < LONGEST * 4:
        for start in range(0, len(words), FEWEST):
            yield " ".join(words[start : start + FEWEST])
        return
    for start in range(0, len(part), LONGEST):
        yield part[start : start + LONGEST]


def sentences(text: str) -> list[str]:
    """Return the sentences of a paragraph; what ends with an abbreviation goes on."""
    found: list[str] = []
    start = 0
    for match in _SENTENCE.finditer(text):
        if not _ABBREVIATED.search(text[max(start, match.start() - 12) : match.start()]):
            found.append(text[start : match.end()].strip())
            start = match.end()
    found.append(text[start:].strip())
    return [sentence for sentence in found if sentence]


def _joined(pieces: Sequence[_Piece]) -> str:
    """Return pieces as one text, each form as it was; a table that begins before them has its head said again."""
    first = pieces[0].paragraph
    is_cut = first.form is Form.ROW and first.head != first.text and 0 < len(first.head) <= _LONGEST_HEAD
    said = f"{first.head}\n" if is_cut else ""
    previous: _Piece | None = None
    for piece in pieces:
        if previous is not None:
            said += _between(previous, piece)
        said += piece.paragraph.text
        previous = piece
    return said


def _between(previous: _Piece, piece: _Piece) -> str:
    if piece.paragraph.form is Form.VERBATIM and not piece.opens:
        return "\n"
    if not piece.opens:
        return " "
    same = previous.paragraph.form is piece.paragraph.form and piece.paragraph.form in (Form.ITEM, Form.ROW)
    return "\n" if same and previous.paragraph.head == piece.paragraph.head else "\n\n"
