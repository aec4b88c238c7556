"""One subscribed connection, from its opening to its loss. Declines to come back: make another.

A silent loss is found by pings, within a second. What comes in is passed on where it arrives, with
no task or timer for it: it is most of what a process hears.
"""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import Callable, Iterable
from typing import Any, Self

from redis.asyncio.connection import AbstractConnection, ConnectionPool
from redis.exceptions import ClusterDownError, RedisError, ResponseError, TryAgainError
from redis.exceptions import MovedError as Moved

from realtime.ports import OutOfReach
from realtime.store.pipe import Taken

QUIET = 0.3
"""Seconds without a word after which the server is asked whether it is there."""
UNANSWERED = 2
"""Questions without an answer that make a loss."""
NOT_HERE = (Moved, ClusterDownError, TryAgainError)

Hear = Callable[[bytes, bytes], None]


class LineLost(Exception):
    """The connection is gone."""


class Line(Taken):
    """`hear` gets what comes in, as (channel, data). `moved` hears of channels that another

    server has from now on.
    """

    def __init__(
        self,
        pool: ConnectionPool,
        connection: AbstractConnection,
        hear: Hear,
        moved: Callable[[bytes], None],
    ) -> None:
        super().__init__(connection)
        self._pool, self._hear, self._moved = pool, hear, moved
        # Answers come in the order of the questions. None: of this one nobody waits for it.
        self._asked: deque[asyncio.Future[bool] | None] = deque()
        self._leaving: Counter[bytes] = Counter()
        self._over: asyncio.Future[None] = self._loop.create_future()
        self._last = self._loop.time()
        self._unanswered = 0
        self._timer = self._loop.call_later(QUIET, self._look)

    @classmethod
    async def open(cls, pool: ConnectionPool, hear: Hear, moved: Callable[[bytes], None]) -> Self:
        """Raises `OutOfReach`."""
        try:
            connection: AbstractConnection = await pool.get_connection()  # type: ignore[no-untyped-call]
            return cls(pool, connection, hear, moved)
        except (RedisError, OSError):
            raise OutOfReach from None

    async def subscribe(self, channels: Iterable[bytes]) -> list[bytes]:
        """Return once the server answered for each. Gives those that are another server's.

        Raises `LineLost`.
        """
        wanted = list(channels)
        if self.lost:
            raise LineLost
        answers: list[asyncio.Future[bool]] = [self._loop.create_future() for _ in wanted]
        self._asked.extend(answers)
        for channel in wanted:
            # Each by itself: channels of several slots in one command are refused.
            self.write(("SSUBSCRIBE", channel))
        # `gather` takes up every exception, also of those that nobody waits for any more.
        heard = await asyncio.gather(*answers)
        return [channel for channel, here in zip(wanted, heard, strict=True) if not here]

    def unsubscribe(self, channel: bytes) -> None:
        if not self.lost:
            self._leaving[channel] += 1
            self._asked.append(None)
            self.write(("SUNSUBSCRIBE", channel))

    async def until_lost(self) -> None:
        """Raises `LineLost`, or what went wrong while something was passed on."""
        await asyncio.shield(self._over)
        raise LineLost

    async def close(self) -> None:
        self._end()
        await self.connection.disconnect(nowait=True)
        await self._pool.release(self.connection)

    def data_received(self, data: bytes) -> None:
        self._last, self._unanswered = self._loop.time(), 0
        try:
            super().data_received(data)
        except Exception as error:
            # Told where somebody waits for the end: a log of the loop's own would quote it.
            if not isinstance(error, LineLost) and not self._over.done():
                self._over.set_exception(error)
            self.lose()

    def replied(self, reply: Any) -> None:
        # Nearly everything is one, and looking for shapes costs as much as passing it on.
        if type(reply) is list and reply[0] == b"smessage":
            self._hear(reply[1], reply[2])
            return
        match reply:
            case [b"sunsubscribe", bytes(channel), _] if not self._leaving[channel]:
                self._moved(channel)
            case [b"sunsubscribe", bytes(channel), _]:
                self._leaving[channel] -= 1
                self._leaving += Counter()
                self._answered()
            case ResponseError():
                self._answered(reply)
            case _:
                self._answered()

    def _answered(self, refusal: ResponseError | None = None) -> None:
        """Raises `LineLost` where the server refuses what it should not."""
        future = self._asked.popleft() if self._asked else None
        if refusal is not None and not isinstance(refusal, NOT_HERE):
            if future is not None and not future.done():
                future.set_exception(LineLost())
            raise LineLost
        if future is not None and not future.done():
            future.set_result(refusal is None)

    def _look(self) -> None:
        """Ask a server that said nothing for a while; one that stays silent is gone."""
        left = self._last + QUIET - self._loop.time()
        if self.lost:
            return
        if self._unanswered or left <= 0:
            if self._unanswered >= UNANSWERED:
                self.lose()
                return
            self._unanswered, left = self._unanswered + 1, QUIET
            self._asked.append(None)
            self.write(("PING",))
        self._timer = self._loop.call_later(left, self._look)

    def ended(self) -> None:
        self._timer.cancel()
        waiting, self._asked = self._asked, deque()
        for future in waiting:
            if future is not None and not future.done():
                future.set_exception(LineLost())
        if not self._over.done():
            self._over.set_result(None)
