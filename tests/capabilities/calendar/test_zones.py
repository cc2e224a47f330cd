"""Zones as every server reads them: an event five years on is as long after UTC as its zone says."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from empla.capabilities.calendar.zones import vtimezone


@pytest.mark.parametrize("name", ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata"])
def test_each_observance_holds_exactly_the_offset_of_its_zone(name: str) -> None:
    zone = ZoneInfo(name)
    component = vtimezone(name, 2026)
    assert component is not None
    for observance in component.subcomponents:
        assert "RDATE" not in observance
        before = observance["TZOFFSETFROM"].td
        onset = (observance.DTSTART - before).replace(tzinfo=UTC)
        assert onset.astimezone(zone).utcoffset() == observance["TZOFFSETTO"].td
        earlier = (onset - timedelta(seconds=1)).astimezone(zone)
        assert earlier.utcoffset() == before


def test_berlin_changes_its_clocks_twice_a_year_for_six_years() -> None:
    component = vtimezone("Europe/Berlin", 2026)
    assert component is not None
    onsets = [o.DTSTART for o in component.subcomponents]
    assert len(onsets) == 1 + 2 * 6
    assert datetime(2026, 3, 29, 2, 0) in onsets
    assert datetime(2026, 10, 25, 3, 0) in onsets


def test_a_zone_that_nobody_defined_has_no_component() -> None:
    assert vtimezone("Mars/Olympus", 2026) is None
