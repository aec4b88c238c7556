"""`make screens`: photographs every screen of a real meeting into `shots/`, which git ignores.

The other screens are photographed by the journeys that examine them.
"""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path

from playwright.async_api import Browser, async_playwright

from tests.journeys.browsing import (
    Language,
    Person,
    arrive,
    demonstrating,
    launch,
    serving,
)
from tests.journeys.meeting import whole_meeting
from tests.journeys.pictures import FOLDER, photograph
from tests.journeys.way_in import come_to_the_door, gather, unseen


async def evening(browser: Browser, language: Language) -> None:
    with tempfile.TemporaryDirectory() as folder:
        async with serving(Path(folder)) as served:
            gathered = await gather(browser, served, language, photograph)
            await whole_meeting(gathered, served, photograph)
            for person in gathered.everybody:
                await person.context.close()


async def full_room(browser: Browser, language: Language) -> None:
    """The demonstration's room, lively, as a member and as a facilitator see it."""
    with tempfile.TemporaryDirectory() as folder:
        async with demonstrating(Path(folder), language) as links:
            member = await arrive(browser, language, "phone")
            base = links[0].split("/u#")[0]
            await member.page.goto(base)
            await photograph(member, "landing")
            await come_to_the_door(member, links[0], "Melati", unseen)
            await member.page.wait_for_url("**/ruang", timeout=60_000)
            await lively(member)
            await photograph(member, "living-member")
            facilitator = await arrive(browser, language, "laptop")
            await come_to_the_door(facilitator, links[1], "Mas Adi", unseen, lobby=False)
            await facilitator.page.goto(member.page.url)
            await lively(facilitator)
            await photograph(facilitator, "living-facilitator")
            await the_guide(facilitator)
            for person in (member, facilitator):
                await person.context.close()


async def the_guide(facilitator: Person) -> None:
    """The circle's guide, as it is kept and with a step open."""
    page = facilitator.page
    await page.goto(page.url.removesuffix("/ruang") + "/susunan")
    await photograph(facilitator, "guide")
    await page.locator("summary").nth(1).click()
    await photograph(facilitator, "guide-step")


async def lively(person: Person) -> None:
    """Wait until somebody holds the stick and has said something."""
    await person.page.locator(".is-hold").first.wait_for(state="attached", timeout=60_000)
    await person.page.locator("[role=log] .said").first.wait_for(state="attached", timeout=60_000)


async def main() -> None:
    async with async_playwright() as playwright:
        browser = await launch(playwright)
        languages: tuple[Language, ...] = ("id", "en")
        for language in languages:
            await full_room(browser, language)
            await evening(browser, language)
        await browser.close()
    print(f"{len(list(FOLDER.glob('*.png')))} pictures in {FOLDER.name}/")


if __name__ == "__main__":
    asyncio.run(main())
