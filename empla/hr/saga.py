"""Work in steps that survives a kill: each step is recorded when it is done, and may be done again until it is.

A step must be harmless when it is repeated, since a process may die between doing it and recording it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from empla import faults
from empla.clock import Clock
from empla.store.company import CompanyStore, SagaRow, SagaStepRow


@dataclass(frozen=True, slots=True)
class Step:
    """One step: its key in the records, what it does in a person's words, and the doing."""

    key: str
    sentence: str
    do: Callable[[], None]


class Stage(StrEnum):
    """How far a step is."""

    DOING = "doing"
    DONE = "done"
    BEFORE = "done before"  # by a process that was killed later


@dataclass(frozen=True, slots=True)
class Progress:
    """What a person is shown while a saga runs."""

    step: str
    sentence: str
    stage: Stage


Told = Callable[[Progress], None]


def untold(_: Progress) -> None:
    """Tell nobody how far the saga is."""


def run(
    store: CompanyStore, clock: Clock, key: str, request: Mapping[str, Any], steps: Sequence[Step], told: Told
) -> None:
    """Do the steps that are not recorded, in order; what a step raises comes through, and the saga stays open."""
    with store.writing() as company:
        if company.saga(key) is None:
            company.add(SagaRow(tenant_id=company.tenant, key=key, request=dict(request), begun_at=clock.now()))
        done = company.steps_done(key)
    for step in steps:
        if step.key in done:
            told(Progress(step.key, step.sentence, Stage.BEFORE))
            continue
        told(Progress(step.key, step.sentence, Stage.DOING))
        faults.point(f"{step.key}.before")
        step.do()
        faults.point(f"{step.key}.after")
        with store.writing() as company:
            company.add(SagaStepRow(tenant_id=company.tenant, saga=key, key=step.key, done_at=clock.now()))
        told(Progress(step.key, step.sentence, Stage.DONE))
    with store.writing() as company:
        saga = company.saga(key)
        assert saga is not None
        saga.ended_at = saga.ended_at or clock.now()
