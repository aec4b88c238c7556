"""A way between browsers and the relay on which datagrams get lost, as many as a test says.

Loses what comes down, media alone, at random from a seed. Declines to delay and to reorder.
"""

from __future__ import annotations

import asyncio
import random
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

Address = tuple[str, int]
MEDIA = range(128, 192)
"""What the first byte of RTP and RTCP is; checks and handshakes come through."""


def free_udp_port() -> int:
    """A number that no socket of this machine's loopback has."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Lossy:
    """One door to the relay; each who comes through it has a way of their own behind it."""

    def __init__(self, seed: int = 0) -> None:
        self.loss = 0.0
        """The part of what comes down that is lost."""
        self.carried = self.lost = 0
        self.address: Address = ("127.0.0.1", 0)
        self.relay: Address | None = None
        self._random = random.Random(seed)
        self._front: asyncio.DatagramTransport | None = None
        self._ways: dict[Address, asyncio.DatagramTransport] = {}
        self._making: dict[Address, list[bytes]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def open(self) -> None:
        loop = asyncio.get_running_loop()
        front, _ = await loop.create_datagram_endpoint(
            lambda: _Side(self._up), local_addr=self.address
        )
        self._front = front
        self.address = front.get_extra_info("sockname")

    def close(self) -> None:
        for way in (*self._ways.values(), self._front):
            if way is not None:
                way.close()

    def _up(self, data: bytes, who: Address) -> None:
        way = self._ways.get(who)
        if way is not None:
            way.sendto(data)
        elif who in self._making:
            self._making[who].append(data)
        elif self.relay is not None:
            self._making[who] = [data]
            task = asyncio.create_task(self._make(who, self.relay))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _make(self, who: Address, relay: Address) -> None:
        loop = asyncio.get_running_loop()
        way, _ = await loop.create_datagram_endpoint(
            lambda: _Side(lambda data, _: self._down(data, who)), remote_addr=relay
        )
        self._ways[who] = way
        for data in self._making.pop(who):
            way.sendto(data)

    def _down(self, data: bytes, who: Address) -> None:
        if data and data[0] in MEDIA and self._random.random() < self.loss:
            self.lost += 1
            return
        self.carried += 1
        if self._front is not None:
            self._front.sendto(data, who)


class _Side(asyncio.DatagramProtocol):
    def __init__(self, took: Any) -> None:
        self._took = took

    def datagram_received(self, data: bytes, addr: Address) -> None:
        self._took(data, addr)


@asynccontextmanager
async def lossy(seed: int = 0) -> AsyncIterator[Lossy]:
    """A door that is open while the block lasts; it is told later where the relay is."""
    door = Lossy(seed)
    await door.open()
    try:
        yield door
    finally:
        door.close()
