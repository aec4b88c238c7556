"""How often one address may try something. Kept in memory, bounded, and forgotten by itself.

Slows down rather than bans: phone networks share addresses. Declines to remember who it was.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

from realtime.limits import household

MOST_ADDRESSES = 20_000


@dataclass(frozen=True)
class Budget:
    """`tries` at once, which grow back evenly within `seconds`."""

    tries: int
    seconds: int


READ = Budget(600, 60)
WRITE = Budget(120, 60)
# Guessing a secret of 256 bits is hopeless anyway; this keeps it from costing anything.
EXCHANGE = Budget(20, 600)
SIGN_IN = Budget(8, 600)
# Somebody's way in, from wherever it is tried. Far above their own slips of the finger.
PER_PERSON = Budget(20, 1200)


@dataclass
class Limits:
    """Buckets by budget and address prefix."""

    clock: Callable[[], float] = time.monotonic
    _buckets: OrderedDict[tuple[Budget, str], tuple[float, float]] = field(
        default_factory=OrderedDict
    )
    _familiar: OrderedDict[str, None] = field(default_factory=OrderedDict)
    """Whose way in was found from which network, hashed together."""

    def wait(self, budget: Budget, address: str | None, cost: float = 1) -> int:
        """0 and take one try, or how many seconds until the next one."""
        return self.wait_for(budget, prefix(address), cost)

    def note_familiar(self, whom: str) -> None:
        """They came in from there: whatever others try, they may again."""
        self._familiar.pop(whom, None)
        self._familiar[whom] = None
        if len(self._familiar) > MOST_ADDRESSES:
            self._familiar.popitem(last=False)

    def is_familiar(self, whom: str) -> bool:
        return whom in self._familiar

    def wait_for(self, budget: Budget, whom: str, cost: float = 1) -> int:
        """The same for whatever `whom` names: a name that is guessed at from many addresses."""
        key = (budget, whom)
        now = self.clock()
        left, seen = self._buckets.pop(key, (float(budget.tries), now))
        rate = budget.tries / budget.seconds
        left = min(float(budget.tries), left + (now - seen) * rate)
        enough = left >= 1
        self._buckets[key] = (left - cost if enough else left, now)
        if len(self._buckets) > MOST_ADDRESSES:
            self._buckets.popitem(last=False)
        return 0 if enough else int((1 - left) / rate) + 1


def prefix(address: str | None) -> str:
    """The network that an address belongs to: a household has a whole IPv6 /64."""
    return household(address or "")
