"""A slot that is released: when its silence comes, and when it does not come at all."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from itertools import pairwise
from types import SimpleNamespace
from typing import Any

import pytest

from realtime.audio.counters import Counters
from realtime.audio.stage import HUSHES, Stage
from realtime.audio.voice import FRAME, HUSH
from realtime.domain.meeting import MemberId
from tests.realtime.audio.noting import Noting, lane, spoken

BEGAN = 10.0
STEP = 0.02


class Clock:
    """A loop whose time a test moves on."""

    def __init__(self) -> None:
        self.now = BEGAN
        self.due: list[tuple[float, Callable[[], None], SimpleNamespace]] = []

    def time(self) -> float:
        return self.now

    def call_at(self, when: float, call: Callable[..., None], *given: Any) -> SimpleNamespace:
        handle = SimpleNamespace()
        self.due.append((when, lambda: call(*given), handle))
        handle.cancel = lambda: self._drop(handle)
        return handle

    def _drop(self, handle: SimpleNamespace) -> None:
        self.due = [one for one in self.due if one[2] is not handle]

    def move_to(self, now: float) -> None:
        """Do in order whatever falls due until then."""
        while self.due and min(self.due, key=lambda one: one[0])[0] <= now + 1e-9:
            first = min(self.due, key=lambda one: one[0])
            self.due.remove(first)
            self.now = first[0]
            first[1]()
        self.now = now


class Hall:
    """A stage with two who may speak and one who hears."""

    def __init__(self) -> None:
        self.fan, self.clock = Noting(), Clock()
        self.people = {MemberId(name): somebody(name) for name in "abc"}
        self.stage = Stage(Counters(), lambda _: self.fan, self.people, lambda _: None)
        self.stage._loop = self.clock  # type: ignore[assignment]

    def speaks(self, name: str, seq: int) -> None:
        packet = spoken(seq, seq * FRAME)
        self.stage.spoke(self.people[MemberId(name)], packet, self.clock.now)

    @property
    def heard(self) -> list[tuple[int, int, bytes]]:
        """What C gets: numbers, stamps, payloads."""
        (own,) = {id(self.people[MemberId("c")].lanes[0])}
        return [(n, stamp, what) for to, n, stamp, _, what in self.fan.sent if id(to) == own]


def somebody(name: str) -> Any:
    lanes = tuple(lane(100 * slot) for slot in range(3))
    return SimpleNamespace(member_id=MemberId(name), hears=True, lanes=lanes, reach=object())


@pytest.fixture
async def hall() -> Hall:
    assert asyncio.get_running_loop()
    made = Hall()
    for seq in range(3):
        made.clock.move_to(BEGAN + seq * STEP)
        made.speaks("a", 500 + seq)
    return made


LAST = BEGAN + 2 * STEP
"""When A was heard last."""


async def test_silence_comes_when_the_next_packet_is_due_and_no_sooner(hall: Hall) -> None:
    hall.clock.move_to(LAST + 0.005)
    hall.stage.release(MemberId("a"))
    hall.clock.move_to(LAST + STEP - 0.001)
    assert [what for *_, what in hall.heard] == [b"voice"] * 3
    hall.clock.move_to(LAST + STEP)
    assert [what for *_, what in hall.heard] == [b"voice"] * 3 + [HUSH]


async def test_it_is_so_many_frames_of_silence_each_when_it_is_due_and_then_nothing(
    hall: Hall,
) -> None:
    hall.stage.release(MemberId("a"))
    hall.clock.move_to(LAST + 1)
    assert [what for *_, what in hall.heard] == [b"voice"] * 3 + [HUSH] * HUSHES
    assert {b - a for (a, *_), (b, *_) in pairwise(hall.heard)} == {1}
    assert {b - a for (_, a, _), (_, b, _) in pairwise(hall.heard)} == {FRAME}
    assert hall.clock.due == []


async def test_a_voice_that_is_there_already_goes_on_without_silence_between(hall: Hall) -> None:
    hall.clock.move_to(LAST + 0.005)
    hall.stage.release(MemberId("a"))
    hall.clock.move_to(LAST + 0.015)
    hall.speaks("b", 9000)
    hall.clock.move_to(LAST + 1)
    assert [what for *_, what in hall.heard] == [b"voice"] * 4
    assert hall.heard[-1][0] == hall.heard[-2][0] + 1
    assert hall.heard[-1][1] == hall.heard[-2][1] + FRAME


async def test_a_voice_ends_the_silence_and_takes_up_its_count_and_clock(hall: Hall) -> None:
    hall.stage.release(MemberId("a"))
    hall.clock.move_to(LAST + 2 * STEP + 0.005)
    hall.speaks("b", 9000)
    hall.clock.move_to(LAST + 1)
    assert [what for *_, what in hall.heard] == [b"voice"] * 3 + [HUSH] * 2 + [b"voice"]
    assert {b - a for (a, *_), (b, *_) in pairwise(hall.heard)} == {1}
    assert {b - a for (_, a, _), (_, b, _) in pairwise(hall.heard)} == {FRAME}


async def test_a_voice_after_a_rest_begins_in_silence_and_at_the_time_that_has_passed(
    hall: Hall,
) -> None:
    hall.stage.release(MemberId("a"))
    hall.clock.move_to(LAST + 50 * STEP)
    hall.speaks("b", 9000)
    (silent, before, what), (number, stamp, _) = hall.heard[-2:]
    assert what == HUSH, "what the decoder kept of A is forgotten"
    assert number == silent + 1
    assert stamp - before == (50 - HUSHES) * FRAME


async def test_a_stage_that_closes_says_nothing_more(hall: Hall) -> None:
    hall.stage.release(MemberId("a"))
    hall.stage.close()
    hall.clock.move_to(LAST + 1)
    assert HUSH not in [what for *_, what in hall.heard]
