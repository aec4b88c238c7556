"""Redis dies, comes back empty, or is cut off from one process: told, and nobody's place lost."""

from __future__ import annotations

import asyncio
import secrets
import signal
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from realtime.client import RoomClient
from realtime.domain.commands import Accept, Admit, PassStick, Pause, Resume, StartRound
from realtime.domain.meeting import Order, Presence, TurnId, Wording
from realtime.domain.refusal import Reason
from realtime.store import by_redis
from tests.clusters import ValkeyCluster, cluster_in
from tests.contracts.worlds import MortalValkey
from tests.realtime.alone import alone
from tests.realtime.conftest import Door, House, serving
from tests.realtime.proxy import Proxy, proxy_to
from tests.valkeys import as_keeper, grown

pytestmark = pytest.mark.timeout(120)
TOLD = 1.0
"""Seconds within which people learn that the room is out of reach."""
BACK = 2.0
"""Seconds after Redis within which they are back."""


@dataclass
class Place:
    """Processes of one circle over a Valkey that dies."""

    valkey: MortalValkey
    stack: AsyncExitStack
    door: Door = field(default_factory=Door)
    slug: str = field(default_factory=lambda: secrets.token_hex(6))

    async def process(self, url: str = "") -> House:
        """One more, over a way to Redis of its own where one is given."""
        live, at = await self.stack.enter_async_context(
            serving(self.door, by_redis(url or self.valkey.url))
        )
        return House(at, self.slug, self.door, live, self.stack)

    async def proxy(self) -> Proxy:
        return await self.stack.enter_async_context(proxy_to(self.valkey.socket))


@pytest.fixture
async def place() -> AsyncIterator[Place]:
    valkey = MortalValkey()
    await valkey.start()
    await grown(valkey.url)
    async with AsyncExitStack() as stack:
        yield Place(valkey, stack)
    valkey.remove()


async def holding(host: RoomClient, *people: RoomClient) -> TurnId:
    """A round begins, and the first of these has the stick."""
    await host.send(StartRound(Wording("Apa kabar?"), Order.SEATS))
    await people[0].until(lambda p: p.you and p.you.offered)
    await people[0].send(Accept())
    await people[0].until(lambda p: p.you and p.you.turn_id)
    for person in people:
        await person.until(lambda p: p.meeting and p.meeting.stick.kind == "held")
    assert people[0].you and people[0].you.turn_id
    return people[0].you.turn_id


async def in_trouble(*people: RoomClient, seconds: float = TOLD) -> None:
    async with asyncio.timeout(seconds + 0.5):
        for person in people:
            await person.until(lambda p: p.trouble)


async def back(*people: RoomClient, seconds: float = BACK) -> None:
    async with asyncio.timeout(seconds + 0.5):
        for person in people:
            await person.until(lambda p: not p.trouble)


def seats(person: RoomClient) -> list[tuple[str, Presence]]:
    assert person.meeting
    return [(seat.name, seat.presence) for seat in person.meeting.seats]


def stamp_of(person: RoomClient) -> tuple[int, int]:
    assert person.meeting
    return person.meeting.epoch, person.meeting.version


@pytest.mark.parametrize("outage", [0.0, 5.0])
async def test_a_redis_that_died_and_came_back_empty_costs_nobody_seat_or_turn(
    place: Place, outage: float
) -> None:
    here, there = await place.process(), await place.process()
    host, dewi = await here.seat("Bu Sari", "Dewi")
    rina = await there.come("Rina")
    await host.send(Admit(rina.me))
    await rina.until(lambda p: p.meeting)
    turn = await holding(host, dewi, rina)
    assert (await dewi.say("satu")).seq == 1
    await rina.until(lambda p: p.said)
    before, was = stamp_of(rina), seats(rina)

    place.valkey.kill()
    await in_trouble(host, dewi, rina)
    assert (await dewi.say("hilang")).reason is Reason.OUT_OF_REACH
    assert (await host.send(Pause())).reason is Reason.OUT_OF_REACH
    # How long it lasts is what is tried here.
    await asyncio.sleep(outage)
    await place.valkey.start()
    await back(host, dewi, rina)

    for person in (host, dewi, rina):
        assert seats(person) == was
        assert stamp_of(person)[0] > before[0]
        # By exactly one of the two processes.
        assert stamp_of(person) == stamp_of(host)
    assert dewi.you and dewi.you.turn_id == turn
    answer = await dewi.say("dua")
    assert (answer.ok, answer.seq) == (True, 2)
    await rina.until(lambda p: len(p.said) == 2)
    assert (await host.send(Pause())).ok


