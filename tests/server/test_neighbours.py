"""A circle's people meet on one of a server's processes, and nobody is lost on the way there."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import connect

from server.answering import Server, configured
from server.listening import listen
from server.neighbours import ANSWERS_WITHIN, Neighbours
from server.private_places import private_folder

HERE, THERE = "rabu", "pagi"
"""Circles: the first is at home on process 0 of two, the second on process 1."""


@dataclass
class Process:
    """One of two processes: it answers whoever opens a line with its number."""

    number: int
    neighbours: Neighbours
    port: int = 0

    async def answer(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            headers = [(b"content-length", b"2")]
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            await send({"type": "http.response.body", "body": b"ok"})
            return
        await receive()
        await send({"type": "websocket.accept"})
        cookie = dict(scope["headers"]).get(b"cookie", b"").decode()
        told = f"{self.number} {scope['client'][0]} {cookie}"
        await send({"type": "websocket.send", "text": told})
        # Whatever they say comes back.
        while (said := await receive())["type"] == "websocket.receive":
            await send({"type": "websocket.send", "text": said["text"]})

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[None]:
        config = configured(self.answer, self.neighbours, lifespan="off", interface="asgi3")
        up = asyncio.Event()

        async def ready() -> None:
            up.set()

        server, listener = Server(config, ready, self.neighbours), listen("127.0.0.1", 0)
        self.port = listener.getsockname()[1]
        task = asyncio.create_task(server.serve([listener]))
        await up.wait()
        try:
            yield
        finally:
            server.should_exit = True
            await task


Two = tuple[Process, Process]
Start = Callable[[Process], Awaitable[None]]


@pytest.fixture
def two() -> Any:
    with private_folder(wanted=True) as place:
        assert place
        yield Process(0, Neighbours(place, 0, 2)), Process(1, Neighbours(place, 1, 2))


@pytest.fixture
async def start() -> AsyncIterator[Start]:
    async with AsyncExitStack() as stack:

        async def begin(process: Process) -> None:
            await stack.enter_async_context(process.serving())

        yield begin


async def met(process: Process, circle: str | None, cookie: str = "who=me") -> str:
    """Who answers a line that comes to that process."""
    query = f"?circle={circle}" if circle else ""
    address = f"ws://127.0.0.1:{process.port}/socket.io/{query}"
    async with connect(address, additional_headers={"Cookie": cookie}, proxy=None) as line:
        answer = await line.recv()
        await line.send("x" * 10_000)
        assert await line.recv() == "x" * 10_000
        return str(answer)


def files() -> int:
    """How many this process has open."""
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


async def test_whichever_process_a_line_comes_to_the_circles_own_serves_it(
    two: Two, start: Start
) -> None:
    for process in two:
        await start(process)
    for process in two:
        assert await met(process, HERE) == "0 127.0.0.1 who=me"
        assert await met(process, THERE) == "1 127.0.0.1 who=me"


async def test_a_line_that_names_no_circle_stays_where_it_came(two: Two, start: Start) -> None:
    for process in two:
        await start(process)
        assert await met(process, None) == f"{process.number} 127.0.0.1 who=me"


@pytest.mark.parametrize("junk", ["%FF", "%00", "a%26circle%3Db", "x" * 2000, "&circle=", ";"])
async def test_a_circle_that_is_none_breaks_nothing(two: Two, start: Start, junk: str) -> None:
    for process in two:
        await start(process)
    assert (await met(two[0], junk)).endswith(" 127.0.0.1 who=me")


async def test_a_line_stays_where_the_circles_process_is_not_there(two: Two, start: Start) -> None:
    await start(two[0])
    assert await met(two[0], THERE) == "0 127.0.0.1 who=me"


async def test_a_line_stays_where_the_circles_process_takes_nobody_in_any_more(
    two: Two, start: Start
) -> None:
    for process in two:
        await start(process)
    two[1].neighbours.close()
    assert await met(two[0], THERE) == "0 127.0.0.1 who=me"


async def test_a_line_stays_where_the_circles_process_stands_still(
    two: Two, start: Start, tmp_path: Path
) -> None:
    await start(two[0])
    with socket.socket(socket.AF_UNIX) as still:
        # As of a stopped process: what comes is taken by the system, and by nobody else.
        still.bind(str(two[0].neighbours.home_of(f"/?circle={THERE}".encode())))
        still.listen()
        began = asyncio.get_running_loop().time()
        assert await met(two[0], THERE) == "0 127.0.0.1 who=me"
        assert asyncio.get_running_loop().time() - began >= ANSWERS_WITHIN


async def test_another_process_of_the_same_number_takes_over(two: Two, start: Start) -> None:
    for process in two:
        await start(process)
    older = two[1].neighbours.home_of(f"/?circle={HERE}".encode())
    assert older
    newer = Process(2, Neighbours(older.parent, 1, 2))
    await start(newer)
    assert await met(two[0], THERE) == "2 127.0.0.1 who=me"


async def test_a_connection_that_had_a_page_first_is_handed_over_as_well(
    two: Two, start: Start
) -> None:
    for process in two:
        await start(process)
    reader, writer = await asyncio.open_connection("127.0.0.1", two[0].port)
    writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    await reader.readuntil(b"ok")
    writer.write(
        b"GET /socket.io/?circle=%b HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\n"
        b"Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
        b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n" % THERE.encode()
    )
    assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 101")
    assert (await reader.readexactly(13))[2:] == b"1 127.0.0.1"
    writer.close()


async def test_many_lines_at_once_all_come_through_and_leave_nothing_open(
    two: Two, start: Start
) -> None:
    for process in two:
        await start(process)
    await met(two[0], THERE)
    before = files()
    answers = await asyncio.gather(*(met(two[at % 2], THERE, f"n={at}") for at in range(100)))
    assert answers == [f"1 127.0.0.1 n={at}" for at in range(100)]
    async with asyncio.timeout(5):
        while files() > before:  # noqa: ASYNC110 -- no event tells
            await asyncio.sleep(0.02)
