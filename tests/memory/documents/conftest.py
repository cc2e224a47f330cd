"""An employee that is taught by percepts, as the command does it, and what it knows afterwards."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from empla.memory.commands import MEMORY
from empla.memory.documents import teaching
from empla.memory.documents.parting import Version, parts
from empla.memory.documents.passages import cut
from empla.memory.documents.reading import read
from empla.memory.model import Visibility
from empla.mind.plans import PlanLibrary
from empla.mind.values import OWN
from empla.testing.employee import MARIA, Employee, employee
from tests.store.conftest import Ground, empty_database, ground, in_child, postgresql, server, sqlite, stores_url

__all__ = ["Ground", "empty_database", "ground", "in_child", "postgresql", "server", "sqlite", "stores_url"]

PLACE = "/srv/handbook.md"


@dataclass
class Pupil:
    """An employee under test, and who teaches it."""

    employee: Employee

    def teach(
        self, text: str, *, place: str = PLACE, visibility: Visibility = Visibility.PRIVATE, up_to: int = 0
    ) -> list[str]:
        """Send a document, all of its parts or only so many; return the keys that were sent."""
        data = text.encode()
        store = self.employee.store
        version = Version(
            place=place,
            name=Path(place).name,
            media_type="text/markdown",
            sha256=sha256(data).hexdigest(),
            visibility=visibility,
            by=MARIA,
            former=teaching.former(store, teaching.standing(store, place)),
        )
        sent = list(parts(version, cut(read(Path(place).name, data))))
        for key, fields in sent[: up_to or len(sent)]:
            self.employee.tell_percept(key, MEMORY, fields, OWN)
        return [key for key, _ in sent]

    def learn(self, text: str, **how: Any) -> list[str]:
        """Send a document and have it handled."""
        keys = self.teach(text, **how)
        self.employee.work()
        return keys

    def tell(self, key: str, **fields: Any) -> None:
        """Send another word to memory and have it handled."""
        self.employee.tell_percept(key, MEMORY, fields, OWN)
        self.employee.work()

    def passages(self, place: str = PLACE) -> list[Any]:
        """Return the passages that count of a document, in their order."""
        found = teaching.standing(self.employee.store, place)
        columns = ("seq", "part", "at", "subject", "text", "visibility", "state", "thread", "source", "stands_for")
        rows = self.employee.store.find("episode", {"document": found.seq}, columns) if found is not None else ()
        return sorted((row for row in rows if row.state == "kept"), key=lambda row: row.part)

    def texts(self, place: str = PLACE) -> list[str]:
        """Return the words of the passages that count."""
        return [row.text for row in self.passages(place)]


@pytest.fixture
def pupil(ground: Ground) -> Iterator[Pupil]:
    """An employee on a store of its own, which plans nothing."""
    with employee(ground.where, PlanLibrary(()), (), slug=ground.employee) as made:
        yield Pupil(made)


def handbook(paragraphs: Sequence[str]) -> str:
    """Return a handbook with a chapter for each paragraph."""
    return "\n\n".join(f"# Chapter {n}\n\n{words}" for n, words in enumerate(paragraphs))
