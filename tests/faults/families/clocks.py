"""Wall clocks that step by an hour, on a web process and on Valkey: deadlines must not notice.

By libfaketime, which lies to one program alone. Where it is missing the rows are not run.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path

from realtime.ticker import SETTLED_SECONDS
from tests.faults.families.kills import BACK, FEW
from tests.faults.house import House
from tests.faults.people import People, gathered
from tests.faults.rows import Houses, NotRun, Seen, row

HOUR = 3600
LOOKS = 4.0
"""Seconds in which every process looks at its clock some times, and beats once more than that."""


def liar() -> Mapping[str, str]:
    """The environment in which a program's wall clock is what a file says."""
    found = sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
    if not found:
        raise NotRun("libfaketime is not installed; on Debian: apt-get install libfaketime")
    return {
        "LD_PRELOAD": str(found[0]),
        # The clock that only goes on stays right, as it does where a real wall clock is set.
        "DONT_FAKE_MONOTONIC": "1",
        "FAKETIME_NO_CACHE": "1",
        # Times of files stay right: a start looks at thousands of them.
        "NO_FAKE_STAT": "1",
        # A mend for old C libraries: with a newer one every timed wait of a thread ends at once,
        # and two threads of Python that wait for each other spin for a minute.
        "FAKETIME_FORCE_MONOTONIC_FIX": "0",
    }


async def look(people: People, seconds: float) -> None:
    """Until the one process that nobody lies to has carried on for so long, by its own clock."""

    def clock() -> int:
        room = people.sari.room
        return room.facilitating.now if room and room.facilitating else 0

    await people.sari.now().sync()
    begin = clock()
    while clock() < begin + seconds * 1000:
        await asyncio.sleep(1.1)
        await people.sari.now().sync()


async def steps(house: House, whose: str, by: int) -> Seen:
    """The holder's place is held while the clock steps: the shortest deadline there is."""
    async with gathered(house) as people:
        before, ani = await people.told(), people["Ani"]
        ani.stays_away = True
        await ani.now().vanish()
        held = ("place_held", ani.member_id)
        await people.until(
            lambda: all(
                p.room and p.room.meeting
                and (p.room.meeting.stick.kind, p.room.meeting.stick.member_id) == held
                for p in people.seated if p is not ani
            ),
            "a place is held",
        )  # fmt: skip
        house.clocks[whose].write_text(f"{by:+d}\n")
        flickered: list[str] = []

        def watch() -> None:
            room = people.sari.room
            for seat in room.meeting.seats if room and room.meeting else ():
                if seat.presence.value == "away" and seat.member_id != ani.member_id:
                    flickered.append(seat.name)

        people.watch = watch
        await look(people, LOOKS)
        room = people.sari.room
        assert room is not None and room.meeting is not None
        assert (room.meeting.stick.kind, room.meeting.stick.member_id) == held, (
            f"{whose} by {by:+d} s: the place lapsed"
        )
        assert not flickered, (
            f"{whose} by {by:+d} s: taken for gone: {', '.join(sorted(set(flickered)))}"
        )
        ani.stays_away = False
        back = await people.whole_again(before)
        house.clocks[whose].write_text("+0\n")
        await people.go_on()
        return Seen("no deadline came early, nobody was taken for gone", {"back": (back, BACK)})


@row(
    "clock",
    "the wall clocks of a web process and of Valkey step by an hour, forwards and back",
    "nothing: no deadline comes early, nobody is taken for gone",
)
async def clocks_step(houses: Houses) -> Seen:
    async with houses.own(clocks=liar()) as house:
        async with gathered(house, names=FEW) as people:
            # Before that nobody is taken for gone, whatever the clocks say.
            await look(people, SETTLED_SECONDS)
        for whose in ("web0", "valkey"):
            for by in (HOUR, -HOUR):
                seen = await steps(house, whose, by)
        return seen
