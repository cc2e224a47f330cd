"""The command for probes: whether a company lives, and whether it is ready."""

from typing import Annotated

import typer

from runtime.cli.options import Json, here


def health(
    what: Annotated[str, typer.Argument(metavar="live|ready", help="live: its supervisor answers. ready: all work.")],
    json: Json = False,
) -> None:
    """Say whether empla lives, or is ready; for probes.

    Ready is who can be worked with: the office listens, no employee is starting, and what must be written can be.
    Exit codes: 0 yes, 1 no, 3 empla is not running. The same by HTTP: `metrics_port` in empla.toml.
    """
    from empla.errors import InputError
    from runtime import control
    from runtime.cli import printing

    if what not in ("live", "ready"):
        raise InputError(f"there is no {what!r} to ask for", next_step="ask for live or ready")
    found = control.call(here(), "health")
    if json:
        printing.as_json({what: found[what]} | ({"against": found["against"]} if what == "ready" else {}))
    elif found[what]:
        printing.line(what, "green")
    else:
        printing.line(f"not ready: {'; '.join(found['against']) or 'it starts or ends'}", "yellow")
    if not found[what]:
        raise typer.Exit(1)
