"""`empla doctor`: is everything as it must be, and if not, what mends it."""

from typing import Annotated

import typer

from runtime.cli.options import Json, anywhere


def doctor(
    fix: Annotated[
        bool, typer.Option("--fix", help="Mend what can be mended without harm: rights, dead sockets.")
    ] = False,
    json: Json = False,
) -> None:
    """Say what is wrong here, and how to mend it.

    Looks at ports, files, clock, versions, databases and ledgers. Ends with 1 if something is wrong.
    """
    from runtime.cli import health, printing

    found = health.examined(anywhere(), fix=fix)
    if json:
        printing.as_json({"ok": all(f.ok for f in found), "checks": [f.as_data() for f in found]})
    else:
        rows = []
        for finding in found:
            mark = printing.said("✓", "green") if finding.ok else printing.said("✗", "red")
            mend = f"  → {finding.mend}" if finding.mend and not finding.ok else ""
            rows.append((mark, finding.name, finding.evidence + ("  (mended)" if finding.mended else "") + mend))
        printing.table(rows, "", "", "")
        wrong = sum(not f.ok for f in found)
        printing.line()
        printing.line(f"{wrong} of {len(found)} are not as they must be." if wrong else "Everything is as it must be.")
    if not all(f.ok for f in found):
        raise typer.Exit(1)
