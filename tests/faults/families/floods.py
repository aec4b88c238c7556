"""One client that hits every limit as fast as it can, while a neighbour measures their own wait."""

from __future__ import annotations

import asyncio
import statistics
import time
from contextlib import suppress

from tests.bench.sockets import masked
from tests.faults.checks import Broken
from tests.faults.families.junk import STRANGER, quiet, upgraded
from tests.faults.people import CANARY, gathered
from tests.faults.person import Person
from tests.faults.rows import Houses, Seen, row

FELT = 0.1
"""Seconds more that nobody notices beside them."""
CLOSED = 1.0
FLOOD_SECONDS = 4.0
EVENTS = (
    '["nod",{}]',
    '["say",{"id":"banjir-banjir","text":"%s"}]' % (CANARY * 50),
    '["sync",{}]',
    '["whisper",{"id":"banjir-banjir","to":null,"text":"a"}]',
    '["retract",{"id":"banjir-banjir"}]',
    '["command",{"command_id":"banjir-banjir","seen":[1,1],"command":{"type":"ask"}}]',
    '["sound_join",{"listen_only":true}]',
    '["tidak_ada",{}]',
    '["say",{}]',
)


async def waits(person: Person, count: int) -> list[float]:
    """How long each nod of theirs took to be answered; nods may come as often as a hand taps."""
    found = []
    for _ in range(count):
        began = time.monotonic()
        ack = await person.now().nod()
        found.append(time.monotonic() - began)
        assert ack.ok or ack.reason == "too_fast", ack.reason
        await asyncio.sleep(0.15)
    return found


@row(
    "flood-of-events",
    "one member sends every event as fast as the line takes it",
    "that client is closed; a neighbour on the same process notices nothing",
)
async def a_member_floods(houses: Houses) -> Seen:
    house = await houses.shared()
    async with gathered(house) as people:
        before, citra = await people.told(), people["Citra"]
        neighbour = next(p for p in people.inside if p.place == citra.place and p is not citra)
        calm = statistics.median(await waits(neighbour, 12))
        sent = 0
        async with upgraded(house.webs[citra.place], citra) as line:
            began = time.monotonic()

            async def flood() -> None:
                nonlocal sent
                with suppress(OSError):
                    while time.monotonic() < began + FLOOD_SECONDS and not line.reader.at_eof():
                        for event in EVENTS:
                            line.send(masked(f"42{sent}{event}".encode()))
                            sent += 1
                        await line.writer.drain()
                        await asyncio.sleep(0)

            flooding = asyncio.create_task(flood())
            closing = asyncio.create_task(line.ended(FLOOD_SECONDS + 2))
            under = statistics.median(await waits(neighbour, 12))
            await flooding
            try:
                closed = await closing
            except Broken:
                closed = -1.0
        await people.whole_again(before)
        await quiet(people)
        await people.go_on()
        if closed < 0:
            raise Broken(f"refused, but never closed, after {sent} events")
        return Seen(
            f"closed after {sent} events; a neighbour's wait {calm * 1000:.0f} ms, under it "
            f"{under * 1000:.0f} ms",
            {"closed": (closed, CLOSED), "more to wait": (max(0.0, under - calm), FELT)},
        )


@row(
    "flood-of-strangers",
    "400 connections by somebody without a cookie, from one address",
    "each refused, ever slower; members notice nothing",
)
async def strangers_flood(houses: Houses) -> Seen:
    house = await houses.shared()
    async with gathered(house) as people:
        ani = people["Ani"]
        calm = statistics.median(await waits(ani, 8))

        async def knock() -> str:
            with suppress(OSError, asyncio.IncompleteReadError, AssertionError, TimeoutError):
                async with upgraded(house.webs[ani.place]) as line:
                    line.send(masked(b'40{"protocol":1,"circle":"x","tab":"t","observer":false}'))
                    async with asyncio.timeout(15):
                        return "in" if b'"joined"' in await line.reader.read(4000) else "refused"
            return "turned away"

        knocks = [asyncio.create_task(knock()) for _ in range(400)]
        under = statistics.median(await waits(ani, 12))
        answers = await asyncio.gather(*knocks)
        assert "in" not in answers
        await quiet(people)
        await people.go_on()
        return Seen(
            f"{answers.count('refused')} refused, {answers.count('turned away')} turned away "
            f"({STRANGER}); a member's wait {calm * 1000:.0f} ms, under it {under * 1000:.0f} ms",
            {"more to wait": (max(0.0, under - calm), FELT)},
        )
