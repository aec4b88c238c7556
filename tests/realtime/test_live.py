"""The clock, outages and losses of a running room, with time and reach in the test's hands."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from time import time as wall_clock

import pytest
from websockets.asyncio.client import connect as open_websocket

from realtime.client import ConnectRefused, RoomClient
from realtime.client.packets import connect as connect_packet
from realtime.clock import Clock
from realtime.domain.commands import Accept, SetFloor, StartRound
from realtime.domain.meeting import Floor, MemberId, Order, Presence, Wording
from realtime.domain.refusal import Reason
from realtime.encoding import Frame
from realtime.live import Live
from realtime.ports import Guest, StateHeard
from realtime.store import Memory, by_memory
from realtime.ticker import SETTLED_SECONDS
from tests.realtime.conftest import Door, House, Time, serving


@dataclass
class World:
    house: House
    memory: Memory
    time: Time
    live: Live

    async def seated_without_a_line(self, name: str) -> Guest:
        """Somebody who is in the meeting, and connected to no process."""
        guest = await self.house.door.admit({"name": name}, self.house.slug)
        await self.live.room.arrived(guest, observer=False)
        return guest


@pytest.fixture
async def world(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[World]:
    """One process over a memory store; its clock looks often and stands still by itself."""
    monkeypatch.setattr("realtime.ticker.CLOCK_SECONDS", 0.01)
    door, time = Door(), Time()
    memory = Memory(lambda: wall_clock() + time.passed)
    stores = by_memory(memory, time.monotonic)
    async with serving(door, stores, time) as (running, url), AsyncExitStack() as stack:
        house = House(url, secrets.token_hex(6), door, running, stack)
        yield World(house, memory, time, running)


def presence(person: RoomClient, name: str) -> Presence | None:
    seats = person.meeting.seats if person.meeting else ()
    return next((seat.presence for seat in seats if seat.name == name), None)


async def holds(host: RoomClient, person: RoomClient) -> None:
    await host.send(StartRound(Wording("Apa kabar?"), Order.SEATS))
    await person.until(lambda p: p.you and p.you.offered)
    await person.send(Accept())
    await person.until(lambda p: p.you and p.you.turn_id)


async def test_a_place_is_held_for_a_minute_and_then_the_stick_rests(world: World) -> None:
    host, dewi, _ = await world.house.seat("Bu Sari", "Dewi", "Rina")
    await holds(host, dewi)
    await dewi.vanish()
    await host.until(lambda p: p.meeting and p.meeting.stick.kind == "place_held")
    world.time.passed += 61
    await host.until(lambda p: p.meeting and p.meeting.stick.kind == "resting")


async def test_a_wall_clock_that_jumps_an_hour_ends_nothing(world: World) -> None:
    host, dewi, _ = await world.house.seat("Bu Sari", "Dewi", "Rina")
    await holds(host, dewi)
    await dewi.vanish()
    await host.until(lambda p: p.meeting and p.meeting.stick.kind == "place_held")
    world.time.step += 3600
    world.time.passed += 30
    again = await world.house.come("Dewi")
    await again.until(lambda p: p.meeting and p.you and p.you.turn_id)
    assert again.meeting and again.meeting.stick.kind == "held"


async def test_whoever_is_gone_without_a_goodbye_is_noticed(world: World) -> None:
    (host,) = await world.house.seat("Bu Sari")
    # A seat whose connection was on a process that died: no beat, and nobody to report it.
    await world.seated_without_a_line("Bu Ani")
    await host.until(lambda p: presence(p, "Bu Ani") is Presence.HERE)
    world.time.passed += SETTLED_SECONDS + 1
    await world.live.gateway.presence.beat(
        world.house.circle_id, {"still-there": MemberId("m-Bu Sari")}
    )
    await host.until(lambda p: presence(p, "Bu Ani") is Presence.AWAY)


async def test_a_process_that_has_just_begun_waits_for_nobody_longer_than_the_others(
    world: World,
) -> None:
    (host,) = await world.house.seat("Bu Sari")
    await world.seated_without_a_line("Bu Ani")
    await host.vanish()
    time, stores = world.time, by_memory(world.memory, world.time.monotonic)
    time.passed += SETTLED_SECONDS + 1
    # Others beat, and whoever was on a process that died does not.
    await stores.presence.beat(world.house.circle_id, {"elsewhere": MemberId("m-Bu Sari")})
    begun = Live(
        world.house.door, stores, [], Clock(time.wall, time.monotonic), lambda: time.passed
    )
    await begun.ticker.look_at_others()
    meeting = await stores.meetings.load(world.house.circle_id)
    assert meeting
    assert {s.name: s.presence for s in meeting.seats}["Bu Ani"] is Presence.AWAY
    await stores.close()


async def test_an_outage_is_told_refuses_visibly_and_costs_nobody_a_place(world: World) -> None:
    host, dewi = await world.house.seat("Bu Sari", "Dewi")
    await holds(host, dewi)
    world.memory.cut()
    for person in (host, dewi):
        await person.until(lambda p: p.trouble)
    assert (await dewi.say("halo")).reason is Reason.OUT_OF_REACH
    assert (await host.send(SetFloor(Floor.OPEN))).reason is Reason.OUT_OF_REACH
    with pytest.raises(ConnectRefused) as refusal:
        await world.house.come("Rina")
    assert refusal.value.reason == Reason.OUT_OF_REACH
    mark = len(dewi.frames)
    world.memory.mend()
    await dewi.until(lambda p: not p.trouble)
    events = [frame[4:].partition('"')[0] for frame in dewi.frames[mark:]]
    assert events == ["joined", "meeting", "you", "trouble"]
    assert dewi.you and dewi.you.turn_id
    assert (await dewi.say("kembali")).ok


async def test_nothing_passes_while_what_is_said_could_be_kept_and_nobody_loses_a_place(
    world: World,
) -> None:
    host, dewi = await world.house.seat("Bu Sari", "Dewi")
    await holds(host, dewi)
    await world.live.shut(True)
    for person in (host, dewi):
        await person.until(lambda p: p.trouble)
    assert (await dewi.say("halo")).reason is Reason.OUT_OF_REACH
    # A bus that comes and goes meanwhile opens nothing.
    world.memory.cut()
    world.memory.mend()
    assert (await dewi.say("halo")).reason is Reason.OUT_OF_REACH
    await world.live.shut(False)
    await dewi.until(lambda p: not p.trouble)
    assert dewi.you and dewi.you.turn_id
    assert (await dewi.say("kembali")).ok


async def test_a_store_that_forgot_everything_gets_the_meeting_back_in_a_new_epoch(
    world: World,
) -> None:
    host, dewi = await world.house.seat("Bu Sari", "Dewi")
    await holds(host, dewi)
    assert dewi.meeting and dewi.you
    epoch, turn = dewi.meeting.epoch, dewi.you.turn_id
    world.memory.cut()
    await dewi.until(lambda p: p.trouble)
    world.memory.restart()
    world.memory.mend()
    await dewi.until(lambda p: not p.trouble)
    assert dewi.meeting.epoch > epoch
    assert dewi.you.turn_id == turn
    assert [seat.name for seat in dewi.meeting.seats] == ["Bu Sari", "Dewi"]
    assert (await host.send(SetFloor(Floor.OPEN))).ok


async def test_whoever_was_told_that_a_lost_change_was_done_is_told_so_after_what_holds(
    world: World,
) -> None:
    host, dewi = await world.house.seat("Bu Sari", "Dewi")
    circle_id = world.house.circle_id
    copy = world.memory.meetings[circle_id]
    assert (await host.send(SetFloor(Floor.QUIET))).ok
    await dewi.until(lambda p: p.meeting and p.meeting.floor is Floor.QUIET)
    mark = len(host.frames)
    # Another process put an older copy right before this one could put its own forward.
    again = replace(copy, epoch=copy.epoch + 1, version=copy.version + 1, shown=copy.shown + 1)
    world.memory.meetings[circle_id] = again
    world.memory.pass_on(circle_id, StateHeard(again))
    await host.until(lambda p: p.undone)
    assert host.meeting and host.meeting.floor is copy.floor
    told = [frame[4:].partition('"')[0] for frame in host.frames[mark:]]
    assert (told[0], told[-1]) == ("meeting", "undone")
    # What was done before, and what is done again, is nobody's loss.
    assert (await host.send(SetFloor(Floor.QUIET))).ok
    later = world.memory.meetings[circle_id]
    again = replace(later, epoch=later.epoch + 1, version=later.version + 1, shown=later.shown + 1)
    world.memory.meetings[circle_id] = again
    world.memory.pass_on(circle_id, StateHeard(again))
    await host.until(lambda p: p.meeting and p.meeting.epoch == again.epoch)
    await host.sync()
    await dewi.sync()
    assert (host.undone, dewi.undone) == (1, 0)


async def test_a_process_that_noticed_no_outage_takes_nobody_for_gone_after_it(
    world: World,
) -> None:
    """Nobody is on it, so it had nothing to hear; the others' people have to beat again first."""
    (host,) = await world.house.seat("Bu Sari")
    guest = await world.seated_without_a_line("Bu Ani")
    time = world.time
    clock, stores = Clock(time.wall, time.monotonic), by_memory(world.memory, time.monotonic)
    other = Live(world.house.door, stores, [], clock, time.monotonic)
    await stores.presence.beat(world.house.circle_id, {"elsewhere": guest.member_id})
    # Whoever serves it was asleep, say: from here on both look at it.
    world.memory.attended[world.house.circle_id] = 0.0
    await other.ticker.look_at_others()
    time.passed += SETTLED_SECONDS / 2
    await stores.presence.beat(world.house.circle_id, {"elsewhere": guest.member_id})
    time.passed += SETTLED_SECONDS / 2 + 1
    world.memory.cut()
    await host.until(lambda p: p.trouble)
    world.memory.restart()
    world.memory.mend()
    await host.until(lambda p: not p.trouble)
    await other.ticker.look_at_others()
    assert presence(host, "Bu Ani") is Presence.HERE
    await host.sync()
    assert presence(host, "Bu Ani") is Presence.HERE
    await stores.close()


