"""`make bench-sound`: what it costs to carry a voice, beside Janus and aiortc. Prints alone.

Everybody is a real ICE and DTLS client with an address of their own, the same for all contenders,
who take turns within one run; RTCP is on. Each contender has one core, and the clients the other.
Delay is from before a packet is sent until the kernel has taken it in for a listener.
"""

from __future__ import annotations

import argparse
import socket
import sys
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import replace

import uvloop

from tests.bench.sound_child import Child, child, cores, python
from tests.bench.sound_circle import Circle, Peer, Size
from tests.bench.sound_janus import Missing, janus
from tests.bench.sound_joins import joins
from tests.bench.sound_many import many, phone
from tests.bench.sound_peers import peer
from tests.bench.table import Table, millis, ratio

OURS, JANUS, TUNED, RELAY = "this relay", "Janus VideoRoom", "Janus, one event loop", "MediaRelay"
LISTENERS, FEW = 29, 10
SLOW, FAST = 50, 500
MOST_MEMORY = 220

WHOLE = Size(rounds=7, seconds=3, fast_seconds=1.5, joins=10, circles=40, people=30)
QUICK = Size(rounds=1, seconds=1, fast_seconds=0.5, joins=2, circles=2, people=5)


def own_address() -> str:
    """This machine's address, as Janus never listens on the loopback one. Nothing is sent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asked:
        try:
            asked.connect(("198.51.100.1", 9))
            return str(asked.getsockname()[0])
        except OSError:
            return "127.0.0.1"


class Bench:
    """One client, and everything that is measured with it."""

    def __init__(self, load: Child, host: str, size: Size) -> None:
        self._load, self._host, self._size = load, host, size
        self._core = cores()[0]
        self._ratios: list[str] = []
        self._missing: list[str] = []

    async def run(self) -> None:
        await self._full()
        await self._few()
        joined = await joins(self._load, self._core, self._host, self._size)
        self._ratios.append(ratio("peerconnection_join", joined))
        await many(self._load, self._core, self._host, self._size)
        await phone(self._load, self._core, self._host, self._size)
        print("\n".join([*self._missing, *self._ratios]))

    # --- One speaker, twenty-nine listeners ---

    async def _full(self) -> None:
        async with AsyncExitStack() as stack:
            ours = await stack.enter_async_context(peer("relay", self._core, self._host))
            circles = [await self._gather(OURS, ours, LISTENERS)]
            try:
                for name, loops in ((JANUS, 0), (TUNED, 1)):
                    started = janus(self._core, self._host, loops)
                    theirs = await stack.enter_async_context(started)
                    circles.append(await self._gather(name, theirs, LISTENERS))
            except Missing as why:
                self._missing.append(f"NOT MEASURED: janus, because {why}")
            await self._rounds(circles, (SLOW, FAST))
            self._show_full(circles)

    async def _gather(self, name: str, peer: Peer, listeners: int) -> Circle:
        circle = Circle(name, peer, self._load, listeners)
        await circle.gather()
        return circle

    async def _rounds(self, circles: Sequence[Circle], rates: Sequence[int]) -> None:
        for circle in circles:
            # Caches and code are warm from here on, and a decoder has begun.
            await circle.measure(rates[0], 1, count=False)
        for number in range(self._size.rounds):
            for circle in circles if number % 2 == 0 else reversed(circles):
                for rate in rates:
                    fast = rate == FAST
                    seconds = self._size.fast_seconds if fast else self._size.seconds
                    await circle.measure(rate, seconds)

    def _show_full(self, circles: Sequence[Circle]) -> None:
        table = Table(f"1 speaker, {LISTENERS} listeners, {self._size.rounds} rounds, RTCP on")
        table.row("", *(circle.name for circle in circles))
        for rate in (SLOW, FAST):
            table.row(f"CPU a forwarded packet, {rate}/s", *(c.cpu_words(rate) for c in circles))
        for part in ("p50", "p99"):
            delays = (millis(circle.median(SLOW, part)) for circle in circles)
            table.row(f"delay {part}, {SLOW}/s", *delays)
        for rate in (SLOW, FAST):
            table.row(f"packets lost, {rate}/s", *(circle.lost_words(rate) for circle in circles))
        memory = (f"{circle.memory / 1024:.0f} KB" for circle in circles)
        table.row(f"memory a listener (at most {MOST_MEMORY})", *memory)
        table.print()
        ours = circles[0]
        for circle in circles[1:]:
            name = "janus" if circle.name == JANUS else "janus_tuned"
            for suffix, rate, part in (
                ("", SLOW, "cpu"),
                ("_500", FAST, "cpu"),
                ("_p50", SLOW, "p50"),
                ("_p99", SLOW, "p99"),
            ):
                value = ours.median(rate, part) / circle.median(rate, part)
                self._ratios.append(ratio(name + suffix, value))

    # --- One speaker, ten listeners ---

    async def _few(self) -> None:
        async with (
            peer("relay", self._core, self._host) as ours,
            peer("mediarelay", self._core, self._host) as theirs,
        ):
            both = ((OURS, ours), (RELAY, theirs))
            circles = [await self._gather(name, each, FEW) for name, each in both]
            await self._rounds(circles, (SLOW,))
            table = Table(f"1 speaker, {FEW} listeners, {self._size.rounds} rounds, RTCP on")
            table.row("", *(circle.name for circle in circles))
            table.row(f"CPU a forwarded packet, {SLOW}/s", *(c.cpu_words(SLOW) for c in circles))
            table.row("packets lost", *(circle.lost_words(SLOW) for circle in circles))
            table.print()
            mine, other = (circle.median(SLOW, "cpu") for circle in circles)
            # Their share is so small that two places would not tell it.
            self._ratios.append(f"RATIO mediarelay {mine / other:.4f}")


async def main(size: Size) -> None:
    if not sys.platform.startswith("linux"):
        # Cores, the clocks of other processes and the moment of arrival are asked of its kernel.
        print("NOT MEASURED: sound, because this is not Linux")
        return
    host = own_address()
    async with child(cores()[1], *python("tests.bench.sound_load", host)) as load:
        await Bench(load, host, size).run()


if __name__ == "__main__":
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--quick", action="store_true", help="only show that it runs")
    options.add_argument("--rounds", type=int, default=WHOLE.rounds, help="at least 5 for a median")
    chosen = options.parse_args()
    uvloop.run(main(QUICK if chosen.quick else replace(WHOLE, rounds=chosen.rounds)))
