"""Processes killed with kill -9 in the middle of a round."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress

from realtime.client import RoomClosed
from realtime.domain.commands import PassStick
from realtime.domain.meeting import TurnId
from tests.faults.people import gathered
from tests.faults.rows import Houses, Seen, row

BACK, GHOST, TOLD, AFTER = 5.0, 15.0, 1.0, 2.0
"""The bounds of the design, in seconds."""
FEW = ("Ani", "Budi")


@row(
    "web-killed",
    "kill -9 of a web process in mid-round",
    "its people are on the other one; stick, turn, queue, seats kept",
)
async def a_web_process_is_killed(houses: Houses) -> Seen:
    house = await houses.shared()
    async with gathered(house) as people, gathered(house, "offered", FEW) as others:
        before, beside = await people.told(), await others.told()
        moved = len(people.on(0)) + len(others.on(0))
        await house.webs[0].program.kill()
        began = time.monotonic()
        await asyncio.gather(people.cut(), others.cut())
        await asyncio.gather(people.whole_again(before), others.whole_again(beside))
        back = time.monotonic() - began
        await people.go_on()
        await others.go_on()
        return Seen(f"{moved} people moved, turn and offer kept", {"back": (back, BACK)})


@row(
    "web-killed-ghost",
    "kill -9 of a web process; one of its people does not come back",
    "their seat reads 'away', place kept; back later as if nothing was",
)
async def a_ghost_is_noticed(houses: Houses) -> Seen:
    house = await houses.shared()
    async with gathered(house) as people:
        before = await people.told()
        citra = people["Citra"]
        for person in people:
            person.stays_away = person is citra
        await house.webs[citra.place].program.kill()
        began = time.monotonic()
        await people.until(
            lambda: people.presence(citra, people.sari) == "away", "the ghost is seen"
        )
        ghost = time.monotonic() - began
        citra.stays_away = False
        back = await people.whole_again(before)
        await people.go_on()
        return Seen(
            "away, then back in the same place", {"ghost": (ghost, GHOST), "back": (back, BACK)}
        )


@row(
    "web-killed-in-a-press",
    "kill -9 of the holder's process as they press 'pass'",
    "pressed again elsewhere under the same id: the stick moves once",
)
async def a_press_is_cut_off(houses: Houses) -> Seen:
    house = await houses.shared()
    async with gathered(house) as people:
        before, ani = await people.told(), people["Ani"]
        assert before.turn is not None
        pressing = asyncio.create_task(
            ani.do(PassStick(TurnId(before.turn), None), "tekan-sekali-saja")
        )
        # Sent, and nothing more: it may have been carried out, or not.
        await asyncio.sleep(0)
        await house.webs[ani.place].program.kill()
        with suppress(RoomClosed):
            await pressing
        began = time.monotonic()
        await people.until(lambda: ani.here, "the holder is back")
        await ani.do(PassStick(TurnId(before.turn), None), "tekan-sekali-saja")
        upcoming = before.order[0]
        await people.until(lambda: people.stick == ("offered", upcoming), "offered to the next")
        took = time.monotonic() - began
        assert (await people.told()).order == before.order[1:]
        people.sound()
        return Seen("moved once, to the next", {"done": (took, BACK)})


@row(
    "all-webs-killed",
    "kill -9 of every web process, started again",
    "Valkey keeps the meeting; everybody is back where they were",
)
async def all_web_processes_are_killed(houses: Houses) -> Seen:
    house = await houses.shared()
    async with gathered(house) as people, gathered(house, "offered", FEW) as others:
        before, beside = await people.told(), await others.told()
        for web in house.webs:
            await web.program.kill()
        await people.until(lambda: not any(person.here for person in people), "all lost the line")
        await house.start(house.webs)
        began = time.monotonic()
        await asyncio.gather(people.whole_again(before), others.whole_again(beside))
        back = time.monotonic() - began
        await people.go_on()
        await others.go_on()
        return Seen("everybody back, turn and offer kept", {"back": (back, BACK)})
