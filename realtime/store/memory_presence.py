"""Who is connected, of the store within one process. Keeps who beat, and when."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping

from realtime.domain.meeting import CircleId, Instant, MemberId
from realtime.store.memory import Memory
from realtime.store.presence import JUMPED, LASTS, ON_THE_WAY, counted, longest


class MemoryPresence:
    """Implements `ports.Presence`."""

    def __init__(self, memory: Memory, clock: Callable[[], Instant] = time.time) -> None:
        self._memory = memory
        self._clock = clock

    async def arrive(self, circle_id: CircleId, member_id: MemberId, connection: str) -> int:
        await self.beat(circle_id, {connection: member_id})
        return counted(self._living(circle_id), member_id)

    async def beat(self, circle_id: CircleId, connections: Mapping[str, MemberId]) -> None:
        self._memory.reach()
        self._mind_the_clock(circle_id)
        for connection, member_id in connections.items():
            self._memory.here[circle_id][member_id, connection] = self._clock()

    async def hand_over(self, circle_id: CircleId, members: Collection[MemberId]) -> None:
        self._memory.reach()
        self._mind_the_clock(circle_id)
        for member_id in members:
            self._memory.here[circle_id][member_id, ON_THE_WAY] = self._clock()

    async def depart(self, circle_id: CircleId, member_id: MemberId, connection: str) -> int:
        self._memory.reach()
        self._memory.here[circle_id].pop((member_id, connection), None)
        return counted(self._living(circle_id), member_id)

    async def connected(self, circle_id: CircleId) -> dict[MemberId, float]:
        now = self._clock()
        living = self._living(circle_id).items()
        return longest((one, at + LASTS - now) for one, at in living)

    def _living(self, circle_id: CircleId) -> dict[str, Instant]:
        """Each connection that beat of late, as person and connection; the others are dropped."""
        self._memory.reach()
        self._mind_the_clock(circle_id)
        oldest = self._clock() - LASTS
        living = {who: at for who, at in self._memory.here[circle_id].items() if at >= oldest}
        self._memory.here[circle_id] = living
        if not living:
            del self._memory.here[circle_id]
        return {f"{member_id}\n{connection}": at for (member_id, connection), at in living.items()}

    def _mind_the_clock(self, circle_id: CircleId) -> None:
        """Somebody beats every few seconds: where no beat is near, it is the clock that was set."""
        here = self._memory.here[circle_id]
        off = self._clock() - max(here.values(), default=self._clock())
        if not -1 <= off <= JUMPED:
            self._memory.here[circle_id] = {who: at + off for who, at in here.items()}
