"""What only Redis can do to us: die, forget its scripts, be of the wrong kind, stay silent."""

from __future__ import annotations

import asyncio

import pytest

from realtime.domain.meeting import CircleId
from realtime.ports import OutOfReach, Settling
from realtime.store.link import Link, StoreFault, key
from realtime.store.redis import UNDER_WAY
from tests.contracts.worlds import CIRCLE, OTHER, SITI, Hearer, RedisWorld, meeting
from tests.valkeys import as_keeper, grown


async def test_a_killed_server_is_noticed_at_once_and_heard_again_after_its_restart(
    redis_world: RedisWorld,
) -> None:
    process, hearer = redis_world.process(), Hearer()
    await process.meetings.swap(None, meeting(7))
    await process.fanout.listen(CIRCLE, hearer)
    troubles = process.fanout.troubles()
    redis_world.server.kill()
    async with asyncio.timeout(0.5):
        assert (await anext(troubles)).lost
        with pytest.raises(OutOfReach):
            await process.meetings.load(CIRCLE)
    with pytest.raises(OutOfReach):
        await process.fanout.listen(OTHER, Hearer())

    # Its memory is gone with it; from here on everything works as on the first day.
    await redis_world.server.start()
    async with asyncio.timeout(2):
        assert not (await anext(troubles)).lost
    assert await process.meetings.load(CIRCLE) is None
    with pytest.raises(Settling):
        # Somebody who knows the meeting may still be on the way.
        await process.meetings.swap(None, meeting(1))
    await grown(redis_world.server.url)
    later = redis_world.process()
    assert await later.meetings.swap(None, meeting(1))
    assert await process.fanout.publish(CIRCLE, "said", b"{}") == 1
    await hearer.until(lambda: bool(hearer.words))
    # A listen that failed does not come to life later.
    subscribed = await redis_world.raw.execute_command("PUBSUB", "SHARDCHANNELS")
    assert subscribed == [key(CIRCLE).encode()]


async def test_a_listen_that_began_before_the_bus_was_back_is_heard(
    redis_world: RedisWorld,
) -> None:
    process, hearer = redis_world.process(), Hearer()
    redis_world.server.kill()
    beginning = asyncio.create_task(process.fanout.listen(CIRCLE, hearer))
    with pytest.raises(OutOfReach):
        await process.meetings.load(CIRCLE)
    await redis_world.server.start()
    await beginning
    await process.fanout.publish(CIRCLE, "said", b"{}")
    await hearer.until(lambda: bool(hearer.words))


async def test_a_load_that_overtakes_the_bus_never_turns_time_back(
    redis_world: RedisWorld,
) -> None:
    process, hearer = redis_world.process(), Hearer()
    await process.meetings.swap(None, meeting(0))
    await process.fanout.listen(CIRCLE, hearer)
    troubles = process.fanout.troubles()
    for lap in range(5):
        await redis_world.raw.client_kill_filter(_type="pubsub")
        assert (await anext(troubles)).lost
        for version in range(lap * 40, lap * 40 + 40):
            assert await process.meetings.swap(meeting(version), meeting(version + 1))
        assert not (await anext(troubles)).lost
    await hearer.until(lambda: 200 in hearer.versions)
    assert hearer.versions == sorted(hearer.versions)


async def test_scripts_that_the_server_forgot_run_all_the_same_and_in_order(
    redis_world: RedisWorld,
) -> None:
    process, hearer = redis_world.process(), Hearer()
    await process.fanout.listen(CIRCLE, hearer)
    await process.fanout.publish(CIRCLE, "said", b"0")
    await redis_world.raw.script_flush()
    await asyncio.gather(
        *(process.fanout.publish(CIRCLE, "said", f"{at}".encode()) for at in range(1, 20))
    )
    await hearer.until(lambda: len(hearer.words) == 20)
    assert [int(words.payload) for words in hearer.words] == list(range(20))


async def test_a_fault_of_the_store_quotes_nothing_that_was_said(
    redis_world: RedisWorld,
) -> None:
    process = redis_world.process()
    await redis_world.raw.set(key(CIRCLE, "seq"), "CANARY not a number")
    with pytest.raises(StoreFault) as caught:
        await process.fanout.publish(CIRCLE, "said", b"CANARY")
    assert "CANARY" not in repr(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None


async def test_a_caller_that_is_cancelled_harms_nobody(redis_world: RedisWorld) -> None:
    process = redis_world.process()
    for at in range(50):
        saying = asyncio.create_task(process.fanout.publish(CIRCLE, "said", b"{}"))
        for _ in range(at % 5):
            await asyncio.sleep(0)
        saying.cancel()
        assert await process.meetings.load(CIRCLE) is None
    assert await process.fanout.sequence(CircleId("none")) == 0


async def test_many_commands_of_one_moment_share_one_connection(redis_world: RedisWorld) -> None:
    link = Link(as_keeper(redis_world.server.url))
    before = {client["id"] for client in await redis_world.raw.client_list()}
    answers = await asyncio.gather(*(link.ask("ECHO", str(at)) for at in range(500)))
    assert answers == [str(at).encode() for at in range(500)]
    after = {client["id"] for client in await redis_world.raw.client_list()}
    assert len(after - before) == 1
    await link.close()


async def test_whoever_waits_when_the_link_is_closed_is_told(redis_world: RedisWorld) -> None:
    link = Link(redis_world.server.url)
    await link.ask("PING")
    redis_world.cut()
    try:
        waiting = asyncio.create_task(link.ask("PING"))
        await asyncio.sleep(0)
        await link.close()
        with pytest.raises(OutOfReach):
            await waiting
    finally:
        redis_world.mend()


async def test_keys_and_channel_of_a_circle_share_one_slot_of_a_cluster(
    redis_world: RedisWorld,
) -> None:
    process = redis_world.process()
    await process.meetings.swap(None, meeting())
    await process.fanout.publish(CIRCLE, "said", b"{}")
    await process.presence.arrive(CIRCLE, SITI, "one")
    names = {name.decode() for name in await redis_world.raw.keys("*")}
    tagged = {key(CIRCLE, part) for part in ("meeting", "seq", "here")}
    assert names == tagged | {UNDER_WAY}
    # Whatever nobody forgets forgets itself within a day.
    assert all([0 < await redis_world.raw.ttl(name) <= 86_400 for name in names])


async def test_words_go_on_from_their_place_though_the_counter_was_lost(
    redis_world: RedisWorld,
) -> None:
    here, there, hearer = redis_world.process(), redis_world.process(), Hearer()
    await there.fanout.listen(CIRCLE, hearer)
    await here.fanout.listen(CIRCLE, Hearer())
    for place in (1, 2, 3):
        assert await here.fanout.publish(CIRCLE, "said", b"{}") == place
    await hearer.until(lambda: len(hearer.words) == 3)
    await redis_world.raw.delete(key(CIRCLE, "seq"))
    assert await there.fanout.publish(CIRCLE, "said", b"{}") == 4
    await redis_world.raw.delete(key(CIRCLE, "seq"))
    assert await there.fanout.sequence(CIRCLE) == 4
    # Whoever comes to a process that had not listened counts on from there too.
    assert await redis_world.process().fanout.sequence(CIRCLE) == 4
