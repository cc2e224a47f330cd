"""The assistant's desk in memory, as in the tests of the assistant itself."""

from tests.employees.executive_assistant.conftest import desk

__all__ = ["desk"]
