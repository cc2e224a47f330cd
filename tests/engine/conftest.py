"""Employees on a real store, with e-mail and an operation that does what a test tells it to."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from empla.capabilities.contract import Arguments, Effect, Idempotency, Operation, Place, PrepareFacts, Risk, Settled
from empla.capabilities.email.operations import capability
from empla.governance.permit import Payload, Permit
from empla.mind.plans import PlanLibrary
from empla.testing.employee import Employee, employee


class Anything(Arguments):
    """Arguments of the test's operations."""

    owner: str = "maria@office.example"
    value: Any = None


@dataclass
class Bench:
    """Behind `test.look` (reads) and `test.write` (a conditional write): what they do next, and what was done when."""

    script: list[Any] = field(default_factory=list)
    done: list[tuple[datetime, Any]] = field(default_factory=list)
    standing: dict[str, Any] = field(default_factory=dict)
    evidence: list[Settled] = field(default_factory=list)
    prepare_raises: Exception | None = None
    goes_on_wire: bool = False

    def operations(self) -> list[Operation]:
        """Return the operations of the bench."""
        common: dict[str, Any] = {
            "arguments": Anything,
            "risk": Risk.NONE,
            "prepare": self._prepare,
            "summary": "Test.",
        }
        look = Operation(
            name="test.look", effect=Effect.READ, idempotency=Idempotency.PURE, perform=self._perform, **common
        )
        write = Operation(
            name="test.write",
            effect=Effect.OWN,
            idempotency=Idempotency.CONDITIONAL,
            perform=self._perform,
            settle=self._settle,
            **common,
        )
        return [look, write]

    def _prepare(self, arguments: Anything, facts: PrepareFacts) -> Payload:
        if self.prepare_raises is not None:
            raise self.prepare_raises
        return Payload({"owner": arguments.owner, "value": arguments.value, "unique": facts.unique})

    async def _perform(self, permit: Permit, place: Place, on_wire: Any) -> Any:
        if self.goes_on_wire:
            await on_wire({})
        self.done.append((place.clock.now(), permit.payload.target["value"]))
        what = self.script.pop(0) if self.script else None
        if isinstance(what, tuple):  # it happens, and yet the other side fails
            self.standing[permit.action] = permit.payload.target["value"]
            raise what[0]
        if isinstance(what, Exception):
            raise what
        self.standing[permit.action] = permit.payload.target["value"]
        return what if what is not None else permit.payload.target["value"]

    async def _settle(self, permit: Permit, _place: Place) -> tuple[Settled, Any]:
        if self.evidence:
            return self.evidence.pop(0), None
        if permit.action in self.standing:
            return Settled.DONE, self.standing[permit.action]
        return Settled.NOT_DONE, None


@pytest.fixture
def bench() -> Bench:
    return Bench()


@pytest.fixture
def plans() -> PlanLibrary:
    return PlanLibrary()


@pytest.fixture
def hire(tmp_path: Path, plans: PlanLibrary, bench: Bench) -> Iterator[Callable[..., Employee]]:
    """Make employees with these plans, each in a folder of its own."""
    open_ones = []

    def make(**options: Any) -> Employee:
        folder = tmp_path / str(len(open_ones))
        folder.mkdir()
        managed = employee(folder, plans, [*capability.operations, *bench.operations()], **options)
        open_ones.append(managed)
        return managed.__enter__()

    yield make
    for managed in open_ones:
        managed.__exit__(None, None, None)


@pytest.fixture
def ada(hire: Callable[..., Employee]) -> Employee:
    return hire()
