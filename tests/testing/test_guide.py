"""The guide for role authors, held against the program: its examples are run, and what it prints is what comes."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from empla.testing.mind import Mind, mail

GUIDE = Path(__file__).resolve().parents[2] / "docs" / "testing-an-employee.md"
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", GUIDE.read_text(), re.MULTILINE | re.DOTALL)


def examples(path: Path) -> dict[str, Any]:
    """Run every Python block of the guide, one after the other in one module; return what they define."""
    # As a file, for the source of a plan's body is looked at when it is registered.
    path.write_text("\n".join(text for language, text in BLOCKS if language == "python"))
    found: dict[str, Any] = {"__name__": "guide"}
    exec(compile(path.read_text(), str(path), "exec"), found)
    return found


@pytest.fixture(scope="module")
def guide(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return examples(tmp_path_factory.mktemp("guide") / "guide.py")


TESTS = re.findall(r"^def (test_\w+)\((\w*)\)", GUIDE.read_text(), re.MULTILINE)


@pytest.mark.parametrize(("name", "needs"), TESTS)
def test_an_example(guide: dict[str, Any], name: str, needs: str, tmp_path: Path) -> None:
    example: Callable[..., None] = guide[name]
    example(tmp_path) if needs else example()


def test_there_are_examples() -> None:
    assert len(TESTS) >= 7


def test_the_message_of_a_failure_is_as_it_is_shown(guide: dict[str, Any]) -> None:
    (shown,) = [text for language, text in BLOCKS if language == "text"]
    mind = Mind(guide["library"]).when(mail(guide["BOB"], "Thanks!"))
    with pytest.raises(AssertionError) as failed:
        mind.then.asked("calendar.book")
    assert f"AssertionError: {failed.value}" == shown.rstrip()
