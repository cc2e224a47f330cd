"""What the tests of faults share with others: a real office with a hired assistant, and an assistant's desk in memory."""

from tests.employees.executive_assistant.conftest import desk
from tests.scenarios.conftest import company, hired_by_ben, morning, shared

__all__ = ["company", "desk", "hired_by_ben", "morning", "shared"]
