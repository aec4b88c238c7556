"""What is done again and again while a process lives. Declines to catch up on what it missed."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from realtime.domain.refusal import Refused
from realtime.ports import OutOfReach


async def every(
    seconds: float, work: Callable[[], Awaitable[None]], fault: Callable[[Exception], None]
) -> None:
    """Do it, wait, and so on until cancelled; `fault` is told what was a bug.

    An outage is none: unknown is not dead, and the next time may find everything again.
    """
    while True:
        try:
            await work()
        except (OutOfReach, Refused):
            pass
        except Exception as bug:
            # What cannot be read of one circle must not stop the clock of the others.
            fault(bug)
        await asyncio.sleep(seconds)
