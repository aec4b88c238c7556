"""The web processes of one server, as one of them knows the others: a circle's people meet on one.

What is said is heard once by each process that has people of the circle. So a line that somebody
opens for a circle goes to the process where that circle is at home: the connection itself and the
request that came over it. Of uvicorn's own it knows where a request becomes a WebSocket, and how
its protocol is made. Declines to hand on pages, and to rest anything on it: where the other does
not answer at once, the line is served where it came.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import socket
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs
from zlib import crc32

from server.patience import PatientProtocol

ANSWERS_WITHIN = 0.5
"""Seconds: a process that stands still can be connected to, and takes nobody in."""
READY = b"!"
SIZE_BYTES = 4
AGAIN = 0.1

Take = Callable[[socket.socket, bytes], Awaitable[None]]
"""Serve this connection, over which this request came."""


class Neighbours:
    """Process `number` of `count`, which find each other in that folder."""

    def __init__(self, folder: Path, number: int, count: int) -> None:
        self._folder, self._number, self._count = folder, number, count
        self._listening: socket.socket | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    def home_of(self, target: bytes) -> Path | None:
        """Where to hand a request for this over; None: it is at home here, or nowhere."""
        circles = parse_qs(target.decode("latin-1").partition("?")[2]).get("circle")
        if not circles:
            return None
        number = crc32(circles[0].encode()) % self._count
        return None if number == self._number else self._folder / str(number)

    async def hand_over(self, home: Path, connection: Any, request: bytes) -> bool:
        """Whether it is served there from now on; our own end of it is to be let go of then."""
        loop = asyncio.get_running_loop()
        with socket.socket(socket.AF_UNIX) as line:
            line.setblocking(False)
            try:
                async with asyncio.timeout(ANSWERS_WITHIN):
                    await loop.sock_connect(line, str(home))
                    if await loop.sock_recv(line, len(READY)) != READY:
                        return False
                size = len(request).to_bytes(SIZE_BYTES, "big")
                socket.send_fds(line, [size], [connection.fileno()])
            except (OSError, TimeoutError):
                return False
            # Theirs from here on: what goes wrong now ends the line, and its client comes again.
            with contextlib.suppress(OSError, TimeoutError):
                async with asyncio.timeout(ANSWERS_WITHIN):
                    await loop.sock_sendall(line, request)
            return True

    def start(self, take: Take) -> None:
        """Take in what others hand over, until `close`."""
        listening = self._listening = socket.socket(socket.AF_UNIX)
        listening.setblocking(False)
        # In the place of whoever had this number before, who may still be sending people on.
        new = self._folder / f"{self._number}+"
        listening.bind(str(new))
        listening.listen(512)
        new.rename(self._folder / str(self._number))
        self._tasks.add(asyncio.create_task(self._accept(listening, take)))

    def close(self) -> None:
        """Take in nothing more: whoever would hand over serves it there."""
        if self._listening is not None:
            # What was connected but not answered is refused with it.
            with contextlib.suppress(OSError):
                self._listening.shutdown(socket.SHUT_RDWR)

    async def stop(self) -> None:
        """Return once nothing is left of it."""
        self.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._listening is not None:
            self._listening.close()

    async def _accept(self, listening: socket.socket, take: Take) -> None:
        loop = asyncio.get_running_loop()
        while True:
            try:
                line, _ = await loop.sock_accept(listening)
            except OSError as error:
                if error.errno == errno.EINVAL:
                    # Closed.
                    return
                # No file handle left: others keep what they have meanwhile.
                await asyncio.sleep(AGAIN)
                continue
            task = asyncio.create_task(self._take_in(line, take))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _take_in(self, line: socket.socket, take: Take) -> None:
        with line, contextlib.suppress(OSError, TimeoutError):
            line.setblocking(False)
            async with asyncio.timeout(2 * ANSWERS_WITHIN):
                found = await received(line)
            if found is not None:
                await take(*found)


async def received(line: socket.socket) -> tuple[socket.socket, bytes] | None:
    """Say that somebody is here; the connection that is handed over then, and its request."""
    loop = asyncio.get_running_loop()
    await loop.sock_sendall(line, READY)
    await readable(line)
    head, files, _, _ = socket.recv_fds(line, SIZE_BYTES, 1)
    if not files:
        return None
    connection = socket.socket(fileno=files[0])
    try:
        request, size = b"", int.from_bytes(head, "big")
        while len(request) < size:
            part = await loop.sock_recv(line, size - len(request))
            if not part:
                raise ConnectionError
            request += part
    except BaseException:
        connection.close()
        raise
    return connection, request


async def readable(line: socket.socket) -> None:
    """Return once there is something to read."""
    loop, there = asyncio.get_running_loop(), asyncio.Event()
    loop.add_reader(line, there.set)
    try:
        await there.wait()
    finally:
        loop.remove_reader(line)


class Neighbourly(PatientProtocol):
    """uvicorn's HTTP/1.1, which hands a WebSocket over where its circle is at home elsewhere."""

    def __init__(self, *args: Any, neighbours: Neighbours, **more: Any) -> None:
        super().__init__(*args, **more)
        self._neighbours = neighbours
        self._leaving: asyncio.Task[None] | None = None

    def handle_websocket_upgrade(self, event: Any) -> None:
        home = self._neighbours.home_of(event.target)
        # What TLS agreed on with a client stays in this process.
        if home is None or self.scheme == "https":
            super().handle_websocket_upgrade(event)
        else:
            self._line.pause_reading()
            self._leaving = asyncio.create_task(self._leave_for(home, event))

    async def _leave_for(self, home: Path, event: Any) -> None:
        lines = [b"%b: %b\r\n" % (name, value) for name, value in self.headers]
        request = b"%b %b HTTP/1.1\r\n%b\r\n" % (event.method, event.target, b"".join(lines))
        connection = self._line.get_extra_info("socket")
        if self._line.is_closing():
            return
        if await self._neighbours.hand_over(home, connection, request):
            self._line.abort()
        elif not self._line.is_closing():
            self._line.resume_reading()
            super().handle_websocket_upgrade(event)
