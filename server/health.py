"""Two questions that machines ask: does this process live, and is it ready for people?

Answered before everything else, so that they cost nothing and depend on nothing but what they
ask about. Declines to say anything of anybody, and to ask the same thing more than once a second.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

LIVES, READY = "/healthz", "/readyz"
PATIENCE = 1.5
"""Seconds after which a part that does not answer is not ready."""
KEPT = 1.0
"""Seconds for which an answer holds, whoever asks."""

Check = Callable[[], Awaitable[bool]]


class Health:
    """Whether each part is there. `parts` are named for whoever reads the answer."""

    def __init__(self, parts: Mapping[str, Check]) -> None:
        self._parts = parts
        self.draining = False
        """This process sends its people on."""
        self._found: dict[str, bool] = {}
        self._asked: asyncio.Task[None] | None = None
        self._at = float("-inf")

    async def missing(self) -> list[str]:
        """What is not ready; several who ask at once ask once."""
        if time.monotonic() - self._at > KEPT and (self._asked is None or self._asked.done()):
            self._asked = asyncio.create_task(self._ask())
        if self._asked is not None:
            await asyncio.shield(self._asked)
        away = [name for name, there in self._found.items() if not there]
        return [*away, "draining"] if self.draining else away

    async def _ask(self) -> None:
        found = await asyncio.gather(*(answers(check) for check in self._parts.values()))
        self._found = dict(zip(self._parts, found, strict=True))
        self._at = time.monotonic()

    async def answer(self, path: str, send: Any, headers: Mapping[str, str]) -> None:
        """Say it, as an ASGI application does."""
        missing = [] if path == LIVES else await self.missing()
        said = {"alive": True} if path == LIVES else {"ready": not missing, "missing": missing}
        own = {"Content-Type": "application/json", "Cache-Control": "no-store"}
        lines = {**headers, **own} | ({"Retry-After": "1"} if missing else {})
        raw = [(name.lower().encode(), value.encode()) for name, value in lines.items()]
        status = 503 if missing else 200
        await send({"type": "http.response.start", "status": status, "headers": raw})
        await send({"type": "http.response.body", "body": json.dumps(said).encode()})


async def answers(check: Check) -> bool:
    """Whether it says yes in time."""
    try:
        return await asyncio.wait_for(check(), PATIENCE)
    except Exception:
        # Whatever it is: it is not ready.
        return False
