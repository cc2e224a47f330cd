"""Rows that wait follow what is declared, where the employee is, and what a person says; nothing else changes them."""

import zoneinfo
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from empla.capabilities.calendar import coming
from empla.capabilities.registry import installed, operations
from empla.errors import ValidationError
from empla.hr.role_triggers import DeclaredTrigger
from empla.mind import codec, common_kinds
from empla.mind.plans import Limits, PlanLibrary, Trigger, occurred, on
from empla.mind.steps import Believe, Forget, Now, Wait
from empla.mind.triggers import (
    BESIDE,
    COMING,
    MANAGER,
    MISSED,
    OWN,
    Around,
    Cron,
    Dates,
    Every,
    Missed,
    Policy,
    Regular,
    Timed,
    once,
)
from empla.mind.values import OUTSIDE
from empla.testing.calendars import MemoryCalendars
from empla.testing.employee import MARIA, POLICY, PROFILE, Employee, employee

MONDAY = datetime(2026, 9, 7, 6, 0, tzinfo=UTC)
"""Eight in Berlin."""
NINE = Cron(name="nine", when="0 9 * * *")


def library_of(*triggers: Timed) -> PlanLibrary:
    library = PlanLibrary()
    library.include(common_kinds.library)
    library.trigger(*triggers)
    for trigger in triggers:

        @library.plan(occurred(trigger.name), name=f"do-{trigger.name}")
        def do(event: Trigger) -> Any:
            yield Believe(functor="did", arguments=(event.trigger, event.due))

    return library


def employed(where: Path, *triggers: Timed, zone: str = "Europe/Berlin") -> Any:
    return employee(where, library_of(*triggers), [], at=MONDAY, profile={**PROFILE, "zone": zone})


@pytest.fixture
def ada(tmp_path: Path) -> Iterator[Employee]:
    with employed(tmp_path, NINE) as made:
        made.work()
        yield made


def rows(ada: Employee, trigger: str = "nine") -> list[tuple[str, str, str]]:
    """Return the state of each row of a trigger, the day and hour in UTC, and why."""
    found = ada.rows("occurrence", "state", "instant", "why", trigger=trigger)
    return [(state, at[8:16].replace("T", " "), why) for state, at, why in found]


def begins_anew_with(ada: Employee, *triggers: Timed) -> None:
    """Let a process with other triggers take the place of this one."""
    before = ada.mindset
    ada.mindset = type(before)(library=library_of(*triggers), operations={}, sensors=(), secret=before.secret)
    ada.restart()
    ada.work()


def moves_to(ada: Employee, zone: str) -> None:
    ada.tell("profile", f"moved:{zone}", POLICY, zone=zone)
    ada.work()


# what was computed by other rules -------------------------------------------------------------------------------------


def test_only_the_next_row_waits_and_a_new_process_changes_nothing(ada: Employee) -> None:
    assert rows(ada) == [("due", "07 07:00", "")]
    ada.restart()
    ada.work()
    assert rows(ada) == [("due", "07 07:00", "")]
    ada.let_pass(timedelta(hours=2))
    assert rows(ada) == [("fired", "07 07:00", ""), ("due", "08 07:00", "")]


def test_what_nothing_declares_any_more_never_fires(ada: Employee) -> None:
    begins_anew_with(ada)
    ada.let_pass(timedelta(days=2))
    assert rows(ada) == [("cancelled", "07 07:00", "nothing declares this trigger any more")]
    assert not ada.engine.state.beliefs.matching("did")


def test_a_changed_rule_counts_from_now_on(ada: Employee) -> None:
    ada.let_pass(timedelta(hours=4))
    begins_anew_with(ada, Cron(name="nine", when="0 7,15 * * *"))
    assert rows(ada) == [
        ("fired", "07 07:00", ""),
        ("cancelled", "08 07:00", "its rule was changed"),
        ("due", "07 13:00", ""),
    ]


def test_what_was_due_by_a_rule_that_is_gone_is_told(ada: Employee) -> None:
    ada.clock.advance(timedelta(hours=5))
    begins_anew_with(ada, Cron(name="nine", when="0 15 * * *"))
    told = [b.arguments for b in ada.engine.state.beliefs.matching(MISSED)]
    assert told == [("nine", MONDAY + timedelta(hours=1), "its rule was changed")]


