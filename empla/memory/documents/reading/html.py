"""HTML pages: what a reader sees of them, under its headings, with lists and tables.

Menus, forms, footers and whatever is hidden are left out: hidden words are a common way to say something to a program
that nobody would say to a person. Where a page marks its main part, that is read and nothing besides.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Final

from empla.memory.documents import kinds
from empla.memory.documents.document import Document, Form, Paragraph, Section
from empla.memory.documents.reading.characters import decoded
from empla.memory.documents.reading.headings import Headings

_HEADINGS: Final = {f"h{level}": level for level in range(1, 7)}
_BLOCKS: Final = frozenset({
    "p", "div", "br", "hr", "ul", "ol", "li", "dl", "dt", "dd", "blockquote", "pre", "section", "article", "main",
    "header", "center", "address", "figure", "figcaption", "table", "tr", "caption", "body", "details", "summary",
    *_HEADINGS,
})  # fmt: skip
_UNSEEN: Final = frozenset({
    "script", "style", "template", "noscript", "svg", "math", "object", "iframe", "canvas", "audio", "video", "select",
    "textarea", "button", "nav", "footer", "aside", "dialog", "head", "datalist",
})  # fmt: skip
_ALONE: Final = frozenset({
    "br", "hr", "img", "meta", "link", "input", "wbr", "col", "area", "base", "source", "embed", "param", "track",
})  # fmt: skip
_MAIN: Final = frozenset({"main", "article"})
_ENDS_BEFORE: Final = {
    "li": ("ul", "ol"),
    "dt": ("dl",),
    "dd": ("dl",),
    "tr": ("table",),
    "td": ("table", "tr"),
    "th": ("table", "tr"),
    "p": ("div", "section", "article", "main", "td", "li", "blockquote", "body"),
}
"""Elements whose ends writers leave out: one of the same kind ends them, unless it stands in one of these within."""
_DEEPEST: Final = 400
_LONGEST_ROW: Final = 1_000
"""Characters of a row; the cells of a longer one are paragraphs beside each other."""
_LONGEST_STYLE: Final = 200_000
_META: Final = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w.:-]{2,40})", re.IGNORECASE)


def read(name: str, data: bytes, charset: str) -> Document:
    """Return the document that an HTML page is."""
    said = _META.search(data[:8192])
    text, defects = decoded(data, charset or (said[1].decode("ascii") if said else ""))
    reader = _Reader()
    reader.feed(text)
    reader.close()
    sections = tuple(reader.sections())
    return Document(name=name, media_type=kinds.HTML, title=reader.title, sections=sections, defects=defects)


def words_of(html: str) -> str:
    """Return the words that a reader sees of a piece of HTML."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return " ".join(
        p.text for section in reader.sections() for p in (*map(_as_text, section.path), *section.paragraphs)
    )


def _hides(style: str) -> bool:
    """Return whether an element with this style is not seen; what knows that is loaded where there is a style."""
    if not style:
        return False
    from empla.capabilities.email.reading.html import hides

    return hides(style)


def _hidden_names(style: str) -> frozenset[str]:
    """Return the classes and ids that a style sheet hides."""
    from empla.capabilities.email.reading.html import hidden_names

    return hidden_names(style)


def _as_text(heading: str) -> Paragraph:
    return Paragraph(text=heading)


@dataclass(slots=True)
class _Open:
    """An element that is open."""

    tag: str
    unseen: bool
    number: int | None = None  # of a list: that of its next item


