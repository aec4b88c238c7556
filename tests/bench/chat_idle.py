"""Ten thousand people in five hundred circles who say nothing: what only being there costs."""

from __future__ import annotations

import time

from tests.bench.chat_peers import contender
from tests.bench.chat_people import PEOPLE, gather
from tests.bench.chat_world import World
from tests.bench.sound_child import resident, spent
from tests.bench.table import Table

CIRCLES = 500
STEP = 50
SECONDS = 30.0


async def show(world: World) -> None:
    async with contender("room", world.core, world.url) as one:
        bare, redis_bare = resident(one.pid), resident(world.redis_pid)
        began = time.perf_counter()
        for _ in range(CIRCLES // STEP):
            await gather(world.load, world.store, [one], STEP)
        took = time.perf_counter() - began
        # Whatever the last arrivals set off is over before it is measured.
        await world.load.ask("idle", group=one.name, seconds=10)
        cpu, redis = spent(one.pid), spent(world.redis_pid)
        lost = await world.load.ask("idle", group=one.name, seconds=SECONDS)
        cpu, redis = spent(one.pid) - cpu, spent(world.redis_pid) - redis
        seats = CIRCLES * PEOPLE
        table = Table(f"{seats} people in {CIRCLES} circles on one process, nobody says a word")
        table.row("connections a second", f"{seats / took:.0f}")
        table.row("lines lost", f"{lost}")
        memory = (resident(one.pid) - bare) / seats / 1024
        table.row("memory a seat", f"{memory:.1f} KiB")
        table.row("memory of Valkey a seat", f"{kib(world, redis_bare) / seats:.2f} KiB")
        table.row("CPU of the process", f"{cpu / SECONDS:.1%} of a core")
        table.row("  for each person a second", f"{cpu / SECONDS / seats * 1e6:.1f} µs")
        table.row("CPU of Valkey", f"{redis / SECONDS:.1%} of a core")
        table.row("  for each person a second", f"{redis / SECONDS / seats * 1e6:.1f} µs")
        table.print()


def kib(world: World, before: int) -> float:
    return (resident(world.redis_pid) - before) / 1024
