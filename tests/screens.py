"""`make screens`: photographs every screen of a real meeting into `shots/`, which git ignores."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path

from playwright.async_api import Browser, async_playwright

from tests.journeys.browsing import SIZES, Device, Language, Person, launch, serving
from tests.journeys.meeting import whole_meeting
from tests.journeys.way_in import Look, gather

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


async def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    async with async_playwright() as playwright:
        browser = await launch(playwright)
        await evening(browser, "id")
        await evening(browser, "en")
        await browser.close()
    print(f"{len(list(FOLDER.glob('*.png')))} pictures in {FOLDER.name}/")


if __name__ == "__main__":
    asyncio.run(main())
