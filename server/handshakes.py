"""Says no to a WebSocket whose request cannot be read, where uvicorn waits without end for more.

Knows of uvicorn and websockets one thing each: the parser behind a line, and why it gave up.
"""

from __future__ import annotations

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

TOO_LARGE = b"HTTP/1.1 431 Too Large\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"


class WebSocket(WebSocketsSansIOProtocol):
    """uvicorn's; a header line above 8 KB is what it cannot read."""

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self.conn.handshake_exc is not None and not self.handshake_initiated:
            self.transport.write(TOO_LARGE)
            self.transport.close()
