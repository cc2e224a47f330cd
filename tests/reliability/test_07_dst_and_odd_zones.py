"""Fault 7: clocks are put forward and back, and zones have odd offsets.

Figure: over a year in Berlin, New York, Lord Howe (half an hour) and Kolkata, six shapes of cron expression are due
exactly when a clock on that wall says so: a daily one exactly once on every local day, and none at a time that does not
exist. A named hour in a gap is due right after it; of an hour that comes twice the first counts; what names no hour
follows elapsed time.
"""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from empla.engine.schedule_times import Times
from empla.mind import common_kinds
from empla.mind.plans import PlanLibrary
from empla.mind.triggers import Cron, Dates, Every, Regular, Timed
from empla.testing.employee import PROFILE, employee
from tests.reliability.by_the_clock import decided, due_between, fired, once_each

ZONES = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata")
SHAPES = ("30 2 * * *", "0 9 * * mon-fri", "15 1,2,3 * * sun", "0 0 1 * *", "0 * * * *", "*/15 * * * *")
NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)
ODD = (
    "Africa/Casablanca",
    "America/Havana",
    "America/St_Johns",
    "Antarctica/Troll",
    "Asia/Beirut",
    "Asia/Kathmandu",
    "Europe/Dublin",
    "Pacific/Chatham",
)


def instants(trigger: Timed, zone: str, after: datetime, until: datetime) -> list[datetime]:
    times = Times(trigger, zone)
    found = []
    moment = times.after(times.moment(after))
    while moment is not None and moment.at <= until:
        found.append(moment.at)
        moment = times.after(moment)
    return found


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("when", SHAPES)
def test_a_year_of_instants_is_what_the_clock_on_the_wall_says(zone: str, when: str) -> None:
    trigger, until = Cron(name="sweep", when=when), NEW_YEAR + timedelta(days=365)
    assert instants(trigger, zone, NEW_YEAR, until) == due_between(trigger, zone, NEW_YEAR, until)


@pytest.mark.parametrize("zone", [*ZONES, *ODD])
@pytest.mark.parametrize("when", ["30 2 * * *", "15 0 * * *", "45 23 * * *"])
def test_what_is_daily_is_due_once_on_every_local_day(zone: str, when: str) -> None:
    here = ZoneInfo(zone)
    noon = datetime(2026, 1, 1, 12, tzinfo=here)
    days = [at.astimezone(here).date() for at in instants(Cron(name="d", when=when), zone, noon, noon + timedelta(365))]
    assert days == [date(2026, 1, 1) + timedelta(days=n) for n in range(days[0].day - 1, len(days) + days[0].day - 1)]


def local(trigger: Timed, zone: str, day: datetime) -> list[str]:
    """Return the local times, with their offsets, at which a trigger is due on the day that begins at `day`."""
    begin = day.astimezone(UTC)
    found = instants(trigger, zone, begin - timedelta(seconds=1), begin + timedelta(hours=6))
    return [at.astimezone(ZoneInfo(zone)).strftime("%H:%M%z") for at in found]


SPRING = datetime(2026, 3, 29, tzinfo=ZoneInfo("Europe/Berlin"))
AUTUMN = datetime(2026, 10, 25, tzinfo=ZoneInfo("Europe/Berlin"))


@pytest.mark.parametrize(
    ("when", "spring", "autumn"),
    [
        ("30 2 * * *", ["03:00+0200"], ["02:30+0200"]),
        ("0,30 2,3 * * *", ["03:00+0200", "03:30+0200"], ["02:00+0200", "02:30+0200", "03:00+0100", "03:30+0100"]),
        ("30 1-3 * * *", ["01:30+0100", "03:00+0200", "03:30+0200"], ["01:30+0200", "02:30+0200", "03:30+0100"]),
        (
            "30 * * * *",
            ["00:30+0100", "01:30+0100", "03:30+0200", "04:30+0200", "05:30+0200", "06:30+0200"],
            ["00:30+0200", "01:30+0200", "02:30+0200", "02:30+0100", "03:30+0100", "04:30+0100"],
        ),
    ],
)
def test_a_night_on_which_the_clock_is_changed(when: str, spring: list[str], autumn: list[str]) -> None:
    trigger = Cron(name="night", when=when)
    assert local(trigger, "Europe/Berlin", SPRING) == spring
    assert local(trigger, "Europe/Berlin", AUTUMN) == autumn


