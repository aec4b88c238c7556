"""Views and words as they go over the line: encoded and framed once, for as many as there are.

Declines to send anything, and to know what is in it.
"""

from __future__ import annotations

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
        return b"\x81%c%b" % (size, text)
    if size < 65536:
        return b"\x81\x7e%b%b" % (size.to_bytes(2, "big"), text)
    return b"\x81\x7f%b%b" % (size.to_bytes(8, "big"), text)


def encode(view: object) -> bytes:
    """A view as the JSON that clients get."""
    return orjson.dumps(view)
