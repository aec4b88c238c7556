"""Redis gone: killed and started empty, standing still, or out of reach for one process alone."""

from __future__ import annotations

import asyncio
import time

from realtime.client import RoomClosed
from tests.faults.checks import Broken
from tests.faults.families.kills import AFTER, FEW, TOLD
from tests.faults.people import CANARY, People, gathered
from tests.faults.person import Person
from tests.faults.rows import Houses, Seen, row


async def told(people: People, whom: list[Person], since: float) -> float:
    """Until each of these reads that the room is out of reach; seconds from `since` to the last."""

    def all_told() -> bool:
        return all(any(on and at >= since for at, on in person.troubles) for person in whom)

    await people.until(all_told, "everybody is told")
    return max(min(at for at, on in p.troubles if on and at >= since) for p in whom) - since


async def refused(people: People, who: Person) -> None:
    """Sending fails visibly: a no that the page shows beside what was written."""
    try:
        ack = await who.say(f"tidak sampai {CANARY}")
    except RoomClosed:
        return
    if ack.ok:
        raise Broken("words were taken while the room was out of reach")
    assert ack.reason == "out_of_reach", ack.reason


async def nobody_answers(houses: Houses, seconds: float) -> Seen:
    """Valkey killed, its port closed for so long, then started empty."""
    house = await houses.shared()
    async with gathered(house) as people, gathered(house, "offered", FEW) as others:
        before, beside = await people.told(), await others.told()
        await people.hear(await people["Ani"].say(f"sebelum {CANARY}"))
        began = time.monotonic()
        await house.valkey.kill()
        heard = await told(people, people.seated, began)
        await refused(people, people["Ani"])
        left = began + seconds - time.monotonic()
        # An outage has a length: that is what this row is about.
        await asyncio.sleep(max(0.0, left))
        await house.valkey.start()
        up = time.monotonic()
        await asyncio.gather(people.whole_again(before), others.whole_again(beside))
        back = time.monotonic() - up
        await people.go_on()
        await others.go_on()
        times = {"told": (heard, TOLD), "back": (back, AFTER)}
        return Seen("banner, sending refused, then rebuilt: nothing lost", times)


@row(
    "valkey-killed",
    "kill -9 of Valkey in mid-round, started empty at once",
    "a banner, no split room; rebuilt from what the processes hold",
)
async def valkey_is_killed(houses: Houses) -> Seen:
    return await nobody_answers(houses, 0)


@row(
    "valkey-gone-5s",
    "Valkey gone for 5 s, then back empty",
    "a banner, sending refused, nobody's seat or turn taken, rebuilt",
)
async def valkey_is_gone_for_five_seconds(houses: Houses) -> Seen:
    return await nobody_answers(houses, 5)


@row(
    "valkey-gone-30s",
    "Valkey gone for 30 s, then back empty",
    "a banner, sending refused, nobody's seat or turn taken, rebuilt",
    long=True,
)
async def valkey_is_gone_for_thirty_seconds(houses: Houses) -> Seen:
    return await nobody_answers(houses, 30)


@row(
    "valkey-stopped",
    "SIGSTOP of Valkey for 5 s: it answers nobody and closes nothing",
    "told as if it were gone; back with what it had",
)
async def valkey_stands_still(houses: Houses) -> Seen:
    house = await houses.shared()
    async with gathered(house) as people:
        before = await people.told()
        began = time.monotonic()
        house.valkey.stop()
        heard = await told(people, people.seated, began)
        await refused(people, people["Ani"])
        await asyncio.sleep(max(0.0, began + 5 - time.monotonic()))
        house.valkey.go_on()
        up = time.monotonic()
        await people.whole_again(before)
        back = time.monotonic() - up
        await people.go_on()
        return Seen(
            "banner, sending refused, then all as it was",
            {"told": (heard, TOLD), "back": (back, AFTER)},
        )


async def one_is_cut_off(houses: Houses, *, quietly: bool) -> Seen:
    """One process loses its way to Valkey; the other goes on, and the round with it."""
    house = await houses.shared()
    async with gathered(house) as people:
        before = await people.told()
        cut = [person for person in people.on(0) if not person.at_door]
        rest = [person for person in people.inside if person not in cut]
        for person in cut:
            # Whatever stands in front leads them nowhere else: the worst case.
            person.comes_elsewhere = False
        began = time.monotonic()
        if quietly:
            house.webs[0].store.freeze()
        else:
            house.webs[0].store.cut()
        heard = await told(people, cut, began)
        await refused(people, next(person for person in cut if person.inside))
        speaker = next(
            person for person in rest if person is people["Ani"] or person is people.sari
        )
        ack = await speaker.say(f"di sisi ini {CANARY}")
        await people.hear(ack, but=tuple(cut))
        house.webs[0].store.mend()
        up = time.monotonic()
        await people.whole_again(before)
        back = time.monotonic() - up
        await people.go_on()
        missed = sum(1 for person in cut if person.gaps)
        return Seen(
            f"{len(cut)} told and refused, the others went on; {missed} read of missed words",
            {"told": (heard, TOLD), "back": (back, AFTER)},
        )


@row(
    "partition-cut",
    "one process loses Valkey, the other keeps it (connections reset)",
    "its people are told; no two truths; together again after it",
)
async def one_process_is_cut_off(houses: Houses) -> Seen:
    return await one_is_cut_off(houses, quietly=False)


@row(
    "partition-half-open",
    "one process loses Valkey, the other keeps it (half-open, nobody is told)",
    "its people are told; no two truths; together again after it",
)
async def one_process_is_cut_off_quietly(houses: Houses) -> Seen:
    return await one_is_cut_off(houses, quietly=True)
