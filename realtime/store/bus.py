"""The bus over Redis: one sharded channel a circle, heard only where somebody is in it.

One connection for all channels of a process, kept by one task: it alone opens it, so that
circles that begin at the same moment cannot lose each other's subscription. Words are passed
on and never kept; what was said while the bus was lost is gone, and its numbers say so.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import structlog

from realtime.domain.meeting import CircleId
from realtime.ports import PASSING, OutOfReach, StateHeard, WordsHeard
from realtime.store.hearing import Ear, Hear, Troubles
from realtime.store.line import Line, LineLost
from realtime.store.link import KEPT, PATIENCE, Link, Script, key
from realtime.store.redis import RedisMeetingStore
from realtime.wire import Unreadable

log = structlog.get_logger()
SAY = Script.read(Path(__file__).with_name("say.lua"))
SOONEST = 0.05
LATEST = 0.5


def channel_of(circle_id: CircleId) -> bytes:
    return key(circle_id).encode()


def circle_of(channel: bytes) -> CircleId:
    return CircleId(channel[1:-1].decode())


class RedisFanout:
    """Implements `ports.Fanout`. Needs the store to tell the present state after a loss."""

    def __init__(self, link: Link, meetings: RedisMeetingStore) -> None:
        self._link = link
        self._meetings = meetings
        self._ears: dict[bytes, Ear] = {}
        self._troubles = Troubles()
        self._line: Line | None = None
        self._up = asyncio.Event()
        self._pause = SOONEST
        self._keeper: asyncio.Task[None] | None = None

    async def publish(self, circle_id: CircleId, event: str, payload: bytes) -> int:
        keys = (key(circle_id, "seq"), key(circle_id))
        return int(await self._link.run(SAY, keys, event, payload, KEPT, int(event not in PASSING)))

    async def sequence(self, circle_id: CircleId) -> int:
        return int(await self._link.ask("GET", key(circle_id, "seq")) or 0)

    async def listen(self, circle_id: CircleId, hear: Hear) -> None:
        """One hearer a circle: a second one takes the place of the first."""
        if self._keeper is None:
            self._keeper = asyncio.create_task(self._keep())
        channel = channel_of(circle_id)
        ear = Ear(hear, partial(self._meetings.load, circle_id))
        before, self._ears[channel] = self._ears.get(channel), ear
        if before is not None:
            before.stop()
        try:
            async with asyncio.timeout(PATIENCE):
                await self._subscribed(channel)
        except BaseException as error:
            ear.stop()
            if self._ears.get(channel) is ear:
                del self._ears[channel]
            if isinstance(error, TimeoutError):
                raise OutOfReach from None
            raise

    async def unlisten(self, circle_id: CircleId) -> None:
        channel = channel_of(circle_id)
        ear = self._ears.pop(channel, None)
        if ear is not None:
            ear.stop()
            if self._line is not None:
                await self._line.unsubscribe(channel)

    def troubles(self) -> AsyncIterator[bool]:
        return self._troubles.heard()

    async def close(self) -> None:
        """Hear nothing more of anything. Not to be awaited by a hearer."""
        if self._keeper is not None:
            self._keeper.cancel()
            await asyncio.wait([self._keeper])
        ears, self._ears = list(self._ears.values()), {}
        for ear in ears:
            ear.stop()
        for ear in ears:
            await ear.stopped()

    async def _subscribed(self, channel: bytes) -> None:
        """Return once the channel is heard, over this line or the next."""
        while True:
            await self._up.wait()
            line = self._line
            assert line is not None
            try:
                await line.subscribe([channel])
                return
            except LineLost:
                # The keeper may not have noticed yet; without this the loop would never yield.
                if line is self._line:
                    self._up.clear()

    async def _keep(self) -> None:
        while True:
            try:
                await self._hold()
            except (OutOfReach, LineLost, TimeoutError):
                self._troubles.tell(True)
            except Exception as error:
                # A bug, but a deaf process would be worse. Its class only, never its text.
                log.error("bus_failed", fault=type(error).__name__)
                self._troubles.tell(True)
            # Apart from each other, so that many processes do not come back in one moment.
            await asyncio.sleep(self._pause * random.uniform(0.5, 1))  # noqa: S311
            self._pause = min(LATEST, self._pause * 2)

    async def _hold(self) -> None:
        """Open a line, hear everything again, and keep it until it is lost."""
        line = await Line.open(self._link)
        self._line = line
        reading = asyncio.create_task(line.read(self._heard))
        try:
            async with asyncio.timeout(PATIENCE):
                await line.subscribe(list(self._ears))
            self._pause = SOONEST
            self._up.set()
            if self._troubles.on:
                self._troubles.tell(False)
                for ear in self._ears.values():
                    ear.afresh()
            await reading
        finally:
            self._up.clear()
            self._line = None
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)
            await line.close()

    def _heard(self, channel: bytes, data: bytes) -> None:
        """Take a frame apart: `s <meeting>` or `w <seq> <event> <payload>`."""
        ear = self._ears.get(channel)
        if ear is None:
            return
        try:
            if data.startswith(b"s "):
                ear.pass_on(StateHeard(self._meetings.read(circle_of(channel), data[2:])))
            else:
                _, seq, event, payload = data.split(b" ", 3)
                ear.pass_on(WordsHeard(int(seq), event.decode(), payload))
        except (Unreadable, ValueError):
            # Another version on the same channel. Nothing of what it said is named.
            log.error("unreadable_on_the_bus")
