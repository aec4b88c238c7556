"""How soon somebody on a slow phone sees words, and sits. Prints; asserts no time.

`python -m tests.bench.first_view`: Chromium with an empty cache, slow 3G (400 ms, 50 kB/s) and a
processor four times slower, five times over; medians of what a person would call 'it is there'.
"""

from __future__ import annotations

import asyncio
import statistics
import tempfile
import time
from pathlib import Path

from playwright.async_api import Browser, async_playwright

from tests.journeys.browsing import Person, Served, arrive, launch, serving
from tests.journeys.way_in import admit_all, gather, unseen

TIMES = 5
SLOW_3G = {
    "offline": False,
    "latency": 400,
    "downloadThroughput": 50_000,
    "uploadThroughput": 50_000,
}


async def slowed(person: Person) -> None:
    """An empty cache, a slow network, a slow processor."""
    session = await person.context.new_cdp_session(person.page)
    await session.send("Network.enable")
    await session.send("Network.clearBrowserCache")
    await session.send("Network.emulateNetworkConditions", SLOW_3G)
    await session.send("Emulation.setCPUThrottlingRate", {"rate": 4})


async def landing(browser: Browser, served: Served) -> float:
    """Seconds from opening the landing page to its first words on the screen."""
    person = await arrive(browser, "id", "phone")
    await slowed(person)
    await person.page.goto(served.base, wait_until="domcontentloaded")
    painted = await person.page.evaluate(
        """() => new Promise(resolve => new PerformanceObserver(list => {
          const first = list.getEntriesByName('first-contentful-paint')[0];
          if (first) resolve(first.startTime);
        }).observe({type: 'paint', buffered: true}))"""
    )
    seconds = float(painted) / 1000
    await person.context.close()
    return seconds


async def room(browser: Browser, served: Served, seated: Person, path: str) -> float:
    """Seconds from opening the room to sitting in it, for somebody who has a seat."""
    person = await arrive(browser, "id", "phone")
    await person.context.add_cookies(await seated.context.cookies())  # type: ignore[arg-type]
    await slowed(person)
    began = time.monotonic()
    await person.page.goto(f"{served.base}{path}/ruang", wait_until="commit")
    await person.page.locator(".petal").first.wait_for(timeout=60_000)
    seconds = time.monotonic() - began
    await person.context.close()
    return seconds


async def main() -> None:
    async with async_playwright() as playwright:
        browser = await launch(playwright)
        with tempfile.TemporaryDirectory() as folder:
            async with serving(Path(folder)) as served:
                words = [await landing(browser, served) for _ in range(TIMES)]
                gathered = await gather(browser, served, "id", unseen)
                await admit_all(gathered, served, unseen)
                seats = [
                    await room(browser, served, gathered.melati, gathered.circle)
                    for _ in range(TIMES)
                ]
        await browser.close()
    for name, found, most in (("words on the landing page", words, 2), ("seated", seats, 6)):
        spread = f"{min(found):.2f} to {max(found):.2f}"
        print(f"{name:28} {statistics.median(found):5.2f} s of {most} s ({spread})")


if __name__ == "__main__":
    asyncio.run(main())
