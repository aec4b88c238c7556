"""Sends the people of one process on to another: each finishes what they asked, then comes back.

Spread over a moment, so that the other process is not met by all of them at once. Declines to
end the process, and to tell anybody that they are gone: they are not.
"""

from __future__ import annotations

import asyncio
import random
from contextlib import suppress

from realtime.audiences import Socket
from realtime.gateway import Gateway
from realtime.ports import OutOfReach

SHORTEST, LONGEST = 1.0, 4.0
"""Seconds in which everybody is sent on."""
EACH_SECOND = 500
"""As many a second as another process takes in without anybody noticing."""
ANSWER_SECONDS = 2.0
GONE_SECONDS = 0.5
"""Seconds that a client has to hang up after it was told."""


async def drain(gateway: Gateway) -> None:
    """Return once nobody is connected here, or had the time to go."""
    # From here on nobody is let in, and nobody who goes is reported as lost.
    gateway.stopping = True
    sockets: list[Socket] = []
    for circle in list(gateway.circles.values()):
        here = list(circle.sockets.values())
        sockets += here
        with suppress(OutOfReach):
            await gateway.presence.hand_over(
                circle.circle_id, {socket.guest.member_id for socket in here}
            )
    random.shuffle(sockets)
    spread = min(LONGEST, max(SHORTEST, len(sockets) / EACH_SECOND))
    await asyncio.gather(
        *(send_on(gateway, socket, random.uniform(0, spread)) for socket in sockets)  # noqa: S311
    )
    with suppress(TimeoutError):
        async with asyncio.timeout(GONE_SECONDS):
            while gateway.circles:  # noqa: ASYNC110 -- the last one to go tells nobody
                await asyncio.sleep(0.02)


async def send_on(gateway: Gateway, socket: Socket, after: float) -> None:
    await asyncio.sleep(after)
    with suppress(TimeoutError):
        # What they asked for is answered first.
        await asyncio.wait_for(socket.idle.wait(), ANSWER_SECONDS)
    await gateway.server.close(socket.sid)
