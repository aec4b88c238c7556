"""One subscribed connection, from its opening to its loss. Declines to come back: make another.

A silent loss is found by pings, within a second.
"""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import Callable, Iterable
from typing import Self

from redis.asyncio.connection import AbstractConnection, ConnectionPool
from redis.exceptions import ClusterDownError, RedisError, ResponseError, TryAgainError
from redis.exceptions import MovedError as Moved

from realtime.ports import OutOfReach

QUIET = 0.3
"""Seconds without a word after which the server is asked whether it is there."""
UNANSWERED = 2
"""Questions without an answer that make a loss."""
NOT_HERE = (Moved, ClusterDownError, TryAgainError)


class LineLost(Exception):
    """The connection is gone."""


class Line:
    def __init__(self, pool: ConnectionPool, connection: AbstractConnection) -> None:
        self._pool = pool
        self._connection = connection
        self._lost = False
        # Answers come in the order of the questions. None: of this one nobody waits for it.
        self._asked: deque[asyncio.Future[bool] | None] = deque()
        self._leaving: Counter[bytes] = Counter()
        self._writing = asyncio.Lock()

    @classmethod
    async def open(cls, pool: ConnectionPool) -> Self:
        """Raises `OutOfReach`."""
        try:
            connection: AbstractConnection = await pool.get_connection()  # type: ignore[no-untyped-call]
            return cls(pool, connection)
        except (RedisError, OSError):
            raise OutOfReach from None

    async def subscribe(self, channels: Iterable[bytes]) -> list[bytes]:
        """Return once the server answered for each. Gives those that are another server's.

        Raises `LineLost`.
        """
        wanted = list(channels)
        loop = asyncio.get_running_loop()
        answers: list[asyncio.Future[bool]] = [loop.create_future() for _ in wanted]
        async with self._writing:
            if self._lost:
                raise LineLost
            self._asked.extend(answers)
            # Each by itself: channels of several slots in one command are refused.
            await self._send(*(("SSUBSCRIBE", channel) for channel in wanted))
        # `gather` takes up every exception, also of those that nobody waits for any more.
        heard = await asyncio.gather(*answers)
        return [channel for channel, here in zip(wanted, heard, strict=True) if not here]

    async def unsubscribe(self, channel: bytes) -> None:
        async with self._writing:
            if not self._lost:
                self._leaving[channel] += 1
                self._asked.append(None)
                await self._send(("SUNSUBSCRIBE", channel))

    async def read(
        self, hear: Callable[[bytes, bytes], None], moved: Callable[[bytes], None]
    ) -> None:
        """Pass on what comes in, as (channel, data), until the line is lost: `LineLost`.

        `moved` hears of channels that another server has from now on.
        """
        unanswered = 0
        try:
            while unanswered <= UNANSWERED:
                try:
                    reply = await self._connection.read_response(
                        timeout=QUIET, disconnect_on_error=False
                    )
                except ResponseError as refusal:
                    self._answered(refusal)
                    continue
                if reply is None:
                    unanswered += 1
                    self._asked.append(None)
                    await self._send(("PING",))
                    continue
                unanswered = 0
                match reply:
                    case [b"smessage", bytes(channel), bytes(data)]:
                        hear(channel, data)
                    case [b"sunsubscribe", bytes(channel), _] if not self._leaving[channel]:
                        moved(channel)
                    case [b"sunsubscribe", bytes(channel), _]:
                        self._leaving[channel] -= 1
                        self._leaving += Counter()
                        self._answered()
                    case _:
                        self._answered()
        except (RedisError, OSError):
            pass
        finally:
            self._fail()
        raise LineLost

    async def close(self) -> None:
        self._fail()
        await self._connection.disconnect(nowait=True)
        await self._pool.release(self._connection)

    async def _send(self, *commands: tuple[str | bytes, ...]) -> None:
        """Errors are left to the reader, which meets them as well."""
        try:
            if commands and self._connection.is_connected:
                packed = self._connection.pack_commands(commands)
                await self._connection.send_packed_command(packed, check_health=False)
        except (RedisError, OSError):
            await self._connection.disconnect(nowait=True)

    def _answered(self, refusal: ResponseError | None = None) -> None:
        """Raises `LineLost` where the server refuses what it should not."""
        future = self._asked.popleft() if self._asked else None
        if refusal is not None and not isinstance(refusal, NOT_HERE):
            if future is not None and not future.done():
                future.set_exception(LineLost())
            raise LineLost
        if future is not None and not future.done():
            future.set_result(refusal is None)

    def _fail(self) -> None:
        self._lost = True
        waiting, self._asked = self._asked, deque()
        for future in waiting:
            if future is not None and not future.done():
                future.set_exception(LineLost())
