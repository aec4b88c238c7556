"""How long somebody may take to ask: a request comes in time, or its line is closed.

Declines to time answers, and sockets: the room's guard sees to those. Of uvicorn's own it knows
one thing: the h11 connection behind each line.
"""

from __future__ import annotations

import asyncio
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

HEAD_SECONDS = 10.0
"""For the head of a request, from the connection or from its first byte on."""
BODY_SECONDS = 20.0
"""For what follows the head. The largest body takes as long on a very slow phone."""


class PatientProtocol(H11Protocol):
    """uvicorn's HTTP/1.1, which by itself waits for ever for whoever sends a byte now and then."""

    _line: asyncio.Transport
    _waits_for: Any = None
    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        self._line = transport
        super().connection_made(transport)
        self._wait_for(h11.IDLE, HEAD_SECONDS)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        # One that became a WebSocket is no longer ours.
        over = self._line.is_closing() or self._line.get_protocol() is not self
        state = None if over else self.conn.their_state
        if state is h11.IDLE:
            self._wait_for(state, HEAD_SECONDS)
        elif state is h11.SEND_BODY:
            # Also once it was answered: what was announced and never comes keeps the line.
            self._wait_for(state, BODY_SECONDS)
        else:
            self._wait_for(None, 0)

    def connection_lost(self, exc: Exception | None) -> None:
        self._wait_for(None, 0)
        super().connection_lost(exc)

    def _wait_for(self, part: Any, seconds: float) -> None:
        """Another part of a request has a time of its own; more of the same has not."""
        if part is self._waits_for:
            return
        if self._deadline is not None:
            self._deadline.cancel()
        loop = asyncio.get_running_loop()
        self._waits_for = part
        self._deadline = None if part is None else loop.call_later(seconds, self._line.abort)
