"""Asking an employee's memory from outside its process, on behalf of whoever runs this home or of somebody else."""

from contextlib import closing
from typing import Any

from empla.clock import SystemClock
from empla.config import Home, load_settings
from empla.engine import inbox
from empla.errors import InputError
from empla.memory.asking.answers import Answer
from empla.memory.asking.asker import ask
from empla.memory.commands import MEMORY
from empla.memory.model import EVERYTHING, Viewer
from empla.memory.sharing.viewing import addresses_of, viewer_of
from empla.mind import codec
from empla.mind.percepts import Percept
from empla.mind.values import OWN
from empla.store.company import EmployeeRow, Status
from empla.store.minds import open_mind_inbox
from empla.store.store import Store
from empla.workplace.directory import CompanyDirectory
from runtime import memory

LONGEST = 1_000
"""Characters of a question."""


def asked(home: Home, name: str, words: str, *, by: str = "") -> tuple[EmployeeRow, Answer]:
    """Return whose memory was asked, and its answer; InputError for an empty question or nobody such.

    `by` is on whose behalf, a name or an address: of what they may see alone is told. By default it is who runs this
    home. What is cited counts as used; of one who has left nothing is noted.
    """
    words = " ".join(words.split())
    if not words:
        raise InputError(
            "the question is empty", next_step='for instance: empla ask NAME "What do you know about Acme?"'
        )
    if len(words) > LONGEST:
        raise InputError(f"the question has {len(words)} characters; {LONGEST} are read", next_step="ask it shorter")
    row = memory.employee(home, name, also_gone=True)
    now = SystemClock(home.clock).now()
    with memory.reading(home, row.slug) as (store, known):
        viewer, asker = viewing(home, store, row, by)
        answer = ask(known, words, viewer=viewer, at=now, zone=row.zone, asker=asker)
    if answer.cites and row.status != Status.OFFBOARDED:
        _used(home, row.slug, answer)
    return row, answer


def viewing(home: Home, store: Store, row: EmployeeRow, by: str) -> tuple[Viewer, tuple[str, ...]]:
    """Return what somebody may see of an employee's memory, and their addresses; the owner by default."""
    owner = load_settings(home).owner
    directory = CompanyDirectory(home.company_db)
    with closing(directory):
        address = _address(directory, by) if by else owner
        also = addresses_of(store, address)
        seen = viewer_of(directory, row.address, address, owner=owner, also=also) if by else EVERYTHING
    return seen, (address, *also)


def _address(directory: CompanyDirectory, by: str) -> str:
    if "@" in by:
        return by.strip().lower()
    people = directory.find(by)
    if len(people) == 1:
        return people[0].address.value
    if people:
        choice = " or ".join(person.address.value for person in people)
        raise InputError(f"{by!r} may be {choice}", next_step="give the address")
    raise InputError(f"there is nobody called {by!r} in the directory", next_step="give the address")


def _used(home: Home, slug: str, answer: Answer) -> None:
    """Have it noted that these were of use: decay is computed from that. Nobody waits for it."""
    now = SystemClock(home.clock).now()
    key = f"memory:used:{codec.digest([answer.question, now])[:16]}"
    fields = {"do": "used", "memories": list(answer.cites)}
    with closing(open_mind_inbox(home, slug)) as store:
        inbox.send(store, Percept(key=key, kind=MEMORY, fields=fields, origin=OWN), now)


def as_data(answer: Answer) -> dict[str, Any]:
    """Return an answer as plain data."""
    return {
        "question": answer.question,
        "kind": answer.kind,
        "known": answer.known,
        "said": [{"text": one.text, "cites": list(one.cites), "under": one.under} for one in answer.said],
        "nearest": [{"text": one.text, "cites": list(one.cites)} for one in answer.nearest],
        "cited": [
            {
                "id": one.id,
                "kind": one.kind,
                "at": one.at.isoformat() if one.at is not None else None,
                "who": one.who,
                "subject": one.subject,
                "text": one.text,
                "place": one.place,
                "rests_on": list(one.rests_on),
            }
            for one in answer.cited
        ],
        "answerable": round(answer.answerable, 3),
    }
