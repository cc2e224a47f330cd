"""The command `empla memory prefer`: how things are to be done, in the words in which it is said by mail."""

from typing import Annotated

import typer

from runtime.cli.options import Json, Name, here


def prefer(
    name: Name,
    words: Annotated[list[str], typer.Argument(metavar="WORDS", help='In plain words: "call Robert Stone as Rob".')],
    json: Json = False,
) -> None:
    """Tell an employee how you want something done from now on. Its manager is told by mail, and how to undo it.

    How somebody is called, how mails begin and end, how long they are, the dial-in of meetings, ways of doing.
    """
    from runtime import services
    from runtime.cli import printing

    done = services.run(here(), "preferences.add", {"name": name, "text": " ".join(words).strip()})
    if json:
        printing.as_json(done)
    else:
        printing.line(f"{done['name']} is told: {done['preference']}.")


def show(name: str, *, json: bool) -> None:
    """Print how an employee does things: what people want, its rules, and what it has learned of its plans."""
    from runtime import preferences
    from runtime.cli import printing

    found = preferences.shown(here(), name)
    if json:
        printing.as_json(found)
        return
    wanted = [
        (p["number"] or "", p["says"], p["basis"], f"{p['confidence']:.0%}", p["said"], (p["since"] or "")[:10])
        for p in (*found["preferences"], *found["corrections"])
    ]
    rules = [(rule["number"], rule["says"], rule["said"], (rule["since"] or "")[:10]) for rule in found["rules"]]
    plans = [(a["plan"], a["scope"], f"{a['done']} of {a['tries']}") for a in found["approaches"]]
    for rows, heads in (
        (wanted, ("", "Preference", "Basis", "Sure", "Said", "Since")),
        (rules, ("", "Rule", "Said", "Since")),
        (plans, ("Plan", "In which case", "Succeeded")),
    ):
        if rows:
            printing.table(rows, *heads)
            printing.line()
    if not (wanted or rules or plans):
        printing.line(
            f"{found['name']} was told of no preferences and rules, and has learned nothing of its plans yet."
        )
