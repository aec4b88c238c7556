"""Words over several processes of the room: who pays for them, and what a lost process costs."""

from __future__ import annotations

import asyncio
import os
import signal
import statistics
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from functools import partial
from operator import truediv
from pathlib import Path
from typing import Any

from server.private_places import private_folder
from tests.bench.chat_checks import RATE
from tests.bench.chat_peers import Contender, contender
from tests.bench.chat_people import PEOPLE, gather
from tests.bench.chat_world import World
from tests.bench.sound_child import spent
from tests.bench.table import Table

CLIENT_WAITS = (0.05, 0.95)
"""Seconds before a browser comes back: see `web/src/room/connection.ts`."""
STEADY_SHARE, STEADY_EVERY = 0.1, 0.25
"""Steady is a process that needed no more than this share of so many seconds."""
SILENT = 2.0
TIMES = 3
DEARER = 1.10
UNDER_WAY = 200
"""Messages on their way at once while as much is said as goes through."""


async def rooms(
    stack: AsyncExitStack, world: World, count: int, folder: Path | None = None
) -> list[Contender]:
    """So many processes; with a folder, of one server."""
    among = [(str(folder), str(number), str(count)) if folder else () for number in range(count)]
    starting = (contender("room", world.core, world.url, one) for one in among)
    return [await stack.enter_async_context(one) for one in starting]


async def show(
    world: World, rounds: int, circles: int, seconds: float, others: tuple[int, ...]
) -> None:
    table = Table(f"{circles} circles over several processes")
    async with AsyncExitStack() as stack:
        one, first, second = await rooms(stack, world, 3)
        served = await rooms(stack, world, 2, stack.enter_context(private_folder(wanted=True)))
        running = {"one": [one], "served": served, "two": [first, second]}
        for group, servers in running.items():
            await gather(world.load, world.store, servers, circles, group=group)
        for words, say in (("at that pace", paced), ("as much as goes through", crowded)):
            cpu = await side_by_side(rounds, running, partial(say, world, circles, seconds))
            named = {
                "one": f"CPU a delivery, one process, {words}",
                "served": f"two of one server, people come to either (at most {DEARER:.2f})",
                "two": "two that know nothing of each other, half of each circle on either",
            }
            for group, row in named.items():
                dearer = statistics.median(map(truediv, cpu[group], cpu["one"]))
                mine = statistics.median(cpu[group])
                table.row(row, f"{mine * 1e6:.1f} µs", f"{dearer:.2f}" if group != "one" else "")
        async for count, message, alone in idle_costs(world, circles, others):
            words = f"a message, on each of {count} more without anybody in its circle (zero)"
            table.row(words, f"{message * 1e6:.2f} µs", f"{alone * 1e3:.1f} ms a second by itself")
        told = await killed(world, second, first)
        words = "back in the room after a killed process"
        table.row(words, f"p50 {told['p50']:.2f} s", f"p95 {told['p95']:.2f} s")
        for group in running:
            await world.load.ask("leave", group=group)
    table.print()


async def side_by_side(
    rounds: int, running: Mapping[str, Sequence[Contender]], say: Callable[[str], Awaitable[Any]]
) -> dict[str, list[float]]:
    """Of each group, by turns: the CPU of a delivery in each round, in seconds."""
    cpu: dict[str, list[float]] = {group: [] for group in running}
    for number in range(rounds + 1):
        for group, servers in running.items():
            before = sum(spent(server.pid) for server in servers)
            told = await say(group)
            assert not told["refused"], f"{told['refused']} refused: what that costs is no delivery"
            if number:
                took = sum(spent(server.pid) for server in servers) - before
                cpu[group].append(took / told["delivered"])
    return cpu


async def paced(world: World, circles: int, seconds: float, group: str) -> Any:
    return await world.load.ask("run", group=group, rate=circles * RATE, seconds=seconds)


async def crowded(world: World, circles: int, seconds: float, group: str) -> Any:
    """With no pause: whether there are two processes is asked where there have to be two."""
    # Each once: nobody's own limit is met.
    most = circles * PEOPLE
    return await world.load.ask(
        "burst", group=group, messages=most, under_way=UNDER_WAY, seconds=seconds
    )


