"""Which sound processes live, and which of them serves a circle. Declines to move anybody.

A process holds a circle's lease by renewing it; one that stops doing so has lost it, and must
let nobody be heard from the moment on at which somebody else may have it.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from realtime.domain.meeting import CircleId
from realtime.ports import OutOfReach
from realtime.store.link import Link, Script, key

BEAT_SECONDS = 0.5
LIVES_SECONDS = 2
"""A process that has not beaten for so long is gone: people are heard again within 5 s."""
LEASE_SECONDS = 2.0
PROCESSES = ("{lingkar:sound}:beats", "{lingkar:sound}:loads")


LEASE = Script.read(Path(__file__).with_name("lease.lua"))
LIVING = Script.read(Path(__file__).with_name("living.lua"))


class Leases:
    """Both over one Redis. Every method raises `OutOfReach`."""

    def __init__(self, link: Link) -> None:
        self._link = link

    async def beat(self, process: str, load: int) -> None:
        """This process lives, and has so many people."""
        await self._living("beat", process, load)

    async def gone(self, process: str) -> None:
        """This process ended; nobody need wait for its beats to run out."""
        await self._living("gone", process)

    async def living(self) -> dict[str, int]:
        """Every living process and its load, the least loaded first."""
        return await self._living("who")

    async def holder(self, circle_id: CircleId) -> str | None:
        """Who serves the circle, or served it until lately."""
        holder = await self._link.ask("GET", key(circle_id, "sound"))
        return None if holder is None else holder.decode()

    async def take(self, circle_id: CircleId, process: str, instead_of: str = "") -> str:
        """Who serves the circle now: `process`, where nobody did but `instead_of`, who is gone."""
        return await self._lease(circle_id, process, "take", instead_of)

    async def keep(self, circle_id: CircleId, process: str) -> bool:
        """Go on for `LEASE_SECONDS` from when this was asked. False: somebody else has it."""
        return await self._lease(circle_id, process, "keep") == process

    async def drop(self, circle_id: CircleId, process: str) -> None:
        await self._lease(circle_id, process, "drop")

    async def _lease(
        self, circle_id: CircleId, process: str, what: str, instead_of: str = ""
    ) -> str:
        milliseconds = round(LEASE_SECONDS * 1000)
        keys = (key(circle_id, "sound"),)
        holder = await self._link.run(LEASE, keys, process, what, milliseconds, instead_of)
        return str(holder.decode())

    async def _living(self, what: str, process: str = "", load: int = 0) -> dict[str, int]:
        found = await self._link.run(LIVING, PROCESSES, LIVES_SECONDS, what, process, load)
        names = (name.decode() for name in found[::2])
        return {name: int(float(load)) for name, load in zip(names, found[1::2], strict=True)}


async def bury(redis_url: str, process: str) -> None:
    """Say that a process is no more, for one that could not say so itself."""
    link = Link(redis_url)
    try:
        # Its beats run out all the same.
        with suppress(OutOfReach):
            await Leases(link).gone(process)
    finally:
        await link.close()
