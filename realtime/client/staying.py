"""Comes back after every loss, as long as somebody wants to be in a circle.

Declines to send again what a lost line left unanswered: whoever plays a part sees the present
anew, and decides on that.
"""

from __future__ import annotations

import asyncio
import random
import ssl
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field

from realtime.client.connection import ConnectRefused, RoomClosed
from realtime.client.room import RoomClient
from realtime.client.seen import KEPT
from realtime.domain.refusal import Reason

FOR_GOOD = frozenset(
    {
        Reason.NOT_SIGNED_IN,
        Reason.NOT_A_MEMBER,
        Reason.NOT_PLEDGED,
        Reason.BANNED,
        Reason.REMOVED,
        Reason.OLD_CLIENT,
    }
)
"""Noes that coming again would not change, and where nobody should try."""
FIRST_PAUSE = 0.5
LONGEST_PAUSE = 60.0


@dataclass(frozen=True)
class Visit:
    """Who goes where: an address, a circle, and what a browser would keep ("name=value")."""

    base_url: str
    slug: str
    cookie: str = field(repr=False)
    observer: bool = False
    origin: str | None = None
    """The address that people know, where it is another than `base_url`."""
    trust: ssl.SSLContext | None = None
    kept: int = KEPT
    """How many words are remembered at most, in memory; 0: none."""

    def room(self) -> AbstractAsyncContextManager[RoomClient]:
        """One connection; raises what `RoomClient.connect` raises."""
        return RoomClient.connect(
            self.base_url,
            self.slug,
            self.cookie,
            observer=self.observer,
            origin=self.origin,
            trust=self.trust,
            kept=self.kept,
        )


def pause(tries: int) -> float:
    """Seconds before the next try: longer each time, and never everybody at once."""
    return min(LONGEST_PAUSE, FIRST_PAUSE * 2.0**tries) * random.uniform(0.5, 1.5)  # noqa: S311


async def stay(
    visit: Visit,
    part: Callable[[RoomClient], Awaitable[None]],
    *,
    pause: Callable[[int], float] = pause,
) -> None:
    """Play the part on one connection after another, until it ends on one that is open.

    Raises ConnectRefused for a no `FOR_GOOD`. Any other no, a meeting that ended and a line that
    was lost are tried again.
    """
    tries = 0
    while True:
        try:
            async with visit.room() as room:
                tries = 0
                await part(room)
                if not room.closed:
                    return
        except ConnectRefused as refused:
            if refused.reason in FOR_GOOD:
                raise
        except RoomClosed:
            pass
        await asyncio.sleep(pause(tries))
        tries += 1
