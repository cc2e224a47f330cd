"""Write the output under the commands of the documents, and the pictures in `img/`, from what empla really prints.

    .venv/bin/python docs/screenshots.py            everything
    .venv/bin/python docs/screenshots.py README.md  only what stands in this document

A block marked `console` is played in a home of its own, line by line: what stands under a line that begins with
`$ empla` is replaced by what the command printed. The home's clock is set to a Monday morning before, so that the days
mean the same whenever this runs; its folder is shown as `/home/anna`. Where a command names a mail
(`<...@office.example>`), the mail shown last before it is meant. The pictures of the demo are cut from a whole run.
"""

import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from io import StringIO
from pathlib import Path
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.text import Text

from empla.clock import SystemClock
from empla.config import Home

DOCS = Path(__file__).resolve().parent
IMAGES = DOCS / "img"
DOCUMENTS = (DOCS.parent / "README.md", DOCS / "first-day.md")
MONDAY = datetime(2026, 9, 7, 8, 30, tzinfo=ZoneInfo("Europe/Berlin"))
COLUMNS = 100
SEED = "4711"

_BLOCK = re.compile(r"(?<=^```console\n).*?(?=^```$)", re.MULTILINE | re.DOTALL)
_MAIL = re.compile(r"<[0-9a-f.]+@office\.example>")
_SCENE = re.compile(r"\S.* ─{4,}")


@dataclass
class Player:
    """Runs `empla` for somebody who has never used it, and keeps what it printed, with its colours."""

    folder: Path
    seen: list[str] = field(default_factory=list)

    def __call__(self, words: list[str]) -> str:
        """Run one command and return what it printed, in colours."""
        argv = [sys.executable, "-P", "-m", "runtime.cli", *words]
        kept = {name: value for name, value in os.environ.items() if not name.startswith("EMPLA_")}
        terminal = {"FORCE_COLOR": "1", "TTY_INTERACTIVE": "0", "COLUMNS": str(COLUMNS), "TERM": "xterm-256color"}
        environment = {**kept, **terminal, "HOME": str(self.folder)}
        done = subprocess.run(  # noqa: S603
            argv, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment, timeout=120
        )
        said = done.stdout.replace(str(self.folder), "/home/anna").strip("\n")
        said = said.replace(str(Path(sys.executable).parent), "/home/anna/empla/.venv/bin")
        command = f"$ empla {shlex.join(words)}"
        self.seen.append(f"\x1b[1m{command}\x1b[0m\n{said}")
        return said

    def meant(self, command: str) -> str:
        """Return the command with the mail that was shown last, if it names one."""
        shown = _MAIL.findall(plain("\n".join(self.seen)))
        return _MAIL.sub(shown[-1], command) if shown else command


@contextmanager
def somebody() -> Iterator[Player]:
    """Give a player with an empty home; what runs in it at the end is stopped."""
    folder = Path(tempfile.mkdtemp(prefix="empla-docs-"))
    home = Home(folder / ".empla")
    home.create()
    SystemClock.set_to(home.clock, MONDAY)
    player = Player(folder)
    try:
        yield player
    finally:
        player(["down"])
        shutil.rmtree(folder, ignore_errors=True)


def plain(coloured: str) -> str:
    """Return the text without its colours."""
    return Text.from_ansi(coloured).plain


def played(document: Path) -> None:
    """Play the commands of a document and write what they print under them."""
    with somebody() as player:

        def block(found: re.Match[str]) -> str:
            lines = []
            for line in found[0].splitlines():
                if line.startswith("$ empla"):
                    command = player.meant(line)
                    said = plain(player(shlex.split(command)[2:]))
                    lines += ["", command, *(text.rstrip() for text in said.splitlines())]
            return "\n".join(lines).lstrip("\n") + "\n"

        document.write_text(_BLOCK.sub(block, document.read_text()))
        if shown := [text for text in player.seen if plain(text).startswith("$ empla why ")]:
            picture("why", shown[0], "empla why")


def demonstrated() -> None:
    """Play the demo and take pictures of a scene and of its end."""
    with somebody() as player:
        lines = player(["demo", "--seed", SEED]).splitlines()
    begins = [number for number, line in enumerate(lines) if _SCENE.fullmatch(plain(line))]
    scenes = ["\n".join(lines[a:b]) for a, b in zip(begins, [*begins[1:], len(lines)], strict=True)]
    pick = {"demo-booking": "Half an hour with a colleague", "demo-checks": "What an ordinary mail"}
    for name, title in pick.items():
        picture(name, next(scene for scene in scenes if plain(scene).startswith(title)), f"empla demo --seed {SEED}")


def picture(name: str, coloured: str, title: str) -> None:
    """Write one picture."""
    console = Console(record=True, width=COLUMNS, file=StringIO(), force_terminal=True, highlight=False)
    console.print(Text.from_ansi(coloured.strip("\n")))
    IMAGES.mkdir(exist_ok=True)
    path = IMAGES / f"{name}.svg"
    path.write_text(console.export_svg(title=title))
    print(f"{path}: {path.stat().st_size // 1024} KB")


def main() -> None:
    """Do what is asked for on the command line."""
    wanted = [Path(word).resolve() for word in sys.argv[1:]] or list(DOCUMENTS)
    for document in wanted:
        played(document)
    if len(sys.argv) == 1:
        demonstrated()


if __name__ == "__main__":
    main()
