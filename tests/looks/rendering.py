"""A screen in every way it has to be looked at: a picture of each, and what is wrong with it.

Leaves the page as it was. Declines to judge beauty: people look at the contact sheets.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from playwright.async_api import Page

from tests.journeys.browsing import ROOT, Person, stillness
from tests.looks.colours import wrong_colours
from tests.looks.combinations import WAYS, Theme, Way

FOLDER = ROOT / "shots"
WANTED = os.environ.get("LINGKAR_PICTURES") == "1"
"""Whether journeys render every screen that they look at, in place of examining it."""
CHECKS = (Path(__file__).parent / "checks.js").read_text("utf-8")
TALLEST = 2400
"""Pixels of a long page that a picture shows."""


def named(screen: str) -> str:
    """A file's name for a screen."""
    return re.sub(r"\W+", "-", screen).strip("-") or "first"


async def findings(page: Page, width: int, text: int, *, order: bool = False) -> dict[str, Any]:
    """What is wrong as the page stands; with `order` also the places to ask a picture about."""
    await settled(page)
    told: dict[str, Any] = await page.evaluate(
        f"given => ({CHECKS})(given)", {"width": width, "text": text, "order": order}
    )
    return told


PLACES = """() => [...document.querySelectorAll("main, dialog[open], .prompt, .seat, .toast")]
  .map(el => { const b = el.getBoundingClientRect(); return [b.width, b.height, b.top].join(); })
  .join(";")"""
"""Where the large pieces are, for telling whether they moved."""


async def settled(page: Page) -> None:
    """A ring that is sized from its container needs a few frames after the window changed."""
    await page.evaluate(
        """async () => {
          const size = () => [...document.querySelectorAll(".ring, main, dialog[open]")]
            .map(el => { const b = el.getBoundingClientRect(); return [b.width, b.height, b.top]; })
            .flat().join();
          let before = "", same = 0;
          for (let frame = 0; frame < 40 && same < 3; frame++) {
            await new Promise(requestAnimationFrame);
            const now = size();
            same = now === before ? same + 1 : 0;
            before = now;
          }
        }"""
    )


async def text_size(page: Page, percent: int) -> None:
    """As if somebody had set it in their browser: the size of letters, not of the page."""
    await page.evaluate(
        "size => document.documentElement.style.setProperty('font-size', size, 'important')",
        "" if percent == 100 else f"{percent}%",
    )


@asynccontextmanager
async def large_text(page: Page) -> AsyncIterator[None]:
    """Letters twice as large while the block lasts."""
    await text_size(page, 200)
    yield
    await text_size(page, 100)


SPACING = """line-height: 1.5 !important; letter-spacing: .12em !important;
  word-spacing: .16em !important"""
"""WCAG 2.2, 1.4.12: what a reader may set without losing anything."""


@asynccontextmanager
async def wide_spacing(page: Page) -> AsyncIterator[None]:
    """Letters, words and lines further apart while the block lasts."""
    await page.evaluate(
        """rule => {
          const sheet = new CSSStyleSheet();
          sheet.replaceSync(`* { ${rule} } p { margin-block-end: 2em !important }`);
          document.adoptedStyleSheets = [sheet];
        }""",
        SPACING,
    )
    yield
    await page.evaluate("() => { document.adoptedStyleSheets = [] }")


async def theme_of(page: Page, theme: Theme) -> None:
    await page.emulate_media(
        color_scheme="dark" if theme == "dark" else "light",
        forced_colors="active" if theme == "forced" else "none",
        reduced_motion="reduce",
    )


async def render(person: Person, screen: str) -> None:
    """A picture and its findings for each way that is in the language of this person."""
    page, folder = person.page, FOLDER / named(screen)
    folder.mkdir(parents=True, exist_ok=True)
    own = page.viewport_size
    await stillness(page)
    for way in (way for way in WAYS if way.language == person.language):
        await page.set_viewport_size({"width": way.width, "height": way.height})
        await text_size(page, way.text)
        await theme_of(page, way.theme)
        # A bar that sticks would be drawn where the page was scrolled to.
        await page.evaluate("() => scrollTo({ top: 0, behavior: 'instant' })")
        told, picture = await measured(page, way)
        (folder / f"{way}.png").write_bytes(picture)
        wrong = told["found"] + wrong_colours(picture, told["asked"])
        (folder / f"{way}.json").write_text(json.dumps({"screen": screen, "found": wrong}))
    await text_size(page, 100)
    await page.emulate_media(
        color_scheme="light", forced_colors="none", reduced_motion="no-preference"
    )
    if own is not None:
        await page.set_viewport_size(own)


async def measured(page: Page, way: Way) -> tuple[dict[str, Any], bytes]:
    """What is found, and a picture of the same: a notice that goes meanwhile moves all below it."""
    for _ in range(4):
        await settled(page)
        before = await page.evaluate(PLACES)
        told = await findings(page, way.width, way.text, order=True)
        picture = await shot(page, way)
        if before == await page.evaluate(PLACES):
            break
    return told, picture


async def shot(page: Page, way: Way) -> bytes:
    if await page.locator("dialog[open]").count():
        # Over a longer page a sheet would be drawn where it is not.
        return await page.screenshot(scale="css")
    height: int = await page.evaluate("() => document.documentElement.scrollHeight")
    box = {"x": 0, "y": 0, "width": way.width, "height": min(TALLEST, max(way.height, height))}
    return await page.screenshot(full_page=True, scale="css", clip=box, animations="allow")  # type: ignore[arg-type]
