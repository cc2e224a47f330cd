"""The grammar of time, phrase by phrase, on Monday, 9 March 2026, 08:00 in Berlin; then what must always hold."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from empla.capabilities.email.reading import Times, Window, narrow, times
from empla.capabilities.email.reading.times.durations import lengths
from empla.capabilities.email.reading.times.words import text_of
from empla.capabilities.email.reading.times.zones import zone_of_sender
from empla.mind import codec
from empla.mind.values import OWN
from tests.capabilities.email.reading.corpora import MONDAY, ZONE, expected, spans

BERLIN = ZoneInfo(ZONE)
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def said(words: str, now: datetime = MONDAY, zone: str = ZONE) -> Times:
    return times(words, now, zone, OWN)


def window(words: str, now: datetime = MONDAY, zone: str = ZONE) -> Window:
    found = said(words, now, zone).window
    assert found is not None, words
    return found


def question(words: str, now: datetime = MONDAY, zone: str = ZONE) -> str:
    found = said(words, now, zone)
    assert found.doubts, words
    return found.doubts[0].question


@pytest.mark.parametrize(
    ("words", "when"),
    [
        ("tomorrow", "03-10"),
        ("today", "03-09 08:00/24:00"),
        ("this afternoon", "03-09 12:00/18:00"),
        ("Tuesday", "03-10"),
        ("Monday", "03-16"),
        ("next Tuesday", "03-17"),
        ("this Tuesday", "03-10"),
        ("Tuesday afternoon", "03-10 12:00/18:00"),
        ("next Tuesday afternoon", "03-17 12:00/18:00"),
        ("next week", "03-16..03-20"),
        ("this week", "03-09 08:00/24:00, 03-10..03-13"),
        ("early next week", "03-16..03-17"),
        ("late next week", "03-19..03-20"),
        ("end of next week", "03-19..03-20"),
        ("later this week", "03-10..03-13"),
        ("the week of the 14th", "03-09 08:00/24:00, 03-10..03-13"),
        ("the week of 23 March", "03-23..03-27"),
        ("on the 14th", "03-14"),
        ("14 March", "03-14"),
        ("March 14th", "03-14"),
        ("2026-03-14", "03-14"),
        ("2026/03/14", "03-14"),
        ("14.3.2026", "03-14"),
        ("14-Mar-26", "03-14"),
        ("Friday the 13th at noon", "03-13 12:00"),
        ("at 3", "03-09 15:00"),
        ("at 3pm", "03-09 15:00"),
        ("15:00", "03-09 15:00"),
        ("half past 3 tomorrow", "03-10 15:30"),
        ("half ten tomorrow", "03-10 10:30"),
        ("half 2 on Friday", "03-13 14:30"),
        ("nine forty-five tomorrow", "03-10 09:45"),
        ("15.30 tomorrow", "03-10 15:30"),
        ("at 1645 tomorrow", "03-10 16:45"),
        ("twenty-five to four tomorrow", "03-10 15:35"),
        ("EOD", "03-09 16:00/18:00"),
        ("by COB", "03-09 08:00/18:00"),
        ("EOW", "03-12..03-13"),
        ("last thing on Thursday", "03-12 16:00/18:00"),
        ("straight after lunch on Thursday", "03-12 13:00/14:30"),
        ("just before lunch tomorrow", "03-10 11:00/12:00"),
        ("Thursday pm", "03-12 12:00/18:00"),
        ("tomorrow AM", "03-10 08:00/12:00"),
        ("a fortnight on Tuesday", "03-24"),
        ("a week tomorrow", "03-17"),
        ("two weeks today", "03-23"),
        ("in a fortnight's time", "03-23..03-27"),
        ("mid-week next week", "03-17..03-19"),
        ("Friday coming", "03-13"),
        ("next Tuesday, Wednesday or Thursday", "03-17..03-19"),
        ("the last Friday of the month", "03-27"),
        ("the second Tuesday in April", "04-14"),
        ("calendar week 13", "03-23..03-27"),
        ("on 3/14", "03-14"),
        ("on 4/5", "05-04"),
        ("10am New York tomorrow", "03-10 15:00"),
        ("tomorrow at 10 EST", "03-10 15:00"),
        ("noon Pacific tomorrow", "03-10 20:00"),
        ("tomorrow at 14:00 UTC+2", "03-10 13:00"),
        ("tomorrow at 9 am PST / 12 pm EST", "03-10 17:00"),
        ("3pm tomorrow", "03-10 15:00"),
        ("noon tomorrow", "03-10 12:00"),
        ("midnight tomorrow", "03-11 00:00"),
        ("Tuesday 10-11", "03-10 10:00"),
        ("Tuesday between 2 and 4", "03-10 14:00/16:00"),
        ("Tuesday after 3pm", "03-10 15:00/24:00"),
        ("Tuesday before noon", "03-10 00:00/12:00"),
        ("Tuesday, not before 10", "03-10 10:00/24:00"),
        ("tomorrow in the morning", "03-10 08:00/12:00"),
        ("lunchtime tomorrow", "03-10 12:00/14:00"),
        ("Tuesday at 7 in the evening", "03-10 19:00"),
        ("Tuesday afternoon at 3", "03-10 15:00"),
        ("in two weeks", "03-23..03-27"),
        ("in three days", "03-12"),
        ("in an hour", "03-09 09:00"),
        ("within the next three days", "03-09 08:00/24:00, 03-10..03-12"),
        ("from Tuesday to Thursday", "03-10..03-12"),
        ("Tue-Thu", "03-10..03-12"),
        ("Monday to Wednesday next week", "03-16..03-18"),
        ("14-16 March", "03-14..03-16"),
        ("Tuesday or Wednesday", "03-10..03-11"),
        ("Tuesday or Wednesday next week", "03-17..03-18"),
        ("next week, Tuesday or Wednesday", "03-17..03-18"),
        ("Tuesday or next week", "03-10, 03-16..03-20"),
        ("Tuesday or Wednesday afternoon", "03-10 12:00/18:00, 03-11 12:00/18:00"),
        ("Thursday morning or Friday afternoon", "03-12 08:00/12:00, 03-13 12:00/18:00"),
        ("3pm Tuesday or 4pm Wednesday", "03-10 15:00, 03-11 16:00"),
        ("Tuesday at 10 or 11", "03-10 10:00, 03-10 11:00"),
        ("any day but Friday this week", "03-09 08:00/24:00, 03-10..03-12"),
        ("this week, not Friday", "03-09 08:00/24:00, 03-10..03-12"),
        ("next week, but not on Monday and not before 11", ", ".join(f"03-{d} 11:00/24:00" for d in range(17, 21))),
        ("next week except Thursday morning", "03-16..03-18, 03-19 00:00/08:00, 03-19 12:00/24:00, 03-20"),
        ("next week, not Monday, Tuesday or Wednesday", "03-19..03-20"),
        ("Fridays don't work, next week", "03-16..03-19"),
        ("I can't do Friday, otherwise any time this week", "03-09 08:00/24:00, 03-10..03-12"),
        ("next week in the morning, but not before 10", ", ".join(f"03-{d} 10:00/12:00" for d in range(16, 21))),
        ("by Friday 3pm", "03-09 08:00/24:00, 03-10..03-12, 03-13 00:00/15:00"),
        ("before Wednesday", "03-09 08:00/24:00, 03-10"),
        ("the Tuesday after next", "03-24"),
        ("a week on Tuesday", "03-17"),
        ("the week after next", "03-23..03-27"),
        ("this weekend", "03-14..03-15"),
        ("on Saturday", "03-14"),
        ("the day after tomorrow", "03-11"),
        ("3pm CET on Tuesday", "03-10 15:00"),
        ("Tuesday at 10:00 London time", "03-10 11:00"),
        ("tuesday 9am EST", "03-10 14:00"),
        ("tmrw 3ish", "03-10 14:30/16:00"),
        ("tomorow mornign", "03-10 08:00/12:00"),
        ("Thrusday at 2", "03-12 14:00"),
    ],
)
def test_a_phrase_comes_to_these_spans(words: str, when: str) -> None:
    assert spans(window(words)) == expected(when)


def test_months_are_their_working_days() -> None:
    assert window("next month").days()[0] == date(2026, 4, 1)
    assert {d.month for d in window("in March").days()} == {3}
    assert {d.month for d in window("in January").days()} == {1}
    assert window("in January").days()[0].year == 2027
    assert all(d.weekday() < 5 for d in window("next month").days())


def test_the_turn_of_the_year() -> None:
    december = datetime(2026, 12, 30, 9, 0, tzinfo=BERLIN)  # a Wednesday
    assert window("next Tuesday", december).days() == (date(2027, 1, 5),)
    assert window("on 5 January", december).days() == (date(2027, 1, 5),)
    assert window("Friday", december).days() == (date(2027, 1, 1),)
    assert window("next month", december).days()[0] == date(2027, 1, 4), "New Year's Day is a public holiday"


@pytest.mark.parametrize(
    ("zone", "day"),
    [("Europe/Berlin", (3, 12)), ("Europe/London", (3, 12)), ("America/Chicago", (12, 3)), ("Asia/Tokyo", (12, 3))],
)
def test_numbers_of_day_and_month_stand_in_the_order_of_the_writers_country(zone: str, day: tuple[int, int]) -> None:
    assert window("on 12/03", zone=zone).days() == (date(2026, *day),)


@pytest.mark.parametrize("zone", ["UTC", "Etc/GMT-2", "America/Toronto"])
def test_where_both_orders_are_usual_it_is_asked_which_day_is_meant(zone: str) -> None:
    assert "Thursday 12 March 2026 or Thursday 3 December 2026" in question("on 12/03", zone=zone)
    assert window("on 25/3", zone=zone).days() == (date(2026, 3, 25),), "this can be one day only"


def test_public_holidays_are_left_out_of_weeks_but_not_out_of_days_that_are_named() -> None:
    april = datetime(2026, 3, 30, 8, 0, tzinfo=BERLIN)  # Good Friday is the 3rd, Easter Monday the 6th
    assert window("this week", april).days()[-1] == date(2026, 4, 2)
    assert window("next week", april).days()[0] == date(2026, 4, 7)
    assert window("on Friday", april).days() == (date(2026, 4, 3),)
    assert window("this week", april, "America/New_York").days()[-1] == date(2026, 4, 3)
    at_home = times("this week", april, "America/New_York", OWN, home=ZONE).window
    assert at_home is not None
    assert at_home.days()[-1] == date(2026, 4, 2), "the company's country counts, not the writer's"


@pytest.mark.parametrize(
    ("sent", "known", "zone"),
    [
        ("2026-03-09T08:00+01:00", "", "Europe/Berlin"),
        ("2026-03-09T08:00+01:00", "Europe/Paris", "Europe/Paris"),
        ("2026-03-09T02:00-05:00", "", "Etc/GMT+5"),
        ("2026-03-09T12:30+05:30", "", "Asia/Kolkata"),
        ("2026-03-09T07:00+00:00", "", "Europe/Berlin"),
    ],
)
def test_the_zone_of_a_sender_is_that_of_the_directory_or_of_the_mails_date(sent: str, known: str, zone: str) -> None:
    assert zone_of_sender(datetime.fromisoformat(sent), known, "Europe/Berlin") == zone


def test_a_time_is_meant_in_the_zone_of_the_one_who_says_it() -> None:
    assert window("tomorrow at 3pm", zone="Etc/GMT+5").spans[0].start == datetime(2026, 3, 10, 20, tzinfo=UTC)


@pytest.mark.parametrize(
    ("words", "part"),
    [
        ("Tuesday 14 March", "14 March is a Saturday"),
        ("30 February", "not a day of the calendar"),
        ("Tuesday at 7", "07:00 or 19:00"),
        ("today at 7:30am", "already past"),
        ("02:30 on 29 March", "clocks go forward"),
        ("02:30 on 25 October", "comes twice"),
        ("tomorrow at 3pm IST", "Indian, Irish or Israel"),
        ("tomorrow at 3pm GMT+5:30", "name a city"),
        ("tomorrow at 9 am PST / 2 pm EST", "two different times"),
    ],
)
def test_what_may_be_meant_in_two_ways_or_cannot_be_is_asked(words: str, part: str) -> None:
    assert part in question(words)


def test_a_past_weekday_of_this_week_is_said_to_be_past() -> None:
    thursday = datetime(2026, 3, 12, 9, 0, tzinfo=BERLIN)
    assert "already past" in question("this Tuesday", thursday)


def test_on_the_day_itself_a_weekday_is_the_one_a_week_ahead() -> None:
    tuesday = datetime(2026, 3, 10, 9, 0, tzinfo=BERLIN)
    assert window("Tuesday", tuesday).days() == (date(2026, 3, 17),)
    assert window("today", tuesday).days() == (date(2026, 3, 10),)


def test_a_day_with_a_change_of_clocks_is_shorter_or_longer() -> None:
    spring, autumn = window("on 29 March").spans[0], window("on 25 October").spans[0]
    assert spring.end - spring.start == timedelta(hours=23)
    assert autumn.end - autumn.start == timedelta(hours=25)


def test_a_range_of_hours_is_the_meeting_itself_unless_a_length_was_said() -> None:
    own = said("Tuesday 10-11")
    assert own.window is not None
    assert own.window.exact
    assert own.minutes == 60
    room = times("Tuesday 10-12", MONDAY, ZONE, OWN, has_length=True).window
    assert room is not None
    assert spans(room) == expected("03-10 10:00/12:00")


def test_weeks_keep_their_weekends_if_nothing_is_off() -> None:
    found = times("next week", MONDAY, ZONE, OWN, days_off=frozenset()).window
    assert found is not None
    assert spans(found) == expected("03-16..03-22")


def test_an_answer_narrows_what_was_meant() -> None:
    assert spans(narrow(window("next Tuesday"), window("at 3"))) == expected("03-17 15:00")
    assert spans(narrow(window("next Tuesday"), window("in the morning"))) == expected("03-17 08:00/12:00")
    assert spans(narrow(window("in the morning"), window("Thursday"))) == expected("03-12 08:00/12:00")
    assert spans(narrow(window("next Tuesday"), window("Thursday at 2"))) == expected("03-12 14:00")


def test_room_for_a_meeting() -> None:
    assert [(s.end - s.start).seconds for s in window("Tuesday at 3").room(30)] == [1800]
    assert window("Tuesday 12:00 to 12:20").room(30)  # an exact time has always room
    assert not times("Tuesday 12:00 to 12:20", MONDAY, ZONE, OWN, has_length=True).window.room(30)  # type: ignore[union-attr]


def test_a_named_start_beside_a_stretch_has_room_too() -> None:
    mixed = window("Tuesday at 3 or Wednesday afternoon")
    assert not mixed.exact
    assert [(s.start, s.end) for s in mixed.room(60)] == expected("03-10 15:00/16:00, 03-11 12:00/18:00")


def test_a_window_can_be_kept() -> None:
    one = window("this week, not Friday")
    assert codec.loads(codec.dumps(one)) == one


@pytest.mark.parametrize(
    ("words", "minutes"),
    [
        ("half an hour", 30),
        ("a half-hour call", 30),
        ("an hour and a half", 90),
        ("one and a half hours", 90),
        ("1.5 hours", 90),
        ("1h30", 90),
        ("1 hr 15 min", 75),
        ("90 min", 90),
        ("30min", 30),
        ("2h", 120),
        ("45 minutes", 45),
        ("a 45-minute review", 45),
        ("an hour", 60),
        ("a couple of hours", 120),
        ("three quarters of an hour", 45),
        ("a quick 15 with Bob", 15),
        ("fifteen minutes", 15),
        ("30 with Bob", 30),
    ],
)
def test_lengths(words: str, minutes: int) -> None:
    assert [one.minutes for one in lengths(text_of(words))] == [minutes]


@pytest.mark.parametrize(
    "words", ["in an hour", "an hour before the meeting", "every 2 hours", "at 10:30", "in 30 minutes"]
)
def test_these_are_no_lengths(words: str) -> None:
    assert lengths(text_of(words)) == []


@pytest.mark.parametrize("words", ["an hour or two", "30-45 minutes", "500 hours", "1 minute"])
def test_an_unclear_length_is_asked(words: str) -> None:
    assert [bool(one.doubt) for one in lengths(text_of(words))] == [True]


PHRASES = st.sampled_from(
    [
        *(
            f"{lead}{day}{tail}"
            for day in WEEKDAYS
            for lead in ("", "next ", "on ", "not ")
            for tail in ("", " afternoon")
        ),
        *(
            "tomorrow",
            "next week",
            "this week",
            "in two weeks",
            "next month",
            "by Friday",
            "after lunch",
            "between 2 and 4",
        ),
        *(
            "EOD",
            "by EOW",
            "a fortnight on Tuesday",
            "week 13",
            "half ten",
            "Thursday pm",
            "the last Friday of the month",
        ),
        *("3pm London time", "10 EST", "noon Pacific", "12/03", "25.3.", "by COB Friday", "next Mon or Tue"),
        *("the 31st", "end of the month", "at 3", "in an hour", "any day but Friday", "14 March", "Mon-Wed", "tonight"),
    ]
)
MOMENTS = st.datetimes(datetime(2025, 1, 1), datetime(2028, 12, 31)).map(lambda t: t.replace(second=0, microsecond=0))
ZONES = st.sampled_from(["Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "UTC"])


@settings(max_examples=150, deadline=None)
@given(st.lists(PHRASES, min_size=1, max_size=3), MOMENTS, ZONES)
def test_whatever_is_said_the_spans_are_aware_in_order_and_not_before_now(
    phrases: list[str], moment: datetime, zone: str
) -> None:
    now = moment.replace(tzinfo=ZoneInfo(zone))
    words = ", ".join(phrases)
    found = said(words, now, zone)
    assert found.window is not None or found.doubts
    if found.window is None:
        return
    start = now.astimezone(UTC)
    for one in found.window.spans:
        assert one.start.tzinfo is UTC
        assert start <= one.start <= one.end
    ordered = found.window.spans
    assert list(ordered) == sorted(ordered, key=lambda s: (s.start, s.end))
    assert all(a.end < b.start or b.start == b.end or a.start == a.end for a, b in pairwise(ordered))


@settings(max_examples=60, deadline=None)
@given(MOMENTS, ZONES, st.integers(0, 6))
def test_next_is_the_coming_week_and_a_bare_weekday_the_nearest(moment: datetime, zone: str, day: int) -> None:
    now = moment.replace(tzinfo=ZoneInfo(zone))
    monday = now.date() - timedelta(days=now.weekday())
    assert window(f"next {WEEKDAYS[day]}", now, zone).days() == (monday + timedelta(days=7 + day),)
    (nearest,) = window(WEEKDAYS[day], now, zone).days()
    assert nearest.weekday() == day
    assert 1 <= (nearest - now.date()).days <= 7


@settings(max_examples=150, deadline=None)
@given(MOMENTS, ZONES, st.integers(1, 300), st.integers(0, 23), st.integers(0, 59))
def test_an_hour_that_is_named_is_that_hour_on_the_wall_whatever_the_clocks_do(
    moment: datetime, zone: str, ahead: int, hour: int, minute: int
) -> None:
    now = moment.replace(tzinfo=ZoneInfo(zone))
    day = now.date() + timedelta(days=ahead)
    found = said(f"on {day.isoformat()} at {hour:02d}:{minute:02d}", now, zone)
    if found.window is None:
        assert "clocks go" in found.doubts[0].question
        return
    (one,) = found.window.spans
    local = one.start.astimezone(ZoneInfo(zone))
    assert (local.date(), local.hour, local.minute) == (day, hour, minute)


@settings(max_examples=60, deadline=None)
@given(PHRASES, MOMENTS, st.sampled_from([str.upper, str.lower, str.title]), st.sampled_from(["  ", "\n", "\t "]))
def test_case_and_space_change_nothing(phrase: str, moment: datetime, case, space: str) -> None:  # type: ignore[no-untyped-def]
    now = moment.replace(tzinfo=BERLIN)
    plain, odd = said(phrase, now).window, said(space.join(case(phrase).split(" ")), now).window
    assert (plain and plain.spans) == (odd and odd.spans)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=200))
def test_any_text_gives_a_window_or_none(words: str) -> None:
    found = said(words)
    for start, end in found.used:
        assert 0 <= start < end <= len(words)
