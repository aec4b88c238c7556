"""In which ways a screen is looked at, so that every pair of values is met at least once.

Fewer pictures than all of them (144) and no pair left out. Declines to know what a screen is.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations, product
from typing import Literal, get_args

from tests.journeys.browsing import Language

Theme = Literal["light", "dark", "forced"]

SIZES: dict[int, int] = {320: 640, 360: 740, 412: 915, 768: 1024, 1280: 800, 1920: 1080}
"""Widths and the heights that go with them, in CSS pixels."""
LANGUAGES: tuple[Language, ...] = get_args(Language)
THEMES: tuple[Theme, ...] = get_args(Theme)
TEXTS = (100, 200)

Pair = frozenset[tuple[str, object]]


@dataclass(frozen=True, order=True)
class Way:
    """One way to look at a screen."""

    width: int
    theme: Theme
    language: Language
    text: int

    @property
    def height(self) -> int:
        return SIZES[self.width]

    @property
    def pairs(self) -> frozenset[Pair]:
        values = (
            ("width", self.width),
            ("theme", self.theme),
            ("language", self.language),
            ("text", self.text),
        )
        return frozenset(map(frozenset, combinations(values, 2)))

    def __str__(self) -> str:
        return f"{self.width}.{self.theme}.{self.language}.{self.text}"


EVERY = [Way(*values) for values in product(SIZES, THEMES, LANGUAGES, TEXTS)]
ALL_PAIRS = frozenset[Pair]().union(*(way.pairs for way in EVERY))


def chosen() -> list[Way]:
    """Greedily the way that meets the most new pairs, until none is left; always the same ones."""
    left, ways = set(ALL_PAIRS), list[Way]()
    while left:
        best = max(EVERY, key=lambda way: (len(way.pairs & left), -EVERY.index(way)))
        ways.append(best)
        left -= best.pairs
    return sorted(ways)


WAYS = chosen()
