"""Commands of the panel Oversight that look into a mind: what it believes and wants, and its past lived again."""

from typing import Annotated

import typer

from runtime.cli.options import Json, Name, here


def replay(
    name: Name,
    until: Annotated[
        str, typer.Option("--until", metavar="TIME|CYCLE", help="Stop there. A day is meant to its end.")
    ] = "",
    since: Annotated[
        str,
        typer.Option(
            "--from", metavar="CYCLE|snapshot", help="Begin at the last snapshot up to that cycle, or at the newest."
        ),
    ] = "",
    without: Annotated[
        list[str] | None,
        typer.Option(
            "--without", metavar="PERCEPT", help="Leave this out: a Message-ID or a percept's key. Repeatable."
        ),
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Also acts that only look at something.")] = False,
    json: Json = False,
) -> None:
    """Think everything again that it perceived, in memory: nothing is changed, nothing is done.

    As it was, every cycle must come out with the same digest; exit code 1 if one of this version does not. Without some
    percepts, it shows what would be otherwise: acts, beliefs, goals, intentions.
    """
    from runtime.cli import differences, printing, replaying

    found = replaying.replayed(here(), name, until=until, since=since, without=without or (), quiet=json)
    if json:
        printing.as_json(found)
    else:
        differences.show(found, here(), everything=everything)
    if not without and found["otherwise"]:
        raise typer.Exit(1)
