"""Shared by the tests of faults: a real office with a hired assistant, and an assistant at a desk in memory."""

from tests.employees.executive_assistant.conftest import desk
from tests.scenarios.conftest import company, hired_by_ben, morning, shared

__all__ = ["company", "desk", "hired_by_ben", "morning", "shared"]
