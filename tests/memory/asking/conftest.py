"""An employee that remembers a small company's spring: mails, facts that changed, and what only some may see."""

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from empla.memory.asking.answers import Answer
from empla.memory.asking.asker import ask
from empla.memory.episodes.writing import write
from empla.memory.knowledge.entities import add_entity, name_entity
from empla.memory.knowledge.recording import record_fact
from empla.memory.knowledge.statements import Statement
from empla.memory.memory import Memory
from empla.memory.model import EVERYTHING, Basis, Episode, EpisodeKind, Viewer, Visibility
from empla.store.opening import open_store
from empla.store.store import Store

NOW = datetime(2027, 6, 16, 10, tzinfo=UTC)
ANNA, CLARA = "anna.berg@office.example", "clara.diaz@office.example"
BOB, EVE, DANA = "bob.meier@acme.example", "eve.stone@acme.example", "dana.fox@office.example"


def day(month: int, number: int, hour: int = 9) -> datetime:
    return datetime(2027, month, number, hour, tzinfo=UTC)


@dataclass
class Remembered:
    """A store with a memory on it, and numbers of who and what is known."""

    store: Store
    memory: Memory
    known: dict[str, int]

    def mail(self, at: datetime, author: str, to: str, subject: str, text: str, **more: object) -> str:
        """Remember a mail; return its id."""
        key = f"mail:{at.isoformat()}:{author}"
        kind = EpisodeKind.SENT if author == CLARA else EpisodeKind.MAIL
        fields = {"thread": f"<{subject}>", "kind": kind, **more}
        episode = Episode(key=key, at=at, text=text, author=author, people=(author, to), subject=subject, **fields)
        with self.store.transaction("test"):
            write(self.store, [episode], at)
        return f"e{self.store.find('episode', {'key': key}, ('seq',))[0].seq}"

    def fact(self, subject: str, predicate: str, obj: str, at: datetime, **more: object) -> str:
        """Remember a fact; return its id."""
        entity = self.known.get(obj, 0)
        statement = Statement(
            key=f"{subject}:{predicate}:{obj}:{at.isoformat()}",
            subject=self.known[subject],
            predicate=predicate,
            object=obj,
            object_entity=entity,
            **more,
        )
        with self.store.transaction("test"):
            return f"f{record_fact(self.store, statement, at)}"

    def ask(self, words: str, *, viewer: Viewer = EVERYTHING, by: str = ANNA, at: datetime = NOW) -> Answer:
        """Ask as somebody."""
        self.memory.catch_up()
        return ask(self.memory, words, viewer=viewer, at=at, zone="Europe/Berlin", asker=(by,))


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Remembered]:
    """Give an employee that remembers nothing yet."""
    with closing(open_store(tmp_path / "mind.db", "clara.diaz")) as store:
        store.take_lease(1, "test")
        with closing(Memory(store, tmp_path / "recall")) as memory:
            yield Remembered(store, memory, {})


@pytest.fixture
def spring(empty: Remembered) -> Remembered:
    """Give one that remembers a spring with Acme."""
    people = {"Bob Meier": BOB, "Eve Stone": EVE, "Dana Fox": DANA, "Anna Berg": ANNA}
    with empty.store.transaction("test"):
        for name, address in people.items():
            empty.known[name] = number = add_entity(empty.store, "person", name, day(1, 2))
            name_entity(empty.store, number, "address", address, day(1, 2))
        for kind, name in (("company", "Acme"), ("project", "Atlas"), ("topic", "Kubernetes")):
            empty.known[name] = add_entity(empty.store, kind, name, day(1, 2))
    contract = empty.mail(
        day(6, 2), BOB, ANNA, "Contract", "Dear Anna, the renewal of our contract is on 3 March 2028. Best, Bob"
    )
    number = empty.mail(day(5, 3), BOB, ANNA, "New phone", "My phone number is 030 2222 from now on.")
    empty.mail(day(5, 20), BOB, ANNA, "Offer", "We can offer the training for 4 000 euros. Please decide by Friday.")
    empty.mail(
        day(3, 4), DANA, CLARA, "Pipeline", "The pipeline is low this month, we need more leads.", thread="<low>"
    )
    empty.mail(
        day(3, 5),
        CLARA,
        DANA,
        "Re: Pipeline",
        "Anna has decided to call the ten biggest customers herself.",
        thread="<low>",
    )
    empty.mail(day(4, 7), EVE, ANNA, "Cluster", "I have run Kubernetes for six years, ask me whenever you like.")
    empty.fact("Bob Meier", "works_for", "Acme", day(1, 5), said_by=ANNA, basis=Basis.STATED)
    empty.fact("Eve Stone", "works_for", "Acme", day(1, 5), said_by=ANNA, basis=Basis.STATED)
    empty.fact("Eve Stone", "title", "CTO", day(1, 5), said_by=BOB)
    empty.fact("Bob Meier", "reports_to", "Eve Stone", day(1, 5), said_by=BOB)
    empty.fact("Bob Meier", "phone", "030 1111", day(1, 5), said_by=BOB, valid_from=day(1, 5))
    empty.fact("Bob Meier", "phone", "030 2222", day(5, 3), said_by=BOB, valid_from=day(5, 3), rests_on=(number,))
    empty.fact("Acme", "renewal_date", "2028-03-03", day(6, 2), said_by=BOB, rests_on=(contract,))
    empty.fact("Acme", "account_owner", "Dana Fox", day(2, 1), said_by=ANNA, visibility=Visibility.COMPANY)
    empty.fact("Eve Stone", "knows_about", "Kubernetes", day(4, 7), said_by=EVE)
    empty.fact("Anna Berg", "knows", "Bob Meier", day(1, 5), said_by=ANNA)
    return empty


Asks = Callable[..., Answer]
