"""The way to Redis: commands gathered into one pipeline a moment, every loss told as OutOfReach.

Most of the cost of a command is the client, so those that wait while one batch is under way go
together in the next. Order is kept. Declines to retry (words must not be said twice) and to let
an error carry the arguments of a command.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from redis.asyncio import Redis
from redis.asyncio.connection import ConnectionPool
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import (
    ConnectionError as RedisConnectionError,
)
from redis.exceptions import (
    NoScriptError,
    OutOfMemoryError,
    ReadOnlyError,
)
from redis.exceptions import (
    TimeoutError as RedisTimeoutError,
)

from realtime.domain.meeting import CircleId
from realtime.ports import OutOfReach
from realtime.store.pipe import Pipe

PATIENCE = 1.0
"""Seconds until an answer that does not come is called out of reach."""
KEPT = 24 * 60 * 60
"""Seconds after which what nobody forgot forgets itself: longer than any meeting."""
MOST_AT_ONCE = 200
LOST = (RedisConnectionError, RedisTimeoutError, OutOfMemoryError, ReadOnlyError, OSError)
Word = str | bytes | int


class StoreFault(Exception):
    """The store refused a command: a bug, or a server of the wrong kind. Carries a class name."""


@dataclass(frozen=True)
class Script:
    """One step that the server carries out whole."""

    text: str
    sha: str

    @classmethod
    def read(cls, path: Path) -> Script:
        """The script in that file."""
        text = path.read_text(encoding="utf-8")
        # The name by which the server knows it; nothing rests on its secrecy.
        return cls(text, hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest())


def key(circle_id: CircleId, part: str = "") -> str:
    """`{circle}` is the hash tag: state, order, presence and channel share a slot of a cluster."""
    return f"{{{circle_id}}}:{part}" if part else f"{{{circle_id}}}"


@dataclass(frozen=True)
class _Asked:
    words: tuple[Word, ...]
    answer: asyncio.Future[Any]
    script: Script | None = None


class Link:
    """One process's way to one Redis. Connects when first needed, and again after a loss."""

    def __init__(self, url: str) -> None:
        self._redis: Redis = Redis.from_url(
            url,
            # The newer protocol's push handler logs what it does not expect, words included.
            protocol=2,
            socket_timeout=PATIENCE,
            socket_connect_timeout=PATIENCE,
            retry=Retry(NoBackoff(), 0),
        )
        self._waiting: list[_Asked] = []
        self._sending: asyncio.Task[None] | None = None
        self._pipe: Pipe | None = None

    @property
    def pool(self) -> ConnectionPool:
        """For a connection of one's own; give it back."""
        return self._redis.connection_pool

    async def ask(self, *words: Word) -> Any:
        """Send one command. Raises `OutOfReach`."""
        return await self._answer(words, None)

    async def run(self, script: Script, keys: Sequence[str], *words: Word) -> Any:
        """Run a script. Raises `OutOfReach`; it may have run all the same."""
        return await self._answer((len(keys), *keys, *words), script)

    async def close(self) -> None:
        if self._sending is not None:
            self._sending.cancel()
            await asyncio.wait([self._sending])
        self._fail(self._waiting)
        if self._pipe is not None:
            self._pipe.lose()
        await self._redis.aclose()

    async def _answer(self, words: tuple[Word, ...], script: Script | None) -> Any:
        asked = _Asked(words, asyncio.get_running_loop().create_future(), script)
        self._waiting.append(asked)
        if self._sending is None or self._sending.done():
            # A task of its own: a caller that is cancelled leaves no connection half read.
            self._sending = asyncio.create_task(self._send_all())
        return await asked.answer

    async def _send_all(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting[:MOST_AT_ONCE], self._waiting[MOST_AT_ONCE:]
            try:
                replies = await self._send(batch)
            except BaseException as error:
                # Whoever queued up meanwhile need not wait for the same answer again.
                batch, self._waiting = batch + self._waiting, []
                self._fail(batch, error)
                if not isinstance(error, Exception):
                    raise
                continue
            for asked, reply in zip(batch, replies, strict=True):
                if isinstance(reply, Exception):
                    self._fail([asked], reply)
                elif not asked.answer.done():
                    asked.answer.set_result(reply)

    async def _send(self, batch: list[_Asked]) -> list[Any]:
        replies = await self._pipeline([_by_sha(asked) for asked in batch])
        unknown = [at for at, reply in enumerate(replies) if isinstance(reply, NoScriptError)]
        if unknown:
            # A server that has just started; nothing of these has run, so their order is kept.
            again = await self._pipeline([_by_text(batch[at]) for at in unknown])
            for at, reply in zip(unknown, again, strict=True):
                replies[at] = reply
        return replies

    async def _pipeline(self, commands: list[tuple[Word, ...]]) -> list[Any]:
        pipe = self._pipe
        if pipe is not None and pipe.lost:
            self._pipe = None
            await pipe.connection.disconnect(nowait=True)
            await self.pool.release(pipe.connection)
        if self._pipe is None:
            connection = await self.pool.get_connection()  # type: ignore[no-untyped-call]
            self._pipe = Pipe(connection, PATIENCE)
        return await self._pipe.exchange(commands)

    def _fail(self, batch: list[_Asked], error: BaseException | None = None) -> None:
        for asked in batch:
            if not asked.answer.done():
                asked.answer.set_exception(_told(error))


def _told(error: BaseException | None) -> Exception:
    """What a caller gets to see of an error: never its text."""
    if isinstance(error, Exception) and not isinstance(error, LOST):
        return StoreFault(type(error).__name__)
    return OutOfReach()


def _by_sha(asked: _Asked) -> tuple[Word, ...]:
    return asked.words if asked.script is None else ("EVALSHA", asked.script.sha, *asked.words)


def _by_text(asked: _Asked) -> tuple[Word, ...]:
    return asked.words if asked.script is None else ("EVAL", asked.script.text, *asked.words)
