"""The demo as people read it: who wrote what to whom, what the assistant made of it, and when it was killed."""

import shutil
import sys
from collections.abc import Sequence
from datetime import datetime
from email.message import EmailMessage
from pathlib import Path
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.padding import Padding
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from empla.config import Home, Settings
from runtime.cli.demo.check import Check
from runtime.cli.demo.thoughts import Thoughts
from runtime.client import Letter

WIDEST = 100
"""Columns at most: longer lines are hard to read."""

DOMAIN = Settings().domain

_GAP = "  "
_TRIES = ("init --sample", 'hire executive-assistant --name "Ada Lane"', "up")


class Transcript:
    """Prints the day as it happens."""

    def __init__(self, console: Console, zone: ZoneInfo) -> None:
        self._console = console
        self._zone = zone
        self._thoughts = Thoughts(zone)

    # what happens ---------------------------------------------------------------------------------------------

    def opening(self, seed: int, begins: datetime) -> None:
        """Say what is about to be played."""
        when = f"{begins:%A}, {begins.day} {begins:%B %Y, %H:%M} ({begins.tzinfo})"
        self._console.print(Text("A working day with a digital assistant", style="bold"))
        self._console.print(
            f"It is {when}, in a home of its own: real mail and calendar servers, on this machine only. While the "
            "assistant works its process is killed with -9 at random moments, and once everything is. Towards the end "
            "the clock is moved, to the afternoon and to the next morning."
        )
        self._console.print(Text(f"Seed {seed}; the same kills again: {program()} demo --seed {seed}"), soft_wrap=True)

    def scene(self, title: str) -> None:
        """Begin a scene."""
        self._console.print()
        self._console.rule(Text(title, style="bold"), align="left", style="dim")

    def event(self, who: str, title: str, start: datetime, end: datetime) -> None:
        """Show what stands in somebody's calendar."""
        self._console.print(f"  {who:<11} {start:%a %d %b}  {start:%H:%M} to {end:%H:%M}  {title}")

    def command(self, words: str) -> None:
        """Show what somebody typed."""
        self._console.print(Text(f"$ empla {words}", style="bold"), soft_wrap=True)

    def wrote(self, at: datetime, sender: str, to: str, subject: str, text: str) -> None:
        """Show a mail that a person wrote."""
        self._letter(at, f"{sender} → {to}", subject, text, "cyan")

    def noise(self, at: datetime, mail: EmailMessage) -> None:
        """Show a mail that a machine sent."""
        who = f"{_name(mail, 'From')} → {_name(mail, 'To')}"
        self._letter(at, who, str(mail["Subject"]), str(mail.get_content()).strip(), "yellow")

    def mail(self, letter: Letter) -> None:
        """Show a mail that the assistant wrote."""
        at = letter.message["Date"].datetime
        who = f"{_name(letter.message, 'From')} → {_name(letter.message, 'To')}"
        self._letter(at, who, letter.subject, letter.text, "green")

    def remark(self, text: str) -> None:
        """Say in a line what happened meanwhile."""
        self._console.print(Text(f"  {text}"))

    def killed(self, what: str, after_s: float, since: str) -> None:
        """Show a kill, how long after what it came."""
        told = f"  ✗ kill -9 {what}, {after_s * 1000:.0f} ms after {since}"
        self._console.print(Text(told, style="bold red"))

    def thoughts(self, home: Home, address: str) -> None:
        """Show what the assistant has believed, intended and done since this was shown last."""
        rows = self._thoughts.fresh(home, address)
        grid = Table(box=None, show_header=False, pad_edge=False, padding=(0, 1, 0, 0))
        grid.add_column(style="dim italic", no_wrap=True, min_width=8)
        grid.add_column(style="dim", overflow="fold")
        for what, text in rows:
            grid.add_row(what, Text(text))
        if rows:
            self._console.print(Padding(grid, (0, 0, 0, 2), expand=False))

    def _letter(self, at: datetime, who: str, subject: str, text: str, colour: str) -> None:
        title = Text.assemble((f"{at.astimezone(self._zone):%H:%M:%S} ", "dim"), (who, "bold"), f": {subject}")
        self._console.print(Panel(Text(text), title=title, title_align="left", border_style=colour, expand=False))

    # how it ended ---------------------------------------------------------------------------------------------

    def checks(self, found: Sequence[Check], kills: int, falls: int, seconds: float) -> None:
        """Print the table of checks, one a line; the whole evidence is in the report."""
        self.scene("What an ordinary mail and calendar client sees at the end")
        longest = max(len(check.name) for check in found)
        room = max(20, self._console.width - longest - len("✓") - 2 * len(_GAP))
        for check in found:
            evidence = Text(" ".join(check.evidence.split()), style="dim")
            evidence.truncate(room, overflow="ellipsis")
            mark, style = ("✓", "green") if check.ok else ("✗", "bold red")
            name = Text(check.name.ljust(longest), style="" if check.ok else style)
            self._console.print(Text.assemble((mark, style), _GAP, name, _GAP, evidence), soft_wrap=True)
        self._console.print()
        good = sum(check.ok for check in found)
        times = "once" if falls == 1 else f"{falls} times"
        self._console.print(
            Text(
                f"{good} of {len(found)} hold. The assistant's process was killed {kills} times and the whole of "
                f"`empla up` {times}, in {seconds:.0f} s.",
                style="bold green" if good == len(found) else "bold red",
            )
        )

    def next_steps(self, kept: Path | None) -> None:
        """Print three commands to try, and where the demo's home is, if it was kept."""
        if kept is not None:
            self._console.print("\nThe demo's home is kept; look at it with:")
            for words in ("up --detach", 'history "Ada Lane"', "inbox --as anna.berg@office.example", "down"):
                self._console.print(Text(f"  {program()} --home {kept / 'home'} {words}"), soft_wrap=True)
        self._console.print("\nNow with your own:")
        for words in _TRIES:
            self._console.print(Text(f"  {program()} {words}"), soft_wrap=True)


def program() -> str:
    """Return the full path of `empla`."""
    beside = Path(sys.executable).parent / "empla"
    return str(beside) if beside.exists() else (shutil.which("empla") or "empla")


def _name(mail: EmailMessage, header: str) -> str:
    """Return who a header names: the name if it gives one, else the address; of the office's people, their name."""
    addresses = mail[header].addresses
    if not addresses:
        return str(mail[header])
    first = addresses[0]
    of_office = " ".join(part.capitalize() for part in first.username.split(".")) if first.domain == DOMAIN else ""
    return first.display_name or of_office or first.addr_spec
