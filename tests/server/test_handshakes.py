"""A handshake that cannot be read is answered, and its line is closed."""

from __future__ import annotations

import asyncio
import socket

from server.answering import configured
from tests.realtime.conftest import Uvicorn
from tests.server.visiting import Site

UPGRADE = (
    b"GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: localhost\r\n"
    b"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
)


async def test_a_header_line_that_is_too_long_is_told_and_closed(site: Site) -> None:
    listening = socket.create_server(("127.0.0.1", 0))
    server = Uvicorn(configured(site.app, lifespan="off"))
    running = asyncio.create_task(server.serve([listening]))
    reader, writer = await asyncio.open_connection(*listening.getsockname())
    writer.write(UPGRADE + b"Cookie: a=" + b"x" * 9000 + b"\r\n\r\n")
    async with asyncio.timeout(20):
        assert (await reader.read()).startswith(b"HTTP/1.1 431")
    writer.close()
    server.should_exit = True
    await running
