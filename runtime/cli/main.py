"""The program `empla`: its commands, and how every one of them ends.

A command returns, or raises an EmplaError. Here that becomes one line on standard error, what to do next, and an exit
code; with EMPLA_DEBUG=1 also where it came from.
"""

import os
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Final

import typer
from typer.core import TyperGroup

from empla.errors import EmplaError, InputError, NotRunning, PermissionDenied
from runtime.cli import (
    asking,
    backups,
    bus,
    day,
    doctor,
    forgetting,
    mailboxes,
    memory,
    offboarding,
    oversight,
    people,
    persona,
    preferences,
    probing,
    quarantine,
    rules,
    running,
    sharing,
    simulating,
    steering,
    tasks,
    teaching,
    thoughts,
    triggers,
    upgrade,
)
from runtime.cli.options import DAY, OVERSIGHT, PEOPLE, RUNNING

EXIT_CODES: Final = """
Exit codes: 0 done, 1 what was asked for failed, 2 wrong usage, 3 empla is not running, 4 refused by policy.
--home may stand anywhere on the line.
"""

_ORDER: Final = (
    *("init", "people", "hire", "mailbox", "offboard", "list", "show"),
    *("mail", "inbox", "agenda"),
    *("assign", "unassign", "tasks", "task"),
    *("ask", "teach", "memory"),
    *("history", "why", "beliefs", "goals", "steer", "triggers", "replay"),
    *("settle", "triage", "rules", "persona", "quarantine", "grant", "revoke"),
    *("up", "down", "status", "restart", "pause", "resume", "logs", "bus", "health"),
    *("backup", "restore", "upgrade", "demo", "simulate", "doctor"),
)


class _Commands(TyperGroup):
    """The commands in the order in which a person meets them."""

    def list_commands(self, ctx: typer.Context) -> list[str]:  # type: ignore[override]
        """Return their names."""
        return [name for name in _ORDER if name in self.commands]


