"""The words of an HTML mail, with line breaks where a reader sees them and quoted parts marked as in plain text.

What a reader does not see is not read: elements that are hidden by their style, by the attribute `hidden` or by a class
that a style sheet hides, text without size or colour, and preview texts. Signatures that a client marks as such are
left out. A quotation is a blockquote, or a block in which a client wraps what is answered; answers that stand between
two quotations keep their place.
"""

import re
from collections import Counter
from dataclasses import dataclass
from html.parser import HTMLParser

_BLOCKS = frozenset({
    "p", "div", "br", "tr", "table", "ul", "ol", "li", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "blockquote", "pre",
    "section", "article", "header", "footer", "center", "dl", "dt", "dd", "body", "form", "fieldset", "address",
})  # fmt: skip
_CELLS = frozenset(["td", "th"])
_UNSEEN = frozenset(["script", "title", "template", "noscript", "svg", "object", "select", "textarea", "button"])
_ALONE = frozenset({
    "br", "hr", "img", "meta", "link", "input", "wbr", "col", "area", "base", "source", "o:p", "embed", "param",
    "frame",
})  # fmt: skip
_QUOTES = ("yahoo_quoted", "moz-cite-prefix-body", "protonmail_quote", "zmail_extra", "tutanota_quote")
_ATTRIBUTIONS = ("gmail_attr", "moz-cite-prefix", "gmail_quote_attribution")
_SIGNATURES = ("gmail_signature", "moz-signature", "applemailsignature", "outlook-mobile-signature", "protonmail_sig")
_DIVIDERS = ("divrplyfwdmsg", "appendonsend", "mail-editor-reference-message-container", "x_divrplyfwdmsg")
_HIDDEN = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|mso-hide\s*:\s*all|opacity\s*:\s*0(?:\.0+)?\s*(?:;|!|$)"
    r"|max-height\s*:\s*0|(?<![-\w])color\s*:\s*transparent"
    r"|text-indent\s*:\s*-\d{3,}|(?:left|top)\s*:\s*-\d{3,}px",
    re.IGNORECASE,
)
_UNENDED = re.compile(r"<[/!a-zA-Z][^<>]{0,1000}\Z|<\Z")
_SIZE = re.compile(r"font-size\s*:\s*(?:(\d{1,4}(?:\.\d{1,4})?)(px|pt|em|rem|%)?|[a-z-]+)", re.IGNORECASE)
_SMALLEST = 1.0
"""The font size, in pixels or points, that nobody reads; children may have a larger one."""
_RULE = re.compile(r"([^{}@]{1,400})\{([^{}]{0,2000})\}")
_MEDIA = re.compile(r"@[^{};]{0,200}\{(?:[^{}]{0,4000}\{[^{}]{0,4000}\}){0,200}[^{}]{0,4000}\}")
_SELECTOR = re.compile(r"^(?:[a-z][a-z0-9]*)?([.#][\w-]{1,80})$", re.IGNORECASE)
LONGEST = 1_000_000
"""Characters of HTML that are looked at."""
_LONGEST_STYLE = 100_000
_DEEPEST = 2_000


def text_of_html(html: str) -> str:
    """Return the visible text. Lines of a quotation (blockquote, or a client's quoting block) begin with "> "."""
    reader = _Reader()
    reader.feed(_UNENDED.sub("", html[:LONGEST]))
    reader.close()
    return reader.text()


def hides(style: str) -> bool:
    """Return whether an element with this style is not seen by a reader: hidden, out of the page, or too small."""
    return bool(_HIDDEN.search(style)) or _is_tiny(style, parent=False)


