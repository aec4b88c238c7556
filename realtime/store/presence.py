"""Who is connected, by the beats of every process, in Redis. Declines to decide what it means.

Beats carry the Redis server's own time unless a clock is given, so that two machines whose clocks
differ agree. After an outage the beats of all are old: whoever wants to conclude that somebody
is gone waits until every process has had the time to beat again (`LASTS`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from realtime.domain.meeting import CircleId, Instant, MemberId
from realtime.store.link import KEPT, Link, Script, key

HERE = Script.read(Path(__file__).with_name("here.lua"))
LASTS = 15
"""Seconds that a beat lasts."""


class RedisPresence:
    """Implements `ports.Presence`: one sorted set a circle, one round trip a call."""

    def __init__(self, link: Link, clock: Callable[[], Instant] | None = None) -> None:
        self._link = link
        self._clock = clock

    async def arrive(self, circle_id: CircleId, member_id: MemberId, connection: str) -> int:
        return (await self._living(circle_id, "here", {connection: member_id})).count(member_id)

    async def beat(self, circle_id: CircleId, connections: Mapping[str, MemberId]) -> None:
        if connections:
            await self._living(circle_id, "here", connections)

    async def depart(self, circle_id: CircleId, member_id: MemberId, connection: str) -> int:
        return (await self._living(circle_id, "gone", {connection: member_id})).count(member_id)

    async def connected(self, circle_id: CircleId) -> frozenset[MemberId]:
        return frozenset(await self._living(circle_id, "who", {}))

    async def _living(
        self, circle_id: CircleId, what: str, connections: Mapping[str, MemberId]
    ) -> list[MemberId]:
        """Do `what` with these connections; the person behind each one that lives."""
        now = "" if self._clock is None else f"{self._clock():.6f}"
        living = await self._link.run(
            HERE,
            (key(circle_id, "here"),),
            now,
            LASTS,
            KEPT,
            what,
            *(f"{member_id}\n{connection}" for connection, member_id in connections.items()),
        )
        return [MemberId(one.decode().partition("\n")[0]) for one in living]
