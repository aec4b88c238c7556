"""The room in a process of its own, as `lingkar serve` runs it, that tells what it costs.

`python -m tests.bench.machines REDIS_URL` serves until its standard input ends; each line there
is a question, answered by a line of JSON. Measures nothing of a person's side, and has no pages:
the cookie says who it is, as `name|member|role`.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Any, Literal
from urllib.parse import quote, unquote

import orjson
import uvicorn
import uvloop
from redis.asyncio import Redis

from realtime.domain.meeting import CircleId, Frame, MemberId
from realtime.live import Live
from realtime.ports import Guest
from realtime.store import Stores
from realtime.store.bus import RedisFanout
from realtime.store.link import Link
from realtime.store.node import Node, Script
from realtime.store.pipe import Word
from realtime.store.presence import RedisPresence
from realtime.store.redis import RedisMeetingStore
from server.answering import configured
from server.listening import listen
from tests.bench.relay import Relay

Scope = Any
ASKS = "ask-"
"""Circles whose name begins so let nobody in by themselves."""


def frame_of(slug: str) -> Frame:
    door: Literal["open", "ask"] = "ask" if slug.startswith(ASKS) else "open"
    return Frame(title="Kamis malam", seats=30, door=door)


class Door:
    """Everybody who comes belongs; it is the room that is measured, not the way in."""

    async def admit(self, cookies: Mapping[str, str], slug: str) -> Guest:
        name, member, role = unquote(cookies["who"]).split("|")
        frame, facilitates = frame_of(slug), role == "facilitator"
        return Guest(MemberId(member), CircleId(slug), name, facilitates, False, frame)

    async def ban(self, circle_id: CircleId, member_id: MemberId) -> None:
        """Nobody is."""

    async def revoke(
        self, circle_id: CircleId, member_id: MemberId, *, branch: bool
    ) -> tuple[MemberId, ...]:
        """There is nothing to."""
        return ()

    async def visited(self, circle_id: CircleId, members: tuple[MemberId, ...], turns: int) -> None:
        """Nothing is counted."""


def cookie(name: str, member: MemberId, facilitator: bool) -> str:
    return f"who={quote(f'{name}|{member}|' + ('facilitator' if facilitator else 'member'))}"


class CountedNode(Node):
    """Counts what goes to Redis and comes back: all of one turn of the loop is one round trip."""

    trips = 0
    commands = 0
    under_way = False

    async def answer(
        self, words: tuple[Word, ...], script: Script | None = None, *, asking: bool = False
    ) -> Any:
        CountedNode.commands += 1
        if not self.under_way:
            self.under_way = True
            CountedNode.trips += 1
            asyncio.get_running_loop().call_soon(self._turned)
        return await super().answer(words, script, asking=asking)

    def _turned(self) -> None:
        self.under_way = False


class CountedLink(Link):
    node = CountedNode

    @property
    def trips(self) -> int:
        return CountedNode.trips

    @property
    def commands(self) -> int:
        return CountedNode.commands


def counted_stores(link: Link) -> Stores:
    meetings = RedisMeetingStore(link)
    fanout = RedisFanout(link, meetings)

    async def close() -> None:
        await fanout.close()
        await link.close()

    return Stores(meetings, fanout, RedisPresence(link), close)


class Served:
    """What one process serves, and what it answers about itself."""

    def __init__(self, redis_url: str) -> None:
        self._listener = listen("127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._link = CountedLink(redis_url)
        self._live = Live(Door(), counted_stores(self._link), [self.url])
        self._relay = Relay(redis_url)
        self._redis: Redis = Redis.from_url(redis_url, protocol=2)
        rooms, relay = self._live.asgi(), self._relay

        async def app(scope: Scope, receive: Any, send: Any) -> None:
            await (relay if scope["path"] == "/relay" else rooms)(scope, receive, send)

        self._server = uvicorn.Server(configured(app, lifespan="off", timeout_graceful_shutdown=1))

    async def run(self) -> None:
        await self._live.start()
        await self._relay.start()
        serving = asyncio.create_task(self._server.serve([self._listener]))
        try:
            await self._answer_all()
        finally:
            await self._live.stop()
            await self._relay.stop()
            await self._redis.aclose()
            self._server.should_exit = True
            await serving

    async def _answer_all(self) -> None:
        reader = asyncio.StreamReader()
        loop = asyncio.get_running_loop()
        await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
        say({"url": self.url})
        while line := await reader.readline():
            say(await self._answer(orjson.loads(line)))

    async def _answer(self, question: Mapping[str, Any]) -> object:
        match question["ask"]:
            case "spent":
                link = self._link
                return {"cpu": time.process_time(), "trips": link.trips, "sent": link.commands}
            case "ping":
                return [await timed(self._redis.ping) for _ in range(question["times"])]
        return None


async def timed(call: Any) -> float:
    began = time.perf_counter()
    await call()
    return time.perf_counter() - began


def say(answer: object) -> None:
    sys.stdout.buffer.write(orjson.dumps(answer) + b"\n")
    sys.stdout.buffer.flush()


class Machine:
    """That process as seen by the one that measures."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self.url = ""

    async def ask(self, **question: object) -> Any:
        assert self._process.stdin is not None and self._process.stdout is not None
        if question:
            self._process.stdin.write(orjson.dumps(question) + b"\n")
            await self._process.stdin.drain()
        line = await self._process.stdout.readline()
        if not line:
            raise RuntimeError("the process of the room ended by itself")
        return orjson.loads(line)


@asynccontextmanager
async def machine(redis_url: str) -> AsyncIterator[Machine]:
    """A process that serves the room over that Redis, until the end of the `async with`."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.bench.machines", redis_url),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        limit=2**24,
    )
    try:
        started = Machine(process)
        started.url = (await started.ask())["url"]
        yield started
    finally:
        assert process.stdin is not None
        process.stdin.close()
        try:
            await asyncio.wait_for(process.wait(), 15)
        except TimeoutError:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()


if __name__ == "__main__":
    uvloop.run(Served(sys.argv[1]).run())
