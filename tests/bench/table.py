"""What the benchmarks share: medians, rounds in turn, a table, and the RATIO line at the end.

Prints and never asserts: a busy machine makes numbers worse and breaks nothing.
"""

from __future__ import annotations

import statistics
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field

Measure = Callable[[], Awaitable[Sequence[float]]]
"""One round of one contender: some samples of the same thing, in seconds."""


async def interleaved(contenders: Mapping[str, Measure], rounds: int) -> dict[str, list[float]]:
    """The median of each round for each contender, taken in turn, forwards and backwards.

    One that always came right after another would always meet the same caches and clock speed.
    """
    found: dict[str, list[float]] = {name: [] for name in contenders}
    for number in range(rounds):
        names = list(contenders)
        for name in names if number % 2 == 0 else reversed(names):
            found[name].append(statistics.median(await contenders[name]()))
    return found


def percentile(samples: Sequence[float], part: float) -> float:
    """The sample below which that part of them lies; the highest one for a part of 1."""
    ordered = sorted(samples)
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))]


def millis(seconds: float) -> str:
    return f"{seconds * 1000:.2f} ms"


def spread(rounds: Sequence[float]) -> str:
    """The median of the rounds, and between which values they lay."""
    low, high = min(rounds) * 1000, max(rounds) * 1000
    return f"{millis(statistics.median(rounds))} ({low:.2f} to {high:.2f})"


def ratio(peer: str, value: float) -> str:
    """The line that other programs look for; it is the last one of a benchmark."""
    return f"RATIO {peer} {value:.2f}"


@dataclass
class Table:
    """Rows under a title, the first column as wide as its widest entry."""

    title: str
    rows: list[tuple[str, ...]] = field(default_factory=list)

    def row(self, *cells: str) -> None:
        self.rows.append(cells)

    def render(self) -> str:
        widths = [max(map(len, column)) for column in zip(*self.rows, strict=True)]
        lines = [
            "  ".join(
                cell.ljust(width) if at == 0 else cell.rjust(width)
                for at, (cell, width) in enumerate(zip(row, widths, strict=True))
            )
            for row in self.rows
        ]
        return "\n".join([self.title, *(f"  {line.rstrip()}" for line in lines), ""])

    def print(self) -> None:
        print(self.render(), flush=True)
