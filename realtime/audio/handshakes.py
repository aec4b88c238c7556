"""How many handshakes are under way and how many begin in a second; the rest wait their turn.

Each takes milliseconds of the loop that forwards voices. Declines to let those who begin and
leave keep the others waiting: a place is theirs only for the first moments.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

UNDER_WAY = 50
A_SECOND = 100
PROMPT = 2.0
"""Seconds that a handshake keeps its place; slower ones go on beside the others."""


class Handshakes:
    """The turns of one process."""

    def __init__(self, under_way: int = UNDER_WAY, a_second: float = A_SECOND) -> None:
        self._places = asyncio.Semaphore(under_way)
        self._turnstile = asyncio.Lock()
        self._gap = 1 / a_second
        self._next = 0.0
        self._loop = asyncio.get_running_loop()

    @asynccontextmanager
    async def place(self) -> AsyncIterator[None]:
        """Hold a place, once it is one's turn."""
        await self._places.acquire()
        held = True

        def give_back() -> None:
            nonlocal held
            if held:
                held = False
                self._places.release()

        timer: asyncio.TimerHandle | None = None
        try:
            # One waits at a time, so that whoever leaves the queue takes nobody's time with them.
            async with self._turnstile:
                await asyncio.sleep(max(0.0, self._next - self._loop.time()))
                self._next = self._loop.time() + self._gap
            timer = self._loop.call_later(PROMPT, give_back)
            yield
        finally:
            if timer is not None:
                timer.cancel()
            give_back()
