"""The command `empla ask`: a question to an employee's memory, and the answer with what it rests on."""

from typing import TYPE_CHECKING, Annotated

import typer

from runtime.cli import completing
from runtime.cli.options import Json, Name, here

if TYPE_CHECKING:
    from empla.memory.asking.answers import Answer

_As = Annotated[
    str,
    typer.Option(
        "--as",
        metavar="ADDRESS",
        help="On whose behalf: nothing is told that they may not see. Default: yours.",
        autocompletion=completing.everybody,
    ),
]


def ask(
    name: Name,
    words: Annotated[list[str], typer.Argument(metavar="QUESTION", help="In plain English.")],
    on_behalf: _As = "",
    limit: Annotated[int, typer.Option("--limit", metavar="N", min=1, help="Statements at most.")] = 20,
    why: Annotated[bool, typer.Option("--why", help="Also show how each was found, and what was left out.")] = False,
    json: Json = False,
) -> None:
    """Ask an employee what it remembers.

    Facts come first, then what was said, each with where it is from: `empla memory show NAME ID` shows all of it. What
    it does not know it says, with what comes nearest.
    """
    from empla.memory.asking.wording import worded
    from runtime import asking
    from runtime.cli import printing

    row, answer = asking.asked(here(), name, " ".join(words), by=on_behalf)
    if json:
        shown = asking.as_data(answer)
        shown["said"] = shown["said"][:limit]
        if why:
            shown |= {
                "scores": {i: dict(parts) for i, parts in answer.scores.items()},
                "left_out": dict(answer.left_out),
            }
        printing.as_json({"name": row.name, **shown})
        return
    printing.line(worded(_cut(answer, limit), row.zone))
    if why:
        _tell_why(answer)


def _cut(answer: "Answer", limit: int) -> "Answer":
    from dataclasses import replace

    return replace(answer, said=answer.said[:limit], nearest=answer.nearest[:limit])


def _tell_why(answer: "Answer") -> None:
    from runtime.cli import printing

    printing.line()
    printing.facts({"understood as": answer.kind, "sure": f"{answer.answerable:.2f}", "cited": ", ".join(answer.cites)})
    cited = [*answer.cites, *(i for i in answer.scores if i not in answer.cites)][:20]
    rows = [
        (i, f"{sum(answer.scores[i].values()):.2f}", ", ".join(f"{n} {v:.2f}" for n, v in answer.scores[i].items()))
        for i in cited
        if i in answer.scores
    ]
    if rows:
        printing.line()
        printing.table(rows, "Recalled", "Score", "Parts")
    if answer.left_out:
        printing.line("left out: " + ", ".join(f"{n} ({reason})" for reason, n in answer.left_out.items()), "dim")
