"""Changes of one circle that come while another is under way: made together, told apart."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Coroutine
from typing import Any

import pytest

from realtime.clock import Clock, Watch
from realtime.domain.commands import Close, Command, PassStick, Pause, Remove
from realtime.domain.meeting import Meeting, MemberId, Phase, TurnId
from realtime.domain.refusal import Reason, Refused
from realtime.ports import Guest
from realtime.room import Room
from realtime.store import Memory, by_memory
from realtime.together import Change, Together
from tests.realtime.conftest import Door

HOST = MemberId("m-Bu Sari")
Doing = Coroutine[Any, Any, Meeting]


class Hall:
    """One process whose swaps wait until they are let through, with its facilitator inside."""

    def __init__(self) -> None:
        self.memory, self.door = Memory(), Door()
        store: Any = by_memory(self.memory).meetings
        self._swap, store.swap = store.swap, self._slowly
        self.room = Room(store, self.door, Clock(), Watch())
        self.swaps, self.begun, self.gate = 0, asyncio.Event(), asyncio.Event()
        self.meeting: Meeting

    async def _slowly(self, old: Meeting | None, new: Meeting) -> bool:
        self.swaps += 1
        self.begun.set()
        await self.gate.wait()
        won: bool = await self._swap(old, new)
        return won

    async def guest(self, name: str) -> Guest:
        return await self.door.admit({"name": name}, "s")

    async def arrives(self, name: str) -> Meeting:
        return await self.room.arrived(await self.guest(name), observer=False)

    async def sends(self, command: Command, actor: MemberId = HOST) -> Meeting:
        seen = (self.meeting.epoch, self.meeting.shown)
        id = secrets.token_hex(8)
        return await self.room.carry_out(self.meeting.circle_id, actor, command, id, seen)

    async def hold(self, first: Doing) -> asyncio.Task[Meeting]:
        """Begin it: its swap is under way, and waits."""
        self.gate.clear()
        self.begun.clear()
        self.swaps = 0
        task = asyncio.create_task(first)
        await self.begun.wait()
        return task

    async def meanwhile(self, *more: Doing) -> list[asyncio.Task[Meeting]]:
        """Begin these too; what they can do without waiting they have done."""
        tasks = [asyncio.create_task(one) for one in more]
        for _ in range(3):
            await asyncio.sleep(0)
        return tasks

    async def now(self) -> Meeting:
        meeting = await self.room.load(self.meeting.circle_id)
        assert meeting is not None
        return meeting


@pytest.fixture
async def hall() -> Hall:
    hall = Hall()
    hall.gate.set()
    hall.meeting = await hall.arrives("Bu Sari")
    return hall


async def told(*tasks: asyncio.Task[Meeting]) -> list[str]:
    """What each caller was told: the reason of a refusal, or nothing."""
    outcomes = await asyncio.gather(*tasks, return_exceptions=True)
    return [one.reason.value if isinstance(one, Refused) else "" for one in outcomes]


async def test_all_who_come_while_one_swap_is_under_way_are_noted_with_the_next(hall: Hall) -> None:
    names = [f"Orang{number}" for number in range(20)]
    first, *others = names
    held = await hall.hold(hall.arrives(first))
    waiting = await hall.meanwhile(*map(hall.arrives, others))
    hall.gate.set()
    assert await told(held, *waiting) == [""] * 20
    assert hall.swaps == 2
    assert {knock.name for knock in (await hall.now()).waiting} == set(names)
    assert {(await task).version for task in waiting} == {(await hall.now()).version}


async def test_who_is_refused_in_company_is_told_so_and_the_others_are_not(hall: Hall) -> None:
    held = await hall.hold(hall.arrives("Dewi"))
    nobodys = hall.sends(PassStick(TurnId("t-none"), None), MemberId("m-nobody"))
    waiting = await hall.meanwhile(nobodys, hall.sends(Pause()), hall.arrives("Rina"))
    hall.gate.set()
    first, refused, *others = await told(held, *waiting)
    assert refused
    assert [first, *others] == ["", "", ""]
    meeting = await hall.now()
    assert meeting.paused
    assert [knock.name for knock in meeting.waiting] == ["Dewi", "Rina"]


async def test_what_follows_an_end_is_a_matter_of_its_own(hall: Hall) -> None:
    held = await hall.hold(hall.arrives("Dewi"))
    waiting = await hall.meanwhile(hall.sends(Close()), hall.arrives("Bu Sari"))
    hall.gate.set()
    assert await told(held, *waiting) == ["", "", ""]
    # It ended, with everything that belongs to an end, before it was opened again.
    assert hall.door.visits == [(HOST,)]
    assert (await hall.now()).phase is not Phase.ENDED
    assert hall.swaps == 3


async def test_a_store_that_is_lost_is_told_to_all_at_once(hall: Hall) -> None:
    held = await hall.hold(hall.arrives("Dewi"))
    waiting = await hall.meanwhile(*(hall.arrives(f"Orang{number}") for number in range(5)))
    hall.memory.cut()
    hall.gate.set()
    assert await told(held, *waiting) == [Reason.OUT_OF_REACH.value] * 6


async def test_a_fault_of_one_is_no_others(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    held = await hall.hold(hall.arrives("Dewi"))

    def broken(*_: object, **__: object) -> Meeting:
        raise ZeroDivisionError

    with monkeypatch.context() as patch:
        patch.setattr("realtime.room.carry_out", broken)
        waiting = await hall.meanwhile(hall.arrives("Rina"), hall.sends(Pause()))
        hall.gate.set()
        outcomes = await asyncio.gather(held, *waiting, return_exceptions=True)
    assert [type(one) for one in outcomes] == [Meeting, Meeting, ZeroDivisionError]
    assert len((await hall.now()).waiting) == 2


@pytest.mark.parametrize("which", ["under way", "next", "waiting"])
async def test_who_gives_up_takes_nobody_along(hall: Hall, which: str) -> None:
    held = await hall.hold(hall.arrives("Dewi"))
    following, last = await hall.meanwhile(hall.arrives("Rina"), hall.arrives("Tini"))
    given_up = {"under way": held, "waiting": last}.get(which, following)
    given_up.cancel()
    hall.gate.set()
    others = [task for task in (held, following, last) if task is not given_up]
    assert await told(*others) == ["", ""]
    with pytest.raises(asyncio.CancelledError):
        await given_up
    assert await told(*await hall.meanwhile(hall.sends(Pause()))) == [""]


async def test_who_gives_up_in_the_moment_of_being_called_is_followed_by_the_next() -> None:
    together = Together()
    under_way = await together.join(Change(unchanged))
    assert under_way is not None
    called, after = (Change(unchanged) for _ in range(2))
    gives_up, stays = (asyncio.create_task(together.join(one)) for one in (called, after))
    await asyncio.sleep(0)
    together.over(under_way)
    gives_up.cancel()
    batch = await stays
    assert batch is not None
    assert batch.changes == [after]
    together.over(batch)
    assert not together.busy


def unchanged(meeting: Meeting) -> Meeting:
    return meeting


async def test_what_does_something_outside_before_its_swap_is_made_alone(hall: Hall) -> None:
    await hall.arrives("Dewi")
    held = await hall.hold(hall.arrives("Rina"))
    waiting = await hall.meanwhile(
        hall.arrives("Tini"), hall.sends(Remove(MemberId("m-Dewi"), ban=False)), hall.sends(Pause())
    )
    hall.gate.set()
    assert await told(held, *waiting) == [""] * 4
    assert hall.swaps == 4
    meeting = await hall.now()
    assert MemberId("m-Dewi") in meeting.removed
    assert meeting.paused
