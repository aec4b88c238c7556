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

LOOKS = 5
"""In how many parts patience passes; the one under way counts. Whoever stood still, as on a machine
that slept, loses one part at most: what it had no time to read is no silence of the server's."""


class Taken(asyncio.Protocol):
    """An open connection taken over from redis-py. Whoever extends it says what an answer is for.

    Commands go out together at the end of a turn of the loop, in the order of `write`.
    """

    def __init__(self, connection: AbstractConnection) -> None:
        self.connection = connection
        parser: Any = connection._parser
        self._reader = hiredis.Reader(replyError=parser.parse_error)
        self._loop = asyncio.get_running_loop()
        self._unsent: list[bytes] = []
        self.lost = False
        writer: Any = connection._writer
        self._transport = cast(asyncio.Transport, writer.transport)
        # redis-py waits for its own protocol to hear of the end.
        self._before = self._transport.get_protocol()
        self._transport.set_protocol(self)

    def write(self, words: tuple[Word, ...]) -> None:
        if not self._unsent:
            self._loop.call_soon(self._send)
        self._unsent.append(hiredis.pack_command(cast(Any, words)))

    def _send(self) -> None:
        unsent, self._unsent = self._unsent, []
        if not self.lost:
            self._transport.write(unsent[0] if len(unsent) == 1 else b"".join(unsent))

    def data_received(self, data: bytes) -> None:
        self._reader.feed(data)
        while (reply := self._reader.gets()) is not False:
            self.replied(reply)

    def replied(self, reply: Any) -> None:
        """The next answer, or what came unasked."""
        raise NotImplementedError

    def ended(self) -> None:
        """Lost, which is told once; whatever was asked stays without an answer."""
        raise NotImplementedError

    def lose(self) -> None:
        """End it at once."""
        self._transport.abort()
        self._end()

    def connection_lost(self, exc: Exception | None) -> None:
        self._end()
        self._before.connection_lost(exc)

    def _end(self) -> None:
        if not self.lost:
            self.lost = True
            self.ended()


class Pipe(Taken):
    """For commands with one answer each."""

    def __init__(self, connection: AbstractConnection, patience: float) -> None:
        super().__init__(connection)
        self._part = patience / LOOKS
        self._looks = 0
        self._asked: deque[tuple[asyncio.Future[Any], int]] = deque()
        """Each with the look at which it has waited long enough."""
        self._watch: asyncio.TimerHandle | None = None

    def ask(self, words: tuple[Word, ...]) -> asyncio.Future[Any]:
        """Its answer, in time; errors of the server are raised as redis-py has them.

        Fails with a `ConnectionError` of redis-py once the connection is lost.
        """
        answer: asyncio.Future[Any] = self._loop.create_future()
        if self.lost:
            answer.set_exception(RedisConnectionError())
            return answer
        self._asked.append((answer, self._looks + LOOKS))
        self.write(words)
        if self._watch is None:
            self._watch = self._loop.call_later(self._part, self._look)
        return answer

    async def exchange(self, commands: Sequence[tuple[Word, ...]]) -> list[Any]:
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

    def _look(self) -> None:
        """One timer for all that was asked: the oldest question has waited longest."""
        self._watch = None
        self._looks += 1
        if self._asked and self._asked[0][1] <= self._looks:
            self.lose()
        elif self._asked:
            self._watch = self._loop.call_later(self._part, self._look)

    def replied(self, reply: Any) -> None:
        answer, _ = self._asked.popleft()
        if answer.done():
            return
        if isinstance(reply, Exception):
            answer.set_exception(reply)
        else:
            answer.set_result(reply)

    def ended(self) -> None:
        asked, self._asked = self._asked, deque()
        for answer, _ in asked:
            if not answer.done():
                answer.set_exception(RedisConnectionError())
        if self._watch is not None:
            self._watch.cancel()
            self._watch = None