async def idle_costs(
    world: World, circles: int, counts: Sequence[int]
) -> AsyncIterator[tuple[int, float, float]]:
    """CPU of processes that serve another circle: what a message adds, and a second without any."""
    async with AsyncExitStack() as stack:
        idle: list[Contender] = []
        for count in counts:
            for other in await rooms(stack, world, count - len(idle)):
                await gather(world.load, world.store, [other], 1, group=f"idle {len(idle)}")
                idle.append(other)
            costs = [await idle_cost(world, circles, idle) for _ in range(TIMES)]
            message, second = zip(*costs, strict=True)
            yield count, statistics.median(message), statistics.median(second)
        for at in range(len(idle)):
            await world.load.ask("leave", group=f"idle {at}")


async def idle_cost(world: World, circles: int, idle: Sequence[Contender]) -> tuple[float, float]:
    # What goes on by itself, of the same length as what is measured.
    before = sum(spent(other.pid) for other in idle)
    await world.load.ask("idle", seconds=SILENT)
    silent = sum(spent(other.pid) for other in idle) - before
    before = sum(spent(other.pid) for other in idle)
    told = await paced(world, circles, SILENT, "one")
    during = sum(spent(other.pid) for other in idle) - before
    return (during - silent) / len(idle) / told["said"], silent / len(idle) / SILENT


async def back(world: World, circles: int) -> None:
    """What people wait for after a process was killed, and after everybody's line was."""
    async with AsyncExitStack() as stack:
        first, second = await rooms(stack, world, 2)
        await gather(world.load, world.store, [first, second], circles, group="two")
        told = await killed(world, second, first)
        table = Table(f"One of two processes is killed, with {circles * PEOPLE // 2} people on it")
        table.row("each of them sees the room again, p50", f"{told['p50']:.2f} s")
        table.row("each of them, p95", f"{told['p95']:.2f} s")
        table.row("all of them", f"{told['took']:.2f} s")
        table.print()
        await world.load.ask("leave", group="two")
    await crowd(world, circles)


async def steady(pid: int) -> float:
    """The seconds until a process has nothing left to do but its beats."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    while True:
        before, since = spent(pid), loop.time()
        await asyncio.sleep(STEADY_EVERY)
        if spent(pid) - before < STEADY_SHARE * (loop.time() - since):
            return since - began


async def killed(world: World, lost: Contender, left: Contender) -> Any:
    """Half of each circle loses its process, and comes back to the other."""
    after = {"after": CLIENT_WAITS, "at_once": 10_000, "drop": False}
    back = asyncio.create_task(
        world.load.ask("return", group="two", lost=lost.url, url=left.url, **after)
    )
    await asyncio.sleep(0.3)
    os.kill(lost.pid, signal.SIGKILL)
    return await back


async def crowd(world: World, circles: int) -> None:
    """Everybody of many circles loses the line at once, and comes back at once."""
    async with AsyncExitStack() as stack:
        (one,) = await rooms(stack, world, 1)
        await gather(world.load, world.store, [one], circles, group="crowd")
        before = spent(one.pid)
        told = await world.load.ask(
            "return",
            group="crowd",
            lost=one.url,
            url=one.url,
            after=CLIENT_WAITS,
            at_once=10_000,
            drop=True,
        )
        after = await steady(one.pid)
        cpu = spent(one.pid) - before
        people = circles * PEOPLE
        table = Table(f"{people} people lose their line at once, and come back at once")
        table.row("all of them see the room again", f"{told['took']:.1f} s")
        table.row("each of them, p50", f"{told['p50']:.1f} s")
        table.row("each of them, p95", f"{told['p95']:.1f} s")
        table.row("the process is as idle as before", f"{told['took'] + after:.1f} s")
        table.row("CPU of the room for each", f"{cpu / people * 1e3:.2f} ms")
        table.print()
        await world.load.ask("leave", group="crowd")
