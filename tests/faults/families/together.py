"""Two at once: two facilitators who press together, and one person in several tabs."""

from __future__ import annotations

import asyncio
import time
from contextlib import AsyncExitStack
from functools import partial

from realtime.client import ConnectRefused, RoomClient
from realtime.domain.commands import Accept, HandOver, Offer, SetFloor, SpeakHere, TakeBack, TakeOn
from realtime.domain.meeting import Floor, TurnId
from tests.faults.families.kills import FEW
from tests.faults.families.sounds import sound_again
from tests.faults.house import Web
from tests.faults.people import CANARY, People, gathered
from tests.faults.person import Person
from tests.faults.rows import Houses, Seen, row

SAME = 3.0
TIMES = 8


async def two_facilitators(people: People) -> tuple[Person, Person]:
    """Bu Sari and Dewi, who sits at the other process."""
    sari, dewi = (
        people.sari,
        next(
            p for p in people.inside if p.place != people.sari.place and p.name in ("Citra", "Dewi")
        ),
    )
    await sari.must(HandOver(dewi.member_id, True))
    await people.until(lambda: dewi.room and dewi.room.you and dewi.room.you.handing, "asked")
    await dewi.must(TakeOn(True))
    await people.until(lambda: dewi.room and dewi.room.facilitating, "they facilitate")
    return sari, dewi


@row(
    "two-facilitators",
    f"two facilitators on two processes press at the same moment, {TIMES} times each",
    "one move, never two; who was slower is told who was faster",
)
async def two_facilitate(houses: Houses) -> Seen:
    house = await houses.shared()
    async with gathered(house) as people:
        sari, dewi = await two_facilitators(people)
        conflicts = moves = 0
        for number in range(TIMES):
            before = await people.told()
            floor = (Floor.OPEN, Floor.QUIET) if number % 2 else (Floor.QUIET, Floor.OPEN)
            acks = await asyncio.gather(sari.do(SetFloor(floor[0])), dewi.do(SetFloor(floor[1])))
            assert any(ack.ok for ack in acks), [ack.reason for ack in acks]
            for ack, other in zip(acks, (dewi, sari), strict=True):
                if not ack.ok:
                    assert (ack.reason, ack.by) == ("conflict", other.member_id), ack
                    conflicts += 1
            await people.told()
            assert before.turn is not None
            await asyncio.gather(*(one.do(TakeBack(TurnId(before.turn))) for one in (sari, dewi)))
            await people.until(lambda: people.stick == ("resting", None), "taken back once")
            acks = await asyncio.gather(sari.do(Offer(None)), dewi.do(Offer(None)))
            assert any(ack.ok for ack in acks), [ack.reason for ack in acks]
            after = await people.told()
            # Whoever facilitates now is out of the order; the rest of it moved on by one.
            order = tuple(one for one in before.order if one != dewi.member_id)
            assert (after.stick, after.order) == (("offered", order[0]), order[1:]), "moved twice"
            moves += 1
            if not set(after.order) - {people["Eka"].member_id}:
                # Nobody is left to be offered it but one who stepped out.
                break
            who = next(p for p in people if p.member_id == after.stick[1])
            await who.must(Accept())
            await people.until(partial(people.stick_is, "held", who), "held")
        people.sound()
        return Seen(f"{moves} moves for {2 * moves} presses, {conflicts} told who was faster")


def ended(person: Person) -> list[str]:
    """Why their sound ended in this tab, each time."""
    return [gone.why for gone in person.now().sound_gone]


async def reason_of_a_tab_more(web: Web, person: Person) -> str:
    """Why one more tab is not let in."""
    url = f"http://127.0.0.1:{web.port}"
    try:
        async with RoomClient.connect(url, person.slug, person.cookie, origin=web.base):
            return "let in"
    except ConnectRefused as refused:
        return refused.reason


@row(
    "two-tabs",
    "the holder opens the room in a second and a third tab, and a fourth",
    "one person, one voice, sound in one tab; the fourth is refused; closing tabs changes nothing",
)
async def two_tabs(houses: Houses) -> Seen:
    house = await houses.shared()
    async with gathered(house, names=FEW, medium="sound") as people:
        before, ani = await people.told(), people["Ani"]
        await sound_again(people, ani)
        began = time.monotonic()
        async with AsyncExitStack() as stack:
            tabs: list[RoomClient] = []
            for web in (house.webs * 2)[:2]:
                connecting = RoomClient.connect(
                    f"http://127.0.0.1:{web.port}", ani.slug, ani.cookie, origin=web.base
                )
                tabs.append(await stack.enter_async_context(connecting))
            for tab in tabs:
                await tab.until(lambda room: room.meeting and room.you)
                assert tab.holder == ani.member_id and tab.me == ani.member_id
            same = time.monotonic() - began
            # Sound is in one tab, and goes with a press.
            assert (await tabs[0].emit("sound_join", {"listen_only": True})).ok
            await people.until(lambda: ended(ani) == ["moved"], "sound is in the other tab")
            ack = await tabs[0].say(f"dari tab lain {CANARY}")
            assert ack.reason == "elsewhere", ack
            assert await reason_of_a_tab_more(house.webs[0], ani) == "too_many_tabs"
            assert (await tabs[0].send(SpeakHere())).ok
            assert (await tabs[0].say(f"sekarang dari sini {CANARY}")).ok
            assert (await ani.say(f"bukan lagi {CANARY}")).reason == "elsewhere"
            await ani.must(SpeakHere())
        await people.whole_again(before)
        await people.go_on()
        return Seen(
            "one seat, one voice, moved by a press alone; sound too", {"same state": (same, SAME)}
        )
