"""`empla offboard`: letting an employee go."""

from typing import Annotated

import typer

from runtime.cli.options import Json, Name, here


def offboard(
    name: Name,
    meetings: Annotated[
        str,
        typer.Option(
            help="What becomes of the meetings it arranged: hand-over (they stand, the manager organizes them and the "
            "guests are told), cancel, or keep (nobody is written to)."
        ),
    ] = "hand-over",
    without_hand_over: Annotated[
        bool, typer.Option("--without-hand-over", help="Let it go at once, also if it does not work.")
    ] = False,
    plan: Annotated[bool, typer.Option("--plan", help="Only show the steps.")] = False,
    json: Json = False,
) -> None:
    """Let an employee go.

    It hands over what is open: its manager gets a list, whoever was asked for something is told whom to write to.
    Then it is stopped, its rights are taken back, its account is closed and its folder archived. Its mail is kept and
    its address is never given to another. Interrupted, the same command goes on where it stood.
    """
    from runtime import services
    from runtime.cli import printing

    said = {"name": name, "meetings": meetings, "hand_over": not without_hand_over, "plan": plan}
    if plan:
        found = services.run(here(), "offboard", said)
        if json:
            printing.as_json(found)
        else:
            printing.line(f"{found['name']} <{found['address']}>, who works for {found['manager']}, would leave:")
            for number, step in enumerate(found["steps"], 1):
                printing.line(f"  {number}. {step['does']}" + (" (done)" if step["state"] == "done" else ""))
        return
    with printing.Steps(quiet=json) as steps:
        done = services.run(here(), "offboard", said, steps)
    if json:
        printing.as_json(done)
    else:
        printing.line(f"{done['name']} has left. What it knew lies in {done['archive']}.")
