"""Options that many commands share, and the home they work on."""

from typing import TYPE_CHECKING, Annotated

import typer

from runtime.cli import completing

if TYPE_CHECKING:
    from empla.config import Home

PEOPLE = "People"
DAY = "Day"
OVERSIGHT = "Oversight"
RUNNING = "Running"

Json = Annotated[bool, typer.Option("--json", help="Print plain JSON, and nothing else, on standard output.")]
Name = Annotated[
    str,
    typer.Argument(
        metavar="NAME",
        help="An employee: name, first name or address.",
        autocompletion=completing.employees,
    ),
]
As = Annotated[
    str,
    typer.Option(
        "--as",
        metavar="PERSON",
        help="Whose: a name or an address. Default: the owner.",
        autocompletion=completing.everybody,
    ),
]


def here() -> "Home":
    """Return the home that this command works on; InputError if it has never been set up nor run."""
    from empla.errors import InputError

    home = anywhere()
    if not home.company_db.exists() and not home.lock.exists():
        raise InputError(
            f"there is no home at {home.root}", next_step="set one up with `empla init`, or name another with --home"
        )
    return home


def anywhere() -> "Home":
    """Return the home that this command works on, whether or not it is set up. `--home` has become `EMPLA_HOME`."""
    from empla.config import Home

    return Home.find()
