"""A mail from the manager, read on Monday at eight."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from empla.capabilities.email.reading import read
from empla.mind.readings import Reading
from tests.capabilities.email.reading.corpora import MANAGER, MONDAY, ZONE, make_mail


@pytest.fixture
def reading_of() -> Callable[..., Reading]:
    """Read a text as the manager's mail, on Monday at eight."""

    def of(text: str, *, now: datetime = MONDAY, zone: str = ZONE, **how: Any) -> Reading:
        return read(make_mail(text, **how), now, zone, MANAGER)

    return of
