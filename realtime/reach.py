"""Which circles this process cannot reach now, and how each comes back with nobody's place lost.

Declines to decide what a meeting becomes: `room` puts it right, with every other process.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterable

from realtime.audiences import Circle
from realtime.clock import Watch
from realtime.domain.meeting import CircleId
from realtime.domain.refusal import Reason, Refused
from realtime.gateway import Gateway, log_fault
from realtime.ports import OutOfReach, Trouble

AGAIN = 0.1
FAULTY_AGAIN = 1.0


class Reach:
    """The losses and returns of one process."""

    def __init__(
        self, gateway: Gateway, watch: Watch, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._gateway, self._watch, self._monotonic = gateway, watch, monotonic
        self._lost_at: dict[CircleId, float] = {}
        self._coming: dict[CircleId, asyncio.Task[None]] = {}
        self._shut_at: float | None = None
        gateway.on_loss = self.interrupted

    async def mind(self, troubles: AsyncIterator[Trouble]) -> None:
        """Tell people when their circle is lost, and bring it back once it is heard again."""
        async for trouble in troubles:
            if trouble.lost:
                self.lost(trouble.circles)
            else:
                self.back(trouble.circles)

    def lost(self, circles: Iterable[CircleId]) -> None:
        for circle_id in circles:
            self._lost_at.setdefault(circle_id, self._monotonic())
            if (coming := self._coming.pop(circle_id, None)) is not None:
                coming.cancel()
        self._tell(circles)

    def back(self, circles: Iterable[CircleId]) -> None:
        """Heard again; what holds there is still to be learnt."""
        for circle_id in circles:
            self._begin(circle_id, since=self._lost_at.get(circle_id))

    def interrupted(self, circle_id: CircleId) -> None:
        """The store lost this meeting under our eyes."""
        if circle_id not in self._lost_at:
            self._tell([circle_id])
            self._begin(circle_id, since=None)

    def shut(self, on: bool) -> None:
        """Let nothing pass, or again: what is said could be kept."""
        circles = list(self._gateway.circles)
        self._gateway.shut = on
        if on:
            self._shut_at = self._monotonic()
            self._tell(circles)
            return
        since, self._shut_at = self._shut_at, None
        for circle_id in circles:
            # One that is lost beside comes back by itself.
            if circle_id not in self._lost_at:
                self._begin(circle_id, since=since)

    async def stop(self) -> None:
        coming, self._coming = list(self._coming.values()), {}
        for task in coming:
            task.cancel()
        await asyncio.gather(*coming, return_exceptions=True)

    def _tell(self, circles: Iterable[CircleId]) -> None:
        here = [self._gateway.circles[one] for one in circles if one in self._gateway.circles]
        self._gateway.lost_reach(here)

    def _begin(self, circle_id: CircleId, since: float | None) -> None:
        if circle_id not in self._coming:
            task = asyncio.create_task(self._come_back(circle_id, since))
            self._coming[circle_id] = task
            task.add_done_callback(lambda done: self._came(circle_id, done))

    def _came(self, circle_id: CircleId, done: asyncio.Task[None]) -> None:
        if self._coming.get(circle_id) is done:
            del self._coming[circle_id]

    async def _come_back(self, circle_id: CircleId, since: float | None) -> None:
        """Try until the present is known: other processes may still have to say what they saw."""
        outage = 0.0 if since is None else self._monotonic() - since
        self._watch.extend(circle_id, outage)
        while (circle := self._gateway.circles.get(circle_id)) is not None:
            if await self._is_back(circle, outage):
                break
        self._lost_at.pop(circle_id, None)

    async def _is_back(self, circle: Circle, outage: float) -> bool:
        try:
            await self._gateway.back_in_reach(circle, outage)
        except OutOfReach:
            await asyncio.sleep(AGAIN)
        except Refused as refusal:
            if refusal.reason is not Reason.OUT_OF_REACH:
                raise
            await asyncio.sleep(AGAIN)
        except Exception as bug:
            # One meeting that cannot be read must not keep the others away.
            log_fault("back", bug)
            await asyncio.sleep(FAULTY_AGAIN)
        else:
            return True
        return False
