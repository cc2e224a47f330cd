"""Commands of the panel Oversight that look into a mind: what it believes and wants, and its past lived again."""

from typing import Annotated

import typer

from runtime.cli import completing
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
    """Think an employee's past again, as it was or without a mail.

    It is thought in memory: nothing is changed, nothing is done. As it was, every cycle must come out with the same
    digest; exit code 1 if one of this version does not. Without some percepts, it shows what would be otherwise: acts,
    beliefs, goals, intentions.
    """
    from runtime.cli import differences, printing, replaying

    found = replaying.replayed(here(), name, until=until, since=since, without=without or (), quiet=json)
    if json:
        printing.as_json(found)
    else:
        differences.show(found, here(), everything=everything)
    if not without and found["otherwise"]:
        raise typer.Exit(1)


def beliefs(
    name: Name,
    pattern: Annotated[
        str,
        typer.Argument(
            metavar="[PATTERN]",
            help="A functor, or a query: “works_in(X, sales), not on_leave(X)”.",
            show_default=False,
            autocompletion=completing.functors,
        ),
    ] = "",
    rules: Annotated[bool, typer.Option("--rules", help="Show the rules by which it concludes instead.")] = False,
    json: Json = False,
) -> None:
    """Show what an employee believes, and how sure it is.

    Of each it tells who says so, how sure it is by now, and until when it counts. Of beliefs that contradict each other
    it marks the current one, and why. A query is answered from beliefs and the rules of the role; variables begin with
    a capital letter.
    """
    from runtime.cli import believing, printing

    found = believing.rules(here(), name) if rules else believing.held(here(), name, pattern)
    if json:
        printing.as_json(found)
    elif rules:
        believing.show_rules(found)
    else:
        believing.show(found, here())


def goals(
    name: Name,
    goal: Annotated[
        str,
        typer.Argument(
            metavar="[GOAL]",
            help="One of them, by id or name: all it went through.",
            show_default=False,
            autocompletion=completing.goals,
        ),
    ] = "",
    everything: Annotated[bool, typer.Option("--all", help="Also those that are reached or given up.")] = False,
    json: Json = False,
) -> None:
    """Show what an employee wants, and how far it has got.

    Of each goal it tells what stands in its way and what it serves. Of one goal: every state it went through and why,
    how its strategy was chosen, and the plans that work for it.
    """
    from empla.config import load_settings
    from runtime.cli import goals as wants
    from runtime.cli import printing, trees

    if goal:
        told, tree = wants.story(here(), name, goal)
        if json:
            printing.as_json(told)
        else:
            trees.show_one(tree, load_settings(here()).zone)
        return
    found = wants.wanted(here(), name, everything=everything)
    if json:
        printing.as_json(found)
    else:
        wants.show(found, here())