async def test_a_reader_that_stalls_is_cut_and_nobody_else_notices(world: World) -> None:
    (host,) = await world.house.seat("Bu Sari")
    address = world.house.url.replace("http", "ws") + "/socket.io/?EIO=4&transport=websocket"
    hello = {"protocol": 1, "circle": world.house.slug, "tab": "t", "observer": False}
    async with open_websocket(
        address,
        additional_headers={"Cookie": "name=Bu Ani"},
        max_queue=1,
        compression=None,
        close_timeout=0.1,
        ping_interval=None,
    ) as stalled:
        await stalled.send(connect_packet(hello))
        await host.until(lambda p: presence(p, "Bu Ani") is Presence.HERE)
        circle = world.live.gateway.circles[world.house.circle_id]
        sid = next(s.sid for s in circle.sockets.values() if s.guest.name == "Bu Ani")
        large = Frame("trouble", b'{"on":false,"x":"' + b"x" * 100_000 + b'"}')
        sent = 0
        while world.live.gateway.find(sid) is not None:
            world.live.sio.send([sid], large)
            sent += 1
            assert sent < 5000, "never cut"
            # Let the writer go as far as it can.
            await host.sync() if sent % 50 == 0 else None
        await host.until(lambda p: presence(p, "Bu Ani") is Presence.AWAY)
        stalled.transport.abort()
    assert (await host.say("masih di sini")).ok
