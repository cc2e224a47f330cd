"""Commands of the panel Running: start and stop everything, and one employee; look at the logs."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from runtime.cli import completing
from runtime.cli.options import Json, Name, anywhere, here

if TYPE_CHECKING:
    from empla.store.company import EmployeeRow

_Ports = Annotated[
    int | None,
    typer.Option(
        "--ports", metavar="N", min=0, max=65000, help="IMAP at N, SMTP at N+1, CalDAV at N+2; 0: any that are free."
    ),
]


def up(
    detach: Annotated[bool, typer.Option("--detach", "-d", help="Return when everything is ready.")] = False,
    ports: _Ports = None,
    json: Json = False,
) -> None:
    """Run the office and every employee.

    In the foreground, until Ctrl-C or SIGTERM; or detached. Servers listen on this machine only (127.0.0.1), at
    the ports that `empla init` chose, or at --ports. As a service of systemd (deploy/systemd) it also reads settings
    and roster again at SIGHUP.
    """
    if detach:
        _detached(ports, json)
        return
    import asyncio

    from empla.config import load_settings
    from runtime import services
    from runtime.supervisor import up as supervising

    home = anywhere()
    home.create()

    def roster() -> Any:
        from runtime.hiring import company_roster

        return company_roster(home)

    code = asyncio.run(supervising.up(home, load_settings(home), roster, services.handlers(home), ports=ports))
    raise typer.Exit(code)


def _detached(ports: int | None, json: bool) -> None:
    from empla.config import load_settings
    from runtime.supervisor.up import detach

    home = anywhere()
    load_settings(home)  # what is wrong with them is said here, not in a log
    words = [sys.executable, "-P", "-m", "runtime.cli", "--home", str(home.root), "up"]
    found = detach(home, words if ports is None else [*words, "--ports", str(ports)])
    _show_status(found, json)


def down(json: Json = False) -> None:
    """Stop everything; each employee finishes its cycle."""
    from runtime.cli import printing
    from runtime.supervisor.up import down as end

    end(anywhere())
    if json:
        printing.as_json({"stopped": True})
    else:
        printing.line("Everything has stopped.")


def status(json: Json = False) -> None:
    """Say what runs, and where the office listens."""
    from runtime.supervisor.up import status as ask

    _show_status(ask(anywhere()), json)


def _show_status(found: dict[str, Any], json: bool) -> None:
    from runtime.cli import printing

    if json:
        printing.as_json(found)
        return
    office = found["office"]
    printing.line("ready" if found["ready"] else "not ready yet", "green" if found["ready"] else "yellow")
    if office:
        servers = {k.upper(): f"{office[k]['host']}:{office[k]['port']}" for k in ("imap", "smtp")}
        printing.facts({**servers, "CalDAV": office["caldav"]["url"]})
    printing.line()
    if not found["employees"]:
        printing.line("Nobody has been hired yet.")
        return
    rows = [
        (e["name"], e["address"], e["role"].replace("_", "-"), _state(e), e["pid"] or "", e["restarts"] or "", _why(e))
        for e in found["employees"]
    ]
    restarts, reasons = any(row[-2] for row in rows), any(row[-1] for row in rows)
    titles = ("Restarts" if restarts else "", "Why" if reasons else "")
    printing.table(rows, "Employee", "Address", "Role", "State", "Process", *titles)


def _why(employee: dict[str, Any]) -> str:
    """Return why an employee does not work and when it was last seen, or by what its last process ended; empty if
    there is nothing to say.
    """
    ended, works = employee.get("last_end", ""), employee["state"] == "working"
    why = [str(employee.get("reason") or (f"last: {ended}" if ended else ""))]
    if works and employee.get("presence") not in (None, "here"):
        why.append("not on the bus")
    elif not works and "seen" in employee:
        why.append(f"last seen {employee['seen'][:16].replace('T', ' ')} UTC")
    return "; ".join(part for part in why if part)


def _state(employee: dict[str, Any]) -> Any:
    from runtime.cli import printing

    colours = {"working": "green", "starting": "yellow", "quarantined": "red", "stopped": "red"}
    return printing.said(employee["state"], colours.get(employee["state"], ""))


def restart(
    name: Annotated[
        str,
        typer.Argument(
            metavar="[NAME]", help="An employee: name, first name or address.", autocompletion=completing.employees
        ),
    ] = "",
    everybody: Annotated[bool, typer.Option("--all", help="Everybody who is not paused.")] = False,
    json: Json = False,
) -> None:
    """Give an employee a fresh process, also one that was given up.

    It goes on with what it was at. The office stays as it is: for that, `empla down` and `empla up`.
    """
    from empla.errors import InputError
    from runtime import control
    from runtime.supervisor.up import status as ask

    home = here()
    if bool(name) == everybody:
        raise InputError("say who is to start afresh", next_step="empla restart NAME, or empla restart --all")
    addresses = (
        [_found(name).address] if name else [e["address"] for e in ask(home)["employees"] if e["state"] != "paused"]
    )
    for address in addresses:
        _told(control.call(home, "restart", {"name": address}), "is starting afresh", json)


def pause(name: Name, json: Json = False) -> None:
    """Let an employee rest until `empla resume`.

    It finishes what it has in hand and does nothing more, also when `empla up` is started again.
    """
    from runtime import services

    _told(services.run(here(), "employee.pause", {"name": name}), "rests", json)


def resume(name: Name, json: Json = False) -> None:
    """Let an employee work again, paused or given up."""
    from runtime import services

    _told(services.run(here(), "employee.resume", {"name": name}), "works again", json)


def _told(done: dict[str, Any], what: str, json: bool) -> None:
    from runtime.cli import printing

    if json:
        printing.as_json(done)
    else:
        printing.line(f"{done['name']} {what}.")


def _found(name: str) -> "EmployeeRow":
    """Return an employee; InputError with the nearest name if there is none."""
    from empla.hr.profiles import found
    from empla.store.company import CompanyStore

    with CompanyStore(here().company_db) as store, store.reading() as company:
        return found(company, name)


def logs(
    name: Annotated[
        str, typer.Argument(metavar="NAME", help='An employee, or "up" or "office".', autocompletion=completing.logs)
    ],
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on printing what comes.")] = False,
    lines: Annotated[int, typer.Option("--lines", "-n", min=0, help="How many of the last lines.")] = 50,
    json: Json = False,
) -> None:
    """Print the log of an employee, of `up` or of the office."""
    from runtime.cli import tailing

    home = here()
    stem = name if name in ("up", "office") else _found(name).slug
    tailing.show(home.logs / f"{stem}.jsonl", lines=lines, follow=follow, json=json)


def demo(
    report: Annotated[
        Path | None, typer.Option("--report", metavar="FILE", help="Write the checks there, as JSON.")
    ] = None,
    seed: Annotated[
        int | None, typer.Option("--seed", metavar="N", help="Kill at the moments of an earlier run.")
    ] = None,
    keep: Annotated[bool, typer.Option("--keep", help="Leave the home there, to look at.")] = False,
) -> None:
    """Play a working day, live, while processes are killed.

    From the first morning to the next: meetings, other times proposed, an invitation against a rule, a stranger's
    request, an errand with a reminder, the morning's brief. Everything happens in a home of its own, on this machine
    only. Every check is read from outside, with IMAP and CalDAV.
    """
    import secrets

    from runtime.cli.demo import play

    if not play(secrets.randbelow(10_000) if seed is None else seed, report, keep=keep):
        raise typer.Exit(1)
