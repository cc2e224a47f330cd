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
