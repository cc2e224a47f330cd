"""What the documents say, held against the program: commands, options, files, states, exit codes, pictures."""

import io
import re
import shlex
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from functools import cache
from pathlib import Path
from xml.etree import ElementTree

import pytest

from empla.config import Home, Settings
from runtime.cli.main import EXIT_CODES, main
from runtime.supervisor.keeper import State
from tests.e2e.test_demo import environment

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = (
    "README.md",
    "docs/first-day.md",
    "docs/operating.md",
    "docs/any-server.md",
    "docs/simulating.md",
    "CONTRIBUTING.md",
    "ARCHITECTURE.md",
    "CHANGELOG.md",
)
OPERATING = (ROOT / "docs" / "operating.md").read_text()
LARGEST_PICTURE = 150 * 1024

GROUPS = ("people", "mailbox", "memory", "calendar", "bus")
"""Commands that have commands of their own."""

BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def text(document: str) -> str:
    return (ROOT / document).read_text()


def commands(document: str) -> Iterator[list[str]]:
    """Return the words of every `empla ...` in a document: in its blocks, and in backticks on one line."""
    blocks = [line for _, block in BLOCK.findall(text(document)) for line in block.splitlines()]
    lines = [line.removeprefix("$ ") for line in blocks]
    prose = BLOCK.sub("", text(document))
    lines += [found.removeprefix(".venv/bin/") for found in re.findall(r"`([^`\n]+)`", prose)]
    lines = [line for line in lines if line.startswith("empla ")]
    for line in lines:
        if "|" not in line and "," not in line.partition('"')[0]:
            yield shlex.split(line, comments=True)[1:]


@cache
def help_of(command: tuple[str, ...]) -> str:
    """Return what `empla COMMAND --help` prints; it must end with 0."""
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = main([*command, "--help"])
    assert code == 0, f"empla {' '.join(command)}: {err.getvalue()}"
    return out.getvalue()


NAMED = sorted({(document, shlex.join(words)) for document in DOCUMENTS for words in commands(document) if words})


@pytest.mark.parametrize(("document", "line"), NAMED)
def test_a_command_in_a_document_is_one_with_these_options(
    document: str, line: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    words = shlex.split(line)
    while words and words[0] == "--home":
        words = words[2:]
    path = [word for word in words if not word.startswith("-")][: 2 if words[0] in GROUPS else 1]
    shown = help_of(tuple(path))
    for option in (word for word in words if word.startswith("-") and word not in ("--home", "-d")):
        assert re.search(rf"(?<![\w-]){re.escape(option)}(?![\w-])", shown), f"{document}: empla {line}"


def test_the_readme_names_every_command() -> None:
    """All but those that a person meets in the documents that it points to."""
    panels = re.findall(r"^│ (\w+)  ", help_of(()), re.MULTILINE)
    told = {words[0] for document in DOCUMENTS[:3] for words in commands(document) if words}
    assert len(panels) > 15
    assert set(panels) - told - {"list"} == set()


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_link_and_picture_leads_somewhere(document: str) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", text(document)):
        if "://" not in target:
            path, _, heading = target.partition("#")
            found = (ROOT / document).parent / path if path else ROOT / document
            assert found.exists(), target
            if heading:
                titles = re.findall(r"^#+ (.+)$", found.read_text(), re.MULTILINE)
                assert heading in {re.sub(r"[^\w -]", "", title).lower().replace(" ", "-") for title in titles}


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_file_of_this_repository_that_is_named_exists(document: str) -> None:
    for path in re.findall(r"`((?:docs|tests|empla|employees|runtime)/[\w/.-]+\.(?:py|md|toml))`", text(document)):
        assert (ROOT / path).exists(), path


def test_every_make_target_that_is_named_exists() -> None:
    makefile = text("Makefile")
    for document in DOCUMENTS:
        code = [block for _, block in BLOCK.findall(text(document))] + re.findall(r"`([^`\n]+)`", text(document))
        for target in re.findall(r"^make ([a-z][a-z-]*)", "\n".join(code), re.MULTILINE):
            name = re.sub(r"^bench-\w+$", "bench-%", target)
            assert re.search(rf"^{re.escape(name)}:", makefile, re.MULTILINE), f"{document}: make {target}"
            if name == "bench-%":
                assert (ROOT / "tests" / "bench" / f"{target.replace('-', '_')}.py").exists()


def test_pictures_are_small_and_shown() -> None:
    shown = "".join(text(document) for document in DOCUMENTS)
    for picture in (ROOT / "docs" / "img").iterdir():
        assert picture.stat().st_size < LARGEST_PICTURE
        assert f"img/{picture.name})" in shown
        assert ElementTree.parse(picture).getroot().tag.endswith("svg")


def test_every_exit_code_is_told() -> None:
    told = dict(re.findall(r"^\| (\d+) \| (.+?) \|$", OPERATING, re.MULTILINE))
    promised = re.findall(r"(\d) ([^,.]+)", EXIT_CODES.partition("\n--")[0])
    assert len(promised) == 5
    for code, meaning in promised:
        assert told[code].startswith(meaning) or meaning in told[code], code
    assert "130" in told


def test_every_state_of_a_process_is_told() -> None:
    section = OPERATING.partition("## States of an employee's process")[2].partition("\n## ")[0]
    assert set(re.findall(r"^\| (\w+) \|", section, re.MULTILINE)) - {"state"} == {state.value for state in State}


def test_every_state_of_an_act_is_told() -> None:
    section = OPERATING.partition("## States of an act")[2].partition("\n## ")[0]
    told = {name.replace(" ", "_") for name in re.findall(r"^\| ([a-z ]+) \|", section, re.MULTILINE)} - {"state"}
    written = set(re.findall(r'"([a-z_]+)"', text("empla/engine/outbox.py")))
    assert told <= written | {"done"}
    assert {"ready", "claimed", "on_wire", "unknown", "refused", "deferred", "awaiting_approval"} <= told


def test_every_setting_is_told() -> None:
    line = OPERATING.partition("**Settings**")[2].partition("\n\n")[0]
    assert set(re.findall(r"`(\w+)`", line)) == set(Settings.model_fields)


def test_every_file_of_a_home_is_there_once_it_has_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in environment(tmp_path).items():
        monkeypatch.setenv(name, value)
    home = Home(tmp_path / ".empla")
    lived = (
        ("init", "--name", "Anna Berg", "--sample", "--yes"),
        ("hire", "executive-assistant", "--name", "Clara Diaz"),
        ("hire", "executive-assistant", "--name", "Mary Cole"),
        ("up", "--detach", "--ports", "0"),
        ("offboard", "Mary"),
    )
    try:
        for words in lived:
            assert quietly(*words) == 0, words
        section = OPERATING.partition("## Files in a home")[2].partition("\n## ")[0]
        names = [name for row in re.findall(r"^\| (`.+?`) \|", section, re.MULTILINE) for name in row.split("`")[1::2]]
        assert len(names) > 12
        for name in names:
            who = "mary.cole" if name.startswith("left") else "clara.diaz"
            assert (home.root / name.replace("NAME", who)).exists(), name
        known = {name.partition("/")[0] for name in names}
        assert {p.name for p in home.root.iterdir() if not p.name.endswith(("-wal", "-shm"))} == known
    finally:
        quietly("down")


def quietly(*words: str) -> int:
    """Run a command and return its exit code."""
    with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
        return main(words)
