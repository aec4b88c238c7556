"""This relay alone: many circles on one core, and what a phone sends and receives in a minute."""

from __future__ import annotations

import statistics
import time

from tests.bench.sound_child import Child, resident, spent
from tests.bench.sound_circle import Peer, Size
from tests.bench.sound_peers import peer
from tests.bench.table import Table, millis, spread

RATE = 50
SILENCE = 2.5
"""Packets a second of a microphone that hears nothing: Opus sends one in 400 ms."""
TOGETHER = 8
"""How many join at once."""


async def many(load: Child, core: int, host: str, size: Size) -> None:
    """Somebody speaks without a pause in every circle, all the others listen."""
    async with peer("relay", core, host) as ours:
        circles = {f"many-{n}": _listeners(n, size.people - 1) for n in range(size.circles)}
        began = time.perf_counter()
        memory = await _gather(load, ours, circles)
        joined = time.perf_counter() - began
        rounds = []
        for number in range(size.rounds + 1):
            seconds = size.seconds
            before, own = spent(ours.pid), spent(load.pid)
            heard = await load.ask("round", circles=circles, rate=RATE, seconds=seconds, keep=16)
            heard["cpu"] = (spent(ours.pid) - before) / seconds
            heard["own"] = (spent(load.pid) - own) / seconds
            if number:
                rounds.append(heard)
        listeners = sum(map(len, circles.values()))
        table = Table(
            f"{size.circles} circles of {size.people} on one core, somebody speaking in each"
        )
        table.row("", "median (of rounds)")
        cpu = [one["cpu"] for one in rounds]
        low, high = min(cpu), max(cpu)
        table.row("CPU of the core", f"{statistics.median(cpu):.0%} ({low:.0%} to {high:.0%})")
        for part in ("p50", "p99"):
            table.row(f"delay {part}", spread([one[part] for one in rounds]))
        lost, sent = (sum(one[part] for one in rounds) for part in ("lost", "sent"))
        table.row("packets lost", f"{lost} of {sent}")
        each = millis(joined / (listeners + len(circles)))
        table.row("until everybody was there", f"{joined:.1f} s, {each} each")
        table.row("memory a listener", f"{memory / listeners / 1024:.0f} KB")
        own = statistics.median(one["own"] for one in rounds)
        table.row("CPU of the clients, on their own core", f"{own:.0%}")
        table.print()


def _listeners(circle: int, people: int) -> list[str]:
    return [f"many-{circle}-{n}" for n in range(people)]


async def _gather(load: Child, ours: Peer, circles: dict[str, list[str]]) -> int:
    """Everybody joins; returns what the listeners take together, in bytes."""
    for speaker in circles:
        await ours.join(load, speaker, speaker, speaks=True)
    before = resident(ours.pid)
    waiting: list[str] = []
    for circle, listeners in circles.items():
        for who in listeners:
            await ours.join(load, circle, who, speaks=False)
            waiting.append(who)
            if len(waiting) == TOGETHER:
                await load.ask("connected", who=waiting)
                waiting = []
    await load.ask("connected", who=waiting)
    return resident(ours.pid) - before


async def phone(load: Child, core: int, host: str, size: Size) -> None:
    """Bytes at a phone's network, headers of IP and UDP, reports and checks among them."""
    async with peer("relay", core, host) as ours:
        await ours.join(load, "phone", "phone-speaks", speaks=True)
        await ours.join(load, "phone", "phone-listens", speaks=False)
        await load.ask("connected", who=["phone-listens"])
        table = Table("Bytes in a minute at one phone")
        table.row("", "received", "sent")
        seconds = 4 * size.seconds
        for what, who, rate in (
            ("listening to a voice", "phone-listens", RATE),
            ("speaking", "phone-speaks", RATE),
            ("listening to a silence", "phone-listens", SILENCE),
            ("holding the stick in silence", "phone-speaks", SILENCE),
            ("nobody may be heard", "phone-listens", 0),
        ):
            before, began = await load.ask("traffic", who=who), time.perf_counter()
            if rate:
                circles = {"phone-speaks": ["phone-listens"]}
                await load.ask("round", circles=circles, rate=rate, seconds=seconds, keep=0)
            else:
                await load.ask("idle", seconds=seconds)
            minute = 60 / (time.perf_counter() - began)
            after = await load.ask("traffic", who=who)
            came, went = (
                f"{(b - a) * minute / 1000:.0f} kB" for a, b in zip(before, after, strict=True)
            )
            table.row(what, came, went)
        table.print()
