"""The command `empla memory`: what an employee remembers, looked at and put right.

Commands of the group that lie elsewhere are registered in `main`, as those of every other group.
"""

from typing import Annotated, Any

import typer

from runtime.cli.options import Json, Name, here

app = typer.Typer(
    help="See what an employee remembers; search, correct, take along, or have it forgotten.",
    rich_markup_mode="markdown",
    no_args_is_help=True,
)

Which = Annotated[
    str,
    typer.Argument(metavar="ID", help="Of an episode (e12), a fact (f7), an entity (n3) or a document (d2)."),
]


@app.command()
def undo(
    name: Name,
    which: Annotated[str, typer.Argument(metavar="RUN|ID", help="A run of consolidation, or the id of a memory.")],
    json: Json = False,
) -> None:
    """Undo a change of memory: a whole run of consolidation, or the last change of one memory."""
    told(name, {"do": "undo", "what": which}, f"undo:{which}", json=json, said=f"{which} is as it was before.")


def told(name: str, fields: dict[str, Any], key: str, *, json: bool, said: str) -> dict[str, Any]:
    """Have an employee change its memory and print what came of it; InputError with the reason if it cannot."""
    from runtime import memory
    from runtime.cli import printing

    done = memory.change(here(), name, fields, key=key)
    if json:
        printing.as_json(done)
    elif done["waits"]:
        printing.line(f"{done['name']} is busy: it sees to that as soon as it can.")
    else:
        printing.line(said)
    return done
