"""A cluster of Valkey servers on this machine: three primaries, a replica each, made by a test.

Declines to last: everything it starts ends with it.
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

from redis.asyncio import Redis
from redis.crc import key_slot
from redis.exceptions import RedisError

from server.embedded import binary
from server.lives import die_with_parent
from tests.journeys.browsing import free_port
from tests.valkeys import answers, grown, safe_for

SLOTS = 16384
LOOPBACK = "127.0.0.1"
NODE_TIMEOUT = 1000
"""Milliseconds after which the others call a server dead. Shorter than anybody would set it."""
FORMED = 30
OFFSET = "master_repl_offset:"


class Server:
    """One member."""

    def __init__(self, folder: Path, port: int, node_timeout: int, host: str) -> None:
        self.folder, self.port, self._node_timeout = folder, port, node_timeout
        self.host = host
        self.raw: Any = Redis(host=host, port=port, socket_timeout=2)
        # As the server said it.
        self.raw.response_callbacks.clear()
        self.id = ""
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self._process = await asyncio.create_subprocess_exec(
            *(str(binary()), "--port", str(self.port), "--bind", self.host),
            *("--protected-mode", "no") if self.host != LOOPBACK else (),
            *("--cluster-enabled", "yes", "--cluster-node-timeout", str(self._node_timeout)),
            *("--cluster-port", str(free_port()), "--repl-diskless-sync-delay", "0"),
            *("--repl-diskless-load", "swapdb", "--dir", str(self.folder)),
            *safe_for("valkey-server"),
            *("--logfile", str(self.folder / "log")),
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
            preexec_fn=die_with_parent(),
        )
        while not await answers(self.port, self.host):  # noqa: ASYNC110 -- another process
            await asyncio.sleep(0.01)
        self.id = (await self.ask("CLUSTER", "MYID")).decode()

    async def ask(self, *words: object) -> Any:
        return await self.raw.execute_command(*words)

    def signal(self, number: signal.Signals) -> None:
        assert self._process is not None
        with suppress(ProcessLookupError):
            self._process.send_signal(number)

    async def kill(self) -> None:
        self.signal(signal.SIGKILL)
        assert self._process is not None
        await self._process.wait()

    async def remove(self) -> None:
        await self.kill()
        await self.raw.aclose()


class ValkeyCluster:
    """Six servers. `primaries[n]` has a third of the slots, `replicas[n]` follows it."""

    def __init__(self, folder: Path, node_timeout: int, host: str) -> None:
        ports: set[int] = set()
        while len(ports) < 6:
            ports.add(free_port())
        self.servers = [Server(folder / str(port), port, node_timeout, host) for port in ports]
        self.primaries, self.replicas = self.servers[:3], self.servers[3:]

    @property
    def url(self) -> str:
        return "redis+cluster://" + ",".join(f"{s.host}:{s.port}" for s in self.servers[:2])

    async def start(self) -> None:
        await asyncio.gather(*(server.start() for server in self.servers))
        first, *others = self.servers
        for at, primary in enumerate(self.primaries):
            last = SLOTS * (at + 1) // 3 - 1
            await primary.ask("CLUSTER", "ADDSLOTSRANGE", SLOTS * at // 3, last)
            await primary.ask("CLUSTER", "SET-CONFIG-EPOCH", at + 1)
        for other in others:
            _, _, bus = (await other.ask("CLUSTER", "NODES")).decode().split()[1].partition("@")
            await first.ask("CLUSTER", "MEET", other.host, other.port, bus.split(",")[0])
        async with asyncio.timeout(FORMED):
            for server in self.servers:
                await until(lambda server=server: self._knows_all(server))
            for primary, replica in zip(self.primaries, self.replicas, strict=True):
                await replica.ask("CLUSTER", "REPLICATE", primary.id)
            for server in self.servers:
                await until(lambda server=server: self._is_ok(server))
            for replica in self.replicas:
                await until(lambda replica=replica: self._follows(replica))

    async def _knows_all(self, server: Server) -> bool:
        lines = (await server.ask("CLUSTER", "NODES")).decode().splitlines()
        return len(lines) == len(self.servers) and not any("handshake" in line for line in lines)

    async def _is_ok(self, server: Server) -> bool:
        return b"cluster_state:ok" in await server.ask("CLUSTER", "INFO")

    async def _follows(self, replica: Server) -> bool:
        return b"master_link_status:up" in await replica.ask("INFO", "replication")

    def home(self, key: str) -> int:
        """Which third has that key."""
        slot = key_slot(key.encode())
        return next(at for at in range(3) if slot < SLOTS * (at + 1) // 3)

    async def move(self, key: str, to: Server) -> None:
        """Move the key's slot, with what is in it, to another primary."""
        slot = key_slot(key.encode())
        source = self.primaries[self.home(key)]
        await to.ask("CLUSTER", "SETSLOT", slot, "IMPORTING", source.id)
        await source.ask("CLUSTER", "SETSLOT", slot, "MIGRATING", to.id)
        while keys := await source.ask("CLUSTER", "GETKEYSINSLOT", slot, 100):
            await source.ask("MIGRATE", to.host, to.port, "", 0, 1000, "KEYS", *keys)
        for server in (to, source, *self.primaries):
            await server.ask("CLUSTER", "SETSLOT", slot, "NODE", to.id)

    async def copied(self, third: int) -> None:
        """Return once everything has come to the replica."""

        async def level() -> bool:
            servers = self.primaries[third], self.replicas[third]
            told = [await server.ask("INFO", "replication") for server in servers]
            lines = [one.decode().splitlines() for one in told]
            return len({line for one in lines for line in one if OFFSET in line}) == 1

        async with asyncio.timeout(FORMED):
            await until(level)

    async def promoted(self, replica: Server) -> None:
        """Return once it is a primary."""
        async with asyncio.timeout(FORMED):
            await until(lambda: self._rules(replica))

    async def _rules(self, replica: Server) -> bool:
        told = await replica.ask("INFO", "replication")
        return b"role:master" in told and await self._is_ok(replica)

    async def remove(self) -> None:
        for server in self.servers:
            await server.remove()


async def until(holds: Any) -> None:
    while True:
        with suppress(RedisError, OSError):
            if await holds():
                return
        await asyncio.sleep(0.02)


@asynccontextmanager
async def cluster_in(
    folder: Path, node_timeout: int = NODE_TIMEOUT, host: str = LOOPBACK
) -> AsyncIterator[ValkeyCluster]:
    """Running, and old enough for meetings to be opened in it; at an address of this machine."""
    cluster = ValkeyCluster(folder, node_timeout, host)
    try:
        await cluster.start()
        for server in cluster.servers:
            await grown(f"redis://{host}:{server.port}")
        yield cluster
    finally:
        await cluster.remove()
