"""Requests that never end, as somebody sends them who wants to keep a server busy for nothing."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from typing import Any

import pytest

from server.answering import configured
from tests.bench.sockets import masked
from tests.realtime.conftest import Uvicorn
from tests.server.visiting import Site

HEAD = b"GET /pusat-bantuan-yang-tak-ada HTTP/1.1\r\nHost: localhost\r\n"


def beside_a_socket(pages: Any) -> Any:
    """The pages, and a socket that says whatever it hears."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "websocket":
            await pages(scope, receive, send)
            return
        await send({"type": "websocket.accept"})
        while (message := await receive())["type"] != "websocket.disconnect":
            if text := message.get("text"):
                await send({"type": "websocket.send", "text": text})

    return app


@pytest.fixture
async def port(site: Site, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[int]:
    """These pages on a port, with little patience."""
    monkeypatch.setattr("server.patience.HEAD_SECONDS", 0.3)
    monkeypatch.setattr("server.patience.BODY_SECONDS", 0.3)
    listening = socket.create_server(("127.0.0.1", 0))
    server = Uvicorn(configured(beside_a_socket(site.app), lifespan="off"))
    running = asyncio.create_task(server.serve([listening]))
    yield listening.getsockname()[1]
    server.should_exit = True
    await running


async def until_closed(port: int, start: bytes) -> bytes:
    """Send that, then a byte now and then until the line is closed; what came back."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(start)

    async def drip() -> None:
        while True:
            await asyncio.sleep(0.05)
            writer.write(b"a")

    dripping, answer = asyncio.create_task(drip()), b""
    try:
        async with asyncio.timeout(10):
            with contextlib.suppress(ConnectionResetError):
                while more := await reader.read(65536):
                    answer += more
    finally:
        dripping.cancel()
        writer.close()
    return answer


@pytest.mark.parametrize("start", [b"", HEAD, HEAD + b"X-Long: "])
async def test_a_head_that_never_ends_has_its_line_closed(port: int, start: bytes) -> None:
    assert await until_closed(port, start) == b""


async def test_a_second_head_that_never_ends_has_its_line_closed_too(port: int) -> None:
    answers = await until_closed(port, HEAD + b"\r\n" + HEAD)
    assert answers.count(b"HTTP/1.1 ") == 1


async def test_a_body_that_never_comes_has_its_line_closed(port: int) -> None:
    form = b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 9000\r\n"
    await until_closed(port, b"POST /bahasa HTTP/1.1\r\nHost: localhost\r\n" + form + b"\r\na")


async def test_a_line_that_is_kept_is_not_cut_while_somebody_asks_in_time(port: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for _ in range(4):
        writer.write(HEAD + b"\r\n")
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0])
        await reader.readexactly(length)
        # Longer in all than one request may take.
        await asyncio.sleep(0.1)
    writer.close()


async def test_a_websocket_is_nobody_who_is_late(port: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(
        b"GET /socket HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
    )
    assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 101")
    for _ in range(10):
        # Longer in all than a request may take; each answer shows that the line is there.
        await asyncio.sleep(0.05)
        writer.write(masked(b"apa kabar"))
        assert await reader.readexactly(11) == b"\x81\x09apa kabar"
    writer.close()
