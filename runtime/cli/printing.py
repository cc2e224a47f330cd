"""What the commands print: quiet tables, plain JSON, and nothing that a stranger's mail could do to a terminal.

Without a terminal there is no colour and no wrapping, so that lines can be searched and cut.
"""

import json
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import cache
from types import TracebackType
from typing import Any, Self
from zoneinfo import ZoneInfo

from rich.cells import cell_len
from rich.console import Console
from rich.padding import Padding
from rich.status import Status
from rich.table import Table
from rich.text import Text

_WIDE = 400  # columns where there is no terminal
_GAP = 3  # columns between columns
_KEPT = "\n\t"


@cache
def console() -> Console:
    """Return the console on standard output."""
    found = Console(highlight=False, soft_wrap=False)
    return found if found.is_terminal else Console(highlight=False, width=_WIDE)


def as_json(value: Any) -> None:
    """Print plain JSON."""
    print(json.dumps(value, indent=2, ensure_ascii=False, default=str))


def said(value: object, style: str = "") -> Text:
    """Return text as it may be shown: without markup, escape sequences and other characters that move a terminal."""
    kept = (c for c in str(value) if c in _KEPT or unicodedata.category(c) not in ("Cc", "Cf", "Cs"))
    return Text("".join(kept), style=style)


def line(value: object = "", style: str = "") -> None:
    """Print one line of text."""
    console().print(said(value, style))


def table(rows: Sequence[Sequence[object]], *heads: str, indent: int = 0, cut: bool = False) -> None:
    """Print rows under their heads, aligned, without lines.

    Where there is not room for all, the widest columns give way first: what is in them goes on below, or with `cut`
    ends in an ellipsis.
    """
    cells = [[cell if isinstance(cell, Text) else said(cell) for cell in row] for row in rows]
    grid = Table(box=None, pad_edge=False, padding=(0, _GAP, 0, 0), header_style="dim", show_header=any(heads))
    for head, width in zip(heads, _widths(cells, heads, console().width - indent), strict=True):
        grid.add_column(head, width=width, no_wrap=cut, overflow="ellipsis" if cut else "fold")
    for row in cells:
        grid.add_row(*row)
    _indented(grid, indent)


def _widths(cells: Sequence[Sequence[Text]], heads: Sequence[str], width: int) -> list[int]:
    """Return how wide each column may be, so that all of them stand beside each other."""
    wanted = [
        max(map(cell_len, (head, *(line for row in cells for line in row[place].plain.splitlines())))) or 1
        for place, head in enumerate(heads)
    ]
    room = width - _GAP * (len(heads) - 1)
    while sum(wanted) > room and max(wanted) > 1:
        wanted[wanted.index(max(wanted))] -= 1
    return wanted


def facts(pairs: Mapping[str, object], indent: int = 0) -> None:
    """Print names and values in two columns, leaving out what is empty."""
    grid = Table(box=None, pad_edge=False, padding=(0, 3, 0, 0), show_header=False)
    grid.add_column(style="dim", no_wrap=True)
    grid.add_column(overflow="fold")
    for name, value in pairs.items():
        if value not in ("", None, [], ()):
            grid.add_row(name, value if isinstance(value, Text) else said(value))
    _indented(grid, indent)


def moment(text: str | None, zone: str) -> str:
    """Return an instant (ISO 8601) as people read it in this zone: "Mon 02 Mar 2026 09:00"."""
    if not text:
        return ""
    return f"{datetime.fromisoformat(text).astimezone(ZoneInfo(zone)):%a %d %b %Y %H:%M}"


@contextmanager
def waiting(text: str, *, quiet: bool = False) -> Iterator[None]:
    """Show that something is waited for, where there is a terminal to show it on."""
    if quiet or not console().is_terminal:
        yield
        return
    with console().status(said(text)):
        yield


def _indented(grid: Table, indent: int) -> None:
    shown = Padding(grid, (0, 0, 0, indent), expand=False) if indent else grid
    if console().is_terminal:
        console().print(shown)
        return
    with console().capture() as printed:
        console().print(shown)
    for text in printed.get().splitlines():
        print(text.rstrip())


class Trying:
    """Shows what is being tried, with a spinner where there is a terminal, and lines of what came of it."""

    def __init__(self, *, quiet: bool = False) -> None:
        self._quiet = quiet
        self._spinner: Status | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, _error: object, _trace: TracebackType | None) -> None:
        self.stop()

    def doing(self, sentence: str) -> None:
        """Show what is being tried now."""
        self.stop()
        if not self._quiet and console().is_terminal:
            self._spinner = console().status(said(sentence))
            self._spinner.start()

    def line(self, text: Text) -> None:
        """Print what came of it."""
        self.stop()
        if not self._quiet:
            console().print(text)

    def stop(self) -> None:
        """Show nothing more."""
        if self._spinner is not None:
            self._spinner.stop()
            self._spinner = None


class Steps:
    """Shows the steps of a saga while it runs: the one in hand with a spinner, those that are done with a tick.

    Use it as `on_progress` inside its `with` block; with `quiet` it shows nothing.
    """

    def __init__(self, *, quiet: bool = False) -> None:
        self._trying = Trying(quiet=quiet)

    def __call__(self, progress: Mapping[str, str]) -> None:
        """Show one progress value: `step`, `sentence`, `stage`."""
        if progress["stage"] == "doing":
            self._trying.doing(progress["sentence"])
            return
        note = " (done before)" if progress["stage"] == "done before" else ""
        self._trying.line(Text.assemble(("  ✓ ", "green"), said(progress["sentence"]), (note, "dim")))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, _error: object, _trace: TracebackType | None) -> None:
        self._trying.stop()
