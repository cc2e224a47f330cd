"""Why: from an act back to what led to it, or from what was perceived on to what it led to, as trees (law 6).

mail sent, event, intention, step, goal, belief -> ... -> percept -> the raw mail
mail received -> percept -> reading -> plans -> beliefs and acts -> mails sent
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any

from empla.clock import SystemClock
from empla.config import Home, load_settings
from empla.errors import InputError
from empla.store.company import CompanyStore, row_as_data
from runtime.cli import employees, mails, meaning, minds
from runtime.cli.convictions import of_conviction
from runtime.cli.meaning import Meant
from runtime.cli.nodes import Node
from runtime.cli.stories import Stories
from runtime.employee import library

Who = Mapping[str, Any]
"""An employee as the company has it: `slug`, `name`, `address`, `role`."""

_MANY = 20
"""How many of those that may be meant are listed."""


def explained(home: Home, words: Sequence[str]) -> dict[str, Any]:
    """Return why, or what came of it, for what is meant by these words, of which the first may be an employee.

    A mail is told of by each employee that sent or received it. Where words may mean several things nothing is told,
    and `candidates` lists them. Each story ends with whether the employee's ledger is whole. InputError if nothing is
    known of it.
    """
    people, text = _whose(home, words)
    zone, now = load_settings(home).zone, SystemClock(home.clock).now()
    perhaps = _known(home, people, lambda mind: meaning.exactly(mind, text))
    perhaps = perhaps or _known(home, people, lambda mind: meaning.by_words(mind, text, zone, now))
    if not perhaps:
        raise _unknown(text)
    if not _is_clear([meant for _, meant in perhaps]):
        return {"asked": text, "found": [], "candidates": _listed(perhaps)}
    found = []
    for employee, meant in perhaps:
        with minds.opened(home, employee["slug"]) as mind:
            assert mind is not None
            tree = _tree(Stories(mind, zone, now), meant, employee["role"])
            found.append(_story(employee, mind, meant, tree))
    return {"asked": text, **_message_id(text, found), "found": found, "candidates": []}


def _known(home: Home, people: Sequence[Who], look: Callable[[minds.Mind], list[Meant]]) -> list[tuple[Who, Meant]]:
    """Return what each of these employees knows of it."""
    found = []
    for employee in people:
        with minds.opened(home, employee["slug"]) as mind:
            found += [(employee, meant) for meant in look(mind)] if mind is not None else []
    return found


def _whose(home: Home, words: Sequence[str]) -> tuple[list[Who], str]:
    """Return whose minds to look into, and what is asked about."""
    given = [word for argument in words for word in argument.split()]
    for count in (3, 2, 1):  # a name may have several words, and be written in one argument or in several
        employee = _employee(home, " ".join(given[:count]))
        if employee is None:
            continue
        if not given[count:]:
            raise InputError(
                f"why has {employee['name']} done what?",
                next_step=f"name it: empla why {given[0]} i17, empla why {given[0]} the meeting with Bob at 10",
            )
        return [employee], " ".join(given[count:])
    with CompanyStore(home.company_db) as store, store.reading() as company:
        return [dict(row_as_data(e)) for e in company.employees()], " ".join(given)


def _employee(home: Home, name: str) -> Who | None:
    with suppress(InputError):
        return employees.one(home, name)
    return None


def _is_clear(known: Sequence[Meant]) -> bool:
    """Return whether one thing is meant, or one mail that several employees know of."""
    return len(known) == 1 or (bool(known) and all(meant.kind in meaning.MAILS for meant in known) and known[0].exact)


def _unknown(text: str) -> InputError:
    if "@" in text and " " not in text:
        sentence = f"no employee has sent or received {mails.message_id(text)}"
    else:
        sentence = f"nothing is known of {text!r}: no employee has done, wanted or believed it"
    return InputError(
        sentence,
        next_step="copy an id from `empla inbox NUMBER`, `empla history NAME --json` or `empla show NAME --json`",
    )


def _story(employee: Who, mind: minds.Mind, meant: Meant, tree: Node) -> dict[str, Any]:
    records, broken_at = mind.ledger()
    return {
        "employee": employee["name"],
        "address": employee["address"],
        "ledger": {"records": records, "intact": broken_at is None, "broken_at": broken_at},
        "direction": meant.kind,
        "tree": tree,
    }


def _tree(stories: Stories, meant: Meant, role: str) -> Node:
    tell: dict[str, Callable[[str], Node]] = {
        meaning.SENT: stories.sent,
        meaning.RECEIVED: stories.received,
        meaning.EVENT: stories.event,
        meaning.INTENTION: stories.intention,
        meaning.STEP: stories.any_step,
        meaning.GOAL: stories.any_goal,
        meaning.PERCEPT: stories.any_percept,
    }
    if meant.kind == meaning.BELIEF:
        return of_conviction(stories, meant.id, library(role).kinds)
    return tell[meant.kind](meant.id)


def _message_id(text: str, found: Sequence[dict[str, Any]]) -> dict[str, str]:
    """Return the id in its brackets where a mail was asked about."""
    if found and all(story["direction"] in meaning.MAILS for story in found) and "@" in text and " " not in text:
        return {"message_id": f"<{text.strip('<>')}>"}
    return {}


def _listed(perhaps: Sequence[tuple[Who, Meant]]) -> list[dict[str, Any]]:
    newest = sorted(perhaps, key=lambda known: known[1].at, reverse=True)
    return [
        {"employee": who["name"], "kind": meant.kind, "id": meant.id, "text": meant.text, "at": meant.at}
        for who, meant in newest[:_MANY]
    ]
