"""What every screen must pass: axe in light and dark, and no sideways scrolling at any size."""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.journeys.browsing import SIZES, Person, overflows, violations
from tests.journeys.pictures import WANTED, photograph

NARROW = (320, 640)


@dataclass
class Examiner:
    """Examines each screen it is shown and remembers what is wrong, so that one run tells all."""

    found: list[str] = field(default_factory=list)

    async def look(self, person: Person, screen: str) -> None:
        """Look at the screen as it stands, then leave it as it was."""
        page = person.page
        await page.wait_for_load_state()
        if WANTED:
            await photograph(person, screen)
        # Themes differ in colours and in nothing else (tokens.css).
        for theme in ("dark", "light"):
            await page.emulate_media(color_scheme=theme)
            wrong = await violations(page, colours_alone=theme == "light")
            self.found += [f"{screen}, {theme}: {one}" for one in wrong]
        own = page.viewport_size
        assert own is not None
        for width, height in (NARROW, *SIZES.values()):
            await page.set_viewport_size({"width": width, "height": height})
            if wider := await overflows(page):
                self.found.append(f"{screen}, {width} px: wider by {wider} px")
        await page.set_viewport_size(own)

    def content(self) -> None:
        """Nothing was wrong on any screen."""
        assert not self.found, "\n".join(self.found)
