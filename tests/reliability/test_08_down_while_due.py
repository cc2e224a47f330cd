"""Fault 8: nobody was there when something was due.

Figure: after a minute, three days and three weeks each policy is obeyed (once, skip, all), nothing is passed over in
silence, and three weeks of what is due every minute come to a few rows. Whatever moves, stops and clocks that are set
there are, each instant of each trigger is decided exactly once.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from empla.mind import common_kinds
from empla.mind.plans import PlanLibrary, Trigger, occurred
from empla.mind.steps import Believe
from empla.mind.triggers import MISSED, SKIP, STANDING, Cron, Every, Policy, Timed, late, once
from empla.testing.employee import PROFILE, Employee, employee
from tests.reliability.by_the_clock import decided, due_between, fired

MONDAY = datetime(2026, 9, 7, 6, 59, 30, tzinfo=UTC)
"""Half a minute before nine in Berlin."""
ALL = late(timedelta(days=30))
DOWN = {"a minute": timedelta(minutes=1), "three days": timedelta(days=3), "three weeks": timedelta(weeks=3)}


def library_of(*triggers: Timed) -> PlanLibrary:
    """Return a library in which each trigger is believed to have come: (trigger, due, late_s, missed and more)."""
    library = PlanLibrary()
    library.include(common_kinds.library)
    library.trigger(*triggers)
    for trigger in triggers:

        @library.plan(occurred(trigger.name), name=f"do-{trigger.name}")
        def do(event: Trigger) -> Any:
            yield Believe(
                functor="did", arguments=(event.trigger, event.due, event.late_s, len(event.missed) + event.more)
            )

    return library


def employed(where: Path, *triggers: Timed, at: datetime = MONDAY) -> Any:
    """Give an employee in Berlin with these triggers."""
    return employee(where, library_of(*triggers), [], at=at, profile={**PROFILE, "zone": "Europe/Berlin"})


def daily(policy: Policy) -> Cron:
    return Cron(name="daily", when="0 9 * * *", policy=policy)


def is_away(ada: Employee, span: timedelta) -> None:
    """Let the process be gone for a while; then it works again."""
    ada.work()
    ada.store.close()
    ada.clock.advance(span)
    ada.restart()
    ada.work()


def done(ada: Employee) -> list[tuple[Any, ...]]:
    """Return what was done, as (due in days after the first Monday, hours late, missed)."""
    beliefs = ada.engine.state.beliefs.matching("did")
    first = MONDAY + timedelta(seconds=30)
    return sorted(
        ((due - first).days, late_s // 3600, missed) for _, due, late_s, missed in (b.arguments for b in beliefs)
    )


def missed(ada: Employee) -> list[tuple[Any, ...]]:
    return [b.arguments for b in ada.engine.state.beliefs.matching(MISSED)]


@pytest.mark.parametrize(
    ("policy", "span", "days_done", "left_out"),
    [
        (SKIP, "a minute", [(0, 0, 0)], 0),  # half a minute late is on time
        (once(timedelta(days=1)), "a minute", [(0, 0, 0)], 0),
        (ALL, "a minute", [(0, 0, 0)], 0),
        (SKIP, "three days", [], 3),
        (once(timedelta(days=1)), "three days", [(2, 23, 2)], 2),
        (ALL, "three days", [(0, 71, 0), (1, 47, 0), (2, 23, 0)], 0),
        (SKIP, "three weeks", [], 21),
        (once(timedelta(days=1)), "three weeks", [(20, 23, 20)], 20),
        (ALL, "three weeks", [(n, (21 - n) * 24 - 1, 0) for n in range(21)], 0),
    ],
)
def test_each_policy_is_obeyed_and_nothing_is_passed_over(
    policy: Policy, span: str, days_done: list[tuple[Any, ...]], left_out: int, tmp_path: Path
) -> None:
    with employed(tmp_path, daily(policy)) as ada:
        is_away(ada, DOWN[span])
        assert done(ada) == days_done
        told = missed(ada)
        assert sum(int(why.split()[0]) if why[0].isdigit() else 1 for _, _, why in told) == left_out
        reference = due_between(daily(policy), "Europe/Berlin", MONDAY, ada.clock.now())
        assert decided(ada, "daily", reference) == reference
        ada.restart()
        ada.work()
        assert done(ada) == days_done, "it is decided once"


def test_what_is_too_late_to_be_made_up_for_is_left_out_with_the_reason(tmp_path: Path) -> None:
    with employed(tmp_path, daily(late(timedelta(days=1, hours=12)))) as ada:
        is_away(ada, timedelta(days=3))
        assert done(ada) == [(2, 23, 2)]
        (told,) = missed(ada)
        assert told[:2] == ("daily", MONDAY + timedelta(seconds=30))
        assert told[2] == "2 times: it could not be done within 36 hours of its time"


def test_three_weeks_of_every_minute_are_two_rows_under_each_policy(tmp_path: Path) -> None:
    policies = {"skip": SKIP, "together": Policy(), "late": late(timedelta(days=365))}
    minutely = [Cron(name=name, when="* * * * *", policy=policy) for name, policy in policies.items()]
    with employed(tmp_path, *minutely) as ada:
        is_away(ada, timedelta(weeks=3))
        for trigger in minutely:
            rows = ada.rows("occurrence", "state", "count", "instant", "last", trigger=trigger.name)
            state, count, first, last = rows[0]
            assert state == ("coalesced" if trigger.name == "together" else "skipped")
            assert first == "2026-09-07T07:00:00.000000+00:00"
            kept = 100 if trigger.name == "late" else 1  # no more than a hundred are made up for one by one
            assert len(rows) == 1 + kept + 1
            assert count == 3 * 7 * 24 * 60 - kept
            assert datetime.fromisoformat(last) == ada.clock.now() - timedelta(seconds=30) - timedelta(minutes=kept)
        assert len(missed(ada)) == 3


def test_what_was_skipped_is_named_when_it_comes_again(tmp_path: Path) -> None:
    with employed(tmp_path, daily(SKIP)) as ada:
        is_away(ada, timedelta(days=2))
        assert done(ada) == []
        ada.let_pass(timedelta(days=1))
        assert done(ada) == [(2, 0, 2)]
        ada.let_pass(timedelta(days=1))
        assert done(ada)[-1] == (3, 0, 0), "what was named is not named again"


def test_the_four_standing_triggers_begin_with_the_version_that_has_them(tmp_path: Path) -> None:
    """An employee of a release before hears nothing of the months in which it had none of them."""
    before = PlanLibrary()
    before.include(common_kinds.library)
    with employee(tmp_path, before, [], at=MONDAY, profile={**PROFILE, "zone": "Europe/Berlin"}) as ada:
        ada.let_pass(timedelta(days=60))
        ada.mindset = type(ada.mindset)(
            library=library_of(*STANDING), operations={}, sensors=(), secret=ada.mindset.secret
        )
        is_away(ada, timedelta(days=1))
        assert done(ada) == [] == missed(ada)
        waiting = {t: datetime.fromisoformat(at) for t, at in ada.rows("occurrence", "trigger", "instant", state="due")}
        assert {name: at.isoformat()[:16] for name, at in waiting.items()} == {
            "daily-priorities": "2026-11-08T05:00",
            "weekly-planning": "2026-11-09T08:00",
            "weekly-reflection": "2026-11-13T17:00",
            "monthly-goals": "2026-12-01T06:00",
        }


# whatever happens ----------------------------------------------------------------------------------------------------


TRIGGERS: tuple[Timed, ...] = (
    Cron(name="night", when="30 2 * * *", policy=Policy()),
    Cron(name="often", when="*/15 * * * *", policy=SKIP),
    Cron(name="weekly", when="0 18 * * fri", policy=once(timedelta(days=1))),
    Cron(name="elsewhere", when="15 0,12 * * *", zone="Australia/Lord_Howe", policy=late(timedelta(hours=40))),
    Every(name="steady", period=timedelta(minutes=45), policy=late(timedelta(hours=2))),
)


def moves() -> st.SearchStrategy[Any]:
    """What can happen: time passes, the process is gone, the clock is set on or back."""
    minutes = st.sampled_from([1, 7, 15, 20, 45, 60, 100, 600, 1440, 4000])
    return st.tuples(st.sampled_from(["works", "works", "away", "set on", "set back", "again"]), minutes)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    begin=st.sampled_from([datetime(2026, 10, 24, 20, tzinfo=UTC), datetime(2026, 3, 28, 20, 7, tzinfo=UTC)]),
    happens=st.lists(moves(), min_size=1, max_size=7),
)
def test_each_instant_is_decided_exactly_once_whatever_happens(begin: datetime, happens: list[tuple[str, int]]) -> None:
    with TemporaryDirectory() as where, employed(Path(where), *TRIGGERS, at=begin) as ada:
        ada.work()
        until = begin
        for what, minutes in happens:
            span = timedelta(minutes=minutes)
            for now in _lived(ada, what, span):
                until = max(until, now)
        for trigger in TRIGGERS:
            reference = due_between(trigger, trigger.zone or "Europe/Berlin", begin, until)
            assert decided(ada, trigger.name, reference) == reference, trigger
            assert set(fired(ada, trigger.name)) <= set(reference)
            (waiting,) = ada.rows("occurrence", "instant", trigger=trigger.name, state="due")
            assert datetime.fromisoformat(waiting) > until


def _lived(ada: Employee, what: str, span: timedelta) -> Iterator[datetime]:
    """Let something happen; give each time at which the employee worked."""
    if what == "works":
        end = ada.clock.now() + span
        while (due := ada.engine.next_due(ada.clock.now())) is not None and due <= end:
            ada.clock.move_to(due)
            ada.work()
        ada.clock.move_to(end)
    elif what == "away":
        ada.store.close()
        ada.clock.advance(span)
        ada.restart()
    elif what == "again":
        ada.restart()
    else:
        ada.clock.set_to(ada.clock.now() + (span if what == "set on" else -span))
    ada.work()
    yield ada.clock.now()
