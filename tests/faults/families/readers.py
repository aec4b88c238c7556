"""A reader that stalls: cut at a bound, the memory flat meanwhile; whole again when it returns."""

from __future__ import annotations

import asyncio
import secrets
import socket
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import orjson

from realtime.client import packets
from realtime.domain.meeting import CircleId
from realtime.frames import BACKLOG
from realtime.store import by_redis
from tests.bench.sockets import masked
from tests.faults.checks import Broken
from tests.faults.families.kills import FEW
from tests.faults.house import House, Web
from tests.faults.people import CANARY, gathered
from tests.faults.person import Person
from tests.faults.rows import Houses, Seen, row

CUT = 1.0
MEGABYTE = 1024 * 1024
FLAT = 24 * MEGABYTE
"""By how much a process may grow meanwhile: buffers of its own, and what its language keeps."""
WORDS = 2000
"""Characters of each message, as many as one may have."""
MOST = 60 * MEGABYTE
"""What is said at most: many times what all the buffers between two processes hold."""


@asynccontextmanager
async def deaf(web: Web, person: Person) -> AsyncIterator[socket.socket]:
    """Their connection, come in as any other, and never read again from the first word on."""
    loop = asyncio.get_running_loop()
    line = socket.socket()
    # As little as the system allows, so that it is the server that has to hold on to the rest.
    line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    line.setblocking(False)
    await loop.sock_connect(line, web.place)
    hello = (
        f"GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: localhost:{web.port}\r\n"
        f"Origin: {web.base}\r\nCookie: {person.cookie}\r\nUpgrade: websocket\r\n"
        "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
    )
    try:
        await loop.sock_sendall(line, hello.encode())
        head = b""
        while b"\r\n\r\n" not in head:
            head += await loop.sock_recv(line, 64)
        auth = {"protocol": 1, "circle": person.slug, "tab": person.tab, "observer": False}
        await loop.sock_sendall(line, masked(packets.connect(auth).encode()))
        yield line
    finally:
        line.close()


def held_by_the_system() -> int:
    """What it takes in for one line before whoever writes notices anything."""
    return int(Path("/proc/sys/net/ipv4/tcp_wmem").read_text().split()[2])


@dataclass
class Flood:
    sent: int = 0
    full: float = 0.0
    """When more was said than the system and the server's own bound hold together."""


async def flood_of_words(
    house: House, circle_id: CircleId, until: asyncio.Event, flood: Flood
) -> None:
    """As another process would pass them on, faster than people speak."""
    stores = by_redis(f"redis://127.0.0.1:{house.valkey_port}")
    bound = held_by_the_system() + BACKLOG * WORDS
    try:
        while not until.is_set() and flood.sent < MOST:
            text = (f"{CANARY} " * 200)[:WORDS]
            said = {"member_id": "lain", "name": "Lain", "kind": "say", "text": text}
            await asyncio.gather(
                *(
                    stores.fanout.publish(
                        circle_id, "said", orjson.dumps({"id": secrets.token_hex(8), **said})
                    )
                    for _ in range(20)
                )
            )
            flood.sent += 20 * WORDS
            if flood.sent > bound and not flood.full:
                flood.full = time.monotonic()
    finally:
        await stores.close()


@row(
    "stalled-reader",
    "a member's phone reads nothing more while much is said",
    "cut, memory flat, the others hear everything; a fresh state on return",
)
async def a_reader_stalls(houses: Houses) -> Seen:
    house = await houses.shared()
    async with gathered(house, names=FEW) as people:
        before, budi = await people.told(), people["Budi"]
        web = house.webs[budi.place]
        budi.stays_away = True
        await budi.now().vanish()
        await people.until(lambda: people.presence(budi, people.sari) == "away", "away")
        async with deaf(web, budi):
            await people.until(lambda: people.presence(budi, people.sari) == "here", "deaf")
            memory = most = web.program.memory()
            over, flood = asyncio.Event(), Flood()
            speaking = asyncio.create_task(
                flood_of_words(house, CircleId(people.circle.circle_id), over, flood)
            )
            while not (gone := people.presence(budi, people.sari) == "away"):
                most = max(most, web.program.memory())
                if speaking.done():
                    break
                await asyncio.sleep(0.02)
            cut = time.monotonic() - flood.full if flood.full else 0.0
            over.set()
            await speaking
            sent = flood.sent
        if not gone:
            raise Broken(
                f"not cut after {sent // MEGABYTE} MB, grown by {(most - memory) // MEGABYTE} MB"
            )
        grown = most - memory
        if grown > FLAT:
            raise Broken(f"memory grew by {grown // MEGABYTE} MB, {sent // MEGABYTE} MB were said")
        budi.stays_away = False
        await people.whole_again(before)
        await people.go_on()
        return Seen(
            f"cut after {sent / MEGABYTE:.1f} MB, memory {grown / MEGABYTE:+.1f} MB, state fresh",
            {"cut, once its bound was passed": (cut, CUT)},
        )
