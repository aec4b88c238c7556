"""From a press to the next paint, for what a hand does in a room. Declines to count what is late
for the network: a press is answered on the screen at once or it is not.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping

from playwright.async_api import Browser

from tests.bench.phones import SLOWER, Circle, lively, sits, slow
from tests.bench.table import Table, percentile
from tests.journeys.browsing import Person

PRESSES = 10
BETWEEN_SECONDS = 0.5
WORDS_SECONDS = 2.2
"""Words may be said five times in ten seconds."""
PARTS = (0.5, 0.98, 1)
TAKE = "() => { const all = Object.values(seen.presses); seen.presses = {}; return all; }"
Press = Callable[[], Awaitable[None]]


def presses(person: Person) -> Mapping[str, Press]:
    """What a hand does in a room, by name; each leaves the screen as it found it."""
    page = person.page
    asked = page.locator(".main-action .btn--asked")

    async def ask() -> None:
        await page.locator(".main-action .btn--stick").click()
        await asked.click()
        # Taken back within its breath, and let go of after all.
        await page.locator(".main-action .btn--back").click()
        await asked.click()
        await page.get_by_role("button", name=person.words("room.ask")).wait_for()

    async def nod() -> None:
        await page.locator(".acts .four button").first.click()

    async def menu() -> None:
        await page.locator(".menu-button").click()
        await closed()

    async def seat() -> None:
        await page.locator(".petal").nth(1).click()
        await closed()

    async def closed() -> None:
        await page.locator("dialog[open]").wait_for()
        await page.keyboard.press("Escape")
        await page.locator("dialog[open]").wait_for(state="detached")

    async def feed() -> None:
        for _ in range(2):
            await page.locator(".feed__more").click()

    async def write() -> None:
        if await page.locator("#say-text").count() == 0:
            await person.press("room.write")
        await page.locator("#say-text").press_sequentially("Halo.")
        await page.locator(".say__send").click()
        await asyncio.sleep(WORDS_SECONDS)

    return {
        "ask for the stick, take it back": ask,
        "nod": nod,
        "the menu, opened and closed": menu,
        "a seat, opened and closed": seat,
        "more of the chat, and less": feed,
        "write, letter by letter, and send": write,
    }


async def press(browser: Browser, circle: Circle) -> None:
    person = await sits(circle)
    await slow(person.page)
    seats = len(circle.others) + 2
    table = Table(
        f"Press to next paint, {seats} seats, {SLOWER} times slower, 3 messages a second",
        [("what", "noticed", "median ms", "p98 ms", "worst ms")],
    )
    everything: list[float] = []

    def tell(name: str, found: list[float]) -> None:
        row = (f"{percentile(found, part):.0f}" for part in PARTS) if found else ("-",) * 3
        table.row(name, str(len(found)), *row)

    async with lively(circle.others):
        for name, once in presses(person).items():
            await person.page.evaluate(TAKE)
            for _ in range(PRESSES):
                await once()
                await asyncio.sleep(BETWEEN_SECONDS)
            found = [float(one) for one in await person.page.evaluate(TAKE)]
            everything += found
            tell(name, found)
    tell("all of them", everything)
    table.print()
    await person.context.close()
