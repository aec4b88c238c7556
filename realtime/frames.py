"""The one place that knows what is private in python-socketio and engine.io.

Sends one prepared frame to many sockets, closes a line for good, and stays silent in the logs.
Declines to know what is in a frame.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from typing import Any

import orjson
import socketio
from engineio import packet as eio

from realtime.line import LINE, MAX_FRAME, Line

BACKLOG = 256
"""Frames waiting for one reader; one that is further behind is closed and comes back fresh."""

Frame = Any
"""A prepared packet of engine.io."""
RESERVED = frozenset({"connect", "disconnect", "*", "__disconnect_final"})
"""Names that mean something to socketio itself: no client may send an event by them."""

# What socketio logs holds what people say, tracebacks too: nothing of it goes anywhere.
SILENT = logging.getLogger("realtime.frames.silent")
SILENT.disabled = True


def prepared(event: str, payload: bytes) -> Frame:
    """A frame encoded once, for as many sockets as there are."""
    frame = eio.Packet(eio.MESSAGE, data="")
    # engine.io keeps what a packet encodes to; handing it over saves encoding it again.
    frame.encode_cache = f'42["{event}",{payload.decode()}]'
    return frame


class Server(socketio.AsyncServer):  # type: ignore[misc]
    """socketio's server, with a word after CONNECT and no second chance after junk."""

    def __init__(self, origins: Iterable[str], welcome: Callable[[str], Awaitable[None]]) -> None:
        super().__init__(
            async_mode="asgi",
            transports=["websocket"],
            async_handlers=False,
            cors_allowed_origins=list(origins),
            max_http_buffer_size=MAX_FRAME,
            ping_interval=10,
            ping_timeout=10,
            logger=SILENT,
            engineio_logger=SILENT,
        )
        self._welcome = welcome
        self._side: set[asyncio.Task[None]] = set()

    async def _handle_connect(self, eio_sid: str, namespace: str | None, data: Any) -> None:
        if self.manager.sid_from_eio_sid(eio_sid, "/"):
            raise ValueError("connected twice")
        await super()._handle_connect(eio_sid, namespace, data)
        sid = self.manager.sid_from_eio_sid(eio_sid, "/")
        if eio_sid not in self.environ:
            # The line ended while we were still asking who it is: no ghost stays behind.
            await self._handle_disconnect(eio_sid, "/")
            return
        # What is sent before a client hears CONNECT could get lost: the first words come after it.
        if sid and self.manager.is_connected(sid, "/"):
            await self._welcome(sid)
        elif line := self._line(eio_sid):
            line.end_soon()

    async def _handle_eio_message(self, eio_sid: str, data: Any) -> None:
        try:
            await super()._handle_eio_message(eio_sid, data)
        except Exception:
            # A frame that cannot be read: no ghost stays behind.
            await self.cut(eio_sid)

    async def _handle_event(self, eio_sid: str, namespace: Any, id: Any, data: Any) -> None:
        if not isinstance(data[0], str) or data[0] in RESERVED:
            data = ["unknown", *data[1:]]
        await super()._handle_event(eio_sid, namespace, id, data)

    def eio_of(self, sid: str) -> str | None:
        """The connection under a socket, None once it is gone."""
        found: str | None = self.manager.eio_sid_from_sid(sid, "/")
        return found

    def send(self, sids: Iterable[str], frame: Frame) -> None:
        """Put one frame into each socket's queue, at once; who is too slow is cut."""
        for sid in sids:
            eio_sid = self.eio_of(sid)
            socket = self.eio.sockets.get(eio_sid)
            if socket is None or socket.closed or socket.closing:
                continue
            if socket.queue.qsize() < BACKLOG:
                socket.queue.put_nowait(frame)
            else:
                self.soon(self.cut(eio_sid))

    def soon(self, work: Coroutine[Any, Any, None]) -> None:
        """Do it on the side, and keep hold of it until it is done."""
        task = asyncio.ensure_future(work)
        self._side.add(task)
        task.add_done_callback(self._side.discard)

    async def close(self, sid: str) -> None:
        """Close a socket once what is queued for it has been sent; a deaf client is cut."""
        eio_sid = self.eio_of(sid)
        line = self._line(eio_sid)
        await self.disconnect(sid)
        socket = self.eio.sockets.get(eio_sid)
        if socket is not None:
            await socket.close(wait=False)
        if line is not None:
            line.end_soon()

    async def cut(self, eio_sid: str | None) -> None:
        """End a connection at once, sending nothing more."""
        line = self._line(eio_sid)
        socket = self.eio.sockets.get(eio_sid)
        if socket is not None:
            await socket.close(wait=False, abort=True)
        if line is not None:
            line.end()

    def _line(self, eio_sid: str | None) -> Line | None:
        environ = self.environ.get(eio_sid) or {}
        line = environ.get("asgi.scope", {}).get(LINE)
        return line if isinstance(line, Line) else None


def encode(view: object) -> bytes:
    """A view as the JSON that clients get."""
    return orjson.dumps(view)
