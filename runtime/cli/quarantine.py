"""The command `empla quarantine`: what employees could not read, handle or do, and what becomes of it.

Three things are listed: percepts (a mail that cannot be read), intentions that stopped the process again and again, and
acts that failed for good after all attempts.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from runtime.cli import completing
from runtime.cli.options import Json, here

if TYPE_CHECKING:
    from empla.config import Home

_SHOWN_BYTES = 4_000

app = typer.Typer(
    help="See what was set aside; retry it, or drop it.",
    rich_markup_mode="markdown",
    no_args_is_help=True,
)

_Id = Annotated[str, typer.Argument(metavar="ID", help="As `empla quarantine list` prints it.")]
_Of = Annotated[
    str,
    typer.Option(
        "--of", metavar="NAME", help="Whose, if two employees have the same.", autocompletion=completing.employees
    ),
]


@app.command("list")
def list_set_aside(of: _Of = "", json: Json = False) -> None:
    """List what was set aside or failed for good, of each employee, with the reason."""
    from runtime.cli import printing

    found = [_without_bytes(entry) for entry in _entries(here(), of)]
    if json:
        printing.as_json(found)
    elif not found:
        printing.line("Nothing is set aside.")
    else:
        rows = [
            (e["id"], e["name"], e["what"], e["at"][:16].replace("T", " "), e["about"] or e["kind"], e["reason"])
            for e in found
        ]
        printing.table(rows, "Id", "Employee", "What", "Since (UTC)", "About", "Reason")


@app.command()
def show(entry_id: _Id, of: _Of = "", json: Json = False) -> None:
    """Show one of them with its evidence: each crash over it, and the beginning of its bytes."""
    from runtime.cli import printing

    entry = _one(here(), entry_id, of)
    if json:
        printing.as_json(_without_bytes(entry))
        return
    facts = {"Id": entry["id"], "Employee": entry["name"], "What": entry["what"], "Since": entry["at"]}
    more = {"Bytes": entry["size"]} if entry["size"] else {}
    printing.facts({**facts, "Kind": entry["kind"], "About": entry["about"], **more, "Reason": entry["reason"]})
    printing.line()
    if entry["crashes"]:
        printing.table([_crash(c) for c in entry["crashes"]], "Died at (UTC)", "How", "While", "Counts")
        printing.line()
    printing.line(_content(entry)[:_SHOWN_BYTES].decode("utf-8", "replace"))


@app.command()
def export(
    entry_id: _Id,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Where to write the bytes; it must not exist.")],
    of: _Of = "",
) -> None:
    """Write its bytes, exactly as they came, to a file."""
    from empla.errors import InputError
    from runtime.cli import printing

    content = _content(_one(here(), entry_id, of))
    try:
        with file.open("xb") as out:
            out.write(content)
    except OSError as error:
        raise InputError(f"{file} cannot be written: {error.strerror}", next_step="name another file") from error
    printing.line(f"{len(content)} bytes in {file}. They may do harm: open them with care.")


@app.command()
def retry(entry_id: _Id, of: _Of = "", json: Json = False) -> None:
    """Have it handled or tried once more, with the code of today; what crashed over it is forgiven."""
    _settled(entry_id, of, again=True, json=json)


@app.command()
def drop(
    entry_id: _Id,
    of: _Of = "",
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    json: Json = False,
) -> None:
    """Leave it for good: a mail stays in the mailbox and nobody answers it; an intention fails, as its plan has it."""
    entry = _one(here(), entry_id, of)
    if not yes:
        typer.confirm(f"Drop the {entry['what']} {entry['id']} ({entry['reason']})?", abort=True)
    _settled(entry["id"], entry["slug"], again=False, json=json)


def _settled(entry_id: str, of: str, *, again: bool, json: bool) -> None:
    from runtime import services
    from runtime.cli import printing

    entry = _one(here(), entry_id, of)
    done = services.run(here(), "quarantine", {"name": entry["slug"], entry["what"]: entry["key"], "again": again})
    if json:
        printing.as_json(done)
    else:
        printing.line(f"{done['name']} {_AGAIN[entry['what']] if again else 'leaves it for good'}.")


_AGAIN = {"percept": "reads it once more", "intention": "goes on with it", "action": "tries it once more"}


def _crash(crash: Mapping[str, Any]) -> tuple[str, ...]:
    hands = [f"{name} {crash[name]}" for name in ("percept", "intention", "action") if crash[name]]
    doing = f"{crash['phase']}: {', '.join(hands)}"
    return crash["at"][:19].replace("T", " "), crash["how"], doing, "yes" if crash["counts"] else "no"


# what is set aside --------------------------------------------------------------------------------------------------


def _entries(home: "Home", of: str) -> Iterator[dict[str, Any]]:
    """Yield what was set aside, of every employee or of one."""
    from runtime.cli import employees, quarantined

    names = [of] if of else [employee["address"] for employee in employees.listed(home)]
    return quarantined.entries(home, [employees.one(home, name) for name in names])


def _without_bytes(entry: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in entry.items() if name not in ("fields", "slug")}


def _one(home: "Home", entry_id: str, of: str) -> dict[str, Any]:
    """Return the one entry whose id begins so; InputError if there is none, or more than one."""
    from empla.errors import InputError

    found = [
        entry
        for entry in _entries(home, of)
        if entry["key"] == entry_id
        or (entry["what"] == "percept" and entry["key"].rpartition(":")[2].startswith(entry_id))
    ]
    if not found:
        raise InputError(f"nothing that was set aside has the id {entry_id!r}", next_step="see `empla quarantine list`")
    if len(found) > 1:
        whose = sorted({entry["name"] for entry in found})
        more = f"say whose with --of: {' or '.join(whose)}" if len(whose) > 1 else "give more of the id"
        raise InputError(f"{len(found)} entries have an id that begins with {entry_id!r}", next_step=more)
    return found[0]


def _content(entry: Mapping[str, Any]) -> bytes:
    """Return the raw bytes of a mail; of anything else what the employee was told, as JSON."""
    from empla.mind import codec
    from runtime.cli import minds

    if entry["blob"]:
        with minds.opened(here(), entry["slug"]) as mind:
            if mind is not None:
                return mind.kept(entry["blob"])
    return codec.dumps(entry["fields"]).encode()
