"""A relay for a test, and what its circles tell."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from realtime.audio.circle import RelayCircle
from realtime.audio.relay import Relay
from realtime.audio.slots import Owners
from realtime.domain.meeting import CircleId, MemberId
from tests.realtime.audio.listener import Listener

VOICE = 30
"""A level that is a voice; NOISE is one that is none."""
NOISE = 120


@dataclass
class World:
    """One relay with one circle."""

    relay: Relay
    circle: RelayCircle
    slots: list[Owners] = field(default_factory=list)
    gone: list[tuple[str, MemberId, str]] = field(default_factory=list)
    clients: list[Listener] = field(default_factory=list)
    version: int = 0

    async def join(self, member_id: str, tab: str = "", *, listen_only: bool = False) -> Listener:
        client = await Listener.join(self.circle, member_id, tab, listen_only=listen_only)
        self.clients.append(client)
        handshakes = len(self.clients)
        # The browser is through a moment before the server is.
        await until(lambda: self.relay.counters.handshakes >= handshakes)
        return client

    def allow(self, *speak: str, hear: str = "abcdefg") -> None:
        """Let these be heard from any tab."""
        self.version += 1
        names = {MemberId(name): "" for name in speak}
        self.circle.obey((1, self.version), names, frozenset(map(MemberId, hear)))

    def tick(self, later: float = 0.0) -> None:
        """What happens once a second, some seconds from now."""
        self.circle.tick(asyncio.get_running_loop().time() + later)


@asynccontextmanager
async def world(host: str = "127.0.0.1") -> AsyncIterator[World]:
    """A relay on `host`, closed with all its clients at the end."""
    six = ":" in host
    relay = await Relay.open(None if six else host, host if six else None, 0, [(host, 0)])
    made = World(relay, relay.circle(CircleId("c")))
    made.circle.on_slots = made.slots.append
    made.circle.on_gone = lambda *gone: made.gone.append(gone)
    try:
        yield made
    finally:
        for client in made.clients:
            await client.close()
        await relay.close()
    assert relay.counters.surprises == 0


async def until(condition: Callable[[], bool], seconds: float = 5) -> None:
    """Wait for something that tells nobody."""
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 -- packets are counted, not announced
            await asyncio.sleep(0.001)
