"""Keeps one line to one server: opens it again when it is lost, and hears everything again.

Declines to know what is heard. One task opens the line, so that channels that begin at the same
moment cannot lose each other's subscription.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterable
from contextlib import suppress
from typing import Protocol

from realtime.notes import Note, note
from realtime.ports import OutOfReach
from realtime.store.line import Line, LineLost
from realtime.store.link import PATIENCE, Link, Place

SOONEST = 0.05
LATEST = 0.4
"""With the half second that a connection may take: everybody is back within 0.9 s of a server's
coming back. `redis.WINDOW` counts on it."""


class Listener(Protocol):
    """Whoever keeps the line."""

    def heard(self, channel: bytes, data: bytes) -> None: ...
    def lost(self, channels: Iterable[bytes]) -> None: ...
    def back(self, channels: Iterable[bytes]) -> None: ...
    def moved(self, channel: bytes) -> None:
        """Another server has it, or may have."""


class Keeper:
    """One line. `channels` are those to be heard over it."""

    def __init__(self, link: Link, place: Place, listener: Listener) -> None:
        self._link, self._place, self._listener = link, place, listener
        self.channels: set[bytes] = set()
        self._line: Line | None = None
        self._up, self._wanted = asyncio.Event(), asyncio.Event()
        self._down = False
        self._pause = SOONEST
        self._task = asyncio.create_task(self._keep())

    async def hear(self, channel: bytes) -> bool:
        """Return once the channel is heard, over this line or the next. False: not here."""
        self.channels.add(channel)
        self._wanted.set()
        while channel in self.channels:
            await self._up.wait()
            line = self._line
            assert line is not None
            try:
                refused = await line.subscribe([channel])
            except LineLost:
                # The task may not have noticed yet; without this the loop would never yield.
                if line is self._line:
                    self._up.clear()
                continue
            if refused:
                self.channels.discard(channel)
            return not refused
        return False

    def forget(self, channel: bytes) -> None:
        self.channels.discard(channel)
        if self._line is not None:
            self._line.unsubscribe(channel)

    async def close(self) -> None:
        self._task.cancel()
        await asyncio.wait([self._task])

    async def _keep(self) -> None:
        while True:
            if not self.channels:
                # A server that has nothing of ours is left alone.
                self._wanted.clear()
                await self._wanted.wait()
            try:
                await self._hold()
            except (OutOfReach, LineLost, TimeoutError):
                pass
            except Exception as error:
                # A bug, but a deaf process would be worse. Its class only, never its text.
                note(Note.BUS_FAILED, error=error)
            self._down = True
            self._listener.lost(self.channels)
            # Apart from each other, so that many processes do not come back in one moment.
            await asyncio.sleep(self._pause * random.uniform(0.5, 1))  # noqa: S311
            self._pause = min(LATEST, self._pause * 2)
            await self._look_elsewhere()

    async def _look_elsewhere(self) -> None:
        """In a cluster somebody else may have been put in this server's place."""
        if self._place is None:
            return
        with suppress(OutOfReach, TimeoutError):
            async with asyncio.timeout(PATIENCE):
                await self._link.look_again()
                for channel in list(self.channels):
                    if await self._link.place_of(channel) != self._place:
                        self._leave_to_another(channel)

    def _leave_to_another(self, channel: bytes) -> None:
        self.channels.discard(channel)
        self._listener.moved(channel)

    async def _hold(self) -> None:
        """Open a line, hear everything again, and keep it until it is lost."""
        pool = self._link.pool(self._place)
        line = await Line.open(pool, self._listener.heard, self._leave_to_another)
        self._line = line
        try:
            async with asyncio.timeout(PATIENCE):
                for channel in await line.subscribe(list(self.channels)):
                    self._leave_to_another(channel)
            self._pause = SOONEST
            self._up.set()
            if self._down:
                self._down = False
                self._listener.back(self.channels)
            await line.until_lost()
        finally:
            self._up.clear()
            self._line = None
            await line.close()