def test_another_policy_is_no_other_rule(ada: Employee) -> None:
    begins_anew_with(ada, Cron(name="nine", when="0 9 * * *", policy=once(timedelta(hours=1))))
    assert rows(ada) == [("due", "07 07:00", "")]


def test_who_moves_has_the_same_hour_on_the_wall_there_once_a_day(ada: Employee) -> None:
    ada.let_pass(timedelta(hours=2))  # it is ten in Berlin, and nine has been
    moves_to(ada, "America/New_York")
    assert rows(ada)[1:] == [
        ("cancelled", "08 07:00", "the zone is America/New_York now"),
        ("due", "08 13:00", ""),
    ]
    ada.let_pass(timedelta(days=1, hours=12))
    moves_to(ada, "Asia/Kolkata")
    assert rows(ada)[-1] == ("due", "09 03:30", "")
    ada.let_pass(timedelta(days=1))
    days = [due.day for _, due in (b.arguments for b in ada.engine.state.beliefs.matching("did"))]
    assert sorted(days) == [7, 8, 9]


def test_who_moves_back_finds_its_row_again_and_nothing_fires_twice(ada: Employee) -> None:
    for zone in ("America/New_York", "Europe/Berlin", "America/New_York", "Europe/Berlin"):
        moves_to(ada, zone)
    assert [row for row in rows(ada) if row[0] == "due"] == [("due", "07 07:00", "")]
    ada.let_pass(timedelta(hours=3))
    moves_to(ada, "America/New_York")
    moves_to(ada, "Europe/Berlin")
    ada.let_pass(timedelta(hours=12))
    assert len(ada.engine.state.beliefs.matching("did")) == 1


@pytest.fixture
def zones(tmp_path: Path) -> Iterator[Path]:
    """A time-zone database of the test's own, which knows Europe/Berlin as it is."""
    folder = tmp_path / "zoneinfo"
    (folder / "Europe").mkdir(parents=True)
    real = {name: _rules_of(name) for name in ("Europe/Berlin", "Europe/London", "Asia/Kathmandu", "UTC")}
    (folder / "Europe/Berlin").write_bytes(real["Europe/Berlin"])
    for name in ("Europe/London", "Asia/Kathmandu"):
        (tmp_path / name.replace("/", "-")).write_bytes(real[name])
    (folder / "UTC").write_bytes(real["UTC"])
    before = zoneinfo.TZPATH
    zoneinfo.reset_tzpath(to=[str(folder)])
    zoneinfo.ZoneInfo.clear_cache()
    yield folder
    zoneinfo.reset_tzpath(to=before)
    zoneinfo.ZoneInfo.clear_cache()


def _rules_of(zone: str) -> bytes:
    found = next(p for p in (Path(folder) / zone for folder in zoneinfo.TZPATH) if p.is_file())
    return found.read_bytes()


def other_rules(zones: Path, of: str) -> None:
    """Let Europe/Berlin have the rules of another zone from now on, as after an update of the database."""
    (zones / "Europe/Berlin").write_bytes((zones.parent / of.replace("/", "-")).read_bytes())
    zoneinfo.ZoneInfo.clear_cache()


def test_a_row_computed_by_other_rules_of_its_zone_is_put_right_when_a_process_begins(
    zones: Path, tmp_path: Path
) -> None:
    hourly = Cron(name="hourly", when="30 * * * *")
    with employed(tmp_path / "mind.db", NINE, hourly) as ada:
        ada.let_pass(timedelta(hours=2))
        other_rules(zones, "Europe/London")
        ada.restart()
        ada.work()
        assert rows(ada) == [
            ("fired", "07 07:00", ""),
            ("cancelled", "08 07:00", "the rules of Europe/Berlin have changed"),
            ("due", "08 08:00", ""),
        ]
        assert rows(ada, "hourly")[-1] == ("due", "07 08:30", ""), "an hour later it is half past all the same"
        other_rules(zones, "Asia/Kathmandu")  # five hours and three quarters ahead
        ada.restart()
        ada.let_pass(timedelta(hours=2))
        assert rows(ada)[-1] == ("due", "08 03:15", "")
        assert [row for row in rows(ada, "hourly") if row[0] == "fired"][2:] == [
            ("fired", "07 08:45", ""),
            ("fired", "07 09:45", ""),
        ]


