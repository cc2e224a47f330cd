"""An employee's account at any server: trying it, printing what was found, putting a new version in its place."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from runtime.cli.options import Json, Name, anywhere, here

if TYPE_CHECKING:
    from pydantic import SecretStr
    from rich.text import Text

    from empla.workplace.account_file import AccountFile
    from empla.workplace.findings import Finding, Probed

app = typer.Typer(
    help="Accounts of employees at any IMAP, SMTP and CalDAV server.", rich_markup_mode="markdown", no_args_is_help=True
)

_File = Annotated[Path, typer.Argument(metavar="FILE", help="The account file; see `empla mailbox example`.")]
_MARKS = {"good": ("✓", "green"), "note": ("·", "dim"), "warning": ("!", "yellow"), "failed": ("✗", "red")}


@app.command()
def example() -> None:
    """Print a commented account file, to be filled in."""
    from empla.workplace.account_file import EXAMPLE

    print(EXAMPLE, end="")


@app.command()
def test(
    file: _File,
    manager: Annotated[
        str, typer.Option("--manager", metavar="ADDRESS", help="Whose orders it will take and whose calendar it keeps.")
    ] = "",
    json: Json = False,
) -> None:
    """Try an account: sign in, file a mail, send one to itself, write to the calendar.

    Says what was found, and what mends it. What it makes it removes again. Ends with 1 if an employee could not work
    in the account.
    """
    from empla.workplace.account_file import read
    from runtime.cli import printing

    probed = tried(read(file), manager=manager.lower(), quiet=json)
    if json:
        printing.as_json(_as_data(probed))
    else:
        printing.line()
        printing.line("An employee can work in it." if probed.usable else "No employee could work in it.")
    if not probed.usable:
        raise typer.Exit(1)


@app.command("set")
def set_account(name: Name, file: _File, json: Json = False) -> None:
    """Give an employee a new version of its account: a new password, another server.

    The account is tried first; nothing changes if it is of no use. The employee starts afresh and goes on with what it
    was at.
    """
    from empla.workplace.account_file import read
    from runtime import services
    from runtime.cli import employees, printing

    who = employees.one(here(), name)
    probed = usable(tried(read(file), manager=who["manager"], quiet=json), "nothing was changed")
    done = services.run(here(), "mailbox.set", {"name": who["address"], "mailbox": as_argument(probed)})
    if json:
        printing.as_json(done)
    else:
        printing.line(f"{done['name']} works in {done['address']} as it is now.")


def for_hiring(file: Path, wanted: dict[str, Any], *, from_beginning: bool, quiet: bool) -> dict[str, Any]:
    """Return the account of a file for the hiring that is wanted, after it was tried; for a plan untried.

    The hiring is checked first, so that nothing is tried in vain. ExternalError if no employee could work in it.
    """
    from empla.workplace.account_file import read
    from empla.workplace.findings import Probed
    from runtime import services
    from runtime.cli import printing

    given = read(file)
    untried = as_argument(Probed(given.without_passwords(), ()))
    planned = services.run(anywhere(), "hire", {**wanted, "plan": True, "mailbox": untried})
    if wanted["plan"]:
        return untried
    probed = tried(given, manager=planned["manager"], quiet=quiet)
    if quiet and not probed.usable:
        printing.as_json(_as_data(probed))
    usable(probed, "nothing was made")
    if from_beginning:
        probed = Probed(probed.account.model_copy(update={"beginning": None}), probed.findings)
    return as_argument(probed)


def tried(given: "AccountFile", *, manager: str, quiet: bool) -> "Probed":
    """Try an account, telling each finding as it is made unless `quiet`."""
    import asyncio

    from empla.clock import SystemClock
    from empla.workplace.findings import Finding, Verdict, Watcher
    from empla.workplace.probe import probe
    from runtime.cli import printing

    account = given.account(_ask)
    with printing.Trying(quiet=quiet) as shown:

        def found(finding: "Finding") -> None:
            shown.line(_told(finding))

        if given.holds_password:
            sentence = "The password stands in the account file; once hired, it is kept here and is not needed there."
            found(Finding("password", Verdict.NOTE, sentence))
        at = SystemClock(anywhere().clock).now()
        return asyncio.run(
            probe(account, at=at, manager=manager, discover=given.server, watcher=Watcher(shown.doing, found))
        )


def usable(probed: "Probed", nothing: str) -> "Probed":
    """Return what was found if an employee can work with it; ExternalError if not. `nothing` says what was not done."""
    from empla.errors import ExternalError
    from empla.workplace.findings import Verdict

    failed = [finding for finding in probed.findings if finding.verdict is Verdict.FAILED]
    if failed:
        count = "one thing" if len(failed) == 1 else f"{len(failed)} things"
        raise ExternalError(
            f"{probed.account.address} cannot be used, for {count} failed ({', '.join(f.check for f in failed)});"
            f" {nothing}",
            next_step=f"{failed[0].mend}; then try again, or see `empla mailbox test FILE`",
        )
    return probed


def as_argument(probed: "Probed") -> dict[str, Any]:
    """Return an account as the services take it."""
    return {"settings": probed.account.settings(), "secrets": probed.account.secrets().get_secret_value()}


def _as_data(probed: "Probed") -> dict[str, Any]:
    return {"usable": probed.usable, "findings": [finding.as_data() for finding in probed.findings]}


def _told(finding: "Finding") -> "Text":
    from rich.text import Text

    from runtime.cli import printing

    mark, colour = _MARKS[finding.verdict]
    parts: list[Any] = [(f"  {mark} ", colour), printing.said(f"{finding.check}: {finding.sentence}")]
    if finding.mend:
        parts.append(printing.said(f"\n      → {finding.mend}"))
    return Text.assemble(*parts)


def _ask(name: str) -> "SecretStr":
    """Ask whoever sits at the terminal for the password of a name; InputError where nobody does."""
    import getpass
    import sys

    from pydantic import SecretStr

    from empla.errors import InputError

    if not sys.stdin.isatty():
        raise InputError(
            f"nobody can be asked for the password of {name}",
            next_step="say in the account file where it is: password_file or password_env",
        )
    return SecretStr(getpass.getpass(f"Password of {name}: "))
