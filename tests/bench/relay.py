"""The least that can carry a press through Redis to every seat: what the room is measured beside.

A frame that comes in goes to Redis, and what Redis then announces goes out to all, unread. The
same server, the same Redis client, the same WebSockets, and no meeting.
"""

from __future__ import annotations

import asyncio
from typing import Any

from redis.asyncio import Redis
from redis.asyncio.client import PubSub

CHANNEL = "bench:relay"


class Relay:
    """An ASGI application of one path."""

    def __init__(self, redis_url: str) -> None:
        self._redis: Redis = Redis.from_url(redis_url, protocol=2)
        self._bus: PubSub = self._redis.pubsub(ignore_subscribe_messages=True)
        self._sends: list[Any] = []
        self._reading: asyncio.Task[None] | None = None

    async def start(self) -> None:
        await self._bus.subscribe(CHANNEL)
        self._reading = asyncio.create_task(self._read())

    async def stop(self) -> None:
        if self._reading is not None:
            self._reading.cancel()
            await asyncio.gather(self._reading, return_exceptions=True)
        await self._bus.aclose()  # type: ignore[no-untyped-call]
        await self._redis.aclose()

    async def _read(self) -> None:
        async for message in self._bus.listen():
            frame = {"type": "websocket.send", "text": message["data"].decode()}
            for send in list(self._sends):
                await send(frame)

    async def __call__(self, _scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "websocket.accept"})
        self._sends.append(send)
        try:
            while (message := await receive())["type"] == "websocket.receive":
                await self._redis.publish(CHANNEL, message["text"])
        finally:
            self._sends.remove(send)
