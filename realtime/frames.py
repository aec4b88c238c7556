"""The one place that knows what is private in python-socketio, engine.io and uvicorn.

Sends one prepared frame to many sockets, closes a line for good, and stays silent in the logs.
Declines to know what is in a frame. Without uvicorn's own WebSocket it goes by engine.io's
queue alone: slower, and the same to whoever listens.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable, Collection, Coroutine, Iterable
from dataclasses import asdict
from typing import Any

import orjson
import socketio
from engineio import packet as eio
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import apply_mask  # type: ignore[attr-defined]

from realtime.beats import PING_SECONDS, Beats
from realtime.counts import COUNTS
from realtime.encoding import Frame, framed
from realtime.light import lighten
from realtime.line import LINE, MAX_FRAME, Line

MOST_UNREAD = 256 * 1024
"""Bytes waiting for one reader; one that is further behind is cut and comes back fresh."""
BACKLOG = 256
"""The same in frames, where only engine.io's queue can be seen. None is larger than 16 KB."""
MOST_UNANSWERED = 8
"""Frames of one client that wait for their turn; more stay in the network."""
EVENT = re.compile(rb"42(\d{0,9})(?=\[)")
"""An event for the one namespace that there is, and the number under which it is answered."""

CLOSE_SECONDS = 1.0
"""For the other side's half of a closing handshake."""

RESERVED = frozenset({"connect", "disconnect", "*", "__disconnect_final"})
"""Names that mean something to socketio itself: no client may send an event by them."""

Answer = Callable[..., Awaitable[Any]]
"""Of (sid, event, *arguments) from a client: the dataclass that it is answered with."""

# What socketio logs holds what people say, tracebacks too: nothing of it goes anywhere. It is no
# logger by name: those can be found and switched on, as `logging.config` does with disabled ones.
SILENT = logging.Logger("socketio", logging.CRITICAL + 1)


class Inbox:
    """What came in and was not read yet, in the place of uvicorn's queue.

    uvicorn stops reading after each frame and begins again after the next: two calls of the
    system a frame. This stops it only once some are waiting. Events are bytes, and not for uvicorn.
    """

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self._waiting: list[Any] = []
        self._reader: asyncio.Future[None] | None = None
        self._paused = False

    @classmethod
    def instead_of(cls, protocol: Any) -> Inbox:
        """With what came in already. From here on nothing else stops the reading."""
        inbox = cls(protocol.transport)
        while not protocol.queue.empty():
            inbox.put_nowait(protocol.queue.get_nowait())
        if protocol.read_paused:
            protocol.transport.resume_reading()
        protocol.read_paused = True
        return inbox

    def put_nowait(self, message: Any) -> None:
        self._waiting.append(message)
        if self._reader is not None and not self._reader.done():
            self._reader.set_result(None)
        if len(self._waiting) >= MOST_UNANSWERED and not self._paused:
            self._paused = True
            self._transport.pause_reading()

    async def event(self) -> bytes | None:
        """The next thing, where it is an event. None: something for uvicorn is, and stays there."""
        while not self._waiting:
            self._reader = asyncio.get_running_loop().create_future()
            await self._reader
        return self._take() if type(self._waiting[0]) is bytes else None

    async def get(self) -> Any:
        """The next thing, as uvicorn has it."""
        event = await self.event()
        if event is None:
            return self._take()
        return {"type": "websocket.receive", "text": event.decode()}

    def _take(self) -> Any:
        if self._paused and len(self._waiting) == 1:
            self._paused = False
            self._transport.resume_reading()
        return self._waiting.pop(0)

    def empty(self) -> bool:
        """Never, as far as uvicorn is to know: it would begin to read."""
        return False


