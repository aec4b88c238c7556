"""`make screens`: photographs every screen of a real meeting into `shots/`, which git ignores."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path

from playwright.async_api import Browser, async_playwright

from tests.journeys.browsing import (
    SIZES,
    Device,
    Language,
    Person,
    arrive,
    demonstrating,
    launch,
    serving,
)
from tests.journeys.meeting import whole_meeting
from tests.journeys.way_in import Look, come_to_the_door, gather, unseen

FOLDER = Path(__file__).resolve().parents[1] / "shots"


def photographer(language: Language) -> Look:
    """Takes each screen in both sizes and both themes, then leaves the page as it was."""

    async def photograph(person: Person, screen: str) -> None:
        page = person.page
        own = page.viewport_size
        devices: tuple[Device, ...] = ("phone", "laptop")
        for device in devices:
            width, height = SIZES[device]
            await page.set_viewport_size({"width": width, "height": height})
            for theme in ("light", "dark"):
                await page.emulate_media(color_scheme=theme, reduced_motion="reduce")
                await page.screenshot(path=FOLDER / f"{screen}.{device}.{language}.{theme}.png")
        await page.emulate_media(color_scheme="light", reduced_motion="no-preference")
        if own is not None:
            await page.set_viewport_size(own)

    return photograph


async def evening(browser: Browser, language: Language) -> None:
    with tempfile.TemporaryDirectory() as folder:
        async with serving(Path(folder)) as served:
            look = photographer(language)
            gathered = await gather(browser, served, language, look)
            await whole_meeting(gathered, served, look)
            for person in gathered.everybody:
                await person.context.close()


async def full_room(browser: Browser, language: Language) -> None:
    """The demonstration's room, lively, as a member and as a facilitator see it."""
    with tempfile.TemporaryDirectory() as folder:
        async with demonstrating(Path(folder), language) as links:
            look = photographer(language)
            member = await arrive(browser, language, "phone")
            base = links[0].split("/u#")[0]
            await member.page.goto(base)
            await look(member, "landing")
            await come_to_the_door(member, links[0], "Melati", unseen)
            await member.page.wait_for_url("**/ruang", timeout=60_000)
            await lively(member)
            await look(member, "living-member")
            facilitator = await arrive(browser, language, "laptop")
            await come_to_the_door(facilitator, links[1], "Mas Adi", unseen, lobby=False)
            await facilitator.page.goto(member.page.url)
            await lively(facilitator)
            await look(facilitator, "living-facilitator")
            await the_guide(facilitator, look)
            for person in (member, facilitator):
                await person.context.close()


async def the_guide(facilitator: Person, look: Look) -> None:
    """The circle's guide, as it is kept and with a step open."""
    page = facilitator.page
    await page.goto(page.url.removesuffix("/ruang") + "/susunan")
    await look(facilitator, "guide")
    await page.locator("summary").nth(1).click()
    await look(facilitator, "guide-step")


async def lively(person: Person) -> None:
    """Wait until somebody holds the stick and has said something."""
    await person.page.locator(".is-hold").first.wait_for(state="attached", timeout=60_000)
    await person.page.locator("[role=log] .said").first.wait_for(state="attached", timeout=60_000)


async def main() -> None:
    FOLDER.mkdir(exist_ok=True)
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
