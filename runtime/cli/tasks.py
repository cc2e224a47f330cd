"""Commands about tasks: `assign`, `unassign`, `tasks` and `task`."""

from collections.abc import Mapping
from functools import partial
from typing import Annotated, Any

import typer

from runtime.cli.options import Json, Name, here

_Id = Annotated[str, typer.Argument(metavar="ID", help="The task's id, as `empla tasks` prints it.")]


def assign(
    name: Name,
    words: Annotated[list[str], typer.Argument(metavar="TEXT", help="What is to be done, in plain English.")],
    due: Annotated[
        str, typer.Option("--due", metavar="WHEN", help="By when: “Friday 16:00”, tomorrow, 2026-12-04T16:00.")
    ] = "",
    kind: Annotated[
        str,
        typer.Option(
            "--kind",
            metavar="KIND",
            help="research, decision, action, coordination or memory. Default: told from the words.",
        ),
    ] = "",
    by: Annotated[
        str,
        typer.Option("--by", metavar="PERSON", help="Whom it is for and who gets the report. Default: the manager."),
    ] = "",
    json: Json = False,
) -> None:
    """Give an employee a task.

    It acknowledges by mail what it has understood and by when, and reports when it is done, or why it is not. Before a
    task reaches anybody but its manager, it asks the manager once.
    """
    from runtime import services
    from runtime.cli import printing

    given = {"name": name, "text": " ".join(words), "due": due, "kind": kind.lower(), "by": by}
    done: dict[str, Any] = services.run(here(), "task.assign", given)
    if json:
        printing.as_json(done)
        return
    until = f", due {_at(done['due'])}" if done["due"] else ""
    printing.line(f"{done['id']}  {done['name']} has this task{until}: {done['text']}")
    if not done["running"]:
        why = "is paused" if done["paused"] else "does not run"
        printing.line(f"  {done['name']} {why}, and sees it as soon as it works again")
    printing.line(f'  how far it is: empla task "{done["name"]}" {done["id"]}', "dim")


def unassign(name: Name, task: _Id, json: Json = False) -> None:
    """Take a task back.

    What was not begun of it is not done; what has been done is told, and stays.
    """
    from runtime import services
    from runtime.cli import printing

    done: dict[str, Any] = services.run(here(), "task.release", {"name": name, "id": task})
    if json:
        printing.as_json(done)
    else:
        printing.line(f"{done['name']} lets task {done['id']} go: {done['text']}")


def tasks(
    name: Name,
    everything: Annotated[bool, typer.Option("--all", help="Also those that are over.")] = False,
    json: Json = False,
) -> None:
    """List the tasks of an employee, and how far each has got."""
    from runtime import tasks as known
    from runtime.cli import printing

    found = known.held(here(), name, everything=everything)
    if json:
        printing.as_json(found)
    elif not found["tasks"]:
        printing.line(f"{found['name']} has no {'tasks' if everything else 'open tasks'}.")
    else:
        rows = [(t["id"], t["state"], t["kind"] or "", _at(t["due"]), _line(t)) for t in found["tasks"]]
        printing.table(rows, "", "State", "Kind", "Due", "Task")


def task(name: Name, task: _Id, json: Json = False) -> None:
    """Show one task: what was understood, and what came of it."""
    from runtime import tasks as known
    from runtime.cli import printing

    found = known.one(here(), name, task)
    if json:
        printing.as_json(found)
        return
    printing.line(found["text"], "bold")
    printing.facts(
        {
            "id": found["id"],
            "employee": found["name"],
            "state": found["state"],
            "kind": found["kind"],
            "for": found["creditor"],
            "assigned": f"{_at(found['assigned_at'])}, by {found['by']}",
            "due": _at(found["due"]),
            "understood": found["understood"],
            "result": found["result"],
            "evidence": found["evidence"],
        },
        indent=2,
    )
    printing.line()
    printing.table([(_at(m["at"]), m["state"], m["note"]) for m in found["history"]], "", "", "", indent=2)


def _line(found: Mapping[str, Any]) -> str:
    return f"{found['text']} → {found['result']}" if found["result"] else str(found["text"])


def _at(instant: str | None) -> str:
    """Return an instant as people read it, in the home's zone; empty for none."""
    from empla.config import load_settings
    from runtime.cli import printing

    return partial(printing.moment, zone=load_settings(here()).zone)(instant)
