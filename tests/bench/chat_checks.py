"""Leaves one check of the room out, so that a benchmark can tell what it costs.

In one process, left out and back in turn by turn: two processes that do the same differ by more
than what is looked for here.
"""

from __future__ import annotations

import statistics
from collections import defaultdict
from collections.abc import Callable, Sequence
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
Patch = tuple[Any, str, object]
"""Of what, which part, and what stands in its place."""


def _limits() -> Patch:
    return limits.Connection, "may", lambda *_: True


def _schema() -> Patch:
    return events, "parse", lambda _kind, data: SayWords(data["id"], data["text"])


def _table() -> Patch:
    return rights, "check", lambda *_: None


def _floor() -> Patch:
    return events, "may_say", lambda *_: None


def _bus() -> Patch:
    """Words go to this process alone, past Redis: what the order of all costs."""
    from realtime.ports import WordsHeard
    from realtime.store.bus import RedisFanout, channel_of

    async def publish(self: RedisFanout, circle_id: Any, event: str, payload: bytes) -> int:
        seq = self._note(circle_id, self._last[circle_id] + 1)
        self._ears[channel_of(circle_id)].pass_on(WordsHeard(seq, event, payload))
        return seq

    return RedisFanout, "publish", publish


CHECKS: dict[str, tuple[str, Callable[[], Patch]]] = {
    "limits": ("how often", _limits),
    "schema": ("its schema", _schema),
    "table": ("the table of rights", _table),
    "floor": ("the floor", _floor),
    "bus": ("one order by Redis", _bus),
}
"""By name: its words in the table, and what leaves it out."""
_left_out: list[Patch] = []


def leave_out(name: str) -> None:
    """That one alone; none by no name."""
    while _left_out:
        setattr(*_left_out.pop())
    if name:
        of, part, instead = CHECKS[name][1]()
        _left_out.append((of, part, vars(of)[part]))
        setattr(of, part, instead)


async def show(
    world: World, rounds: int, circles: int, seconds: float, names: Sequence[str]
) -> None:
    """The room whole, and without each of these checks, in turn."""
    cpu: dict[str, list[float]] = defaultdict(list)
    async with contender("room", world.core, world.url) as one:
        await gather(world.load, world.store, [one], circles, group="checks")
        turn = ["", *names]
        for number in range(rounds + 1):
            for without in turn if number % 2 else turn[::-1]:
                await one.ask("leave_out", name=without)
                before = spent(one.pid)
                told = await world.load.ask(
                    "run", group="checks", rate=circles * RATE, seconds=seconds
                )
                if number:
                    cpu[without].append((spent(one.pid) - before) / told["said"])
        await world.load.ask("leave", group="checks")
    table = Table(f"What each check costs, {circles} circles: the room without it, in turn")
    table.row("left out", "CPU a message", "so it costs", "between", "a delivery")
    table.row("nothing", f"{statistics.median(cpu['']) * 1e6:.0f} µs", "", "", "")
    for name in names:
        words, _ = CHECKS[name]
        found = statistics.median(cpu[name])
        costs = [(w - o) * 1e6 for w, o in zip(cpu[""], cpu[name], strict=True)]
        cost = statistics.median(costs)
        between = f"{min(costs):.0f} to {max(costs):.0f}"
        table.row(
            words, f"{found * 1e6:.0f} µs", f"{cost:.0f} µs", between, f"{cost / PEOPLE:.1f} µs"
        )
    table.print()
