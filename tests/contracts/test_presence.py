"""Who is connected: a person, however many tabs, on however many processes."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable

import pytest

from realtime.domain.meeting import CircleId, MemberId
from realtime.ports import OutOfReach
from realtime.store import Stores
from realtime.store.presence import LASTS
from realtime.ticker import CLOCK_SECONDS, LOSSES_EVERY
from tests.contracts.worlds import BUDI, CIRCLE, OTHER, SITI, Clock, World


async def connected(process: Stores, circle_id: CircleId) -> set[MemberId]:
    return set(await process.presence.connected(circle_id))


async def test_tabs_on_two_processes_are_counted_together(world: World) -> None:
    here, there = world.process(), world.process()
    assert await here.presence.arrive(CIRCLE, SITI, "one") == 1
    assert await there.presence.arrive(CIRCLE, SITI, "two") == 2
    assert await there.presence.arrive(CIRCLE, BUDI, "three") == 1
    assert await there.presence.arrive(CIRCLE, SITI, "two") == 2
    assert await connected(here, CIRCLE) == {SITI, BUDI}
    assert await connected(here, OTHER) == set()
    assert await here.presence.depart(CIRCLE, SITI, "one") == 1
    assert await connected(here, CIRCLE) == {SITI, BUDI}
    assert await there.presence.depart(CIRCLE, SITI, "two") == 0
    assert await there.presence.depart(CIRCLE, SITI, "two") == 0
    assert await connected(here, CIRCLE) == {BUDI}


async def test_a_connection_that_no_longer_beats_is_gone_within_15_seconds(world: World) -> None:
    # A beat is four seconds old at most when its process dies, and losses are looked for each 1.5.
    assert LASTS + LOSSES_EVERY * CLOCK_SECONDS < 15
    clock = Clock()
    process = world.process(clock)
    await process.presence.arrive(CIRCLE, SITI, "one")
    await process.presence.arrive(CIRCLE, BUDI, "two")
    clock.now += 10
    await process.presence.beat(CIRCLE, {"two": BUDI})
    clock.now += LASTS - 10.1
    assert await connected(process, CIRCLE) == {SITI, BUDI}
    clock.now += 0.2
    assert await connected(process, CIRCLE) == {BUDI}
    # The ghost of an old tab does not count beside the new one.
    assert await process.presence.arrive(CIRCLE, SITI, "three") == 1


async def test_whoever_is_sent_on_is_here_for_as_long_as_a_beat_lasts(world: World) -> None:
    clock = Clock()
    here, there = world.process(clock), world.process(clock)
    await here.presence.arrive(CIRCLE, SITI, "one")
    await here.presence.hand_over(CIRCLE, {SITI})
    # It is no connection: however often somebody is sent on, none of their tabs is refused.
    assert await here.presence.depart(CIRCLE, SITI, "one") == 0
    assert await connected(there, CIRCLE) == {SITI}
    assert await there.presence.arrive(CIRCLE, SITI, "two") == 1
    assert await there.presence.depart(CIRCLE, SITI, "two") == 0
    clock.now += LASTS - 0.1
    assert await connected(there, CIRCLE) == {SITI}
    clock.now += 0.2
    assert await connected(there, CIRCLE) == set()


async def test_of_each_person_it_is_known_for_how_long_they_are_here_without_another_beat(
    world: World,
) -> None:
    clock = Clock()
    process = world.process(clock)
    await process.presence.arrive(CIRCLE, SITI, "one")
    clock.now += 4
    await process.presence.arrive(CIRCLE, SITI, "two")
    await process.presence.arrive(CIRCLE, BUDI, "three")
    clock.now += 4
    await process.presence.beat(CIRCLE, {"one": SITI})
    assert await process.presence.connected(CIRCLE) == {SITI: LASTS, BUDI: LASTS - 4}


async def test_a_beat_brings_back_whoever_was_thought_gone(world: World) -> None:
    clock = Clock()
    process = world.process(clock)
    await process.presence.arrive(CIRCLE, SITI, "one")
    clock.now += LASTS + 1
    assert await connected(process, CIRCLE) == set()
    await process.presence.beat(CIRCLE, {"one": SITI})
    assert await connected(process, CIRCLE) == {SITI}


@pytest.mark.parametrize("step", [3600, -3600])
async def test_a_clock_that_is_set_takes_nobody_away_and_keeps_nobody(
    world: World, step: int
) -> None:
    clock = Clock()
    process = world.process(clock)
    await process.presence.arrive(CIRCLE, SITI, "one")
    await process.presence.arrive(CIRCLE, BUDI, "two")
    clock.now += step
    assert await connected(process, CIRCLE) == {SITI, BUDI}
    clock.now += 10
    await process.presence.beat(CIRCLE, {"two": BUDI})
    assert await connected(process, CIRCLE) == {SITI, BUDI}
    clock.now += LASTS - 9.8
    assert await connected(process, CIRCLE) == {BUDI}


async def test_nobody_left_leaves_no_key(world: World) -> None:
    process = world.process()
    await process.presence.beat(CIRCLE, {})
    await process.presence.arrive(CIRCLE, SITI, "one")
    assert await world.kept() != b""
    await process.presence.depart(CIRCLE, SITI, "one")
    assert await world.kept() == b""


async def test_an_outage_is_not_an_empty_room(world: World) -> None:
    process = world.process()
    await process.presence.arrive(CIRCLE, SITI, "one")
    world.cut()
    try:
        presence = process.presence
        calls: list[Awaitable[object]] = [
            presence.connected(CIRCLE),
            presence.arrive(CIRCLE, BUDI, "two"),
            presence.beat(CIRCLE, {"one": SITI}),
        ]
        async with asyncio.timeout(2):
            answers = await asyncio.gather(*calls, return_exceptions=True)
        assert [type(answer) for answer in answers] == [OutOfReach] * 3
    finally:
        world.mend()
    assert SITI in await process.presence.connected(CIRCLE)


async def test_without_a_clock_of_its_own_presence_still_works(world: World) -> None:
    process = world.process()
    await process.presence.arrive(CIRCLE, SITI, "one")
    await process.presence.beat(CIRCLE, {"one": SITI, "two": BUDI})
    assert await connected(process, CIRCLE) == {SITI, BUDI}
