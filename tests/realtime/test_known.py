"""A process that heard less than others: it may decide by what it knows, never say no by it."""

from __future__ import annotations

import secrets

import pytest

from realtime.clock import Clock, Watch
from realtime.domain.commands import Accept, Admit, Command, Pause, Resume, StartRound
from realtime.domain.meeting import Held, Meeting, MemberId, Order, Wording
from realtime.domain.refusal import Refused
from realtime.room import Room
from realtime.store import Memory, by_memory
from realtime.store.redis import WINDOW
from tests.realtime.conftest import Door, Time

HOST, DEWI = MemberId("m-Bu Sari"), MemberId("m-Dewi")


async def two_processes(memory: Memory | None = None) -> tuple[Room, Room, Meeting]:
    """Two over one store, neither of which hears the other; Dewi sits, and both know of it."""
    memory, door = memory or Memory(), Door()
    here, there = (Room(by_memory(memory).meetings, door, Clock(), Watch()) for _ in range(2))
    for name in ("Bu Sari", "Dewi"):
        meeting = await here.arrived(await door.admit({"name": name}, "s"), observer=False)
    meeting = await send(here, meeting, HOST, Admit(DEWI))
    await there.load(meeting.circle_id)
    return here, there, meeting


async def send(room: Room, meeting: Meeting, actor: MemberId, command: Command) -> Meeting:
    seen = (meeting.epoch, meeting.shown)
    return await room.carry_out(meeting.circle_id, actor, command, secrets.token_hex(8), seen)


async def test_a_no_is_told_only_after_the_store_was_asked() -> None:
    here, there, meeting = await two_processes()
    offered = await send(there, meeting, HOST, StartRound(Wording("Apa kabar?"), Order.SEATS))
    # The first process still believes that the stick rests and that nobody was offered it.
    held = await send(here, offered, DEWI, Accept())
    assert isinstance(held.stick, Held)
    assert held.stick.by == DEWI


async def test_a_press_changes_nothing_only_after_the_store_was_asked() -> None:
    here, there, meeting = await two_processes()
    paused = await send(here, meeting, HOST, Pause())
    await there.load(meeting.circle_id)
    resumed = await send(there, paused, HOST, Resume())
    assert not resumed.paused
    assert (await send(here, resumed, HOST, Pause())).paused


async def test_a_meeting_taken_up_twice_is_newer_than_the_first_time_for_everybody() -> None:
    time = Time()
    memory = Memory(time.wall)
    here, there, meeting = await two_processes(memory)
    again = await taken_up(here, meeting, memory, time)
    for _ in range(3):
        again = await send(here, again, HOST, Pause())
        again = await send(here, again, HOST, Resume())
    # It is lost again, and only a process that knows nothing of all this is left.
    last = await taken_up(there, meeting, memory, time)
    assert (last.epoch, last.version) > (again.epoch, again.version)


async def test_what_runs_out_does_so_later_by_an_outage_that_the_store_did_not_survive() -> None:
    time = Time()
    memory = Memory(time.wall)
    here, there, meeting = await two_processes(memory)
    await here.lost(meeting.circle_id, DEWI)
    away = await here.load(meeting.circle_id)
    await there.load(meeting.circle_id)
    assert away
    memory.restart()
    for room, outage in ((here, 30.0), (there, 31.0)):
        with pytest.raises(Refused):
            await room.load(meeting.circle_id, outage)
    time.passed += WINDOW + 0.1
    again = await here.load(meeting.circle_id, 30.0)
    assert again
    assert again.ends == away.ends + 31
    seats = (away.seat(DEWI), again.seat(DEWI))
    assert seats[0]
    assert seats[1]
    assert seats[1].since == seats[0].since + 31


async def test_a_process_that_slept_for_a_week_does_not_bring_back_last_weeks_meeting() -> None:
    memory = Memory()
    asleep, here, old = await two_processes(memory)
    for _ in range(5):
        await send(asleep, old, HOST, Pause())
        old = await send(asleep, old, HOST, Resume())
    here.forget(old.circle_id)
    await by_memory(memory).meetings.forget(old.circle_id)
    today = await here.arrived(await Door().admit({"name": "Bu Sari"}, "s"), observer=False)
    assert today.version < old.version
    assert await asleep.load(old.circle_id) == today


async def taken_up(room: Room, meeting: Meeting, memory: Memory, time: Time) -> Meeting:
    """The store loses everything, and this process alone is there to bring it back."""
    memory.restart()
    with pytest.raises(Refused):
        await room.load(meeting.circle_id)
    time.passed += WINDOW + 0.1
    again = await room.load(meeting.circle_id)
    assert again
    return again
