"""The demo as people read it: who wrote what to whom, and what the assistant believed, intended and did.

What the assistant thought is read from its own tables, to be shown; the checks never look there.
"""

import shutil
import sys
from collections.abc import Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from empla.config import Home
from empla.mind import codec
from empla.mind.beliefs import Belief
from empla.mind.intentions import Intention
from empla.store.opening import open_store
from runtime.cli import minds
from runtime.cli.demo.checks import Check
from runtime.client import Letter

_QUIET = frozenset({"profile", "hold"})


class Transcript:
    """Prints the morning as it happens."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._seen: dict[str, int] = {}

    def opening(self, seed: int, begins: datetime) -> None:
        """Say what is about to be played."""
        self._console.print(
            f"[bold]A morning with a digital assistant[/bold]: {begins:%A, %d %B %Y, %H:%M} ({begins.tzinfo}). "
            f"Its process will be killed at random moments. Seed: {seed} (the same seed, the same moments)."
        )

    def scene(self, title: str) -> None:
        """Begin a scene."""
        self._console.rule(f"[bold]{title}", align="left")

    def event(self, who: str, title: str, start: datetime, end: datetime) -> None:
        """Show what stands in somebody's calendar."""
        self._console.print(f"  {who:<11} {start:%a %d %b}  {start:%H:%M} to {end:%H:%M}  {title}")

    def wrote(self, sender: str, to: str, subject: str, text: str) -> None:
        """Show a mail that a person, or a machine, wrote to the assistant."""
        self._console.print(_letter(f"{sender} to {to}", subject, text, "cyan"))

    def mail(self, letter: Letter) -> None:
        """Show a mail that the assistant wrote."""
        to = str(letter.message["To"])
        self._console.print(_letter(f"{letter.message['From']} to {to}", letter.subject, letter.text, "green"))

    def killed(self, what: str, delay_s: float | None) -> None:
        """Show a kill."""
        after = "" if delay_s is None else f", {delay_s * 1000:.0f} ms after the mail"
        self._console.print(f"  [red]kill -9[/red] of {what}{after}")

    def thoughts(self, home: Home, address: str) -> None:
        """Show what the assistant has believed, intended and done since this was shown last."""
        minds.load_kept_types()
        slug = address.partition("@")[0]
        with closing(open_store(home.employee(slug) / "mind.db", slug)) as store:
            rows = [
                *(("believed", _belief(r.body)) for r in self._new(store, "belief", ("seq", "body", "functor"))),
                *(("intended", _intention(r)) for r in self._new(store, "intention", ("seq", "plan", "body"))),
                *(
                    ("did", _action(r))
                    for r in self._new(store, "action", ("seq", "operation", "rule", "state", "effect"))
                ),
            ]
        for what, text in rows:
            if text:
                self._console.print(Text(f"  {what:<9} {text}", style="dim"))

    def _new(self, store: Any, table: str, columns: tuple[str, ...]) -> Sequence[Any]:
        rows = store.find(table, {}, columns, at_least={"seq": self._seen.get(table, 0) + 1})
        if rows:
            self._seen[table] = rows[-1].seq
        return list(rows)

    def checks(self, found: Sequence[Check], kills: int, falls: int, seconds: float) -> None:
        """Print the table of checks."""
        table = Table(title="Read from outside, by IMAP and CalDAV", title_justify="left", expand=False)
        for column in ("", "check", "evidence"):
            table.add_column(column, overflow="fold")
        for check in found:
            table.add_row("[green]ok[/green]" if check.ok else "[red]NO[/red]", check.name, check.evidence)
        self._console.print(table)
        good = sum(check.ok for check in found)
        self._console.print(
            f"{good} of {len(found)} hold. The assistant was killed {kills} times and `empla up` {falls} "
            f"{'time' if falls == 1 else 'times'}, in {seconds:.0f} s."
        )

    def next_steps(self, kept: Path | None) -> None:
        """Print three commands to try."""
        program = Path(sys.executable).parent / "empla"
        empla = str(program) if program.exists() else (shutil.which("empla") or "empla")
        if kept is not None:
            self._console.print(f"\nThe demo's home is kept in {kept / 'home'}; use it with --home.")
        self._console.print("\nNow with your own:")
        for command in ("init --sample", 'hire executive-assistant --name "Ada Lane"', "up"):
            self._console.print(f"  {empla} {command}", soft_wrap=True)


def _letter(who: str, subject: str, text: str, colour: str) -> Panel:
    return Panel(Text(text), title=Text(f"{who}: {subject}"), title_align="left", border_style=colour, expand=False)


def _belief(body: str) -> str:
    belief: Belief = codec.loads(body)
    if belief.functor in _QUIET:
        return ""
    return f"{belief.functor}({', '.join(_short(a) for a in belief.arguments)})"


def _intention(row: Any) -> str:
    intention: Intention = codec.loads(row.body)
    passed = intention.passed_over
    return f"{row.plan}   (not chosen: {'; '.join(passed)})" if passed else str(row.plan)


def _action(row: Any) -> str:
    return "" if row.effect == "think" else f"{row.operation}  ({row.state}; the gate: {row.rule})"


def _short(value: Any) -> str:
    text = str(getattr(value, "value", value))
    if isinstance(value, datetime):
        text = f"{value:%Y-%m-%d %H:%M}"
    return text if len(text) <= 48 else f"{text[:47]}…"
