"""The command `empla steer`: a person's word on what an employee pursues."""

from typing import Annotated, Any

import typer

from runtime.cli import completing
from runtime.cli.options import Json, Name, here


def steer(
    name: Name,
    goal: Annotated[str, typer.Argument(metavar="GOAL", help="By its id or name.", autocompletion=completing.goals)],
    priority: Annotated[
        str, typer.Option(metavar="NUMBER", help="0 is normal, 1 comes before it; `own` as it works it out by itself.")
    ] = "",
    suspend: Annotated[bool, typer.Option("--suspend", help="Let it rest.")] = False,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with it.")] = False,
    reached: Annotated[bool, typer.Option("--reached", help="It is done.")] = False,
    drop: Annotated[bool, typer.Option("--drop", help="Give it up.")] = False,
    because: Annotated[str, typer.Option(metavar="TEXT", help="Why; it is kept with the goal.")] = "",
    json: Json = False,
) -> None:
    """Say which of its goals comes first, rests or is given up.

    `empla steer Ada pipeline --priority 2` and `empla steer Ada pipeline --suspend --because "budget"`.
    """
    from empla.errors import InputError
    from runtime import services
    from runtime.cli import printing

    said = {"suspended": suspend, "active": resume, "achieved": reached, "dropped": drop}
    states = [state for state, is_said in said.items() if is_said]
    if len(states) + bool(priority) != 1:
        raise InputError("say one thing of the goal", next_step="--priority, --suspend, --resume, --reached or --drop")
    arguments: dict[str, Any] = {"name": name, "goal": goal}
    if states:
        done = services.run(here(), "goal.settle", {**arguments, "state": states[0], "reason": because})
        text = f"{done['goal']} {_BECOMES[states[0]]}"
    else:
        done = services.run(here(), "goal.prioritise", {**arguments, "priority": _number(priority)})
        text = f"{done['goal']} has the priority {'that it works out by itself' if priority == 'own' else priority}"
    if json:
        printing.as_json(done)
    else:
        printing.line(f"{done['name']}: {text}.")


def _number(words: str) -> float | None:
    from empla.errors import InputError

    if words == "own":
        return None
    try:
        return float(words)
    except ValueError:
        raise InputError(f"{words!r} is no priority", next_step="give a number, or `own`") from None


_BECOMES = {"suspended": "rests", "active": "goes on", "achieved": "is reached", "dropped": "is given up"}
