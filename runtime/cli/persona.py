"""The command `empla persona`: the numbers by which an employee decides, shown and set."""

from typing import Annotated, Any

import typer

from runtime.cli.options import Json, Name, here


def persona(
    name: Name,
    set_: Annotated[
        list[str] | None, typer.Option("--set", metavar="TRAIT=NUMBER", help="From 0 to 1; 0.5 is neutral.")
    ] = None,
    unset: Annotated[
        list[str] | None, typer.Option("--unset", metavar="TRAIT", help="As its role says, again.")
    ] = None,
    json: Json = False,
) -> None:
    """Show the traits by which an employee decides, or set some.

    `empla persona Ada --set risk=0.2 --set persistence=0.9`. It counts from its next decision on.
    """
    from runtime import personas, services
    from runtime.cli import printing

    if set_ or unset:
        arguments = {"name": name, "traits": dict(_given(word) for word in set_ or ()), "unset": unset or []}
        known: dict[str, Any] = services.run(here(), "persona.set", arguments)
    else:
        known = personas.shown(here(), name)
    if json:
        printing.as_json(known)
        return
    rows = [(t["trait"], f"{t['value']:.2f}", _WORDS[t["of"]]) for t in known["traits"]]
    printing.table(rows, "Trait", "", "")


def _given(word: str) -> tuple[str, float]:
    from empla.errors import InputError

    trait, _, number = word.partition("=")
    try:
        return trait.strip().lower(), float(number)
    except ValueError:
        raise InputError(f"{word!r} sets nothing", next_step="write, for instance, --set risk=0.2") from None


_WORDS = {"role": "by its role", "set": "set for it", "follows": "follows from the others"}
