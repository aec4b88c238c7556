"""Processes that die and race over one store, and clocks that disagree: nothing lost or doubled."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import count
from typing import Any

import pytest
from hypothesis.stateful import run_state_machine_as_test

from realtime.domain.commands import Close, Leave, StartRound
from realtime.domain.meeting import CircleId, Frame, Order, Phase, Wording
from realtime.domain.reading import turn_of
from realtime.ports import MeetingStore
from realtime.store.link import Link
from realtime.store.redis import RedisMeetingStore
from tests.lengths import LONG
from tests.realtime.domain.circle import ADI, RINA, SARI, TONO
from tests.realtime.domain.machine import at_length
from tests.realtime.processes import BASE, Fate
from tests.realtime.several import SeveralProcesses

pytestmark = pytest.mark.timeout(300)

TestAnyProcesses = SeveralProcesses.TestCase
TestAnyProcesses.settings = at_length(150 if LONG else 75, 70)


@contextmanager
def over_valkey(url: str) -> Iterator[type[SeveralProcesses]]:
    """The machine over a real one: each meeting in a circle of its own."""
    loop = asyncio.new_event_loop()
    link = Link(url)
    numbers = count()

    class SeveralOverValkey(SeveralProcesses):
        name = "processes over Valkey"

        def fresh_circle(self) -> CircleId:
            return CircleId(f"several-{next(numbers)}")

        def fresh_store(self) -> MeetingStore:
            return RedisMeetingStore(link, lambda: BASE + self.sky.passed)

        def restart_the_store(self) -> None:
            self.run(self.shelf.inner.forget(self.m.circle_id))
            reborn(link, math.inf)

        def the_store_has_grown(self) -> None:
            reborn(link, 0.0)

        def run(self, doing: Coroutine[Any, Any, Any]) -> Any:
            return loop.run_until_complete(doing)

        def teardown(self) -> None:
            super().teardown()
            reborn(link, 0.0)
            self.run(self.shelf.inner.forget(self.m.circle_id))

    try:
        yield SeveralOverValkey
    finally:
        loop.run_until_complete(link.close())
        loop.close()


def reborn(link: Link, until: float) -> None:
    """Let the server look as if it had just started, until then."""
    assert link._one
    if (pipe := link._one._pipe) is not None:
        connection: Any = pipe.connection
        connection.reign = replace(connection.reign, young_until=until)


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


def test_nobody_opens_a_lost_meeting_anew_before_others_brought_it_back(
    machine: SeveralProcesses,
) -> None:
    """Valkey came back empty, and somebody reached a process that knew nothing of the meeting."""
    seats, epoch = machine.m.seats, machine.m.epoch
    machine.kill(1)
    machine.start(0.0, True)
    machine.lose_the_store(10.0, True, TONO)
    assert machine.m.seats == seats
    assert machine.m.epoch > epoch


def test_the_only_one_who_knew_dies_as_somebody_comes_and_then_nobody_brings_it_back(
    machine: SeveralProcesses,
) -> None:
    machine.kill(1)
    machine.data.scene = (0, [Fate.KILLED_BEFORE])
    machine.lose_the_store(10.0, True, ADI)
    assert machine.shelf.stored is None


@pytest.mark.parametrize("step", [-3600.0, 40.0])
def test_a_clock_that_is_set_in_an_outage_shortens_nothing_that_others_count(
    machine: SeveralProcesses, step: float
) -> None:
    machine.jump(0, step)
    machine.lose_the_store(300.0, True, TONO)
    machine.press(SARI, StartRound(Wording(), Order.SEATS), tab="")
    for _ in range(60):
        machine.pass_time(1.0)


def test_an_older_copy_that_comes_first_does_not_win(machine: SeveralProcesses) -> None:
    machine.hear_nothing_for_a_while(1)
    machine.answer(True, tab="")
    turn = turn_of(machine.m)
    assert turn
    machine.processes.reverse()
    machine.lose_the_store(10.0, True, TONO)
    assert turn_of(machine.m) == turn


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

    run_state_machine_as_test(Counting, settings=at_length(60, 50))
    assert sum(races) > 10