class Way(asyncio.Protocol):
    """One connection read and written past engine.io's queue, tasks and timers.

    All that is sent goes to the transport in the order in which it was sent, and at once. What a
    reader that stalls leaves there has a bound. Of what comes in, events of somebody who is in the
    room and pongs are taken out; everything else is uvicorn's, whole frame by whole frame.
    """

    def __init__(self, server: Server, socket: Any, line: Line, protocol: Any) -> None:
        self.sid: str | None = None
        """Of socketio's socket, while there is one."""
        self.line = line
        self.heard = True
        """Whether anything came since the last ping."""
        self._server, self._socket, self._transport = server, socket, protocol.transport
        self.put: Callable[[bytes], None] = self._transport.write
        """Sends at once, and nothing any more once the line is on its way out."""
        self.unread: Callable[[], int] = self._transport.get_write_buffer_size
        self._protocol, self._rest = protocol, b""
        self._inbox = protocol.queue = Inbox.instead_of(protocol)
        socket.schedule_ping = lambda: None
        socket._websocket_handler = self.serve
        self._transport.set_protocol(self)

    @classmethod
    def of(cls, server: Server, socket: Any, line: Line | None) -> Way | None:
        """None where the ASGI server is another than the one we know."""
        protocol = getattr(line.send, "__self__", None) if line else None
        if line is None or not isinstance(protocol, WebSocketsSansIOProtocol):
            return None
        # Whoever does not say goodbye in turn is not waited for any longer.
        protocol.close_timeout = CLOSE_SECONDS
        return cls(server, socket, line, protocol)

    # --- What the transport says ---

    def data_received(self, data: bytes) -> None:
        if self._rest:
            data, self._rest = self._rest + data, b""
        at, end = 0, len(data)
        while at < end:
            frame = masked_text(data, at)
            if frame is None:
                self._leave_to_uvicorn(data[at:])
                return
            start, stop = frame
            if stop > end:
                # Its rest is on the way.
                break
            self._take(data, at, start, stop)
            at = stop
        if at < end:
            self._rest = data[at:]

    def _take(self, data: bytes, at: int, start: int, stop: int) -> None:
        """One whole frame: an event, a pong, or something for uvicorn."""
        if self.sid is not None:
            text = apply_mask(data[start:stop], data[start - 4 : start])
            if text == PONG:
                self.heard = True
                return
            if EVENT.match(text):
                self._inbox.put_nowait(text)
                return
        self._protocol.data_received(data[at:stop])

    def _leave_to_uvicorn(self, data: bytes) -> None:
        """From here on it reads by itself: a goodbye, or something odd."""
        self._transport.set_protocol(self._protocol)
        self.put = self._put_while_open
        self._protocol.data_received(data)

    def _put_while_open(self, frame: bytes) -> None:
        if not self._transport.is_closing():
            self._transport.write(frame)

    def connection_lost(self, exc: Exception | None) -> None:
        self.shut()
        self._protocol.connection_lost(exc)

    def eof_received(self) -> bool | None:
        return self._protocol.eof_received()  # type: ignore[no-any-return]

    def pause_writing(self) -> None:
        self._protocol.pause_writing()

    def resume_writing(self) -> None:
        self._protocol.resume_writing()

    # --- What is done with it ---

    async def serve(self, ws: Any) -> None:
        """In the place of engine.io's reader and writer, until the line ends."""
        socket, server = self._socket, self._server
        socket.connected = socket.upgraded = True
        while not socket.queue.empty():
            await self.send(socket.queue.get_nowait())
            socket.queue.task_done()
        socket.send = self.send
        lighten(server.environ.get(socket.sid), socket, self._protocol)
        server.beats.add(self)
        try:
            while not socket.closed:
                # Before they are in, the guard waits for them, and not for ever.
                event = await self._inbox.event() if self.sid else None
                await self._hear((await ws.wait()).encode() if event is None else event)
        except (OSError, UnicodeDecodeError):
            # They hung up, or said what is no text.
            pass
        finally:
            server.beats.remove(self)
            await socket.close(wait=False, abort=True, reason=server.eio.reason.TRANSPORT_CLOSE)
        await ws.close()

    async def _hear(self, text: bytes) -> None:
        self.heard = True
        if text == PONG:
            return
        event = EVENT.match(text) if self.sid else None
        if event is None or not (said := read(text[event.end() :])):
            await self._socket.receive(eio.Packet(encoded_packet=text.decode()))
            return
        answer = await self._server.answer(self.sid, *said)
        if number := event.group(1):
            self.write(framed(b"43%b[%b]" % (number, orjson.dumps(answer))))

    async def send(self, packet: Any) -> None:
        """What engine.io and socketio have to say themselves."""
        self.write(framed(packet.encode().encode()))

    def write(self, frame: bytes) -> None:
        """Send it now; who has read too little of what went before is cut."""
        try:
            if self.unread() <= MOST_UNREAD:
                self.put(frame)
            else:
                self.stall()
        except RuntimeError:
            # Its transport was closed a moment ago.
            self.shut()

    def stall(self) -> None:
        COUNTS.stalls_cut += 1
        self.cut()

    def beat(self) -> None:
        """Ask whether anybody is there; who did not answer the last time is gone."""
        if self.heard:
            self.heard = False
            self.write(PING)
        else:
            self.cut()

    def cut(self) -> None:
        """End it and forget what was not read; `serve` sees to the rest."""
        self.shut()
        self._transport.abort()

    def shut(self) -> None:
        """Nothing goes out any more."""
        self.put, self.unread = nothing, none_unread


def masked_text(data: bytes, at: int) -> tuple[int, int] | None:
    """Where the masked text begins and ends of the frame that begins there (RFC 6455, 5.2).

    None for what is no whole text of a client, or too large.
    """
    head = data[at : at + 4]
    if head[0] != 0x81 or (len(head) > 1 and head[1] < 0x80):
        return None
    if len(head) < 4:
        return at, at + 4
    size = head[1] - 0x80
    if 0 <= size < 126:
        return at + 6, at + 6 + size
    if size != 126:
        return None
    size = int.from_bytes(head[2:], "big")
    return (at + 8, at + 8 + size) if size <= MAX_FRAME else None


