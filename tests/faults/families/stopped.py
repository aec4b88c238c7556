"""A process that stands still and comes back with thoughts that are long out of date."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress

from realtime.client import RoomClosed
from realtime.domain.commands import Accept, PassStick
from realtime.domain.meeting import TurnId
from tests.faults.families.kills import BACK
from tests.faults.house import Web
from tests.faults.people import CANARY, gathered
from tests.faults.rows import Houses, Seen, row

NOTICED = 20.0


@row(
    "web-stopped",
    "SIGSTOP of a web process for over 20 s, then SIGCONT; the holder's press lies in its buffer",
    "its people notice and go over; its stale press moves nothing when it wakes",
)
async def a_web_process_stands_still(houses: Houses) -> Seen:
    house = await houses.shared()
    async with gathered(house) as people:
        before = await people.told()
        ani = people["Ani"]
        stopped = ani.place
        stood, asleep = people.on(stopped), house.webs[stopped].program
        assert before.turn is not None
        turn, upcoming = TurnId(before.turn), before.order[0]
        asleep.stop()
        began = time.monotonic()
        # Pressed, and never answered: it lies in the buffer of a process that sleeps.
        pressing = asyncio.create_task(ani.do(PassStick(turn, None)))
        await people.until(lambda: all(p.losses for p in stood), "its people notice")
        noticed = time.monotonic() - began
        with suppress(RoomClosed):
            await pressing
        back = await people.whole_again(before)
        # The round moves on elsewhere, by two turns.
        await ani.must(PassStick(turn, None))
        await people.until(lambda: people.stick == ("offered", upcoming), "offered to the next")
        following = next(person for person in people if person.member_id == upcoming)
        await following.must(Accept())
        await people.until(lambda: people.stick == ("held", upcoming), "held by the next")
        moved = await people.told()
        asleep.go_on()
        await awake(house.webs[stopped])
        ack = await following.say(f"sesudah bangun {CANARY}")
        await people.hear(ack)
        now = await people.told()
        assert now == moved, moved.differs(now)
        people.truth.nobody_missed_silently(people.inside)
        people.sound()
        return Seen(
            f"{len(stood)} went over; the stale press moved nothing",
            {"noticed": (noticed, NOTICED), "back": (back, BACK)},
        )


async def awake(web: Web) -> None:
    """Until it answers a request, and with that has read all that waited before it."""
    async with asyncio.timeout(20):
        reader, writer = await asyncio.open_connection(*web.place)
        writer.write(b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        await reader.read()
        writer.close()
