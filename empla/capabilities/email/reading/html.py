"""The words of an HTML mail, with line breaks where a reader sees them and quoted parts marked as in plain text."""

from html.parser import HTMLParser

_BLOCKS = frozenset(
    ["p", "div", "br", "tr", "table", "ul", "ol", "li", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "blockquote", "pre"]
)
_UNSEEN = frozenset(["script", "style", "head", "title", "template", "noscript", "svg"])
_ALONE = frozenset(["br", "hr", "img", "meta", "link", "input", "wbr", "col", "area", "base", "source"])
_QUOTES = ("gmail_quote_container", "gmail_quote", "yahoo_quoted", "moz-cite-prefix-body", "protonmail_quote")
_DIVIDERS = ("divrplyfwdmsg", "appendonsend")
LONGEST = 1_000_000
"""Characters of HTML that are looked at."""


def text_of_html(html: str) -> str:
    """Return the visible text. Lines of a quotation (blockquote, or a client's quoting block) begin with "> "."""
    reader = _Reader()
    reader.feed(html[:LONGEST])
    reader.close()
    return reader.text()


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._lines: list[tuple[int, str]] = []
        self._line: list[str] = []
        self._open: list[tuple[str, bool]] = []  # quoting elements and divs inside them, and whether each quotes
        self._unseen = 0
        self._quoted = 0
        self._rest_is_old = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _UNSEEN:
            self._unseen += 1
        if tag in _BLOCKS:
            self._end_line()
        if tag in _ALONE:
            return
        marks = " ".join(value.lower() for name, value in attrs if name in ("class", "id") and value)
        if any(mark in marks for mark in _DIVIDERS):
            self._rest_is_old = True  # Outlook: all that follows is the mail that is answered
        quotes = tag == "blockquote" or any(mark in marks for mark in _QUOTES)
        if quotes or (tag in ("div", "blockquote") and self._open):
            self._open.append((tag, quotes))
            self._quoted += quotes

    def handle_endtag(self, tag: str) -> None:
        if tag in _UNSEEN and self._unseen:
            self._unseen -= 1
        if tag in _BLOCKS:
            self._end_line()
        if self._open and self._open[-1][0] == tag:
            self._quoted -= self._open.pop()[1]

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            self._line.append(data)

    def text(self) -> str:
        self._end_line()
        out: list[str] = []
        for depth, line in self._lines:
            if line or (out and out[-1] != ""):
                out.append(("> " * min(depth, 5)) + line if depth and line else line)
        return "\n".join(out).strip()

    def _end_line(self) -> None:
        line = " ".join("".join(self._line).split())
        self._line.clear()
        self._lines.append((self._quoted + self._rest_is_old, line))
