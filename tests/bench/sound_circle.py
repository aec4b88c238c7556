"""One circle of a contender: somebody speaks, the others listen, and what that costs is kept."""

from __future__ import annotations

import statistics
from collections import defaultdict
from dataclasses import dataclass
from typing import Protocol

from tests.bench.sound_child import Child, resident, spent


@dataclass(frozen=True)
class Size:
    rounds: int
    seconds: float
    fast_seconds: float
    joins: int
    circles: int
    people: int


class Peer(Protocol):
    """A process that forwards."""

    pid: int

    async def join(self, load: Child, circle: str, who: str, *, speaks: bool) -> None: ...

    async def leave(self, who: str) -> None: ...


class Circle:
    """A contender's circle, with one figure a round of each kind."""

    def __init__(self, name: str, peer: Peer, load: Child, listeners: int) -> None:
        self.name = name
        self._peer, self._load = peer, load
        # One process plays everybody, so that nobody's name may come twice.
        self._speaker = f"{peer.pid}-speaker"
        self._listeners = [f"{peer.pid}-{n}" for n in range(listeners)]
        self._found: defaultdict[tuple[int, str], list[float]] = defaultdict(list)
        self._memory = 0

    async def gather(self) -> None:
        """Everybody joins; who speaks comes first, and what is there only once comes with them."""
        await self._peer.join(self._load, "one", self._speaker, speaks=True)
        self._memory = resident(self._peer.pid)
        for who in self._listeners:
            await self._peer.join(self._load, "one", who, speaks=False)
        await self._load.ask("connected", who=self._listeners)

    async def measure(self, rate: int, seconds: float, *, count: bool = True) -> None:
        """One round."""
        before = spent(self._peer.pid)
        heard = await self._load.ask(
            "round", circles={self._speaker: self._listeners}, rate=rate, seconds=seconds, keep=1
        )
        cpu = (spent(self._peer.pid) - before) / heard["sent"]
        if heard["silent"]:
            raise RuntimeError(f"{self.name}: {heard['silent']} listeners heard nothing")
        if not count:
            return
        for part, value in (("cpu", cpu), *heard.items()):
            if value is not None:
                self._found[rate, part].append(value)

    @property
    def memory(self) -> float:
        """What one more listener takes, in bytes, after all the rounds."""
        return (resident(self._peer.pid) - self._memory) / len(self._listeners)

    def median(self, rate: int, part: str) -> float:
        return statistics.median(self._found[rate, part])

    def cpu_words(self, rate: int) -> str:
        """The median of the rounds, and between which values they lay."""
        found = [value * 1e6 for value in self._found[rate, "cpu"]]
        return f"{statistics.median(found):.1f} µs ({min(found):.1f} to {max(found):.1f})"

    def lost_words(self, rate: int) -> str:
        lost, sent = (int(sum(self._found[rate, part])) for part in ("lost", "sent"))
        return f"{lost} of {sent}"
