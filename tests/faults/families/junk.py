"""Frames and requests that no client of ours sends: that line is closed; nobody else notices."""

from __future__ import annotations

import asyncio
import os
import struct
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

from realtime.client import packets
from tests.bench.sockets import masked
from tests.faults.checks import Broken
from tests.faults.house import Web
from tests.faults.people import CANARY, People, gathered
from tests.faults.person import Person
from tests.faults.rows import Houses, Seen, row

CLOSED = 1.0
MEGABYTE = 1024 * 1024
GROWN = 8 * MEGABYTE
STRANGER = "127.66.6.6"
"""Where strangers come from: another network than everybody else's, as limits count them."""


@dataclass
class Raw:
    """A TCP connection that says whatever it likes."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    def send(self, data: bytes) -> None:
        self.writer.write(data)

    async def ended(self, within: float = 30.0) -> float:
        """Until the other side closes it; the seconds that it took."""
        began = time.monotonic()
        try:
            async with asyncio.timeout(within):
                with suppress(OSError):
                    while await self.reader.read(65536):
                        pass
        except TimeoutError:
            raise Broken(f"the line is still open after {within:.0f} s") from None
        return time.monotonic() - began


@asynccontextmanager
async def raw(web: Web) -> AsyncIterator[Raw]:
    reader, writer = await asyncio.open_connection(*web.place, local_addr=(STRANGER, 0))
    try:
        yield Raw(reader, writer)
    finally:
        writer.transport.abort()


@asynccontextmanager
async def upgraded(web: Web, person: Person | None = None) -> AsyncIterator[Raw]:
    """A WebSocket of Engine.IO; with a person, signed in as them and joined."""
    async with raw(web) as line:
        cookie = f"Cookie: {person.cookie}\r\n" if person else ""
        line.send(
            f"GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: localhost:{web.port}\r\n"
            f"Origin: {web.base}\r\n{cookie}Upgrade: websocket\r\nConnection: Upgrade\r\n"
            "Sec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n".encode()
        )
        head = await line.reader.readuntil(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 101"), head.split(b"\r\n")[0]
        if person is not None:
            auth = {"protocol": 1, "circle": person.slug, "tab": "aneh-aneh", "observer": False}
            line.send(masked(packets.connect(auth).encode()))
            await line.reader.readuntil(b'"you"')
        yield line


def frame(kind: int, payload: bytes, *, length: int | None = None) -> bytes:
    """A client's frame of any kind, which may lie about its length."""
    size = len(payload) if length is None else length
    head = bytes((kind,))
    if size < 126:
        head += bytes((0x80 | size,))
    elif size < 65536:
        head += bytes((0x80 | 126,)) + struct.pack("!H", size)
    else:
        head += bytes((0x80 | 127,)) + struct.pack("!Q", size)
    return head + b"\0\0\0\0" + payload


TEXT, BINARY, PART = 0x81, 0x82, 0x01
JUNK: dict[str, list[bytes]] = {
    "no packet": [masked(b"halo")],
    "an unknown kind of packet": [masked(b"9")],
    "an event that is no JSON": [masked(b'42["say",')],
    "an event without a name": [masked(b"42[]")],
    "an event that is an object": [masked(b'42{"a":1}')],
    "numbers without an end": [masked(b"42" + b"9" * 5000 + b'["nod",{}]')],
    "a tower of brackets": [masked(b'42["say",' + b"[" * 7000)],
    "binary attachments declared": [masked(b'45999999-["say",{"_placeholder":true,"num":0}]')],
    "one binary attachment": [
        masked(b'451-["say",{"_placeholder":true,"num":0}]'), frame(BINARY, os.urandom(9000)),
    ],
    "a binary frame": [frame(BINARY, b"\x00\x01\x02")],
    "a second CONNECT": [masked(b"40{}")],
    "another namespace": [masked(b"40/admin,{}"), masked(b'42/admin,["say",{}]'), masked(b"halo")],
    "letters that are none": [frame(TEXT, b'42["say",{"text":"\xff\xfe\xfd"}]')],
    "no mask": [b"\x81\x0242"],
    "a reserved bit": [frame(0xF1, b"42")],
    "a kind of frame that there is not": [frame(0x8B, b"42")],
    "a frame of 17 KB": [masked(b'42["say",{"text":"' + b"a" * 17_000 + b'"}]')],
    "a frame of 1 MB": [frame(TEXT, b"a" * MEGABYTE)],
    "a frame that says it has 2^62 bytes": [frame(TEXT, b"a", length=1 << 62)],
    "a message in 10,000 pieces": [frame(PART, b"4"), *([frame(0x00, b"a" * 100)] * 10_000)],
}  # fmt: skip


