"""Numbers that cross a bound, are unlike those before them, or go the wrong way: each is told when it comes about."""

import math
import statistics
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from empla.errors import ValidationError
from empla.mind.noticing import NOTICED
from empla.mind.noticing_looks import SERIES
from empla.mind.noticing_series import Series, deviation, slope, z_score
from empla.mind.noticing_triggers import Anomaly, Threshold, Trend
from empla.mind.state import Due
from empla.mind.terms import lit, query, variables
from empla.testing.mind import Mind
from tests.mind.noticing.noticed import say, told, watching

START = datetime(2026, 11, 2, tzinfo=UTC)
DAY = timedelta(days=1)
WHO, N = variables("Who N")
numbers = st.floats(-1e6, 1e6, allow_nan=False).map(lambda x: round(x, 3))


# a bound -------------------------------------------------------------------------------------------------------------


def test_a_number_above_its_bound_is_told_once_and_again_only_when_it_was_calm() -> None:
    mind = watching(Threshold(name="load", of="load", above=80.0, calm=10.0))
    for value in (50, 81, 95, 75, 85):
        say(mind, "load", value)
    assert told(mind) == [("load", "", "above")], "75 is not calm yet, so 85 is nothing new"
    say(mind, "load", 69)
    say(mind, "load", 81)
    assert told(mind) == [("load", "", "above")] * 2
    mind.then.believes("told", "load", "", "above", 81.0, 80.0)


def test_a_number_below_its_bound_and_one_on_either_side() -> None:
    mind = watching(
        Threshold(name="stock", of="stock", below=5.0), Threshold(name="heat", of="heat", below=0, above=30)
    )
    for value in (9, 4, 3):
        say(mind, "stock", value)
    for value in (31, 20, -1):
        say(mind, "heat", value)
    assert told(mind) == [("stock", "", "below"), ("heat", "", "above"), ("heat", "", "below")]


def test_the_bound_itself_is_not_beyond_it() -> None:
    mind = watching(Threshold(name="load", of="load", above=80.0))
    say(mind, "load", 80)
    assert told(mind) == []


def test_each_subject_of_a_query_has_a_bound_of_its_own() -> None:
    waits = query(lit("waits", WHO, N))
    mind = watching(Threshold(name="queue", of=waits, subject="Who", above=3.0))
    say(mind, "waits", "ann", 5, instead=("ann",))
    say(mind, "waits", "bob", 4, instead=("bob",))
    say(mind, "waits", "ann", 6, instead=("ann",))
    assert told(mind) == [("queue", "ann", "above"), ("queue", "bob", "above")]
    mind.when("unsay", functor="waits")
    assert mind.believes(NOTICED) == [], "who is gone is not held any more"


def test_what_is_not_known_just_now_says_nothing() -> None:
    mind = watching(Threshold(name="load", of="load", above=80.0))
    say(mind, "load", 90)
    mind.when("unsay", functor="load")
    say(mind, "load", 91)
    assert told(mind) == [("load", "", "above")]


def test_nobody_looks_unless_something_it_reads_has_changed() -> None:
    mind = watching(Threshold(name="load", of="load", above=80.0))
    say(mind, "load", 90)
    say(mind, "other", 1)
    mind.let_pass(timedelta(days=30))
    assert mind.changes(Due) == []
    assert told(mind) == [("load", "", "above")]


@settings(max_examples=60)
@given(st.lists(st.integers(-20, 20), max_size=25), st.integers(0, 8))
def test_a_threshold_is_what_its_two_bounds_say(values: list[int], calm: int) -> None:
    mind = watching(Threshold(name="load", of="load", above=0.0, calm=calm))
    expected, armed = 0, True
    for value in values:
        say(mind, "load", value)
        if armed and value > 0:
            expected, armed = expected + 1, False
        elif value < -calm:
            armed = True
    assert len(told(mind)) == expected


@pytest.mark.parametrize(
    "wrong", [{}, {"above": 1.0, "below": 1.0}, {"above": 1.0, "calm": -1.0}, {"above": 1.0, "subject": "Who"}]
)
def test_a_bound_that_means_nothing_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValidationError):
        Threshold(name="load", of="load", **wrong)


# an anomaly ----------------------------------------------------------------------------------------------------------


def counted(mind: Mind, values: list[float]) -> Mind:
    for value in values:
        mind.at += DAY
        say(mind, "mails", value)
    return mind


def test_a_value_unlike_those_before_it_is_told_with_what_was_expected() -> None:
    mind = watching(Anomaly(name="mails", of="mails", samples=6, z=3.0))
    counted(mind, [10, 12, 11, 9, 10, 11, 40])
    assert told(mind) == [("mails", "", "above")]
    _, _, _, value, expected, _ = mind.then.believes("told", "mails")
    assert (value, expected) == (40.0, 10.5)


