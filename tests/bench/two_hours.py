"""What two hours of a meeting leave in a phone's memory: the traffic of a long evening, compressed.

`python -m tests.bench.two_hours`: heap, nodes and listeners after a forced collection, at what
would be 10, 40, 80 and 120 minutes; the chat of a page is full after some 35. Real server, sockets
and browser. Prints; asserts nothing.
"""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Sequence

from playwright.async_api import CDPSession, async_playwright

from realtime.client import RoomClient
from realtime.domain.commands import ComeBack, SetFloor, SetPhase, StartRound, StepOut
from realtime.domain.meeting import Floor, Order, Phase, Wording
from tests.bench.phones import MELATI, MOST, Circle, a_circle, turn_of
from tests.bench.table import Table, ratio
from tests.journeys.browsing import launch
from tests.journeys.seated import seated

LOOKS = (10, 40, 80, 120)
"""Minutes of the meeting at which its memory is looked at."""
WORDS_A_MINUTE = 12
NODS_A_MINUTE = 8
MINUTES_A_TURN = 2
MINUTES_A_BREAK = 4
# What one person may say in a second (5 in 10 s), a little less.
SAYS_A_SECOND = 0.4


async def minute(circle: Circle, number: int) -> None:
    """What happens in a minute, as fast as the limits of each person allow."""
    others = circle.others
    for n in range(WORDS_A_MINUTE):
        one = others[(number * WORDS_A_MINUTE + n) % len(others)]
        said = await one.say(f"Menit ke-{number}, kata ke-{n}: {'cerita ' * (n % 9 + 1)}")
        assert said.ok, said.reason
        if n < NODS_A_MINUTE:
            await others[(number + 3 * n) % len(others)].nod()
    if number % MINUTES_A_TURN == 0:
        await turn(circle, others[number // MINUTES_A_TURN % len(others)])
    if number % MINUTES_A_BREAK == 0:
        away = others[(number + 5) % len(others)]
        await away.send(StepOut())
        await away.send(ComeBack())
    await asyncio.sleep(WORDS_A_MINUTE / len(others) / SAYS_A_SECOND)


async def turn(circle: Circle, one: RoomClient) -> None:
    """The stick goes to somebody and comes back."""
    assert one.me
    round_ = StartRound(Wording("Apa kabar?"), Order.BY_HAND, (one.me,))
    await circle.night.sari.send(round_)
    async with turn_of(one):
        pass
    await circle.night.sari.send(SetFloor(Floor.OPEN))


async def look(session: CDPSession) -> list[float]:
    """Heap in kB, nodes of the document, listeners: of what is still held, after a collection."""
    for _ in range(2):
        await session.send("HeapProfiler.collectGarbage")
    told = await session.send("Performance.getMetrics")
    found = {one["name"]: float(one["value"]) for one in told["metrics"]}
    return [found["JSHeapUsedSize"] / 1000, found["Nodes"], found["JSEventListeners"]]


async def main(looks: Sequence[int]) -> None:
    table = Table(
        f"A meeting of {MOST} in a phone, {WORDS_A_MINUTE} messages a minute",
        [("minute", "heap kB", "nodes", "listeners", "lines in the chat")],
    )
    async with async_playwright() as playwright:
        browser = await launch(playwright)
        async with a_circle(browser, MOST) as circle:
            await circle.night.sari.send(SetPhase(Phase.SHARING))
            await circle.night.sari.send(SetFloor(Floor.OPEN))
            person = await circle.night.known(MELATI)
            await person.page.goto(circle.night.room)
            await seated(person)
            session = await person.context.new_cdp_session(person.page)
            await session.send("Performance.enable")
            heaps = []
            for number in range(1, max(looks) + 1):
                await minute(circle, number)
                if number in looks:
                    # What shows for a while has gone by itself.
                    await asyncio.sleep(9)
                    figures = await look(session)
                    lines = await person.page.locator(".log > *").count()
                    heaps.append(figures[0])
                    table.row(str(number), *(f"{one:.0f}" for one in figures), str(lines))
        await browser.close()
    table.print()
    for early, heap in list(zip(looks, heaps, strict=True))[:2]:
        print(ratio(f"heap_at_the_end_to_minute_{early}", heaps[-1] / heap))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="ten minutes of it")
    asyncio.run(main((2, 10) if parser.parse_args().quick else LOOKS))