@dataclass(slots=True)
class _Table:
    """A table that is open. One with tables or headings in its cells is there for the layout: a page like any other."""

    cells: list[str] = field(default_factory=list)
    head: str = ""
    is_layout: bool = False


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.title = ""
        self._open: list[_Open] = []
        self._unseen = 0
        self._in_main = 0
        self._said: list[str] = []
        self._mark = ""
        self._headings = Headings()
        self._heading = 0
        self._tables: list[_Table] = []
        self._found: list[tuple[bool, tuple[str, ...], Paragraph]] = []
        self._style = ""
        self._hidden: frozenset[str] = frozenset()
        self._only = ""  # "title" or "style": where its words go

    # what the parser tells ------------------------------------------------------------------------------------

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table" or tag in _HEADINGS:
            self._lay_out()
        if tag in _BLOCKS or tag in _HEADINGS:
            self._end_line()
        if tag in ("title", "style") and not any(element.tag == "svg" for element in self._open):
            self._only = tag
        if tag == "img" and not self._unseen:
            self._said.append(dict(attrs).get("alt") or "")
        if tag == "br" and self._within("pre"):
            self._said.append("\n")
        if tag in _ALONE:
            return
        if tag == "body":
            self._close_to("head")
        if tag in _ENDS_BEFORE:
            self._close_alike(tag)
        if len(self._open) >= _DEEPEST:
            return
        self._opened(_Open(tag, unseen=tag in _UNSEEN or self._is_hidden(attrs)), dict(attrs))

    def handle_endtag(self, tag: str) -> None:
        if tag == self._only:
            self._only = ""
            if tag == "style":
                self._hidden |= _hidden_names(self._style)
                self._style = ""
        if tag in _BLOCKS or tag in _HEADINGS:
            self._end_line()
        self._close_to(tag)

    def handle_data(self, data: str) -> None:
        if self._only == "title":
            self.title = self.title or " ".join(data.split())
        elif self._only == "style":
            self._style = (self._style + data)[:_LONGEST_STYLE]
        elif not self._unseen:
            self._said.append(data)

    # elements -------------------------------------------------------------------------------------------------

    def _opened(self, element: _Open, named: dict[str, str | None]) -> None:
        self._open.append(element)
        self._unseen += element.unseen
        self._in_main += element.tag in _MAIN
        match element.tag:
            case "ol":
                start = named.get("start") or "1"
                element.number = int(start) if start.isdecimal() and len(start) < 7 else 1
            case "li":
                self._mark = self._next_mark()
            case "table":
                self._tables.append(_Table())
            case tag if tag in _HEADINGS:
                self._heading = _HEADINGS[tag]

    def _closed(self, element: _Open) -> None:
        self._unseen -= element.unseen
        self._in_main -= element.tag in _MAIN
        if element.tag in ("td", "th") and self._tables:
            if self._tables[-1].is_layout:
                self._end_line()
            else:
                self._tables[-1].cells.append(self._taken())
        elif element.tag == "tr" and self._tables:
            self._end_row()
        elif element.tag == "table" and self._tables:
            self._tables.pop()
        elif element.tag in _HEADINGS:
            self._heading = 0

    def _close_to(self, tag: str) -> None:
        if any(element.tag == tag for element in self._open):
            while True:
                element = self._open.pop()
                self._closed(element)
                if element.tag == tag:
                    return

    def _close_alike(self, tag: str) -> None:
        alike = ("td", "th") if tag in ("td", "th") else ("dt", "dd") if tag in ("dt", "dd") else (tag,)
        for element in reversed(self._open):
            if element.tag in alike:
                self._close_to(element.tag)
                return
            if element.tag in _ENDS_BEFORE[tag]:
                return

    def _is_hidden(self, attrs: list[tuple[str, str | None]]) -> bool:
        named = {name: (value or "").lower() for name, value in attrs}
        if "hidden" in named or named.get("aria-hidden") == "true" or _hides(named.get("style", "")):
            return True
        if named.get("role") in ("navigation", "contentinfo", "search", "dialog"):
            return True
        names = {f".{name}" for name in named.get("class", "").split()} | {f"#{named.get('id', '')}"}
        return bool(names & self._hidden)

    def _within(self, tag: str) -> bool:
        return any(element.tag == tag for element in self._open)

    def _next_mark(self) -> str:
        lists = [element for element in self._open if element.tag in ("ul", "ol")]
        indent = "  " * max(len(lists) - 1, 0)
        if not lists or lists[-1].number is None:
            return f"{indent}- "
        number = lists[-1].number
        lists[-1].number = number + 1
        return f"{indent}{number}. "

    # words ----------------------------------------------------------------------------------------------------

    def _taken(self) -> str:
        said = "".join(self._said)
        self._said.clear()
        return " ".join(said.split())

    def _end_line(self) -> None:
        """End a paragraph; in a cell of a table only a word, for a row is one paragraph."""
        if self._tables and not self._tables[-1].is_layout and (self._within("td") or self._within("th")):
            self._said.append(" ")
            return
        if self._within("pre"):
            self._end_verbatim()
            return
        text = self._taken()
        if not text:
            return
        if self._heading:
            self._headings.open(self._heading, text)
        elif self._within("li"):
            self._add(Paragraph(text=(self._mark or "  ") + text, form=Form.ITEM))
            self._mark = ""
        else:
            self._add(Paragraph(text=text))

    def _end_verbatim(self) -> None:
        if self._open[-1].tag in ("pre", "code"):
            text = "".join(self._said).strip("\n")
            if text.strip():
                self._said.clear()
                self._add(Paragraph(text=text, form=Form.VERBATIM))

    def _lay_out(self) -> None:
        """Take the tables that are open for layout; what their cells have said so far are paragraphs."""
        for table in self._tables:
            for cell in filter(None, table.cells):
                self._add(Paragraph(text=cell))
            table.cells.clear()
            table.is_layout = True

    def _end_row(self) -> None:
        table = self._tables[-1]
        cells, table.cells = table.cells, []
        row = " | ".join(cells)
        if len(row) > _LONGEST_ROW:
            for cell in filter(None, cells):
                self._add(Paragraph(text=cell))
        elif row.strip(" |"):
            table.head = table.head or row
            self._add(Paragraph(text=row, form=Form.ROW, head=table.head))

    def _add(self, paragraph: Paragraph) -> None:
        self._found.append((self._in_main > 0, self._headings.path, paragraph))

    def close(self) -> None:
        super().close()
        while self._open:
            self._end_line()
            self._closed(self._open.pop())
        self._end_line()

    def sections(self) -> Iterator[Section]:
        """Iterate over what was seen, by heading; only the main part of a page that has one."""
        has_main = any(in_main for in_main, _, _ in self._found)
        path: tuple[str, ...] = ()
        taken: list[Paragraph] = []
        for in_main, under, paragraph in self._found:
            if has_main and not in_main:
                continue
            if under != path and taken:
                yield Section(path=path, paragraphs=tuple(taken))
                taken = []
            path = under
            taken.append(paragraph)
        if taken:
            yield Section(path=path, paragraphs=tuple(taken))
