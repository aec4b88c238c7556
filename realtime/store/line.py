"""One subscribed connection, from its opening to its loss. Declines to come back: make another.

A silent loss is found by pings, within a second.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict, deque
from collections.abc import Callable, Iterable
from typing import Self

from redis.asyncio.connection import Connection, ConnectionPool
from redis.exceptions import RedisError

from realtime.ports import OutOfReach
from realtime.store.link import Link

QUIET = 0.3
"""Seconds without a word after which the server is asked whether it is there."""
UNANSWERED = 2
"""Questions without an answer that make a loss."""


class LineLost(Exception):
    """The connection is gone."""


class Line:
    def __init__(self, pool: ConnectionPool, connection: Connection) -> None:
        self._pool = pool
        self._connection = connection
        self._lost = False
        # Answers come in the order of the questions, so each channel's first waits longest.
        self._confirmations: defaultdict[bytes, deque[asyncio.Future[None]]] = defaultdict(deque)
        self._writing = asyncio.Lock()

    @classmethod
    async def open(cls, link: Link) -> Self:
        """Raises `OutOfReach`."""
        try:
            connection: Connection = await link.pool.get_connection()  # type: ignore[no-untyped-call]
            return cls(link.pool, connection)
        except (RedisError, OSError):
            raise OutOfReach from None

    async def subscribe(self, channels: Iterable[bytes]) -> None:
        """Return once the server confirmed each of them. Raises `LineLost`."""
        wanted = list(channels)
        if not wanted:
            return
        loop = asyncio.get_running_loop()
        confirmed = [loop.create_future() for _ in wanted]
        async with self._writing:
            if self._lost:
                raise LineLost
            for channel, future in zip(wanted, confirmed, strict=True):
                self._confirmations[channel].append(future)
            await self._send("SSUBSCRIBE", *wanted)
        # `gather` takes up every exception, also of those that nobody waits for any more.
        await asyncio.gather(*confirmed)

    async def unsubscribe(self, channel: bytes) -> None:
        async with self._writing:
            if not self._lost:
                await self._send("SUNSUBSCRIBE", channel)

    async def read(self, hear: Callable[[bytes, bytes], None]) -> None:
        """Pass on what comes in, as (channel, data), until the line is lost: `LineLost`."""
        unanswered = 0
        try:
            while unanswered <= UNANSWERED:
                reply = await self._connection.read_response(
                    timeout=QUIET, disconnect_on_error=False
                )
                if reply is None:
                    unanswered += 1
                    await self._send("PING")
                    continue
                unanswered = 0
                match reply:
                    case [b"smessage", bytes(channel), bytes(data)]:
                        hear(channel, data)
                    case [b"ssubscribe", bytes(channel), _]:
                        self._confirmed(channel)
        except (RedisError, OSError):
            pass
        finally:
            self._fail()
        raise LineLost

    async def close(self) -> None:
        self._fail()
        await self._connection.disconnect(nowait=True)
        await self._pool.release(self._connection)

    async def _send(self, *words: str | bytes) -> None:
        """Errors are left to the reader, which meets them as well."""
        try:
            if self._connection.is_connected:
                await self._connection.send_command(*words, check_health=False)
        except (RedisError, OSError):
            await self._connection.disconnect(nowait=True)

    def _confirmed(self, channel: bytes) -> None:
        waiting = self._confirmations[channel]
        if waiting:
            future = waiting.popleft()
            if not future.done():
                future.set_result(None)
        if not waiting:
            del self._confirmations[channel]

    def _fail(self) -> None:
        self._lost = True
        for waiting in self._confirmations.values():
            for future in waiting:
                if not future.done():
                    future.set_exception(LineLost())
        self._confirmations.clear()
