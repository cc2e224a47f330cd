"""When somebody is reminded, warned and written to: in their hours, before it is due, never at night."""

from datetime import UTC, datetime, timedelta

import pytest

from employees.executive_assistant.hours import reminders, warning, working, working_before

HOURS = "09:00-17:00"


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """Return an hour of September 2026 in UTC; the 7th is a Monday."""
    return datetime(2026, 9, day, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("asked", "due", "expected"),
    [
        (at(7, 8), at(8, 10), [at(7, 16)]),  # half-way is at night: in the afternoon before
        (at(7, 8), at(7, 16), [at(7, 12)]),
        (at(7, 9), at(7, 10), []),  # too soon to remind anybody
        (at(4, 14), at(7, 10), [at(4, 16)]),  # over a weekend
        (at(7, 9), at(11, 17), [at(9, 13), at(10, 16)]),  # half-way and the working day before
        (at(7, 9), at(21, 17), [at(14, 13), at(18, 16)]),
    ],
)
def test_reminders(asked: datetime, due: datetime, expected: list[datetime]) -> None:
    found = reminders(asked, due, "UTC", HOURS)
    assert list(found) == expected
    assert all(asked < when <= due - timedelta(hours=1) for when in found)


@pytest.mark.parametrize(
    ("asked", "due", "expected"),
    [
        (at(7, 8), at(7, 16), at(7, 15)),
        (at(7, 8), at(8, 7), at(7, 20)),  # an hour before would be in quiet hours: the evening before
        (at(7, 9), at(11, 17), at(11, 6, 36)),
        (at(7, 9), at(28, 17), at(27, 17)),  # never more than a day before
    ],
)
def test_the_warning_comes_before_it_is_late(asked: datetime, due: datetime, expected: datetime) -> None:
    found = warning(asked, due, "UTC")
    assert found == expected
    assert asked < found < due


def test_working_hours_are_somebodys_own() -> None:
    assert working(at(7, 5), "Europe/Berlin", HOURS) == at(7, 7)
    assert working(at(5, 12), "UTC", HOURS) == at(7, 9)
    assert working_before(at(6, 12), "UTC", "08:00-16:30") == at(4, 15, 30)
    assert working(at(7, 10), "UTC", "nonsense") == at(7, 10)
