"""Standing rules as values: what they forbid, and which of them decides about an invitation."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from empla.capabilities.calendar.spans import Span, overlaps
from empla.capabilities.standing import (
    DAY,
    Occasion,
    RuleKind,
    StandingRule,
    Whose,
    Word,
    crowded,
    forbidden,
    judged,
)
from empla.mind import codec
from empla.mind.values import OWN, Address

ZONE, HOUSE = "Europe/Berlin", "office.example"
BOSS, BEN, SALES = "boss@office.example", "ben@office.example", "max@pushy.example"
AVOID, ONLY, ACCEPT, DECLINE, ASK = RuleKind.AVOID, RuleKind.ONLY, RuleKind.ACCEPT, RuleKind.DECLINE, RuleKind.ASK
BEFORE_9 = StandingRule(kind=AVOID, hours=((0, 540),))
FRIDAY_AFTERNOON = StandingRule(kind=AVOID, weekdays=(4,), hours=((720, DAY),))


def moment(day: int, hour: int, minute: int = 0, month: int = 9) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=ZoneInfo(ZONE)).astimezone(UTC)


def by(*addresses: str) -> tuple[Address, ...]:
    return tuple(Address(a, OWN) for a in addresses)


def occasion(day: int, hour: int, organizer: str = BEN, minutes: int = 30, **more: bool) -> Occasion:
    start = moment(day, hour)
    return Occasion(organizer=organizer, times=((start, start + timedelta(minutes=minutes)),), **more)


def word(rules: list[StandingRule], about: Occasion) -> Word:
    return judged(dict(enumerate(rules, 1)), about, ZONE, HOUSE).word


# times ----------------------------------------------------------------------------------------------------------------


def test_hours_are_those_of_the_manager_also_where_the_clocks_change() -> None:
    week = Span(moment(23, 0, month=10), moment(27, 0, month=10))  # the clocks go back on the 25th
    ends = [s.end.astimezone(ZoneInfo(ZONE)).hour for s in BEFORE_9.spans(week, ZONE)]
    assert ends == [9, 9, 9, 9]


@pytest.mark.parametrize(
    ("rule", "start", "minutes", "against"),
    [
        (BEFORE_9, moment(9, 8, 30), 60, True),
        (BEFORE_9, moment(9, 9), 60, False),
        (FRIDAY_AFTERNOON, moment(11, 11, 30), 60, True),
        (FRIDAY_AFTERNOON, moment(10, 14), 60, False),
        (StandingRule(kind=AVOID, longer=60), moment(9, 10), 60, False),
        (StandingRule(kind=AVOID, longer=60), moment(9, 10), 75, True),
        (StandingRule(kind=ONLY, weekdays=(1, 3)), moment(9, 10), 30, True),
        (StandingRule(kind=ONLY, weekdays=(1, 3)), moment(10, 10), 30, False),
        (StandingRule(kind=ONLY, hours=((600, 960),)), moment(9, 15, 45), 30, True),
        (StandingRule(kind=AVOID, first=date(2026, 9, 9), last=date(2026, 9, 10)), moment(10, 23), 30, True),
        (StandingRule(kind=AVOID, first=date(2026, 9, 9), last=date(2026, 9, 10)), moment(11, 0), 30, False),
        (StandingRule(kind=ACCEPT), moment(9, 10), 30, False),
    ],
)
def test_what_a_rule_forbids(rule: StandingRule, start: datetime, minutes: int, against: bool) -> None:
    assert rule.forbids(start, start + timedelta(minutes=minutes), ZONE) is against


def test_what_is_merely_preferred_is_left_out_only_where_asked_for() -> None:
    mornings = StandingRule(kind=ONLY, hours=((480, 720),), soft=True)
    day = Span(moment(9, 9), moment(9, 17))
    assert forbidden([mornings], day, ZONE) == []
    assert forbidden([mornings], day, ZONE, soft=True) == [Span(moment(9, 12), moment(9, 17))]


def test_full_days_and_what_lies_too_near_are_kept_free() -> None:
    meetings = [
        Span(moment(9, 9), moment(9, 10)),
        Span(moment(9, 14), moment(9, 15)),
        Span(moment(10, 9), moment(10, 10)),
    ]
    week = Span(moment(7, 0), moment(12, 0))
    two_a_day = StandingRule(kind=RuleKind.MOST, count=2)
    assert crowded([two_a_day], meetings, meetings, week, ZONE) == [Span(moment(9, 0), moment(10, 0))]
    apart = StandingRule(kind=RuleKind.APART, minutes=15)
    assert crowded([apart], [], meetings[:1], week, ZONE) == [Span(moment(9, 8, 45), moment(9, 10, 15))]


# which rule decides ---------------------------------------------------------------------------------------------------

FROM_BOSS = StandingRule(kind=ACCEPT, people=by(BOSS))
AWAY = StandingRule(kind=AVOID, first=date(2026, 9, 9), last=date(2026, 9, 11))
ANYTHING = StandingRule(kind=ACCEPT)


@pytest.mark.parametrize(
    ("rules", "about", "said"),
    [
        ([], occasion(9, 10), Word.NONE),
        ([BEFORE_9], occasion(9, 8), Word.COUNTER),
        ([BEFORE_9], occasion(9, 8, SALES), Word.DECLINE),
        ([BEFORE_9], occasion(9, 10), Word.NONE),
        ([StandingRule(kind=AVOID, hours=((0, 540),), soft=True)], occasion(9, 8, SALES), Word.COUNTER),
        ([FROM_BOSS, FRIDAY_AFTERNOON], occasion(11, 15, BOSS), Word.ACCEPT),
        ([FROM_BOSS, FRIDAY_AFTERNOON], occasion(11, 15, BEN), Word.COUNTER),
        ([FROM_BOSS, AWAY], occasion(10, 15, BOSS), Word.COUNTER),
        ([ANYTHING, BEFORE_9], occasion(9, 8, SALES), Word.DECLINE),
        ([ANYTHING, BEFORE_9], occasion(9, 10, SALES), Word.ACCEPT),
        ([ANYTHING, StandingRule(kind=ASK, longer=60)], occasion(9, 10, minutes=90), Word.ASK),
        ([ANYTHING, StandingRule(kind=ASK, longer=60)], occasion(9, 10, minutes=60), Word.ACCEPT),
        ([ANYTHING, StandingRule(kind=DECLINE, domains=("pushy.example",))], occasion(9, 10, SALES), Word.DECLINE),
        ([StandingRule(kind=DECLINE, domains=("shy.example",))], occasion(9, 10, SALES), Word.NONE),
        ([StandingRule(kind=ACCEPT, whose=Whose.INTERNAL)], occasion(9, 10, SALES), Word.NONE),
        ([FROM_BOSS, StandingRule(kind=DECLINE, people=by(BOSS), weekdays=(0,))], occasion(7, 10, BOSS), Word.DECLINE),
        ([StandingRule(kind=ACCEPT, people=by(BEN), weekdays=(2,))], occasion(10, 10), Word.NONE),
        ([BEFORE_9], occasion(9, 0, minutes=DAY, all_day=True), Word.NONE),
        ([AWAY], occasion(9, 0, minutes=DAY, all_day=True), Word.COUNTER),
    ],
)
def test_the_more_specific_rule_decides(rules: list[StandingRule], about: Occasion, said: Word) -> None:
    assert word(rules, about) is said


def test_between_equals_the_later_decides() -> None:
    early, late = moment(1, 9), moment(2, 9)
    accept = StandingRule(kind=ACCEPT, people=by(BEN), set_at=early)
    decline = StandingRule(kind=DECLINE, people=by(BEN), set_at=late)
    assert word([decline, accept], occasion(9, 10)) is Word.DECLINE


def test_a_series_of_which_some_is_forbidden_is_asked_about() -> None:
    times = tuple((moment(day, 14), moment(day, 15)) for day in (9, 10, 11))
    series = Occasion(organizer=BEN, times=times)
    assert word([FRIDAY_AFTERNOON], series) is Word.ASK
    assert word([ANYTHING, FRIDAY_AFTERNOON], series) is Word.ASK


ANSWERS = {
    Word.ACCEPT: {"ACCEPTED"},
    Word.DECLINE: {"DECLINED"},
    Word.ASK: set[str](),
    Word.NONE: set[str](),
}

_PATIENT = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])

rules = st.builds(
    StandingRule,
    kind=st.sampled_from(RuleKind),
    weekdays=st.lists(st.integers(0, 6), max_size=2, unique=True).map(lambda d: tuple(sorted(d))),
    hours=st.sampled_from([(), ((0, 540),), ((720, DAY),), ((600, 960),)]),
    people=st.sampled_from([(), by(BOSS), by(BEN, BOSS)]),
    domains=st.sampled_from([(), ("pushy.example",), ("office.example",)]),
    whose=st.sampled_from(Whose),
    longer=st.sampled_from([0, 30, 60]),
    minutes=st.just(15),
    count=st.just(3),
    soft=st.booleans(),
    set_at=st.sampled_from([None, moment(1, 9), moment(2, 9)]),
)
occasions = st.builds(
    occasion,
    st.integers(7, 13),
    st.integers(0, 23),
    st.sampled_from([BOSS, BEN, SALES]),
    st.sampled_from([15, 30, 60, 120]),
)


@_PATIENT
@given(st.lists(rules, max_size=6), occasions, st.integers(0, 5))
def test_the_order_in_which_rules_lie_never_matters(found: list[StandingRule], about: Occasion, cut: int) -> None:
    numbered = list(enumerate(found, 1))
    others = (numbered[::-1], numbered[cut:] + numbered[:cut])
    assert {judged(dict(each), about, ZONE, HOUSE) for each in (numbered, *others)} == {
        judged(dict(numbered), about, ZONE, HOUSE)
    }


@_PATIENT
@given(st.lists(rules, max_size=6), occasions)
def test_the_same_rules_never_allow_to_accept_and_to_decline(found: list[StandingRule], about: Occasion) -> None:
    judgement = judged(dict(enumerate(found, 1)), about, ZONE, HOUSE)
    assert not {"ACCEPTED", "DECLINED"} <= judgement.answers
    assert judgement.word is Word.COUNTER or judgement.answers == ANSWERS[judgement.word]


@_PATIENT
@given(rules, occasions)
def test_a_time_that_is_not_denied_is_not_forbidden(rule: StandingRule, about: Occasion) -> None:
    ((start, end),) = about.times
    within = Span(start - timedelta(days=1), end + timedelta(days=1))
    denied = overlaps(Span(start, end), rule.denied(within, ZONE))
    assert not rule.forbids(start, end, ZONE) or denied


@_PATIENT
@given(rules)
def test_a_rule_is_kept_as_it_is(rule: StandingRule) -> None:
    assert codec.loads(codec.dumps(rule)) == rule