async def test_the_newest_copy_wins_though_an_older_one_comes_back_first(place: Place) -> None:
    near, far = await place.proxy(), await place.proxy()
    here, there = await place.process(as_keeper(near.url)), await place.process(as_keeper(far.url))
    host, dewi = await here.seat("Bu Sari", "Dewi")
    rina = await there.come("Rina")
    await host.send(Admit(rina.me))
    await rina.until(lambda p: p.meeting)
    turn = await holding(host, dewi, rina)
    # From here on the other process hears nothing, and the stick moves on without it.
    far.cut()
    await in_trouble(rina)
    await dewi.send(PassStick(turn, None))
    await host.until(lambda p: p.meeting and p.meeting.stick.kind == "offered")
    assert rina.meeting and rina.meeting.stick.kind == "held"
    near.cut()
    await in_trouble(host, dewi)
    place.valkey.kill()
    await place.valkey.start()
    far.mend()
    await there.live.gateway.fanout.sequence(there.circle_id)
    near.mend()
    await back(host, dewi, rina)
    for person in (host, dewi, rina):
        assert person.meeting and person.meeting.stick.kind == "offered"
        assert stamp_of(person) == stamp_of(host)


async def test_a_process_that_slept_through_it_overwrites_nothing_when_it_wakes(
    place: Place,
) -> None:
    here = await place.process()
    asleep, url = await place.stack.enter_async_context(alone(place.valkey.url))
    host, dewi = await here.seat("Bu Sari", "Dewi")
    rina = await House(url, place.slug, place.door, here.live, place.stack).come("Rina")
    await host.send(Admit(rina.me))
    await rina.until(lambda p: p.meeting)
    turn = await holding(host, dewi, rina)
    asleep.send_signal(signal.SIGSTOP)
    place.valkey.kill()
    await in_trouble(host, dewi)
    await place.valkey.start()
    await back(host, dewi)
    await dewi.send(PassStick(turn, None))
    await host.until(lambda p: p.meeting and p.meeting.stick.kind == "offered")
    now = stamp_of(host)
    asleep.send_signal(signal.SIGCONT)
    await rina.until(lambda p: p.meeting and stamp_of(p) >= now)
    assert rina.meeting and rina.meeting.stick.kind == "offered"
    assert stamp_of(rina)[0] == stamp_of(host)[0] == now[0], "it began an epoch of its own"


async def test_a_process_that_is_cut_off_freezes_and_takes_the_present_when_it_is_back(
    place: Place,
) -> None:
    far = await place.proxy()
    here, there = await place.process(), await place.process(as_keeper(far.url))
    host, dewi = await here.seat("Bu Sari", "Dewi")
    rina = await there.come("Rina")
    await host.send(Admit(rina.me))
    await rina.until(lambda p: p.meeting)
    turn = await holding(host, dewi, rina)
    epoch = stamp_of(rina)[0]
    far.cut()
    await in_trouble(rina)
    assert (await rina.say("halo")).reason is Reason.OUT_OF_REACH
    # The others notice nothing, and go on.
    assert not host.trouble
    await dewi.send(PassStick(turn, None))
    await host.until(lambda p: p.meeting and p.meeting.stick.kind == "offered")
    far.mend()
    await back(rina)
    assert rina.meeting and rina.meeting.stick.kind == "offered"
    assert stamp_of(rina) == stamp_of(host)
    assert stamp_of(rina)[0] == epoch


async def test_a_meeting_that_the_store_loses_under_our_eyes_is_put_right(place: Place) -> None:
    """No connection is lost: the first who presses something finds out, and calls the others."""
    here, there = await place.process(), await place.process()
    host, dewi = await here.seat("Bu Sari", "Dewi")
    rina = await there.come("Rina")
    await host.send(Admit(rina.me))
    await rina.until(lambda p: p.meeting)
    turn = await holding(host, dewi, rina)
    before = stamp_of(rina)
    await here.live.gateway.room._store.forget(here.circle_id)
    assert (await host.send(Pause())).reason is Reason.OUT_OF_REACH
    await in_trouble(host, dewi, rina)
    await back(host, dewi, rina)
    assert stamp_of(rina) > before
    assert dewi.you and dewi.you.turn_id == turn
    assert (await host.send(Pause())).ok
    assert (await host.send(Resume())).ok


@pytest.fixture
async def cluster(tmp_path: Path) -> AsyncIterator[ValkeyCluster]:
    async with cluster_in(tmp_path) as made:
        yield made


@pytest.mark.long
async def test_a_primary_that_dies_in_the_middle_of_a_round_costs_nobody_seat_or_turn(
    cluster: ValkeyCluster,
) -> None:
    door, slug = Door(), secrets.token_hex(6)
    async with AsyncExitStack() as stack:
        houses = []
        for _ in range(2):
            live, at = await stack.enter_async_context(serving(door, by_redis(cluster.url)))
            houses.append(House(at, slug, door, live, stack))
        host, dewi = await houses[0].seat("Bu Sari", "Dewi")
        rina = await houses[1].come("Rina")
        await host.send(Admit(rina.me))
        await rina.until(lambda p: p.meeting)
        turn = await holding(host, dewi, rina)
        epoch, third = stamp_of(rina)[0], cluster.home(f"{{{houses[0].circle_id}}}")
        await cluster.primaries[third].kill()
        await in_trouble(host, dewi, rina)
        await cluster.promoted(cluster.replicas[third])
        await back(host, dewi, rina)
        assert dewi.you and dewi.you.turn_id == turn
        assert stamp_of(rina)[0] > epoch
        assert stamp_of(rina) == stamp_of(host)
        assert (await dewi.say("masih di sini")).ok
