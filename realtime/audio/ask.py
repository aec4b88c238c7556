"""Questions between processes over Redis, each answered or given up in time. Keeps nothing.

Every process has a box of its own, a sharded channel. Declines to retry: whoever asks decides.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

import orjson

from realtime import trace
from realtime.notes import Note, note
from realtime.ports import OutOfReach
from realtime.store.line import Line, LineLost
from realtime.store.link import PATIENCE, Link

ANSWER_SECONDS = 2.0
PAUSE = 0.1
MOST_AT_ONCE = 256
"""Questions under way; what comes above is not answered, and its asker gives up in time."""
Letter = dict[str, Any]
Answer = Callable[[Letter], Awaitable[Letter]]


class Unanswered(Exception):
    """Nobody there, or nobody in time."""


class Post:
    """One process's box: asks others, and answers what they ask where it is given how."""

    def __init__(self, link: Link, name: str, answer: Answer | None = None) -> None:
        self.name = name
        self._link, self._answer = link, answer
        self._waiting: dict[str, asyncio.Future[Letter]] = {}
        self._answering: set[asyncio.Task[None]] = set()
        self._open = asyncio.Event()
        self._keeper: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Open the box, and again whenever it is lost."""
        self._keeper = asyncio.create_task(self._keep())

    async def stop(self) -> None:
        tasks = [*self._answering, *([self._keeper] if self._keeper else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def opened(self) -> None:
        """Return once letters arrive."""
        await self._open.wait()

    async def ask(self, to: str, letter: Letter, seconds: float = ANSWER_SECONDS) -> Letter:
        """The answer of that process. Raises `Unanswered`, `OutOfReach`."""
        name = secrets.token_urlsafe(12)
        future: asyncio.Future[Letter] = asyncio.get_running_loop().create_future()
        self._waiting[name] = future
        try:
            async with asyncio.timeout(seconds):
                await self._open.wait()
                asking = {"ask": letter, "id": name, "box": self.name, "trace": trace.now()}
                if not await self._send(to, asking):
                    raise Unanswered
                return await future
        except TimeoutError:
            raise Unanswered from None
        finally:
            del self._waiting[name]

    async def _send(self, to: str, letter: Letter) -> bool:
        """False when nobody has that box open."""
        return bool(await self._link.ask("SPUBLISH", channel(to), orjson.dumps(letter)))

    async def _keep(self) -> None:
        while True:
            try:
                await self._hold()
            except (OutOfReach, LineLost, TimeoutError):
                pass
            except Exception as bug:
                note(Note.BOX_FAILED, error=bug)
            await asyncio.sleep(PAUSE)
            with suppress(OutOfReach):
                await self._link.look_again()

    async def _hold(self) -> None:
        box = channel(self.name).encode()
        pool = self._link.pool(await self._link.place_of(box))
        line = await Line.open(pool, self._heard, moved)
        try:
            async with asyncio.timeout(PATIENCE):
                if await line.subscribe([box]):
                    raise LineLost
            self._open.set()
            await line.until_lost()
        finally:
            self._open.clear()
            await line.close()

    def _heard(self, _channel: bytes, data: bytes) -> None:
        letter = orjson.loads(data)
        if "ask" not in letter:
            future = self._waiting.get(letter["id"])
            if future is not None and not future.done():
                future.set_result(letter["answer"])
        elif self._answer is not None and len(self._answering) < MOST_AT_ONCE:
            task = asyncio.create_task(self._reply(letter, self._answer))
            self._answering.add(task)
            task.add_done_callback(self._answering.discard)

    async def _reply(self, letter: Letter, answer: Answer) -> None:
        trace.go_on(letter.get("trace"))
        try:
            answered = await answer(letter["ask"])
            await self._send(letter["box"], {"answer": answered, "id": letter["id"]})
        except OutOfReach:
            # Whoever asked finds out by themselves, and in time.
            pass
        except Exception as bug:
            note(Note.ANSWERING_FAILED, error=bug)


def moved(_box: bytes) -> None:
    """Another server has it from now on: it is opened there."""
    raise LineLost


def channel(name: str) -> str:
    return f"{{lingkar:box:{name}}}"
