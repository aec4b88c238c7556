"""A cluster while it changes: a slot that moves, a primary that dies, a change that is lost."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path

import pytest

from realtime.audio.ask import Letter, Post
from realtime.audio.lease import Leases
from realtime.clock import Clock, Watch
from realtime.domain.commands import SetFloor
from realtime.domain.meeting import CircleId, Floor, Frame, Meeting, MemberId
from realtime.domain.reading import stamp
from realtime.domain.refusal import Refused
from realtime.ports import Guest, OutOfReach, Settling
from realtime.room import Room
from realtime.store import Stores, by_redis, reign
from realtime.store.link import Link, key
from tests.clusters import Server, ValkeyCluster, cluster_in, until
from tests.contracts.worlds import SITI, Hearer, meeting
from tests.realtime.conftest import Door

pytestmark = [pytest.mark.long, pytest.mark.timeout(120)]


@pytest.fixture
async def cluster(tmp_path: Path) -> AsyncIterator[ValkeyCluster]:
    async with cluster_in(tmp_path) as made:
        yield made


@pytest.fixture
async def processes(cluster: ValkeyCluster) -> AsyncIterator[Callable[[], Stores]]:
    async with AsyncExitStack() as stack:

        def begin() -> Stores:
            stores = by_redis(cluster.url)
            stack.push_async_callback(stores.close)
            return stores

        yield begin


def circle_in(cluster: ValkeyCluster, third: int) -> CircleId:
    """One that the n-th primary has."""
    names = (CircleId(f"circle-{n}") for n in range(1000))
    return next(name for name in names if cluster.home(key(name)) == third)


async def sure(doing: Callable[[], Awaitable[bool]]) -> None:
    """Do it as soon as it can be done: until then it says that it cannot."""
    async with asyncio.timeout(15):
        while True:
            try:
                assert await doing()
            except OutOfReach:
                await asyncio.sleep(0.02)
            else:
                return


async def put_right(process: Stores, known: Meeting, outage: float = 0.0) -> Meeting:
    """What the room does after a loss."""
    async with asyncio.timeout(15):
        while True:
            try:
                newest = await process.meetings.offer(known.circle_id, known, outage)
                if newest is not None:
                    again = meeting(newest.copy.version + 1, known.circle_id, newest.epoch)
                    await process.meetings.settle(newest, again)
                found = await process.meetings.load(known.circle_id)
            except OutOfReach:
                await asyncio.sleep(0.02)
            else:
                assert found is not None
                return found


async def test_a_slot_that_moves_takes_the_meeting_and_its_channel_along(
    cluster: ValkeyCluster, processes: Callable[[], Stores]
) -> None:
    circle = circle_in(cluster, 0)
    here, there, hearers = processes(), processes(), (Hearer(), Hearer())
    for process, hearer in zip((here, there), hearers, strict=True):
        await process.fanout.listen(circle, hearer)
    await here.meetings.swap(None, meeting(1, circle))
    await here.fanout.publish(circle, "said", b"before")
    moving = asyncio.create_task(cluster.move(key(circle), cluster.primaries[1]))
    for version in range(1, 60):
        await sure(
            lambda version=version: here.meetings.swap(  # type: ignore[misc]
                meeting(version, circle), meeting(version + 1, circle)
            )
        )
    await moving
    await sure(lambda: here.meetings.swap(meeting(60, circle), meeting(61, circle)))
    for hearer in hearers:
        await hearer.until(lambda hearer=hearer: 61 in hearer.versions)  # type: ignore[misc]
        assert hearer.versions == sorted(hearer.versions)
    # Words go on from the same place, and everybody hears them at their new one.
    assert await there.fanout.publish(circle, "said", b"after") == 2
    for hearer in hearers:
        await hearer.until(lambda hearer=hearer: len(hearer.words) == 2)  # type: ignore[misc]
    channels = [await s.ask("PUBSUB", "SHARDCHANNELS") for s in cluster.primaries]
    assert channels == [[], [key(circle).encode()], []]


async def test_a_primary_that_dies_costs_its_own_circles_a_moment_and_the_others_nothing(
    cluster: ValkeyCluster, processes: Callable[[], Stores]
) -> None:
    circle, other = circle_in(cluster, 0), circle_in(cluster, 1)
    here, hearer, beside = processes(), Hearer(), Hearer()
    await here.fanout.listen(circle, hearer)
    await here.fanout.listen(other, beside)
    await here.meetings.swap(None, meeting(1, circle))
    await here.fanout.publish(circle, "said", b"before")
    await hearer.until(lambda: bool(hearer.words))
    await cluster.copied(0)
    troubles = here.fanout.troubles()
    await cluster.primaries[0].kill()
    async with asyncio.timeout(1):
        told = await anext(troubles)
    assert told.lost
    assert told.circles == {circle}
    with pytest.raises(OutOfReach):
        await here.fanout.publish(circle, "said", b"lost")
    await here.fanout.publish(other, "said", b"{}")
    await beside.until(lambda: bool(beside.words))

    await cluster.promoted(cluster.replicas[0])
    async with asyncio.timeout(2):
        told = await anext(troubles)
    assert not told.lost
    assert told.circles == {circle}
    # What is there may lack something: nobody builds on it before it was put right.
    with pytest.raises(Settling):
        await here.meetings.swap(meeting(1, circle), meeting(2, circle))
    found = await put_right(here, meeting(1, circle))
    assert stamp(found) > stamp(meeting(1, circle))
    assert await here.fanout.publish(circle, "said", b"later") == 2
    await hearer.until(lambda: len(hearer.words) == 2)


async def lose_the_last_change(
    cluster: ValkeyCluster, process: Stores, circle: CircleId
) -> Meeting:
    """A change that was told as done, and never came to the replica that takes over."""
    await process.meetings.swap(None, meeting(1, circle))
    await cluster.copied(0)
    async with losing_what_follows(cluster):
        assert await process.meetings.swap(meeting(1, circle), meeting(2, circle))
    return meeting(2, circle)


@asynccontextmanager
async def losing_what_follows(cluster: ValkeyCluster) -> AsyncIterator[None]:
    """The first primary dies at the end, and nothing of what it was told comes to its replica."""
    primary, replica = cluster.primaries[0], cluster.replicas[0]
    replica.signal(signal.SIGSTOP)
    await primary.ask("CLIENT", "KILL", "TYPE", "replica")
    yield
    await primary.kill()
    replica.signal(signal.SIGCONT)
    await cluster.promoted(replica)


async def test_a_change_that_the_failover_lost_stands_where_a_process_knows_it(
    cluster: ValkeyCluster, processes: Callable[[], Stores]
) -> None:
    circle = circle_in(cluster, 0)
    here, there = processes(), processes()
    known = await lose_the_last_change(cluster, here, circle)
    # Somebody who had heard less is there first, and may not go on from what is there.
    with pytest.raises(OutOfReach):
        await there.meetings.offer(circle, meeting(1, circle), 0.0)
    found, also = await asyncio.gather(put_right(here, known), put_right(there, meeting(1, circle)))
    assert found == also
    assert (found.version, found.epoch > known.epoch) == (3, True)


async def test_a_change_that_nobody_knows_any_more_is_lost_and_the_epoch_says_so(
    cluster: ValkeyCluster, processes: Callable[[], Stores]
) -> None:
    circle = circle_in(cluster, 0)
    known = await lose_the_last_change(cluster, processes(), circle)
    found = await put_right(processes(), meeting(1, circle))
    assert found.version == 2
    # Whoever saw the lost one takes this for the newer all the same.
    assert stamp(found) > stamp(known)


async def test_whoever_was_told_that_a_lost_change_was_done_is_to_be_told_of_it(
    cluster: ValkeyCluster, processes: Callable[[], Stores]
) -> None:
    circle, clock = circle_in(cluster, 0), Clock()
    here, there = (Room(processes().meetings, Door(), clock, Watch()) for _ in range(2))
    opened = await here.arrived(guest(SITI, circle), observer=False)
    await there.load(circle)

    async def changed(name: str, floor: Floor) -> None:
        seen = (opened.epoch, opened.shown)
        await here.carry_out(circle, SITI, SetFloor(floor), name, seen)

    await changed("kept", Floor.QUIET)
    await there.load(circle)
    await cluster.copied(0)
    async with losing_what_follows(cluster):
        await changed("lost", Floor.STICK)
    # The process that said yes sleeps meanwhile, and the other one puts right what it knows.
    again = await in_time(there, circle)
    assert again.floor is Floor.QUIET
    assert await in_time(here, circle) == again
    assert here.promises.take_broken(circle) == {SITI}
    assert not here.promises.take_broken(circle)
    assert not there.promises.take_broken(circle)


def guest(member: MemberId, circle: CircleId) -> Guest:
    """A facilitator."""
    return Guest(member, circle, "Siti", True, False, Frame("Kamis", seats=6))


async def in_time(room: Room, circle: CircleId) -> Meeting:
    """The meeting, once it is sure."""
    async with asyncio.timeout(15):
        while True:
            with suppress(Refused):
                # As after an outage: what holds has to be put right first.
                found = await room.load(circle, 1.0)
                assert found is not None
                return found
            await asyncio.sleep(0.02)


async def test_a_history_that_began_meanwhile_is_noticed(
    cluster: ValkeyCluster, processes: Callable[[], Stores], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As where a replica was put beside a server that had none."""
    monkeypatch.setattr(reign, "AGAIN_SECONDS", -1.0)
    circle, process = circle_in(cluster, 0), processes()
    assert await process.meetings.swap(None, meeting(1, circle))
    begun = await cluster.primaries[0].ask("HGET", key(circle, "meeting"), "reign")
    await cluster.replicas[0].ask("CLUSTER", "FAILOVER")
    await cluster.promoted(cluster.replicas[0])
    # The old primary is in its place again, by a connection that was open all the time.
    async with asyncio.timeout(15):
        await until(lambda: follows_again(cluster.primaries[0]))
    await cluster.primaries[0].ask("CLUSTER", "FAILOVER")
    await cluster.promoted(cluster.primaries[0])
    await sure(lambda: changed_or_put_right(process, circle))
    now = await cluster.primaries[0].ask("HGET", key(circle, "meeting"), "reign")
    assert now != begun


