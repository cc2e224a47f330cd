"""The command `empla teach`: documents that an employee is taught, and those that it knows."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from runtime.cli import completing
from runtime.cli.options import Json, Name, here

if TYPE_CHECKING:
    from empla.config import Home


class Level(StrEnum):
    """Who may see what a document says."""

    PRIVATE = "private"
    TEAM = "team"
    COMPANY = "company"
    PUBLIC = "public"


def teach(
    name: Name,
    what: Annotated[
        str, typer.Argument(metavar="FILE|FOLDER|URL", help="Text, Markdown, HTML, PDF or Word (.docx).")
    ] = "",
    visibility: Annotated[
        Level | None,
        typer.Option(
            "--visibility",
            help="Who may see it: its manager (private), those who work for the same manager, everybody in the"
            " directory, anybody. Default: as it was, else private.",
        ),
    ] = None,
    who: Annotated[
        str,
        typer.Option(
            "--as",
            metavar="PERSON",
            help="Who teaches: a name or an address. Default: the owner.",
            autocompletion=completing.everybody,
        ),
    ] = "",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Read it, and say what would be taught; change nothing.")
    ] = False,
    prune: Annotated[
        bool, typer.Option("--prune", help="Drop what was taught out of this folder and is no longer there.")
    ] = False,
    allow_local: Annotated[
        bool, typer.Option("--allow-local", help="Fetch also from this machine and from the network it is in.")
    ] = False,
    listed: Annotated[bool, typer.Option("--list", help="List the documents that it knows.")] = False,
    drop: Annotated[
        list[str] | None, typer.Option("--drop", metavar="ID", help="Let a document go (d2); may be given again.")
    ] = None,
    json: Json = False,
) -> int:
    """Teach an employee documents.

    They are cut into passages that it recalls and cites by document, page and heading. Taught again, only what has
    changed is new, and what is gone is recalled no more. What a document says is information to it, never an order.
    """
    from empla.errors import InputError

    if bool(what) + listed + bool(drop) != 1:
        raise InputError(
            "say what is to be taught, or --list, or --drop ID",
            next_step="empla teach NAME FILE, empla teach NAME --list",
        )
    if listed:
        return _list(name, json=json)
    if drop:
        return _drop(name, drop, who, json=json)
    return _teach(name, what, visibility, who, dry_run=dry_run, prune=prune, allow_local=allow_local, json=json)


def _teach(
    name: str,
    what: str,
    visibility: Level | None,
    who: str,
    *,
    dry_run: bool,
    prune: bool,
    allow_local: bool,
    json: bool,
) -> int:
    from empla.memory.model import Visibility
    from runtime import teaching
    from runtime.cli import printing

    home = here()
    wish = teaching.Wish(
        what=what,
        by=_teacher(home, who),
        visibility=Visibility[visibility.name] if visibility is not None else None,
        dry_run=dry_run,
        prune=prune,
        allow_local=allow_local,
    )
    with _progress(quiet=json) as told:
        done = teaching.teach(home, name, wish, told)
    if json:
        printing.as_json(done)
    else:
        _print(done)
    return 1 if done["problems"] else 0


def _teacher(home: "Home", who: str) -> str:
    """Return the address of who teaches; InputError if nobody is called that."""
    if not who:
        from empla.config import load_settings

        return load_settings(home).owner
    from runtime.cli import signing

    return signing.person(home, who).address.value


def _list(name: str, *, json: bool) -> int:
    from empla.config import load_settings
    from runtime import teaching
    from runtime.cli import printing

    known = teaching.taught(here(), name)
    if json:
        printing.as_json(known)
    elif not known["documents"]:
        printing.line(f"{known['name']} was taught no documents.")
    else:
        zone = load_settings(here()).zone
        rows = [
            (d["id"], d["visibility"], d["passages"], printing.moment(d["taught_at"], zone), d["name"], d["place"])
            for d in known["documents"]
        ]
        printing.table(rows, "", "Visible to", "Passages", "Taught", "Document", "From")
    return 0


def _drop(name: str, ids: Sequence[str], who: str, *, json: bool) -> int:
    from runtime import teaching
    from runtime.cli import printing

    home = here()
    done = teaching.drop(home, name, ids, by=_teacher(home, who))
    if json:
        printing.as_json(done)
    else:
        printing.line(f"{done['name']} lets {', '.join(done['dropped'])} go{_later(done['waits'])}.")
    return 0


def _later(waits: bool) -> str:
    return ", as soon as it works again" if waits else ""


def _print(done: Mapping[str, Any]) -> None:
    from runtime.cli import printing

    documents, problems, gone = done["documents"], done["problems"], done["gone"]
    shown = [d for d in documents if d["state"] != "unchanged" or len(documents) == 1]  # of a folder most may be
    rows = [(d["id"], d["state"], d["visibility"], d["passages"], d["new"], d["replaced"], d["name"]) for d in shown]
    if rows:
        printing.table(rows, "", "", "Visible to", "Passages", "New", "Replaced", "Document")
    for document in documents:
        for defect in document["defects"]:
            printing.line(f"{document['name']}: {defect}", "yellow")
    for problem in problems:
        printing.line(f"{problem['place']}: {problem['why']}", "red")
        if problem["next_step"]:
            printing.line(f"  next: {problem['next_step']}", "dim")
    for one in gone:
        dropped = one["id"] in done["dropped"]
        printing.line(f"{one['id']} {one['name']}: {'dropped' if dropped else 'its file is gone'}")
    if gone and not done["dropped"]:
        printing.line("  to drop what is gone: --prune", "dim")
    printing.line(_summary(done))


def _summary(done: Mapping[str, Any]) -> str:
    documents, failed = done["documents"], len(done["problems"])
    fresh = [d for d in documents if d["state"] != "unchanged"]
    name, passages = done["name"], sum(d["new"] for d in fresh)
    others = f"; {len(documents) - len(fresh)} unchanged" if 0 < len(fresh) < len(documents) else ""
    others += f"; {failed} could not be taught" if failed else ""
    if done["dry_run"]:
        return f"{name} would learn {_count(len(fresh), 'document')}, {_count(passages, 'new passage')}{others}."
    if not fresh:
        return f"{name} knew all of it{others}." if documents else f"{name} has learned nothing{others}."
    waits = any(d["state"] == "waiting" for d in fresh)
    verb = "will learn" if waits else "has learned"
    return f"{name} {verb} {_count(len(fresh), 'document')}, {_count(passages, 'new passage')}{others}."


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


@contextmanager
def _progress(*, quiet: bool) -> Iterator[Callable[[int, int, str], None]]:
    """Show how many documents are done, where there is a terminal."""
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn
    from rich.progress import Progress as Bar

    from runtime.cli import printing

    if quiet or not printing.console().is_terminal:
        yield lambda _done, _whole, _place: None
        return
    with Bar(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), console=printing.console(), transient=True
    ) as bar:
        task = bar.add_task("")

        def told(done: int, whole: int, place: str) -> None:
            shown = printing.said(place.rpartition("/")[2] or place).plain[:60]
            bar.update(task, completed=done, total=max(whole, 1), description=shown.replace("[", "\\["))

        yield told
