"""Commands of the panel People: set up a home, add people, hire and let go, see who is there."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from empla.errors import InputError
from runtime.cli import completing
from runtime.cli.options import Json, Name, anywhere, here

app = typer.Typer(
    help="List the people of the office; add or remove one.",
    rich_markup_mode="markdown",
    invoke_without_command=True,
)

_Zone = Annotated[str, typer.Option("--zone", metavar="ZONE", help="Time zone, such as Europe/Berlin.")]
_Hours = Annotated[str, typer.Option("--hours", metavar="HOURS", help="Working hours, such as 09:00-17:00.")]


def init(
    company: Annotated[str, typer.Option("--company", help="How employees speak of the company.")] = "",
    name: Annotated[str, typer.Option("--name", help="Your name.")] = "",
    zone: _Zone = "",
    hours: _Hours = "",
    sample: Annotated[
        bool | None, typer.Option("--sample/--no-sample", help="Add two colleagues with full calendars to try things.")
    ] = None,
    yes: Annotated[
        bool, typer.Option("--yes", "-y", help="Ask nothing: take the defaults for what is not given.")
    ] = False,
    json: Json = False,
) -> None:
    """Set up a home: your company and your account.

    Asks what is not given, and prints the settings for your mail client. Done again it completes what is
    missing and changes nothing else.
    """
    from empla.config import load_settings
    from runtime import services
    from runtime.cli import printing

    home = anywhere()
    arguments: dict[str, Any] = {"company": company, "name": name, "zone": zone, "hours": hours, "sample": bool(sample)}
    if not load_settings(home).owner and not name and not yes and not json and sys.stdin.isatty():
        arguments = _ask(arguments, ask_sample=sample is None)
    elif not load_settings(home).owner and not name:
        arguments["name"] = _own_name() if yes else ""
    done = services.run(home, "init", arguments)
    if json:
        printing.as_json(done)
        return
    printing.line(f"{done['company']} is set up in {home.root}")
    printing.line()
    printing.table(
        [(p["name"], p["address"], p["password"]) for p in (done["owner"], *done["colleagues"])],
        *("Person", "Address (also the user name)", "Password"),
    )
    printing.line()
    _show_settings(done)
    printing.line()
    printing.line("Next: empla up --detach")
    printing.line('      empla hire executive-assistant --name "Clara Diaz"')


def _ask(given: Mapping[str, Any], *, ask_sample: bool) -> dict[str, Any]:
    from empla.hr.company import local_zone
    from empla.hr.names import checked_hours, checked_name, checked_zone

    asked = dict(given)
    asked["company"] = given["company"] or typer.prompt("Company", default="The Company")
    asked["name"] = typer.prompt("Your name", default=_own_name() or None, value_proc=_proper(checked_name))
    asked["zone"] = given["zone"] or typer.prompt("Time zone", default=local_zone(), value_proc=_proper(checked_zone))
    asked["hours"] = given["hours"] or typer.prompt(
        "Working hours", default="09:00-17:00", value_proc=_proper(checked_hours)
    )
    if ask_sample:
        asked["sample"] = typer.confirm("Add two colleagues with full calendars, to try things with?", default=True)
    return asked


def _proper(checked: Any) -> Any:
    """Return the check as a prompt takes it: what does not pass is asked for again."""

    def proper(text: str) -> str:
        try:
            return str(checked(text))
        except InputError as error:
            raise typer.BadParameter(f"{error.sentence}; {error.next_step}") from error

    return proper


def _own_name() -> str:
    """Return the full name that this machine's user list has for whoever runs this, empty if it has none."""
    import os
    import pwd

    try:
        name = pwd.getpwuid(os.getuid()).pw_gecos.partition(",")[0].strip()
    except KeyError:
        return ""
    return "" if name in ("", "root") else name


@app.callback()
def people(context: typer.Context, json: Json = False) -> None:
    """List the people of the office, or add or remove one."""
    from runtime import services
    from runtime.cli import printing

    if context.invoked_subcommand is not None:
        return
    found = services.people_list(here(), {}, lambda _: None)
    if json:
        printing.as_json(found)
        return
    printing.table(
        [(p["name"] + (" (owner)" if p["is_owner"] else ""), p["address"], p["zone"], p["hours"]) for p in found],
        *("Person", "Address", "Zone", "Hours"),
    )
    printing.line()
    _show_settings(_endpoints())


@app.command()
def add(
    name: Annotated[str, typer.Argument(metavar="NAME", help='First and last name, as in "Ada Lovelace".')],
    zone: _Zone = "",
    hours: _Hours = "",
    address: Annotated[str, typer.Option("--address", help="Default: first.last at the office's domain.")] = "",
    json: Json = False,
) -> None:
    """Give a person a mailbox and a calendar. The password is shown this once."""
    from runtime import services
    from runtime.cli import printing

    wanted = {"name": name, "zone": zone, "hours": hours, "address": address}
    done = services.run(anywhere(), "people.add", wanted)
    if json:
        printing.as_json({key: value for key, value in done.items() if key != "name"})
        return
    printing.line(f"{done['name']} has a mailbox and a calendar.")
    printing.facts({"user name": done["address"], "password": done["password"]}, indent=2)
    _show_settings(done)


