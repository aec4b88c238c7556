"""How often Python looks for cycles in a web process: seldom, as what it holds are connections.

By default a full look comes again and again while people arrive, goes over every one of them and
stops the words of all: a tenth of a second with 2,000 seats. Declines to switch it off.
"""

from __future__ import annotations

import gc

ALLOCATIONS, YOUNG, MIDDLE = 50_000, 20, 50


def seldom() -> None:
    """To be called once everything is loaded: that is never looked at again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(ALLOCATIONS, YOUNG, MIDDLE)
