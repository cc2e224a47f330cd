"""When a process that ended is started again."""

import pytest

from runtime.supervisor.restarts import RestartRule, Restarts
from runtime.supervisor.watch import BeatWatch


def deaths(restarts: Restarts, *instants: float) -> list[float | None]:
    return [restarts.after_death(started=at - 1, died=at) for at in instants]


def test_the_first_restart_is_immediate_and_back_off_doubles_from_the_second():
    slow = Restarts(RestartRule(limit=0), draw=lambda: 0.0)
    waits = deaths(slow, *range(100, 1200, 100))
    assert waits == [0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 300]


def test_ten_minutes_well_and_it_starts_anew():
    restarts = Restarts(RestartRule(), draw=lambda: 0.0)
    assert deaths(restarts, 100, 200, 300) == [0, 1, 2]
    assert restarts.after_death(started=300, died=900) == 0
    assert restarts.after_death(started=900, died=950) == 1


def test_five_deaths_within_a_minute_are_a_crash_loop_and_five_in_a_longer_time_are_not():
    assert deaths(Restarts(), 0, 1, 2, 3, 4)[-1] is None
    assert None not in deaths(Restarts(), 0, 20, 40, 60.5, 80.5)


def test_back_off_has_jitter_within_a_fifth():
    waits = [deaths(Restarts(), 0, 1, 2)[2] for _ in range(50)]
    assert all(wait is not None and 1.6 <= wait <= 2.4 for wait in waits)
    assert len(set(waits)) > 1


def test_who_was_looked_at_gets_another_chance():
    restarts = Restarts()
    assert deaths(restarts, 0, 1, 2, 3, 4)[-1] is None
    restarts.forget()
    assert deaths(restarts, 5) == [0]


@pytest.mark.parametrize(
    ("beats", "hangs"), [([1, 1, 1, 1, 1], True), ([1, 2, 3, 4, 5], False), ([1, 1, 1, 2, 2], False)]
)
def test_a_beat_that_stands_still_for_longer_than_the_limit_is_a_hang(beats: list[int], hangs: bool):
    watch = BeatWatch(limit_s=3.0)
    assert [watch.hangs(float(at), beat) for at, beat in enumerate(beats)][-1] is hangs


def test_a_watcher_that_was_away_itself_gives_the_whole_limit_again():
    watch = BeatWatch(limit_s=3.0)
    assert not watch.hangs(0.0, 1)
    assert not watch.hangs(3600.0, 1)  # the machine slept
    assert not watch.hangs(3602.0, 1)
    assert watch.hangs(3604.0, 1)


def test_a_kill_from_outside_is_no_death_but_killed_while_starting_again_and_again_it_comes_back_more_slowly():
    restarts = Restarts(RestartRule(), draw=lambda: 0.0)
    assert [restarts.after_kill(starting) for starting in (0, 1, 2, 3, 4, 20)] == [0, 0, 1, 2, 4, 300]
    assert deaths(restarts, 100) == [0]


def test_who_fails_for_days_on_end_is_still_tried_again():
    slow = Restarts(RestartRule(limit=0, longest_s=30.0), draw=lambda: 0.0)
    assert deaths(slow, *range(0, 40 * 2000, 40))[-1] == 30
    assert slow.after_kill(2000) == 30
