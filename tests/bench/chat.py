"""`make bench-chat`: what a message costs from one to a whole circle, beside peers. Prints alone.

The room is served as `lingkar serve` does it, with all that it checks, over a real Valkey. Its
peers check nothing: Socket.IO on Node with and without its Redis adapter, a bare picows fan-out,
python-socketio as it comes. All have one core, and the clients, the same for all, the other.
Contenders take turns within one run; each figure is a median of rounds.
"""

from __future__ import annotations

import argparse
import statistics
import sys
from collections import defaultdict
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from operator import truediv
from typing import Any

import uvloop

from tests.bench import chat_checks, chat_idle, chat_many
from tests.bench.chat_checks import RATE
from tests.bench.chat_many import UNDER_WAY
from tests.bench.chat_peers import Contender, contender, install
from tests.bench.chat_people import PEOPLE, gather
from tests.bench.chat_world import World, world
from tests.bench.sound_child import resident, spent
from tests.bench.table import Table, millis, ratio

PEERS = ("node_redis", "node", "picows", "stock")
NAMES = {
    "room": "this room",
    "node_redis": "Node, Redis",
    "node": "Node",
    "picows": "picows",
    "stock": "python-socketio",
}
BOUNDS = {"node_redis": 1.0, "node": 1.2, "picows": 2.5, "stock": 0.4}
MOST_MEMORY = 40


@dataclass(frozen=True)
class Size:
    """How much of everything; `QUICK` shows only that it runs."""

    circles: tuple[int, ...]
    rounds: int
    seconds: float
    burst: float
    others: tuple[int, ...]
    crowd: int
    checks: tuple[str, ...] = tuple(chat_checks.CHECKS)


WHOLE = Size((20, 50, 100), rounds=7, seconds=1.2, burst=2.5, others=(1, 2, 4, 8), crowd=100)
QUICK = Size((1, 2), rounds=1, seconds=0.5, burst=0.5, others=(1,), crowd=2, checks=("bus",))


class Bench:
    """The contenders, each with its people, and what was measured of them."""

    def __init__(self, world: World, size: Size, running: list[Contender]) -> None:
        self._world, self._size, self._running = world, size, running
        self._cpu: dict[tuple[str, int], list[float]] = defaultdict(list)
        self._redis: dict[tuple[str, int], list[float]] = defaultdict(list)
        self._memory: dict[str, float] = {}
        self._joins: dict[str, float] = {}
        self.wrong: list[str] = []

    async def run(self) -> list[str]:
        """Everything, with its table; the lines of the ratios."""
        have = 0
        for circles in self._size.circles:
            await self._more(have, circles)
            have = circles
            await self._rounds(circles)
        self._show_rounds()
        self._show_full([await self._full(one) for one in self._running])
        return [*self.wrong, *self._ratios()]

    async def _more(self, have: int, circles: int) -> None:
        """More circles for everybody; the last lot tells of memory and of doors."""
        for one in self._running:
            before = resident(one.pid)
            took = await gather(self._world.load, self._world.store, [one], circles - have)
            seats = (circles - have) * PEOPLE
            self._memory[one.name] = (resident(one.pid) - before) / seats
            self._joins[one.name] = seats / took

    async def _rounds(self, circles: int) -> None:
        """Caches and code are warm after the first one."""
        for number in range(self._size.rounds + 1):
            turn = self._running if number % 2 == 0 else self._running[::-1]
            for one in turn:
                cpu, redis = await self._said(one, circles)
                if number:
                    self._cpu[one.name, circles].append(cpu)
                    self._redis[one.name, circles].append(redis)

    async def _said(self, one: Contender, circles: int) -> tuple[float, float]:
        """CPU of the server and of Redis for one delivery, in seconds."""
        world = self._world
        before, redis = spent(one.pid), spent(world.redis_pid)
        told = await world.load.ask(
            "run", group=one.name, rate=circles * RATE, seconds=self._size.seconds
        )
        cpu, redis = spent(one.pid) - before, spent(world.redis_pid) - redis
        self._check(one, told)
        return cpu / told["delivered"], redis / told["delivered"]

    def _check(self, one: Contender, told: dict[str, Any]) -> None:
        short = told["said"] * PEOPLE - told["delivered"]
        if short or told["refused"] or told["lost"]:
            words = f"{short} not delivered, {told['refused']} refused, {told['lost']} lines lost"
            self.wrong.append(f"INCOMPLETE: {one.name}, {words}")

    async def _full(self, one: Contender) -> tuple[float, bool, float, float]:
        """As much as goes through, then half of it: deliveries a second, and their delay."""
        load, circles = self._world.load, self._size.circles[-1]
        most = circles * PEOPLE * 2
        burst = await load.ask(
            "burst", group=one.name, messages=most, under_way=UNDER_WAY, seconds=self._size.burst
        )
        rate = burst["delivered"] / burst["took"]
        half = max(1.0, rate / PEOPLE / 2)
        seconds = min(self._size.burst, circles * PEOPLE / half)
        told = await load.ask("run", group=one.name, rate=half, seconds=seconds, timing=True)
        self._check(one, told)
        return rate, burst["own"] > 0.9 * burst["took"], told["p50"], told["p99"]

    def _show_rounds(self) -> None:
        size = self._size
        table = Table(f"{PEOPLE} people a circle, {RATE} messages a second, {size.rounds} rounds")
        table.row("", *(NAMES[one.name] for one in self._running))
        for title, found in (("CPU a delivery", self._cpu), ("Valkey beside it", self._redis)):
            for circles in size.circles:
                cells = (spread(found[one.name, circles]) for one in self._running)
                table.row(f"{title}, {circles} circles", *cells)
        memory = (f"{self._memory[one.name] / 1024:.1f} KiB" for one in self._running)
        table.row(f"memory a seat (at most {MOST_MEMORY})", *memory)
        table.row("connections a second", *(f"{self._joins[o.name]:.0f}" for o in self._running))
        table.print()

    def _show_full(self, full: list[tuple[float, bool, float, float]]) -> None:
        table = Table(f"As much as goes through, {self._size.circles[-1]} circles")
        table.row("", *(NAMES[one.name] for one in self._running))
        rates = (f"{rate:.0f}" + (" *" if own else "") for rate, own, _, _ in full)
        table.row("deliveries a second", *rates)
        table.row("delay p50 at half of that", *(millis(p50) for _, _, p50, _ in full))
        table.row("delay p99 at half of that", *(millis(p99) for _, _, _, p99 in full))
        table.print()
        print("* the clients' core was full before the server's\n")

    def _ratios(self) -> list[str]:
        """Ours over theirs, in the middle of all rounds of all sizes; the table has each size."""
        lines = []
        for peer in PEERS:
            if not any(one.name == peer for one in self._running):
                continue
            # Round by round: what slows the machine down slows both of one round.
            found = [
                over
                for circles in self._size.circles
                for over in map(truediv, self._cpu["room", circles], self._cpu[peer, circles])
            ]
            lines.append(ratio(peer, statistics.median(found)))
        return lines


