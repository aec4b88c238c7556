"""Processes that die and race over one store, and clocks that disagree: nothing lost or doubled."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any

import pytest
from hypothesis.stateful import run_state_machine_as_test

from realtime.domain.meeting import CircleId
from realtime.ports import MeetingStore
from realtime.store import by_redis
from tests.realtime.domain.machine import at_length
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
