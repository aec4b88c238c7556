"""Views and words as they go over the line: encoded and framed once, for as many as there are.

Declines to send anything, and to know what is in it.
"""

from __future__ import annotations

import struct
from typing import Any

import orjson
from engineio import packet as eio


class Frame:
    """One event, encoded once for as many sockets as there are."""

    def __init__(self, event: str, payload: bytes) -> None:
        text = b'42["%b",%b]' % (event.encode(), payload)
        self.bytes = framed(text)
        """As it goes over the line: a whole WebSocket message."""
        self._text = text
        self._packet: Any = None

    def packet(self) -> Any:
        """The same for engine.io's queue, which keeps what a packet was encoded to."""
        if self._packet is None:
            self._packet = eio.Packet(eio.MESSAGE, data=self._text[1:].decode())
        return self._packet


def framed(text: bytes) -> bytes:
    """A text message of a server, unmasked and whole (RFC 6455, 5.2)."""
    size = len(text)
    if size < 126:
        return struct.pack("!BB", 0x81, size) + text
    if size < 65536:
        return struct.pack("!BBH", 0x81, 126, size) + text
    return struct.pack("!BBQ", 0x81, 127, size) + text


def prepared(event: str, payload: bytes) -> Frame:
    """A frame encoded once, for as many sockets as there are."""
    return Frame(event, payload)


def encode(view: object) -> bytes:
    """A view as the JSON that clients get."""
    return orjson.dumps(view)
