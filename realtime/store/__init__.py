"""Where meetings live while they last: in memory, or in Redis for any number of processes.

Both pass one suite (tests/contracts). Holds no rules, and keeps nothing that anybody says.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from realtime.domain.meeting import Instant
from realtime.ports import Fanout, MeetingStore, Presence
from realtime.store.bus import RedisFanout
from realtime.store.link import Link
from realtime.store.memory import Memory, MemoryMeetingStore
from realtime.store.memory_bus import MemoryFanout
from realtime.store.memory_presence import MemoryPresence
from realtime.store.presence import RedisPresence
from realtime.store.redis import RedisMeetingStore

__all__ = ["Memory", "Stores", "by_memory", "by_redis"]


@dataclass(frozen=True)
class Stores:
    """The three ports of one process, and how to let go of them."""

    meetings: MeetingStore
    fanout: Fanout
    presence: Presence
    close: Callable[[], Awaitable[None]]


def by_redis(url: str, clock: Callable[[], Instant] | None = None) -> Stores:
    """Over a Redis or Valkey, 7 or newer. Connects when first used; `clock` is a test's."""
    link = Link(url)
    meetings = RedisMeetingStore(link, clock)
    fanout = RedisFanout(link, meetings)

    async def close() -> None:
        await fanout.close()
        await link.close()

    return Stores(meetings, fanout, RedisPresence(link, clock), close)


def by_memory(memory: Memory, clock: Callable[[], Instant] | None = None) -> Stores:
    """Over a `Memory`, which several may share as processes share a Redis."""
    fanout = MemoryFanout(memory)
    presence = MemoryPresence(memory) if clock is None else MemoryPresence(memory, clock)
    return Stores(MemoryMeetingStore(memory), fanout, presence, fanout.close)
