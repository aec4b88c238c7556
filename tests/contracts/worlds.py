"""Worlds that must not be told apart: memory, a Valkey that can be stopped and killed, a cluster.

Declines to use the Valkey that other tests share: this one suffers.
"""

from __future__ import annotations

import asyncio
import signal
import subprocess
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

from redis.asyncio import Redis

from realtime.domain.meeting import CircleId, Frame, Meeting, MemberId
from realtime.ports import Heard, StateHeard, WordsHeard
from realtime.store import Memory, Stores, by_memory, by_redis
from server import embedded, valkey_users
from server.lives import die_with_parent
from server.private_places import private_directory
from tests.clusters import ValkeyCluster
from tests.valkeys import KEEPER, as_keeper, value_of

CIRCLE = CircleId("pagi")
OTHER = CircleId("malam")
SITI, BUDI = MemberId("siti"), MemberId("budi")


def meeting(version: int = 1, circle_id: CircleId = CIRCLE, epoch: int = 1) -> Meeting:
    return Meeting(circle_id, Frame("Pagi"), epoch=epoch, version=version, opened=5.0)


@dataclass
class Clock:
    """Time as a test wants it."""

    now: float = 1_000_000_000.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Hearer:
    """Notes what it hears, and can be waited for."""

    heard: list[Heard] = field(default_factory=list)
    more: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def __call__(self, heard: Heard) -> None:
        async with self.more:
            self.heard.append(heard)
            self.more.notify_all()

    @property
    def words(self) -> list[WordsHeard]:
        return [h for h in self.heard if isinstance(h, WordsHeard)]

    @property
    def versions(self) -> list[int]:
        return [h.meeting.version for h in self.heard if isinstance(h, StateHeard)]

    async def until(self, enough: Callable[[], bool]) -> None:
        async with asyncio.timeout(5), self.more:
            await self.more.wait_for(enough)


class World(Protocol):
    """What several processes share, seen from outside."""

    def process(self, clock: Clock | None = None) -> Stores: ...
    async def kept(self) -> bytes:
        """Every key and every value there is."""
        ...

    async def put(self, value: bytes) -> None:
        """Keep something that the product would not."""
        ...

    def cut(self) -> None:
        """Out of reach, without a word: nobody closes a connection."""
        ...

    def mend(self) -> None: ...
    async def close(self) -> None: ...


class MemoryWorld:
    def __init__(self) -> None:
        self.memory = Memory()
        self._closers: list[Callable[[], Awaitable[None]]] = []

    def process(self, clock: Clock | None = None) -> Stores:
        if clock is not None:
            self.memory.clock = clock
        stores = by_memory(self.memory, clock)
        self._closers.append(stores.close)
        return stores

    async def kept(self) -> bytes:
        memory = self.memory
        kept = (memory.meetings, memory.attended, memory.sequences, dict(memory.here))
        return b"".join(repr(part).encode() for part in kept if part)

    async def put(self, value: bytes) -> None:
        self.memory.here[CIRCLE][SITI, value.decode()] = 0.0

    def cut(self) -> None:
        self.memory.cut()

    def mend(self) -> None:
        self.memory.mend()

    async def close(self) -> None:
        for close in self._closers:
            await close()


class MortalValkey:
    """The embedded server's own command line, at a socket that stays the same over its lives."""

    def __init__(self) -> None:
        self.directory = private_directory()
        self.socket = self.directory / "s"
        valkey_users.admit(self.directory, KEEPER)
        self.url = embedded.url_of(self.socket)
        self._process: subprocess.Popen[bytes] | None = None

    async def start(self) -> None:
        self.socket.unlink(missing_ok=True)
        self._process = subprocess.Popen(  # noqa: ASYNC220 -- its parent is this thread
            embedded.command(embedded.binary(), self.directory),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={},
            preexec_fn=die_with_parent(),
        )
        async with asyncio.timeout(5):
            while not await embedded.ping(self.socket):  # noqa: ASYNC110 -- another process
                await asyncio.sleep(0.005)

    def signal(self, number: signal.Signals) -> None:
        assert self._process is not None
        self._process.send_signal(number)

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def remove(self) -> None:
        self.kill()
        for path in self.directory.iterdir():
            path.unlink()
        self.directory.rmdir()


class RedisWorld:
    def __init__(self, server: MortalValkey) -> None:
        self.server = server
        self.raw: Any = Redis.from_url(as_keeper(server.url))
        self._closers: list[Callable[[], Awaitable[None]]] = []

    def process(self, clock: Clock | None = None) -> Stores:
        stores = by_redis(self.server.url, clock)
        self._closers.append(stores.close)
        return stores

    async def kept(self) -> bytes:
        return b"".join(
            [name + await value_of(self.raw, name) async for name in self.raw.scan_iter()]
        )

    async def put(self, value: bytes) -> None:
        await self.raw.rpush("stored", value)

    def cut(self) -> None:
        self.server.signal(signal.SIGSTOP)

    def mend(self) -> None:
        self.server.signal(signal.SIGCONT)

    async def close(self) -> None:
        for close in self._closers:
            await close()
        await self.raw.flushall()
        await self.raw.aclose()


class ClusterWorld:
    """Three primaries, each with a third of the slots."""

    def __init__(self, cluster: ValkeyCluster) -> None:
        self.cluster = cluster
        self._closers: list[Callable[[], Awaitable[None]]] = []

    def process(self, clock: Clock | None = None) -> Stores:
        stores = by_redis(self.cluster.url, clock)
        self._closers.append(stores.close)
        return stores

    async def kept(self) -> bytes:
        kept = []
        for server in self.cluster.primaries:
            for name in await server.ask("KEYS", "*"):
                kept += [name, await value_of(Redis(port=server.port), name)]
        return b"".join(kept)

    async def put(self, value: bytes) -> None:
        await self.cluster.primaries[self.cluster.home("stored")].ask("RPUSH", "stored", value)

    def cut(self) -> None:
        for server in self.cluster.servers:
            server.signal(signal.SIGSTOP)

    def mend(self) -> None:
        for server in self.cluster.servers:
            server.signal(signal.SIGCONT)

    async def close(self) -> None:
        for close in self._closers:
            await close()
        for server in self.cluster.primaries:
            await server.ask("FLUSHALL")
