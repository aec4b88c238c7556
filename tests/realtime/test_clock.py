"""Time that does not jump, and deadlines that are due only when it was seen to pass."""

from __future__ import annotations

from realtime.clock import SLEW, UNSEEN_SECONDS, Clock, Watch
from realtime.domain.meeting import CircleId
from tests.realtime.conftest import Time

CIRCLE = CircleId("c")


def test_the_clock_goes_with_the_wall_clock() -> None:
    time = Time()
    clock = Clock(time.wall, time.monotonic)
    start = clock.now()
    time.passed += 90
    assert clock.now() == start + 90


def test_a_step_of_an_hour_moves_it_by_nothing_however_long_it_lasts() -> None:
    for step in (3600, -3600):
        time = Time()
        clock = Clock(time.wall, time.monotonic)
        start = clock.now()
        time.step += step
        time.passed += 300
        assert clock.now() == start + 300
        time.step -= step
        time.passed += 10
        assert abs(clock.now() - (start + 310)) < 1e-6


def test_a_step_of_a_minute_moves_it_by_the_slew_alone() -> None:
    for step in (60, -60):
        time = Time()
        clock = Clock(time.wall, time.monotonic)
        start = clock.now()
        time.step += step
        time.passed += 10
        assert abs(clock.now() - (start + 10)) <= 10 * SLEW + 1e-6


def test_it_meets_the_wall_clock_again_in_the_end() -> None:
    time = Time()
    clock = Clock(time.wall, time.monotonic)
    time.step += 2
    for _ in range(200):
        time.passed += 1
        clock.now()
    assert abs(clock.now() - time.wall()) < 0.01


def test_it_never_goes_backwards() -> None:
    time = Time()
    clock = Clock(time.wall, time.monotonic)
    last = clock.now()
    for step in (-50, 7, -3600, 3600):
        time.step += step
        time.passed += 1
        now = clock.now()
        assert now >= last
        last = now


def test_a_deadline_is_due_once_both_clocks_say_so() -> None:
    time = Time()
    watch = Watch(time.monotonic)
    deadline = time.wall() + 60
    assert not watch.is_due(CIRCLE, deadline, time.wall())
    time.step += 3600
    assert not watch.is_due(CIRCLE, deadline, time.wall())
    time.passed += 59
    assert not watch.is_due(CIRCLE, deadline, time.wall())
    time.passed += 1
    assert watch.is_due(CIRCLE, deadline, time.wall())


def test_a_deadline_that_was_past_when_first_seen_waits_a_little() -> None:
    time = Time()
    watch = Watch(time.monotonic)
    deadline = time.wall() - 5
    assert not watch.is_due(CIRCLE, deadline, time.wall())
    time.passed += UNSEEN_SECONDS
    assert watch.is_due(CIRCLE, deadline, time.wall())


def test_an_outage_extends_a_deadline() -> None:
    time = Time()
    watch = Watch(time.monotonic)
    deadline = time.wall() + 60
    watch.is_due(CIRCLE, deadline, time.wall())
    time.passed += 30
    watch.extend(CIRCLE, 30)
    time.passed += 30
    assert not watch.is_due(CIRCLE, deadline, time.wall())
    time.passed += 30
    assert watch.is_due(CIRCLE, deadline, time.wall())


def test_a_deadline_that_moved_counts_anew() -> None:
    time = Time()
    watch = Watch(time.monotonic)
    watch.is_due(CIRCLE, time.wall() + 10, time.wall())
    time.passed += 9
    later = time.wall() + 10
    assert not watch.is_due(CIRCLE, later, time.wall())
    time.passed += 9
    assert not watch.is_due(CIRCLE, later, time.wall())
    time.passed += 1
    assert watch.is_due(CIRCLE, later, time.wall())
