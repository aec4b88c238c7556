"""Everybody who reads and writes in a benchmark of words: one process, the same for all peers.

`python -m tests.bench.chat_load` takes lines of JSON. Frames are counted where they arrive and
not opened, but for their number where a delay is asked for. Says at a fixed pace whatever happens.
"""

from __future__ import annotations

import asyncio
import gc
import random
import time
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, cast
from urllib.parse import urlsplit

import orjson

from tests.bench.sockets import masked
from tests.bench.sound_child import serve
from tests.bench.table import percentile

SAID, ANSWER, READY = b'42["said"', b"43", b"40{"
AFTER = 1.0
"""Seconds to wait for what is still under way."""
TEXT = "Minggu ini berat, tetapi aku di sini."
OPEN_WITHIN = 60.0


class Person(asyncio.Protocol):
    """One connection, which waits to be let in and then counts."""

    def __init__(self, group: Group, hello: bytes, auth: bytes, awaits: bytes) -> None:
        self._group, self._hello, self._auth, self._awaits = group, hello, auth, awaits
        self._rest = b""
        self._opened = False
        self._transport: asyncio.Transport
        self.came: tuple[str, str, Mapping[str, object]] = ("", "", {})
        self.gone = asyncio.Event()
        self.ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._transport.write(self._hello)

    def connection_lost(self, exc: Exception | None) -> None:
        self._group.lost += 1
        self.gone.set()
        if not self.ready.done():
            self.ready.set_exception(ConnectionError())

    def data_received(self, data: bytes) -> None:
        if self._rest:
            data = self._rest + data
        at = 0 if self._opened else self._shake_hands(data)
        end = len(data)
        while end - at >= 2:
            size, start = data[at + 1], at + 2
            if size == 126:
                size, start = int.from_bytes(data[at + 2 : at + 4], "big"), at + 4
            elif size == 127:
                size, start = int.from_bytes(data[at + 2 : at + 10], "big"), at + 10
            if start + size > end:
                break
            if data.startswith(SAID, start):
                self._group.delivered += 1
                if self._group.timing:
                    self._group.arrived(data, start)
            else:
                self._other(data[start : start + size], data[at])
            at = start + size
        self._rest = data[at:]

    def _shake_hands(self, data: bytes) -> int:
        end = data.find(b"\r\n\r\n")
        if end < 0:
            return len(data)
        if not data.startswith(b"HTTP/1.1 101"):
            self._transport.abort()
            return len(data)
        self._opened = True
        self.send(b"40" + self._auth)
        return end + 4

    def _other(self, text: bytes, kind: int) -> None:
        if text.startswith(ANSWER):
            self._group.answered += 1
            if b'"ok":true' not in text:
                self._group.refused += 1
        elif kind == 0x89:
            self._transport.write(masked(text, 0x8A))
        elif text == b"2":
            self.send(b"3")
        elif text.startswith(self._awaits) and not self.ready.done():
            self.ready.set_result(None)

    def send(self, text: bytes) -> None:
        self._transport.write(masked(text))

    def leave(self) -> None:
        self._transport.abort()


class Group:
    """The people on one contender, and what they heard."""

    def __init__(self, awaits: str) -> None:
        self._awaits = READY if awaits == "connect" else b'42["%b"' % awaits.encode()
        self.circles: list[list[Person]] = []
        self.delivered = self.answered = self.refused = self.lost = 0
        self.timing = False
        self.delays: list[float] = []
        self._left: dict[bytes, float] = {}
        self._number = self._came = 0

    def _from(self) -> tuple[str, int]:
        """Twenty people behind each address of this machine: a crowd of one would be slowed."""
        house, self._came = self._came // 20, self._came + 1
        return f"127.9.{house // 250}.{house % 250 + 1}", 0

    async def come(
        self, doors: asyncio.Semaphore, url: str, cookie: str, auth: Mapping[str, object]
    ) -> Person:
        """Connect, and return once they were let in."""
        place = urlsplit(url)
        hello = (
            f"GET /socket.io/?EIO=4&transport=websocket&circle={auth['circle']} HTTP/1.1\r\n"
            f"Host: {place.netloc}\r\nOrigin: {url}\r\nCookie: {cookie}\r\n"
            "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
        ).encode()
        person = Person(self, hello, orjson.dumps(auth), self._awaits)
        person.came = url, cookie, auth
        async with doors:
            await asyncio.get_running_loop().create_connection(
                lambda: person, place.hostname or "", place.port or 80, local_addr=self._from()
            )
            await asyncio.wait_for(person.ready, OPEN_WITHIN)
        return person

    def arrived(self, data: bytes, start: int) -> None:
        at = data.index(b'"id":"', start) + 6
        left = self._left.get(data[at : at + 12])
        if left is not None:
            self.delays.append(time.perf_counter() - left)

    def say(self) -> None:
        """By the next person of the next circle, whoever was asked for it: each has a limit."""
        turn, circle = divmod(self._number, len(self.circles))
        person = turn % len(self.circles[circle])
        self._number += 1
        number = b"%012d" % self._number
        if self.timing:
            self._left[number] = time.perf_counter()
        said = b'42%d["say",{"id":"%b","text":"%b"}]' % (self._number, number, TEXT.encode())
        self.circles[circle][person].send(said)

    def start(self, timing: bool) -> None:
        self.delivered = self.answered = self.refused = 0
        self.timing = timing
        self.delays.clear()
        self._left.clear()


