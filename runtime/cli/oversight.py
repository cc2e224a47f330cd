"""Commands of the panel Oversight: what an employee did and why, what it may see, what became of its doubtful acts."""

from typing import Annotated, Any

import typer

from runtime.cli import completing
from runtime.cli.options import Json, Name, here

_Who = Annotated[
    str, typer.Argument(metavar="NAME", help="To whom: a name or an address.", autocompletion=completing.employees)
]
_What = Annotated[
    str,
    typer.Argument(
        metavar="inbox|invitations|calendar",
        help="What: all incoming mails, the invitations among them, or the calendar.",
        autocompletion=completing.grants,
    ),
]
_Of = Annotated[
    str,
    typer.Option(
        "--of",
        metavar="PERSON",
        help="Whose: a name or an address. Default: the employee's manager.",
        autocompletion=completing.everybody,
    ),
]

_OPENED = {
    "calendar": "read and write the calendar of",
    "invitations": "see the invitations that come to",
    "inbox": "see all mails that come to",
}
_CLOSED = {
    "calendar": "use the calendar of",
    "invitations": "see the invitations that come to",
    "inbox": "see all mails that come to",
}


def history(
    name: Name,
    everything: Annotated[bool, typer.Option("--all", help="Also what it only read or thought about.")] = False,
    last: Annotated[int, typer.Option("--last", "-n", min=1, help="How many of the newest.")] = 50,
    json: Json = False,
) -> None:
    """Show what an employee did, and which rule allowed it.

    Besides, what became of its goals meanwhile, and why.
    """
    from runtime.cli import past, printing

    found = past.deeds(here(), name, last=last, everything=everything)
    if json:
        printing.as_json(found)
    else:
        past.show(found, here(), past.goals_since(here(), name, found))


def why(
    what: Annotated[
        list[str],
        typer.Argument(
            metavar="[NAME] WHAT",
            help="A Message-ID, an event or words about it, an intention (i17), an act (i17.3), a goal, a belief.",
            autocompletion=completing.asked_about,
        ),
    ],
    json: Json = False,
) -> None:
    """Show why something was done, wanted or believed.

    A tree: from the act through the gate's decision, plan, authority, goal and beliefs down to the raw mail; or from a
    mail that came on to what it led to. Ends with whether the ledger of acts is whole. Where words may mean several
    things these are listed, and the exit code is 2.
    """
    from empla.config import load_settings
    from runtime.cli import explaining, printing, trees

    found = explaining.explained(here(), what)
    if json:
        printing.as_json(found)
    else:
        trees.show(found, load_settings(here()).zone)
    if found["candidates"]:
        raise typer.Exit(2)


def triage(
    name: Name,
    last: Annotated[int, typer.Option("--last", "-n", min=1, help="How many of the newest.")] = 30,
    json: Json = False,
) -> None:
    """Show how an employee has sorted its mail, and why.

    Priority 1 is to be looked at first, 5 last. A wrong one is corrected by mail: “That one was important.”
    """
    from runtime.cli import printing, sortings

    found = sortings.mails(here(), name, last=last)
    if json:
        printing.as_json(found)
    else:
        sortings.show(found, here())


def settle(
    name: Name,
    action: Annotated[str, typer.Argument(metavar="ACTION", help="The action's id, as `empla show` prints it.")],
    happened: Annotated[
        bool | None, typer.Option("--happened/--not-happened", help="What became of it: it is not guessed.")
    ] = None,
    json: Json = False,
) -> None:
    """Say what became of an act whose outcome is unknown.

    The employee goes on from there. Said not to have happened, it is done again.
    """
    from empla.errors import InputError
    from runtime import services
    from runtime.cli import printing

    if happened is None:
        raise InputError("did it happen?", next_step="look, then say --happened or --not-happened")
    done = services.run(here(), "settle", {"name": name, "action": action, "happened": happened})
    if json:
        printing.as_json(done)
    else:
        then = "counts as done" if happened else "is done again"
        printing.line(f"{done['action']} {then}; {done['name']} takes it from there.")


def grant(name: _Who, what: _What, of: _Of = "", json: Json = False) -> None:
    """Open a calendar, invitations or an inbox to an employee.

    It counts from now on; mails that came before stay closed. `empla show NAME` lists what is open.
    """
    _changed("grant", what, of, name, json)


def revoke(name: _Who, what: _What, of: _Of = "", json: Json = False) -> None:
    """Take that back; it counts at once."""
    _changed("revoke", what, of, name, json)


def _changed(command: str, kind: str, owner: str, to: str, json: bool) -> None:
    from runtime import services
    from runtime.cli import printing

    done: dict[str, Any] = services.run(here(), command, {"kind": kind.lower(), "owner": owner, "to": to})
    if json:
        printing.as_json(done)
    elif command == "grant":
        printing.line(f"{done['to']} may {_OPENED[done['kind']]} {done['owner']}.")
    elif done["was_granted"]:
        printing.line(f"{done['to']} may no longer {_CLOSED[done['kind']]} {done['owner']}.")
    else:
        printing.line(f"{done['to']} had no right to {_CLOSED[done['kind']]} {done['owner']}.")
