"""Load, decide, swap: lost races, outages, and what else a change brings with it."""

from __future__ import annotations

import asyncio
import secrets
from dataclasses import dataclass

import pytest

from realtime.clock import Clock, Watch
from realtime.domain.commands import (
    Accept,
    Admit,
    Close,
    Command,
    Extend,
    PassStick,
    Pause,
    Remove,
    StartRound,
)
from realtime.domain.meeting import Held, Meeting, MemberId, Offered, Order, Phase, TurnId, Wording
from realtime.domain.refusal import Reason, Refused
from realtime.ports import Guest
from realtime.room import Room
from realtime.store import Memory, by_memory
from tests.realtime.conftest import Door

HOST = MemberId("m-Bu Sari")


@dataclass
class Halls:
    """Two processes over one store."""

    here: Room
    there: Room
    memory: Memory
    door: Door

    async def guest(self, name: str) -> Guest:
        return await self.door.admit({"name": name}, "s")

    async def come(self, *names: str) -> Meeting:
        for name in names[:-1]:
            await self.here.arrived(await self.guest(name), observer=False)
        return await self.here.arrived(await self.guest(names[-1]), observer=False)

    async def send(self, room: Room, actor: MemberId, command: Command) -> Meeting:
        circle_id = (await self.guest("Bu Sari")).circle_id
        id, stored = secrets.token_hex(8), self.memory.meetings.get(circle_id)
        seen = (stored.epoch if stored else 1, 0)
        return await room.carry_out(circle_id, actor, command, id, seen)


@pytest.fixture
def halls() -> Halls:
    memory, door = Memory(), Door()
    rooms = [Room(by_memory(memory).meetings, door, Clock(), Watch()) for _ in range(2)]
    return Halls(rooms[0], rooms[1], memory, door)


async def test_many_who_come_at_once_through_two_processes_are_all_noted(halls: Halls) -> None:
    await halls.come("Bu Sari")
    guests = [await halls.guest(f"Orang{n}") for n in range(20)]
    rooms = [halls.here, halls.there] * 10
    await asyncio.gather(
        *(r.arrived(g, observer=False) for r, g in zip(rooms, guests, strict=True))
    )
    meeting = await halls.here.load(guests[0].circle_id)
    assert meeting is not None
    assert {w.name for w in meeting.waiting} == {g.name for g in guests}
    assert meeting.version == 21


async def test_two_who_press_at_once_move_the_stick_once(halls: Halls) -> None:
    await halls.come("Bu Sari", "Dewi", "Rina")
    await halls.send(halls.here, HOST, Admit(None))
    started = await halls.send(halls.here, HOST, StartRound(Wording(""), Order.SEATS))
    held = await halls.send(halls.here, MemberId("m-Dewi"), Accept())
    assert isinstance(held.stick, Held)
    presses = [PassStick(held.stick.turn_id, None) for _ in range(6)]
    await asyncio.gather(
        *(
            halls.send(room, MemberId("m-Dewi"), press)
            for room, press in zip([halls.here, halls.there] * 3, presses, strict=True)
        )
    )
    meeting = await halls.here.load(started.circle_id)
    assert meeting is not None
    assert meeting.version == held.version + 1
    assert meeting.stick.kind == "offered"


async def test_out_of_reach_is_a_refusal_and_never_an_empty_room(halls: Halls) -> None:
    meeting = await halls.come("Bu Sari")
    halls.memory.cut()
    with pytest.raises(Refused) as refusal:
        await halls.send(halls.here, HOST, Pause())
    assert refusal.value.reason is Reason.OUT_OF_REACH
    with pytest.raises(Refused):
        await halls.here.load(meeting.circle_id)
    halls.memory.mend()
    assert await halls.here.load(meeting.circle_id) == meeting


async def test_the_turns_of_the_evening_are_counted_when_it_closes(halls: Halls) -> None:
    await halls.come("Bu Sari", "Dewi")
    await halls.send(halls.here, HOST, Admit(None))
    offered = await halls.send(halls.here, HOST, StartRound(Wording(""), Order.SEATS))
    assert isinstance(offered.stick, Offered)
    held = await halls.send(halls.here, offered.stick.to, Accept())
    assert isinstance(held.stick, Held)
    await halls.send(halls.here, offered.stick.to, PassStick(held.stick.turn_id, None))
    await halls.send(halls.here, HOST, Close())
    assert halls.door.turns == [1]


async def test_two_who_close_at_once_count_each_visit_once(halls: Halls) -> None:
    await halls.come("Bu Sari", "Dewi")
    await halls.send(halls.here, HOST, Admit(None))
    results = await asyncio.gather(
        halls.send(halls.here, HOST, Close()),
        halls.send(halls.there, HOST, Close()),
        return_exceptions=True,
    )
    assert [r.reason for r in results if isinstance(r, Refused)] in ([], [Reason.ENDED])
    assert halls.door.visits == [(HOST, MemberId("m-Dewi"))]
    (left,) = halls.memory.meetings.values()
    assert left.phase is Phase.ENDED
    assert (left.seats, left.waiting, left.hands, left.done) == ((), (), (), ())


async def test_nobody_is_banned_by_a_command_that_was_refused(halls: Halls) -> None:
    await halls.come("Bu Sari", "Dewi", "Rina")
    await halls.send(halls.here, HOST, Admit(None))
    with pytest.raises(Refused):
        await halls.send(halls.here, MemberId("m-Dewi"), Remove(MemberId("m-Rina"), ban=True))
    assert halls.door.banned == set()
    await halls.send(halls.here, HOST, Remove(MemberId("m-Rina"), ban=False))
    assert halls.door.banned == set()
    await halls.send(halls.here, HOST, Remove(MemberId("m-Dewi"), ban=True))
    assert halls.door.banned == {"Dewi"}


async def test_a_command_of_another_epoch_is_a_conflict(halls: Halls) -> None:
    meeting = await halls.come("Bu Sari")
    with pytest.raises(Refused) as refusal:
        await halls.here.carry_out(meeting.circle_id, HOST, Pause(), "12345678", (7, 0))
    assert refusal.value.reason is Reason.CONFLICT


async def test_a_command_without_a_meeting_says_that_it_is_over(halls: Halls) -> None:
    with pytest.raises(Refused) as refusal:
        await halls.send(halls.here, HOST, Extend(TurnId("t"), 60))
    assert refusal.value.reason is Reason.ENDED
