"""A server of its own with circles in it, in a folder of its own, and how to knock at it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import random
import sys
from collections import Counter
from collections.abc import AsyncIterator, Coroutine
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import httpx
from websockets.asyncio.client import ClientConnection
from websockets.asyncio.client import connect as open_websocket

from server.circles.seed import Seeded, seed_circle
from server.settings import Settings
from tests.fuzz.texts import CANARY

T = TypeVar("T")
CIRCLES, MEMBERS = 6, 10
UP_WITHIN = 90.0


@dataclass
class Place:
    """Where everything is sent. Addresses are drawn anew, as if many people came."""

    url: str
    sound_port: int
    circles: list[Seeded]
    loop: asyncio.AbstractEventLoop
    http: httpx.AsyncClient
    did: Counter[str] = field(default_factory=Counter)
    dice: random.Random = field(default_factory=random.Random)

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.loop.run_until_complete(work)

    def address(self) -> str:
        return ".".join(str(self.dice.randrange(1, 250)) for _ in range(4))

    def people(self) -> list[tuple[str, str]]:
        """(name, cookie) of everybody in a circle, and of a stranger."""
        one = self.dice.choice(self.circles)
        known = [("facilitator", one.facilitator), *one.members.items()]
        return [(name, f"{one.cookie_name}={value}") for name, value in known] + [("stranger", "")]

    @contextlib.asynccontextmanager
    async def line(self, cookie: str) -> AsyncIterator[ClientConnection]:
        """A bare line to the room, from an address of its own."""
        headers = {"Cookie": cookie, "X-Forwarded-For": self.address()}
        async with open_websocket(
            self.url.replace("http", "ws") + "/socket.io/?EIO=4&transport=websocket",
            additional_headers=headers,
            proxy=None,
            ping_interval=None,
            close_timeout=1,
            max_size=2**24,
        ) as socket:
            yield socket


async def seeded(settings: Settings) -> list[Seeded]:
    circles = []
    for at in range(CIRCLES):
        names = [f"{CANARY} {at} {n}" for n in range(MEMBERS)]
        circles.append(
            await seed_circle(
                settings,
                title=f"{CANARY} {at}",
                members=names,
                facilitator=f"Bu {at}",
                door="open",
                listed=at % 2 == 0,
                medium="sound",
                seats=MEMBERS + 2,
            )
        )
    return circles


class Server:
    """The process, what it says, and what its watcher saw."""

    def __init__(self, folder: Path, database: str | None) -> None:
        self.folder = folder
        self.settings = Settings(data_dir=folder / "data", database=database)
        self.told = folder / "told.json"
        self.log = folder / "server.log"

    async def start(self) -> dict[str, Any]:
        environment = os.environ | {
            "HOST": "127.0.0.1",
            "PORT": "0",
            "LINGKAR_DATA": str(self.settings.data_dir),
            "LINGKAR_SOUND_PORT": "0",
            "LINGKAR_PROXIES": "127.0.0.1",
            "LINGKAR_FUZZ_TOLD": str(self.told),
        }
        environment.pop("REDIS_URL", None)
        if self.settings.database:
            environment["DATABASE_URL"] = self.settings.database
        self.process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.fuzz.watched"),
            env=environment,
            stdout=asyncio.subprocess.PIPE,
            stderr=self.log.open("wb"),
        )
        async with asyncio.timeout(UP_WITHIN):
            return await self._heard()

    async def _heard(self) -> dict[str, Any]:
        assert self.process.stdout
        while line := await self.process.stdout.readline():
            with contextlib.suppress(ValueError):
                told = json.loads(line)
                if isinstance(told, dict):
                    return told
        raise RuntimeError(f"the server ended:\n{self.log.read_text(errors='replace')[-2000:]}")

    async def stop(self) -> dict[str, Any]:
        self.process.terminate()
        async with asyncio.timeout(30):
            await self.process.wait()
        told: dict[str, Any] = json.loads(self.told.read_text()) if self.told.exists() else {}
        return told

    def alive(self) -> bool:
        return self.process.returncode is None

    def children(self) -> str:
        """The processes beside it: a sound process that died comes back under another number."""
        one = self.process.pid
        return Path(f"/proc/{one}/task/{one}/children").read_text()

    def logged(self) -> str:
        return self.log.read_text("utf-8", "backslashreplace")
