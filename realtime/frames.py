"""The one place that knows what is private in python-socketio, engine.io and uvicorn.

Sends one prepared frame to many sockets, closes a line for good, and stays silent in the logs.
Declines to know what is in a frame. Without uvicorn's own WebSocket it goes by engine.io's
queue alone: slower, and the same to whoever listens.
"""

from __future__ import annotations

import asyncio
import logging
import struct
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from typing import Any

import orjson
import socketio
from engineio import packet as eio
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from realtime.line import LINE, MAX_FRAME, Line

BACKLOG = 256
"""Frames waiting for one reader; one that is further behind is closed and comes back fresh."""

RESERVED = frozenset({"connect", "disconnect", "*", "__disconnect_final"})
"""Names that mean something to socketio itself: no client may send an event by them."""

# What socketio logs holds what people say, tracebacks too: nothing of it goes anywhere.
SILENT = logging.getLogger("realtime.frames.silent")
SILENT.disabled = True


class Frame:
    """One event, encoded once for as many sockets as there are."""

    def __init__(self, event: str, payload: bytes) -> None:
        self._text = b'42["%b",%b]' % (event.encode(), payload)
        self._packet: Any = None
        self.bytes = framed(self._text)
        """As it goes over the line: a whole WebSocket message."""

    def packet(self) -> Any:
        """The same for engine.io's queue."""
        if self._packet is None:
            self._packet = eio.Packet(eio.MESSAGE, data="")
            # engine.io keeps what a packet encodes to; handing it over saves encoding it again.
            self._packet.encode_cache = self._text.decode()
        return self._packet


def framed(text: bytes) -> bytes:
    """A text message of a server, unmasked and whole (RFC 6455, 5.2)."""
    size = len(text)
    if size < 126:
        return struct.pack("!BB", 0x81, size) + text
    if size < 65536:
        return struct.pack("!BBH", 0x81, 126, size) + text
    return struct.pack("!BBQ", 0x81, 127, size) + text


class Outlet:
    """Writes past engine.io's queue, straight to the transport, while nothing waits in it."""

    def __init__(self, socket: Any, protocol: Any) -> None:
        self._queue, self._protocol = socket.queue, protocol
        self._busy = False

    @classmethod
    def of(cls, socket: Any, line: Line | None) -> Outlet | None:
        """None where the ASGI server is another than the one we know."""
        protocol = getattr(line.send, "__self__", None) if line else None
        if not isinstance(protocol, WebSocketsSansIOProtocol):
            return None
        outlet = cls(socket, protocol)
        socket.poll = outlet.poll
        return outlet

    async def poll(self) -> list[Any]:
        """What engine.io's writer sends next; an empty list ends it.

        It waits without a time limit: a client that is gone is noticed by the reader, and a
        timer for each frame costs more than the frame.
        """
        self._busy = False
        packets = [await self._queue.get()]
        while not self._queue.empty():
            packets.append(self._queue.get_nowait())
        for _ in packets:
            self._queue.task_done()
        if None in packets:
            end = packets.index(None)
            if end:
                self._queue.put_nowait(None)
            packets = packets[:end]
        # Until the writer asks again it may hold frames that are older than the next ones.
        self._busy = True
        return packets

    def write(self, frame: bytes) -> bool:
        """Send it now. False: something is in the way, it has to queue up."""
        protocol = self._protocol
        if self._busy or not self._queue.empty() or not protocol.writable.is_set():
            return False
        if not protocol.handshake_complete or protocol.close_sent:
            return False
        if protocol.transport.is_closing():
            return False
        protocol.transport.write(frame)
        return True


def prepared(event: str, payload: bytes) -> Frame:
    """A frame encoded once, for as many sockets as there are."""
    return Frame(event, payload)


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
        self._outlets: dict[str, Outlet] = {}
        self._side: set[asyncio.Task[None]] = set()

    async def _handle_eio_connect(self, eio_sid: str, environ: Any) -> None:
        await super()._handle_eio_connect(eio_sid, environ)
        socket = self.eio.sockets.get(eio_sid)
        outlet = Outlet.of(socket, self._line(eio_sid)) if socket is not None else None
        if outlet is not None:
            self._outlets[eio_sid] = outlet

    async def _handle_eio_disconnect(self, eio_sid: str, reason: str) -> None:
        self._outlets.pop(eio_sid, None)
        await super()._handle_eio_disconnect(eio_sid, reason)

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
        """Send one frame to each socket, at once and in order; who is too slow is cut."""
        for sid in sids:
            eio_sid = self.eio_of(sid)
            socket = self.eio.sockets.get(eio_sid)
            if eio_sid is None or socket is None or socket.closed or socket.closing:
                continue
            outlet = self._outlets.get(eio_sid)
            if outlet is not None and outlet.write(frame.bytes):
                continue
            if socket.queue.qsize() < BACKLOG:
                socket.queue.put_nowait(frame.packet())
            else:
                self.soon(self.cut(eio_sid))

    def hung_up(self, sid: str) -> bool:
        """Whether the browser said goodbye: a page that was closed or left, not a line lost."""
        line = self._line(self.eio_of(sid))
        return line is not None and line.hung_up

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
