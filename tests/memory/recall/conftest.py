"""An employee's memory as its readers open it."""

from collections.abc import Iterator

import pytest

from empla.config import Settings
from empla.memory.memory import Memory
from tests.memory.text.conftest import Mind, mind
from tests.store.conftest import Ground, ground, in_child, postgresql, server, sqlite, stores_url

__all__ = ["ground", "in_child", "memory", "mind", "postgresql", "server", "sqlite", "stores_url"]


@pytest.fixture
def memory(mind: Mind, ground: Ground) -> Iterator[Memory]:
    database = str(ground.where) if ground.engine == "postgresql" else ""
    found = Memory(mind.store, mind.folder, settings=Settings(database=database))
    yield found
    found.close()
