"""Shared by the tests of faults: a real office with a hired assistant, and an assistant at a desk in memory, and
stand-in employees under a real supervisor."""

from tests.employees.executive_assistant.conftest import desk
from tests.runtime.supervisor.conftest import company as crew
from tests.runtime.supervisor.conftest import home
from tests.scenarios.conftest import company, hired_by_ben, morning, shared

__all__ = ["company", "crew", "desk", "hired_by_ben", "home", "morning", "shared"]
