"""A cheap phone in a full circle: what moves, presses, what jumps, what wakes it in a pocket.

`python -m tests.bench.phone [moving press shift pocket]`: 30 seats, a processor four times slower
than this one, a chat that never rests. Prints; asserts no time.
"""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Sequence

from playwright.async_api import async_playwright

from realtime.domain.commands import SetFloor, SetPhase
from realtime.domain.meeting import Floor, Phase
from tests.bench.phone_moving import moving
from tests.bench.phone_presses import press
from tests.bench.phone_resting import pocket, shift
from tests.bench.phones import MOST, a_circle
from tests.journeys.browsing import launch

PARTS = {"moving": moving, "press": press, "shift": shift, "pocket": pocket}


async def main(parts: Sequence[str], seats: int) -> None:
    async with async_playwright() as playwright:
        browser = await launch(playwright)
        async with a_circle(browser, seats) as circle:
            await circle.night.sari.send(SetPhase(Phase.SHARING))
            for part in parts:
                await circle.night.sari.send(SetFloor(Floor.OPEN))
                await PARTS[part](browser, circle)
        await browser.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="part", help=", ".join(PARTS))
    parser.add_argument("--seats", type=int, default=MOST)
    given = parser.parse_args()
    asyncio.run(main(given.parts or list(PARTS), given.seats))