def test_what_was_due_meanwhile_by_new_rules_is_done_late_once(zones: Path, tmp_path: Path) -> None:
    with employed(tmp_path / "mind.db", NINE) as ada:
        ada.let_pass(timedelta(hours=2))
        ada.store.close()
        other_rules(zones, "Asia/Kathmandu")
        ada.clock.advance(timedelta(hours=20))  # 04:00 on Tuesday in UTC: there it is a quarter to ten
        ada.restart()
        ada.work()
        assert [row for row in rows(ada) if row[0] != "cancelled"] == [
            ("fired", "07 07:00", ""),
            ("fired", "08 03:15", ""),
            ("due", "09 03:15", ""),
        ]


def test_a_zone_that_this_machine_does_not_know_is_taken_for_utc(tmp_path: Path) -> None:
    with employed(tmp_path, NINE, zone="Mars/Olympus_Mons") as ada:
        ada.work()
        assert ada.rows("occurrence", "instant", "zone") == [("2026-09-07T09:00:00.000000+00:00", "UTC")]


# a person's word -----------------------------------------------------------------------------------------------------


def says(ada: Employee, *, paused: bool, trigger: str = "nine") -> None:
    key = f"trigger-word:{trigger}:{ada.clock.now().isoformat()}"
    ada.tell("trigger-word", key, trigger=trigger, paused=paused, by="anna")
    ada.work()


def test_a_trigger_rests_until_it_is_resumed_and_nothing_is_made_up_for(ada: Employee) -> None:
    says(ada, paused=True)
    assert rows(ada) == [("cancelled", "07 07:00", "it was paused")]
    ada.let_pass(timedelta(days=3))
    says(ada, paused=False)
    assert rows(ada)[1:] == [("due", "10 07:00", "")]
    ada.let_pass(timedelta(days=1))
    assert [b.arguments[1].day for b in ada.engine.state.beliefs.matching("did")] == [10]
    assert not ada.engine.state.beliefs.matching(MISSED)


def test_only_our_own_code_and_the_company_may_say_that_something_is_due_or_rests(ada: Employee) -> None:
    ada.tell("occurrence", "fake", OUTSIDE, trigger="nine", due=MONDAY, zone="UTC", late_s=0, missed=(), more=0)
    ada.tell("trigger-word", "fake too", OUTSIDE, trigger="nine", paused=True, by="mallory")
    ada.work()
    assert not ada.engine.state.beliefs.matching("did")
    assert rows(ada) == [("due", "07 07:00", "")]


# waits of steps ------------------------------------------------------------------------------------------------------


def test_a_wait_that_is_over_wakes_nobody(tmp_path: Path) -> None:
    library = PlanLibrary()

    @library.plan(on("begin"))
    def begin(_event: Trigger) -> Any:
        yield Wait(kind="news", until=(yield Now()) + timedelta(hours=8))

    with employee(tmp_path, library, [], at=MONDAY) as ada:
        ada.tell("begin")
        ada.work()
        assert ada.engine.next_due(ada.clock.now()) == MONDAY + timedelta(hours=8)
        ada.tell("news")
        ada.work()
        assert ada.engine.next_due(ada.clock.now()) is None
        (row,) = ada.rows("occurrence", "state", "because", "why")
        assert row == ("cancelled", "test:begin", "nothing waits for it any more")
        ada.let_pass(timedelta(days=1))
        assert not ada.rows("percept", "key", kind="timer")


def test_what_an_intention_waits_for_ends_with_it(tmp_path: Path) -> None:
    """Its time is up in the middle of a wait."""
    library = PlanLibrary()

    @library.plan(on("begin"), limits=Limits(time=timedelta(hours=1)))
    def begin(_event: Trigger) -> Any:
        yield Wait(until=(yield Now()) + timedelta(hours=8))

    with employee(tmp_path, library, [], at=MONDAY) as ada:
        ada.tell("begin")
        ada.let_pass(timedelta(hours=2))
        states = dict(ada.rows("occurrence", "trigger", "state"))
        assert states == {"step:i1.1": "cancelled", "step:i1": "fired"}


# events of a calendar ------------------------------------------------------------------------------------------------


SOON = Around(name="soon", before=timedelta(minutes=30), title="review", policy=once(timedelta(minutes=20)))
THEN = Around(name="afterwards", after=timedelta(minutes=15), owner=OWN)


