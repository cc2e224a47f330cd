"""What an employee knows, on both engines, told in few words."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from empla.memory.knowledge.entities import add_entity
from empla.memory.knowledge.facts import Facts
from empla.memory.knowledge.recording import record_fact, restore, withdraw
from empla.memory.knowledge.resolving import entity_of
from empla.memory.knowledge.settling import Settled
from empla.memory.knowledge.statements import Statement
from empla.memory.model import EVERYTHING, Fact, Viewer
from empla.store.store import Store, instant
from tests.store.conftest import Ground, ground, postgresql, server, sqlite, stores_url

__all__ = ["Known", "day", "ground", "known", "postgresql", "server", "sqlite", "stores_url"]

BEGAN = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)


def day(number: int) -> datetime:
    """Return the morning of a day after everything began."""
    return BEGAN + timedelta(days=number)


@dataclass
class Known:
    """One employee's knowledge; every change is a transaction of its own, on the day that `today` is."""

    store: Store
    today: int = 0
    called: dict[str, int] = field(default_factory=dict)

    @property
    def at(self) -> datetime:
        return day(self.today)

    @property
    def facts(self) -> Facts:
        return Facts(self.store)

    def episode(self, text: str = "hello", *people: str, on: int | None = None, **fields: Any) -> str:
        """Write an episode; return its id."""
        at = day(self.today if on is None else on)
        names = ("thread", "author", "subject", "outcome", "rationale", "percept", "intention", "action")
        values = {
            **dict.fromkeys(names, ""),
            "kind": "mail",
            "at": instant(at),
            "people": "[" + ", ".join(f'"{p}"' for p in people) + "]",
            "text": text,
            "importance": 2,
            "visibility": 0,
            "source": "percept",
            **fields,
        }
        with self.store.transaction():
            values["key"] = f"episode {len(self.store.find('episode', {}, ('seq',)))}"
            return f"e{self.store.add('episode', values)}"

    def forget(self, episode: str, state: str = "forgotten") -> Settled:
        """Let an episode be forgotten, and what rests on it be looked at again."""
        from empla.memory.knowledge.recording import episodes_changed

        with self.store.transaction():
            self.store.change("episode", {"seq": int(episode[1:])}, {"state": state})
            return episodes_changed(self.store, [int(episode[1:])], self.at)

    def entity(self, name: str, kind: str = "person") -> int:
        """Return the entity that these tests call so, a new one the first time."""
        if name not in self.called:
            with self.store.transaction():
                self.called[name] = add_entity(self.store, kind, name, self.at)
        return self.called[name]

    def person(self, address: str, shown: str = "", evidence: str = "") -> int:
        """Return who has an address, as what stands for it."""
        with self.store.transaction():
            return entity_of(self.store, address, self.at, shown=shown, evidence=evidence)

    def say(self, subject: str | int, predicate: str, obj: str | int, **fields: Any) -> int:
        """Record a fact; return its number. An object of kind `to` is an entity of the tests."""
        number = self.entity(subject) if isinstance(subject, str) else subject
        kind = fields.pop("to", "")
        fields.setdefault("key", f"{number}/{predicate}/{obj}/{self.today}/{fields.get('rests_on', '')}")
        if kind and isinstance(obj, str):
            obj = self.entity(obj, kind)
        given = {"object_entity": obj} if isinstance(obj, int) else {"object": obj}
        with self.store.transaction():
            return record_fact(self.store, Statement(subject=number, predicate=predicate, **given, **fields), self.at)

    def withdraw(self, *facts: int, why: str = "it was wrong") -> Settled:
        with self.store.transaction():
            return withdraw(self.store, facts, why, self.at)

    def restore(self, *facts: int) -> Settled:
        with self.store.transaction():
            return restore(self.store, facts, self.at)

    def values(self, subject: str | int, predicate: str, viewer: Viewer = EVERYTHING, **times: datetime) -> list[str]:
        """Return the objects of what counts."""
        return [fact.object for fact in self.about(subject, predicate, viewer=viewer, **times)]

    def about(self, subject: str | int, *predicates: str, **asked: Any) -> list[Fact]:
        number = self.entity(subject) if isinstance(subject, str) else subject
        return list(self.facts.about(number, predicates=predicates, **asked))

    def believed(self) -> set[int]:
        """Return the numbers of all facts that are believed."""
        return {row.seq for row in self.store.find("fact", {"closed_at": ""}, ("seq",))}

    def triples(self, facts: Iterable[Fact]) -> set[tuple[int, str, str]]:
        return {(fact.subject, fact.predicate, fact.object) for fact in facts}


@pytest.fixture
def known(ground: Ground) -> Known:
    """What an employee knows: nothing yet."""
    return Known(ground.hold())
