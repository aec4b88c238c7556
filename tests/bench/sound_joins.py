"""What it costs the server that somebody joins: offer, answer, ICE, DTLS, keys. Until connected."""

from __future__ import annotations

import asyncio
import statistics

from tests.bench.sound_child import Child, spent
from tests.bench.sound_circle import Peer, Size
from tests.bench.sound_peers import peer
from tests.bench.table import Table, interleaved, spread

SETTLED = 0.05
OURS, THEIRS, FOUR = "this relay", "RTCPeerConnection", "RTCPeerConnection, four lines"


async def joins(load: Child, core: int, host: str, size: Size) -> float:
    """Print the table, and return ours over theirs, which offers one line where ours has four."""
    async with (
        peer("relay", core, host) as ours,
        peer("peerconnection", core, host) as theirs,
        peer("peerconnection4", core, host) as four,
    ):
        contenders = {
            name: Joining(load, each, size.joins)
            for name, each in ((OURS, ours), (THEIRS, theirs), (FOUR, four))
        }
        for contender in contenders.values():
            await contender()
        found = await interleaved(contenders, size.rounds)
    table = Table(f"CPU of a join, {size.joins} in each of {size.rounds} rounds")
    mine = statistics.median(found[OURS])
    table.row("", "median (of rounds)", "ours over it")
    for name, rounds in found.items():
        table.row(name, spread(rounds), f"{mine / statistics.median(rounds):.2f}")
    table.print()
    return mine / statistics.median(found[THEIRS])


class Joining:
    """So many join one after another, each in a circle of their own, and leave again."""

    def __init__(self, load: Child, peer: Peer, joins: int) -> None:
        self._load, self._peer, self._joins = load, peer, joins
        self._number = 0

    async def __call__(self) -> list[float]:
        samples, came = [], []
        for _ in range(self._joins):
            self._number += 1
            who = f"{self._peer.pid}-joins-{self._number}"
            came.append(who)
            before = spent(self._peer.pid)
            # Whoever listens alone: the lightest there is for a peer connection.
            await self._peer.join(self._load, who, who, speaks=False)
            await self._load.ask("connected", who=[who])
            # What the server still does once the other side is content belongs to it.
            await asyncio.sleep(SETTLED)
            samples.append(spent(self._peer.pid) - before)
        for who in came:
            await self._peer.leave(who)
        await self._load.ask("leave", who=came)
        return samples
