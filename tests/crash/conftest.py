"""The warm process, the plain mail server, and the table that is printed at the end."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.crash.harness import Line, WarmProcess, table
from tests.crash.smtp_server import PlainServer

_LINES: dict[str, Line] = {}


@pytest.fixture(scope="session")
def warm() -> Iterator[WarmProcess]:
    """The process that forks the trials."""
    with WarmProcess() as process:
        yield process


@pytest.fixture(scope="session")
def server() -> Iterator[PlainServer]:
    """A plain SMTP server on a free port."""
    running = PlainServer()
    running.start()
    yield running
    running.stop()


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder in memory, where there is one: a kill loses nothing that the kernel has, so no disk is needed."""
    memory = Path("/dev/shm")
    made = Path(tempfile.mkdtemp(prefix="empla-crash-", dir=memory if memory.is_dir() else None))
    yield made
    shutil.rmtree(made)


@pytest.fixture
def line(request: pytest.FixtureRequest) -> Line:
    """This test's line of the table."""
    name = request.node.name.removeprefix("test_").replace("_", " ")
    return _LINES.setdefault(name, Line(name))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the table."""
    if _LINES:
        terminalreporter.section("killed and started again")
        for text in table(list(_LINES.values())):
            terminalreporter.write_line(text)
