"""An employee with the real e-mail capability, and mails as the receiving server leaves them."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from empla.capabilities.email import perceiving
from empla.capabilities.email.operations import capability
from empla.capabilities.email.sensor import MAIL_ARRIVED, percept_key
from empla.mind.plans import PlanLibrary
from empla.mind.values import OUTSIDE
from empla.testing.employee import ADA, Employee, employee


@pytest.fixture
def plans() -> PlanLibrary:
    """The plans of the employee under test; a test adds its own."""
    library = PlanLibrary()
    library.include(perceiving.library)
    return library


@pytest.fixture
def ada(tmp_path: Path, plans: PlanLibrary) -> Iterator[Employee]:
    with employee(tmp_path, plans, capability.operations) as made:
        yield made


@pytest.fixture
def arrive(ada: Employee) -> Callable[[bytes], str]:
    """Let a mail arrive, as the inbox sensor notes it, and have it worked on; return its key."""

    def arrives(raw: bytes) -> str:
        key = percept_key(raw)
        fields: dict[str, Any] = {
            "key": key,
            "blob": ada.place.blobs.keep(raw),
            "received": ada.clock.now(),
            "account": ADA,
            "size": len(raw),
        }
        ada.tell_percept(key, MAIL_ARRIVED, fields, OUTSIDE)
        ada.work()
        return key

    return arrives
