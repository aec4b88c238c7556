"""One Redis server: the commands of a moment in one round trip, every loss told as OutOfReach.

Most of the cost of a command is the client. On a connection that is open each goes out at the end
of its turn of the loop, and its answer is awaited itself; only while one has to be opened, or asked
about its history, do they wait in a row. Order is kept. Declines to retry (words must not be said
twice) and to let an error carry the arguments of a command.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from redis.asyncio.connection import ConnectionPool
from redis.exceptions import (
    AskError,
    ClusterDownError,
    NoScriptError,
    OutOfMemoryError,
    ReadOnlyError,
    TryAgainError,
)
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError

from realtime.ports import OutOfReach
from realtime.store.pipe import Pipe, Word
from realtime.store.reign import ABOUT, Reign, reign_of, renew

PATIENCE = 1.0
"""Seconds until an answer that does not come is called out of reach."""
MOST_AT_ONCE = 200
LOST = (
    RedisConnectionError,
    RedisTimeoutError,
    OutOfMemoryError,
    ReadOnlyError,
    ClusterDownError,
    OSError,
)
ELSEWHERE = (AskError, TryAgainError)
"""What a cluster says of a key that is not there, or not yet whole. `MovedError` is one of them."""


class StoreFault(Exception):
    """The store refused a command: a bug, or a server of the wrong kind. Carries a class name."""


@dataclass(frozen=True)
class Script:
    """One step that the server carries out whole."""

    text: str
    sha: str
    reigned: bool = False
    """It is told, after all else, under whom it runs: see `Reign`."""

    @classmethod
    def read(cls, path: Path, *, reigned: bool = False) -> Script:
        """The script in that file."""
        text = path.read_text(encoding="utf-8")
        # The name by which the server knows it; nothing rests on its secrecy.
        sha = hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()
        return cls(text, sha, reigned)


@dataclass(frozen=True)
class Asked:
    words: tuple[Word, ...]
    answer: asyncio.Future[Any]
    script: Script | None = None
    asking: bool = False
    """The slot is on its way here: without saying so the answer would be to go back."""

    def commands(self, reign: Reign, *, by_text: bool = False) -> list[tuple[Word, ...]]:
        words = whole(self.words, self.script, reign, by_text=by_text)
        return [("ASKING",), words] if self.asking else [words]


def whole(
    words: tuple[Word, ...], script: Script | None, reign: Reign, *, by_text: bool = False
) -> tuple[Word, ...]:
    """A command as it is sent."""
    if script is None:
        return words
    reigned = reign.words() if script.reigned else ()
    return (*(("EVAL", script.text) if by_text else ("EVALSHA", script.sha)), *words, *reigned)


class Node:
    """This process's way to one server. Connects when first needed, and again after a loss."""

    def __init__(self, pool: ConnectionPool) -> None:
        self.pool = pool
        self._waiting: list[Asked] = []
        self._sending: asyncio.Task[None] | None = None
        self._pipe: Pipe | None = None

    async def answer(
        self, words: tuple[Word, ...], script: Script | None = None, *, asking: bool = False
    ) -> Any:
        """The server's answer. Raises `OutOfReach`; it may have been carried out all the same."""
        if (pipe := self._ready()) is not None and not asking:
            try:
                return await pipe.ask(whole(words, script, reign_of(pipe.connection)))
            except NoScriptError:
                # Nothing of it has run: it is told there first, by the longer way.
                pass
            except Exception as error:
                if isinstance(error, ReadOnlyError):
                    pipe.lose()
                raise told(error) from None
        asked = Asked(words, asyncio.get_running_loop().create_future(), script, asking)
        self._waiting.append(asked)
        if self._sending is None or self._sending.done():
            # A task of its own: a caller that is cancelled leaves no connection half read.
            self._sending = asyncio.create_task(self._send_all())
        return await asked.answer

    def _ready(self) -> Pipe | None:
        """The connection, where nothing has to be done before it can be written to."""
        pipe = self._pipe
        if pipe is None or pipe.lost or self._waiting or reign_of(pipe.connection).is_old():
            return None
        return pipe if self._sending is None or self._sending.done() else None

    async def close(self) -> None:
        if self._sending is not None:
            self._sending.cancel()
            await asyncio.wait([self._sending])
        fail(self._waiting)
        if self._pipe is not None:
            self._pipe.lose()
        await self.pool.disconnect()

    async def _send_all(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting[:MOST_AT_ONCE], self._waiting[MOST_AT_ONCE:]
            try:
                replies = await self.send(batch)
            except BaseException as error:
                # Whoever queued up meanwhile need not wait for the same answer again.
                batch, self._waiting = batch + self._waiting, []
                fail(batch, error)
                if not isinstance(error, Exception):
                    raise
                continue
            for asked, reply in zip(batch, replies, strict=True):
                if isinstance(reply, Exception):
                    fail([asked], reply)
                elif not asked.answer.done():
                    asked.answer.set_result(reply)

    async def send(self, batch: Sequence[Asked]) -> list[Any]:
        """One round trip, or two where a script is unknown there."""
        pipe = await self._open()
        if reign_of(pipe.connection).is_old():
            (told_again,) = await pipe.exchange([ABOUT])
            renew(pipe.connection, told_again)
        replies = await exchange(pipe, batch)
        unknown = [at for at, reply in enumerate(replies) if isinstance(reply, NoScriptError)]
        if unknown:
            # A server that has just started; nothing of these has run, so their order is kept.
            found = await exchange(pipe, [batch[at] for at in unknown], by_text=True)
            for at, reply in zip(unknown, found, strict=True):
                replies[at] = reply
        if any(isinstance(reply, ReadOnlyError) for reply in replies):
            # A primary that was demoted: whoever is in its place is found by connecting anew.
            pipe.lose()
        return replies

    async def _open(self) -> Pipe:
        pipe = self._pipe
        if pipe is not None and pipe.lost:
            self._pipe = None
            await pipe.connection.disconnect(nowait=True)
            await self.pool.release(pipe.connection)
        if self._pipe is None:
            connection = await self.pool.get_connection()  # type: ignore[no-untyped-call]
            self._pipe = Pipe(connection, PATIENCE)
        return self._pipe


async def exchange(pipe: Pipe, batch: Sequence[Asked], *, by_text: bool = False) -> list[Any]:
    """The answer to each, refusals among them."""
    reign = reign_of(pipe.connection)
    sent = [asked.commands(reign, by_text=by_text) for asked in batch]
    replies = iter(await pipe.exchange([words for commands in sent for words in commands]))
    # Of what is asked in two parts the last answer counts.
    return [[next(replies) for _ in commands][-1] for commands in sent]


def fail(batch: Sequence[Asked], error: BaseException | None = None) -> None:
    for asked in batch:
        if not asked.answer.done():
            asked.answer.set_exception(told(error))


def told(error: BaseException | None) -> Exception:
    """What a caller gets to see of an error: never its text, but where else a key is."""
    if isinstance(error, ELSEWHERE):
        return error
    if isinstance(error, Exception) and not isinstance(error, LOST):
        return StoreFault(type(error).__name__)
    return OutOfReach()