@pytest.fixture
def looking(tmp_path: Path) -> Iterator[Employee]:
    """An employee that knows of events as beliefs, told by a test."""
    library = library_of(SOON, THEN)

    @library.plan(on("event"))
    def note(event: Trigger) -> Any:
        yield Believe(functor=COMING, arguments=(event.owner, event.uid, event.start, event.end, event.title))

    @library.plan(on("gone"))
    def forget(event: Trigger) -> Any:
        yield Forget(functor=COMING, pattern=(event.owner, event.uid))

    with employee(tmp_path, library, [], at=MONDAY) as made:
        yield made


def stands(ada: Employee, owner: str, uid: str, hour: int, title: str = "Quarterly Review") -> None:
    start = MONDAY.replace(hour=hour)
    fields = {"owner": owner, "uid": uid, "start": start, "end": start + timedelta(hours=1), "title": title}
    ada.tell("gone", f"gone:{uid}:{hour}", owner=owner, uid=uid)
    ada.tell("event", f"event:{uid}:{hour}", **fields)
    ada.work()


def test_something_is_due_before_or_after_the_events_that_fit(looking: Employee) -> None:
    stands(looking, MANAGER, "r", 10)
    stands(looking, MANAGER, "lunch", 12, "Lunch")
    stands(looking, OWN, "own", 13, "Planning")
    assert rows(looking, "soon") == [("due", "07 09:30", "")]
    assert rows(looking, "afterwards") == [("due", "07 14:15", "")]
    looking.let_pass(timedelta(hours=9))
    did = {b.arguments for b in looking.engine.state.beliefs.matching("did")}
    assert did == {("soon", MONDAY.replace(hour=9, minute=30)), ("afterwards", MONDAY.replace(hour=14, minute=15))}
    told = [codec_fields(looking, key) for key in looking.rows("percept", "key", kind="occurrence")]
    assert [[event.uid for event in fields["events"]] for fields in told] == [["r"], ["own"]]


def codec_fields(ada: Employee, key: str) -> Any:
    (body,) = ada.rows("percept", "body", key=key)
    return codec.loads(body)["fields"]


def test_an_event_that_is_moved_takes_its_instant_with_it(looking: Employee) -> None:
    stands(looking, MANAGER, "r", 10)
    stands(looking, MANAGER, "r", 11)
    assert rows(looking, "soon") == [
        ("cancelled", "07 09:30", "the event was moved or called off"),
        ("due", "07 10:30", ""),
    ]


def test_an_event_entered_too_late_is_left_out_and_told(looking: Employee) -> None:
    looking.clock.advance(timedelta(hours=4, minutes=5))
    stands(looking, MANAGER, "r", 10)
    ((state, at, _),) = rows(looking, "soon")
    assert (state, at) == ("skipped", "07 09:30")
    ((trigger, _, why),) = [b.arguments for b in looking.engine.state.beliefs.matching(MISSED)]
    assert (trigger, why) == ("soon", "it could not be done within 20 minutes of its time")


def test_events_that_came_while_a_trigger_was_paused_are_not_made_up_for(looking: Employee) -> None:
    says(looking, paused=True, trigger="afterwards")
    stands(looking, OWN, "first", 9)
    looking.let_pass(timedelta(hours=6))
    stands(looking, OWN, "second", 14)
    looking.restart()
    says(looking, paused=False, trigger="afterwards")
    assert rows(looking, "afterwards") == [("cancelled", "07 10:15", "it was paused"), ("due", "07 15:15", "")]
    looking.let_pass(timedelta(hours=9))
    ((_, at),) = [b.arguments for b in looking.engine.state.beliefs.matching("did")]
    assert at == MONDAY.replace(hour=15, minute=15)
    (told,) = [codec_fields(looking, key) for key in looking.rows("percept", "key", kind="occurrence")]
    assert told["missed"] == () and not looking.engine.state.beliefs.matching(MISSED)


REVIEW = b"""BEGIN:VCALENDAR\r
VERSION:2.0\r
PRODID:-//test//EN\r
BEGIN:VEVENT\r
UID:review@office.example\r
DTSTAMP:20260901T080000Z\r
DTSTART:20260907T090000Z\r
DTEND:20260907T100000Z\r
SUMMARY:Review\r
END:VEVENT\r
END:VCALENDAR\r
"""


def test_calendars_are_looked_at_every_quarter_of_an_hour_where_something_depends_on_them(tmp_path: Path) -> None:
    library = library_of(Around(name="soon", before=timedelta(minutes=30)))
    library.include(coming.library)
    with employee(tmp_path, library, operations(installed()).values(), at=MONDAY) as ada:
        ada.let_pass(timedelta(minutes=20))
        assert isinstance(ada.place.calendars, MemoryCalendars)
        ada.place.calendars.put(MARIA, REVIEW)
        ada.let_pass(timedelta(hours=4))
        assert [r[:2] for r in rows(ada, "soon")] == [("fired", "07 08:30")]


