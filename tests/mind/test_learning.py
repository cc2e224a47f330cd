"""What comes of a plan is taken into its record: counts, calibration, surprises, patterns and gaps."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from empla.mind import codec
from empla.mind.beliefs import Belief, BeliefBase
from empla.mind.draft import Draft
from empla.mind.learning import (
    APPROACH,
    CODES_PER_APPROACH,
    CONTEXTS_PER_PLAN,
    GAP,
    GAPS,
    RECENT,
    Approach,
    Gap,
    Pattern,
    evidence,
    expectation,
    gaps,
    learns,
    note_gap,
    note_outcome,
    patterns,
    record_of,
)
from empla.mind.percepts import Outcome, Percept, Status
from empla.mind.persona import NEUTRAL, Persona
from empla.mind.plans import Expected, Plan, Trigger, on
from empla.mind.state import MindState
from empla.mind.steps import Now
from empla.mind.values import Origin, Source
from tests.mind.minds import START

BY = Origin(Source.PERCEPT, "m1")
DONE = Outcome(status=Status.DONE)


def failed(code: str = "no") -> Outcome:
    return Outcome(status=Status.FAILED, code=code)


def body(event: Trigger) -> Any:
    yield Now()


def plan(name: str = "a", **more: Any) -> Plan:
    return Plan(name=name, trigger=on("go"), body=body, **more)


class Learner:
    """A mind that is told of outcomes, one in each cycle, and forgets nothing of what it raised."""

    def __init__(self, *listens: str) -> None:
        self.state = MindState()
        self.listens = listens
        self.at = START
        self.raised: list[Percept] = []

    def hears(self, outcome: Outcome, context: str = "", plan: Plan = plan(), **more: Any) -> Approach | None:  # noqa: B008
        draft = self._draft()
        self.raised += note_outcome(draft, plan, context, outcome, self.listens.__contains__, by=BY, **more)
        self._commit(draft)
        return record_of(self.state.beliefs, plan.name, context)

    def misses(self, kind: str, reason: str = "no-plan") -> None:
        draft = self._draft()
        self.raised += note_gap(draft, kind, reason, self.listens.__contains__, by=BY)
        self._commit(draft)

    def _draft(self) -> Draft:
        self.at += timedelta(seconds=1)
        return Draft(self.state, self.at)

    def _commit(self, draft: Draft) -> None:
        self.state.apply(codec.loads(codec.dumps(draft.delta().changes)))


def test_each_outcome_is_counted_in_its_context() -> None:
    mind = Learner()
    for outcome in (DONE, failed("late"), DONE, failed("late"), failed("full")):
        mind.hears(outcome, "bob")
    known = mind.hears(DONE, "eve")
    assert known is not None and (known.tries, known.done, known.recent) == (1, 1, "1")
    known = record_of(mind.state.beliefs, "a", "bob")
    assert known is not None
    assert (known.tries, known.done, known.failed, known.recent) == (5, 2, 3, "10100")
    assert known.codes == (("full", 1), ("late", 2))
    assert known.last_at == START + timedelta(seconds=5)
    assert len(mind.state.beliefs.matching(APPROACH)) == 2


@pytest.mark.parametrize("status", [Status.UNKNOWN, Status.CANCELLED])
def test_what_is_unknown_or_was_called_off_teaches_nothing(status: Status) -> None:
    mind = Learner("expectation-missed")
    assert mind.hears(Outcome(status=status), plan=plan(expects=Expected(probability=1.0))) is None
    assert mind.raised == []


def test_time_and_cost_are_means_of_what_was_measured() -> None:
    mind = Learner()
    mind.hears(DONE, took=timedelta(seconds=10), cost=100)
    mind.hears(failed(), took=timedelta(seconds=9999), cost=200)
    mind.hears(DONE)
    known = mind.hears(DONE, took=timedelta(seconds=40), cost=300)
    assert known is not None
    assert known.took_s == pytest.approx(20.0)
    assert known.cost == pytest.approx(100 + 50 + (300 - 150) / 4)


@given(st.lists(st.booleans(), max_size=120))
def test_a_record_stays_small_and_its_numbers_agree(outcomes: list[bool]) -> None:
    mind = Learner()
    for place, worked in enumerate(outcomes):
        mind.hears(DONE if worked else failed(f"code-{place % 30}"))
    known = record_of(mind.state.beliefs, "a", "")
    if known is None:
        assert outcomes == []
        return
    assert known.done == sum(outcomes) and known.tries == known.done + known.failed == len(outcomes)
    assert known.recent == "".join("01"[worked] for worked in outcomes[-RECENT:])
    assert len(known.codes) <= CODES_PER_APPROACH and list(known.codes) == sorted(known.codes)
    assert 0.0 <= known.brier <= 1.0 and -1.0 <= known.bias <= 1.0
    tries, done = evidence(known, mind.at)
    assert 0.0 <= done <= tries <= RECENT
    assert 0.0 < expectation(plan(), known, NEUTRAL, mind.at) < 1.0
    assert len(codec.dumps(known)) < 1500


def test_contexts_do_not_pile_up_and_the_one_that_is_not_used_goes() -> None:
    mind = Learner()
    for place in range(CONTEXTS_PER_PLAN):
        mind.hears(DONE, f"c{place}")
    mind.hears(DONE, "c0")
    mind.hears(DONE, "new")
    held = [b.arguments[1] for b in mind.state.beliefs.matching(APPROACH, "a")]
    assert len(held) == CONTEXTS_PER_PLAN
    assert {"c0", "new"} < set(held) and "c1" not in held


def test_what_is_expected_moves_from_the_author_s_word_to_what_came() -> None:
    mind = Learner()
    hopeful = plan(expects=Expected(probability=0.9))
    assert expectation(hopeful, None, NEUTRAL, START) == 0.9
    seen = [expectation(hopeful, mind.hears(failed(), plan=hopeful), NEUTRAL, mind.at) for _ in range(10)]
    assert seen == sorted(seen, reverse=True) and seen[-1] < 0.2
    believing = expectation(hopeful, record_of(mind.state.beliefs, "a", ""), Persona(data=0.0), mind.at)
    assert believing > seen[-1]


def test_how_well_it_foresees_is_kept() -> None:
    sure = plan(expects=Expected(probability=1.0))
    mind = Learner()
    known = mind.hears(DONE, plan=sure)
    assert known is not None and (known.expected, known.brier, known.bias) == (1.0, 0.0, 0.0)
    known = mind.hears(failed(), plan=sure)
    assert known is not None and (known.expected, known.brier, known.bias) == (1.0, 0.5, 0.5)


def test_a_plan_that_ends_otherwise_than_expected_is_told_until_it_is_expected() -> None:
    mind = Learner("expectation-missed")
    sure = plan(expects=Expected(probability=0.9))
    for _ in range(5):
        mind.hears(failed(), "bob", plan=sure)
    assert [(p.kind, p.key, p.origin) for p in mind.raised] == [("expectation-missed", "m1", BY)]
    assert mind.raised[0].fields == {"plan": "a", "context": "bob", "expected": 0.9, "observed": 0.0}


def test_the_third_failure_of_a_kind_is_a_pattern_and_told_once() -> None:
    mind = Learner("failure-pattern")
    for code in ("late", "full", "late", "late", "late", "late"):
        mind.hears(failed(code), "bob")
    assert [p.fields for p in mind.raised] == [{"plan": "a", "context": "bob", "code": "late", "count": 3}]
    assert patterns(mind.state.beliefs) == [Pattern(plan="a", context="bob", code="late", count=5)]


def test_nothing_is_raised_that_nobody_listens_for() -> None:
    mind = Learner()
    for _ in range(4):
        mind.hears(failed(), plan=plan(expects=Expected(probability=1.0)))
        mind.misses("goal:fly")
    assert mind.raised == []


def test_what_it_cannot_do_is_counted_and_told_the_third_time() -> None:
    mind = Learner("skill-gap")
    for reason in ("no-plan", "no-plan", "too-far", "no-plan"):
        mind.misses("goal:fly", reason)
    mind.misses("goal:swim")
    assert [p.fields for p in mind.raised] == [{"kind": "goal:fly", "reason": "too-far", "count": 3}]
    first, second = gaps(mind.state.beliefs)
    assert (first.kind, first.count, first.reason, first.first_at) == (
        "goal:fly",
        4,
        "no-plan",
        START + timedelta(seconds=1),
    )
    assert second.kind == "goal:swim"


def test_gaps_do_not_pile_up() -> None:
    mind = Learner()
    for place in range(GAPS + 5):
        mind.misses(f"goal:{place}")
    assert len(mind.state.beliefs.matching(GAP)) == GAPS
    assert not mind.state.beliefs.matching(GAP, "goal:0")


def test_only_where_there_is_a_choice_or_a_word_of_the_author_is_anything_learned() -> None:
    assert not learns(plan(), 0)
    assert learns(plan(), 1)
    assert learns(plan(expects=Expected(probability=0.5)), 0)
    assert learns(plan(like=lambda beliefs, event: "x"), 0)


def test_what_was_learned_is_kept_and_read_back() -> None:
    known = Approach(plan="a", context="b", tries=1, done=1, recent="1", codes=(("no", 1),), last_at=START)
    gap = Gap(kind="goal:fly", count=1, reason="no-plan", first_at=START, last_at=START)
    beliefs = BeliefBase([codec.loads(codec.dumps(Belief(functor=APPROACH, arguments=("a", "b", known))))])
    assert record_of(beliefs, "a", "b") == known
    assert codec.loads(codec.dumps(gap)) == gap
