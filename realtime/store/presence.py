"""Who is connected, by the beats of every process, in Redis. Declines to decide what it means.

Beats carry the Redis server's own time unless a clock is given, so that two machines whose clocks
differ agree; that clock may be set, and nobody is taken for gone over it. After an outage the beats
of all are old: whoever wants to conclude that somebody is gone waits until every process has had
the time to beat again (`LASTS`).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from pathlib import Path

from realtime.domain.meeting import CircleId, Instant, MemberId
from realtime.store.link import KEPT, Link, Script, key

HERE = Script.read(Path(__file__).with_name("here.lua"))
LASTS = 13
"""Seconds that a beat lasts: two may be missed, and whoever is gone is away within 15."""
ON_THE_WAY = ""
"""In the place of a connection: whoever was sent on to another process."""
JUMPED = 22
"""Seconds without a beat of anybody after which it is the clock that jumped.

Above `LASTS` by more than the time within which every circle is looked at, so that people who are
gone have been found gone by then.
"""


class RedisPresence:
    """Implements `ports.Presence`: one sorted set a circle, one round trip a call."""

    def __init__(self, link: Link, clock: Callable[[], Instant] | None = None) -> None:
        self._link = link
        self._clock = clock

    async def arrive(self, circle_id: CircleId, member_id: MemberId, connection: str) -> int:
        return counted(await self._living(circle_id, "here", {connection: member_id}), member_id)

    async def beat(self, circle_id: CircleId, connections: Mapping[str, MemberId]) -> None:
        if connections:
            await self._living(circle_id, "beat", connections)

    async def hand_over(self, circle_id: CircleId, members: Collection[MemberId]) -> None:
        if members:
            await self._living(circle_id, "here", members)

    async def depart(self, circle_id: CircleId, member_id: MemberId, connection: str) -> int:
        return counted(await self._living(circle_id, "gone", {connection: member_id}), member_id)

    async def connected(self, circle_id: CircleId) -> dict[MemberId, float]:
        living = await self._living(circle_id, "who", {})
        return longest(zip(living[::2], map(float, living[1::2]), strict=True))

    async def _living(
        self, circle_id: CircleId, what: str, these: Mapping[str, MemberId] | Collection[MemberId]
    ) -> list[str]:
        """Do `what` with these connections; every one that lives, as person and connection."""
        if isinstance(these, Mapping):
            words = [f"{member_id}\n{connection}" for connection, member_id in these.items()]
        else:
            words = [f"{member_id}\n{ON_THE_WAY}" for member_id in these]
        now = "" if self._clock is None else f"{self._clock():.6f}"
        living = await self._link.run(
            HERE,
            (key(circle_id, "here"),),
            now,
            LASTS,
            JUMPED,
            KEPT,
            what,
            *words,
        )
        return [one.decode() for one in living]


def longest(living: Iterable[tuple[str, float]]) -> dict[MemberId, float]:
    """For how many seconds each person is here by the one of their connections that beat last."""
    left: dict[MemberId, float] = {}
    for one, seconds in living:
        member_id = MemberId(one.partition("\n")[0])
        left[member_id] = max(seconds, left.get(member_id, seconds))
    return left


def counted(living: Iterable[str], member_id: MemberId) -> int:
    """How many connections of that person there are; being on the way is none."""
    whose = (one.partition("\n") for one in living)
    return sum(member == member_id and name != ON_THE_WAY for member, _, name in whose)