def read(text: bytes) -> list[Any]:
    """An event and what came with it; empty where socketio has to say what is wrong with it."""
    try:
        said: list[Any] = orjson.loads(text)
    except orjson.JSONDecodeError:
        return []
    return said


def nothing(_frame: bytes) -> None:
    """In the place of sending."""


def none_unread() -> int:
    return 0


PING, PONG = framed(b"2"), b"3"


class Manager(socketio.AsyncManager):  # type: ignore[misc]
    """Knows who is connected, and has no room of one for each.

    socketio looks through all rooms whenever somebody goes: where everybody goes at once, that
    is everybody times everybody. Nothing is sent by rooms here.
    """

    def basic_enter_room(
        self, sid: str, namespace: str, room: str | None, eio_sid: str | None = None
    ) -> None:
        if room is None:
            super().basic_enter_room(sid, namespace, room, eio_sid=eio_sid)


class Server(socketio.AsyncServer):  # type: ignore[misc]
    """socketio's server, with a word after CONNECT and no second chance after junk."""

    def __init__(
        self,
        origins: Iterable[str],
        welcome: Callable[[str], Awaitable[None]],
        *,
        straight: bool = True,
    ) -> None:
        """`straight=False` leaves every private part alone: all goes by engine.io's queue."""
        super().__init__(
            client_manager=Manager(),
            async_mode="asgi",
            transports=["websocket"],
            async_handlers=False,
            cors_allowed_origins=list(origins),
            max_http_buffer_size=MAX_FRAME,
            ping_interval=PING_SECONDS,
            ping_timeout=PING_SECONDS,
            monitor_clients=not straight,
            logger=SILENT,
            engineio_logger=SILENT,
        )
        self._welcome, self._straight = welcome, straight
        self.answer: Answer
        self.beats = Beats()
        self._ways: dict[str, Way] = {}
        """By the connection's id while it lasts."""
        self._seated: dict[str, Way] = {}
        """By socketio's id, of those who said CONNECT."""
        self._side: set[asyncio.Task[None]] = set()

    async def _handle_eio_connect(self, eio_sid: str, environ: Any) -> None:
        await super()._handle_eio_connect(eio_sid, environ)
        socket = self.eio.sockets.get(eio_sid)
        if socket is not None and self._straight:
            way = Way.of(self, socket, self._line(eio_sid))
            if way is not None:
                self._ways[eio_sid] = way

    async def _handle_eio_disconnect(self, eio_sid: str, reason: str) -> None:
        self._forget(self._ways.pop(eio_sid, None))
        await super()._handle_eio_disconnect(eio_sid, reason)

    def _forget(self, way: Way | None) -> None:
        if way is not None and way.sid is not None:
            self._seated.pop(way.sid, None)
            way.sid = None

    def answers(self, answer: Answer) -> None:
        """Let this answer whatever clients send."""
        self.answer = answer
        self.on("*", self._by_the_queue)

    async def _by_the_queue(self, event: str, sid: str, *arguments: object) -> Any:
        return asdict(await self.answer(sid, event, *arguments))

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
            way = self._ways.get(eio_sid)
            if way is not None:
                way.sid = sid
                self._seated[sid] = way
            await self._welcome(sid)
        elif line := self._line(eio_sid):
            line.end_soon()

    async def _handle_eio_message(self, eio_sid: str, data: Any) -> None:
        try:
            await super()._handle_eio_message(eio_sid, data)
            if isinstance(data, str) and data.startswith("1") and (line := self._line(eio_sid)):
                # They took leave of the room, and have no other errand.
                self._forget(self._ways.get(eio_sid))
                line.end_soon()
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

    def send(self, sids: Collection[str], frame: Frame) -> None:
        """Send one frame to each socket, at once and in order; who is too slow is cut."""
        COUNTS.deliveries += len(sids)
        seated, data = self._seated, frame.bytes
        for sid in sids:
            way = seated.get(sid)
            if way is None:
                self._queue_up(sid, frame)
            else:
                # `way.write(data)`, without a call of our own for each.
                try:
                    if way.unread() <= MOST_UNREAD:
                        way.put(data)
                    else:
                        way.stall()
                except RuntimeError:
                    way.shut()

    def _queue_up(self, sid: str, frame: Frame) -> None:
        eio_sid = self.eio_of(sid)
        socket = self.eio.sockets.get(eio_sid)
        if socket is None or socket.closed or socket.closing:
            return
        if socket.queue.qsize() < BACKLOG:
            socket.queue.put_nowait(frame.packet())
        else:
            COUNTS.stalls_cut += 1
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
        way = self._ways.get(eio_sid or "")
        if way is not None:
            way.cut()
        if socket is not None:
            await socket.close(wait=False, abort=True)
        if line is not None:
            line.end()

    def _line(self, eio_sid: str | None) -> Line | None:
        environ = self.environ.get(eio_sid) or {}
        line = environ.get("asgi.scope", {}).get(LINE)
        return line if isinstance(line, Line) else None