app = typer.Typer(
    name="empla",
    cls=_Commands,
    help="Hire, run and supervise digital employees.",
    epilog=EXIT_CODES,
    no_args_is_help=True,
    add_completion=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _print_version(wanted: bool) -> None:
    if wanted:
        from empla import __version__

        print(f"empla {__version__}")
        raise typer.Exit


@app.callback()
def _everywhere(
    home: Annotated[
        Path | None,
        typer.Option("--home", metavar="DIR", envvar="EMPLA_HOME", help="Everything that is kept. Default: ~/.empla"),
    ] = None,
    version: Annotated[
        bool, typer.Option("--version", help="Print the version and end.", is_eager=True, callback=_print_version)
    ] = False,
) -> None:
    if home is not None:
        os.environ["EMPLA_HOME"] = str(home)


app.command(rich_help_panel=PEOPLE)(people.init)
app.add_typer(people.app, name="people", rich_help_panel=PEOPLE)
app.command(rich_help_panel=PEOPLE)(people.hire)
app.add_typer(mailboxes.app, name="mailbox", rich_help_panel=PEOPLE)
app.command(rich_help_panel=PEOPLE)(offboarding.offboard)
app.command("list", rich_help_panel=PEOPLE)(people.list_employees)
app.command(rich_help_panel=PEOPLE)(people.show)
app.command(rich_help_panel=DAY)(day.mail)
app.command(rich_help_panel=DAY)(day.inbox)
app.command(rich_help_panel=DAY)(day.agenda)
app.command(rich_help_panel=DAY)(tasks.assign)
app.command(rich_help_panel=DAY)(tasks.unassign)
app.command(rich_help_panel=DAY)(tasks.tasks)
app.command(rich_help_panel=DAY)(tasks.task)
app.command(rich_help_panel=DAY)(asking.ask)
app.command(rich_help_panel=DAY)(teaching.teach)
memory.app.command()(preferences.prefer)
memory.app.command()(sharing.share)
memory.app.command()(forgetting.forget)
app.add_typer(memory.app, name="memory", rich_help_panel=DAY)
app.command(rich_help_panel=OVERSIGHT)(oversight.history)
app.command(rich_help_panel=OVERSIGHT)(oversight.why)
app.command(rich_help_panel=OVERSIGHT)(thoughts.beliefs)
app.command(rich_help_panel=OVERSIGHT)(thoughts.goals)
app.command(rich_help_panel=OVERSIGHT)(steering.steer)
app.command(rich_help_panel=OVERSIGHT)(triggers.triggers)
app.command(rich_help_panel=OVERSIGHT)(thoughts.replay)
app.command(rich_help_panel=OVERSIGHT)(oversight.settle)
app.command(rich_help_panel=OVERSIGHT)(oversight.triage)
app.command(rich_help_panel=OVERSIGHT)(rules.rules)
app.command(rich_help_panel=OVERSIGHT)(persona.persona)
app.add_typer(quarantine.app, name="quarantine", rich_help_panel=OVERSIGHT)
app.command(rich_help_panel=OVERSIGHT)(oversight.grant)
app.command(rich_help_panel=OVERSIGHT)(oversight.revoke)
app.command(rich_help_panel=RUNNING)(running.up)
app.command(rich_help_panel=RUNNING)(running.down)
app.command(rich_help_panel=RUNNING)(running.status)
app.command(rich_help_panel=RUNNING)(running.restart)
app.command(rich_help_panel=RUNNING)(running.pause)
app.command(rich_help_panel=RUNNING)(running.resume)
app.command(rich_help_panel=RUNNING)(running.logs)
app.add_typer(bus.app, name="bus", rich_help_panel=RUNNING)
app.command(rich_help_panel=RUNNING)(probing.health)
app.command(rich_help_panel=RUNNING)(backups.backup)
app.command(rich_help_panel=RUNNING)(backups.restore)
app.command(rich_help_panel=RUNNING)(upgrade.upgrade)
app.command(rich_help_panel=RUNNING)(running.demo)
app.command(rich_help_panel=RUNNING)(simulating.simulate)
app.command(rich_help_panel=RUNNING)(doctor.doctor)


def run() -> None:
    """Run the program with the words it was called with, and end the process."""
    os.umask(0o077)  # whatever this process and its children make is their owner's alone
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # a terminal that cannot show a letter must not end a command
    sys.exit(main(sys.argv[1:]))


def main(words: Sequence[str]) -> int:
    """Run one command and return its exit code."""
    try:
        done = app(args=_home_first(words), prog_name="empla", standalone_mode=False)
        return done if isinstance(done, int) else 0
    except EmplaError as error:
        return _failed(error.sentence, error.next_step, _code(error))
    except typer.TyperException as error:
        if not error.format_message():
            return error.exit_code  # only a group was named: its help has been printed
        return _failed(error.format_message().rstrip("."), _help_for(error), error.exit_code)
    except (KeyboardInterrupt, typer.Abort):
        print(file=sys.stderr)
        return 130
    except Exception as error:
        # A fault of ours; a person gets a line, whoever wants to mend it gets the rest by EMPLA_DEBUG=1.
        return _failed(f"{type(error).__name__}: {error}", "run it again with EMPLA_DEBUG=1 to see where", 1)


def _code(error: EmplaError) -> int:
    if isinstance(error, InputError):
        return 2
    if isinstance(error, NotRunning):
        return 3
    return 4 if isinstance(error, PermissionDenied) else 1


def _failed(sentence: str, next_step: str, code: int) -> int:
    if os.environ.get("EMPLA_DEBUG"):
        traceback.print_exc()
    print(f"empla: {' '.join(sentence.split())}", file=sys.stderr)
    if next_step:
        print(f"  next: {next_step}", file=sys.stderr)
    return code


def _help_for(error: typer.TyperException) -> str:
    context = getattr(error, "ctx", None)
    return f"see `{context.command_path if context is not None else 'empla'} --help`"


def _home_first(words: Sequence[str]) -> list[str]:
    """Return the words with `--home DIR` at their front, wherever it stood before `--`."""
    front: list[str] = []
    rest: list[str] = []
    left = list(words)
    while left:
        word = left.pop(0)
        if word == "--":
            rest += [word, *left]
            break
        if word == "--home" and left:
            front = [word, left.pop(0)]
        elif word.startswith("--home="):
            front = [word]
        else:
            rest.append(word)
    return front + rest
