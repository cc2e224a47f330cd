"""A mind that knows its manager."""

import pytest

from tests.mind.minds import MARIA, Mind


@pytest.fixture
def mind() -> Mind:
    made = Mind()
    made.tell("profile", origin=MARIA.origin, manager=MARIA, name="Ada")
    return made
