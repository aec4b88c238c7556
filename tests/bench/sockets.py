"""A WebSocket client that costs next to nothing, so that thousands of them measure the server.

Reads text frames and answers no closing handshake. Declines whatever the room does not send:
fragments, binary, compression. For anything but counting and timing there is `realtime.client`.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from typing import cast
from urllib.parse import urlsplit

Hear = Callable[[bytes], None]
OPEN_WITHIN = 10.0
TEXT, PING, PONG = 0x81, 0x89, 0x8A
MASKED = 0x80


class NotOpened(ConnectionError):
    """The server did not answer the handshake as a WebSocket server does."""


class Ended(ConnectionError):
    """The server ended the connection."""


class Socket(asyncio.Protocol):
    """Made by `open_socket`; `hear` is called with the payload of every text frame."""

    def __init__(self, hello: bytes, hear: Hear) -> None:
        self._hello, self._hear = hello, hear
        self._transport: asyncio.Transport | None = None
        self._buffer = bytearray()
        self._opened = False
        self.ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.closed = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports are no subclass of asyncio's, though they do all that these do.
        self._transport = cast(asyncio.Transport, transport)
        self._transport.write(self._hello)

    def connection_lost(self, exc: Exception | None) -> None:
        self.closed = True
        if not self.ready.done():
            self.ready.set_exception(NotOpened())

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        if not self._opened and not self._shake_hands():
            return
        while (frame := take_frame(self._buffer)) is not None:
            kind, payload = frame
            if kind == TEXT:
                self._hear(payload)
            elif kind == PING and self._transport is not None:
                self._transport.write(masked(payload, PONG))

    def _shake_hands(self) -> bool:
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0:
            return False
        if not self._buffer.startswith(b"HTTP/1.1 101"):
            self.close()
            return False
        del self._buffer[: end + 4]
        self._opened = True
        self.ready.set_result(None)
        return True

    def send(self, payload: bytes) -> None:
        """Raises `Ended` once the server has ended the connection."""
        if self._transport is None or self._transport.is_closing():
            raise Ended
        self._transport.write(masked(payload))

    def close(self) -> None:
        if self._transport is not None:
            self._transport.abort()


async def open_socket(url: str, path: str, cookie: str, hear: Hear) -> Socket:
    """Connect, and return once frames may be sent. `url` is http://host:port."""
    place = urlsplit(url)
    hello = (
        f"GET {path} HTTP/1.1\r\nHost: {place.netloc}\r\nOrigin: {url}\r\nCookie: {cookie}\r\n"
        "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
    ).encode()
    loop = asyncio.get_running_loop()
    _, socket = await loop.create_connection(
        lambda: Socket(hello, hear), place.hostname or "", place.port or 80
    )
    await asyncio.wait_for(socket.ready, OPEN_WITHIN)
    return socket


def take_frame(buffer: bytearray) -> tuple[int, bytes] | None:
    """Take the first whole frame out of the buffer, its kind first; None while there is none."""
    if len(buffer) < 2:
        return None
    kind, length, start = buffer[0], buffer[1], 2
    if length >= 126:
        start = 4 if length == 126 else 10
        if len(buffer) < start:
            return None
        length = int.from_bytes(buffer[2:start], "big")
    if len(buffer) < start + length:
        return None
    frame = bytes(buffer[start : start + length])
    del buffer[: start + length]
    return kind, frame


def masked(payload: bytes, kind: int = TEXT) -> bytes:
    """One frame of a client, masked as the protocol asks."""
    size = len(payload)
    if size < 126:
        head = bytes((kind, MASKED | size))
    else:
        head = bytes((kind, MASKED | 126)) + size.to_bytes(2, "big")
    mask = os.urandom(4)
    whole = (mask * (size // 4 + 1))[:size]
    mixed = int.from_bytes(payload, "big") ^ int.from_bytes(whole, "big")
    return head + mask + mixed.to_bytes(size, "big")
