"""Words in passing: one order for everybody, heard where somebody listens, kept nowhere."""

from __future__ import annotations

import asyncio

import pytest

from realtime.domain.meeting import CircleId
from realtime.ports import Heard, OutOfReach
from tests.contracts.worlds import CIRCLE, OTHER, Hearer, World, meeting


async def test_words_arrive_as_they_were_said_on_every_process(world: World) -> None:
    here, there = world.process(), world.process()
    hearers = Hearer(), Hearer()
    await here.fanout.listen(CIRCLE, hearers[0])
    await there.fanout.listen(CIRCLE, hearers[1])
    payload = '{"text":"a b\\n\u2028 \u00e9 \x00"}'.encode()
    assert await here.fanout.publish(CIRCLE, "said", payload) == 1
    for hearer in hearers:
        await hearer.until(lambda hearer=hearer: bool(hearer.words))  # type: ignore[misc]
        assert [(w.seq, w.event, w.payload) for w in hearer.words] == [(1, "said", payload)]


async def test_everybody_hears_the_same_order_without_a_gap(world: World) -> None:
    here, there = world.process(), world.process()
    hearers = Hearer(), Hearer()
    await here.fanout.listen(CIRCLE, hearers[0])
    await there.fanout.listen(CIRCLE, hearers[1])
    told = await asyncio.gather(
        *(
            process.fanout.publish(CIRCLE, "said", f"{name}{at}".encode())
            for at in range(100)
            for name, process in (("here", here), ("there", there))
        )
    )
    assert sorted(told) == list(range(1, 201))
    for hearer in hearers:
        await hearer.until(lambda hearer=hearer: len(hearer.words) == 200)  # type: ignore[misc]
    assert hearers[0].words == hearers[1].words
    assert [words.seq for words in hearers[0].words] == list(range(1, 201))
    # What one process said stays in the order in which it said it.
    mine = [w.payload for w in hearers[0].words if w.payload.startswith(b"here")]
    assert mine == [f"here{at}".encode() for at in range(100)]
    assert await there.fanout.sequence(CIRCLE) == 200


async def test_the_words_of_one_circle_are_not_heard_in_another(world: World) -> None:
    process, pagi, malam = world.process(), Hearer(), Hearer()
    await process.fanout.listen(CIRCLE, pagi)
    await process.fanout.listen(OTHER, malam)
    await process.fanout.publish(CIRCLE, "said", b"pagi")
    await process.fanout.publish(OTHER, "said", b"malam")
    await pagi.until(lambda: bool(pagi.words))
    await malam.until(lambda: bool(malam.words))
    assert [w.payload for w in pagi.words + malam.words] == [b"pagi", b"malam"]
    # Each circle counts for itself.
    assert [w.seq for w in pagi.words + malam.words] == [1, 1]


async def test_many_circles_that_begin_at_once_are_all_heard(world: World) -> None:
    process = world.process()
    circles = [CircleId(f"circle-{at}") for at in range(60)]
    hearers = [Hearer() for _ in circles]
    await asyncio.gather(*map(process.fanout.listen, circles, hearers))
    for circle_id in circles:
        await process.fanout.publish(circle_id, "said", b"{}")
    for hearer in hearers:
        await hearer.until(lambda hearer=hearer: bool(hearer.words))  # type: ignore[misc]


async def test_after_unlisten_nothing_more_is_heard(world: World) -> None:
    here, there = world.process(), world.process()
    gone, stays = Hearer(), Hearer()
    await here.fanout.listen(CIRCLE, gone)
    await there.fanout.listen(CIRCLE, stays)
    await here.fanout.unlisten(CIRCLE)
    await here.fanout.publish(CIRCLE, "said", b"{}")
    await stays.until(lambda: bool(stays.words))
    # Whoever comes back hears what follows, and nothing of what went before.
    await here.fanout.listen(CIRCLE, gone)
    await here.fanout.publish(CIRCLE, "said", b"{}")
    await gone.until(lambda: bool(gone.words))
    assert [words.seq for words in gone.words] == [2]


async def test_a_second_hearer_takes_the_place_of_the_first(world: World) -> None:
    process, first, second = world.process(), Hearer(), Hearer()
    await process.fanout.listen(CIRCLE, first)
    await process.fanout.listen(CIRCLE, second)
    await process.fanout.publish(CIRCLE, "said", b"{}")
    await second.until(lambda: bool(second.words))
    assert first.words == []


async def test_a_hearer_may_stop_hearing_while_it_hears(world: World) -> None:
    process, hearer = world.process(), Hearer()

    async def once(heard: Heard) -> None:
        await process.fanout.unlisten(CIRCLE)
        await hearer(heard)

    await process.fanout.listen(CIRCLE, once)
    await process.fanout.publish(CIRCLE, "said", b"{}")
    await hearer.until(lambda: bool(hearer.words))


async def test_a_slow_or_failing_hearer_harms_no_other_circle(world: World) -> None:
    process, after = world.process(), asyncio.Event()
    quick, patient = Hearer(), Hearer()

    async def slow(heard: Heard) -> None:
        await after.wait()
        await patient(heard)
        raise ValueError("CANARY")

    await process.fanout.listen(CIRCLE, slow)
    await process.fanout.listen(OTHER, quick)
    await process.fanout.publish(CIRCLE, "said", b"{}")
    await process.fanout.publish(CIRCLE, "said", b"{}")
    await process.fanout.publish(OTHER, "said", b"{}")
    await quick.until(lambda: bool(quick.words))
    assert patient.words == []
    after.set()
    # The first fault does not make it deaf to the second.
    await patient.until(lambda: len(patient.words) == 2)


async def test_what_is_said_is_in_no_key(world: World) -> None:
    canary = b"CANARY-kenari"
    process, hearer = world.process(), Hearer()
    await process.meetings.swap(None, meeting())
    await process.fanout.listen(CIRCLE, hearer)
    for _ in range(20):
        await process.fanout.publish(CIRCLE, "said", canary)
    await hearer.until(lambda: len(hearer.words) == 20)
    assert canary not in await world.kept()
    # The same search finds what somebody did store.
    await world.put(canary)
    assert canary in await world.kept()


async def test_an_outage_is_told_and_then_everybody_has_the_present_state(world: World) -> None:
    process, hearer = world.process(), Hearer()
    await process.meetings.swap(None, meeting(1))
    await process.fanout.listen(CIRCLE, hearer)
    troubles = process.fanout.troubles()
    world.cut()
    try:
        async with asyncio.timeout(1.5):
            assert (await anext(troubles)).lost
        for call in (
            process.fanout.publish(CIRCLE, "said", b"{}"),
            process.fanout.sequence(CIRCLE),
            process.fanout.listen(OTHER, Hearer()),
        ):
            async with asyncio.timeout(1.5):
                with pytest.raises(OutOfReach):
                    await call
    finally:
        world.mend()
    async with asyncio.timeout(2):
        assert not (await anext(troubles)).lost
    await hearer.until(lambda: 1 in hearer.versions)
    # Heard again, and from the same place.
    assert await process.meetings.swap(meeting(1), meeting(2))
    await process.fanout.publish(CIRCLE, "said", b"later")
    await hearer.until(lambda: any(words.payload == b"later" for words in hearer.words))
    assert hearer.versions[-1] == 2