async def follows_again(server: Server) -> bool:
    return b"master_link_status:up" in await server.ask("INFO", "replication")


async def changed_or_put_right(process: Stores, circle: CircleId) -> bool:
    found = await process.meetings.load(circle)
    assert found
    new = meeting(found.version + 1, circle, found.epoch)
    try:
        return await process.meetings.swap(found, new)
    except Settling:
        await put_right(process, found)
        return True


async def test_leases_and_letters_of_the_sound_work_in_a_cluster(cluster: ValkeyCluster) -> None:
    link, other = Link(cluster.url), Link(cluster.url)
    leases, circles = Leases(link), [circle_in(cluster, n) for n in range(3)]

    async def answer(letter: Letter) -> Letter:
        return {"heard": letter["said"]}

    posts = Post(link, "one"), Post(other, "two", answer)
    for post in posts:
        post.start()
    try:
        await leases.beat("one", 3)
        assert await leases.living() == {"one": 3}
        assert [await leases.take(circle, "one") for circle in circles] == ["one"] * 3
        assert [await leases.holder(circle) for circle in circles] == ["one"] * 3
        await posts[1].opened()
        assert await posts[0].ask("two", {"said": 7}) == {"heard": 7}
        # Its box moves, and letters arrive there.
        box = "{lingkar:box:two}"
        target = cluster.primaries[(cluster.home(box) + 1) % 3]
        await cluster.move(box, target)
        async with asyncio.timeout(5):
            while box.encode() not in await target.ask("PUBSUB", "SHARDCHANNELS"):  # noqa: ASYNC110
                await asyncio.sleep(0.02)
        assert await posts[0].ask("two", {"said": 8}) == {"heard": 8}
    finally:
        for post in posts:
            await post.stop()
        await link.close()
        await other.close()
