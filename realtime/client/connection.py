"""One socket to the room: opens it, answers pings, matches acknowledgements, closes it.

Knows no meeting. Declines to reconnect: who needs that opens another. Logs nothing.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import ssl
from collections.abc import Callable, Mapping
from urllib.parse import urlencode, urlsplit

from websockets.asyncio.client import ClientConnection
from websockets.asyncio.client import connect as open_websocket
from websockets.exceptions import ConnectionClosed, InvalidHandshake
from websockets.typing import Origin

from realtime.client import packets
from realtime.domain.refusal import Reason

OPEN_WITHIN = 10.0
ANSWERED_WITHIN = 10.0
CLOSE_WITHIN = 1.0

# At DEBUG the websocket library writes whole frames, and with them what people say. It is no
# logger by name: nothing that sets logging up can find it and switch it on.
SILENT = logging.Logger("websockets", logging.CRITICAL + 1)


class ConnectRefused(Exception):
    """The room did not let this person in; `reason` is the value of a Reason."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class OldClient(ConnectRefused):
    """The server does not understand this version of the library any more: install a newer one."""


class RoomClosed(Exception):
    """The connection is over, by whichever side."""


class Connection:
    """Made by `open`; `hear` is called with every event, `over` once at the end, with why."""

    def __init__(
        self,
        socket: ClientConnection,
        hear: Callable[[packets.Event], None],
        over: Callable[[str], None],
        keep: Callable[[str], None],
    ) -> None:
        self._socket = socket
        self._hear = hear
        self._over = over
        self._keep = keep
        self._patience = OPEN_WITHIN
        self._answers: dict[int, asyncio.Future[object]] = {}
        self._last = 0
        self._reader: asyncio.Task[None] | None = None

    @classmethod
    async def open(
        cls,
        base_url: str,
        cookie: str,
        auth: Mapping[str, object],
        *,
        origin: str,
        hear: Callable[[packets.Event], None],
        over: Callable[[str], None],
        keep: Callable[[str], None],
        trust: ssl.SSLContext | None = None,
    ) -> Connection:
        """Open the socket and join the namespace, or raise ConnectRefused or RoomClosed."""
        address = urlsplit(base_url)
        secure = address.scheme == "https"
        query = {"EIO": 4, "transport": "websocket", "circle": str(auth["circle"])}
        try:
            socket = await open_websocket(
                f"{'wss' if secure else 'ws'}://{address.netloc}/socket.io/?{urlencode(query)}",
                origin=Origin(origin),
                additional_headers={"Cookie": cookie} if cookie else {},
                compression=None,
                # Engine.IO has its own heartbeat.
                ping_interval=None,
                close_timeout=CLOSE_WITHIN,
                logger=SILENT,
                # The room of a test or a demonstration is never behind the machine's proxy.
                proxy=None,
                ssl=(trust or True) if secure else None,
            )
        except (OSError, InvalidHandshake, TimeoutError) as error:
            raise RoomClosed(f"no connection: {type(error).__name__}") from None
        connection = cls(socket, hear, over, keep)
        try:
            await connection._join(auth)
        except BaseException:
            await connection.close()
            raise
        connection._reader = asyncio.create_task(connection._read())
        return connection

    async def _join(self, auth: object) -> None:
        opened = await self._next()
        if not isinstance(opened, packets.Opened):
            raise RoomClosed("no open packet")
        self._patience = opened.ping_interval + opened.ping_timeout
        await self._send(packets.connect(auth))
        while True:
            packet = await self._next()
            match packet:
                case packets.Connected():
                    return
                case packets.Rejected(message=message):
                    old = message == Reason.OLD_CLIENT
                    raise OldClient(message) if old else ConnectRefused(message)
                case packets.Event():
                    # Sent while the server was still deciding: it belongs to what comes after.
                    self._hear(packet)
                case packets.Closed():
                    raise RoomClosed("closed while joining")

    async def _next(self) -> packets.Packet:
        """The next packet; pings are answered on the way."""
        while True:
            try:
                async with asyncio.timeout(self._patience):
                    frame = await self._socket.recv()
            except (ConnectionClosed, TimeoutError) as error:
                raise RoomClosed(type(error).__name__) from None
            packet = packets.read(frame)
            if not isinstance(packet, packets.Pinged):
                self._keep(str(frame))
                return packet
            await self._send(packets.PONG)

    async def _read(self) -> None:
        why = "closed by this side"
        try:
            while True:
                match await self._next():
                    case packets.Event() as event:
                        self._hear(event)
                    case packets.Answered(id=id, payload=payload):
                        answer = self._answers.pop(id, None)
                        if answer is not None and not answer.done():
                            answer.set_result(payload)
                    case packets.Closed():
                        why = "closed by the server"
                        return
        except (RoomClosed, packets.NotAPacket) as error:
            why = str(error)
        finally:
            for answer in self._answers.values():
                # Whoever waits for it sees the cancellation as a closed room.
                answer.cancel()
            self._over(why)
            self._socket.transport.abort()

    async def _send(self, frame: str) -> None:
        try:
            await self._socket.send(frame)
        except ConnectionClosed:
            raise RoomClosed("closed") from None

    async def ask(self, name: str, payload: object) -> object:
        """Send an event and wait for its acknowledgement."""
        if self._reader is None or self._reader.done():
            raise RoomClosed("closed")
        self._last += 1
        id = self._last
        answer: asyncio.Future[object] = asyncio.get_running_loop().create_future()
        self._answers[id] = answer
        try:
            await self._send(packets.event(name, payload, id))
            done, _ = await asyncio.wait([answer], timeout=ANSWERED_WITHIN)
        finally:
            self._answers.pop(id, None)
        if not done or answer.cancelled():
            raise RoomClosed("closed before the answer" if done else "no answer")
        return answer.result()

    async def send_raw(self, frame: str) -> None:
        """Send a frame as it is: for tests that misbehave on purpose."""
        await self._send(frame)

    async def close(self) -> None:
        """Say goodbye and close; does nothing the second time."""
        with contextlib.suppress(RoomClosed):
            await self._send(packets.DISCONNECT)
        await self._socket.close()
        await self._finish()

    async def vanish(self) -> None:
        """Drop the connection without a word, as a lost network does."""
        self._socket.transport.abort()
        await self._finish()

    async def _finish(self) -> None:
        if self._reader is not None:
            self._reader.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._reader
