"""A store whose employee knows who it is."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from empla.store.store import Store
from tests.memory.consolidation.lived import know_oneself, opened


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Give a store whose employee knows who it is."""
    made = opened(tmp_path / "mind.db")
    know_oneself(made)
    yield made
    made.close()