class Load:
    def __init__(self) -> None:
        self._groups: dict[str, Group] = {}
        gc.disable()

    async def answer(self, asked: Mapping[str, Any]) -> object:
        gc.collect()
        match asked["ask"]:
            case "connect":
                return await self._connect(asked)
            case "run":
                return await self._run(asked)
            case "return":
                return await self._return(asked)
            case "burst":
                return await self._burst(asked)
            case "idle":
                await asyncio.sleep(asked["seconds"])
                return self._groups[asked["group"]].lost if asked.get("group") else 0
            case "leave":
                for circle in self._groups.pop(asked["group"]).circles:
                    for person in circle:
                        person.leave()
        return None

    async def _connect(self, asked: Mapping[str, Any]) -> object:
        """Let everybody of some more circles in, so many at once; the seconds that it took."""
        group = self._groups.setdefault(asked["group"], Group(asked["awaits"]))
        doors = asyncio.Semaphore(asked["at_once"])
        began = time.perf_counter()
        arriving = [
            asyncio.gather(*(group.come(doors, *one) for one in people))
            for people in asked["circles"]
        ]
        for coming in arriving:
            group.circles.append(await coming)
        return time.perf_counter() - began

    async def _return(self, asked: Mapping[str, Any]) -> object:
        """Whoever loses their line comes back to that place: how long until they see the room."""
        group = self._groups[asked["group"]]
        doors = asyncio.Semaphore(asked["at_once"])
        lost = [
            (circle, at)
            for circle in group.circles
            for at, person in enumerate(circle)
            if person.came[0] == asked["lost"]
        ]
        times = []

        async def back(circle: list[Person], at: int) -> None:
            person = circle[at]
            if asked["drop"]:
                person.leave()
            await person.gone.wait()
            began = time.perf_counter()
            _, cookie, auth = person.came
            while circle[at] is person:
                # As the browser's client does it, so that not all of them come in one moment.
                await asyncio.sleep(random.uniform(*asked["after"]))
                # A process that has too much to do may not hear in time that they are there.
                with suppress(ConnectionError, TimeoutError):
                    circle[at] = await group.come(doors, asked["url"], cookie, auth)
            times.append(time.perf_counter() - began)

        began = time.perf_counter()
        await asyncio.gather(*(back(*one) for one in lost))
        took = time.perf_counter() - began
        return {"took": took, "p50": percentile(times, 0.5), "p95": percentile(times, 0.95)}

    async def _run(self, asked: Mapping[str, Any]) -> object:
        """Say so many messages a second, each by the next person of the next circle."""
        group = self._groups[asked["group"]]
        group.start(asked.get("timing", False))
        cpu, began, told = time.process_time(), time.perf_counter(), 0
        wanted = int(asked["rate"] * asked["seconds"])
        while told < wanted:
            now = time.perf_counter() - began
            while told < min(wanted, now * asked["rate"]):
                group.say()
                told += 1
            await asyncio.sleep(max(0.0, told / asked["rate"] - (time.perf_counter() - began)))
        took = time.perf_counter() - began
        await self._settled(group, told * len(group.circles[0]))
        return self._told(group, told, took, time.process_time() - cpu)

    async def _burst(self, asked: Mapping[str, Any]) -> object:
        """As many as go through, with no more under way than asked for: until all are said."""
        group = self._groups[asked["group"]]
        group.start(False)
        told = 0
        cpu, began = time.process_time(), time.perf_counter()
        size = len(group.circles[0])
        until = began + asked["seconds"]
        while told < asked["messages"] and time.perf_counter() < until:
            while told < asked["messages"] and told - group.delivered // size < asked["under_way"]:
                group.say()
                told += 1
            # Long enough for whatever else has this core.
            await asyncio.sleep(0.001)
        await self._settled(group, told * size)
        return self._told(group, told, time.perf_counter() - began, time.process_time() - cpu)

    async def _settled(self, group: Group, wanted: int) -> None:
        until = time.perf_counter() + AFTER
        while group.delivered < wanted and time.perf_counter() < until:  # noqa: ASYNC110
            # Nothing is signalled for each frame: it would cost more than counting it.
            await asyncio.sleep(0.005)

    def _told(self, group: Group, told: int, took: float, cpu: float) -> object:
        delays = group.delays or [0.0]
        return {
            "said": told,
            "delivered": group.delivered,
            "refused": group.refused,
            "lost": group.lost,
            "took": took,
            "own": cpu,
            "p50": percentile(delays, 0.5),
            "p99": percentile(delays, 0.99),
        }


if __name__ == "__main__":
    serve(Load().answer)
