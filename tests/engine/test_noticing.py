"""What the mind notices is durable: one row for each occurrence, the same whenever the process dies, and replayed."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from empla.capabilities.initiative import plans as initiative
from empla.engine.replay import replay
from empla.mind import common_kinds
from empla.mind.commitments import EXPECTATION, Commitment, Expect
from empla.mind.limits import LOOK_AHEAD
from empla.mind.noticing import NOTICED, OWED
from empla.mind.noticing_detectors import Detector
from empla.mind.noticing_findings import FINDING, REMARK
from empla.mind.noticing_triggers import Anomaly, Answer, Silence, Threshold
from empla.mind.percepts import OCCURRENCE
from empla.mind.plans import PlanLibrary, occurred, on
from empla.mind.steps import Believe, Forget, Now, Wait
from empla.mind.terms import lit, query, variables
from empla.mind.triggers import DAILY_PRIORITIES, WEEKLY_REFLECTION
from empla.mind.values import OUTSIDE, Address, Origin, Source
from empla.testing.clock import MONDAY
from empla.testing.employee import PROFILE, Employee, employee
from empla.testing.mind import mail
from tests.mind.durable import Deaths, Died

BEN = Address("ben@office.example", Origin(Source.DIRECTORY))
SUBJECT, BY = variables("Subject By")
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


def role() -> PlanLibrary:
    """Return a role that watches a number, its answers and silences, and looks for what is late."""
    library = PlanLibrary()
    library.include(initiative.library)
    library.trigger(
        Threshold(name="load", of="load", above=8.0, calm=2.0),
        Anomaly(name="odd", of="load", samples=3, z=2.0),
        Answer(name="answer", within=4 * HOUR),
        Silence(name="silence", after=3 * DAY),
    )
    late = query(lit("late", SUBJECT, BY))
    library.detect(Detector(name="late", kind="problem", weight=0.8, says="{subject} is late by {by}", look=late))

    @library.plan(on("say"))
    def say(event: Any) -> Any:
        yield Forget(functor=event.functor)
        yield Believe(functor=event.functor, arguments=event.arguments)

    @library.plan(on("ask"))
    def ask(_event: Any) -> Any:
        now = yield Now()
        made = Commitment(debtor=BEN, creditor=PROFILE["address"], content="the list", made_at=now)
        yield Expect(id="e1", made=made)
        yield Wait(kind="never")

    for name in ("load", "odd", "answer", "silence"):

        @library.plan(occurred(name), name=f"hear-{name}", initiative=True)
        def hear(event: Any) -> Any:
            yield Believe(functor="heard", arguments=(event.trigger, event.subject, event.phase), lasts=5 * DAY)

    return library


def day(ada: Employee, do: Callable[[Callable[[], None]], None]) -> None:
    """Let some days of a life pass; `do` carries each thing out."""

    def say(functor: str, *arguments: Any) -> None:
        key = f"{functor}:{arguments}:{ada.clock.now():%d%H}"
        do(lambda: ada.tell("say", key=key, functor=functor, arguments=arguments))

    def until(hours: float) -> None:
        do(lambda: ada.let_pass(MONDAY + timedelta(hours=hours) - ada.clock.now()))

    do(lambda: ada.tell("began", version="1"))
    do(lambda: ada.tell("ask"))
    for number, load in enumerate((3, 4, 3, 9, 9, 7, 5, 9)):
        say("load", load)
        until(number + 1)
    came = mail(BEN, "When shall we meet?", key="m1")
    do(lambda: ada.tell_percept("m1", "mail", {"mail": came}, OUTSIDE))
    say("late", "the list", 3)
    until(14)
    say("late", "the tax", 1)
    for name, at in ((DAILY_PRIORITIES, 30), (WEEKLY_REFLECTION, 60)):
        fields = {"trigger": name, "due": MONDAY, "zone": "UTC", "late_s": 0.0, "missed": (), "more": 0}
        do(lambda n=name, f=fields: ada.tell_percept(f"o:{n}", OCCURRENCE, f, PROFILE["address"].origin))
        until(at)
    until(24 * 9)


def lived(folder: Path, *, die_at: frozenset[int] = frozenset(), always_replay: bool = False) -> tuple[Any, int]:
    """Return what is left of that life, and how many points it passed at which it could have died."""
    folder.mkdir()
    deaths = Deaths(die_at)
    with employee(folder, role(), (), always_replay=always_replay) as ada, deaths.lurking():

        def survive(work: Callable[[], None]) -> None:
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

        day(ada, survive)
        occurrences = ada.rows("occurrence", "trigger", "instant", "state")
        seen = [row for row in occurrences if not row[0].startswith("step:")]
        left = (
            seen,
            sorted(ada.rows("belief", "body", held=1)),
            ada.rows("intention", "body"),
            ada.rows("goal", "body"),
        )
        assert replay(ada.store, role()).differs_at == 0
        return left, deaths.passed


def test_each_occurrence_is_a_row_of_its_own(tmp_path: Path) -> None:
    with employee(tmp_path, role(), ()) as ada:
        day(ada, lambda work: work())
        fired = ada.rows("occurrence", "trigger", state="fired")
        seen = [name for name in fired if not name.startswith("step:")]
        assert seen == [
            *("load:above", "odd:above", "load:above"),
            *("answer:at-risk:m1", "answer:slipped:m1"),
            "silence:e1",
        ]
        because = dict(ada.rows("occurrence", "trigger", "because", state="fired"))
        assert because["load:above"].startswith("load:")
        assert because["answer:slipped:m1"].startswith("timer:n:answer")


def test_an_idle_employee_with_all_of_it_has_no_timer_and_commits_nothing(tmp_path: Path) -> None:
    with employee(tmp_path, role(), (), profile=PROFILE) as ada:
        ada.tell("began", version="1")
        ada.let_pass(HOUR)
        cycles = len(ada.rows("journal", "seq"))
        ada.let_pass(60 * DAY)
        assert len(ada.rows("journal", "seq")) == cycles
        assert ada.rows("occurrence", "trigger", state="due") == []
        assert [g.name for g in ada.engine.state.goals.values()] == [LOOK_AHEAD]


def test_dropping_every_generator_changes_nothing(tmp_path: Path) -> None:
    assert lived(tmp_path / "kept") == lived(tmp_path / "dropped", always_replay=True)


def test_whenever_the_process_dies_nothing_is_told_twice_or_never(tmp_path: Path) -> None:
    whole, points = lived(tmp_path / "whole")
    for number in range(1, points, max(1, points // 12)):
        left, _ = lived(tmp_path / f"died{number}", die_at=frozenset({number, number + 1}))
        assert left == whole, f"it died at point {number}"


def test_what_is_noticed_is_there_after_a_restart_and_goes_when_it_is_over(tmp_path: Path) -> None:
    with employee(tmp_path, role(), ()) as ada:
        ada.tell("say", key="1", functor="load", arguments=(9,))
        ada.tell("say", key="2", functor="late", arguments=("the list", 3))
        ada.let_pass(HOUR)
        ada.restart()
        held = {b.functor for b in ada.engine.state.beliefs}
        assert {NOTICED, FINDING, REMARK} <= held
        ada.tell("say", key="3", functor="load", arguments=(1,))
        ada.tell("say", key="4", functor="late", arguments=())
        ada.let_pass(HOUR)
        held = {b.functor for b in ada.engine.state.beliefs}
        assert not {NOTICED, FINDING, REMARK, OWED} & held


def test_a_month_of_it_holds_no_more_than_a_week(tmp_path: Path) -> None:
    with employee(tmp_path, role(), ()) as ada:
        ada.tell("began", version="1")
        held = []
        for number in range(5 * 7):
            ada.tell("say", key=f"l{number}", functor="load", arguments=(number * 7 % 11,))
            ada.tell("say", key=f"d{number}", functor="late", arguments=(f"list {number % 3}", number))
            came = mail(BEN, "Well?", key=f"m{number}", thread=f"<t{number}>")
            ada.tell_percept(f"m{number}", "mail", {"mail": came}, OUTSIDE)
            ada.let_pass(DAY)
            if number % 7 == 6:
                held.append((len(ada.engine.state.beliefs), len(ada.engine.state.intentions)))
        assert max(held[1:]) <= held[0], held


@pytest.mark.parametrize("functor", [NOTICED, FINDING, REMARK, OWED, EXPECTATION])
def test_all_that_is_held_of_it_is_declared(functor: str) -> None:
    assert functor in initiative.library.kinds or functor in common_kinds.library.kinds
