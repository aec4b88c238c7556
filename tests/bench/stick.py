"""`make bench-stick`: from a press to the new state on every seat, and what it costs. Prints alone.

The room runs in a process of its own as `lingkar serve` would, over a real Valkey; the seats are
real WebSockets. Contenders take turns within one run; each figure is a median of rounds.

The peer is the bare round trip: the same bytes through the same Redis to as many sockets of the
same process, without a meeting and without a rule. A PING, which reaches nobody, stands beside it.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import time

import uvloop

from realtime.store.link import Link
from realtime.store.redis import RedisMeetingStore
from server.embedded import EmbeddedValkey
from tests.bench.circles import BenchCircle, Pressed, long_names, short_names
from tests.bench.crowds import Crowd, Many, Size
from tests.bench.machines import Machine, machine
from tests.bench.table import Table, interleaved, millis, ratio, spread
from tests.bench.weight import weigh
from tests.valkeys import KEEPER, as_keeper, grown

SEATS = 30
PLAIN_MOST, PACKED_MOST = 6000, 2000
"""What a snapshot of a full circle may weigh, plain and compressed."""


WHOLE = Size(rounds=9, presses=20, pings=200, circles=200, people=20, seconds=15)
QUICK = Size(rounds=1, presses=4, pings=5, circles=2, people=4, seconds=1)


class Bench:
    """One process of the room, one full circle in it, and what is measured beside it."""

    def __init__(self, room: Machine, store: RedisMeetingStore, size: Size) -> None:
        self._room, self._store, self._size = room, store, size
        self._full = BenchCircle(short_names(SEATS))
        self._pressed: list[Pressed] = []
        self._spent: list[tuple[float, float]] = []
        self._relay = Crowd(SEATS)

    async def run(self) -> None:
        await self._full.gather(self._room.url, self._store)
        await self._full.begin()
        await self._relay.gather(self._room.url)
        # The first presses warm up caches and the scripts of Redis.
        for _ in range(4):
            await self._full.press()
        x = await self._one_press()
        await self._weights()
        self._full.leave()
        self._relay.leave()
        await self._many_circles()
        print(ratio("redis_round_trip", x))

    # --- One press, thirty seats ---

    async def _one_press(self) -> float:
        found = await interleaved(
            {
                "press": self._presses,
                "relay": self._relays,
                "ping": self._pings,
            },
            self._size.rounds,
        )
        ping = statistics.median(found["ping"])
        press, relay = statistics.median(found["press"]), statistics.median(found["relay"])
        answered = statistics.median(one.answered for one in self._pressed)
        cpu = statistics.median(cpu for cpu, _ in self._spent)
        trips = statistics.median(trips for _, trips in self._spent)
        table = Table(f"From a press to the new state, {SEATS} seats, {self._size.rounds} rounds")
        table.row("", "median (of rounds)", "round trips", "PINGs")
        table.row("PING, to nobody", spread(found["ping"]), f"{ping / relay:.2f}", "1.00")
        relayed = f"{relay / ping:.2f}"
        table.row("bare round trip to all seats", spread(found["relay"]), "1.00", relayed)
        for name, shown, value in (
            ("press to its answer", millis(answered), answered),
            ("press to all seats", spread(found["press"]), press),
            ("CPU of the room for a press", millis(cpu), cpu),
        ):
            table.row(name, shown, f"{value / relay:.2f}", f"{value / ping:.2f}")
        table.row("questions to Redis in a press", f"{trips:.1f}", "", "")
        table.print()
        return press / relay

    async def _presses(self) -> list[float]:
        before = await self._room.ask(ask="spent")
        pressed = [await self._full.press() for _ in range(self._size.presses)]
        after = await self._room.ask(ask="spent")
        self._pressed += pressed
        self._spent.append(
            (
                (after["cpu"] - before["cpu"]) / len(pressed),
                (after["trips"] - before["trips"]) / len(pressed),
            )
        )
        return [one.everywhere for one in pressed]

    async def _relays(self) -> list[float]:
        return [await self._relay.send(self._full.snapshot) for _ in range(self._size.presses)]

    async def _pings(self) -> list[float]:
        times: list[float] = await self._room.ask(ask="ping", times=self._size.pings)
        return times

    # --- Weight ---

    async def _weights(self) -> None:
        table = Table(
            f"Bytes of one pass of the stick, {SEATS} seats (no compression is negotiated)"
        )
        table.row("", "plain", "deflated alone", "deflated after others")
        for kind, names in (
            ("names", short_names(SEATS)),
            ("40-character names", long_names(SEATS)),
        ):
            circle = BenchCircle(names)
            await circle.gather(self._room.url, self._store)
            await circle.begin()
            await self._weigh(circle, kind, table)
            circle.leave()
        table.print()

    async def _weigh(self, circle: BenchCircle, kind: str, table: Table) -> None:
        facilitator, member = (circle.seats[person.member] for person in circle.people[:2])
        facilitator.kept, member.kept = [], []
        totals = []
        for _ in range(10):
            before = circle.heard_bytes()
            await circle.press()
            totals.append(circle.heard_bytes() - before)
        for event, of in {**weigh(facilitator.kept), **weigh(member.kept)}.items():
            table.row(f"{event}, {kind}", f"{of.plain}", f"{of.alone}", f"{of.after}")
            if event == "meeting":
                within = of.plain <= PLAIN_MOST and of.alone <= PACKED_MOST
                words = "within" if within else "ABOVE"
                table.row(f"  {words} the bounds", f"{PLAIN_MOST}", f"{PACKED_MOST}", "")
        table.row(f"to all seats in a press, {kind}", f"{statistics.median(totals):.0f}", "", "")

    # --- Many circles ---

    async def _many_circles(self) -> None:
        size = self._size
        circles = [BenchCircle(short_names(size.people)) for _ in range(size.circles)]
        for circle in circles:
            await circle.gather(self._room.url, self._store)
            await circle.begin()
        before, began = await self._room.ask(ask="spent"), time.perf_counter()
        own = time.process_time()
        many = Many()
        await asyncio.gather(
            *(
                many.press(circle, began + at / size.circles, size.seconds)
                for at, circle in enumerate(circles)
            )
        )
        many.took = time.perf_counter() - began
        after = await self._room.ask(ask="spent")
        many.cpu, many.own = after["cpu"] - before["cpu"], time.process_time() - own
        many.lost = sum(circle.lost() for circle in circles)
        for circle in circles:
            circle.leave()
        many.show(size)


async def main(size: Size) -> None:
    # The bare relay beside the room publishes where our own user may not.
    async with EmbeddedValkey(KEEPER) as valkey, machine(as_keeper(valkey.url)) as room:
        await grown(valkey.url)
        link = Link(valkey.url)
        try:
            await Bench(room, RedisMeetingStore(link), size).run()
        finally:
            await link.close()


if __name__ == "__main__":
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--quick", action="store_true", help="only show that it runs")
    uvloop.run(main(QUICK if options.parse_args().quick else WHOLE))
