"""The air between one phone and the house: slow, lossy, gone, or a hotel's.

A SOCKS5 proxy on this machine, which a browser's context goes through: every request, every
socket and the worker of the pages. Declines to look into what passes.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tests.faults.ways import Place, Way

PIECE = 1400
"""Bytes that travel together, and are lost together."""


class Air(Way):
    """`delay` one way; `rate` in bytes a second; `loss`, the part of the pieces sent again."""

    def __init__(self, to: Place) -> None:
        super().__init__(to)
        self.rate = 0.0
        self.loss = 0.0
        self.portal: Place | None = None
        """Who answers in place of everybody, until somebody has signed in there."""
        # Chance that is the same every time.
        self._chance = random.Random(5)

    @property
    def proxy(self) -> str:
        return f"socks5://127.0.0.1:{self.port}"

    async def _reach(
        self, near: asyncio.StreamReader, back: asyncio.StreamWriter
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """RFC 1928, as far as a browser speaks it: no password, one connection."""
        _, ways = await near.readexactly(2)
        await near.readexactly(ways)
        back.write(b"\x05\x00")
        kind = (await near.readexactly(4))[3]
        size = {1: 4, 4: 16}.get(kind) or (await near.readexactly(1))[0]
        await near.readexactly(size + 2)
        back.write(b"\x05\x00\x00\x01" + bytes(6))
        return await asyncio.open_connection(*(self.portal or self.to))

    async def _pass(self, size: int) -> None:
        again = sum(self._chance.random() < self.loss for _ in range(0, size, PIECE))
        # What is lost is missed after a journey there and back, and a little more.
        wait = self.delay + again * (2 * self.delay + 0.2)
        if self.rate:
            wait += size / self.rate
        if wait:
            await asyncio.sleep(wait)


@asynccontextmanager
async def air_to(base: str) -> AsyncIterator[Air]:
    """Clear air between a browser and the house at that address."""
    air = Air(("127.0.0.1", int(base.rpartition(":")[2])))
    await air.open()
    try:
        yield air
    finally:
        await air.close()