def spread(rounds: list[float]) -> str:
    """Microseconds: the median of the rounds, and between which values they lay."""
    low, middle, high = (1e6 * f(rounds) for f in (min, statistics.median, max))
    return f"{middle:.1f} µs ({low:.0f} to {high:.0f})"


async def main(size: Size, *, idle: bool, back: bool, alone: bool) -> None:
    if not sys.platform.startswith("linux"):
        # Cores and the clocks of other processes are asked of its kernel.
        print("NOT MEASURED: words, because this is not Linux")
        return
    circles = chat_idle.circles_that_fit() if idle else 0
    async with world() as here:
        if idle:
            await chat_idle.show(here, circles)
            return
        if back:
            await chat_many.back(here, size.crowd)
            return
        unasked = dict.fromkeys(("node", "picows"), "nobody asked for it")
        missing = unasked if alone else await install()
        missing |= {"node_redis": missing["node"]} if "node" in missing else {}
        lines = [f"NOT MEASURED: {peer}, because {why}" for peer, why in missing.items()]
        async with AsyncExitStack() as stack:
            running = [
                await stack.enter_async_context(contender(name, here.core, here.url))
                for name in NAMES
                if name not in missing
            ]
            lines += await Bench(here, size, running).run()
        try:
            await chat_checks.show(here, size.rounds, min(size.circles), size.seconds, size.checks)
            # At the size that fills a process: what it costs to be there at all is not asked here.
            await chat_many.show(here, size.rounds, max(size.circles), size.seconds, size.others)
            await chat_many.crowd(here, size.crowd)
        finally:
            print("\n".join(lines))


if __name__ == "__main__":
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--quick", action="store_true", help="only show that it runs")
    options.add_argument("--idle", action="store_true", help="10,000 who say nothing, instead")
    options.add_argument("--back", action="store_true", help="who comes back, and when, instead")
    options.add_argument("--alone", action="store_true", help="without what has to be installed")
    options.add_argument("--rounds", type=int, help="instead of seven")
    given = options.parse_args()
    chosen = QUICK if given.quick else WHOLE
    if given.rounds:
        chosen = replace(chosen, rounds=given.rounds)
    uvloop.run(main(chosen, idle=given.idle, back=given.back, alone=given.alone))
