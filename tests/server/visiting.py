"""A browser without a screen for tests of pages: keeps cookies and fills in form tokens."""

from __future__ import annotations

import copy
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cache
from html import unescape
from typing import Any

from quart import Quart
from quart.testing.app import TestApp
from sqlalchemy.ext.asyncio import AsyncSession

from server.circles.seed import Seeded
from server.pages import laid_out
from server.settings import Settings
from server.web import Services

TOKEN = re.compile(r'name="_token" value="([^"]+)"')


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    text: str
    headers: Any

    @property
    def to(self) -> str:
        """Where a redirect leads."""
        return str(self.headers["Location"])

    @property
    def words(self) -> str:
        """The text without tags."""
        return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", self.text)))


@dataclass
class Visitor:
    """One browser."""

    app: Quart
    token: str = ""
    headers: dict[str, str] = field(default_factory=lambda: {"Accept-Language": "id"})

    def __post_init__(self) -> None:
        self.client = self.app.test_client()

    def signed_in(self, seeded: Seeded, value: str) -> Visitor:
        """As somebody who was here before."""
        self.client.set_cookie("localhost", seeded.cookie_name, value)
        return self

    async def get(self, path: str, **headers: str) -> Answer:
        return await self._read(
            await self.client.get(path, headers={**self.headers, **dashed(headers)})
        )

    async def post(self, path: str, form: dict[str, str] | None = None, **headers: str) -> Answer:
        """Send a form with a token that this browser was given."""
        if not self.token:
            await self.get("/bantuan")
        filled = {"_token": self.token, **(form or {})}
        return await self._read(
            await self.client.post(path, form=filled, headers={**self.headers, **dashed(headers)})
        )

    async def post_json(self, path: str, body: object, **headers: str) -> Answer:
        return await self._read(
            await self.client.post(path, json=body, headers={**self.headers, **dashed(headers)})
        )

    async def _read(self, response: Any) -> Answer:
        text = (await response.get_data()).decode()
        found = TOKEN.search(text)
        self.token = found[1] if found else self.token
        return Answer(response.status_code, text, response.headers)


def dashed(headers: dict[str, str]) -> dict[str, str]:
    """`Sec_Fetch_Site` for what cannot be a Python name."""
    return {name.replace("_", "-"): value for name, value in headers.items()}


@cache
def pages() -> Quart:
    """Every route and template, worked out once: a test takes `of_its_own(pages())`."""
    return laid_out()


def of_its_own(app: Quart) -> Quart:
    """An application with the same routes and templates, and nothing else of the other's."""
    own = copy.copy(app)
    own.extensions, own.while_serving_gens, own.background_tasks = {}, [], set()
    return own


def awake(app: Quart) -> TestApp:
    """The application while it serves; it may take its time to start on a busy machine."""
    return TestApp(app, startup_timeout=60, shutdown_timeout=60)


@dataclass(frozen=True)
class Site:
    """Pages without a room, on a database of their own, with a circle in it."""

    app: Quart
    settings: Settings
    seeded: Seeded

    def stranger(self) -> Visitor:
        return Visitor(self.app)

    def facilitator(self) -> Visitor:
        return Visitor(self.app).signed_in(self.seeded, self.seeded.facilitator)

    def member(self, name: str = "Melati") -> Visitor:
        return Visitor(self.app).signed_in(self.seeded, self.seeded.members[name])

    @property
    def circle(self) -> str:
        return f"/c/{self.seeded.slug}"

    @property
    def secret(self) -> str:
        return self.seeded.join_link.partition("#")[2]


@asynccontextmanager
async def database(site: Site) -> AsyncIterator[AsyncSession]:
    """A session of the site's own; what is changed in it is kept."""
    found: Services = site.app.extensions["lingkar"]
    async with found.database.session() as db:
        yield db
        await db.commit()
