"""What a line is still needed for once it stands, and letting go of the rest: half of its memory.

Beside `frames`, the other place that knows what is private in engine.io, uvicorn and websockets.
Declines to touch anything that is read again; `tests/realtime/test_frames.py` says what is.
"""

from __future__ import annotations

import asyncio
from typing import Any

READ_AGAIN = frozenset(
    {"asgi.receive", "asgi.scope", "asgi.send", "HTTP_COOKIE", "HTTP_ORIGIN", "REQUEST_METHOD"}
    | {"HTTP_HOST", "HTTP_X_FORWARDED_HOST", "HTTP_X_FORWARDED_PROTO", "wsgi.url_scheme"}
)
"""Of what a handshake said: who it is, and what engine.io asks once more when the line ends."""


class NoQueue:
    """In the place of a queue that nothing is put into any more, or read from."""

    def empty(self) -> bool:
        return True

    def qsize(self) -> int:
        return 0

    def put_nowait(self, _item: object) -> None:
        """The end of a reader that is not there."""

    async def put(self, _item: object) -> None:
        self.put_nowait(_item)

    async def join(self) -> None:
        return


NO_QUEUE = NoQueue()


def lighten(environ: dict[str, Any] | None, socket: Any, protocol: Any) -> None:
    """The line is open: let go of the handshake, and of a queue with its four deques."""
    if environ is None:
        # They hung up before that.
        return
    kept = {name: value for name, value in environ.items() if name in READ_AGAIN}
    environ.clear()
    environ.update(kept)
    kept["asgi.scope"]["headers"].clear()
    # Its parser holds the request for as long as the line lasts.
    protocol.request.headers.clear()
    protocol.request = protocol.response = None
    socket.queue = NO_QUEUE


class Idle:
    """As `asyncio.Event`, set at first and a tenth of its weight: few are ever waited for."""

    __slots__ = ("_busy", "_waiting")

    def __init__(self) -> None:
        self._busy = False
        self._waiting: asyncio.Future[None] | None = None

    def clear(self) -> None:
        self._busy = True

    def set(self) -> None:
        self._busy = False
        if self._waiting is not None:
            self._waiting.set_result(None)
            self._waiting = None

    async def wait(self) -> None:
        while self._busy:
            if self._waiting is None:
                self._waiting = asyncio.get_running_loop().create_future()
            # Several may wait, and one who gives up takes nobody along.
            await asyncio.shield(self._waiting)
