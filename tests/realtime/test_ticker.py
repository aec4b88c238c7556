"""What a process looks at by itself: its own circles, and those that nobody serves any more."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace

import pytest

from realtime.clock import Clock
from realtime.domain.meeting import CircleId, Meeting, MemberId, Presence
from realtime.live import Live
from realtime.store import Memory, Stores, by_memory
from realtime.store.memory import MemoryMeetingStore
from realtime.store.memory_presence import MemoryPresence
from realtime.store.presence import LASTS
from realtime.store.redis import ATTENDED
from realtime.ticker import ALONE_SECONDS, BEAT_SECONDS, CLOCK_SECONDS, LOSSES_EVERY, OTHERS_EVERY
from tests.realtime.conftest import Door, House, Time, serving


class Counted(MemoryMeetingStore):
    """How often meetings were loaded."""

    loads = 0

    async def load(self, circle_id: CircleId) -> Meeting | None:
        self.loads += 1
        return await super().load(circle_id)


class Asked(MemoryPresence):
    """How often it was asked who is connected."""

    asked = 0

    async def connected(self, circle_id: CircleId) -> dict[MemberId, float]:
        self.asked += 1
        return await super().connected(circle_id)


@dataclass
class Process:
    """A process of the room without sockets, and what it asks for."""

    live: Live
    store: Counted

    async def look(self) -> int:
        """Let it look at others' circles; how many meetings it loaded for that."""
        before = self.store.loads
        await self.live.ticker.look_at_others()
        return self.store.loads - before


class Place:
    """What several processes share, with one clock that a test moves."""

    def __init__(self) -> None:
        self.door, self.time = Door(), Time()
        self.memory = Memory(self.time.monotonic)
        self.slug = secrets.token_hex(6)

    def stores(self) -> Stores:
        return by_memory(self.memory, self.time.monotonic)

    def process(self) -> Process:
        store, time = Counted(self.memory), self.time
        stores = replace(self.stores(), meetings=store)
        clock = Clock(time.wall, time.monotonic)
        return Process(Live(self.door, stores, [], clock, time.monotonic), store)

    async def seated(self, process: Live, name: str) -> MemberId:
        """Somebody who is in the meeting, and connected to no process."""
        guest = await self.door.admit({"name": name}, self.slug)
        await process.room.arrived(guest, observer=False)
        return guest.member_id

    def presence(self) -> Presence:
        (meeting,) = self.memory.meetings.values()
        return meeting.seats[-1].presence


@pytest.fixture
def place() -> Place:
    return Place()


@pytest.fixture
async def house(place: Place) -> AsyncIterator[House]:
    """A circle on a process of its own, whose presence counts how often it is asked."""
    stores = replace(place.stores(), presence=Asked(place.memory, place.time.monotonic))
    async with serving(place.door, stores, place.time) as (live, url), AsyncExitStack() as stack:
        yield House(url, place.slug, place.door, live, stack)


async def test_a_process_loads_no_meeting_that_another_one_attends_to(
    place: Place, house: House
) -> None:
    await house.seat("Bu Sari")
    idle = place.process()
    for _ in range(10):
        await house.live.ticker.look_at_others()
        assert await idle.look() == 0
        place.time.passed += OTHERS_EVERY * CLOCK_SECONDS


async def test_a_meeting_whose_process_died_is_carried_on_by_one_of_the_others(
    place: Place,
) -> None:
    dead, others = place.process(), [place.process(), place.process()]
    await place.seated(dead.live, "Bu Sari")
    assert [await one.look() for one in others] == [0, 0]
    place.time.passed += ATTENDED + 1
    assert [await one.look() for one in others] == [1, 0]
    for _ in range(3):
        place.time.passed += OTHERS_EVERY * CLOCK_SECONDS
        loaded = [await one.look() for one in others]
        assert loaded[0]
        assert not loaded[1]
    assert place.presence() is Presence.AWAY
    # And by the other, once that one is gone as well.
    place.time.passed += ATTENDED + 1
    assert await others[1].look()


async def test_a_meeting_that_has_a_process_again_is_let_go_of(place: Place) -> None:
    dead, other = place.process(), place.process()
    sari, circle_id = await place.seated(dead.live, "Bu Sari"), CircleId(f"c-{place.slug}")
    place.time.passed += ATTENDED + 1
    loaded = []
    for _ in range(int(2 * ALONE_SECONDS / BEAT_SECONDS)):
        # She came back, to a process that this one knows nothing of.
        await place.stores().presence.beat(circle_id, {"again": sari})
        loaded.append(await other.look())
        await place.stores().meetings.attend([circle_id])
        place.time.passed += BEAT_SECONDS
    assert (loaded[0], loaded[-1]) == (1, 0)
    assert place.presence() is Presence.HERE


async def test_who_is_elsewhere_is_asked_for_once_their_beats_run_out(
    place: Place, house: House
) -> None:
    await house.seat("Bu Sari")
    ani = await place.seated(house.live, "Bu Ani")
    asked = house.live.gateway.presence
    assert isinstance(asked, Asked)
    step = CLOCK_SECONDS * LOSSES_EVERY

    async def look(beats: bool) -> None:
        if beats:
            await asked.beat(house.circle_id, {"elsewhere": ani})
        for _ in range(LOSSES_EVERY):
            await house.live.ticker.look_at_the_clock()
        place.time.passed += step

    for _ in range(40):
        await look(beats=True)
    assert place.presence() is Presence.HERE
    assert asked.asked <= 40 * step / (LASTS - BEAT_SECONDS) + 1
    silent = 0.0
    while place.presence() is Presence.HERE:
        await look(beats=False)
        silent += step
    assert LASTS <= silent <= LASTS + step
