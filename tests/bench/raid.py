"""`python -m tests.bench.raid`: two hundred come to one circle's door at once. Prints alone.

Two circles of one process press on all the while: the one that is raided and a neighbour. Each
is measured before and during, by the same presses. Then how long a facilitator's act takes to
reach a person on another process. Everything stays on this machine, and ends by itself.
"""

from __future__ import annotations

import argparse
import asyncio
import secrets
import time
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass

import orjson
import uvloop

from realtime.client import RoomClient
from realtime.domain.commands import Close, Command, Lock, Quieten, Remove, TurnAway
from realtime.domain.meeting import MemberId
from realtime.store.link import Link
from realtime.store.redis import RedisMeetingStore
from realtime.views import PROTOCOL
from server.embedded import EmbeddedValkey
from tests.bench.circles import BenchCircle, NotCarriedOut, short_names
from tests.bench.machines import ASKS, Machine, cookie, machine
from tests.bench.sockets import Socket, open_socket
from tests.bench.table import Table, millis, percentile, ratio
from tests.valkeys import KEEPER, as_keeper, grown

EVERY = 0.1
"""Seconds from one press to the next."""


@dataclass(frozen=True)
class Size:
    joins: int
    seats: int
    seconds: float
    rounds: int


WHOLE = Size(joins=200, seats=20, seconds=8, rounds=12)
QUICK = Size(joins=5, seats=3, seconds=0.5, rounds=1)


class Raider:
    """Comes to the door and stays there; answers pings and reads nothing else."""

    def __init__(self) -> None:
        self.socket: Socket | None = None
        self.frames = 0

    def hear(self, frame: bytes) -> None:
        self.frames += 1
        if frame == b"2" and self.socket is not None and not self.socket.closed:
            self.socket.send(b"3")

    async def come(self, url: str, slug: str, number: int) -> None:
        member = MemberId(secrets.token_urlsafe(12))
        who = cookie(f"Tamu {number}", member, facilitator=False)
        self.socket = await open_socket(
            url, "/socket.io/?EIO=4&transport=websocket", who, self.hear
        )
        hello = {"protocol": PROTOCOL, "circle": slug, "tab": secrets.token_urlsafe(9)}
        self.socket.send(b"40" + orjson.dumps({**hello, "observer": False}))


async def pressing(circle: BenchCircle, seconds: float) -> list[float]:
    """Seconds until all seats had it, for presses that come on time however long others took."""
    began, took = time.perf_counter(), []
    for number in range(int(seconds / EVERY)):
        due = began + number * EVERY
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        try:
            took.append((await circle.press(due)).everywhere)
        except NotCarriedOut as why:
            print(f"  a press came to nothing: {why}")
    return took


async def raid(room: Machine, store: RedisMeetingStore, size: Size) -> float:
    """The raided circle's p99 during, over before."""
    circles = {
        "the raided circle": BenchCircle(short_names(size.seats), asks=True),
        "its neighbour": BenchCircle(short_names(size.seats)),
    }
    for circle in circles.values():
        await circle.gather(room.url, store)
        await circle.begin()

    async def both() -> dict[str, list[float]]:
        found = await asyncio.gather(*(pressing(one, size.seconds) for one in circles.values()))
        return dict(zip(circles, found, strict=True))

    await both()
    before, cpu = await both(), (await room.ask(ask="spent"))["cpu"]
    target = circles["the raided circle"]
    raiders = [Raider() for _ in range(size.joins)]

    async def come() -> None:
        # All within half of the time, so that the door is full for the other half.
        for number, raider in enumerate(raiders):
            await raider.come(room.url, target.circle_id, number)
            await asyncio.sleep(size.seconds / 2 / size.joins)

    during, _ = await asyncio.gather(both(), come())
    spent = (await room.ask(ask="spent"))["cpu"] - cpu
    show(size, before, during, spent, sum(one.frames for one in raiders))
    for one in raiders:
        if one.socket is not None:
            one.socket.close()
    for circle in circles.values():
        circle.leave()
    name = "the raided circle"
    return percentile(during[name], 0.99) / percentile(before[name], 0.99)


def show(
    size: Size,
    before: dict[str, list[float]],
    during: dict[str, list[float]],
    cpu: float,
    frames: int,
) -> None:
    table = Table(f"{size.joins} joins in {size.seconds / 2:.0f} s, {size.seats} seats a circle")
    table.row("press to all seats", "p50 before", "p50 during", "p99 before", "p99 during")
    for name in before:
        cells = [
            millis(percentile(times[name], part))
            for part in (0.5, 0.99)
            for times in (before, during)
        ]
        table.row(name, *cells)
    table.row("CPU of the room, during", f"{cpu:.2f} s", "", "", "")
    table.row("frames to those at the door", f"{frames / size.joins:.1f} each", "", "", "")
    table.print()


# --- how long an act takes to reach somebody on another process ---

HOST, TARGET = MemberId("m-host"), MemberId("m-target")
Reached = Callable[[RoomClient], object]
ACTS: dict[str, tuple[Command, Reached]] = {
    "the floor taken": (Quieten(TARGET, on=True), lambda p: p.you and p.you.quietened),
    "removed for tonight": (Remove(TARGET, ban=False), lambda p: p.closed),
    "banned": (Remove(TARGET, ban=True), lambda p: p.closed),
    "locked": (Lock(True), lambda p: p.meeting and p.meeting.locked),
    "turned away at the door": (TurnAway(TARGET), lambda p: p.closed),
    "the circle ended": (Close(), lambda p: p.closed),
}


async def reach(here: Machine, there: Machine, name: str) -> float:
    command, reached = ACTS[name]
    slug = (ASKS if isinstance(command, TurnAway) else "") + secrets.token_urlsafe(9)
    async with AsyncExitStack() as stack:

        async def come(place: Machine, member: MemberId) -> RoomClient:
            who = cookie(member, member, facilitator=member == HOST)
            return await stack.enter_async_context(RoomClient.connect(place.url, slug, who))

        host = await come(here, HOST)
        await host.until(lambda p: p.meeting)
        target = await come(there, TARGET)
        await target.until(lambda p: p.lobby if isinstance(command, TurnAway) else p.meeting)
        began = time.perf_counter()
        await host.send(command)
        async with asyncio.timeout(10):
            while not reached(target):
                await target.change()
        return time.perf_counter() - began


async def reaching(here: Machine, there: Machine, rounds: int) -> None:
    table = Table(f"From a press here to a person on another process, {rounds} rounds")
    table.row("", "p50", "most")
    for name in ACTS:
        times = [await reach(here, there, name) for _ in range(rounds)]
        table.row(name, millis(percentile(times, 0.5)), millis(max(times)))
    table.print()


async def main(size: Size) -> None:
    async with (
        EmbeddedValkey(KEEPER) as valkey,
        machine(as_keeper(valkey.url)) as room,
        machine(as_keeper(valkey.url)) as other,
    ):
        await grown(valkey.url)
        link = Link(valkey.url)
        try:
            await reaching(room, other, size.rounds)
            x = await raid(room, RedisMeetingStore(link), size)
        finally:
            await link.close()
    print(ratio("before_the_raid", x))


if __name__ == "__main__":
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--quick", action="store_true", help="only show that it runs")
    uvloop.run(main(QUICK if options.parse_args().quick else WHOLE))