def test_too_few_values_say_nothing() -> None:
    mind = watching(Anomaly(name="mails", of="mails", samples=8))
    counted(mind, [10, 12, 11, 400])
    assert told(mind) == []


def test_after_values_that_were_all_alike_another_one_is_an_anomaly_unless_it_is_hardly_off() -> None:
    strict = counted(watching(Anomaly(name="mails", of="mails", samples=3)), [5, 5, 5, 5, 6])
    assert told(strict) == [("mails", "", "above")]
    mild = counted(watching(Anomaly(name="mails", of="mails", samples=3, least=1.0)), [5, 5, 5, 5, 6])
    assert told(mild) == []
    steady = counted(watching(Anomaly(name="mails", of="mails", samples=3)), [5] * 8)
    assert told(steady) == []


def test_values_older_than_the_window_do_not_count_and_few_are_kept() -> None:
    mind = watching(Anomaly(name="mails", of="mails", samples=4, window=timedelta(days=5), most=6))
    counted(mind, [100, 100, 100, 100, 100, 10, 11, 10, 11, 10])
    ((_, _, series),) = mind.believes(SERIES)
    assert len(series.points) == 6
    assert ("mails", "", "below") in told(mind), "10 after five times 100"
    before = len(told(mind))
    counted(mind, [11, 10, 90])
    assert len(told(mind)) == before + 1, "by now only the last days count"


def test_the_same_value_observed_anew_is_another_value_of_a_belief() -> None:
    mind = watching(Anomaly(name="mails", of="mails", samples=3))
    counted(mind, [5, 5, 5])
    ((_, _, series),) = mind.believes(SERIES)
    assert len(series.points) == 3


@settings(max_examples=150)
@given(st.lists(numbers, min_size=2, max_size=30), numbers)
def test_mean_deviation_and_z_score_are_those_of_the_textbook(before: list[float], newest: float) -> None:
    spread = statistics.stdev(before)
    if spread <= abs(statistics.fmean(before)) * 1e-8:
        return
    assert math.isclose(deviation(before), spread, rel_tol=1e-6)
    found = z_score(before, newest)
    assert found is not None
    assert math.isclose(found, (newest - statistics.fmean(before)) / spread, rel_tol=1e-5, abs_tol=1e-6)


@given(numbers, st.integers(2, 20), numbers)
def test_of_values_that_are_all_alike_there_is_no_score(value: float, number: int, newest: float) -> None:
    assert z_score([value] * number, newest) is None


# a trend -------------------------------------------------------------------------------------------------------------


def test_a_number_that_rises_faster_than_it_should_is_told_once() -> None:
    mind = watching(Trend(name="backlog", of="backlog", bound=2.0, samples=3))
    for value in (10, 11, 12, 15, 19, 24):
        mind.at += DAY
        say(mind, "backlog", value)
    assert told(mind) == [("backlog", "", "rises")]


def test_a_fall_and_a_change_over_the_window() -> None:
    mind = watching(
        Trend(name="falls", of="sales", bound=-1.0),
        Trend(name="lost", of="sales", bound=-5.0, how="change", window=timedelta(days=3)),
    )
    for value in (100, 99.5, 99, 97, 95, 92):
        mind.at += DAY
        say(mind, "sales", value)
    assert told(mind) == [("falls", "", "falls"), ("lost", "", "falls")]
    way = next(arguments for arguments in mind.believes("told") if arguments[0] == "lost")[3]
    assert way == -5.0, "92 is 5 below the 97 that is the oldest within three days"


@settings(max_examples=100)
@given(
    st.lists(st.tuples(st.integers(0, 5000), numbers), min_size=2, max_size=20, unique_by=lambda p: p[0]).map(sorted)
)
def test_the_slope_is_that_of_the_least_squares_line(values: list[tuple[int, float]]) -> None:
    points = [(START + timedelta(hours=hours), value) for hours, value in values]
    days = [hours / 24 - values[0][0] / 24 for hours, _ in values]
    reference = statistics.linear_regression(days, [value for _, value in values])
    found = slope(points)
    assert found is not None
    assert math.isclose(found, reference.slope, rel_tol=1e-6, abs_tol=1e-4)


def test_values_of_one_instant_have_no_slope_and_the_last_counts() -> None:
    series = Series().with_point(START, 1.0, 5).with_point(START, 2.0, 5)
    assert series.points == ((START, 2.0),)
    assert slope(series.points) is None
