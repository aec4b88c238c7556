"""Ten thousand people in five hundred circles who say nothing: what only being there costs."""

from __future__ import annotations

import resource
import time

from tests.bench.chat_peers import contender
from tests.bench.chat_people import PEOPLE, gather
from tests.bench.chat_world import World
from tests.bench.sound_child import resident, spent
from tests.bench.table import Table

CIRCLES = 500
STEP = 50
SECONDS = 30.0
OWN_FILES = 200
"""A process has some beside its lines."""


def circles_that_fit() -> int:
    """A line is a file handle, for the room and for the people. Say so before children begin."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    fit = (most - OWN_FILES) // PEOPLE // STEP * STEP
    if fit < CIRCLES:
        print(f"Only {fit} circles: a process may have {most} file handles here (ulimit -Hn)")
    return min(CIRCLES, fit)


async def show(world: World, circles: int) -> None:
    async with contender("room", world.core, world.url) as one:
        bare, redis_bare = resident(one.pid), resident(world.redis_pid)
        began = time.perf_counter()
        for _ in range(circles // STEP):
            await gather(world.load, world.store, [one], STEP)
        took = time.perf_counter() - began
        # Whatever the last arrivals set off is over before it is measured.
        await world.load.ask("idle", group=one.name, seconds=10)
        cpu, redis = spent(one.pid), spent(world.redis_pid)
        lost = await world.load.ask("idle", group=one.name, seconds=SECONDS)
        cpu, redis = spent(one.pid) - cpu, spent(world.redis_pid) - redis
        seats = circles * PEOPLE
        table = Table(f"{seats} people in {circles} circles on one process, nobody says a word")
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
