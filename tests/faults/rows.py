"""What a row of the table is: a fault, what is expected of it, and what makes it happen.

Declines to run anything; `run` does.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.faults.house import House, a_house

LENIENT = 4.0
"""A time may be so many times its bound before its row fails: a busy machine is slow, not wrong."""


class NotRun(Exception):
    """This machine cannot make that fault happen; the message says why."""


@dataclass(frozen=True)
class Seen:
    """What was seen, and how long each part of it took."""

    what: str
    took: dict[str, tuple[float, float]] = field(default_factory=dict)
    """By name: seconds, and the bound that the design gives."""

    def late(self) -> list[str]:
        """What took longer than can be forgiven."""
        return [
            f"{name} took {seconds:.1f} s, the bound is {bound:g} s"
            for name, (seconds, bound) in self.took.items()
            if seconds > bound * LENIENT
        ]

    def times(self) -> str:
        return ", ".join(
            f"{name} {seconds:.1f} s of {bound:g}" for name, (seconds, bound) in self.took.items()
        )


class Houses:
    """The houses that rows share, each made when first asked for, and anew after it fell in."""

    def __init__(self) -> None:
        self._open: dict[str, tuple[House, Any]] = {}

    async def shared(self) -> House:
        """Two web processes, each killable alone."""
        return await self._one("shared")

    async def served(self) -> House:
        """One `lingkar serve` that keeps two web processes and its own Valkey."""
        return await self._one("served", serves=True)

    async def _one(self, name: str, **how: Any) -> House:
        if name not in self._open:
            closing = a_house(**how)
            self._open[name] = await closing.__aenter__(), closing
        return self._open[name][0]

    async def mend(self) -> None:
        """Whole again for the next row, or gone."""
        for name, (house, _) in list(self._open.items()):
            try:
                await house.whole()
            except BaseException:
                await self._close(name)
                raise

    async def close(self) -> None:
        for name in list(self._open):
            await self._close(name)

    async def _close(self, name: str) -> None:
        _, closing = self._open.pop(name)
        await closing.__aexit__(None, None, None)

    def houses(self) -> list[House]:
        """Those that stand now."""
        return [house for house, _ in self._open.values()]

    @asynccontextmanager
    async def own(self, **how: Any) -> AsyncIterator[House]:
        """A house for one row alone, for what cannot be mended."""
        async with a_house(**how) as house:
            yield house


Happen = Callable[[Houses], Awaitable[Seen]]


@dataclass(frozen=True)
class Row:
    name: str
    fault: str
    expected: str
    happen: Happen
    long: bool = False


ROWS: list[Row] = []


def row(name: str, fault: str, expected: str, *, long: bool = False) -> Callable[[Happen], Happen]:
    """Put this function into the table. `long`: only where LONG=1 asks for it."""

    def put(happen: Happen) -> Happen:
        assert all(name != other.name for other in ROWS), f"two rows are called {name}"
        ROWS.append(Row(name, fault, expected, happen, long))
        return happen

    return put
