"""The heartbeat of all lines together: no task and no timer for each of them.

Declines to know what a beat is, and who is gone.
"""

from __future__ import annotations

import asyncio
from typing import Protocol

PING_SECONDS = 10
TURNS = 40
"""In so many parts they are asked, so that asking all of one part holds nobody's words up."""


class Beating(Protocol):
    def beat(self) -> None: ...


class Beats:
    """A fortieth of them each quarter of a second."""

    def __init__(self) -> None:
        self._groups: list[set[Beating]] = [set() for _ in range(TURNS)]
        self._count = 0
        self._timer: asyncio.TimerHandle | None = None

    def add(self, way: Beating) -> None:
        self._count += 1
        self._groups[self._count % TURNS].add(way)
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(PING_SECONDS / TURNS, self._beat, 0)

    def remove(self, way: Beating) -> None:
        for group in self._groups:
            group.discard(way)

    def _beat(self, turn: int) -> None:
        for way in list(self._groups[turn]):
            way.beat()
        self._timer = None
        if any(self._groups):
            following = (turn + 1) % TURNS
            later = asyncio.get_running_loop().call_later
            self._timer = later(PING_SECONDS / TURNS, self._beat, following)
