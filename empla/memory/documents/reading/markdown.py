"""Markdown (CommonMark, with tables): headings, paragraphs, lists, tables and listings."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.token import Token

from empla.memory.documents import kinds
from empla.memory.documents.document import Document, Form, Paragraph, Section
from empla.memory.documents.reading.characters import decoded
from empla.memory.documents.reading.headings import Headings
from empla.memory.documents.reading.html import words_of

_FRONT: Final = re.compile(r"\A---[ \t]*\n(.{0,20000}?)^(?:---|\.\.\.)[ \t]*$\n?", re.DOTALL | re.MULTILINE)
_TITLE: Final = re.compile(r"^title:\s*[\"']?(.{1,200}?)[\"']?\s*$", re.MULTILINE)


def read(name: str, data: bytes, charset: str) -> Document:
    """Return the document that Markdown is; its front matter tells the title and is left out."""
    text, defects = decoded(data, charset)
    text = text.replace("\r\n", "\n")
    title = ""
    if front := _FRONT.match(text):
        title = found[1] if (found := _TITLE.search(front[1])) else ""
        text = text[front.end() :]
    parser = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    sections = tuple(_sections(parser.parse(text)))
    return Document(name=name, media_type=kinds.MARKDOWN, title=title, sections=sections, defects=defects)


def _sections(tokens: Sequence[Token]) -> Iterator[Section]:
    headings = Headings()
    found: list[Paragraph] = []
    for level, item in _Blocks(tokens).items():
        if level:
            if found:
                yield Section(path=headings.path, paragraphs=tuple(found))
            headings.open(level, item.text)
            found = []
        elif item.text.strip():
            found.append(item)
    if found:
        yield Section(path=headings.path, paragraphs=tuple(found))


class _Blocks:
    """Walks through the blocks of a text, knowing in which list and table they stand."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        self._tokens = tokens
        self._lists: list[int | None] = []  # of those that are open: the next number, None where there are none
        self._mark = ""
        self._cells: list[str] = []
        self._head = ""

    def items(self) -> Iterator[tuple[int, Paragraph]]:
        """Iterate over (level, heading) and (0, paragraph)."""
        for place, token in enumerate(self._tokens):
            match token.type:
                case "inline":
                    yield from self._words(self._tokens[place - 1], _text(token))
                case "fence" | "code_block":
                    yield 0, Paragraph(text=token.content.rstrip(), form=Form.VERBATIM)
                case "html_block":
                    yield 0, Paragraph(text=words_of(token.content))
                case "tr_close":
                    yield 0, self._row()
                case _:
                    self._step(token)

    def _step(self, token: Token) -> None:
        match token.type:
            case "bullet_list_open":
                self._lists.append(None)
            case "ordered_list_open":
                self._lists.append(int(token.attrGet("start") or 1))
            case "bullet_list_close" | "ordered_list_close":
                self._lists.pop()
            case "list_item_open":
                self._mark = self._next_mark()
            case "table_open":
                self._head = ""

    def _next_mark(self) -> str:
        number = self._lists[-1]
        if number is None:
            return "  " * (len(self._lists) - 1) + "- "
        self._lists[-1] = number + 1
        return "  " * (len(self._lists) - 1) + f"{number}. "

    def _words(self, opened: Token, text: str) -> Iterator[tuple[int, Paragraph]]:
        if opened.type == "heading_open":
            yield int(opened.tag[1:]), Paragraph(text=text)
        elif opened.type in ("th_open", "td_open"):
            self._cells.append(text)
        elif self._lists:
            # A further paragraph of an item has no mark of its own.
            yield 0, Paragraph(text=(self._mark or "  " * len(self._lists)) + text, form=Form.ITEM)
            self._mark = ""
        else:
            yield 0, Paragraph(text=text)

    def _row(self) -> Paragraph:
        text = " | ".join(self._cells)
        self._cells = []
        self._head = self._head or text
        return Paragraph(text=text, form=Form.ROW, head=self._head)


def _text(inline: Token) -> str:
    """Return the words of a line: of links and pictures what stands for them, of markup nothing."""
    said = []
    for token in inline.children or ():
        if token.type in ("text", "code_inline", "image"):
            said.append(token.content)
        elif token.type in ("softbreak", "hardbreak"):
            said.append(" ")
    return " ".join("".join(said).split())
