"""Reading a scenario file, and saying in which line what is wrong."""

import re
import tomllib
from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from empla.errors import InputError
from runtime.simulation.scenario import Event, Invitation, Mail, Scenario

_SEE: Final = "see docs/simulating.md, or begin with `empla simulate --example FILE`"
_HEAD: Final = re.compile(r"\s*(\[\[?)\s*([A-Za-z_]+)\s*\]\]?\s*(?:#.*)?")
_KEY: Final = re.compile(r"\s*\"?([A-Za-z_]+)\"?\s*=")


def read(path: Path) -> Scenario:
    """Read a scenario; InputError with file, line and key if something in it is wrong."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path} cannot be read: {error}", next_step=_SEE) from error
    return parse(text, str(path))


def parse(text: str, name: str = "the scenario") -> Scenario:
    """Return what a file's text says; `name` is how errors call it."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{name} is not TOML: {error}", next_step=_SEE) from error
    try:
        found = Scenario.model_validate(data)
    except ValidationError as error:
        faults = error.errors(include_url=False)
        lines = [_told(text, name, fault["loc"], str(fault["msg"]), fault["type"]) for fault in faults[:5]]
        raise InputError("\n".join(lines), next_step=_SEE) from None
    if wrong := _unknown_names(found):
        place, sentence = wrong
        raise InputError(_told(text, name, place, sentence, ""), next_step=_SEE)
    return found


def _told(text: str, name: str, place: Sequence[int | str], what: str, kind: str) -> str:
    key = ".".join(str(part) for part in place if isinstance(part, str) and not part[:1].isupper())
    if kind == "missing":
        what = "this key is missing"
    elif kind == "extra_forbidden":
        what = "there is no such key"
    return f"{name}, line {_line(text, place)}, {key or 'company'}: {what.removeprefix('Value error, ')}"


def _line(text: str, place: Sequence[int | str]) -> int:
    """Return the line of a key: in the table of this name, of several tables the one of this number."""
    table = str(place[0]) if place else ""
    number = place[1] if len(place) > 1 and isinstance(place[1], int) else 0
    keys = [part for part in place[1:] if isinstance(part, str)]
    seen, at, inside = -1, 1, False
    for count, line in enumerate(text.splitlines(), 1):
        if head := _HEAD.fullmatch(line):
            inside = head[2] == table and (seen := seen + 1) == number
            at = count if inside else at
        elif inside and keys and (key := _KEY.match(line)) and key[1] == keys[0]:
            return count
    return at


def _unknown_names(scenario: Scenario) -> tuple[tuple[int | str, ...], str] | None:
    """Return where somebody is named whom the file does not have, and a sentence about it; None if nowhere."""
    people = [person.name for person in scenario.people]
    everybody = [*people, *(employee.name for employee in scenario.employees)]
    for number, employee in enumerate(scenario.employees):
        if employee.manager not in people:
            return ("employees", number, "manager"), _nobody(employee.manager, people)
        if employee.name in people:
            return ("employees", number, "name"), f"{employee.name} is a person as well"
    parts: dict[str, Sequence[Mail | Invitation | Event]] = {
        "mails": scenario.mails,
        "invitations": scenario.invitations,
        "events": scenario.events,
    }
    for table, rows in parts.items():
        for number, row in enumerate(rows):
            for key, who in _named(row):
                if "@" not in who and who not in everybody:
                    return (table, number, key), _nobody(who, everybody)
    return None


def _named(row: Mail | Invitation | Event) -> list[tuple[str, Any]]:
    if isinstance(row, Event):
        return [("owner", row.owner)]
    expected = [("expect", who) for who in (*row.expect.mails, *row.expect.events)]
    return [("from", row.sender), ("to", row.to), *expected]


def _nobody(who: str, known: Sequence[str]) -> str:
    near = get_close_matches(who, known, 1)
    return f"nobody here is called {who!r}" + (f"; did you mean {near[0]!r}?" if near else "")
