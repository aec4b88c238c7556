"""Leaves one check of the room out, so that a benchmark can tell what it costs."""

from __future__ import annotations

import statistics
from collections import defaultdict
from collections.abc import Sequence
from contextlib import AsyncExitStack
from typing import Any

from realtime import events, limits
from realtime import table as rights
from realtime.payloads import SayWords
from tests.bench.chat_peers import contender
from tests.bench.chat_people import PEOPLE, gather
from tests.bench.chat_world import World
from tests.bench.sound_child import spent
from tests.bench.table import Table

RATE = 8
"""Messages a second in each circle: each person may say five in ten seconds."""


def _limits() -> None:
    limits.Connection.may = lambda *_: True  # type: ignore[method-assign]


def _schema() -> None:
    def parse(_kind: type, data: Any) -> Any:
        return SayWords(data["id"], data["text"])

    vars(events)["parse"] = parse


def _table() -> None:
    vars(rights)["check"] = lambda *_: None


def _floor() -> None:
    vars(events)["may_say"] = lambda *_: None


def _guard() -> None:
    from realtime.line import Guard

    async def receive(self: Guard) -> Any:
        return await self._receive()

    Guard.receive = receive  # type: ignore[method-assign]


def _bus() -> None:
    """Words go to this process alone, past Redis: what the order of all costs."""
    from realtime.ports import WordsHeard
    from realtime.store.bus import RedisFanout, channel_of

    places: dict[str, int] = {}

    async def publish(self: RedisFanout, circle_id: Any, event: str, payload: bytes) -> int:
        seq = places[circle_id] = places.get(circle_id, 0) + 1
        self._ears[channel_of(circle_id)].pass_on(WordsHeard(seq, event, payload))
        return seq

    RedisFanout.publish = publish  # type: ignore[method-assign]


CHECKS = {
    "limits": ("how often", _limits),
    "schema": ("its schema", _schema),
    "table": ("the table of rights", _table),
    "floor": ("the floor", _floor),
    "guard": ("the guard of the line", _guard),
    "bus": ("one order by Redis", _bus),
}
"""By name: its words in the table, and what leaves it out."""


def leave_out(name: str) -> None:
    if name:
        CHECKS[name][1]()


async def show(
    world: World, rounds: int, circles: int, seconds: float, names: Sequence[str]
) -> None:
    """The room whole, and without each of these checks, in turn."""
    cpu: dict[str, list[float]] = defaultdict(list)
    async with AsyncExitStack() as stack:
        running = []
        for without in ("", *names):
            starting = contender("room", world.core, world.url, without)
            one = await stack.enter_async_context(starting)
            running.append((without, one))
            await gather(world.load, world.store, [one], circles, group=f"without {without}")
        for number in range(rounds + 1):
            for without, one in running if number % 2 else running[::-1]:
                before = spent(one.pid)
                told = await world.load.ask(
                    "run", group=f"without {without}", rate=circles * RATE, seconds=seconds
                )
                if number:
                    cpu[without].append((spent(one.pid) - before) / told["said"])
        for without, _ in running:
            await world.load.ask("leave", group=f"without {without}")
    whole = statistics.median(cpu[""])
    table = Table(f"What each check costs, {circles} circles: the room without it, in turn")
    table.row("left out", "CPU a message", "so it costs", "a delivery")
    table.row("nothing", f"{whole * 1e6:.0f} µs", "", "")
    for name in names:
        words, _ = CHECKS[name]
        found = statistics.median(cpu[name])
        cost = (whole - found) * 1e6
        table.row(words, f"{found * 1e6:.0f} µs", f"{cost:.0f} µs", f"{cost / PEOPLE:.1f} µs")
    table.print()
