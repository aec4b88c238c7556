"""A picture of a screen in both sizes and themes. Declines to judge it: people look at them."""

from __future__ import annotations

import os
import re
from pathlib import Path

from tests.journeys.browsing import SIZES, Device, Person

FOLDER = Path(__file__).resolve().parents[2] / "shots"
WANTED = os.environ.get("LINGKAR_PICTURES") == "1"
"""Whether journeys leave a picture of every screen that they examine."""


async def photograph(person: Person, screen: str) -> None:
    """Into the folder, by the screen's name; the page is left as it was."""
    FOLDER.mkdir(exist_ok=True)
    page, name = person.page, re.sub(r"\W+", "-", screen).strip("-") or "first"
    own = page.viewport_size
    devices: tuple[Device, ...] = ("phone", "laptop")
    for device in devices:
        width, height = SIZES[device]
        await page.set_viewport_size({"width": width, "height": height})
        for theme in ("light", "dark"):
            await page.emulate_media(color_scheme=theme, reduced_motion="reduce")
            await page.screenshot(path=FOLDER / f"{name}.{device}.{person.language}.{theme}.png")
    await page.emulate_media(color_scheme="light", reduced_motion="no-preference")
    if own is not None:
        await page.set_viewport_size(own)
