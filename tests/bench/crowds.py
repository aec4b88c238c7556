"""Many at once: circles that press once a second each, and sockets on the bare relay.

Counts what came to nothing, so that a machine that is too slow for it says so.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from dataclasses import dataclass, field

from tests.bench.circles import PATIENCE, BenchCircle, NotCarriedOut, Pressed
from tests.bench.sockets import Socket, open_socket
from tests.bench.table import Table, millis, percentile


@dataclass(frozen=True)
class Size:
    """How much of everything; `QUICK` shows only that it runs."""

    rounds: int
    presses: int
    pings: int
    circles: int
    people: int
    seconds: int


@dataclass
class Many:
    """What became of the presses of many circles."""

    pressed: list[Pressed] = field(default_factory=list)
    failed: Counter[str] = field(default_factory=Counter)
    took: float = 0.0
    cpu: float = 0.0
    own: float = 0.0
    lost: int = 0

    async def press(self, circle: BenchCircle, first: float, seconds: int) -> None:
        """A press each second on the second, however long the one before took."""
        for number in range(seconds):
            due = first + number
            if time.perf_counter() > first + seconds + PATIENCE:
                self.failed["never pressed"] += seconds - number
                return
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            try:
                self.pressed.append(await circle.press(due))
            except NotCarriedOut as why:
                self.failed[str(why)] += 1

    def show(self, size: Size) -> None:
        who = f"{size.circles} circles of {size.people} on one process"
        table = Table(f"{who}, a command a second each, {size.seconds} s (took {self.took:.0f})")
        table.row("", "p50", "p99", "most")
        for name, words in (("answered", "its answer"), ("everywhere", "all seats")):
            times = [getattr(one, name) for one in self.pressed] or [0.0]
            cells = [millis(percentile(times, part)) for part in (0.5, 0.99, 1.0)]
            table.row(f"press to {words}", *cells)
        done = len(self.pressed)
        table.row("commands carried out", f"{done}", f"{done / self.took:.0f} a second", "")
        failed = ", ".join(f"{why} {count}" for why, count in self.failed.items())
        table.row("commands that came to nothing", f"{self.failed.total()}", failed, "")
        table.row("connections ended by the server", f"{self.lost}", "", "")
        a_command = millis(self.cpu / max(1, done))
        table.row("CPU of the room", f"{self.cpu / self.took:.0%}", a_command, "a command")
        table.row("CPU of the seats' process", f"{self.own / self.took:.0%}", "", "")
        table.print()


class Crowd:
    """Sockets on the bare relay, and when the last of them heard a frame."""

    def __init__(self, seats: int) -> None:
        self._seats = seats
        self._sockets: list[Socket] = []
        self._left = 0
        self._all: asyncio.Future[float] | None = None

    async def gather(self, url: str) -> None:
        for _ in range(self._seats):
            self._sockets.append(await open_socket(url, "/relay", "", self._hear))

    def _hear(self, _frame: bytes) -> None:
        self._left -= 1
        if self._left == 0 and self._all is not None:
            self._all.set_result(time.perf_counter())

    async def send(self, frame: bytes) -> float:
        """Seconds until everybody heard it."""
        self._left, self._all = self._seats, asyncio.get_running_loop().create_future()
        began = time.perf_counter()
        self._sockets[0].send(frame)
        return await asyncio.wait_for(self._all, 20) - began

    def leave(self) -> None:
        for socket in self._sockets:
            socket.close()
