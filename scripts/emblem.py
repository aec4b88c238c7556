"""Draws the app's icons from the one petal, into server/static. Run it when the petal changes.

Needs Chromium and the tests' packages; declines to run in a build, which needs neither.
"""

from __future__ import annotations

import asyncio
import json
import shutil
from pathlib import Path

from playwright.async_api import async_playwright

ROOT = Path(__file__).resolve().parent.parent
STATIC = ROOT / "server/static"
PETAL = json.loads((ROOT / "web/src/icons.json").read_text("utf-8"))["petal"]
MORI, TERONG, CLOTH, LIGHT, JAHE = "#fffbfa", "#7a3d80", "#3d1a43", "#e6cfe4", "#e5a43b"
# Name, size, ground, petals, how much of the square the emblem takes, how round the corners are.
ICONS = (
    ("ikon-180.png", 180, MORI, TERONG, 0.74, 0.0),
    ("ikon-192.png", 192, MORI, TERONG, 0.74, 0.22),
    ("ikon-512.png", 512, MORI, TERONG, 0.74, 0.22),
    # A phone may cut a maskable icon down to the middle four fifths.
    ("ikon-penuh-512.png", 512, CLOTH, LIGHT, 0.6, 0.0),
)


def drawn(ground: str, petals: str, share: float, corner: float) -> str:
    """The emblem on its ground, as SVG on a square of 100."""
    scale = 100 * share / 68
    each = "".join(
        f'<g transform="rotate({turn}) translate(0 -17.5) scale(.52)">'
        f'<path d="{PETAL}" fill="{JAHE if turn == 45 else petals}"/></g>'
        for turn in (45, 135, 225, 315)
    )
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 100" width="100%" height="100%">'
        f'<rect width="100" height="100" rx="{100 * corner}" fill="{ground}"/>'
        f'<g transform="translate(50 50) scale({scale:.3f})">{each}</g></svg>'
    )


async def main() -> None:
    """Write every icon."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        for name, size, ground, petals, share, corner in ICONS:
            page = await browser.new_page(viewport={"width": size, "height": size})
            await page.set_content(
                f"<body style='margin:0'>{drawn(ground, petals, share, corner)}</body>"
            )
            await page.screenshot(path=STATIC / name, omit_background=True)
            await page.close()
        await browser.close()


if __name__ == "__main__":
    asyncio.run(main())
