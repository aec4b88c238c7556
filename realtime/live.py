"""Builds, starts and stops the live room of one process: its sockets, its clock, its sound.

Declines to know any rule, and to see to anything by itself: its parts do.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable

import socketio

from realtime.audio.desk import Desk
from realtime.audio.turn import Turn
from realtime.clock import Clock, Watch
from realtime.domain.meeting import CircleId
from realtime.draining import drain
from realtime.events import Events
from realtime.gateway import Gateway
from realtime.line import App, guarded
from realtime.ports import Admission, OutOfReach
from realtime.reach import Reach
from realtime.room import Room
from realtime.store import Stores, by_redis
from realtime.store.link import Link
from realtime.ticker import Ticker

NOBODYS = CircleId("-")
"""No circle: what is asked about it tells whether the store answers."""


class Live:
    """The live room of one process. `asgi` serves it; `room` answers the pages' questions."""

    def __init__(
        self,
        admission: Admission,
        stores: Stores,
        origins: Iterable[str],
        clock: Clock | None = None,
        monotonic: Callable[[], float] = time.monotonic,
        *,
        straight: bool = True,
        release: str = "",
    ) -> None:
        """`straight`: see `frames.Server`. `release`: see `views.Joined`."""
        clock, watch = clock or Clock(), Watch(monotonic)
        self._stores = stores
        self.room = Room(stores.meetings, admission, clock, watch)
        self.gateway = Gateway(
            self.room,
            admission,
            stores.fanout,
            stores.presence,
            clock,
            origins,
            straight=straight,
            release=release,
        )
        self.events = Events(self.gateway)
        self.sio: socketio.AsyncServer = self.gateway.server
        self._sound: tuple[Desk, Link] | None = None
        self._reach = Reach(self.gateway, watch, monotonic)
        self.ticker = Ticker(self.gateway, stores, clock, watch, monotonic)
        self._troubles: asyncio.Task[None] | None = None

    def with_sound(self, redis_url: str, turn: Turn) -> Live:
        """The same room, and sound beside it where a sound process serves over that Redis."""
        link = Link(redis_url)
        self._sound = Desk(self.gateway, self.events, link, turn), link
        return self

    def asgi(self, pages: App | None = None) -> App:
        """The room at /socket.io/ behind its guard, the pages elsewhere."""
        return guarded(socketio.ASGIApp(self.sio, pages, socketio_path="socket.io"))

    async def start(self) -> None:
        self._troubles = asyncio.create_task(self._reach.mind(self._stores.fanout.troubles()))
        self.ticker.start()
        if self._sound:
            await self._sound[0].start()

    async def drain(self) -> None:
        """Send everybody on to another process, one after another; nobody is away for it."""
        await drain(self.gateway)

    def seated(self) -> tuple[int, int, int]:
        """How many circles have people here, how many people, and over how many connections."""
        here = [
            [socket.guest.member_id for socket in circle.sockets.values()]
            for circle in self.gateway.circles.values()
        ]
        return len(here), sum(len(set(ids)) for ids in here), sum(len(ids) for ids in here)

    async def reaches_the_store(self) -> bool:
        """Whether meetings can be read and changed now."""
        try:
            await self._stores.meetings.moment(NOBODYS)
        except OutOfReach:
            return False
        return True

    async def has_sound(self) -> bool:
        """Whether a sound process is there for whoever turns it on."""
        return self._sound is not None and await self._sound[0].is_served()

    async def stop(self) -> None:
        """Close every socket so that clients come back elsewhere; nobody loses a place."""
        self.gateway.stopping = True
        if self._troubles is not None:
            self._troubles.cancel()
            await asyncio.gather(self._troubles, return_exceptions=True)
        await self.ticker.stop()
        await self._reach.stop()
        for circle in list(self.gateway.circles.values()):
            for sid in list(circle.sockets):
                await self.sio.cut(self.sio.eio_of(sid))
        await self.sio.shutdown()
        if self._sound:
            desk, link = self._sound
            await desk.stop()
            await link.close()
        await self._stores.close()

    async def shut(self, on: bool) -> None:
        """Let nothing pass, or again: what is said could be kept. Nobody loses a place for it."""
        self._reach.shut(on)


def build(
    admission: Admission, redis_url: str, origins: Iterable[str], turn: Turn, release: str
) -> Live:
    """The live room over a Redis or Valkey. `origins` are the pages that may open a socket."""
    room = Live(admission, by_redis(redis_url), origins, release=release)
    return room.with_sound(redis_url, turn)
