"""The command `empla rules`: an employee's standing rules, in the words in which they are set by mail."""

from typing import Annotated, Any

import typer

from runtime.cli.options import Json, Name, here


def rules(
    name: Name,
    what: Annotated[str, typer.Argument(metavar="[add|drop]", help="Without it, the rules are listed.")] = "",
    words: Annotated[
        list[str] | None, typer.Argument(metavar="RULE", help="In plain words; to drop one, its number.")
    ] = None,
    json: Json = False,
) -> None:
    """List an employee's standing rules, set one, or drop one.

    `empla rules Ada add "never before 9"` and `empla rules Ada drop 2`. The manager is told by mail.
    """
    from empla.errors import InputError
    from runtime import services
    from runtime.cli import printing

    said = " ".join(words or []).strip()
    if what not in ("", "add", "drop") or (what and not said) or (said and not what):
        raise InputError(f"I do not know what to do with {(what + ' ' + said).strip()!r}", next_step=_HOW)
    if what == "drop":
        numbers = said.replace(",", " ").split()
        if not all(n.isdigit() for n in numbers):
            raise InputError(f"{said!r} is no number of a rule", next_step=f'see `empla rules "{name}"`')
        done: dict[str, Any] = services.run(here(), "rules.drop", {"name": name, "numbers": [int(n) for n in numbers]})
    elif what == "add":
        done = services.run(here(), "rules.add", {"name": name, "text": said})
    else:
        done = services.rules_list(here(), {"name": name}, lambda _: None)
    if json:
        printing.as_json(done)
    elif what == "drop":
        for rule in done["dropped"]:
            printing.line(f"Dropped: rule {rule['number']}, {rule['rule']}.")
    elif what == "add":
        printing.line(f"{done['name']} keeps this rule from now on: {done['rule']}.")
    elif not done["rules"]:
        printing.line(f"{done['name']} has no standing rules.")
    else:
        rows = [(r["number"], r["rule"], r["said"], (r["since"] or "")[:10]) for r in done["rules"]]
        printing.table(rows, "", "Rule", "Said", "Since")


_HOW = 'write `empla rules NAME`, `empla rules NAME add "never before 9"` or `empla rules NAME drop 2`'
