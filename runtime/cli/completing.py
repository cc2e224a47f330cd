"""What the shell offers when Tab is pressed: employees, people, roles.

A press of Tab must not be felt, so nothing heavy is imported: the two columns that are needed are read from the
company's file by plain SQL, read-only. Whatever goes wrong offers nothing, for there is nowhere to say it.
"""

import os
import sqlite3
from collections import Counter
from contextlib import closing
from importlib.util import find_spec
from pathlib import Path

import typer

Offered = list[tuple[str, str]]

_EMPLOYEES = "SELECT name, address FROM employee WHERE left_at IS NULL"
_PEOPLE = "SELECT name, address FROM person WHERE left_at IS NULL"
_WAIT_S = 0.1


def employees(ctx: typer.Context, incomplete: str) -> Offered:
    """Return the employees that are meant by the beginning of a word, each with who that is."""
    return _fitting(_known(ctx, _EMPLOYEES), incomplete)


def everybody(ctx: typer.Context, incomplete: str) -> Offered:
    """Return people and employees."""
    return _fitting(_known(ctx, f"{_PEOPLE} UNION ALL {_EMPLOYEES}"), incomplete)


def logs(ctx: typer.Context, incomplete: str) -> Offered:
    """Return whatever has a log."""
    rest = [("up", "the supervisor"), ("office", "the mail and calendar server")]
    return [*employees(ctx, incomplete), *(pair for pair in rest if pair[0].startswith(incomplete))]


def roles(incomplete: str) -> list[str]:
    """Return the roles."""
    found = find_spec("employees")
    folders = [Path(where) for where in found.submodule_search_locations or ()] if found is not None else []
    names = sorted(file.parent.name.replace("_", "-") for folder in folders for file in folder.glob("*/role.toml"))
    return [name for name in names if name.startswith(incomplete)]


def grants(incomplete: str) -> list[str]:
    """Return what can be granted."""
    return [kind for kind in ("calendar", "invitations", "inbox") if kind.startswith(incomplete)]


def _fitting(known: Offered, begun: str) -> Offered:
    """Return one word for each that fits: the first name where only one has it, as people type it, else the address.

    It goes on in the case in which it was begun, for else the shell would not take it.
    """
    firsts = Counter(name.split()[0].casefold() for name, _ in known)
    found = []
    for name, address in known:
        first = name.split()[0]
        if firsts[first.casefold()] == 1 and first.casefold().startswith(begun.casefold()):
            found.append((begun + first[len(begun) :], f"{name} <{address}>"))
        elif address.startswith(begun.casefold()):
            found.append((begun + address[len(begun) :], name))
    return found


def _known(ctx: typer.Context, statement: str) -> Offered:
    given = ctx.find_root().params.get("home") or os.environ.get("EMPLA_HOME") or Path.home() / ".empla"
    file = Path(given).expanduser().resolve() / "company.db"
    try:
        with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True, timeout=_WAIT_S)) as connection:
            return [(name, address) for name, address in connection.execute(statement) if name.split()]
    except (sqlite3.Error, OSError, ValueError):
        return []
