"""A circle that already meets: one server for many journeys, people with a seat in two lines.

Who is looked at has a browser; the others speak over sockets of their own. Declines to know the
way in: those journeys are elsewhere.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.async_api import Browser
from sqlalchemy.sql import Executable

from realtime.client import RoomClient
from realtime.domain.commands import Accept, SetPhase, StartRound
from realtime.domain.meeting import MemberId, Order, Phase, Wording
from server.circles.seed import Seeded, seed_circle
from server.database import Database
from server.settings import Settings
from tests.journeys.browsing import Device, Language, Person, Served, arrive, serving

FACILITATOR = "Bu Sari"
count = itertools.count(1)


@dataclass(frozen=True)
class House:
    """A running Lingkar, and the data folder under it."""

    served: Served
    settings: Settings

    @property
    def base(self) -> str:
        return self.served.base

    async def change(self, statement: Executable) -> None:
        """Write into the database behind the server's back, as time would."""
        database = Database(self.settings.database_url)
        try:
            async with database.session() as db:
                await db.execute(statement)
                await db.commit()
        finally:
            await database.close()

    async def circle(self, *members: str, **form: Any) -> Seeded:
        """A circle of its own, whose door is open unless asked otherwise."""
        # Organisers are told apart by name, each house has as many as it has circles.
        lead = f"{FACILITATOR} {next(count)}"
        form = {"door": "open", **form}
        return await seed_circle(self.settings, facilitator=lead, members=members, **form)


@asynccontextmanager
async def a_house(folder: Path) -> AsyncIterator[House]:
    """Start a Lingkar whose database tests may write into."""
    async with serving(folder) as served:
        port = int(served.base.rpartition(":")[2])
        yield House(served, Settings(data_dir=folder, port=port))
        # A house that fell in, or stumbled on the way, says over what.
        printed = "".join(served.printed)
        assert served.process.returncode is None and "fault" not in printed, printed


@dataclass(frozen=True)
class Evening:
    """A circle in session: its facilitator is there, over a socket."""

    house: House
    circle: Seeded
    browser: Browser
    sari: RoomClient
    stack: AsyncExitStack

    @property
    def room(self) -> str:
        return f"{self.house.base}/c/{self.circle.slug}/ruang"

    def id(self, name: str) -> MemberId:
        return self.circle.seat_ids[name]

    async def speaker(self, name: str) -> RoomClient:
        """A member over a socket alone, seated."""
        cookie = f"{self.circle.cookie_name}={self.circle.members[name]}"
        client = await self.stack.enter_async_context(
            RoomClient.connect(self.house.base, self.circle.slug, cookie)
        )
        await client.until(lambda room: room.meeting and room.you)
        return client

    async def known(
        self,
        name: str,
        language: Language = "id",
        *,
        device: Device = "phone",
        **more: Any,
    ) -> Person:
        """A member with a browser, signed in, on no page yet."""
        return await self._signed_in(self.circle.members[name], language, device, **more)

    async def facilitator(self, language: Language = "id", device: Device = "phone") -> Person:
        """The facilitator with a browser beside the socket, on no page yet."""
        return await self._signed_in(self.circle.facilitator, language, device)

    async def _signed_in(
        self, value: str, language: Language, device: Device, **more: Any
    ) -> Person:
        person = await arrive(self.browser, language, device, **more)
        self.stack.push_async_callback(person.context.close)
        base = self.house.base
        await person.context.add_cookies(
            [
                {"name": self.circle.cookie_name, "value": value, "url": base},
                # Who chose nothing hears the circle's own language.
                {"name": "lang", "value": language, "url": base},
            ]
        )
        return person

    async def sitter(
        self, name: str, language: Language = "id", *, device: Device = "phone", **more: Any
    ) -> Person:
        """A member with a browser, in their seat."""
        person = await self.known(name, language, device=device, **more)
        await person.page.goto(self.room)
        await seated(person)
        return person

    async def hand_the_stick_to(self, client: RoomClient) -> None:
        """A round in which that person, who sits first, holds the stick."""
        await self.sari.send(SetPhase(Phase.SHARING))
        await self.sari.send(StartRound(Wording(""), Order.SEATS))
        await client.until(lambda room: room.you and room.you.offered)
        await client.send(Accept())
        await self.sari.until(lambda room: room.holder == client.me)


@asynccontextmanager
async def evening(
    house: House, browser: Browser, *members: str, **form: Any
) -> AsyncIterator[Evening]:
    """A meeting of these members, none of whom has come yet."""
    circle = await house.circle(*members, **form)
    cookie = f"{circle.cookie_name}={circle.facilitator}"
    async with (
        RoomClient.connect(house.base, circle.slug, cookie) as sari,
        AsyncExitStack() as stack,
    ):
        await sari.until(lambda room: room.facilitating)
        yield Evening(house, circle, browser, sari, stack)


async def seated(person: Person) -> None:
    """Wait until the circle of petals is drawn."""
    await person.page.locator(".petal").first.wait_for()


async def seats_of(person: Person, once: int = 0) -> list[str | None]:
    """Whose seats the screen shows, in the order of the circle, once there are so many."""
    if once:
        await person.page.locator(".petal").nth(once - 1).wait_for()
    petals = await person.page.locator(".petal").all()
    return [await petal.get_attribute("data-seat") for petal in petals]


def told(person: Person, event: str) -> list[dict[str, Any]]:
    """What the socket of this browser was told under that name, in order."""
    start = f'42["{event}",'
    return [json.loads(frame[2:])[1] for frame in person.frames if frame.startswith(start)]
