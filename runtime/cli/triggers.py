"""The command `empla triggers`: what makes an employee's work due, what was missed, and a person's word on it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer

from runtime.cli.options import Json, Name, here


def triggers(
    name: Name,
    pause: Annotated[str, typer.Option(metavar="TRIGGER", help="Let this one rest; nothing is made up for.")] = "",
    resume: Annotated[str, typer.Option(metavar="TRIGGER", help="Let it be due again, from now on.")] = "",
    json: Json = False,
) -> None:
    """Show what makes its work due, and what was missed.

    `empla triggers Ada --pause weekly-planning` lets one rest.
    """
    from empla.errors import InputError
    from runtime import services
    from runtime import triggers as known
    from runtime.cli import printing

    if pause and resume:
        raise InputError("say one thing of one trigger", next_step="--pause TRIGGER or --resume TRIGGER")
    if pause or resume:
        arguments = {"name": name, "trigger": pause or resume, "paused": bool(pause)}
        done = services.run(here(), "trigger.pause", arguments)
        if json:
            printing.as_json(done)
        else:
            printing.line(f"{done['name']}: {done['trigger']} {'rests' if done['paused'] else 'is due again'}.")
        return
    found = known.shown(here(), name)
    if json:
        printing.as_json(found)
    else:
        _show(found)


def _show(found: Mapping[str, Any]) -> None:
    from runtime.cli import printing

    printing.line(found["name"])
    printing.line()
    rows = [
        (one["trigger"], one["rule"], _next(one), _instant(one["last_fired"], one["zone"]), one["when_missed"] or "")
        for one in found["triggers"]
    ]
    printing.table(rows, "trigger", "due", "next", "last", "if missed")
    left_out = [(one, missed) for one in found["triggers"] for missed in one["missed"]]
    if left_out:
        printing.line()
        printing.table([_missed(one, missed) for one, missed in left_out], "missed", "when", "times", "why")


def _next(one: Mapping[str, Any]) -> str:
    return "paused" if one["paused"] else _instant(one["next"], one["zone"])


def _missed(one: Mapping[str, Any], missed: Mapping[str, Any]) -> tuple[object, ...]:
    first, last = _instant(missed["from"], one["zone"]), _instant(missed["to"], one["zone"])
    return one["trigger"], first if first == last else f"{first} to {last}", missed["count"], missed["why"]


def _instant(text: str | None, zone: str) -> str:
    if text is None:
        return "-"
    at = datetime.fromisoformat(text).astimezone(ZoneInfo(zone or "UTC"))
    return f"{at:%a %d %b %Y %H:%M} {zone or 'UTC'}"