def test_other_kinds_of_trigger_in_such_a_night() -> None:
    dates = Dates(name="once", when=("2026-03-29T02:30", "2026-10-25T02:30"))
    assert local(dates, "Europe/Berlin", SPRING) == ["03:00+0200"]
    assert local(dates, "Europe/Berlin", AUTUMN) == ["02:30+0200"]
    weekly = Regular(name="weekly", first=date(2026, 3, 1), at="02:30", weeks=1)
    assert local(weekly, "Europe/Berlin", SPRING) == ["03:00+0200"]
    hourly = Every(name="hourly", period=timedelta(hours=2))
    assert local(hourly, "Europe/Berlin", AUTUMN) == ["00:00+0200", "02:00+0200", "03:00+0100", "05:00+0100"]


def test_a_day_that_a_month_does_not_have_is_left_out() -> None:
    last = Regular(name="last", first=date(2026, 1, 31), at="09:00", months=1)
    found = instants(last, "UTC", NEW_YEAR, NEW_YEAR + timedelta(days=220))
    assert [at.date().isoformat() for at in found] == ["2026-01-31", "2026-03-31", "2026-05-31", "2026-07-31"]


_minute = st.sampled_from(["0", "15", "30", "45", "*/15", "0,45"])
_hour = st.sampled_from(["*", "0", "1", "2", "3", "23", "*/2", "1-3", "0,2,23", "2-22/5"])
_day = st.sampled_from(
    ["* * *", "* * sun", "* * sat,sun", "* * 1-5", "29 * *", "1,25 * *", "* 3,10 *", "* apr,sep,nov *"]
)


@settings(max_examples=60, deadline=None)
@given(
    zone=st.sampled_from([*ZONES, *ODD]),
    when=st.builds(lambda *parts: " ".join(parts), _minute, _hour, _day),
    begin=st.datetimes(datetime(2024, 1, 1), datetime(2027, 11, 1), timezones=st.just(UTC)),
)
def test_any_expression_in_any_zone_is_due_when_the_clock_on_the_wall_says_so(
    zone: str, when: str, begin: datetime
) -> None:
    trigger, until = Cron(name="any", when=when), begin + timedelta(days=8)
    found = instants(trigger, zone, begin, until)
    assert once_each(found)
    assert found == due_between(trigger, zone, begin, until)


@pytest.mark.parametrize("zone", ["Europe/Berlin", "Australia/Lord_Howe"])
def test_an_employee_that_lives_through_a_change_does_its_daily_work_once_a_day(zone: str, tmp_path: Path) -> None:
    """The whole way: rows, percepts, and a process that begins anew in the middle of the night."""
    here, day = ZoneInfo(zone), {"Europe/Berlin": 24, "Australia/Lord_Howe": 3}[zone]
    begin = datetime(2026, {"Europe/Berlin": 10, "Australia/Lord_Howe": 4}[zone], day, 12, tzinfo=here).astimezone(UTC)
    library = PlanLibrary()
    library.include(common_kinds.library)
    night, hourly = Cron(name="night", when="45 1 * * *"), Cron(name="hourly", when="0 * * * *")
    library.trigger(night, hourly)
    with employee(tmp_path, library, [], at=begin, profile={**PROFILE, "zone": zone}) as ada:
        for _ in range(48):
            ada.let_pass(timedelta(hours=1))
            ada.restart()
        ada.work()
        until = ada.clock.now()
        for trigger in (night, hourly):
            assert fired(ada, trigger.name) == due_between(trigger, zone, begin, until)
            assert decided(ada, trigger.name, fired(ada, trigger.name)) == fired(ada, trigger.name)
        assert len(fired(ada, "night")) == 2
        assert {b - a for a, b in pairwise(fired(ada, "hourly"))} == (
            {timedelta(hours=1)} if zone == "Europe/Berlin" else {timedelta(hours=1), timedelta(minutes=90)}
        )
