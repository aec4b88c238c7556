"""A way through a network that a test can break: cut, half-opened, slowed, or led elsewhere.

One listener on this machine, one place behind it. Declines to look into what passes.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

Place = tuple[str, int]
CHUNK = 64 * 1024


class Way:
    """Connections to `port` come out at `to`; what breaks them is said by the verbs below."""

    def __init__(self, to: Place) -> None:
        self.to = to
        self.delay = 0.0
        """Seconds that everything takes, either way."""
        self.port = 0
        self._refusing = False
        self._server: asyncio.Server | None = None
        self._pairs: set[_Pair] = set()
        self._frozen = False
        self._tasks: set[asyncio.Task[None]] = set()

    async def open(self, host: str = "127.0.0.1") -> None:
        self._server = await asyncio.start_server(self._joined, host, self.port or None)
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        if self._server is not None:
            self._server.close()
        self._drop()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    # --- How it breaks ---

    def cut(self) -> None:
        """Everybody hears at once that it is over, and nobody gets through."""
        self._refusing = True
        self._drop()

    def freeze(self) -> None:
        """Half-open: nothing passes in either direction, and nobody is told."""
        self._frozen = True
        for pair in self._pairs:
            pair.gate.clear()

    def strand(self) -> None:
        """What is joined now stays so for ever and hears nothing more; who comes anew passes."""
        for pair in self._pairs:
            pair.gate.clear()
            pair.stranded = True

    def deafen(self) -> None:
        """What goes there still arrives, and no answer comes back."""
        for pair in self._pairs:
            pair.back.clear()

    def give_up(self) -> None:
        """The far end waits no longer for what is frozen; the near end hears nothing of it."""
        for pair in self._pairs:
            if pair.far is not None:
                pair.far.transport.abort()

    def mend(self) -> None:
        """As it was; what was stranded stays lost."""
        self._refusing = self._frozen = False
        self.delay = 0.0
        for pair in self._pairs:
            if not pair.stranded:
                pair.gate.set()
                pair.back.set()

    def _drop(self) -> None:
        for pair in list(self._pairs):
            pair.drop()

    # --- What passes ---

    async def _joined(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        pair = _Pair(writer)
        self._pairs.add(pair)
        if self._frozen:
            pair.gate.clear()
        try:
            await pair.gate.wait()
            if self._refusing:
                return
            there, back = await self._reach(reader, writer)
            pair.far = back
            async with asyncio.TaskGroup() as both:
                both.create_task(self._carry(pair, reader, back))
                both.create_task(self._carry(pair, there, writer))
        except (OSError, asyncio.CancelledError, ExceptionGroup):
            # Whichever side ended it; a test that ends takes its ways along.
            pass
        finally:
            pair.drop()
            self._pairs.discard(pair)
            self._tasks.discard(task)

    async def _reach(
        self, near: asyncio.StreamReader, back: asyncio.StreamWriter
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Whoever came, and what is behind."""
        return await asyncio.open_connection(*self.to)

    async def _pass(self, size: int) -> None:
        """As long as that many bytes take."""
        if self.delay:
            await asyncio.sleep(self.delay)

    async def _carry(
        self, pair: _Pair, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        while True:
            try:
                data = await reader.read(CHUNK)
            except OSError:
                data = b""
            # An end is news too: over a half-open line it does not get through.
            await pair.gate.wait()
            if writer is pair.near:
                await pair.back.wait()
            if not data:
                raise ConnectionResetError
            await self._pass(len(data))
            writer.write(data)
            await writer.drain()


class _Pair:
    """One connection and what it leads to."""

    def __init__(self, near: asyncio.StreamWriter) -> None:
        self.near = near
        self.far: asyncio.StreamWriter | None = None
        self.gate = asyncio.Event()
        self.gate.set()
        self.back = asyncio.Event()
        self.back.set()
        self.stranded = False

    def drop(self) -> None:
        self.gate.set()
        self.back.set()
        for writer in (self.near, self.far):
            if writer is not None:
                with suppress(Exception):
                    writer.transport.abort()


@asynccontextmanager
async def a_way(to: Place, host: str = "127.0.0.1") -> AsyncIterator[Way]:
    """One that is open while the block lasts."""
    way = Way(to)
    await way.open(host)
    try:
        yield way
    finally:
        await way.close()
