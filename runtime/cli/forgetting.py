"""The command `empla memory forget`: a person, a topic, a document, a time or single memories, with proof."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer

from runtime.cli.options import Json, Name, here

if TYPE_CHECKING:
    from empla.config import Home


def forget(
    name: Name,
    ids: Annotated[
        list[str] | None, typer.Argument(metavar="[ID]...", help="Single memories: episodes (e12), facts (f7), ...")
    ] = None,
    person: Annotated[
        str, typer.Option("--person", metavar="ADDRESS|NAME", help="Somebody, with all their addresses and names.")
    ] = "",
    topic: Annotated[str, typer.Option("--topic", metavar="WORDS", help="Whatever has these words in it.")] = "",
    document: Annotated[str, typer.Option("--document", metavar="ID", help="A document that was taught (d2).")] = "",
    since: Annotated[str, typer.Option("--since", metavar="TIME", help="What happened from this day or time on.")] = "",
    until: Annotated[str, typer.Option("--until", metavar="TIME", help="What happened until this day or time.")] = "",
    also_open: Annotated[
        bool,
        typer.Option("--also-open", help="Give up what is still under way and has the words in it; else that is kept."),
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would go, and change nothing.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask before it is done.")] = False,
    proof: Annotated[
        bool, typer.Option("--proof", help="Change nothing: check the ledger, and that no file has the words any more.")
    ] = False,
    receipt: Annotated[
        str, typer.Option("--receipt", metavar="TEXT", help="With --proof: what was printed when it was forgotten.")
    ] = "",
    json: Json = False,
) -> None:
    """Forget for good: from every store, index and cache of an employee, with proof in its ledger.

    It cannot be undone. What an open errand or an unsettled act needs is kept, and named. Mailboxes at the mail server
    and backups are not touched. Keep the receipt: with it, and nothing else, it can be proven whose forgetting it was.
    """
    from empla.errors import InputError
    from runtime import forgetting

    home = here()
    if proof:
        words = tuple(word for word in (person, topic) if word)
        if not words:
            raise InputError("say which words nothing may have any more", next_step="give --person or --topic")
        found = forgetting.prove(home, name, words, receipt=receipt)
        _print_proof(found, json=json)
        if not found["proven"]:
            raise typer.Exit(1)
        return
    fields: dict[str, Any] = {"person": person, "topic": topic, "document": document, "ids": tuple(ids or ())}
    fields |= {"since": _time(home, since), "until": _time(home, until, after=True), "also_open": also_open}
    seen = forgetting.preview(home, name, fields)
    if not json or dry_run:
        _print_preview(seen, json=json, also_open=also_open)
    if dry_run:
        return
    if not (yes or json or typer.confirm("It cannot be undone. Forget it?")):
        raise typer.Exit(1)
    with _progress(quiet=json) as told:
        done = forgetting.forget(home, name, fields, told)
    _print_done(done, json=json)


def _time(home: "Home", text: str, *, after: bool = False) -> Any:
    """Return an instant that a person wrote, in the home's zone; of a day its beginning, or with `after` its end."""
    from datetime import date, datetime, time, timedelta
    from zoneinfo import ZoneInfo

    from empla.config import load_settings
    from empla.errors import InputError

    if not text:
        return None
    zone = ZoneInfo(load_settings(home).zone)
    try:
        if len(text) <= len("2026-09-07"):
            return datetime.combine(date.fromisoformat(text) + timedelta(days=int(after)), time(), zone)
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise InputError(f"{text!r} is no time", next_step="say 2026-09-07 or 2026-09-07T14:30") from error
    return at if at.tzinfo is not None else at.replace(tzinfo=zone)


@contextmanager
def _progress(*, quiet: bool) -> Iterator[Callable[[float, str], None]]:
    """Show how far it has come, where there is a terminal to show it on."""
    from rich.progress import BarColumn, Progress, TextColumn

    from runtime.cli import printing

    if quiet or not printing.console().is_terminal:
        yield lambda _done, _what: None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:>3.0f} %"))
    with Progress(*columns, console=printing.console(), transient=True) as bar:
        task = bar.add_task("forgetting", total=1.0)
        yield lambda done, what: bar.update(task, completed=done, description=what)


def _print_preview(seen: dict[str, Any], *, json: bool, also_open: bool) -> None:
    from runtime.cli import printing

    if json:
        printing.as_json(seen)
        return
    if seen["words"]:
        printing.line(f"Nothing that {seen['name']} keeps is to have: {', '.join(seen['words'])}")
    if seen["counts"]:
        printing.table([(table, number) for table, number in seen["counts"].items()], "what", "rows")
    else:
        printing.line("Nothing has them now.")
    if seen["needed"]:
        way = "under way, so kept" if also_open else "still needed, so kept (--also-open gives up what can be)"
        printing.line(f"{way}: {', '.join(seen['needed'])}")
    printing.line(f"Not reached: {'; '.join(seen['not_reached'])}.")


def _print_done(done: dict[str, Any], *, json: bool) -> None:
    from runtime.cli import printing

    if json:
        printing.as_json(done)
        return
    if done["done"]:
        printing.line(f"{done['name']} has forgotten it: {sum(done['counts'].values())} rows.")
    else:
        printing.line(f"{done['name']} goes on with it by itself; `--proof` tells when it is through.")
    if done["needed"]:
        printing.line(f"Kept, for it is needed: {', '.join(done['needed'])}")
    printing.line(f"Receipt: {done['receipt']}")


def _print_proof(found: dict[str, Any], *, json: bool) -> None:
    from runtime.cli import printing

    if json:
        printing.as_json(found)
        return
    printing.line(f"The ledger of {found['name']} is {found['chain']}.")
    for entry in found["entries"]:
        rows = sum(entry["counts"].values())
        printing.line(f"{entry['at']}: {rows} rows were forgotten, asked for by {entry['by']}")
    if found["receipt"] is not None:
        printing.line("The receipt is of one of them." if found["receipt"] else "The receipt is of none of them.")
    if found["holders"]:
        printing.line("These still have the words:")
        printing.table([(one,) for one in found["holders"]], "")
    else:
        printing.line("No file has the words.")
    printing.line(f"Not reached: {'; '.join(found['not_reached'])}.")
