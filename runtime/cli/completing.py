"""What the shell offers when Tab is pressed: employees, people, roles.

A press of Tab must not be felt, so nothing heavy is imported: the columns that are needed are read from the company's
file, or from that of one employee's mind, by plain SQL, read-only. Whatever goes wrong offers nothing, for there is
nowhere to say it.
"""

import os
import sqlite3
from collections import Counter
from contextlib import closing
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import typer

Offered = list[tuple[str, str]]

_EMPLOYEES = "SELECT name, address FROM employee WHERE left_at IS NULL"
_PEOPLE = "SELECT name, address FROM person WHERE left_at IS NULL"
_SLUGS = "SELECT slug, name, address FROM employee WHERE left_at IS NULL"
_FUNCTORS = "SELECT functor, count(*) || ' held' FROM belief WHERE held = 1 GROUP BY functor"
_INTENTIONS = "SELECT id, plan FROM intention WHERE stage IN ('active', 'suspended') ORDER BY seq DESC LIMIT 50"
_GOALS = "SELECT id, name FROM goal WHERE state NOT IN ('achieved', 'dropped') ORDER BY seq DESC LIMIT 50"
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


def asked_about(ctx: typer.Context, incomplete: str) -> Offered:
    """Return the employees for the first word of `empla why`, then what the one who is meant is at."""
    given = ctx.params.get("what") or []
    if not given:
        return employees(ctx, incomplete)
    return _of_mind(ctx, str(given[0]), _INTENTIONS, incomplete)


def functors(ctx: typer.Context, incomplete: str) -> Offered:
    """Return what an employee has beliefs about."""
    return _of_mind(ctx, str(ctx.params.get("name") or ""), _FUNCTORS, incomplete)


def goals(ctx: typer.Context, incomplete: str) -> Offered:
    """Return the goals that an employee pursues."""
    return _of_mind(ctx, str(ctx.params.get("name") or ""), _GOALS, incomplete)


def _of_mind(ctx: typer.Context, name: str, statement: str, incomplete: str) -> Offered:
    """Return what stands in the mind of the one employee who is meant by a name."""
    meant = [
        slug for slug, known, address in _rows(_home(ctx) / "company.db", _SLUGS) if _is_meant(name, known, address)
    ]
    rows = _rows(_home(ctx) / "employees" / meant[0] / "mind.db", statement) if len(meant) == 1 else []
    return [(word, told) for word, told in rows if word.startswith(incomplete)]


def _is_meant(name: str, known: str, address: str) -> bool:
    typed = name.casefold()
    return typed in (known.casefold(), address, *known.casefold().split()[:1])


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
    return [(name, address) for name, address in _rows(_home(ctx) / "company.db", statement) if name.split()]


def _home(ctx: typer.Context) -> Path:
    given = ctx.find_root().params.get("home") or os.environ.get("EMPLA_HOME") or Path.home() / ".empla"
    return Path(given).expanduser().resolve()


def _rows(file: Path, statement: str) -> list[Any]:
    try:
        with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True, timeout=_WAIT_S)) as connection:
            return connection.execute(statement).fetchall()
    except (sqlite3.Error, OSError, ValueError):
        return []
