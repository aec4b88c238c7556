"""What every screen must pass: axe in light and dark, no sideways scrolling at any size, and the
same to hear as was reviewed; where asked, nothing clipped, covered, overlapping or too small.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from playwright.async_api import Page

from tests.journeys.browsing import SIZES, Language, Person, overflows, violations
from tests.looks.hearing import ALONE, LANGUAGE, WRITES, differences
from tests.looks.rendering import WANTED, findings, large_text, render, wide_spacing

NARROW = (320, 640)
BOTH: list[Language] = ["id", "en"] if WANTED else ["id"]
"""For journeys whose way is the same in both languages: pictures are of both."""


@dataclass
class Examiner:
    """Examines each screen it is shown and remembers what is wrong, so that one run tells all."""

    found: list[str] = field(default_factory=list)
    measures: bool = False
    """Also what `make screens` measures, but for colours: some seconds for a dozen screens."""
    again: bool = False
    """The same people came the same way in Indonesian: only what other words can change."""

    async def look(self, person: Person, screen: str) -> None:
        """Look at the screen as it stands, then leave it as it was."""
        page = person.page
        await page.wait_for_load_state()
        if person.language == LANGUAGE and (WRITES or not WANTED):
            self.found += await differences(page, screen)
        if WANTED:
            await render(person, screen)
            return
        if ALONE:
            return
        if not self.again:
            await self._by_axe(page, screen)
        own = page.viewport_size
        assert own is not None
        for width, height in (NARROW, *SIZES.values()):
            await page.set_viewport_size({"width": width, "height": height})
            if wider := await overflows(page):
                self.found.append(f"{screen}, {width} px: wider by {wider} px")
            # The usual phone lies between the other two.
            if self.measures and width != SIZES["phone"][0]:
                await self._measure(page, f"{screen}, {width} px", width)
        if self.measures:
            await page.set_viewport_size({"width": NARROW[0], "height": NARROW[1]})
            async with large_text(page):
                await self._measure(page, f"{screen}, large text", NARROW[0], text=200)
            async with wide_spacing(page):
                await self._measure(page, f"{screen}, wide spacing", NARROW[0], but="behind small")
        await page.set_viewport_size(own)

    async def _by_axe(self, page: Page, screen: str) -> None:
        # Themes differ in colours and in nothing else (tokens.css).
        for theme in ("dark", "light"):
            await page.emulate_media(color_scheme=theme)
            wrong = await violations(page, colours_alone=theme == "light")
            self.found += [f"{screen}, {theme}: {one}" for one in wrong]

    async def _measure(
        self, page: Page, where: str, width: int, text: int = 100, but: str = ""
    ) -> None:
        for one in (await findings(page, width, text))["found"]:
            if one["rule"] in but.split():
                continue
            what = f"{one['rule']} {one['where']} “{one['words']}” {one['more']}"
            self.found.append(f"{where}: {what}")

    def content(self) -> None:
        """Nothing was wrong on any screen."""
        assert not self.found, "\n".join(self.found)
