"""A person's own network: gone without a word, flapping, slow."""

from __future__ import annotations

import asyncio
import time

from tests.faults.families.kills import BACK
from tests.faults.people import CANARY, gathered
from tests.faults.rows import Houses, Seen, row

NOTICED, RESUMED = 20.0, 1.0


@row(
    "network-drops",
    "the holder's network drops without a word (half-open)",
    "'holding a place'; back with the same turn, and a line saying that words were missed",
)
async def a_network_drops(houses: Houses) -> Seen:
    house = await houses.shared()
    async with gathered(house) as people:
        before, ani = await people.told(), people["Ani"]
        # They have heard something, so that they can know that they missed something.
        await people.hear(await people.sari.say(f"sebelum {CANARY}"))
        ani.way.freeze()
        began = time.monotonic()
        ack = await people.sari.say(f"tanpa Ani {CANARY}")
        held = ("place_held", ani.member_id)
        others = [person for person in people.seated if person is not ani]
        await people.until(
            lambda: all(
                p.room and p.room.meeting
                and (p.room.meeting.stick.kind, p.room.meeting.stick.member_id) == held
                for p in others
            ),
            "the room holds a place",
        )  # fmt: skip
        noticed = time.monotonic() - began
        ani.way.strand()
        ani.way.mend()
        if ani.here:
            # Their page has not noticed yet; a phone that wakes up looks by itself.
            await ani.now().vanish()
        mended = time.monotonic()
        await people.until(lambda: ani.here, "they are back")
        back = time.monotonic() - mended
        await people.whole_again(before)
        assert ack.id not in ani.words and ani.gaps, "words were missed, and nothing says so"
        await people.go_on()
        return Seen(
            "place held; the same turn; a gap is shown",
            {"noticed": (noticed, NOTICED), "resumed": (back, RESUMED)},
        )


@row(
    "network-flaps",
    "everybody's network flaps ten times (a reload storm)",
    "place, hand and seat unchanged; one person each",
)
async def networks_flap(houses: Houses) -> Seen:
    house = await houses.shared()
    async with gathered(house) as people:
        before = await people.told()
        began = time.monotonic()
        for _ in range(10):
            for person in people:
                person.way.cut()
            await people.until(lambda: not any(person.room for person in people), "all lost it")
            for person in people:
                person.way.mend()
            await people.until(lambda: any(person.here for person in people), "one is back")
        mended = time.monotonic()
        back = await people.whole_again(before)
        await people.go_on()
        return Seen(
            f"ten storms in {mended - began:.1f} s, then all as before", {"back": (back, BACK)}
        )


@row(
    "network-slow",
    "every line takes 400 ms more, either way",
    "slower, and nothing else",
)
async def lines_are_slow(houses: Houses) -> Seen:
    house = await houses.shared()
    async with gathered(house) as people:
        before = await people.told()
        for person in people:
            person.way.delay = 0.4
        began = time.monotonic()
        await people.hear(await people["Ani"].say(f"pelan {CANARY}"))
        took = time.monotonic() - began
        await asyncio.gather(*(person.now().sync() for person in people.seated))
        await people.whole_again(before)
        await people.go_on()
        return Seen("words and turns as ever", {"heard": (took, 1.0)})
