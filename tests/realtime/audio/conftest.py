"""A circle with sound for tests: a room over a real Valkey, sound processes, people who speak.

Declines to fake media: what is heard here went through DTLS, SRTP and the relay's one port.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace

import pytest

from realtime.audio.process import SoundProcess
from realtime.audio.relay import Relay
from realtime.audio.turn import Turn
from realtime.client import RoomClient
from realtime.domain.meeting import Frame
from realtime.live import Live
from realtime.store import by_redis
from realtime.store.link import Link
from server.embedded import EmbeddedValkey
from tests.realtime.audio.listener import Listener
from tests.realtime.conftest import Door, House, serving

TURN = Turn(("turn:turn.example:3478",), "a secret of two", 3600)
LOUD = 20
"""A level in -dBov that is surely a voice."""


@dataclass
class Speaker:
    """One person with sound on: what they say goes to the relay, whatever the room thinks."""

    person: RoomClient
    ticket: str
    line: Listener
    said: set[bytes] = field(default_factory=set)
    _speaking: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Speak on and on, 50 packets a second, each with a payload of its own."""
        self._speaking = asyncio.create_task(self._go_on())

    async def _go_on(self) -> None:
        while True:
            self.say_once()
            await asyncio.sleep(0.02)

    def say_once(self) -> bytes:
        payload = secrets.token_bytes(40)
        self.said.add(payload)
        self.line.speak(payload, LOUD)
        return payload

    def stop(self) -> None:
        if self._speaking is not None:
            self._speaking.cancel()
            self._speaking = None

    def hears(self, other: Speaker) -> int:
        """How many of the other's packets arrived."""
        return sum(packet.payload in other.said for packet in self.line.heard)

    async def until_hears(self, other: Speaker, more: int = 5, seconds: float = 10) -> None:
        """Wait until some more of what the other says has arrived."""
        enough = self.hears(other) + more
        await self.line.until(lambda: self.hears(other) >= enough, seconds)


@dataclass
class Sounds:
    """A house whose circle meets with sound, and the sound processes over the same Valkey."""

    house: House
    redis_url: str
    stack: AsyncExitStack
    processes: list[SoundProcess] = field(default_factory=list)

    async def add_process(self) -> SoundProcess:
        relay = await Relay.open("127.0.0.1", None, 0, [("127.0.0.1", 0)])
        link, stores = Link(self.redis_url), by_redis(self.redis_url)
        process = SoundProcess(f"sound-{secrets.token_hex(4)}", relay, link, stores)
        await process.start()
        self.processes.append(process)

        async def close() -> None:
            await process.stop()
            await relay.close()
            await stores.close()
            await link.close()

        self.stack.push_async_callback(close)
        return process

    async def turn_on(self, person: RoomClient, *, listen_only: bool = False) -> Speaker:
        """Turn sound on for somebody, as their browser does."""
        joined = await person.emit("sound_join", {"listen_only": listen_only})
        assert joined.ok, joined.reason
        assert joined.ticket is not None
        assert joined.offer is not None
        line = Listener(joined.offer)
        self.stack.push_async_callback(line.close)
        answer = {"ticket": joined.ticket, "sdp": line.answer}
        answered = await person.emit("sound_answer", answer)
        assert answered.ok, answered.reason
        await line.connect()
        speaker = Speaker(person, joined.ticket, line)
        self.stack.callback(speaker.stop)
        return speaker

    async def web_process(self) -> House:
        """The same circle as another web process serves it."""
        live, url = await self.stack.enter_async_context(web(self.redis_url, self.house.door))
        return self.house.elsewhere(url, live)


@contextlib.asynccontextmanager
async def web(redis_url: str, door: Door) -> AsyncIterator[tuple[Live, str]]:
    """A web process that passes sound on."""
    async with serving(door, by_redis(redis_url), sound=(redis_url, TURN)) as (live, url):
        yield live, url


@contextlib.asynccontextmanager
async def sounds_over(redis_url: str, frame: Frame) -> AsyncIterator[Sounds]:
    door = Door(frame=frame)
    async with AsyncExitStack() as stack, web(redis_url, door) as (live, url):
        inner = await stack.enter_async_context(AsyncExitStack())
        house = House(url, secrets.token_hex(6), door, live, inner)
        yield Sounds(house, redis_url, inner)


@pytest.fixture
async def silent_sounds(valkey: EmbeddedValkey) -> AsyncIterator[Sounds]:
    """A circle with sound and no sound process yet."""
    async with sounds_over(valkey.url, Frame("Kamis", seats=8, sound=True)) as sounds:
        yield sounds


@pytest.fixture
async def sounds(silent_sounds: Sounds) -> Sounds:
    await silent_sounds.add_process()
    return silent_sounds


def in_writing(frame: Frame) -> Frame:
    return replace(frame, sound=False)