def changed(uid: str, *changes: tuple[bytes, bytes]) -> bytes:
    """Return the review as another event."""
    text = REVIEW.replace(b"review@", uid.encode() + b"@")
    for before, after in changes:
        assert before in text
        text = text.replace(before, after)
    return text


def test_what_is_marked_free_or_lasts_all_day_is_known_to_leave_room(tmp_path: Path) -> None:
    free = (b"SUMMARY", b"TRANSP:TRANSPARENT\r\nSUMMARY")
    day = (b"DTSTART:20260907T090000Z\r\nDTEND:20260907T100000Z", b"DTSTART;VALUE=DATE:20260908")
    library = library_of(Around(name="soon", before=timedelta(minutes=30)))
    library.include(coming.library)
    with employee(tmp_path, library, operations(installed()).values(), at=MONDAY) as ada:
        assert isinstance(ada.place.calendars, MemoryCalendars)
        ada.place.calendars.put(MARIA, REVIEW)
        ada.place.calendars.put(MARIA, changed("focus", free))
        ada.place.calendars.put(MARIA, changed("fair", day))
        ada.place.calendars.put(MARIA, changed("birthday", day, free))

        def beside() -> dict[str, list[str]]:
            held = [b.arguments for b in ada.engine.state.beliefs.matching(BESIDE)]
            return {owner: sorted(uid.partition("@")[0] for uid, _ in these) for owner, these in held}

        ada.let_pass(timedelta(minutes=20))
        assert len(ada.engine.state.beliefs.matching(COMING, MANAGER)) == 4
        assert beside() == {MANAGER: ["birthday", "fair", "focus"], OWN: []}
        ada.place.calendars.put(MARIA, changed("focus"))
        ada.let_pass(timedelta(minutes=20))
        assert beside() == {MANAGER: ["birthday", "fair"], OWN: []}, "of what is busy now it is known"


# as roles declare them -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "declared"),
    [
        ({"cron": "0 9 28 * *", "zone": "Europe/Paris"}, Cron(name="t", when="0 9 28 * *", zone="Europe/Paris")),
        ({"every": "30m"}, Every(name="t", period=timedelta(minutes=30))),
        ({"dates": ["2026-12-24T09:00"]}, Dates(name="t", when=("2026-12-24T09:00",))),
        (
            {"first": "2026-01-05", "at": "09:00", "weeks": 2},
            Regular(name="t", first=datetime(2026, 1, 5).date(), at="09:00", weeks=2),
        ),
        ({"before": "10m", "title": "review"}, Around(name="t", before=timedelta(minutes=10), title="review")),
        (
            {"cron": "0 9 * * *", "missed": "late", "within": "2h"},
            Cron(name="t", when="0 9 * * *", policy=Policy(missed=Missed.LATE, within=timedelta(hours=2))),
        ),
    ],
)
def test_a_role_declares_triggers_in_its_file(said: dict[str, Any], declared: Timed) -> None:
    assert DeclaredTrigger.model_validate({"name": "t", **said}).declared() == declared


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"cron": "0 9 * * *", "every": "1h"},
        {"cron": "0 25 * * *"},
        {"cron": "0 9 31 2 *"},
        {"cron": "0 9 1 * mon"},
        {"cron": "0 9 * * *", "zone": "Mars/Olympus_Mons"},
        {"cron": "0 9 * * *", "missed": "late"},
        {"every": "soon"},
        {"dates": ["Christmas"]},
        {"first": "2026-01-05", "at": "9", "weeks": 2},
        {"before": "30d"},
        {"before": "1h", "after": "1h"},
        {"cron": "0 9 * * *", "name": "Not A Name"},
        {"cron": "0 9 * * *", "sometimes": True},
    ],
)
def test_what_a_role_cannot_mean_is_refused_when_it_is_read(said: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="DeclaredTrigger"):
        DeclaredTrigger.model_validate({"name": "t", **said})


def test_two_triggers_of_one_name_are_refused() -> None:
    library = library_of(NINE)
    with pytest.raises(ValidationError, match="two triggers of the name 'nine'"):
        library.trigger(Every(name="nine", period=timedelta(hours=1)))
    library.trigger(NINE)
