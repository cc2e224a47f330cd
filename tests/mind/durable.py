"""The random programs of `programs`, played by a whole employee on a real store, with deaths at its commits.

What happens outside is fixed by a seed before it begins: percepts at given minutes, and what comes of each action by
its id. Actions are carried out one at a time, so that a life with deaths can be held against one without.

Run as a script it prints one digest of the journals of several lives: the same in every process, on every hash seed.
"""

import hashlib
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

from empla.capabilities.contract import Arguments, Effect, Idempotency, Operation, Place, PrepareFacts, Risk
from empla.engine import acting, performing
from empla.engine import employee as employee_module
from empla.engine.journal import unpacked
from empla.errors import InputError
from empla.governance.permit import Payload, Permit
from empla.mind import codec
from empla.mind import cycle as cycle_module
from empla.mind.intentions import OVER, Intention
from empla.mind.plans import PlanLibrary
from empla.mind.readings import Mail
from empla.mind.values import OUTSIDE, OWN, Address, Origin, Source
from empla.store import store as store_module
from empla.testing.clock import MONDAY
from empla.testing.employee import MARIA, Employee, employee
from tests.mind.programs import KINDS, STRANGER, random_library, seeded

TOLD = 6
MINUTES = timedelta(minutes=7)
LAST = timedelta(days=3)
MOST_POINTS = 250
"""A life that comes to more commits and acts is taken for one without end."""


class Died(BaseException):
    """The process is gone."""


class Endless(BaseException):
    """These plans set each other off for ever."""


class Anything(Arguments):
    """Arguments of the operations of random programs."""

    owner: str = MARIA
    number: Any = None
    words: Any = None


@dataclass
class Outside:
    """What the actions of one life come to: by the action's id alone."""

    seed: int
    done: list[str] = field(default_factory=list)

    def operations(self) -> list[Operation]:
        """Return the two operations that programs use."""
        common: dict[str, Any] = {
            "summary": "Test.",
            "arguments": Anything,
            "effect": Effect.READ,
            "risk": Risk.NONE,
            "idempotency": Idempotency.PURE,
            "prepare": _prepare,
            "perform": self._perform,
        }
        return [Operation(name="test.do", **common), Operation(name="test.ask", **common)]

    async def _perform(self, permit: Permit, _place: Place, _on_wire: Any) -> Any:
        self.done.append(permit.action)
        luck = hashlib.sha256(f"{self.seed}:{permit.action}".encode()).digest()[0]
        if luck % 4 == 0:
            raise InputError("it did not work")
        return None if luck % 4 == 1 else ("done", permit.action, {"n": luck})


def _prepare(arguments: Anything, facts: PrepareFacts) -> Payload:
    return Payload({"owner": arguments.owner, "number": arguments.number, "unique": facts.unique})


@dataclass(frozen=True, slots=True)
class Life:
    """What was left of a life: all that must be the same, however often the process died."""

    beliefs: tuple[str, ...]
    goals: tuple[str, ...]
    intentions: tuple[str, ...]
    steps: tuple[tuple[str, str], ...]
    acts: tuple[tuple[str, ...], ...]
    journal: str
    points: int


@dataclass
class Deaths:
    """Kills the process at the points of these numbers, counted over the whole life."""

    at: frozenset[int] = frozenset()
    passed: int = 0

    def point(self, _name: str) -> None:
        """Stand where the engine calls `empla.faults.point`."""
        self.passed += 1
        if self.passed > MOST_POINTS:
            raise Endless
        if self.passed in self.at:
            raise Died

    @contextmanager
    def lurking(self) -> Iterator[None]:
        """Stand at every commit and around every act."""
        with ExitStack() as stack:
            for module in (store_module, acting, performing):
                stack.enter_context(patch.object(module, "point", self.point))
            stack.enter_context(patch.object(acting, "ACTIONS_AT_ONCE", 1))
            stack.enter_context(patch.object(employee_module, "CYCLES_PER_COMMIT", 4))
            stack.enter_context(patch.object(cycle_module, "EVENTS_PER_CYCLE", 25))
            yield


def live(folder: Path, seed: int, *, die_at: frozenset[int] = frozenset(), always_replay: bool = False) -> Life | None:
    """Play one life in a folder, and return what was left of it; None if its plans set each other off for ever."""
    try:
        return _lived(folder, seed, die_at, always_replay)
    except Endless:
        return None


def _lived(folder: Path, seed: int, die_at: frozenset[int], always_replay: bool) -> Life:
    choose = seeded(seed)
    library: PlanLibrary = random_library(choose)
    percepts = [_percept(number, choose) for number in range(TOLD)]
    outside, deaths = Outside(seed), Deaths(die_at)
    folder.mkdir(parents=True, exist_ok=True)
    with employee(folder, library, outside.operations(), always_replay=always_replay) as ada, deaths.lurking():
        for number, (key, kind, fields, origin) in enumerate(percepts):
            _survive(ada, lambda k=key, d=kind, f=fields, o=origin: ada.tell_percept(k, d, f, o))
            until = MONDAY + MINUTES * (number + 1)
            _survive(ada, lambda u=until: ada.let_pass(u - ada.clock.now()))
        _survive(ada, lambda: ada.let_pass(MONDAY + LAST - ada.clock.now()))
        return _left(ada, deaths.passed)


def _survive(ada: Employee, work: Callable[[], None]) -> None:
    """Do something; as often as the process dies of it, or of beginning again, begin another and do it again."""
    do = work
    while True:
        try:
            do()
        except Died:
            do = ada.restart
        else:
            if do == work:
                return
            do = work


def _percept(number: int, choose: Any) -> tuple[str, str, dict[str, Any], Origin]:
    key = f"p{number}"
    if choose(3):
        return key, KINDS[choose(2)], {"number": choose(3)}, OWN
    sender = Address((MARIA, STRANGER.value)[choose(2)], Origin(Source.PERCEPT, key))
    vouched = sender if choose(2) else None
    mail = Mail(key=key, message_id=f"<{key}>", blob="", subject="Re", sender=sender, authenticated=vouched, thread="t")
    return key, "mail", {"mail": mail}, OUTSIDE


def _left(ada: Employee, points: int) -> Life:
    ended = list(map(codec.loads, ada.rows("intention", "body")))
    assert all(isinstance(i, Intention) for i in ended)
    assert {i.id for i in ended if i.stage not in OVER} == set(ada.engine.state.intentions)
    steps = ada.rows("step", "intention", "body")
    journal = [unpacked(delta) for delta in ada.rows("journal", "delta")]
    return Life(
        beliefs=tuple(sorted(ada.rows("belief", "body", held=1))),
        goals=tuple(ada.rows("goal", "body")),
        intentions=tuple(ada.rows("intention", "body")),
        steps=tuple((intention, codec.loads(body).fingerprint) for intention, body in steps),
        acts=tuple(ada.rows("action", "id", "operation", "state")),
        journal=hashlib.sha256(b"".join(journal)).hexdigest(),
        points=points,
    )


def digests(seeds: range) -> str:
    """Return one digest of the journals of several lives."""
    with tempfile.TemporaryDirectory() as folder:
        lives = [live(Path(folder) / str(seed), seed) for seed in seeds]
    return " ".join(life.journal if life is not None else "endless" for life in lives)


if __name__ == "__main__":
    print(digests(range(int(sys.argv[1]), int(sys.argv[2]))))
