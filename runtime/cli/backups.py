"""`empla backup` and `empla restore`."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from runtime.cli.options import Json, anywhere, here

if TYPE_CHECKING:
    from runtime.backup.archive import Manifest, Progress

_MIB = 1 << 20


def backup(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A new file, such as empla-2026-03-02.tar.gz.")],
    with_key: Annotated[
        bool, typer.Option("--with-key", help="Put secret.key in too: whoever has the file can then sign in.")
    ] = False,
    json: Json = False,
) -> None:
    """Copy all that this home holds into one file, while it works.

    All databases are copied as they were at one instant, so what is restored neither loses nor doubles an act.
    The key to stored passwords, secret.key, is left out: keep a copy of it somewhere else. A backup without it cannot
    sign in anywhere.
    """
    from empla.clock import SystemClock
    from runtime.backup.archive import back_up
    from runtime.cli import printing

    home = here()
    with _progress("Copying", quiet=json) as progress:
        made = back_up(home, file.absolute(), SystemClock(home.clock), with_key=with_key, progress=progress)
    if json:
        printing.as_json({"file": str(made.archive), "bytes": made.size, **_facts(made.manifest)})
        return
    printing.line(f"{made.archive}: {made.size / _MIB:.1f} MiB, {_what(made.manifest)}.")
    if made.manifest.with_key:
        printing.line("The key to stored passwords is in it: keep the file as you would keep a password.")
    else:
        printing.line(f"The key to stored passwords is not in it. Keep a copy of {home.key} somewhere else:")
        printing.line("without it a restored home cannot sign in to any mailbox.")


def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="What `empla backup` wrote.")],
    replace: Annotated[
        bool, typer.Option("--replace", help="If there is a home already, put it aside; it is not deleted.")
    ] = False,
    json: Json = False,
) -> None:
    """Make this home what it was when the backup was made.

    The file is checked whole before anything is touched. Then give back the key to stored passwords, if it is not in
    the backup, and start with `empla up`. End the old company first, wherever it ran: two of them would both answer.
    """
    from empla.clock import SystemClock
    from runtime.backup.restoring import restore as restoring
    from runtime.cli import printing

    home = anywhere()
    with _progress("Unpacking", quiet=json) as progress:
        done = restoring(file, home, SystemClock(), replace=replace, progress=progress)
    if json:
        aside = str(done.aside) if done.aside else None
        printing.as_json({"home": str(home.root), "aside": aside, "key": done.key, **_facts(done.manifest)})
        return
    printing.line(f"{home.root} is again as it was at {done.manifest.made_at[:16]}: {_what(done.manifest)}.")
    if done.aside is not None:
        printing.line(f"What was there before lies in {done.aside}.")
    if not done.key:
        printing.line("The key to stored passwords is missing: nobody can sign in yet.", "yellow")
        printing.line(f"  next: put the copy of secret.key at {home.key} (chmod 600), then `empla up`")
    else:
        printing.line("  next: empla up")


def _what(manifest: "Manifest") -> str:
    count = len(manifest.employees)
    return f"{manifest.company}, {count} employee{'' if count == 1 else 's'}, {len(manifest.files)} files"


def _facts(manifest: "Manifest") -> dict[str, object]:
    return manifest.model_dump(exclude={"files", "format"}) | {"files": len(manifest.files)}


@contextmanager
def _progress(what: str, *, quiet: bool) -> "Iterator[Progress]":
    """Show how far it is, where there is a terminal."""
    from rich.progress import BarColumn, TaskProgressColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    from runtime.cli import printing

    if quiet or not printing.console().is_terminal:
        yield lambda _done, _whole: None
        return
    columns = (TextColumn(what), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Bar(*columns, console=printing.console(), transient=True) as bar:
        task = bar.add_task(what)
        yield lambda done, whole: bar.update(task, completed=done, total=max(whole, 1))
