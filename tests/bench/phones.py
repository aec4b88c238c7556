"""A house with a full circle, for figures of phones: sockets fill the seats, one browser looks.

Declines to measure anything itself.
"""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.async_api import Browser

from realtime.client import RoomClient
from server.circles.seed import Seeded
from tests.bench.circles import short_names
from tests.journeys.seated import Evening, a_house, evening

MELATI = "Melati"
MOST = 30


@dataclass(frozen=True)
class Circle:
    """One with people in it, and one at whose door Melati waits."""

    night: Evening
    others: list[RoomClient]
    """Everybody but Melati and the facilitator, each over a socket."""
    waiting: Seeded

    def url(self, screen: str) -> str:
        """The address at which that screen is seen by Melati."""
        base, slug = self.night.house.base, self.night.circle.slug
        pages = {
            "landing": "/",
            "circle": f"/c/{slug}",
            "lobby": f"/c/{self.waiting.slug}/tunggu",
            "room": f"/c/{slug}/ruang",
        }
        return base + pages[screen]

    def cookie(self, screen: str) -> dict[str, str]:
        """What signs Melati in, who is another person in each of the two circles."""
        circle = self.waiting if screen == "lobby" else self.night.circle
        value = circle.members[MELATI]
        return {"name": circle.cookie_name, "value": value, "url": self.night.house.base}


@asynccontextmanager
async def a_circle(browser: Browser, seats: int) -> AsyncIterator[Circle]:
    """That many seats taken, once Melati has come too; a list of circles on the landing page."""
    names = [name for name in short_names(seats) if not name.startswith(MELATI)][: seats - 2]
    with tempfile.TemporaryDirectory() as folder:
        async with a_house(Path(folder)) as house:
            waiting = await house.circle(MELATI, door="ask", listed=True, title="Teman Tebet")
            form = {"seats": MOST, "listed": True}
            async with evening(house, browser, MELATI, *names, **form) as night:
                others = [await night.speaker(name) for name in names]
                yield Circle(night, others, waiting)
