"""What every benchmark of words has: a Valkey and the clients on one core, servers on the other."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

from realtime.store.link import Link
from realtime.store.redis import RedisMeetingStore
from server.embedded import EmbeddedValkey
from tests.bench.sound_child import Child, child, cores, python
from tests.valkeys import KEEPER, grown


@dataclass(frozen=True)
class World:
    load: Child
    store: RedisMeetingStore
    url: str
    redis_pid: int
    core: int
    """Where servers run."""


@asynccontextmanager
async def world() -> AsyncIterator[World]:
    mine, theirs = cores()
    async with (
        EmbeddedValkey(KEEPER) as valkey,
        child(theirs, *python("tests.bench.chat_load")) as load,
    ):
        os.sched_setaffinity(valkey.pid, {theirs})
        with suppress(PermissionError):
            # Before the clients: beside one as urgent as it is it would wait a tenth of a second.
            os.sched_setscheduler(valkey.pid, os.SCHED_RR, os.sched_param(2))
        await grown(valkey.url)
        link = Link(valkey.url)
        try:
            yield World(load, RedisMeetingStore(link), valkey.url, valkey.pid, mine)
        finally:
            await link.close()
