"""Opens the relay's port, serves until told to stop, and closes everything again.

Declines to read the environment and to decide what to do about a port that is taken.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass

from realtime.audio.counters import Counters
from realtime.audio.process import SoundProcess
from realtime.audio.relay import Relay
from realtime.store import by_redis
from realtime.store.link import Link


@dataclass(frozen=True)
class Place:
    """Where the relay listens, and where browsers are told to find it (port 0: the bound one)."""

    host4: str | None
    host6: str | None
    port: int
    announced: Sequence[tuple[str, int]]


@dataclass(frozen=True)
class Up:
    """A sound process that can be asked."""

    name: str
    port: int


async def run(
    place: Place,
    redis_url: str,
    stop: asyncio.Event,
    up: Callable[[Up], None],
    beside: Callable[[Counters], AbstractAsyncContextManager[None]] = lambda _: nullcontext(),
) -> None:
    """Serve until `stop`, in `beside` meanwhile. Raises OSError where the port cannot be had."""
    relay = await Relay.open(place.host4, place.host6, place.port, place.announced)
    link, stores = Link(redis_url), by_redis(redis_url)
    process = SoundProcess(f"sound-{secrets.token_urlsafe(9)}", relay, link, stores)
    starting = asyncio.create_task(process.start())
    stopping = asyncio.create_task(stop.wait())
    try:
        # Redis may not be there yet: that is waited for, and not for longer than one may.
        await asyncio.wait({starting, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if starting.done():
            starting.result()
            up(Up(process.name, relay.port))
        async with beside(relay.counters):
            await stopping
    finally:
        starting.cancel()
        stopping.cancel()
        await process.stop()
        await relay.close()
        await stores.close()
        await link.close()
