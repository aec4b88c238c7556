"""The composition root: pages and live room behind one door. The only file that imports both."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

from realtime import live
from realtime.audio.turn import Turn
from server import gate, live_room
from server.assets import Assets
from server.circles.admission import CircleAdmission
from server.database import Database
from server.figures import Figures, of_web
from server.health import LIVES, READY, Health
from server.jobs import Jobs
from server.pages import make_pages, read_beforehand
from server.security import Keys, headers_for
from server.settings import Settings


def create_app(settings: Settings, redis_url: str) -> Whole:
    """Everything that answers on one port, as an ASGI application."""
    keys = Keys.kept_in(settings.data_dir)
    database = Database(settings.database_url)
    admission = CircleAdmission(database, keys, settings)
    jobs = Jobs(settings, keys, database)
    turn = Turn(settings.turn_urls, settings.turn_secret or "", settings.turn_seconds)
    room = live.build(admission, redis_url, list(settings.origins), turn, Assets().release())

    @asynccontextmanager
    async def around() -> AsyncIterator[None]:
        """The database is ready before the room, and the room is gone before the database."""
        await database.migrate()
        await room.start()
        await jobs.start()
        # Nothing passes while the Redis could keep it: asked at the start, and again each minute.
        watching = asyncio.create_task(
            gate.watched(redis_url, room.shut, unproven=settings.redis_unproven)
        )
        reading = asyncio.create_task(asyncio.to_thread(read_beforehand, pages))
        try:
            yield
        finally:
            watching.cancel()
            await reading
            await jobs.stop()
            await room.stop()
            await database.close()

    pages = make_pages(settings, keys, database, around)
    live_room.hand_over(pages, room.room)
    parts = {"redis": room.reaches_the_store, "database": database.answers}
    if settings.sound_workers:
        parts["sound"] = room.has_sound
    figures = of_web(room.seated)
    return Whole(pages, room.asgi(), Health(parts), room.drain, headers_for(settings), figures)


class Whole:
    """One ASGI application; `drain` is awaited before it is stopped."""

    def __init__(
        self,
        pages: Any,
        sockets: Any,
        health: Health,
        send_on: Callable[[], Awaitable[None]],
        headers: Mapping[str, str],
        figures: Figures,
    ) -> None:
        self._pages, self._sockets, self.health = pages, sockets, health
        self._send_on, self._headers = send_on, headers
        self.figures = figures

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        # Sockets alone go to the room: there is no long-polling to answer.
        if scope["type"] == "websocket" and scope["path"].startswith("/socket.io/"):
            await self._sockets(scope, receive, send)
        elif scope["type"] == "http" and scope["path"] in (LIVES, READY):
            await self.health.answer(scope["path"], send, self._headers)
        else:
            sending = last_on(send) if self.health.draining else send
            await self._pages(scope, receive, sending)

    async def drain(self) -> None:
        """Not ready any more, and nobody left in the room."""
        self.health.draining = True
        await self._send_on()


def last_on(send: Any) -> Any:
    """The same, and whoever gets this answer asks for the next one over another connection."""

    async def sending(message: Any) -> None:
        if message["type"] == "http.response.start":
            message = {**message, "headers": [*message["headers"], (b"connection", b"close")]}
        await send(message)

    return sending
