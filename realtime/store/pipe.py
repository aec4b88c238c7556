"""One connection to Redis on which nothing waits for a task or a timer of its own.

redis-py opens it (TLS, signing in); from then on commands are written together once a turn of
the loop and answers are read where they arrive. What is private in redis-py is touched here
alone. Declines to open itself again: a lost one fails whatever was asked, and stays lost.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence
from typing import Any, cast

import hiredis
from redis.asyncio.connection import AbstractConnection
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import ResponseError

Word = str | bytes | int


class Pipe(asyncio.Protocol):
    """Takes an open connection over from redis-py; for commands with one answer each."""

    def __init__(self, connection: AbstractConnection, patience: float) -> None:
        self.connection = connection
        parser: Any = connection._parser
        self._reader = hiredis.Reader(replyError=parser.parse_error)
        self._patience = patience
        self._loop = asyncio.get_running_loop()
        self._asked: deque[tuple[asyncio.Future[Any], float]] = deque()
        self._unsent: list[bytes] = []
        self._watch: asyncio.TimerHandle | None = None
        self.lost = False
        writer: Any = connection._writer
        self._transport = cast(asyncio.Transport, writer.transport)
        # redis-py waits for its own protocol to hear of the end.
        self._before = self._transport.get_protocol()
        self._transport.set_protocol(self)

    def ask(self, words: Sequence[Word]) -> asyncio.Future[Any]:
        """Its answer, in time; errors of the server are raised as redis-py has them.

        Fails with a `ConnectionError` of redis-py once the connection is lost.
        """
        answer: asyncio.Future[Any] = self._loop.create_future()
        if self.lost:
            answer.set_exception(RedisConnectionError())
            return answer
        self._asked.append((answer, self._loop.time() + self._patience))
        if not self._unsent:
            self._loop.call_soon(self._send)
        self._unsent.append(hiredis.pack_command(cast(Any, tuple(words))))
        if self._watch is None:
            self._watch = self._loop.call_later(self._patience, self._look)
        return answer

    async def exchange(self, commands: Sequence[Sequence[Word]]) -> list[Any]:
        """The answer to each, refusals among them. Raises once the connection is lost."""
        if len(commands) == 1:
            # Mostly it is one, and gathering costs as much as asking.
            try:
                return [await self.ask(commands[0])]
            except ResponseError as refusal:
                return [refusal]
        asked = [self.ask(words) for words in commands]
        replies = await asyncio.gather(*asked, return_exceptions=True)
        for reply in replies:
            if isinstance(reply, RedisConnectionError):
                raise reply
        return replies

    def lose(self) -> None:
        """End it at once."""
        self._transport.abort()
        self._fail()

    def _send(self) -> None:
        unsent, self._unsent = self._unsent, []
        if not self.lost:
            self._transport.write(b"".join(unsent))

    def _look(self) -> None:
        """One timer for all that was asked: the oldest question has waited longest."""
        self._watch = None
        if not self._asked:
            return
        left = self._asked[0][1] - self._loop.time()
        if left > 0:
            self._watch = self._loop.call_later(left, self._look)
        else:
            self.lose()

    def data_received(self, data: bytes) -> None:
        self._reader.feed(data)
        while (reply := self._reader.gets()) is not False:
            answer, _ = self._asked.popleft()
            if answer.done():
                continue
            if isinstance(reply, Exception):
                answer.set_exception(reply)
            else:
                answer.set_result(reply)

    def connection_lost(self, exc: Exception | None) -> None:
        self._fail()
        self._before.connection_lost(exc)

    def _fail(self) -> None:
        self.lost = True
        asked, self._asked = self._asked, deque()
        for answer, _ in asked:
            if not answer.done():
                answer.set_exception(RedisConnectionError())
        if self._watch is not None:
            self._watch.cancel()
            self._watch = None