@dataclass(slots=True)
class _Open:
    """An element that is open: what it does to the words in it."""

    tag: str
    unseen: bool = False
    quotes: bool = False
    attributes: bool = False  # "On ... wrote:"
    tiny: bool = False


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._lines: list[tuple[int, str]] = []
        self._line: list[str] = []
        self._open: list[_Open] = []
        self._tags: Counter[str] = Counter()  # of what is open
        self._unseen = self._quoted = self._attributed = 0
        self._rest_is_old = self._in_head = self._in_style = False
        self._hidden_names: frozenset[str] = frozenset()
        self._style = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._in_head = tag == "head" or (self._in_head and tag not in ("body", "div", "p", "table", "center"))
        self._in_style = tag == "style"
        if tag in _BLOCKS:
            self._end_line()
        elif tag in _CELLS:
            self._line.append(" ")
        if tag in _ALONE or tag == "style":
            return
        named = {name: value.lower() for name, value in attrs if value}
        marks = f"{named.get('class', '')} {named.get('id', '')}"
        if any(mark in marks for mark in _DIVIDERS):
            self._rest_is_old = True  # Outlook: all that follows is the mail that is answered
        if tag in ("p", "li", "td", "th", "tr", "option"):
            self._close_alike(tag)
        if len(self._open) >= _DEEPEST:
            return
        element = _Open(
            tag,
            unseen=tag in _UNSEEN or self._is_hidden(named, attrs) or _is_signature(marks, named),
            quotes=tag == "blockquote" or any(mark in marks for mark in _QUOTES),
            attributes=any(mark in marks.split() for mark in _ATTRIBUTIONS),
            tiny=_is_tiny(named.get("style", ""), bool(self._open) and self._open[-1].tiny),
        )
        self._open.append(element)
        self._count(element, 1)

    def handle_endtag(self, tag: str) -> None:
        if tag == "style":
            self._in_style = False
            self._hidden_names |= hidden_names(self._style)
            self._style = ""
            return
        if tag == "head":
            self._in_head = False
        if tag in _BLOCKS:
            self._end_line()
        if self._tags[tag]:
            self._close_from(max(i for i, element in enumerate(self._open) if element.tag == tag))

    def handle_data(self, data: str) -> None:
        if self._in_style:
            self._style = (self._style + data)[:_LONGEST_STYLE]
        elif not self._unseen and not self._in_head and not (self._open and self._open[-1].tiny):
            self._line.append(data)

    def text(self) -> str:
        """Return what was seen."""
        self._end_line()
        out: list[str] = []
        for depth, line in self._lines:
            if line or (out and out[-1] != ""):
                out.append(("> " * min(depth, 5)) + line if depth and line else line)
        return "\n".join(out).strip()

    def _is_hidden(self, named: dict[str, str], attrs: list[tuple[str, str | None]]) -> bool:
        if any(name == "hidden" for name, _ in attrs) or _HIDDEN.search(named.get("style", "")):
            return True
        if not self._hidden_names:
            return False
        names = {f".{name}" for name in named.get("class", "").split()} | {f"#{named.get('id', '')}"}
        return bool(names & self._hidden_names)

    def _close_alike(self, tag: str) -> None:
        """Close the open element of the same kind that its writer left open: a paragraph ends where the next begins."""
        ends = {"p": ("div", "blockquote", "td", "body", "li"), "li": ("ul", "ol")}.get(tag, ("table",))
        for place in range(len(self._open) - 1, -1, -1) if self._tags[tag] else ():
            if self._open[place].tag == tag:
                self._close_from(place)
                return
            if self._open[place].tag in ends:
                return

    def _close_from(self, place: int) -> None:
        while len(self._open) > place:
            self._count(self._open.pop(), -1)

    def _count(self, element: _Open, by: int) -> None:
        if element.attributes and by < 0:
            self._end_line()
        self._tags[element.tag] += by
        self._unseen += by * element.unseen
        self._quoted += by * element.quotes
        self._attributed += by * element.attributes

    def _end_line(self) -> None:
        line = " ".join("".join(self._line).split())
        self._line.clear()
        # "On ... wrote:" is the quotation's, in whatever language; a forwarded mail's header is left to be found.
        attribution = bool(self._attributed) and line.endswith(":") and not line.startswith("-")
        self._lines.append((self._quoted + self._rest_is_old + attribution, line))


def _is_tiny(style: str, parent: bool) -> bool:
    size = _SIZE.search(style)
    if size is None:
        return parent
    return size[1] is not None and float(size[1]) <= (_SMALLEST if size[2] in (None, "px", "pt") else 0.0)


def _is_signature(marks: str, named: dict[str, str]) -> bool:
    return named.get("id", "") == "signature" or any(mark in marks for mark in _SIGNATURES)


def hidden_names(style: str) -> frozenset[str]:
    """Return the classes (".x") and ids ("#x") that a style sheet hides on every screen."""
    pieces = style.split("/*")  # comments
    everywhere = _MEDIA.sub(" ", pieces[0] + " ".join(piece.partition("*/")[2] for piece in pieces[1:]))
    found: set[str] = set()
    for selectors, body in _RULE.findall(everywhere):
        if _HIDDEN.search(body):
            matches = (_SELECTOR.match(one.strip()) for one in selectors.split(","))
            found |= {match[1].lower() for match in matches if match}
    return frozenset(found)
