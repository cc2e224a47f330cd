"""Lines as they stand on a page, made paragraphs: for formats that know lines and nothing else."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from empla.memory.documents.document import Form, Paragraph

_ITEM: Final = re.compile(r"\s{0,12}(?:[-*+•‣▪◦–·]|\(?\d{1,3}[.)]|\(?[a-z][.)])\s+\S")
_COLUMNS: Final = re.compile(r"\S(?: {3,}|\t+)\S")
_ENDS: Final = re.compile(r"[.!?:;…。！？][\"'”’)\]]*$")
_BROKEN_WORD: Final = re.compile(r"(?<=[a-zà-ÿ])-$")
_WRAPS_AFTER: Final = 0.75
"""A line that is shorter than this share of the longest was ended on purpose, if a sentence ends there too."""


def paragraphs(lines: Sequence[str]) -> list[Paragraph]:
    """Return the paragraphs of lines: parted by empty ones, by marks of lists, and by lines that end before their time.

    What stands in columns keeps its lines.
    """
    return [paragraph for block in _blocks(lines) for paragraph in _of_block(block)]


def _blocks(lines: Iterable[str]) -> Iterator[list[str]]:
    block: list[str] = []
    for line in lines:
        if line.strip():
            block.append(line.rstrip())
        elif block:
            yield block
            block = []
    if block:
        yield block


def _of_block(block: list[str]) -> Iterator[Paragraph]:
    if len(block) > 1 and sum(1 for line in block if _COLUMNS.search(line.strip())) > len(block) / 2:
        yield Paragraph(text="\n".join(block), form=Form.VERBATIM)
        return
    width = max(map(len, block))
    taken: list[str] = []
    for line in block:
        if taken and (_ITEM.match(line) or _is_over(taken[-1], width)):
            yield _joined(taken)
            taken = []
        taken.append(line)
    yield _joined(taken)


def _is_over(line: str, width: int) -> bool:
    return bool(_ENDS.search(line)) and len(line) < width * _WRAPS_AFTER


def _joined(lines: Sequence[str]) -> Paragraph:
    said = lines[0].strip()
    for line in lines[1:]:
        line = line.strip()
        if _BROKEN_WORD.search(said) and line[:1].islower():
            said = said[:-1] + line  # a word that was broken at the end of its line
        else:
            said += f" {line}"
    return Paragraph(text=" ".join(said.split()), form=Form.ITEM if _ITEM.match(lines[0]) else Form.TEXT)
