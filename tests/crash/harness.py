"""Trials: run a workload, kill it at a fault point, start it again until it is done, and look at what came of it."""

import json
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from empla.mind import codec
from empla.testing.clock import MONDAY

HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Trial:
    """What one trial did: the fault points each start passed, and how long all of it took."""

    home: Path
    starts: tuple[tuple[str, ...], ...]
    deaths: int
    seconds: float

    def died_at(self, *points: int) -> bool:
        """Whether each start died at its point, or passed fewer: what comes of several acts may share a commit."""
        return self.deaths == len(points) or len(self.starts[self.deaths]) < points[self.deaths]


class WarmProcess:
    """The process that has imported everything and forks the trials."""

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [sys.executable, str(HERE / "warm.py")], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        return self

    def __exit__(self, *_error: object) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(timeout=60)

    def run(self, workload: str, home: Path, deaths: Sequence[int], params: Mapping[str, Any]) -> Trial:
        """Run one trial; AssertionError with the child's own words if it did not come to its end."""
        order = {"workload": workload, "home": str(home), "deaths": list(deaths), "params": dict(params)}
        assert self._process.stdin is not None and self._process.stdout is not None
        print(json.dumps(order), file=self._process.stdin, flush=True)
        answer = json.loads(self._process.stdout.readline())
        last = answer["starts"][-1]
        assert last["code"] == 0, f"{deaths}: ended with {last['code']}\n{_words(home)}"
        starts = tuple(tuple(s["passed"]) for s in answer["starts"])
        return Trial(home, starts, sum(s["died"] for s in answer["starts"]), answer["seconds"])


def _words(home: Path) -> str:
    said = [f"{name}:\n{(home / name).read_text()[-4000:]}" for name in ("error", "log") if (home / name).exists()]
    return "\n".join(said)


def fresh(template: Path, home: Path, files: Mapping[str, bytes]) -> Path:
    """Make the home of one trial: a copy of the template's store, and some files."""
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir()
    shutil.copy(template / "mind.db", home / "mind.db")
    for name, content in files.items():
        (home / name).write_bytes(content)
    return home


# what a trial left ---------------------------------------------------------------------------------------------------


_HOW = frozenset({"action-unknown", "command:settle"})
"""Percepts about how an outcome was learned, which may differ."""


_WHEN = frozenset({"next-reflection"})
"""Beliefs about when it looked ahead, and when it will again: a death moves both."""


@dataclass(frozen=True, slots=True)
class Left:
    """What a trial left in the store, without instants: the crash property speaks of this (contract 14)."""

    acts: tuple[Any, ...]
    beliefs: tuple[Any, ...]
    goals: tuple[Any, ...]
    intentions: tuple[Any, ...]
    percepts: tuple[Any, ...]

    def without_ids(self) -> str:
        """Return it as text without the ids and instants that come of a trial's own secret and mail."""
        acts = [act[:2] + act[3:] for act in self.acts]  # the hash of the bytes is such an id
        parts = (acts, sorted(map(_without_ids, self.beliefs)), self.goals, self.intentions, self.percepts)
        return "\n".join(_without_ids(part) for part in parts)


_OF_THIS_HOUR = rf"{MONDAY:%Y-%m-%d}T[\d:.]+"
"""When a mail came, by the office's clock, which goes on; what is arranged lies on other days."""


def _without_ids(value: object) -> str:
    return re.sub(rf"[0-9a-f]{{24,}}|request-\d+|{_OF_THIS_HOUR}", "#", str(value))


@dataclass
class Mind:
    """The tables of one home, read as they are."""

    home: Path

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        """Return the rows of a query."""
        with closing(sqlite3.connect(self.home / "mind.db")) as connection:
            return connection.execute(statement).fetchall()

    def left(self) -> Left:
        """Return what it holds in the end."""
        steps: dict[str, list[str]] = {}
        for intention, body in self.rows("SELECT intention, body FROM step ORDER BY seq"):
            steps.setdefault(intention, []).append(codec.loads(body).fingerprint)
        beliefs = (codec.loads(body) for (body,) in self.rows("SELECT body FROM belief WHERE held ORDER BY id"))
        return Left(
            acts=tuple(self.rows("SELECT id, operation, payload_hash, decision, rule FROM action ORDER BY seq")),
            beliefs=tuple((b.functor, codec.dumps(b.arguments), b.origin) for b in beliefs if b.functor not in _WHEN),
            goals=tuple(self.rows("SELECT id, name, state FROM goal ORDER BY seq")),
            intentions=tuple(
                (*row, tuple(steps.get(row[0], ())))
                for row in self.rows("SELECT id, plan, version, stage, percept FROM intention ORDER BY seq")
            ),
            percepts=tuple(p for p in sorted(self.rows("SELECT key, kind, state FROM percept")) if p[1] not in _HOW),
        )

    def unknown(self) -> list[str]:
        """Return the actions of which a person has to say what became of them."""
        return [i for (i,) in self.rows("SELECT id FROM action WHERE state = 'unknown'")]

    def ledger(self, action: str) -> list[str]:
        """Return what the ledger says became of an action, in order."""
        return [e for e, a in self.rows("SELECT event, action FROM ledger ORDER BY seq") if a == action]


# the table -----------------------------------------------------------------------------------------------------------


@dataclass
class Line:
    """One line of the table at the end of a run."""

    name: str
    points: int = 0
    trials: int = 0
    seconds: float = 0.0
    lost: int = 0
    doubled: int = 0
    suppressed: int = 0
    unknown: int = 0
    resent: int = 0
    per_recipient: dict[int, int] = field(default_factory=dict)

    def count(self, trial: Trial) -> None:
        """Count one trial."""
        self.trials += 1
        self.seconds += trial.seconds

    def count_arrived(self, per_recipient: Mapping[str, int]) -> None:
        """Count how many mails each recipient had in the end of one trial."""
        for mails in per_recipient.values():
            self.per_recipient[mails] = self.per_recipient.get(mails, 0) + 1


def table(lines: Sequence[Line]) -> Iterator[str]:
    """Return the table as text."""
    head = ("workload", "points", "trials", "s/trial", "lost", "doubled", "resent", "suppressed", "unknown", "arrived")
    yield "{:34} {:>6} {:>6} {:>7} {:>5} {:>7} {:>6} {:>10} {:>7}  {}".format(*head)
    for line in lines:
        arrived = ", ".join(f"{mails}: {times}x" for mails, times in sorted(line.per_recipient.items()))
        each = line.seconds / max(1, line.trials)
        yield (
            f"{line.name:34} {line.points:6} {line.trials:6} {each:7.3f} {line.lost:5} {line.doubled:7} "
            f"{line.resent:6} {line.suppressed:10} {line.unknown:7}  {arrived}"
        )
