"""The command `empla memory share`: who may see a memory."""

from typing import Annotated

import typer

from runtime.cli.memory import told
from runtime.cli.options import Json, Name
from runtime.cli.teaching import Level


def share(
    name: Name,
    ids: Annotated[list[str], typer.Argument(metavar="ID...", help="Episodes (e12), facts (f7), documents (d2).")],
    level: Annotated[
        Level,
        typer.Option(
            "--with",
            help="private: its manager and who took part; team: who works for the same manager; company: everybody in"
            " the directory; public: anybody.",
        ),
    ],
    json: Json = False,
) -> None:
    """Share memories with colleagues, or keep them to itself again.

    What is shared is recalled by colleagues too, with whose it is; what is made private again is withdrawn.
    """
    fields = {"do": "share", "memories": tuple(ids), "with": level.value}
    shown = ", ".join(ids)
    told(name, fields, f"share:{':'.join(ids)}:{level.value}", json=json, said=f"{shown}: {level.value} from now on.")
