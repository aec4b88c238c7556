"""uvicorn as this program runs it: set once, without its signals, among its neighbours.

Declines to know what it serves, and to choose when to stop.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Awaitable, Callable, Iterator
from functools import partial
from typing import Any

import uvicorn

from server import handshakes
from server.listening import CannotServe
from server.neighbours import Neighbourly, Neighbours
from server.patience import PatientProtocol

LARGEST_FRAME = 16 * 1024


class Server(uvicorn.Server):
    """uvicorn without its signal handling, with a word when it is ready, among its neighbours."""

    def __init__(
        self,
        config: uvicorn.Config,
        ready: Callable[[], Awaitable[None]],
        neighbours: Neighbours | None = None,
    ) -> None:
        super().__init__(config)
        self._ready, self._neighbours = ready, neighbours

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the signals to `stop_requested`."""
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then tell; an app that cannot start is an error here, not an exit."""
        try:
            await super().startup(sockets)
        except SystemExit:
            raise CannotServe("Lingkar could not start; the reason stands above.") from None
        if not self.should_exit:
            if self._neighbours is not None:
                self._neighbours.start(self.take)
            await self._ready()

    def take_in_nobody_more(self) -> None:
        """Whoever is here stays."""
        for accepting in self.servers:
            accepting.close()
        if self._neighbours is not None:
            self._neighbours.close()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        await super().shutdown(sockets)
        if self._neighbours is not None:
            await self._neighbours.stop()

    async def take(self, connection: socket.socket, request: bytes) -> None:
        """Serve a line that another process accepted, and the request that came over it."""
        protocol = PatientProtocol(
            config=self.config, server_state=self.server_state, app_state=self.lifespan.state
        )
        await asyncio.get_running_loop().connect_accepted_socket(lambda: protocol, connection)
        protocol.data_received(request)


def configured(app: Any, neighbours: Neighbours | None = None, **more: Any) -> uvicorn.Config:
    """uvicorn as this program runs it; a benchmark measures nothing else."""
    http: Any = partial(Neighbourly, neighbours=neighbours) if neighbours else PatientProtocol
    return uvicorn.Config(
        app,
        loop="uvloop",
        http=http,
        ws=handshakes.WebSocket,
        ws_max_size=LARGEST_FRAME,
        ws_per_message_deflate=False,
        # The room asks by itself whether somebody is still there.
        ws_ping_interval=None,
        access_log=False,
        server_header=False,
        log_config=None,
        **more,
    )