@row(
    "junk-frames",
    f"{len(JUNK)} kinds of malformed, oversized and binary frames from a signed-in member",
    "that line is closed, no ghost, memory flat; nobody else notices",
)
async def frames_are_junk(houses: Houses) -> Seen:
    house = await houses.shared()
    async with gathered(house) as people:
        before, citra = await people.told(), people["Citra"]
        web = house.webs[citra.place]
        memory, handles = web.program.memory(), web.program.handles()
        slowest = ("", 0.0)
        for what, frames in JUNK.items():
            async with upgraded(web, citra) as line:
                with suppress(OSError):
                    for one in frames:
                        line.send(one)
                try:
                    took = await line.ended(12)
                except Broken as broken:
                    raise Broken(f"{what}: {broken}") from None
            slowest = max(slowest, (what, took), key=lambda pair: pair[1])
        grown = web.program.memory() - memory
        if grown > GROWN:
            raise Broken(f"memory grew by {grown / MEGABYTE:.1f} MB")
        await people.until(lambda: web.program.handles() <= handles, "no line is left open")
        await people.whole_again(before)
        await quiet(people)
        await people.go_on()
        return Seen(
            f"each closed, the slowest {slowest[0]}; memory {grown / MEGABYTE:+.1f} MB",
            {"closed": (slowest[1], CLOSED)},
        )


async def quiet(people: People) -> None:
    """Nobody else lost the line over it."""
    for person in people:
        if person.losses:
            raise Broken(f"{person.name} lost the line over it: {person.why}")


@row(
    "slow-requests",
    "100 requests and handshakes that never end, 20 WebSockets that never say hello",
    "each is closed; nobody else notices",
)
async def requests_are_slow(houses: Houses) -> Seen:
    house = await houses.shared()
    async with gathered(house) as people:
        web = house.webs[0]
        heads = (
            b"GET / HTTP/1.1\r\nHost: localhost\r\nX-A: ",
            b"GET /socket.io/?EIO=4 HTTP/1.1\r\nHost: l",
        )
        body = b"POST /masuk HTTP/1.1\r\nHost: localhost\r\nContent-Length: 60000\r\n\r\na"

        async def slow(start: bytes) -> float:
            async with raw(web) as line:
                line.send(start)

                async def drip() -> None:
                    while True:
                        await asyncio.sleep(1)
                        line.send(b"a")

                dripping = asyncio.create_task(drip())
                try:
                    return await line.ended(45)
                finally:
                    dripping.cancel()

        async def mute() -> float:
            async with upgraded(web) as line:
                return await line.ended(45)

        lines = [asyncio.create_task(slow(heads[n % 2])) for n in range(90)]
        lines += [asyncio.create_task(slow(body)) for _ in range(10)]
        hushed = [asyncio.create_task(mute()) for _ in range(20)]
        began = time.monotonic()
        ack = await people["Ani"].say(f"di antara {CANARY}")
        await people.hear(ack)
        beside = time.monotonic() - began
        ended = await asyncio.gather(*hushed, *lines, return_exceptions=True)
        still = [one for one in ended if isinstance(one, BaseException)]
        if still:
            raise Broken(f"{len(still)} of {len(ended)} lines: {still[0]}")
        await quiet(people)
        await people.go_on()
        longest = max(float(one) for one in ended)  # type: ignore[arg-type]
        return Seen(
            "all closed by the server", {"closed": (longest, 10.0), "words beside": (beside, 1.0)}
        )
