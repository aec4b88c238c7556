"""Processes that die and race over one store, and clocks that disagree: nothing lost or doubled."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any

import pytest
from hypothesis.stateful import run_state_machine_as_test

from realtime.domain.commands import Close, Leave
from realtime.domain.meeting import CircleId, Frame, Phase
from realtime.domain.reading import turn_of
from realtime.ports import MeetingStore
from realtime.store import by_redis
from tests.realtime.domain.circle import RINA, SARI, TONO
from tests.realtime.domain.machine import at_length
from tests.realtime.processes import Fate
from tests.realtime.several import SeveralProcesses

pytestmark = pytest.mark.timeout(300)

TestAnyProcesses = SeveralProcesses.TestCase
TestAnyProcesses.settings = at_length(150, 70)


@contextmanager
def over_valkey(url: str) -> Iterator[type[SeveralProcesses]]:
    """The machine over a real one: each meeting in a circle of its own."""
    loop = asyncio.new_event_loop()
    stores = by_redis(url)
    numbers = count()

    class SeveralOverValkey(SeveralProcesses):
        name = "processes over Valkey"

        def fresh_circle(self) -> CircleId:
            return CircleId(f"several-{next(numbers)}")

        def fresh_store(self) -> MeetingStore:
            return stores.meetings

        def run(self, doing: Coroutine[Any, Any, Any]) -> Any:
            return loop.run_until_complete(doing)

        def teardown(self) -> None:
            super().teardown()
            self.run(stores.meetings.forget(self.m.circle_id))

    try:
        yield SeveralOverValkey
    finally:
        loop.run_until_complete(stores.close())
        loop.close()


def test_any_processes_over_a_real_valkey(redis_url: str) -> None:
    with over_valkey(redis_url) as machine:
        run_state_machine_as_test(machine, settings=at_length(15, 70))


class Nothing:
    """Draws for a machine that is led by hand: the first process, and no accidents but these."""

    def __init__(self) -> None:
        self.scene: tuple[int, list[Any]] = (0, [])

    def draw(self, _: object) -> tuple[int, list[Any]]:
        scene, self.scene = self.scene, (0, [])
        return scene


@pytest.fixture
def machine() -> Iterator[SeveralProcesses]:
    """Two processes; Sari facilitates, four others came, and the first of them is offered it."""
    led = SeveralProcesses()
    led.begin(frame=Frame(title="", hard_limit=True), filled=True, data=Nothing())
    yield led
    led.teardown()


def test_a_process_killed_as_it_closes_leaves_nobody_behind(machine: SeveralProcesses) -> None:
    machine.data.scene = (0, [Fate.KILLED_AFTER])
    machine.step(SARI, Close())
    assert machine.m.phase is Phase.ENDED
    machine.no_people_are_left_after_the_end()


def test_somebody_who_leaves_at_the_end_keeps_nobody_behind(machine: SeveralProcesses) -> None:
    leaving = ("press", 1, RINA, Leave())
    machine.data.scene = (0, [Fate.ANSWER_LOST, leaving])
    machine.step(SARI, Close())
    machine.data.scene = (0, [leaving, leaving])
    machine.step(SARI, Close())
    machine.no_people_are_left_after_the_end()


def test_whoever_opens_a_lost_meeting_anew_takes_nobodys_place(machine: SeveralProcesses) -> None:
    """Valkey came back empty, and somebody reached a process that knew nothing of the meeting."""
    seats, epoch = machine.m.seats, machine.m.epoch
    machine.kill(1)
    machine.start(0.0, True)
    machine.run(machine.shelf.forget(machine.m.circle_id))
    machine.data.scene = (1, [])
    machine.arrive(TONO, observer=False, tab="")
    machine.run(machine.hear(machine.processes[0]))
    assert machine.m.seats == seats
    assert machine.m.epoch > epoch


def test_the_last_minute_is_a_minute_after_every_process_was_dead(
    machine: SeveralProcesses,
) -> None:
    machine.answer(True, tab="")
    turn = turn_of(machine.m)
    machine.kill(0)
    machine.kill(0)
    machine.pass_time(320)
    machine.start(0.0, True)
    machine.pass_time(50)
    assert turn_of(machine.m) == turn
    machine.pass_time(50)
    assert turn_of(machine.m) != turn


def test_the_machine_meets_lost_races() -> None:
    """What is proven of races would be worth nothing if none were lost."""
    races = []

    class Counting(SeveralProcesses):
        name = "counting"

        def teardown(self) -> None:
            super().teardown()
            races.append(self.shelf.races)

    run_state_machine_as_test(Counting, settings=at_length(30, 50))
    assert sum(races) > 10