@app.command()
def remove(
    address: Annotated[str, typer.Argument(metavar="ADDRESS", help="The person's address.")], json: Json = False
) -> None:
    """Close a person's account. What the mailbox holds is kept; the address is never given again."""
    from runtime import services
    from runtime.cli import printing

    done = services.run(here(), "people.remove", {"address": address})
    if json:
        printing.as_json(done)
    else:
        printing.line(f"{done['address']} is closed.")


def _endpoints() -> dict[str, Any]:
    from runtime.hiring import OfficeProvisioner

    found = OfficeProvisioner(here()).endpoints()
    return found.as_data() if found is not None else {}


def _show_settings(found: Mapping[str, Any]) -> None:
    from runtime.cli import printing

    if "imap" not in found:
        printing.line("Mail client settings: start the office with `empla up`, then `empla people` shows them.")
        return
    printing.line("Mail client settings (plain sign-in, no TLS, this machine only)", "dim")
    servers = {kind: f"{found[kind]['host']}, port {found[kind]['port']}" for kind in ("imap", "smtp")}
    printing.facts({"IMAP": servers["imap"], "SMTP": servers["smtp"], "CalDAV": found["caldav"]}, indent=2)


def hire(
    role: Annotated[
        str,
        typer.Argument(
            metavar="ROLE", help="What as, for example executive-assistant.", autocompletion=completing.roles
        ),
    ],
    name: Annotated[str, typer.Option("--name", metavar='"FIRST LAST"', help="The employee's name.")],
    manager: Annotated[
        str,
        typer.Option(
            "--manager",
            metavar="PERSON",
            help="Address or name. Default: the owner of the home.",
            autocompletion=completing.everybody,
        ),
    ] = "",
    zone: _Zone = "",
    mailbox: Annotated[
        Path | None,
        typer.Option("--mailbox", metavar="FILE", help="An existing account at any server: `empla mailbox example`."),
    ] = None,
    from_beginning: Annotated[
        bool, typer.Option("--from-beginning", help="With --mailbox: handle also the mail that is in it already.")
    ] = False,
    plan: Annotated[bool, typer.Option("--plan", help="Print the steps and do nothing.")] = False,
    json: Json = False,
) -> None:
    """Hire a digital employee.

    It gets a mailbox, a calendar, and read-write access to its manager's calendar, and introduces itself by mail. It
    works while `empla up` runs; hired meanwhile, it begins at once. Interrupted, the same command goes on where it
    stood.

    With --mailbox it works in an existing account. That is tried before anything is made: sign-in, filing a mail, a
    mail to itself, a calendar write. If it is of no use, nothing is made.
    """
    from runtime import services
    from runtime.cli import mailboxes, printing

    wanted: dict[str, Any] = {"role": role, "name": name, "manager": manager, "zone": zone, "plan": plan}
    if mailbox is not None:
        wanted["mailbox"] = mailboxes.for_hiring(mailbox, wanted, from_beginning=from_beginning, quiet=json)
    elif from_beginning:
        raise InputError("--from-beginning is for an existing account", next_step="give it with --mailbox FILE")
    with printing.Steps(quiet=json) as steps:
        done = services.run(anywhere(), "hire", wanted, steps)
    if json:
        printing.as_json(done if plan else {"name": done["name"], "address": done["address"]})
    elif plan:
        printing.line(f"To hire {done['name']} <{done['address']}>:")
        trial = (
            [("·", f"try {done['address']}: sign-in, filing, a mail to itself, a calendar write")] if mailbox else []
        )
        printing.table([*trial, *((_tick(s["state"]), s["does"]) for s in done["steps"])], "", "", indent=2)
    else:
        printing.line(f"{done['name']} <{done['address']}> works for {done['manager']}.")
        _say_whether_up()


def _tick(state: str) -> str:
    return "✓" if state == "done" else "·"


def _say_whether_up() -> None:
    from runtime.cli import printing
    from runtime.supervisor import homelock

    running = homelock.holder(here())
    if running is None or running.what != homelock.UP:
        printing.line("Next: empla up --detach")


def list_employees(
    everybody: Annotated[bool, typer.Option("--all", help="Also those who have left.")] = False, json: Json = False
) -> None:
    """List the employees, and what each is doing."""
    from runtime.cli import employees, printing

    found = employees.listed(here(), everybody=everybody)
    if json:
        printing.as_json(found)
        return
    if not found:
        printing.line('Nobody works here now. Next: empla hire executive-assistant --name "FIRST LAST"')
        return
    printing.table(
        [(e["name"], e["address"], e["title"], e["manager"], employees.state_text(e)) for e in found],
        *("Employee", "Address", "Role", "Manager", "State"),
    )


def show(name: Name, json: Json = False) -> None:
    """Show one: who it is, what it may do, what it is at."""
    from runtime.cli import employees, printing

    found = employees.shown(here(), name)
    if json:
        printing.as_json(found)
    else:
        employees.print_shown(found, here())
