"""The store of meetings: swaps that are never lost or doubled, and nothing left behind."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from itertools import permutations

import pytest

from realtime.domain.meeting import CircleId, Phase, Wording
from realtime.ports import OutOfReach, Settling
from realtime.store import Stores
from realtime.store.redis import ATTENDED, LOT, MOST_LEFT, WINDOW
from tests.contracts.worlds import CIRCLE, OTHER, SITI, Clock, Hearer, World, meeting


async def add_one(process: Stores) -> None:
    """What the room does with every command: load, decide, swap, and again when it lost."""
    while True:
        old = await process.meetings.load(CIRCLE)
        assert old is not None
        if await process.meetings.swap(old, replace(old, version=old.version + 1)):
            return


async def test_what_was_put_is_what_is_loaded_by_every_process(world: World) -> None:
    here, there = world.process(), world.process()
    assert await here.meetings.load(CIRCLE) is None
    assert await here.meetings.swap(None, meeting())
    assert await there.meetings.load(CIRCLE) == meeting()
    assert await there.meetings.load(OTHER) is None


async def test_a_swap_against_an_old_version_changes_nothing(world: World) -> None:
    process, hearer = world.process(), Hearer()
    await process.fanout.listen(CIRCLE, hearer)
    assert await process.meetings.swap(None, meeting(1))
    assert await process.meetings.swap(meeting(1), meeting(2))
    assert not await process.meetings.swap(meeting(1), replace(meeting(3), prompt=Wording("late")))
    assert not await process.meetings.swap(None, meeting(1))
    assert await process.meetings.load(CIRCLE) == meeting(2)

    assert await process.meetings.swap(meeting(2), meeting(3))
    await hearer.until(lambda: 3 in hearer.versions)
    assert hearer.versions == [1, 2, 3]


async def test_the_same_version_of_another_epoch_is_another_meeting(world: World) -> None:
    process = world.process()
    await process.meetings.swap(None, meeting(4))
    assert not await process.meetings.swap(replace(meeting(4), epoch=2), meeting(5))
    assert await process.meetings.swap(meeting(4), replace(meeting(1), epoch=2))


async def test_two_writers_at_once_never_lose_or_double_a_move(world: World) -> None:
    here, there = world.process(), world.process()
    hearers = Hearer(), Hearer()
    await here.fanout.listen(CIRCLE, hearers[0])
    await there.fanout.listen(CIRCLE, hearers[1])
    await here.meetings.swap(None, meeting(0))
    await asyncio.gather(*(add_one(process) for process in (here, there) * 25))

    stored = await here.meetings.load(CIRCLE)
    assert stored is not None
    assert stored.version == 50
    for hearer in hearers:
        await hearer.until(lambda hearer=hearer: 50 in hearer.versions)  # type: ignore[misc]
        assert hearer.versions == list(range(51))


async def test_a_meeting_that_nobody_attends_to_is_given_to_one_process(world: World) -> None:
    clock = Clock()
    here, there = world.process(clock), world.process(clock)
    await here.meetings.swap(None, meeting())
    await here.meetings.swap(None, meeting(circle_id=OTHER))
    assert await there.meetings.attend(()) == ()
    clock.now += ATTENDED / 2
    assert await here.meetings.attend([CIRCLE]) == ()
    clock.now += ATTENDED / 2 + 1
    assert await there.meetings.attend(()) == (OTHER,)
    # Theirs from now on, and nobody else's.
    assert await here.meetings.attend([CIRCLE]) == ()
    clock.now += ATTENDED + 1
    assert set(await here.meetings.attend([])) == {CIRCLE, OTHER}


async def test_no_meeting_that_ended_is_given_to_anybody(world: World) -> None:
    clock = Clock()
    process = world.process(clock)
    await process.meetings.swap(None, meeting())
    await process.meetings.swap(None, meeting(circle_id=OTHER))
    await process.meetings.swap(meeting(), replace(meeting(2), phase=Phase.ENDED))
    clock.now += ATTENDED + 1
    assert await process.meetings.attend(()) == (OTHER,)
    await process.meetings.unlist(OTHER)
    clock.now += ATTENDED + 1
    assert await process.meetings.attend(()) == ()


async def test_a_clock_that_was_set_back_hides_no_meeting(world: World) -> None:
    clock = Clock()
    process = world.process(clock)
    await process.meetings.swap(None, meeting())
    clock.now -= 3600
    assert await process.meetings.attend(()) == (CIRCLE,)
    assert await process.meetings.attend(()) == ()


async def test_more_meetings_than_one_call_carries_are_all_attended_to(world: World) -> None:
    clock = Clock()
    process = world.process(clock)
    many = [CircleId(f"circle-{number}") for number in range(2 * LOT + 1)]
    await process.meetings.attend(many)
    clock.now += ATTENDED + 1
    left = await process.meetings.attend(many[:-3])
    assert set(left) == set(many[-3:])
    clock.now += ATTENDED + 1
    assert len(await process.meetings.attend(())) == MOST_LEFT


async def test_nothing_is_left_once_a_meeting_is_forgotten(world: World) -> None:
    clock = Clock()
    process = world.process(clock)
    await process.meetings.swap(None, meeting())
    await process.fanout.publish(CIRCLE, "said", b"{}")
    await process.presence.arrive(CIRCLE, SITI, "tab")
    assert CIRCLE.encode() in await world.kept()
    await process.meetings.forget(CIRCLE)
    assert await world.kept() == b""
    clock.now += ATTENDED + 1
    assert await process.meetings.attend(()) == ()
    assert await process.fanout.sequence(CIRCLE) == 0


async def test_out_of_reach_is_told_and_never_looks_like_empty(world: World) -> None:
    process = world.process()
    await process.meetings.swap(None, meeting())
    world.cut()
    try:
        for call in (
            process.meetings.load(CIRCLE),
            process.meetings.load(OTHER),
            process.meetings.attend(()),
        ):
            async with asyncio.timeout(2):
                with pytest.raises(OutOfReach):
                    await call
    finally:
        world.mend()
    assert await process.meetings.load(CIRCLE) == meeting()
    assert await process.meetings.load(OTHER) is None


@pytest.mark.parametrize("order", list(permutations((1, 2, 3))))
async def test_of_all_copies_of_a_lost_meeting_the_newest_stands_whatever_their_order(
    world: World, order: tuple[int, ...]
) -> None:
    clock = Clock()
    processes = [world.process(clock) for _ in order]
    for process, version in zip(processes, order, strict=True):
        with pytest.raises(Settling):
            await process.meetings.offer(CIRCLE, meeting(version), 0.0)
    with pytest.raises(Settling):
        await processes[0].meetings.load(CIRCLE)
    with pytest.raises(Settling):
        await processes[0].meetings.swap(meeting(order[0]), meeting(4))
    clock.now += WINDOW + 0.1
    told = [await process.meetings.offer(CIRCLE, None, 0.0) for process in processes]
    assert {newest.copy.version for newest in told if newest} == {3}
    settled = []
    for process, newest in zip(processes, told, strict=True):
        assert newest
        again = meeting(4, epoch=newest.epoch)
        settled.append(await process.meetings.settle(newest, again))
    assert settled == [True, False, False]
    found = await processes[1].meetings.load(CIRCLE)
    assert found
    assert (found.version, found.epoch > 1) == (4, True)
    # One that comes too late is older than what is there by now.
    assert await processes[2].meetings.offer(CIRCLE, meeting(9), 0.0) is None
