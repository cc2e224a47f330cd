"""Finding time: examples a person would check by hand, and properties that hold for every request."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from empla.capabilities.calendar.slots import (
    Hindrance,
    Participant,
    Preference,
    SlotRequest,
    SlotsFound,
    Why,
    find_slots,
    possible_slots,
)
from empla.capabilities.calendar.spans import Span, common, merged, overlaps, span, without, working_hours
from empla.errors import InputError

BERLIN = ZoneInfo("Europe/Berlin")


def at(day: int, hour: int, minute: int = 0, *, month: int = 11, zone: ZoneInfo = BERLIN) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=zone)


def someone(who: str, *busy: Span, zone: str = "Europe/Berlin", hours: str = "09:00-17:00") -> Participant:
    return Participant(who=who, zone=zone, hours=hours, busy=busy)


def asked(*people: Participant, windows: tuple[Span, ...], minutes: int = 30, **more: object) -> SlotRequest:
    first = SlotRequest(participants=people, windows=windows, minutes=minutes, earliest=at(23, 9), zone="Europe/Berlin")
    return replace(first, **more)  # type: ignore[arg-type]


def said(found: tuple[Span, ...]) -> list[str]:
    return [f"{s.start.astimezone(BERLIN):%a %d %H:%M}" for s in found]


TUESDAY_AFTERNOON = span(at(24, 12), at(24, 18))


def test_the_earliest_slot_that_suits_both_is_found() -> None:
    maria = someone("maria", span(at(24, 12), at(24, 13)))
    chris = someone("chris", span(at(24, 13), at(24, 14)), zone="Europe/London")
    assert said(find_slots(asked(maria, chris, windows=(TUESDAY_AFTERNOON,), minutes=60)).slots) == ["Tue 24 14:30"]


def test_back_to_back_is_avoided_only_where_that_is_possible() -> None:
    maria = someone("maria", span(at(24, 12), at(24, 14)), span(at(24, 14, 30), at(24, 17)))
    assert said(find_slots(asked(maria, windows=(TUESDAY_AFTERNOON,))).slots) == ["Tue 24 14:00"]


def test_options_are_spread_over_the_days() -> None:
    week = span(at(24, 9), at(28, 18))
    found = find_slots(asked(someone("maria"), windows=(week,), count=3, prefer=Preference.SPREAD))
    assert said(found.slots) == ["Tue 24 09:00", "Wed 25 09:00", "Thu 26 09:00"]


def test_several_slots_of_one_day_never_overlap() -> None:
    found = find_slots(asked(someone("maria"), windows=(span(at(24, 9), at(24, 11)),), count=9, minutes=45))
    assert said(found.slots) == ["Tue 24 09:00", "Tue 24 10:00"]


def test_what_is_held_for_another_meeting_is_not_offered_again() -> None:
    maria = someone("maria")
    held = (span(at(24, 12), at(24, 13)),)
    assert said(find_slots(asked(maria, windows=(TUESDAY_AFTERNOON,), holds=held)).slots) == ["Tue 24 13:00"]


def test_working_hours_are_everybody_s_own() -> None:
    """17:00 in Berlin is 11:00 in New York, where the day begins at 09:00, 15:00 in Berlin."""
    york = someone("york", zone="America/New_York")
    found = find_slots(asked(someone("maria"), york, windows=(span(at(24, 9), at(24, 18)),), count=9, minutes=60))
    assert said(found.slots) == ["Tue 24 15:00", "Tue 24 16:00"]


def test_it_says_who_is_busy_and_offers_what_comes_nearest() -> None:
    """One a day, nearest days first, near the same time of day; on Tuesday 09:00 since all later ones adjoin."""
    maria = someone("maria", span(at(24, 12), at(24, 17)))
    chris = someone("chris", span(at(24, 10), at(24, 11)))
    found = find_slots(asked(maria, chris, windows=(TUESDAY_AFTERNOON,)))
    assert found.slots == ()
    assert found.hindrances == (Hindrance(Why.BUSY, ("maria",)),)
    assert said(found.alternatives) == ["Mon 23 12:00", "Tue 24 09:00", "Wed 25 12:00"]


def test_it_says_when_only_all_of_them_together_leave_no_room() -> None:
    maria = someone("maria", span(at(24, 12), at(24, 15)))
    chris = someone("chris", span(at(24, 15), at(24, 17)))
    found = find_slots(asked(maria, chris, windows=(TUESDAY_AFTERNOON,)))
    assert found.hindrances == (Hindrance(Why.BUSY, ("maria", "chris")),)


@pytest.mark.parametrize(
    ("window", "minutes", "hindrance"),
    [
        (span(at(24, 12), at(24, 12, 20)), 30, Hindrance(Why.SHORT)),
        (span(at(20, 12), at(20, 14)), 30, Hindrance(Why.PAST)),
        (span(at(24, 18), at(24, 20)), 30, Hindrance(Why.HOURS, ("maria",))),
        (span(at(28, 9), at(29, 17)), 30, Hindrance(Why.HOURS, ("maria",))),
    ],
)
def test_it_says_what_is_wrong_with_the_window(window: Span, minutes: int, hindrance: Hindrance) -> None:
    found = find_slots(asked(someone("maria"), windows=(window,), minutes=minutes))
    assert found.hindrances == (hindrance,)
    assert len(found.alternatives) == 3


def test_a_held_window_is_said_to_be_held() -> None:
    found = find_slots(asked(someone("maria"), windows=(TUESDAY_AFTERNOON,), holds=(TUESDAY_AFTERNOON,)))
    assert found.hindrances == (Hindrance(Why.HELD),)


def test_hours_that_never_meet_concern_everybody() -> None:
    tokyo = someone("tokyo", zone="Asia/Tokyo")
    found = find_slots(asked(someone("maria"), tokyo, windows=(span(at(24, 0), at(25, 0)),)))
    assert found == SlotsFound(hindrances=(Hindrance(Why.HOURS, ("maria", "tokyo")),))


def test_the_day_the_clock_goes_back_is_an_hour_longer() -> None:
    """Sunday 25 October 2026, Berlin: 03:00 summer time is 02:00 winter time."""
    owl = Participant(who="owl", zone="Europe/Berlin", hours="01:00-04:00", weekdays=frozenset({6}))
    request = asked(owl, windows=(span(at(25, 0, month=10), at(26, 0, month=10)),), minutes=60)
    starts = [s.start for s in possible_slots(replace(request, earliest=at(24, 0, month=10)), request.windows)]
    assert starts[0] == at(25, 1, month=10).astimezone(UTC)
    assert starts[-1] - starts[0] == timedelta(hours=3)
    assert starts[-1] == at(25, 3, month=10).astimezone(UTC)


def test_the_day_the_clock_goes_forward_is_an_hour_shorter() -> None:
    """Sunday 29 March 2026, Berlin: there is no 02:30."""
    owl = Participant(who="owl", zone="Europe/Berlin", hours="01:00-04:00", weekdays=frozenset({6}))
    request = asked(owl, windows=(span(at(29, 0, month=3), at(30, 0, month=3)),), minutes=60)
    found = possible_slots(replace(request, earliest=at(28, 0, month=3)), request.windows)
    assert [f"{s.start.astimezone(BERLIN):%H:%M}" for s in found] == ["01:00", "01:30", "03:00"]


def test_hours_may_run_over_midnight_or_all_day() -> None:
    within = span(at(24, 0), at(26, 0))
    night = working_hours("22:00-06:00", "Europe/Berlin", within)
    assert [(s.start.astimezone(BERLIN).hour, s.length) for s in night] == [
        (0, timedelta(hours=6)),
        (22, timedelta(hours=8)),
        (22, timedelta(hours=2)),
    ]
    assert working_hours("00:00-24:00", "Europe/Berlin", within) == [within]


@pytest.mark.parametrize("hours", ["", "nine to five", "09:00", "25:00-26:00", "09:00-17:61"])
def test_hours_that_cannot_be_read_are_refused(hours: str) -> None:
    with pytest.raises(InputError):
        working_hours(hours, "UTC", TUESDAY_AFTERNOON)


def test_a_zone_that_does_not_exist_is_refused() -> None:
    with pytest.raises(InputError, match="Mars"):
        working_hours("09:00-17:00", "Mars/Olympus", TUESDAY_AFTERNOON)


# Properties -----------------------------------------------------------------------------------------------------------

ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Asia/Kathmandu", "Australia/Lord_Howe")
# Weeks in which clocks change (Europe, America, Lord Howe), and an ordinary one.
MONDAYS = (datetime(2026, 3, 23), datetime(2026, 10, 19), datetime(2026, 3, 30), datetime(2026, 11, 23))

instants = st.builds(
    lambda minutes: timedelta(minutes=minutes),
    st.integers(min_value=0, max_value=7 * 24 * 60 // 5).map(lambda n: n * 5),
)
lengths = st.integers(min_value=1, max_value=600).map(lambda minutes: timedelta(minutes=minutes))
hours = st.sampled_from(["09:00-17:00", "08:30-12:15", "22:00-06:00", "00:00-24:00", "13:00-13:30"])


@st.composite
def requests(draw: st.DrawFn) -> SlotRequest:
    monday = draw(st.sampled_from(MONDAYS)).replace(tzinfo=UTC)

    def spans(most: int, least: int = 0) -> tuple[Span, ...]:
        found = draw(st.lists(st.tuples(instants, lengths), min_size=least, max_size=most))
        return tuple(Span(monday + start, monday + start + length) for start, length in found)

    people = tuple(
        Participant(
            who=str(n),
            zone=draw(st.sampled_from(ZONES)),
            hours=draw(hours),
            busy=spans(8),
            weekdays=draw(st.sampled_from([frozenset(range(5)), frozenset(range(7))])),
        )
        for n in range(draw(st.integers(min_value=1, max_value=3)))
    )
    return SlotRequest(
        participants=people,
        windows=spans(4, least=1),
        minutes=draw(st.sampled_from([15, 25, 30, 45, 60, 120])),
        earliest=monday + draw(instants) / 4,
        zone=draw(st.sampled_from(ZONES)),
        holds=spans(3),
        granularity=draw(st.sampled_from([15, 30])),
        count=draw(st.integers(min_value=1, max_value=4)),
        prefer=draw(st.sampled_from(list(Preference))),
    )


def at_work(person: Participant, slot: Span) -> bool:
    """Say, without span arithmetic, whether the slot lies in one working day of the person, or in days that meet."""
    opens, closes = (timedelta(hours=int(part[:2]), minutes=int(part[3:])) for part in person.hours.split("-"))
    closes += timedelta(days=1) if closes <= opens else timedelta()
    zone = ZoneInfo(person.zone)

    def works_at(moment: datetime) -> bool:
        local = moment.astimezone(zone)
        for back in (0, 1, 2):
            day = local.date() - timedelta(days=back)
            midnight = datetime.combine(day, time())
            start = (midnight + opens).replace(tzinfo=zone).astimezone(UTC)
            end = (midnight + closes).replace(tzinfo=zone).astimezone(UTC)
            if day.weekday() in person.weekdays and start <= moment < end:
                return True
        return False

    minutes = int(slot.length.total_seconds() // 60)
    return all(works_at(slot.start + timedelta(minutes=m)) for m in range(0, minutes, 5)) and works_at(
        slot.end - timedelta(minutes=1)
    )


def suits(request: SlotRequest, slot: Span) -> bool:
    """Say by brute force whether a slot is one that may be given."""
    taken = [*request.holds, *(b for p in request.participants for b in p.busy)]
    inside = without([slot], request.windows) == []
    on_grid = slot.start.astimezone(ZoneInfo(request.zone)).minute % request.granularity == 0
    return (
        slot.start >= request.earliest
        and inside
        and on_grid
        and not any(b.start < slot.end and slot.start < b.end for b in taken)
        and all(at_work(p, slot) for p in request.participants)
    )


def every_quarter(request: SlotRequest) -> list[Span]:
    first = min(w.start for w in request.windows).replace(minute=0) - timedelta(hours=1)
    last = max(w.end for w in request.windows)
    length = timedelta(minutes=request.minutes)
    return [
        Span(start, start + length)
        for n in range(int((last - first) / timedelta(minutes=15)) + 1)
        if (start := first + n * timedelta(minutes=15)) + length <= last
    ]


@settings(max_examples=150, deadline=None)
@given(requests())
def test_exactly_the_slots_that_suit_everybody_are_possible(request: SlotRequest) -> None:
    """Sound and complete: brute force over every quarter of an hour finds the same, none less and none more."""
    assert possible_slots(request, request.windows) == [s for s in every_quarter(request) if suits(request, s)]


@settings(max_examples=150, deadline=None)
@given(requests())
def test_slots_are_possible_apart_from_each_other_and_as_many_as_asked(request: SlotRequest) -> None:
    possible = possible_slots(request, request.windows)
    found = find_slots(request)
    assert set(found.slots) <= set(possible)
    assert bool(found.slots) == bool(possible)
    assert list(found.slots) == sorted(found.slots)
    assert not any(overlaps(s, [o for o in found.slots if o != s]) for s in found.slots)
    if len(found.slots) < request.count:  # then there is no room for one more
        assert all(overlaps(s, found.slots) for s in possible)


@settings(max_examples=150, deadline=None)
@given(requests())
def test_without_a_slot_there_is_a_reason_and_the_alternatives_suit_everybody(request: SlotRequest) -> None:
    found = find_slots(request)
    if found.slots:
        assert found.hindrances == () and found.alternatives == ()
        return
    assert found.hindrances
    anywhere = replace(request, windows=(Span(request.earliest - timedelta(days=1), datetime(2027, 1, 1, tzinfo=UTC)),))
    assert all(suits(anywhere, s) for s in found.alternatives)


@settings(max_examples=50, deadline=None)
@given(requests(), st.randoms(use_true_random=False))
def test_the_order_in_which_busy_spans_are_known_changes_nothing(request: SlotRequest, random: object) -> None:
    def shuffled(spans: tuple[Span, ...]) -> tuple[Span, ...]:
        mixed = list(spans)
        random.shuffle(mixed)  # type: ignore[attr-defined]
        return tuple(mixed)

    people = tuple(replace(p, busy=shuffled(p.busy)) for p in request.participants)
    other = replace(request, participants=people, windows=shuffled(request.windows), holds=shuffled(request.holds))
    assert find_slots(request) == find_slots(other)


@settings(max_examples=100, deadline=None)
@given(requests())
def test_span_arithmetic_keeps_every_minute(request: SlotRequest) -> None:
    one, other = merged(request.windows), merged(request.holds)
    both, rest = common(one, other), without(one, other)
    assert merged([*both, *rest]) == one
    assert common(both, rest) == []
    assert without(one, one) == []
